"""What people ask for that this chat can't do yet: an honest word, a note for the office, and an officer instead."""

from __future__ import annotations

from bot.chat.flow import Chat, flow
from bot.chat.questions import Choice
from bot.chat.reading.intent import LABELS, WHICH
from bot.chat.text import caption, t
from bot.domain import owners, wishes
from bot.domain.db import Db


@flow("wish")
def wish(chat: Chat, db: Db) -> None:
    """The end of every intent that no flow serves; the `topic` is the intent's label."""
    topic = chat.ask(Choice("topic", WHICH, tuple(LABELS.items())))
    wishes.keep(db, chat.person, topic)
    chat.say(
        t(
            "Sorry, this isn't in our chat yet: *{what}*\nWe have noted that you would like it.\n"
            "Shall an officer answer you instead?",
            what=LABELS[topic],
        ),
        chat.offer(caption("Ask an officer"), "ask"),
        chat.offer(caption("Menu"), "menu"),
    )
    if not owners.known(db, chat.person):
        chat.button(chat.offer(caption("Register"), "register"))
