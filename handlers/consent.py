"""Leave to use what an owner tells us (UU 27/2022 Pasal 20-22): asked first, one purpose at a time, noted with what
it is for. The short text first, the whole one behind a button."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from bot.chat.flow import Chat
from bot.chat.questions import Draw, Outcome, Said, YesNo
from bot.chat.reading import Invalid, Reading, plain
from bot.chat.talk import Talk
from bot.chat.text import Day, Text, Words, caption, t
from bot.domain import consents, dated, people
from bot.domain.consents import GALLERY, NEWS, PROVINCE, SERVICE
from bot.domain.db import Db

READ = "read"
NAMES: dict[str, Text] = {
    SERVICE: caption("Register and support"),
    NEWS: caption("News, invitations"),
    GALLERY: caption("Products in public"),
    PROVINCE: caption("Province and centre"),
}
_YEARS = re.compile(r"\b(\d{1,2}) ?(?:tahun|thn|th)\b")
_YOUNG = re.compile(
    r"\b(?:belum|blm|durung|dereng) (?:ada |genap |sampai |cukup |umur |usia )*(?:(?P<of>\d{1,2})|umur|usia|dewasa)\b"
    r"|\b(?:di ?bawah) (?:umur|usia)\b|\bmasih (?:sekolah|pelajar|sd|smp|sma|smk|remaja|kecil)\b"
)
_TRADE = re.compile(r"\b(?:usaha|jualan|dagang|buka|toko|berdiri|jalan)")


@dataclass(frozen=True, slots=True)
class Consent(YesNo):
    """Yes or no, and a button for the whole text, after which it is asked again.

    One who says that she is younger than `age` is told how it is done for her; 0: no age is asked for.
    """

    whole: Text = field(default_factory=lambda: Text(""), kw_only=True)
    age: int = field(default=0, kw_only=True)
    only_here: ClassVar[bool] = True
    takes_rest: ClassVar[bool] = False

    def options(self) -> Sequence[tuple[str, Words]]:
        return (*YesNo.options(self), (READ, caption("Read it all")))

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[bool]:
        if said.code == READ or plain.fold(said.text) in (plain.fold(draw(caption("Read it all"))), "baca"):
            return Invalid(self.whole, told=True)
        if self.age and _younger(plain.fold(said.text), self.age):
            return Invalid(
                t(
                    "Those younger than {age} register together with a parent or guardian.\n"
                    "If they are with you, let them read this and answer. Our officers help too: type *petugas*.",
                    age=self.age,
                ),
                told=True,
            )
        return YesNo.read(self, said, reading, draw)


def agreed(chat: Chat, db: Db) -> bool:
    """Whether she allows us to note what she tells us; asked once for each version of the text.

    A flow that isn't allowed to says `refused` and ends. One that is calls `note` after its last question.
    """
    text = consents.text(db, SERVICE, chat.local.date())
    if consents.given(db, chat.person, SERVICE, chat.local.date()):
        return True
    chat.talk.given.pop("heard", None)  # nothing of her words is kept before she agrees
    age = dated.rule(db, "consent.age", chat.local.date()).value
    asked = t(
        "Before we begin, we ask for your leave.\n"
        "We note your name, phone number, kelurahan and business, for the register of small businesses, training"
        " and guidance.\n"
        "This is kept for at most {years} years and never sold.\n"
        "To see, correct or erase it at any time, type *data saya*.\n"
        "Are you {age} or older, and do you agree?",
        years=text.value["years"],
        age=age,
    )
    return chat.ask(
        Consent(
            _key(text),
            asked,
            yes=caption("I agree"),
            no=caption("I don't agree"),
            thumb=False,
            whole=_whole(chat, text, age),
            age=age,
            brief=t("Are you {age} or older, and do you agree?", age=age),
        )
    )


def refused(chat: Chat, db: Db) -> None:
    """Say that it is all right not to agree. Of one who had agreed before, keep that she doesn't any more."""
    if (decided := consents.decisions(db, chat.person).get(SERVICE)) is None:
        chat.say(
            t(
                "All right, no problem. Nothing was kept.\n"
                "You can still ask for general information without registering.\n"
                "If you change your mind, type *daftar*."
            ),
            chat.offer(caption("Menu"), "menu"),
        )
        return
    if decided.given:
        version = consents.text(db, SERVICE, chat.local.date()).value["version"]
        consents.note(db, chat.person, SERVICE, version, allowed=False)
    taken_back(chat, SERVICE)


