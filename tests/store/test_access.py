"""The matrix of rights, generated: every role × area × action × object on real rows; nobody gets more than is his."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from bot.chat.flow import Person, Refused
from bot.chat.reading.place import Place
from bot.domain import access, audit, changes, consents, dated, lookup, name_words, owners, places, tickets
from bot.domain.access import ACTIONS, RIGHTS, ROLES, Action, Role
from bot.domain.db import Db
from bot.domain.officers import Officer
from bot.domain.tables import businesses, people
from bot.domain.tables import officers as table
from tests.office import MONDAY
from tests.store.bench import Bench, met, write

PURWANTORO, SUKUN, SINGOSARI = "35.73.01.1007", "35.73.04.1006", "35.07.24.1001"
VILLAGES = (PURWANTORO, SUKUN, SINGOSARI, None)
AREAS = ("35", "35.73", "35.73.01", PURWANTORO, "35.73.04", "35.07", "35.7", "35.73.0", "35.73.01.100", "", "%", ".")
SEES = {"petugas", "koordinator"}


@dataclass(frozen=True)
class Someone:
    """An owner of the matrix: where her businesses are, whether she waits for her erasure or has taken back her leave,
    and what of hers waits for an officer."""

    name: str
    villages: tuple[str, ...]
    frozen: bool = False
    withdrawn: bool = False
    asks: bool = True
    corrects: bool = False


PEOPLE = (
    Someone("Aminah", (PURWANTORO,)),
    Someone("Budiarti", (SUKUN,)),
    Someone("Citra", (PURWANTORO, SUKUN), corrects=True),
    Someone("Dewi", (SINGOSARI,)),
    Someone("Endah", (PURWANTORO,), frozen=True, corrects=True),
    Someone("Fatimah", (PURWANTORO,), withdrawn=True),
    Someone("Gayatri", (PURWANTORO, SUKUN), withdrawn=True, asks=False),
    Someone("Hartini", (SUKUN, PURWANTORO), withdrawn=True, asks=False, corrects=True),
)


def under(village: str | None, area: str) -> bool:
    """The areas' rule, said in another way than the code does."""
    if village is None:
        return len(area.split(".")) < 3
    parts = area.split(".")
    return bool(area) and village.split(".")[: len(parts)] == parts


def filled(db: Db) -> dict[str, int]:
    """The owners, each with a ticket; the number of each person."""
    places.put(db, [Place("35.73", "Malang", "kota", "35")])
    dated.put(db, "unmask.daily", MONDAY.date(), 10_000, "uji")
    dated.put(db, "change.hours", MONDAY.date(), {"due": 72, "remind": 48}, "uji")
    numbers: dict[str, int] = {}
    for i, someone in enumerate(PEOPLE):
        contact = met(db, f"owner {i}")
        person = Person(contact.person, "id", contact=contact.id)
        numbers[someone.name] = person.id
        about = {"business": f"Warung {someone.name}", "sector": "pangan"}
        first, *others = someone.villages
        facts = {"nib": f"{i}234567890123", **about}
        owners.register(db, person, name=someone.name, phone=f"+62812000000{i}", village=first, **facts)
        for village in others:
            owners.add_business(db, person, village=village, **{**about, "nib": f"{i}999999999999"})
        if someone.asks:
            tickets.open_ticket(db, person, "question", f"rahasia {someone.name}")
        if someone.corrects:
            changes.ask(db, person, "name", f"{someone.name} Baru", MONDAY.date())
        if someone.withdrawn:
            consents.note(db, person, consents.SERVICE, "1.0", allowed=False)
        if someone.frozen:
            db.execute(update(people).where(people.c.id == person.id).values(frozen_at=db.now))
    return numbers


def officer(db: Db, role: str, area: str, *, revoked: bool = False) -> Officer:
    person = met(db, f"{role} {area} {revoked}", account="telegram:222").person
    row = {"role": role, "area": area, "since": db.now, "name": db.seal(person, "officers.name", "Rina")}
    db.upsert(table, ("person_id",), {"person_id": person, **row, "revoked_at": db.now if revoked else None})
    return Officer(person, "Rina", role, area, db.now)


def test_the_rule_itself():
    """Role × area × action × village, without a database."""
    for role in (*ROLES, "owner", ""):
        for area in AREAS:
            for action in ACTIONS:
                for village in VILLAGES:
                    allowed = action in RIGHTS.get(role, ()) and under(village, area)
                    assert access.allows(role, area, action, village) is allowed, (role, area, action, village)


