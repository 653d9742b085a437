"""Leave to keep what an owner tells us (UU 27/2022 Pasal 20-22): asked first, noted with what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.chat.flow import Chat
from bot.chat.questions import Draw, Outcome, Said, YesNo
from bot.chat.reading import Invalid, Reading, plain
from bot.chat.text import Day, Text, Words, caption, t
from bot.domain import consents, dated
from bot.domain.db import Db

READ = "read"


@dataclass(frozen=True, slots=True)
class Consent(YesNo):
    """Yes or no, and a button for the whole text, after which it is asked again."""

    whole: Text = field(default_factory=lambda: Text(""), kw_only=True)
    only_here: ClassVar[bool] = True
    takes_rest: ClassVar[bool] = False

    def options(self) -> Sequence[tuple[str, Words]]:
        return (*YesNo.options(self), (READ, caption("Read it all")))

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[bool]:
        if said.code == READ or plain.fold(said.text) in (plain.fold(draw(caption("Read it all"))), "baca"):
            return Invalid(self.whole, told=True)
        return YesNo.read(self, said, reading, draw)


def agreed(chat: Chat, db: Db) -> bool:
    """Whether she allows us to note what she tells us; asked once for each version of the text.

    A flow that isn't allowed to says `refused` and ends. One that is calls `note` after its last question.
    """
    text = _text(chat, db)
    if consents.given(db, chat.person, consents.SERVICE, text.value["version"]):
        return True
    age = dated.rule(db, "consent.age", chat.local.date()).value
    asked = t(
        "Before we begin, we ask for your leave.\n"
        "We note your name, phone number, kelurahan and business, for the register of small businesses, training"
        " and guidance.\n"
        "This is kept for at most {years} years and never sold.\n"
        "To see or correct it at any time, type *data saya*.\n"
        "Are you {age} or older, and do you agree?",
        years=text.value["years"],
        age=age,
    )
    return chat.ask(
        Consent(
            f"consent-{text.value['version']}",
            asked,
            yes=caption("I agree"),
            no=caption("I don't agree"),
            thumb=False,
            whole=_whole(chat, text, age),
            brief=t("Are you {age} or older, and do you agree?", age=age),
        )
    )


def refused(chat: Chat) -> None:
    """Say that it is all right not to agree."""
    chat.say(
        t(
            "All right, no problem. Nothing was kept.\n"
            "You can still ask for general information without registering.\n"
            "If you change your mind, type *daftar*."
        ),
        chat.offer(caption("Menu"), "menu"),
    )


def note(chat: Chat, db: Db) -> None:
    """Keep that she agreed to the version she has seen, unless that is known."""
    version = _text(chat, db).value["version"]
    if not consents.given(db, chat.person, consents.SERVICE, version):
        consents.note(db, chat.person, consents.SERVICE, version, allowed=True)


def _text(chat: Chat, db: Db) -> dated.Rule:
    return dated.rule(db, "consent.text", chat.local.date())


def _whole(chat: Chat, text: dated.Rule, age: Any) -> Text:
    """The long text: what Pasal 21 wants to be told, in the order of the law."""
    return t(
        "*Leave to use your data*\n"
        "1. Who we are: {office}. About data, ask: {contact}.\n"
        "2. Why we may: your consent, and our duty to serve small businesses (UU 27/2022, PP 7/2021).\n"
        "3. What we note: name, phone number, kelurahan, facts about the business and its products, answers to"
        " assessments, photos. A NIK only where a service needs it.\n"
        "4. What for: the register of small businesses, training, guidance, recommending support.\n"
        "5. For how long: while we accompany you, at most {years} years after you last wrote. Photos {months} months.\n"
        "6. Who sees it: the officers who serve you. Reports are without names unless you allow it.\n"
        "7. We talk over Telegram or WhatsApp, whose servers may be abroad.\n"
        "8. Your rights: to see, correct or erase it, to take this leave back, to refuse messages, to complain."
        " Type *data saya* or *berhenti*, or ask {contact}. Answered within 3 x 24 hours.\n"
        "9. For people of {age} and older; younger ones register together with a parent or guardian.\n"
        "Version {version}, in force since {day}.",
        office=chat.office["name"], contact=text.value["contact"], years=text.value["years"], age=age,
        months=text.value["months"], version=text.value["version"], day=Day(text.since),
    )  # fmt: skip
