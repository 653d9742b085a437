"""Officers see businesses ranked by what is confirmed, with filters; planners see counts that tell nobody apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from functools import reduce

from bot.chat.flow import Chat, Person, flow
from bot.chat.questions import Choice
from bot.chat.text import Lines, Text, Words, caption, t
from bot.domain import access, audit, owners, places
from bot.domain.assess import instruments
from bot.domain.assess import ranking as ranks
from bot.domain.assess.instruments import CHECK
from bot.domain.db import Db
from bot.domain.officers import Officer
from handlers import officers as desk
from handlers.business import SECTORS

SHOWN = 10
ALL = "all"
FILTERS: dict[str, Text] = {
    "place": caption("By kecamatan"),
    "sector": caption("By sector"),
    "band": caption("By result"),
    "gate": caption("By what is missing"),
}
_ANY = caption("All of them")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty for all. `place` is the last part of a kecamatan's code, `band` and `gate`
    are places in the instrument's lists, so that all of it goes into a button."""

    place: str = ""
    sector: str = ""
    band: str = ""
    gate: str = ""

    def packed(self) -> str:
        return ".".join(astuple(self))

    @classmethod
    def unpacked(cls, text: str) -> Filters:
        parts = text.split(".")
        return cls(*parts) if len(parts) == len(FILTERS) else cls()


def _may(db: Db, officer: Officer, action: access.Action) -> bool:
    return access.may(db, officer, action, officer.area)


@flow(
    "ranking", command="peringkat", words=("peringkat", "ranking"), title=caption("Ranking"), menu=25,
    when=desk.may("numbers.see"), desk="officers",
)  # fmt: skip
def ranking(chat: Chat, db: Db) -> None:
    """The best first; of one who may see nobody, the counts."""
    officer = desk.who(chat, db, "numbers.see")
    if officer is None:
        return
    if _may(db, officer, "owner.see"):
        given = chat.talk.given
        begin = given.get("from", "")
        by = Filters.unpacked(given.get("by", ""))
        _list(chat, db, officer, by, int(begin) if begin.isascii() and begin.isdecimal() else 0)
    else:
        _counts(chat, db, officer)


@flow("rank_by", desk="officers")
def rank_by(chat: Chat, db: Db) -> None:
    """One more filter, `what`, on those there are (`by`)."""
    officer = desk.who(chat, db, "numbers.see")
    what = chat.talk.given.get("what", "")
    if officer is None or what not in FILTERS:
        return
    choices = ((ALL, _ANY), *_choices(chat, db, officer, what))
    chosen = chat.ask(Choice("only", t("Which ones?"), choices))
    filters = Filters.unpacked(chat.talk.given.get("by", ""))
    _list(chat, db, officer, replace(filters, **{what: "" if chosen == ALL else chosen}))


def _choices(chat: Chat, db: Db, officer: Officer, what: str) -> Sequence[tuple[str, Words]]:
    instrument = instruments.in_force(db, CHECK, chat.local.date())
    if what == "place":
        return [(code.rpartition(".")[2], _short(db, code)) for code in _districts(chat, db, officer)]
    if what == "sector":
        return SECTORS
    if what == "band":
        return [(str(n), band.title) for n, band in enumerate(instrument.bands)]
    return [(str(n), gate.step[:24]) for n, gate in enumerate(instrument.gates)]


def _short(db: Db, code: str) -> str:
    """A kecamatan's name alone, as it fits a button."""
    return places.name(db, code).removeprefix("Kecamatan ")


def _districts(chat: Chat, db: Db, officer: Officer) -> list[str]:
    """The kecamatan of his area, by code."""
    inside = (
        v.code for v in places.villages(db, chat.region) if access.allows("petugas", officer.area, "owner.see", v.code)
    )
    return sorted({code.rpartition(".")[0] for code in inside})


