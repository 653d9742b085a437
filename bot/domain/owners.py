"""Owners (pelaku usaha) and their businesses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict, Unpack, get_args

from sqlalchemy import bindparam, select, update

from bot.chat.flow import Person, Refused
from bot.chat.reading import Invalid, Unsure, names, plain
from bot.chat.text import Words, t
from bot.domain import name_words, places
from bot.domain.db import Db
from bot.domain.prepared import Prepared
from bot.domain.tables import businesses, owners

_NAME = re.compile(r"[^\W\d_][^\W\d_.,'’\- ]*(?:[ .,'’\-]+[^\W\d_]+)*\.?")


def person_name(text: str) -> str | Invalid:
    """A name as on the KTP: 3 to 60 letters, dots, commas, apostrophes and hyphens; no office's word as a name."""
    name = _introduced(plain.clean(text))
    if signs := sorted({c for c in name if unicodedata.category(c)[0] in "PS" and c not in ".,'’-"}):
        return Invalid(
            t("A name has no such signs: {signs}\nPlease type only your name, in letters.", signs=" ".join(signs[:5]))
        )
    if any(c.isdigit() for c in name):
        return Invalid(t("A name has no digits. Please type only your name."))
    if not 3 <= len(name) <= 60:
        return Invalid(t("A name has 3 to 60 letters."))
    if not _NAME.fullmatch(name) or not names.latin(name):
        return Invalid(t("Please type the name in letters only."))
    if names.says_nothing(name):
        return Invalid(t("To go on we need your name."))
    if names.official(name):
        return Invalid(t("That word is kept for the office. Please type your own name."))
    return name.title() if name.islower() or name.isupper() else name


_INTRODUCED = re.compile(
    r"(?:(?:halo|hai|ya|iya|perkenalkan|kenalkan)\b[\s,.:]*)*"
    r"(?:(?:nama|jeneng|asma|nami)(?:ku|e|nya|ne|nipun)?(?:\s+lengkap\w*)?(?:\s+(?:saya|aku|kulo|kula))?|saya|aku|kulo|kula)"
    r"(?:\s*[:=,]\s*|\s+)(?:(?:adalah|ialah|yaitu|iku|niku|inggih|nami|nama|namanya)\b[\s,:]*)*"
    r"(?:(?:bu|ibu|pak|bapak|mbak|mas|mbah)\s+)?",
    re.IGNORECASE,
)
_FROM = re.compile(r"\s+(?:dari|saking|teko|seko|wonten|ing|asal|tinggal|rumah)\s.*", re.IGNORECASE)


def _introduced(name: str) -> str:
    """A name without the words of one who introduces herself: "nama saya bu Ngatemi dari Sukun" is Ngatemi."""
    begun = _INTRODUCED.match(name)
    return _FROM.sub("", name[begun.end() :]) if begun and len(name) > begun.end() else name


_UNNAMED = re.compile(
    r"(?:masih |memang |usahanya |iki )*(?:belum|blm|blum|durung|dereng|tidak|tdk|gak|ga|nggak|ndak|ora|mboten|tanpa)\b"
    r"(?:\s+(?:ada|punya|onok|ono|nduwe|duwe|gadhah|wonten|dikasih|diberi|kepikiran|tau|tahu|ngerti))*"
    r"(?:\s+(?:nama|jeneng|asma|merek|merk|brand)\w*)?(?:\s+(?:usaha|toko|apa|apa apa)\w*)?"
    r"(?:\s+(?:pak|bu|mas|mbak|kak))?",
    re.IGNORECASE,
)


def business_name(text: str) -> str | Invalid | Unsure[str]:
    """What a business is called: 2 to 60 characters with at least one letter; "no name yet" is no name, "apa ya" may be
    one."""
    name = plain.clean(text)
    if _UNNAMED.fullmatch(plain.fold(text)):
        return Invalid(t("What do buyers call it? For example: Keripik Bu Siti, or your own name."))
    if not 2 <= len(name) <= 60 or not any(c.isalpha() for c in name):
        return Invalid(t("A business name has 2 to 60 letters."))
    if names.official(name):
        return Invalid(t("That looks like a name of the office. Please type what buyers call the business."))
    if names.says_nothing(name):
        return Unsure(name, t('Should "{words}" be your answer?', words=name))
    return name


Called = Literal["bapak", "ibu", "nama"]
"""How an owner wants to be spoken to. She is asked; a name doesn't tell."""
CALLED: tuple[Called, ...] = get_args(Called)
_TITLES = {
    "h", "hj", "kh", "ir", "dr", "drs", "dra", "prof", "ust", "ustadz", "bapak", "pak", "ibu", "bu", "mbah", "pakde",
    "pakdhe", "bude", "budhe", "paklik", "bulik", "mas", "mbak", "cak", "ning", "gus",
}  # fmt: skip


def short_name(name: str) -> str:
    """What a name is called by: its first word that is no title and no letter alone ("H. Ahmad Fauzi": Ahmad)."""
    words = [word.strip(".,") for word in name.split()]
    return next((word for word in words if len(word) > 1 and word.lower() not in _TITLES), name)


def address(name: str, called: str) -> Words:
    """How we speak to an owner: Bu Siti, Pak Budi, or only the name."""
    match called:
        case "bapak":
            return t("Pak {name}", name=short_name(name))
        case "ibu":
            return t("Bu {name}", name=short_name(name))
        case _:
            return short_name(name)