def allowed(chat: Chat, db: Db) -> bool:
    """Whether what she tells may be noted, in a flow that notes each answer: asked before the first of them."""
    if not agreed(chat, db):
        refused(chat, db)
        return False
    note(chat, db)
    db.mark()  # more is asked below
    return True


def note(chat: Chat, db: Db) -> None:
    """Keep that she agreed to the version she has seen, and when and with which message; unless that is known."""
    text = consents.text(db, SERVICE, chat.local.date())
    answer = chat.talk.answers.get(_key(text))
    if answer is not None and answer.value is True:
        at = datetime.fromisoformat(answer.at)
        consents.note(db, chat.person, SERVICE, text.value["version"], allowed=True, at=at)


def agreed_in(talk: Talk | None, db: Db, day: date) -> bool:
    """Whether she has agreed in a conversation that is still open, which keeps it with its end."""
    answer = talk.answers.get(_key(consents.text(db, SERVICE, day))) if talk else None
    return answer is not None and answer.value is True


def _key(text: dated.Rule) -> str:
    return f"consent-{text.value['version']}"


def _younger(words: str, age: int) -> bool:
    """Whether somebody says that she is younger; not where the years are those of a business."""
    if _TRADE.search(words):
        return False
    if young := _YOUNG.search(words):
        return young["of"] is None or int(young["of"]) <= age
    return any(int(years) < age for years in _YEARS.findall(words))


# One purpose more


def further(chat: Chat, db: Db, purpose: str) -> Consent:
    """The question whether she allows a purpose beyond the first."""
    text = consents.text(db, purpose, chat.local.date())
    return Consent(
        f"allow-{purpose}-{text.value['version']}",
        SHORT[purpose],
        yes=caption("Yes, you may"),
        no=caption("No, thank you"),
        thumb=False,
        whole=whole(text, purpose),
        brief=SHORT[purpose],
    )


def ask_next(chat: Chat, db: Db) -> None:
    """Under the end of something: ask one leave more, if there is one to ask. Nothing waits for the answer.

    It writes that she was asked, so it comes after a flow's last question.
    """
    purpose = consents.next_to_ask(db, chat.person, chat.local.date())
    if purpose is None:
        return
    version = consents.text(db, purpose, chat.local.date()).value["version"]
    consents.asked(db, chat.person, purpose, version)
    if purpose == SERVICE:
        chat.say(
            t("One thing more: our text on what we note of you has changed. May we ask for your leave again?"),
            chat.offer(caption("Read and answer"), "allow", purpose=SERVICE),
        )
        return
    chat.say(
        SHORT[purpose],
        chat.offer(caption("Yes, you may"), "allow", purpose=purpose, said=f"y{version}"),
        chat.offer(caption("No, thank you"), "allow", purpose=purpose, said=f"n{version}"),
        chat.offer(caption("Read it all"), "allow", purpose=purpose, said=READ),
    )


SHORT: dict[str, Text] = {
    NEWS: t(
        "May we send you news of trainings and programmes in this chat?\nYou can end that at any time: type *berhenti*."
    ),
    GALLERY: t(
        "May we show your products publicly, with the name of the business?\n"
        "You can end that at any time: type *tarik izin*."
    ),
    PROVINCE: t(
        "May we pass facts about your business on to the province's office and the Virtual Business Centre?\n"
        "They help with promotion and export. You can end that at any time: type *tarik izin*."
    ),
}
"""What is asked first."""