def _list(chat: Chat, db: Db, officer: Officer, filters: Filters, begin: int = 0) -> None:
    if not _may(db, officer, "owner.see"):
        chat.say(t("Your role doesn't include looking at owners' data."))
        return
    instrument = instruments.in_force(db, CHECK, chat.local.date())
    district = next((code for code in _districts(chat, db, officer) if code.endswith(f".{filters.place}")), "")
    area = district if filters.place and district.startswith(officer.area) else officer.area
    sectors = [filters.sector] if filters.sector else []
    band = _code([band.code for band in instrument.bands], filters.band)
    gate = _code([gate.code for gate in instrument.gates], filters.gate)
    count = ranks.number(db, area, sectors=sectors, band=band, gate=gate)
    shown = ranks.ranked(db, area, sectors=sectors, band=band, gate=gate, begin=begin, limit=SHOWN)
    which = f"{begin + 1}–{begin + len(shown)}" if begin else len(shown)
    head: list[Words] = [
        t("Businesses by their confirmed score, full checks. Shown: {shown} of {n}", shown=which, n=count)
    ]
    head += [t("Only: {what}", what=what) for what in _said(chat, db, officer, filters)]
    if not shown:
        chat.say(Lines((*head[1:], t("There is no such full check yet; quick ones aren't listed here."))))
    else:
        chat.say(Lines((*head, *(_row(db, officer, one) for one in shown))))
    if begin + SHOWN < count:
        more = {"by": filters.packed(), "from": str(begin + SHOWN)}
        chat.button(chat.offer(caption("Next ten"), "ranking", **more))
    for what, words in FILTERS.items():
        if what != "place" or len(_districts(chat, db, officer)) > 1:
            chat.button(chat.offer(words, "rank_by", what=what, by=filters.packed()))
    chat.button(chat.offer(caption("Counts"), "rank_counts"))


def _code(codes: Sequence[str], place: str) -> str:
    """The code at a place of a list; none where the list has changed since."""
    return codes[int(place)] if place and int(place) < len(codes) else ""


def _said(chat: Chat, db: Db, officer: Officer, filters: Filters) -> list[str | Text]:
    """The filters in words."""
    found: list[str | Text] = []
    for what in FILTERS:
        if value := getattr(filters, what):
            words = dict(_choices(chat, db, officer, what)).get(value, "")
            found.append(words if isinstance(words, str | Text) else "")
    return found


def _row(db: Db, officer: Officer, one: ranks.Ranked) -> Words:
    """A business of the list, in the words of its check's version; that he sees it is noted."""
    instrument = instruments.of(db, CHECK, one.version)
    owner = owners.find(db, Person(one.person, ""))
    name = next((b.name for b in owner.businesses if b.id == one.business), "-") if owner else "-"
    audit.note(db, officer.person, "listed", one.person, f"assessment:{one.assessment}")
    values = {
        "place": one.place, "name": name, "village": places.name(db, one.village), "total": one.verified,
        "claimed": one.claimed, "band": instrument.band(one.band).title,
    }  # fmt: skip
    missing = ", ".join(gate.step for gate in instrument.gates if gate.code in one.failed)
    if missing:
        return t("{place}. {name} ({village}): *{total}*, {band}; claimed {claimed}; missing: {missing}",
                 missing=missing, **values)  # fmt: skip
    return t("{place}. {name} ({village}): *{total}*, {band}; claimed {claimed}", **values)


@flow("rank_counts", desk="officers")
def rank_counts(chat: Chat, db: Db) -> None:
    officer = desk.who(chat, db, "numbers.see")
    if officer is not None:
        _counts(chat, db, officer)


def _counts(chat: Chat, db: Db, officer: Officer) -> None:
    """How the indicators stand in each kecamatan."""
    if not _may(db, officer, "numbers.see"):
        chat.say(t("Your role doesn't include looking at owners' data."))
        return
    instrument = instruments.in_force(db, CHECK, chat.local.date())
    fewest = 0 if _may(db, officer, "owner.see") else ranks.FEWEST
    found = ranks.counts(db, officer.area, instrument, fewest=fewest)
    if not found:
        chat.say(t("There is no such check yet."))
        return
    names = {i.code: i.short for i in instrument.indicators}
    titles: dict[str, str | Text] = {level.code: level.title for level in instrument.levels} | {"": t("good")}
    head = t(
        "Businesses by indicator and kecamatan, by what is confirmed. – isn't shown: under {n}, or it would tell one.",
        n=ranks.FEWEST,
    )
    lines: list[Words] = [head if fewest else t("Businesses by indicator and kecamatan, by what is confirmed.")]
    before = ""
    for row in found:
        if row.kecamatan != before:
            before = row.kecamatan
            lines.append(t("*{place}*", place=_short(db, row.kecamatan)))
        parts: list[Text] = [
            t("{what} {n}", what=titles[level], n="–" if n is None else n) for level, n in row.by_level.items()
        ]
        levels = reduce(lambda first, second: t("{first}, {second}", first=first, second=second), parts)
        lines.append(t("{what}: {levels}", what=names[row.indicator], levels=levels))
    chat.say(Lines(tuple(lines)))