class Facts(TypedDict):
    """What is noted of a business: `village` is a Kemendagri code (with RT and RW), `business` its name, the rest codes
    of the profile questions P1 to P5 (see `bot.domain.classes`); `nib` digits only."""

    village: str
    business: str
    sector: str
    sales: NotRequired[str | None]
    capital: NotRequired[str | None]
    workers: NotRequired[str | None]
    age: NotRequired[str | None]
    nib: NotRequired[str | None]


@dataclass(frozen=True, slots=True)
class Business:
    """A business of an owner; as `Facts`, but `village` is the name of its kelurahan, with RT and RW."""

    id: int
    name: str
    village: str
    sector: str
    sales: str | None = None
    capital: str | None = None
    workers: str | None = None
    age: str | None = None
    nib: str | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """A registered person; `phone` is E.164, `nik` empty where it isn't noted."""

    person: int
    name: str
    called: str
    phone: str
    businesses: tuple[Business, ...]
    nik: str = ""

    @property
    def address(self) -> Words:
        """How we speak to her."""
        return address(self.name, self.called)


def known(db: Db, person: Person) -> bool:
    """Whether this person is registered."""
    return _KNOWN.first(db, person=person.id) is not None


_KNOWN = Prepared(select(owners.c.person_id).where(owners.c.person_id == bindparam("person")))
_OWNER = Prepared(select(owners).where(owners.c.person_id == bindparam("person")))
_BUSINESSES = Prepared(select(businesses).where(businesses.c.owner_id == bindparam("person")).order_by(businesses.c.id))


def find(db: Db, person: Person) -> Owner | None:
    """A registered person with her businesses, the oldest first."""
    row = _OWNER.first(db, person=person.id)
    if row is None:
        return None
    listed = tuple(
        Business(
            b.id, db.open(person.id, "businesses.name", b.name), _where(db, b), b.sector, b.sales, b.capital, b.workers,
            b.age, db.open(person.id, "businesses.nib", b.nib) if b.nib else None,
        )
        for b in _BUSINESSES.all(db, person=person.id)
    )  # fmt: skip
    phone = db.open(person.id, "owners.phone", row.phone) if row.phone else ""
    nik = db.open(person.id, "owners.nik", row.nik) if row.nik else ""
    return Owner(person.id, db.open(person.id, "owners.name", row.name), row.called, phone, listed, nik)


def _where(db: Db, row: Any) -> str:
    inside = [f"{name} {value}" for name, value in (("RT", row.rt), ("RW", row.rw)) if value]
    return ", ".join([places.name(db, row.village), *inside])


def register(db: Db, person: Person, *, name: str, phone: str, called: str = "nama", **business: Unpack[Facts]) -> None:
    """Make a person an owner with one business. `Refused` if she is registered already (another device was faster)."""
    if known(db, person):
        raise Refused(t("You are registered already."))
    facts = _kept(db, person, "owners", {"name": name, "called": called, "phone": phone})
    db.insert(owners, {"person_id": person.id, **facts, "registered_at": db.now})
    add_business(db, person, **business)


def add_business(db: Db, person: Person, **facts: Unpack[Facts]) -> None:
    """Note one more business of an owner. `Refused` if she isn't one (any more)."""
    if not known(db, person):
        raise Refused(t("You aren't registered yet."))
    row = _kept(db, person, "businesses", {**facts})
    db.insert(businesses, {"owner_id": person.id, **row, "registered_at": db.now})
    name_words.put(db, person.id)


def change(db: Db, person: Person, fact: str, value: str) -> None:
    """Correct an owner's ``name``, ``called``, ``phone`` or ``nik``. `Refused` if she isn't one (any more)."""
    row = _kept(db, person, "owners", {fact: value})
    if not db.execute(update(owners).where(owners.c.person_id == person.id).values(row)).rowcount:
        raise Refused(t("You aren't registered yet."))
    if fact == "name":
        name_words.put(db, person.id)


def change_business(db: Db, person: Person, business: int, fact: str, value: str) -> None:
    """Correct one of the `Facts` of an owner's business. `Refused` if it isn't hers (any more)."""
    row = _kept(db, person, "businesses", {fact: value})
    hers = (businesses.c.id == business) & (businesses.c.owner_id == person.id)
    if not db.execute(update(businesses).where(hers).values(row)).rowcount:
        raise Refused(t("That business isn't noted any more."))
    if fact == "business":
        name_words.put(db, person.id)


def _kept(db: Db, person: Person, table: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as columns: what identifies her is sealed, with a keyed index to find it by."""
    row: dict[str, Any] = {"changed_at": db.now}
    for fact, value in facts.items():
        if fact in ("phone", "nib", "nik"):
            row[fact] = db.seal(person.id, f"{table}.{fact}", value) if value else None
            row[f"{fact}_index"] = db.keys.index(fact, value) if value else None
        elif fact in ("name", "business"):
            row["name"] = db.seal(person.id, f"{table}.name", value)
        elif fact == "village":  # a code, then RT and RW where they were given: "35.73.01.1007;rt=003;rw=015"
            row["village"], *inside = value.split(";")
            row |= {"rt": None, "rw": None} | dict(part.split("=") for part in inside)
        else:
            row[fact] = value
    return row
