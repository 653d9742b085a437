"""What is asked about a business: at registration, for one more business, and to correct one answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.chat.flow import Chat, flow
from bot.chat.messages import Button
from bot.chat.questions import Choice, Draw, Line, Outcome, Place, Question, Said, optional
from bot.chat.reading import Invalid, Reading
from bot.chat.reading.identifiers import NO_IDENTIFIER, check, masked
from bot.chat.reading.money import Money, read_money
from bot.chat.text import Day, Text, Words, caption, t
from bot.domain import dated, owners, places
from bot.domain.classes import CAPITAL, SALES, UNKNOWN, Band, class_of
from bot.domain.db import Db
from handlers import consent

Choices = tuple[tuple[str, Words], ...]

SECTORS: Choices = (
    ("pangan", t("Packaged food or drinks")),
    ("siapsaji", t("Ready-to-eat food")),
    ("fesyen", t("Fashion or batik")),
    ("kriya", t("Crafts")),
    ("jasa", t("Services")),
    ("dagang", t("Trade or shop")),
    ("lain", t("Something else")),
)
"""What a business does: profile question P1 of the naik-kelas instrument. Rows of a list, so up to 24 characters."""
SALES_NAMES: Choices = (
    ("lt5", t("Below 5 million")),
    ("5-25", t("5 to 25 million")),
    ("25-50", t("25 to 50 million")),
    ("50-165", t("50 to 165 million")),
    ("165-1250", t("165 million - 1.25 billion")),
    ("gt1250", t("Above 1.25 billion")),
    (UNKNOWN, t("Not known yet")),
)
"""P2, sales in a month."""
CAPITAL_NAMES: Choices = (
    ("lt50", t("Up to 50 million")),
    ("50-500", t("50 to 500 million")),
    ("500-1000", t("500 million - 1 billion")),
    ("1000-5000", t("1 to 5 billion")),
    ("gt5000", t("Above 5 billion")),
    (UNKNOWN, t("Not known yet")),
)
"""P3, capital without land and buildings."""
WORKERS: Choices = (
    ("1", t("1 person")),
    ("2-4", t("2 to 4 people")),
    ("5-19", t("5 to 19 people")),
    ("ge20", t("20 people or more")),
)
"""P4, who works in the business, its owner included."""
AGES: Choices = (
    ("lt6m", t("Less than 6 months")),
    ("6-12m", t("6 - 12 months")),
    ("1-3y", t("1 - 3 years")),
    ("gt3y", t("More than 3 years")),
)
"""P5, for how long the business has been running."""
NAMES: dict[str, Choices] = {
    "sector": SECTORS, "sales": SALES_NAMES, "capital": CAPITAL_NAMES, "workers": WORKERS, "age": AGES,
}  # fmt: skip
"""The words of every code that is kept of a business."""
LABELS: dict[str, Words] = {
    "village": t("kelurahan"), "business": t("business name"), "sector": t("sector"), "sales": t("monthly sales"),
    "capital": t("capital"), "workers": t("workers"), "age": t("business age"), "nib": t("NIB"),
}  # fmt: skip
"""What each fact of a business is called on reviews, in the profile and on "Change …"; at most 15 characters."""


MONTH: dict[str | None, tuple[float, float]] = {
    None: (1, 1), "bulan": (1, 1), "minggu": (4, 5), "hari": (25, 31), "tahun": (1 / 12, 1 / 12),
}  # fmt: skip
"""How often a spell comes in a month, at least and at most: not everybody sells every day."""


@dataclass(frozen=True, slots=True)
class Amount(Choice):
    """A band of rupiah a month (sales) or in all (capital); an amount that was typed chooses its band, one for another
    spell than a month is asked back as the bands it may come to."""

    bands: Sequence[Band] = field(default=(), kw_only=True)

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[str]:
        found = None if said.code else read_money(said.text, reading)
        if not isinstance(found, Money) or found.compare:
            return Choice.read(self, said, reading, draw)
        monthly = found.period in (None, "bulan")
        if found.upto is None and monthly:
            return self._bands(found.amount, found.amount)[0]
        chosen = Choice.read(self, said, reading, draw)  # "5 - 25 juta" is the name of a band
        if not isinstance(chosen, Invalid):
            return chosen
        least, most = MONTH[found.period]
        bands = self._bands(int(found.amount * least), int((found.upto or found.amount) * most))
        return bands[0] if len(bands) == 1 and monthly else self.which(bands) if len(bands) <= 3 else chosen

    def _bands(self, least: int, most: int) -> list[str]:
        """The bands that amounts from `least` to `most` lie in."""
        places = [next(i for i, b in enumerate(self.bands) if b.most is None or n <= b.most) for n in (least, most)]
        return [band.code for band in self.bands[places[0] : places[1] + 1]]


@dataclass(frozen=True, slots=True)
class Nib(Question[str]):
    """A NIB: as many digits as the rule ``nib.digits`` says, with or without blanks and dots."""

    digits: int = field(default=13, kw_only=True)
    who: Words = field(default="", kw_only=True)

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[str]:
        value = check("nib", said.text, reading).value
        if not value:
            return Invalid(NO_IDENTIFIER)
        if len(value) == self.digits:
            return value
        return Invalid(
            t("A NIB usually has {n} digits.\nWe received {m} digits: {shown}\nPlease check it again, {who}.",
              n=self.digits, m=len(value), shown=masked(value), who=self.who)
        )  # fmt: skip

    def restore(self, kept: object) -> str:
        if not isinstance(kept, str):
            raise TypeError("no digits")
        return kept

    def show(self, value: str) -> Words:
        return masked(value)


@dataclass(frozen=True, slots=True)
class Age(Choice):
    """For how long; "since 2015" is counted to today, and asked back where the year alone doesn't tell."""

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[str]:
        year = SINCE.search(said.text)
        today = reading.at.astimezone(reading.zone)
        if said.code or year is None or not 1900 < (began := int(year[0])) <= today.year:
            return Choice.read(self, said, reading, draw)
        least, most = (today.year - began) * 12 + today.month - 12, (today.year - began) * 12 + today.month
        found = [code for code, months in MONTHS if least < months[1] and most > months[0]]
        return found[0] if len(found) == 1 else self.which(found)


