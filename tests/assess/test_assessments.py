"""Assessments on a real database: bound to their version, kept at each answer, verified by officers, ranked."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from bot.chat.flow import Person, Refused
from bot.domain import officers, owners, upgrade
from bot.domain.assess import assessments as checks
from bot.domain.assess import evidence, instruments, ranking
from bot.domain.assess.instrument import BadInstrument, shipped
from bot.domain.assess.progress import missing, progress
from bot.domain.db import Db
from bot.domain.engine import writing
from bot.domain.keys import Keys
from bot.domain.officers import Officer
from bot.domain.tables import Proof, assessments, audit, businesses
from bot.domain.tables import evidence as shown_rows
from bot.domain.tables import people as everybody
from tests.office import MONDAY
from tests.store.bench import Bench, met, write

DAY = MONDAY.date()
CHECK = next(i for i in shipped() if i.code == "naik-kelas")
PROFILE = {"P2": "lt5", "P3": "lt50", "P4": "1", "P5": "lt6m", "P6": "buku"}


def example(name: str) -> dict[str, str]:
    return CHECK.examples[name].answers | PROFILE


def owner(db: Db, name: str = "1", village: str = "35.73.01.1007", sector: str = "pangan") -> tuple[Person, int]:
    """A registered person and her business."""
    contact = met(db, name)
    person = Person(contact.person, "id", contact=contact.id)
    owners.register(db, person, name=f"Siti {name}", phone="", village=village, business="Kue", sector=sector)
    found = owners.find(db, person)
    assert found
    return person, found.businesses[0].id


def officer(db: Db, name: str = "9", area: str = "35.73", role: str = "petugas") -> Officer:
    contact = met(db, name)
    return officers.join(
        db, Person(contact.person, "id", "officers", contact.id), officers.invite(db, name, role, area)
    )


def answer(db: Db, person: Person, check: checks.Assessment, answers: dict[str, str]) -> None:
    before = checks.given(db, check.id)
    for item, code in answers.items():
        checks.put(db, checks.opened(db, person, check.id), item, code, was=before.get(item))


def finished(db: Db, person: Person, business: int, answers: dict[str, str]) -> checks.Assessment:
    check = checks.start(db, person, business, "naik-kelas", "full", DAY)
    answer(db, person, check, answers)
    checks.finish(db, person, check.id)
    return checks.history(db, person, business, "naik-kelas")[-1]


def refused(act: Callable[[], object]) -> None:
    with pytest.raises(Refused):
        act()


def test_a_check_is_saved_at_each_answer_and_its_score_comes_out_of_what_is_stored(bench: Bench):
    def begin(db: Db) -> None:
        instruments.ship(db)
        person, business = owner(db)
        check = checks.start(db, person, business, "naik-kelas", "full", DAY)
        assert checks.given(db, check.id) == {"P1": "pangan"}
        answer(db, person, check, {k: v for k, v in example("berkembang").items() if k[0] in "PAB"})
        refused(lambda: checks.finish(db, person, check.id))

    def go_on(db: Db) -> None:
        person = Person(1, "id")
        (business,) = db.execute(select(businesses.c.id)).scalars()
        check = checks.start(db, person, business, "naik-kelas", "full", DAY)
        assert check == checks.open_of(db, business, "naik-kelas")
        assert missing(CHECK, checks.given(db, check.id))[0].code == "C1"
        assert [p.done == p.of for p in progress(CHECK, checks.given(db, check.id))] == [True] * 2 + [False] * 4
        answer(db, person, check, {k: v for k, v in example("berkembang").items() if k[0] in "CDEF"})
        checks.put(db, check, "A1", "belum", was="ada")
        checks.put(db, check, "A1", "ada", was="belum")  # changed and changed back
        result = checks.finish(db, person, check.id)
        assert result.claimed.total == 66
        refused(lambda: checks.opened(db, person, check.id))
        (past,) = checks.history(db, person, business, "naik-kelas")
        refused(lambda: checks.put(db, past, "A1", "belum", was="ada"))
        refused(lambda: checks.finish(db, person, check.id))

    def look(db: Db) -> None:
        for row in db.execute(select(assessments)):
            found = checks.result(db, row.id)
            assert (row.claimed, row.claimed_band) == (found.claimed.total, found.claimed.band) == (66, "berkembang")
            assert (row.verified, row.verified_band) == (found.verified.total, found.verified.band)
            assert row.marks["claimed"] == {code: mark.score for code, mark in found.claimed.marks.items()}
            assert row.marks["failed"]["verified"] == list(found.verified.failed)

    write(bench, begin)
    write(bench, go_on)
    write(bench, look)


@contextmanager
def database(folder: Path) -> Generator[Db]:
    url = f"sqlite:///{folder / 'one.db'}"
    upgrade.upgrade(url, MONDAY)
    keys = Keys(folder / "keys")
    engine = writing(url)
    with engine.begin() as connection:
        yield Db(connection, keys, MONDAY)
    engine.dispose()
    keys.close()


@pytest.fixture
def db(tmp_path: Path) -> Generator[Db]:
    """A new database with the shipped instruments."""
    with database(tmp_path) as found:
        instruments.ship(found)
        yield found


# Instruments in the database


def test_shipped_instruments_are_there_once(db: Db):
    assert instruments.ship(db) == 0
    assert [code for code, _, _ in instruments.listed(db)] == ["ekspor", "naik-kelas"]
    assert instruments.in_force(db, "naik-kelas", DAY) == CHECK
    with pytest.raises(LookupError):
        instruments.in_force(db, "naik-kelas", date(2026, 10, 31))


def changed(version: str, since: str, weight: int = 5) -> dict[str, Any]:
    document = CHECK.model_dump(mode="json")
    document |= {"version": version, "since": since, "examples": {}}
    document["indicators"][0]["weight"] += weight
    document["indicators"][1]["weight"] -= weight
    return document


def test_a_new_version_holds_for_new_checks_only(db: Db):
    person, business = owner(db)
    first = finished(db, person, business, example("berkembang"))
    begun = checks.start(db, person, business, "naik-kelas", "full", DAY)
    instruments.put(db, changed("own", DAY.isoformat()))
    instruments.put(db, changed("later", "2027-01-01", weight=10))
    assert instruments.in_force(db, "naik-kelas", DAY).version == "own"
    answer(db, person, begun, example("berkembang"))
    assert checks.finish(db, person, begun.id).claimed.total == 66  # by the version it was begun with
    later = finished(db, person, business, example("berkembang"))
    assert [later.version, later.claimed] == ["own", 67]
    assert checks.result(db, first.id).claimed.total == first.claimed == 66
    versions = [a.version for a in checks.history(db, person, business, "naik-kelas")]
    assert versions == [CHECK.version, CHECK.version, "own"]


def test_a_version_is_never_changed(db: Db):
    instruments.put(db, changed("own", "2026-12-01"))
    instruments.put(db, changed("own", "2026-12-01"))  # the same once more
    with pytest.raises(ValueError, match="version"):
        instruments.put(db, changed("own", "2026-12-01", weight=6))
    with pytest.raises(ValueError, match="since"):
        instruments.put(db, changed("later", "2026-12-01"))
    with pytest.raises(BadInstrument, match="weights"):
        instruments.put(
            db, changed("worse", "2026-12-02") | {"indicators": CHECK.model_dump(mode="json")["indicators"][:5]}
        )


# One check


def test_a_full_check_goes_on_from_the_quick_one(db: Db):
    person, business = owner(db)
    quick = checks.start(db, person, business, "naik-kelas", "quick", DAY)
    answer(
        db, person, quick, {i.code: example("berkembang")[i.code] for i in CHECK.items if i.core and i.code != "C2N"}
    )
    result = checks.finish(db, person, quick.id)
    assert result == checks.result(db, quick.id)
    full = checks.start(db, person, business, "naik-kelas", "full", DAY)
    assert set(checks.given(db, full.id)) > {"P1", "A1", "A3"}
    assert missing(CHECK, checks.given(db, full.id) | PROFILE)[0].code == "A2"
    again = checks.start(db, person, business, "naik-kelas", "quick", DAY)
    assert (again.id, again.kind) == (full.id, "full")
    checks.give_up(db, person, full.id)
    assert checks.start(db, person, business, "naik-kelas", "quick", DAY).kind == "quick"
    assert checks.start(db, person, business, "naik-kelas", "full", DAY).kind == "full"  # the open one becomes it


def test_the_export_check_knows_the_permit_from_the_other_one(db: Db):
    person, business = owner(db)
    check = finished(db, person, business, example("berkembang"))
    boss = officer(db)
    evidence.show(db, person, check.id, "A3", words="P-IRT 1234567890123-30")
    taken = evidence.take(db, boss)
    assert taken is not None
    evidence.confirm(db, boss, taken.id)
    export = checks.start(db, person, business, "ekspor", "full", DAY)
    assert checks.given(db, export.id) == {"P1": "pangan", "A3": "pirt"}
    other = next(i for i in shipped() if i.code == "ekspor").examples["uji-pasar"].answers
    answer(db, person, export, {k: v for k, v in other.items() if k.startswith("X")})
    result = checks.finish(db, person, export.id)
    assert "izin_edar" not in result.verified.failed  # confirmed there, confirmed here
    assert result.claimed.band == "uji_pasar"


def test_only_her_own_open_check_can_be_answered(db: Db):
    person, business = owner(db)
    other, hers = owner(db, "2")
    check = checks.start(db, person, business, "naik-kelas", "full", DAY)
    refused(lambda: checks.opened(db, other, check.id))
    refused(lambda: checks.finish(db, other, check.id))
    refused(lambda: checks.start(db, other, business, "naik-kelas", "full", DAY))
    refused(lambda: evidence.show(db, other, check.id, "A1", words="1"))
    assert checks.start(db, other, hers, "naik-kelas", "full", DAY).business == hers
    assert checks.history(db, other, business, "naik-kelas") == []
    with pytest.raises(ValueError, match="A1 has no answer"):
        checks.put(db, check, "A1", "entah", was=None)
    assert checks.recheck_on(CHECK, MONDAY) == MONDAY + timedelta(days=180)


# Evidence and officers


def test_the_score_moves_only_when_an_officer_decides(db: Db):
    person, business = owner(db)
    check = finished(db, person, business, example("maju"))
    assert (check.claimed, check.verified, check.claimed_band, check.verified_band) == (97, 60, "siap", "berkembang")
    boss = officer(db)
    for item in ("A1", "A3", "C1"):
        evidence.show(db, person, check.id, item, words="a number")
    assert checks.history(db, person, business, "naik-kelas")[-1].verified == 60
    first = evidence.take(db, boss)
    assert first is not None
    assert (first.item, first.words, first.person) == ("A1", "a number", person.id)
    assert evidence.take(db, boss) == first  # his until he decides
    decided = evidence.confirm(db, boss, first.id)
    assert decided.before == 60
    assert decided.after == checks.result(db, check.id).verified.total > 60
    second = evidence.take(db, boss)
    assert second is not None
    with pytest.raises(ValueError, match="reason"):
        evidence.reject(db, boss, second.id, "  ")
    lower = evidence.reject(db, boss, second.id, "Nomornya tidak terbaca")
    assert lower.after is not None
    assert lower.after < (lower.before or 0)
    third = evidence.take(db, boss)
    assert third is not None
    asked = evidence.ask_again(db, boss, third.id, "Fotonya gelap")
    assert asked.after == asked.before
    assert evidence.take(db, boss) is None
    stored = checks.history(db, person, business, "naik-kelas")[-1]
    assert stored.verified == checks.result(db, check.id).verified.total
    rows = db.execute(select(shown_rows).order_by(shown_rows.c.id)).all()
    assert [(r.state, r.decided_by) for r in rows] == [(1, boss.person), (2, boss.person), (3, boss.person)]
    assert db.open(person.id, "evidence.reason", rows[1].reason) == "Nomornya tidak terbaca"
    noted = db.execute(select(audit.c.action).where(audit.c.actor_id == boss.person, audit.c.person_id == person.id))
    assert {"evidence.seen", "evidence.confirmed", "evidence.rejected", "evidence.again"} <= set(noted.scalars())
    refused(lambda: evidence.confirm(db, boss, second.id))  # decided already
    refused(lambda: evidence.show(db, person, check.id, "A1", words="another"))  # confirmed already
    evidence.show(db, person, check.id, "A3", words="a better one")
    assert checks.result(db, check.id).verified.total > lower.after  # by half again


def test_two_officers_never_get_the_same_one(db: Db):
    person, business = owner(db)
    check = finished(db, person, business, example("maju"))
    one, two = officer(db, "8"), officer(db, "9")
    for item in ("A1", "A3"):
        evidence.show(db, person, check.id, item, words="x")
    assert evidence.waiting(db, one) == 2
    his, other = evidence.take(db, one), evidence.take(db, two)
    assert his is not None
    assert other is not None
    assert (his.item, other.item) == ("A1", "A3")
    assert evidence.waiting(db, one) == 1
    refused(lambda: evidence.confirm(db, two, his.id))
    db.now += evidence.LEASE + timedelta(seconds=1)  # he went to lunch
    taken = evidence.take(db, two)
    assert taken is not None
    assert taken.item == "A3"
    evidence.confirm(db, two, taken.id)
    taken = evidence.take(db, two)
    assert taken is not None
    assert taken.id == his.id
    refused(lambda: evidence.confirm(db, one, his.id))
    evidence.confirm(db, two, his.id)


def test_who_gets_what_to_look_at(db: Db):
    person, business = owner(db)
    check = checks.start(db, person, business, "naik-kelas", "full", DAY)
    answer(db, person, check, example("maju"))
    evidence.show(db, person, check.id, "A1", words="x")
    boss = officer(db)
    assert evidence.take(db, boss) is None  # not before she is through
    checks.finish(db, person, check.id)
    elsewhere, planner = officer(db, "8", area="35.73.05"), officer(db, "7", role="perencana")
    herself = Officer(person.id, "Siti", "petugas", "35.73", MONDAY)
    assert [evidence.take(db, who) for who in (elsewhere, planner, herself)] == [None, None, None]
    db.execute(update(everybody).where(everybody.c.id == person.id).values(frozen_at=MONDAY, erase_at=MONDAY))
    assert evidence.take(db, boss) is None  # she asked to be erased
    db.execute(update(everybody).values(frozen_at=None, erase_at=None))
    taken = evidence.take(db, boss)
    assert taken is not None
    officers.revoke(db, boss.person)
    refused(lambda: evidence.confirm(db, boss, taken.id))


def test_another_answer_or_another_photo_withdraws_what_was_shown(db: Db):
    person, business = owner(db)
    check = checks.start(db, person, business, "naik-kelas", "full", DAY)
    answer(db, person, check, example("maju"))
    evidence.show(db, person, check.id, "A1", words="old")
    evidence.show(db, person, check.id, "A1", words="new")
    evidence.show(db, person, check.id, "A3", words="x")
    checks.put(db, check, "A3", "habis", was="md")
    with pytest.raises(ValueError, match="nothing to show"):
        evidence.show(db, person, check.id, "B2", words="x")
    with pytest.raises(ValueError, match="nothing to show"):
        evidence.show(db, person, check.id, "A4")
    checks.finish(db, person, check.id)
    states = [r.state for r in db.execute(select(shown_rows.c.state).order_by(shown_rows.c.id))]
    assert states == [Proof.WITHDRAWN, Proof.CLAIMED, Proof.WITHDRAWN]
    taken = evidence.take(db, officer(db))
    assert taken is not None
    assert taken.words == "new"


def test_what_was_confirmed_holds_for_the_same_answer_in_the_next_check(db: Db):
    person, business = owner(db)
    check = finished(db, person, business, example("maju"))
    boss = officer(db)
    for item in ("A1", "A3", "C1", "E4"):
        evidence.show(db, person, check.id, item, words="x")
    for _ in range(2):
        taken = evidence.take(db, boss)
        assert taken is not None
        evidence.confirm(db, boss, taken.id)
    db.now += timedelta(days=180)
    after = finished(db, person, business, example("maju") | {"A3": "pirt", "E4": "tunai"})
    answered = checks.given(db, after.id)
    assert checks.proofs(db, after.id, answered) == {"A1": Proof.CONFIRMED, "C1": Proof.CLAIMED}
    assert evidence.waiting(db, boss) == 1  # E4 was withdrawn with its answer
    db.now += timedelta(days=30 * 24)
    much_later = finished(db, person, business, example("maju"))
    assert Proof.CONFIRMED not in checks.proofs(db, much_later.id, answered).values()


def test_a_business_that_goes_takes_its_checks_along(db: Db):
    person, business = owner(db)
    check = finished(db, person, business, example("maju"))
    evidence.show(db, person, check.id, "A1", words="x")
    db.execute(delete(businesses).where(businesses.c.id == business))
    for table in (assessments, shown_rows):
        assert db.execute(select(func.count()).select_from(table)).scalar() == 0


# Ranking and counts


def test_the_ranking_goes_by_what_is_verified_and_can_be_filtered(db: Db):
    boss = officer(db)
    people_: dict[str, int] = {}
    for number, (name, sector, village) in enumerate(
        [
            ("maju", "pangan", "35.73.01.1007"),
            ("pirt-habis", "pangan", "35.73.05.1001"),
            ("jasa", "jasa", "35.73.01.1001"),
        ]
    ):
        person, business = owner(db, str(number), village, sector)
        people_[name] = person.id
        finished(db, person, business, example("pemula") | {"P1": sector} | example(name))  # and an earlier one
        check = finished(db, person, business, example(name))
        if name == "pirt-habis":
            for item in ("A1", "A2", "B1", "C1", "C2", "D1", "E1", "E4"):
                evidence.show(db, person, check.id, item, words="x")
                taken = evidence.take(db, boss)
                assert taken is not None
                evidence.confirm(db, boss, taken.id)

    def names(**filters: Any) -> list[str]:
        by_person = {id: name for name, id in people_.items()}
        return [by_person[row.person] for row in ranking.ranked(db, filters.pop("area", "35.73"), **filters)]

    assert names() == ["pirt-habis", "maju", "jasa"]
    assert [row.place for row in ranking.ranked(db, "35.73")] == [1, 2, 3]
    assert names(area="35.73.01") == ["maju", "jasa"]
    assert names(sectors=["jasa"]) == ["jasa"]
    assert names(gate="izin_edar") == ["pirt-habis", "maju"]
    assert names(band="siap") == []
    assert names(limit=1) == ["pirt-habis"]
    assert names(begin=1, limit=1) == ["maju"]
    assert names(gate="izin_edar", begin=1) == ["maju"]
    assert names(gate="edar") == names(gate="izin%") == []
    assert [row.place for row in ranking.ranked(db, "35.73", begin=1)] == [2, 3]
    assert ranking.number(db, "35.73") == 3
    assert ranking.number(db, "35.73", sectors=["pangan"], gate="izin_edar") == 2
    assert ranking.number(db, "35.73", band="siap") == 0
    assert names(kind="quick") == []
    db.execute(update(everybody).where(everybody.c.id == people_["maju"]).values(frozen_at=MONDAY, erase_at=MONDAY))
    assert names() == ["pirt-habis", "jasa"]


def test_small_counts_are_hidden_from_planners(db: Db):
    for number in range(13):
        person, business = owner(db, str(number), "35.73.01.1007" if number < 12 else "35.73.05.1001")
        finished(db, person, business, example("maju" if number < 6 else "berkembang" if number < 8 else "pemula"))
    whole = {(c.kecamatan, c.indicator): c.by_level for c in ranking.counts(db, "35.73", CHECK, fewest=0)}
    hidden = {(c.kecamatan, c.indicator): c.by_level for c in ranking.counts(db, "35.73", CHECK)}
    assert whole["35.73.01", "F"] == {"mulai": 4, "tingkatkan": 8, "": 0}
    assert hidden["35.73.01", "F"] == {"mulai": None, "tingkatkan": None, "": None}  # 12 - 8 would tell the 4
    assert hidden["35.73.05", "A"] == {"mulai": None, "tingkatkan": None, "": None}
    assert all(n is None or n >= 5 for row in hidden.values() for n in row.values())
    assert all(list(row.values()).count(None) != 1 for row in hidden.values())
