"""HAPUS DATA: to be erased (UU 27/2022 Pasal 8, 43). Asked twice, frozen at once, to be taken back for some days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.chat.flow import Chat, flow
from bot.chat.messages import Button
from bot.chat.questions import Line, YesNo
from bot.chat.reading import Invalid, plain
from bot.chat.text import Day, Moment, caption, t
from bot.domain import dated, erasure, officers
from bot.domain.db import Db

WORD = "HAPUS"
"""What is typed to be certain, in every language: a tap is made by accident, a word isn't."""
_KEEP = ("batal hapus", "batalkan hapus", "batal hapus data", "batal dihapus", "jangan hapus", "jangan dihapus")


@dataclass(frozen=True, slots=True)
class Sure(YesNo):
    """Whether to erase; no link and no thumb answers it."""

    only_here: ClassVar[bool] = True
    takes_rest: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Typed(Line):
    """The word that makes it certain."""

    only_here: ClassVar[bool] = True


def _certain(text: str) -> str | Invalid:
    if plain.fold(text) == plain.fold(WORD):
        return WORD
    return Invalid(
        t("Nothing has been erased. If you are certain, type the word *{word}*, otherwise *batal*.", word=WORD)
    )


@flow(
    "erase", command="hapus",
    words=("hapus data", "hapus data saya", "hapus semua data", "hapus semua data saya", "hapus akun",
           "hapus akun saya"),
    desk=None, intents=("hapus_data",), right="now",
)  # fmt: skip
def erase(chat: Chat, db: Db) -> None:
    until = chat.now + timedelta(days=dated.rule(db, "erasure.days", chat.local.date()).value)
    day = Day(until.astimezone(chat.zone).date())
    if officers.find(db, chat.person):
        asked = t("Shall we erase what is noted about you as an officer?\nYou are then no longer an officer, at once.\n"
                  "Until {day} you can take it back, but to be an officer again you have to be invited.",
                  day=day)  # fmt: skip
    else:
        asked = t("Shall we erase everything we have noted about you?\n"
                  "Your profile, businesses, answers, photos, messages and questions to officers.\n"
                  "Until {day} you can take it back. After that nobody can bring it back.", day=day)  # fmt: skip
    yes, no = caption("Yes, erase"), caption("No, keep it")
    if not chat.ask(Sure("sure", asked, yes=yes, no=no, thumb=False, brief=t("Shall we erase it?"))):
        chat.say(t("All right, everything is kept as it is."))
        return
    certain = t("To be certain: please type the word *{word}*.\nIf you would rather keep it, type *batal*.", word=WORD)
    chat.ask(Typed("word", certain, check=_certain, brief=t("Please type the word *{word}*.", word=WORD)))

    erasure.freeze(db, chat.person.id, until)
    chat.let_go()
    chat.say(
        t("All right. From now on we do nothing with what is noted. On {at} it is erased.\n"
          "If you change your mind before that, type *batal hapus*.", at=Moment(until)),
        _take_back(chat),
    )  # fmt: skip


@flow("leaving", words=_KEEP, desk=None, right="last")
def leaving(chat: Chat, db: Db) -> None:
    """What one who asked to be erased is told, whatever she says; the conversation starts it."""
    at = chat.person.leaving
    if at is None:
        chat.say(t("Nothing is going to be erased. What is noted is kept as it is."))
        return
    given = chat.talk.given
    if not given.get("keep") and plain.fold(given.get("heard", "")) not in _KEEP:
        chat.say(
            t("On {at} what is noted about you is erased, as you asked. Until then we do nothing with it.\n"
              "To keep it after all, type *batal hapus*.", at=Moment(at)),
            _take_back(chat),
        )  # fmt: skip
        if chat.person.desk == "owners":
            chat.button(chat.offer(caption("My data"), "mydata"))
    elif erasure.keep(db, chat.person.id):
        chat.say(t("All right, nothing is erased. Everything is as it was."), chat.offer(caption("Menu"), "menu"))
    else:
        chat.say(
            t("The time to take it back is over, it is being erased now.\nYou are welcome to begin anew at any time.")
        )


def _take_back(chat: Chat) -> Button:
    return chat.offer(caption("Keep my data"), "leaving", keep="yes")
