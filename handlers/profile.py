"""The profile: what we have noted of an owner and her businesses, and correcting one thing of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.chat.flow import Chat, Person, flow
from bot.chat.messages import Button
from bot.chat.questions import Choice, Draw, Line, Outcome, Phone, Question, Said
from bot.chat.reading import Invalid, Reading, plain
from bot.chat.reading.identifiers import NO_IDENTIFIER, born_on, check, masked
from bot.chat.text import Lines, Moment, Words, caption, t
from bot.domain import changes, dated, owners
from bot.domain.assess import known
from bot.domain.db import Db
from bot.domain.owners import Business, Owner
from handlers import business, consent

LABELS: dict[str, Words] = {"name": t("name"), "called": t("form of address"), "phone": t("phone")}
ROOM = 14
"""Characters of a name on a button: with "Bapak " before it they are 20."""
FACTS: tuple[tuple[str, Words], ...] = tuple({**LABELS, **business.LABELS}.items())


def name() -> Line:
    text = t("What is your full name, as on your KTP?\nFor example: Siti Aminah")
    return Line("name", text, owners.person_name, label=LABELS["name"])


def called(name: str, *, known: bool = False) -> Choice:
    """How she wants to be called; the buttons hold her name."""
    brief = owners.short_name(name)[:ROOM]
    forms = (
        ("bapak", caption("Bapak {name}", name=brief)),
        ("ibu", caption("Ibu {name}", name=brief)),
        ("nama", caption("Just {name}", name=brief)),
    )
    words = t("How shall we call you?") if known else t("Nice to meet you. How shall we call you?")
    return Choice("called", words, forms, label=LABELS["called"])


def phone(who: Words) -> Phone:
    text = t("Which phone number can we reach you on, {who}?\nTap the button, or type the number.", who=who)
    return Phone("phone", text, label=LABELS["phone"])


@dataclass(frozen=True, slots=True)
class Nik(Question[str]):
    """A NIK: 16 digits with a province and a birthday that can be. Of one younger than `age` none is taken here."""

    age: int = field(default=0, kw_only=True)

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[str]:
        found = check("nik", said.text, reading)
        if not found.value:
            return Invalid(NO_IDENTIFIER)
        if found.odd is not None:
            return Invalid(found.odd)
        today = reading.at.astimezone(reading.zone).date()
        born = born_on(found.value, today)
        if born and (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) < self.age:
            return Invalid(
                t("For those younger than {age} we need a parent or guardian along.\n"
                  "Please come together to the office, or type *petugas*.", age=self.age), told=True,
            )  # fmt: skip
        return found.value

    def restore(self, kept: object) -> str:
        if not isinstance(kept, str):
            raise TypeError("no digits")
        return kept

    def show(self, value: str) -> Words:
        return masked(value)


EXAMPLE = "3573********0001"
"""How a NIK is shown; a value, for stars in a text make it bold."""


def nik(chat: Chat, db: Db) -> Nik:
    age = dated.rule(db, "consent.age", chat.local.date()).value
    text = t(
        "What is your NIK (16 digits, on the KTP)?\nIt is kept sealed and shown like this: {example}", example=EXAMPLE
    )
    return Nik("nik", text, label=changes.WHAT["nik"], age=age)


def _known(person: Person, db: Db) -> bool:
    return owners.known(db, person)


@flow("profile", command="profil", words=("profil", "profile", "profil saya"), covers=True,
      title=caption("My profile"), menu=20, when=_known)  # fmt: skip
def profile(chat: Chat, db: Db) -> None:
    if not owners.known(db, chat.person):
        business.unregistered(chat, chat.offer(caption("Go on where we were"), "register"))
        return
    show(chat, db)


def show(chat: Chat, db: Db) -> None:
    """Say what is noted of an owner, with a button to change each of it."""
    owner = owners.find(db, chat.person)
    assert owner is not None
    chat.say(
        Lines((
            t("This is what we have noted:"),
            _line(LABELS["name"], owner.name),
            _line(LABELS["called"], called(owner.name).show(owner.called)),
            _line(LABELS["phone"], phone("").show(owner.phone)),
            *([_line(changes.WHAT["nik"], masked(owner.nik))] if owner.nik else []),
        ))
    )  # fmt: skip
    for noted in owner.businesses:
        facts = [_line(label, _shown(noted, fact)) for fact, label in business.LABELS.items()]
        chat.say(Lines((*facts, business.legal_class(chat, db, noted.sales, noted.capital))))
    for waiting in changes.of(db, chat.person):
        chat.say(looked_at(waiting.what, Moment(waiting.due)))
    for fact, label in FACTS:
        chat.button(chat.offer(caption("Change {what}", what=label), "change", what=fact))
    chat.button(chat.offer(caption("Add a business"), "business"))
    for waiting in chat.under_way()[:1]:
        chat.button(chat.offer(caption("Go on where we were"), waiting))


def looked_at(what: Words, due: Moment) -> Words:
    """That a correction waits for an officer."""
    return t("An officer is checking the new {what}, until {due} at the latest.", what=what, due=due)


def _line(what: Words, value: Words) -> Words:
    return t("• {what}: {value}", what=what, value=value)


NOT_NOTED = t("not noted yet")


def _shown(noted: Business, fact: str) -> Words:
    """A fact of a business in words."""
    value: str | None = noted.name if fact == "business" else getattr(noted, fact)
    if value is None:
        return NOT_NOTED
    if fact == "nib":
        return masked(value)
    return dict(business.NAMES[fact])[value] if fact in business.NAMES else value


CALLED = {
    "nama": "name", "sapaan": "called", "panggilan": "called", "nomor hp": "phone", "nomor": "phone", "hp": "phone",
    "kelurahan": "village", "alamat": "village", "nama usaha": "business", "bidang usaha": "sector", "omzet": "sales",
    "modal": "capital", "jumlah pekerja": "workers", "pekerja": "workers", "lama usaha": "age", "nib": "nib",
    "nik": "nik",
}  # fmt: skip
"""What people call a fact that they want to change: "ubah omzet"."""


@flow(
    "change", command="ubah",
    words=("ubah", "ubah data", "ubah profil", "ubah data saya", *(f"ubah {word}" for word in CALLED)),
    title=caption("Change my data"), intents=("ubah_data",),
)  # fmt: skip
def change(chat: Chat, db: Db) -> None:
    """Correct one fact: which, of which business where there are several, and what it is now."""
    given = chat.talk.given
    if named := CALLED.get(plain.fold(given.pop("heard", "")).partition("ubah ")[2]):
        given.setdefault("what", named)
    owner = owners.find(db, chat.person)
    if owner is None:
        business.unregistered(chat)
        return
    if given.get("what") == "nik":  # asked for by its name only: it isn't on the buttons
        if not owner.nik and not consent.agreed(chat, db):
            consent.refused(chat, db)
            return
        _ask_officer(chat, db, "nik", nik(chat, db), owner.nik)
        return
    what = chat.ask(Choice("what", t("What should be changed?"), FACTS))
    if what in LABELS:
        question, before, which = _about_her(owner, what), str(getattr(owner, what)), None
    else:
        which = _which(chat, owner)
        question = business.question(chat, db, what, owner.address)
        before = which.nib if what == "nib" else None
        if _shown(which, what) is NOT_NOTED and not consent.agreed(chat, db):
            consent.refused(chat, db)
            return
    if changes.needs_look(db, what, before, chat.local.date()):
        _ask_officer(chat, db, what, question, before, which)
        return
    value = chat.ask(question)
    if which:
        owners.change_business(db, chat.person, which.id, what, value)
        known.renewed(db, chat.person, which.id, what, value)
    else:
        owners.change(db, chat.person, what, value)
    consent.note(chat, db)
    chat.say(Lines((t("Thank you. It is noted:"), _line(dict(FACTS)[what], question.show(value)))), *_onward(chat))


def _ask_officer(
    chat: Chat, db: Db, what: str, question: Question[str], before: str | None, which: Business | None = None
) -> None:
    """Correct a fact that an officer looks at first; what is noted so already needs none."""
    value = chat.ask(question)
    if value == before:
        chat.say(Lines((t("Thank you. It is noted:"), _line(changes.WHAT[what], question.show(value)))), *_onward(chat))
        return
    consent.note(chat, db)
    due = changes.ask(db, chat.person, what, value, chat.local.date(), which.id if which else None)
    chat.say(
        t(
            "Thank you. An officer checks the new {what} first, until {due} at the latest.\n"
            "Please keep the KTP or the paper it stands on at hand. You hear from us here.",
            what=changes.WHAT[what],
            due=Moment(due),
        ),
        *_onward(chat),
    )


def _onward(chat: Chat) -> tuple[Button, ...]:
    return chat.offer(caption("My profile"), "profile"), chat.offer(caption("Menu"), "menu")


def _about_her(owner: Owner, fact: str) -> Question[str]:
    """The one question about a fact of an owner herself."""
    match fact:
        case "name":
            return name()
        case "called":
            return called(owner.name, known=True)
        case _:
            return phone(owner.address)


def _which(chat: Chat, owner: Owner) -> Business:
    """Which of her businesses is meant; not asked when there is one."""
    if len(owner.businesses) == 1:
        return owner.businesses[0]
    names = [(str(b.id), b.name if len(b.name) <= 20 else b.name[:19] + "…") for b in owner.businesses]
    chosen = chat.ask(Choice("which", t("Which business is it about?"), names))
    return next(b for b in owner.businesses if str(b.id) == chosen)