def test_who_sees_owners_and_who_only_numbers():
    of_owners: set[Action] = {
        "owner.see",
        "owner.unmask",
        "owner.export",
        "ticket.see",
        "change.decide",
        "evidence.decide",
    }
    assert {role for role in ROLES if RIGHTS[role] & of_owners} == SEES
    assert RIGHTS["perencana"] == {"numbers.see"}
    assert not RIGHTS["petugas"] & {"owner.export", "officer.see"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("revoked", [False, True], ids=["now", "revoked"])
def test_nobody_sees_more_than_is_his(bench: Bench, revoked: bool, role: Role):
    """Every officer there can be tries everything on everybody."""

    def work(db: Db) -> None:
        numbers = filled(db)
        for area in AREAS:
            his = officer(db, role, area, revoked=revoked)
            rights = role in SEES and not revoked
            for someone in PEOPLE:
                near = [v for v in someone.villages if under(v, area)] if rights and not someone.frozen else []
                asked = rights and not someone.frozen and someone.asks and under(someone.villages[0], area)
                tries(db, his, numbers[someone.name], someone, near, asked)

    write(bench, work)


def tries(db: Db, his: Officer, person: int, someone: Someone, near: list[str], asked: bool) -> None:
    """One officer and one owner: what he finds, sees and opens, and that nothing is noted that he didn't get."""
    decides = someone.corrects and someone.villages[0] in near
    found = bool(asked or decides or (near and not someone.withdrawn))
    hidden = bool(near) and not found
    before = len(audit.noted(db, actor=his.person))
    for said in (someone.name, f"warung {someone.name}", phone_of(db, person), nib_of(db, person)):
        listed, _, untold = lookup.search(db, his, said)
        assert [one.person for one in listed] == ([person] if found else []), (his, someone, said)
        assert untold == int(hidden), (his, someone, said)
    seen = lookup.view(db, his, person)
    assert (seen is not None) is found, (his, someone)
    if seen is not None:
        inside = db.execute(select(businesses.c.village).where(businesses.c.id.in_([b.id for b in seen.businesses])))
        assert sorted(inside.scalars()) == ([] if someone.withdrawn else sorted(near))
        assert (seen.asked == f"rahasia {someone.name}") is asked
        assert (seen.phone != "") is bool(near)
        assert phone_of(db, person) not in str(seen)
    opens = {"phone": bool(near) and found, "nib": bool(near) and not someone.withdrawn}
    for what in ("phone", "nib"):
        opened = tried(lambda what=what: lookup.unmask(db, his, person, what, "uji", db.now))
        assert (opened is not None) is opens[what], (his, someone, what)
        if what == "nib" and opened is not None:
            assert len(opened.split(", ")) == len(near)
    after = len(audit.noted(db, actor=his.person))
    assert after - before == (4 + 1 if found else 4 if hidden else 0) + sum(opens.values())
    number = next((one.id for one in changes.of(db, Person(person, "id"))), 0)
    assert (tried(lambda: changes.decidable(db, Person(his.person, "id"), number).name) is not None) is decides
    assert (number in [one.id for one in changes.for_officer(db, his, 99)[0]]) is decides, (his, someone)


def tried(work: Callable[[], str]) -> str | None:
    try:
        return work()
    except Refused:
        return None


def phone_of(db: Db, person: int) -> str:
    owner = owners.find(db, Person(person, "id"))
    assert owner
    return owner.phone


def nib_of(db: Db, person: int) -> str:
    owner = owners.find(db, Person(person, "id"))
    assert owner
    return owner.businesses[0].nib or ""


def test_numbers_that_are_guessed_lead_nowhere(bench: Bench):
    def work(db: Db) -> None:
        filled(db)
        his = officer(db, "petugas", "35.73.01")
        seen = [person for person in range(-5, 200) if lookup.view(db, his, person)]
        assert seen == [1, 3, 6]
        assert [tried(lambda p=p: lookup.unmask(db, his, p, "phone", "x", db.now)) for p in (2, 4, 5, 7, 99)] == [
            None
        ] * 5

    write(bench, work)


def test_the_filter_of_queries_is_the_same_rule(bench: Bench):
    def work(db: Db) -> None:
        filled(db)
        for area in AREAS:
            found = db.execute(select(businesses.c.village).where(access.within(businesses.c.village, area))).scalars()
            every = db.execute(select(businesses.c.village)).scalars()
            assert sorted(found) == sorted(v for v in every if under(v, area)), area

    write(bench, work)


def test_words_are_found_without_regard_to_the_area_and_only_filtered_later(bench: Bench):
    def work(db: Db) -> None:
        numbers = filled(db)
        assert name_words.found(db, "warung") == set(numbers.values())
        his = officer(db, "petugas", SUKUN)
        assert [one.name for one in lookup.search(db, his, "warung")[0]] == ["Budiarti", "Citra", "Hartini"]

    write(bench, work)
