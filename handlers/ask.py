"""Asking an officer: one line about what, a ticket, and an honest word on when it is answered."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.flow import Chat, flow
from bot.chat.questions import Line, optional
from bot.chat.text import caption, t
from bot.domain import tickets
from bot.domain.db import Db

TOLD = ("keluhan", "status_permohonan")
"""Intents whose words are themselves what an officer is asked."""


@dataclass(frozen=True, slots=True)
class Asked(Line):
    """What an officer is asked. Being a question, it isn't asked back for looking like one."""

    longest: int = 1000


@flow(
    "ask", command="petugas",
    words=("petugas", "tanya petugas", "hubungi petugas", "bicara petugas", "tanya", "mau tanya", "admin", "cs"),
    title=caption("Ask an officer"), menu=80, link=True,
    intents=("bicara_petugas", "keluhan", "status_permohonan"),
)  # fmt: skip
def ask(chat: Chat, db: Db) -> None:
    given = chat.talk.given
    if given.get("meant") in TOLD and "about" not in chat.talk.answers:  # what she wants of them is said already
        given.setdefault("about", given.get("heard", ""))
    if (waiting := tickets.open_of(db, chat.person)) is not None:
        _more(chat, db, waiting)
        return
    words = chat.ask(optional(Asked("about", t("What would you like to ask our officers?\nA short line is enough."))))
    number, _ = tickets.open_ticket(db, chat.person, "question", words or "")
    chat.say(
        t(
            "Your question is with our officers now. Its number: *{number}*\n"
            "They answer here in this chat, in office hours.",
            number=number,
        )
    )


def _more(chat: Chat, db: Db, waiting: int) -> None:
    """Add words to the question that is waiting."""
    asked = t("Your question number *{number}* is still waiting for an officer.\nIs there anything to add?",
              number=waiting)  # fmt: skip
    words = chat.ask(optional(Asked("about", asked)))
    if words:
        tickets.add_words(db, chat.person, words)
        chat.say(t("Added to question number *{number}*.\nThe answer comes here in this chat.", number=waiting))
    else:
        chat.say(t("All right. The answer comes here in this chat."))
