"""Officers look at corrections: the list, accepting, refusing with a reason, and the reminders while one waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.flow import Chat, Refused, flow, happening
from bot.chat.questions import Choice, Line
from bot.chat.text import Lines, caption, t
from bot.domain import audit, changes
from bot.domain.db import Db
from handlers import officers as desk

SHOWN = 5
DECISIONS = (("yes", caption("Accept")), ("no", caption("Refuse")))


@flow("corrections", command="koreksi", words=("koreksi", "perbaikan data"), desk="officers",
      title=caption("Corrections"), menu=30)  # fmt: skip
def corrections(chat: Chat, db: Db) -> None:
    officer = desk.who(chat, db)
    if officer is None:
        return
    found, count = changes.for_officer(db, officer, SHOWN)
    if not found:
        chat.say(t("No correction waits in your area."))
        return
    chat.say(t("{count} corrections wait. The most urgent first:", count=count))
    for waiting in found:
        chat.say(changes.described(db, waiting))
        chat.button(chat.offer(caption("Decide number {number}", number=waiting.id), "decide", change=str(waiting.id)))


@flow("decide", desk="officers")
def decide(chat: Chat, db: Db) -> None:
    number = int(chat.ask(Line("change", t("Which correction? Please type its number."), _number)))
    waiting, given = changes.decidable(db, chat.person, number), chat.talk.given
    mark = changes.mark(db, waiting)
    if "decision" in given and "seen" not in given:  # a button that doesn't tell what stood above it
        del given["decision"]
    if given.setdefault("seen", mark) != mark:
        audit.note(db, chat.person.id, "seen", waiting.person, f"changes:{number}")
        head = t("She has sent another value since. Please look again.")
        chat.say(Lines((head, changes.described(db, waiting))), *changes.buttons(db, chat.person.id, waiting))
        return
    asked = Lines((changes.described(db, waiting), t("What do you decide on correction {number}?", number=number)))
    accepted = chat.ask(Choice("decision", asked, DECISIONS)) == "yes"
    reason = "" if accepted else chat.ask(Line("reason", t("Why not? She will read it, so please be kind and clear.")))
    changes.decide(db, chat.person, number, accepted=accepted, reason=reason)
    chat.say(
        t("Correction {number} is accepted. She is told now.", number=number)
        if accepted
        else t("Correction {number} is refused. She is told now.", number=number),
        chat.offer(caption("Corrections"), "corrections"),
    )


def _number(text: str) -> str:
    return text.strip().lstrip("#") if text.strip().lstrip("#").isdecimal() else "0"


@happening(changes.REMIND)
def waits(chat: Chat, db: Db, data: Mapping[str, Any]) -> None:
    """To those who may decide: a day is left."""
    _still(chat, db, data, overdue=False)


@happening(changes.OVERDUE)
def overdue(chat: Chat, db: Db, data: Mapping[str, Any]) -> None:
    """To those who lead the desk: its time is over."""
    _still(chat, db, data, overdue=True)


def _still(chat: Chat, db: Db, data: Mapping[str, Any], *, overdue: bool) -> None:
    try:
        waiting = changes.decidable(db, chat.person, int(data["change"]))
    except Refused:  # decided, or not his any more
        chat.silence()
        return
    audit.note(db, chat.person.id, "seen", waiting.person, f"changes:{waiting.id}")
    head = (
        t("This correction should have been decided by now. Please decide it today.")
        if overdue
        else t("This correction still waits for a decision.")
    )
    chat.say(Lines((head, changes.described(db, waiting))), *changes.buttons(db, chat.person.id, waiting))