SINCE = re.compile(r"\b(?:19|20)[0-9]{2}\b")
MONTHS = (("lt6m", (0, 6)), ("6-12m", (6, 12)), ("1-3y", (12, 36)), ("gt3y", (36, 12_000)))
"""Months, from and to, of the codes of P5."""


def village(chat: Chat, db: Db, who: Words) -> Place:
    return Place(
        "village",
        t("In which kelurahan is the business, {who}?\nJust type its name. For example: Purwantoro", who=who),
        find=places.place_reader(db, chat.region),
        villages=places.villages(db, chat.region),
        label=LABELS["village"],
    )


def business_name() -> Line:
    return Line("business", t("What is the name of the business?"), owners.business_name, label=LABELS["business"])


def sector() -> Choice:
    return Choice("sector", t("What does the business do?"), SECTORS, label=LABELS["sector"])


def sales() -> Amount:
    text = t("About how much comes in from sales each month (omzet)?")
    return Amount("sales", text, SALES_NAMES, label=LABELS["sales"], bands=SALES)


def capital() -> Amount:
    text = t("How much capital does the business have now, without land and buildings?")
    return Amount("capital", text, CAPITAL_NAMES, label=LABELS["capital"], bands=CAPITAL)


def workers() -> Choice:
    return Choice("workers", t("How many people work there, including the owner?"), WORKERS, label=LABELS["workers"])


def age() -> Choice:
    return Age("age", t("For how long has the business been running?"), AGES, label=LABELS["age"])