def whole(text: dated.Rule, purpose: str) -> Text:
    """The long text of a purpose beyond the first."""
    values = {"version": text.value["version"], "day": Day(text.since)}
    match purpose:
        case "news":
            return t(
                "*News and invitations*\n"
                "1. What for: telling you of trainings, programmes and invitations that fit your business.\n"
                "2. What we use: your kelurahan, line of business and size, to choose what fits.\n"
                "3. How: in this chat. Your number is passed on to nobody for it.\n"
                "4. Without this leave you are served all the same, and still told about what you signed up for.\n"
                "5. To take it back: type *tarik izin* or *berhenti*. It ends at once.\n"
                "Version {version}, in force since {day}.",
                **values,
            )
        case "gallery":
            return t(
                "*Products in public*\n"
                "1. What for: buyers find your products in the office's public catalogue.\n"
                "2. What is shown: name of the business, products and their photos, kelurahan. Never your NIK,"
                " and your number only if you add it yourself.\n"
                "3. Everybody can see it, also on the internet.\n"
                "4. Without this leave you are served all the same.\n"
                "5. To take it back: type *tarik izin*. From then on nothing is shown.\n"
                "Version {version}, in force since {day}.",
                **values,
            )
        case _:
            return t(
                "*Province and centre*\n"
                "1. What for: promotion, business matching and export, by the province's office and the Virtual"
                " Business Centre.\n"
                "2. What is sent: your name, phone number, business, products and result of the assessment.\n"
                "3. They then answer for the data themselves.\n"
                "4. Without this leave you are served all the same; reports to them are without names.\n"
                "5. To take it back: type *tarik izin*. From then on nothing is sent.\n"
                "Version {version}, in force since {day}.",
                **values,
            )


def state(chat: Chat, db: Db, purpose: str) -> Text:
    """What she has decided about a purpose, in words."""
    last = consents.decisions(db, chat.person).get(purpose)
    if last is None:
        return t("stopped") if purpose == NEWS and people.opted_out(db, chat.person.id) else t("not asked yet")

    def day(at: datetime) -> Day:
        return Day(at.astimezone(chat.zone).date())

    if not last.given:
        return (
            t("given on {day}, taken back on {end}", day=day(last.since), end=day(last.at)) if last.since else t("no")
        )
    if not consents.given(db, chat.person, purpose, chat.local.date()):
        return t("to be asked again, the text has changed")
    return t("yes, since {day}", day=day(last.at))


def taken_back(chat: Chat, purpose: str) -> None:
    """Say what it means that she doesn't allow a purpose any more, with a button to give the leave again."""
    match purpose:
        case "service":
            chat.say(
                t(
                    "All right. From now on we note nothing new about you and your business.\n"
                    "You can still ask for general information.\n"
                    "What was noted before stays until it is erased. Shall it be erased?"
                ),
                chat.offer(caption("Erase my data"), "erase"),
            )
        case "news":
            chat.say(t("All right. From now on we send you no news and invitations."))
        case "gallery":
            chat.say(t("All right. From now on your products aren't shown publicly."))
        case _:
            chat.say(
                t(
                    "All right. From now on we pass nothing about your business on.\n"
                    "What they have received before is with them; our officers can ask them to erase it."
                )
            )
    chat.button(chat.offer(caption("Allow it again"), "allow", purpose=purpose))
    chat.button(chat.offer(caption("My permissions"), "permissions"))


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
        " Type *data saya*, *ubah data*, *hapus data*, *tarik izin* or *berhenti*, or ask {contact}. Answered within"
        " 3 x 24 hours.\n"
        "9. For people of {age} and older; younger ones register together with a parent or guardian.\n"
        "Version {version}, in force since {day}.",
        office=chat.office["name"], contact=text.value["contact"], years=text.value["years"], age=age,
        months=text.value["months"], version=text.value["version"], day=Day(text.since),
    )  # fmt: skip