def nib(chat: Chat, db: Db, who: Words, *, skipped: bool = False) -> Nib:
    """The NIB; `skipped`: there is a button to skip it."""
    digits = dated.rule(db, "nib.digits", chat.local.date()).value
    if skipped:
        text = t("What is the NIB of the business ({n} digits)?\nIf there is none yet, choose Skip.", n=digits)
    else:
        text = t("What is the NIB of the business ({n} digits)?", n=digits)
    return Nib("nib", text, label=LABELS["nib"], digits=digits, who=who)


def ask(chat: Chat, db: Db, who: Words) -> owners.Facts:
    """Ask everything about a business; `who` is how its owner is spoken to."""
    return {
        "village": chat.ask(village(chat, db, who)),
        "business": chat.ask(business_name()),
        "sector": chat.ask(sector()),
        "sales": chat.ask(sales()),
        "capital": chat.ask(capital()),
        "workers": chat.ask(workers()),
        "age": chat.ask(age()),
        "nib": chat.ask(optional(nib(chat, db, who, skipped=True))),
    }


def question(chat: Chat, db: Db, fact: str, who: Words) -> Question[str]:
    """The one question about a fact of a business. Raises `KeyError` if there is no such fact."""
    asked: dict[str, Question[str]] = {
        "village": village(chat, db, who), "business": business_name(), "sector": sector(), "sales": sales(),
        "capital": capital(), "workers": workers(), "age": age(), "nib": nib(chat, db, who),
    }  # fmt: skip
    return asked[fact]


SIZES: dict[str, Text] = {
    "mikro": t("micro business"),
    "kecil": t("small business"),
    "menengah": t("medium business"),
    "besar": t("large business"),
}


def legal_class(chat: Chat, db: Db, sales: str | None, capital: str | None) -> Text:
    """The class by law of a business with these bands, by the limits in force today, with their day and source."""
    rule = dated.rule(db, "class.thresholds", chat.local.date())
    found = class_of(sales, capital, rule.value)
    if found is None:
        return t("The class of the business can't be told yet: its sales and capital aren't known.")
    size: Text = SIZES[found.name]
    if found.more:
        size = t("{size} or larger", size=size)
    values = {"size": size, "source": rule.source, "day": Day(rule.since)}
    if found.by == "sales":
        return t("By its sales this is a *{size}* ({source}, in force since {day}).", **values)
    return t("By its capital this is a *{size}* ({source}, in force since {day}).", **values)


@flow(
    "business",
    command="usaha",
    words=("usaha", "tambah usaha", "usaha baru", "usaha lain"),
    title=caption("Add a business"),
)
def business(chat: Chat, db: Db) -> None:
    owner = owners.find(db, chat.person)
    if owner is None:
        unregistered(chat)
        return
    if not consent.agreed(chat, db):
        consent.refused(chat, db)
        return
    chat.say(t("One more business. The questions are the same as for the first one."))
    facts = ask(chat, db, owner.address)
    chat.review(t("Please check, {who}: is everything right?", who=owner.address))

    owners.add_business(db, chat.person, **facts)
    consent.note(chat, db)
    chat.say(t("Thank you, {who}. {business} is noted.", who=owner.address, business=facts["business"]))
    chat.say(legal_class(chat, db, facts.get("sales"), facts.get("capital")), *next_steps(chat))
    consent.ask_next(chat, db)


def unregistered(chat: Chat, *back: Button) -> None:
    """Say that something needs an owner, to one who isn't one yet; `back` to her registration, if that is open."""
    if "register" in chat.under_way():
        chat.say(t("That works as soon as you are registered. Let's finish that first."), *back)
    else:
        chat.say(t("You aren't registered yet."), chat.offer(caption("Register"), "register"))


def next_steps(chat: Chat) -> tuple[Button, ...]:
    """What an owner can do after something was noted."""
    return (
        chat.offer(caption("My profile"), "profile"),
        chat.offer(caption("Add a business"), "business"),
        chat.offer(caption("Menu"), "menu"),
    )
