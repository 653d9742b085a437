"""Evidence belongs to a business and its answer, whichever of its checks it was shown in."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, update

from bot.chat.flow import Person
from bot.domain import consents
from bot.domain.assess import assessments as checks
from bot.domain.assess import evidence, instruments, ranking
from bot.domain.db import Db
from bot.domain.officers import Officer
from bot.domain.tables import Proof
from bot.domain.tables import evidence as rows
from tests.assess.test_assessments import (
    CHECK,
    DAY,
    answer,
    changed,
    database,
    example,
    finished,
    officer,
    owner,
    refused,
)


@pytest.fixture
def db(tmp_path: Path) -> Generator[Db]:
    with database(tmp_path) as found:
        instruments.ship(found)
        yield found


CORE = [item.code for item in CHECK.items if item.core]


def quick(db: Db, person: Person, business: int, answers: dict[str, str]) -> checks.Assessment:
    check = checks.start(db, person, business, "naik-kelas", "quick", DAY)
    answer(db, person, check, {code: answers[code] for code in CORE if code in answers})
    checks.finish(db, person, check.id)
    return checks.history(db, person, business, "naik-kelas")[-1]


def test_a_quick_check_takes_nothing_from_a_full_one_and_both_move(db: Db):
    person, business = owner(db)
    full = finished(db, person, business, example("maju"))
    evidence.show(db, person, full.id, "A1", words="x")
    evidence.show(db, person, full.id, "A3", words="x")
    after = quick(db, person, business, example("maju") | {"A3": "habis"})
    boss = officer(db)
    assert evidence.waiting(db, boss) == 2
    decided: list[evidence.Decided] = []
    for _ in range(2):
        taken = evidence.take(db, boss)
        assert taken is not None
        decided.append(evidence.confirm(db, boss, taken.id))
    assert [one.after > one.before for one in decided] == [True, True]
    scores = {one.id: one.verified or 0 for one in checks.history(db, person, business, "naik-kelas")}
    assert scores == {one: checks.result(db, one).verified.total for one in (full.id, after.id)}
    assert scores[full.id] > (full.verified or 0)
    assert scores[after.id] > (after.verified or 0)
    assert checks.proofs(db, after.id, checks.given(db, after.id)) == {"A1": Proof.CONFIRMED}
    assert ranking.ranked(db, "35.73")[0].verified == scores[full.id] == decided[-1].after


def test_a_corrected_quick_check_takes_nothing_from_a_full_one_that_is_open(db: Db):
    person, business = owner(db)
    boss = officer(db)
    first = quick(db, person, business, example("maju"))
    evidence.show(db, person, first.id, "A1", words="x")
    full = checks.start(db, person, business, "naik-kelas", "full", DAY)
    checks.correct(db, person, first.id, {"A1": "proses"})
    assert evidence.waiting(db, boss) == 1
    answer(db, person, full, {**example("maju"), **checks.given(db, full.id)})
    checks.finish(db, person, full.id)
    assert evidence.waiting(db, boss) == 1  # the full one holds the answer still
    assert checks.proofs(db, full.id, checks.given(db, full.id)) == {"A1": Proof.CLAIMED}
    assert checks.proofs(db, first.id, checks.given(db, first.id)) == {}
    checks.correct(db, person, full.id, {"A1": "proses"})
    assert evidence.waiting(db, boss) == 0


def test_what_is_shown_again_in_another_check_waits_once(db: Db):
    person, business = owner(db)
    full = finished(db, person, business, example("maju"))
    evidence.show(db, person, full.id, "A1", words="old")
    after = quick(db, person, business, example("maju"))
    evidence.show(db, person, after.id, "A1", words="new")
    boss = officer(db)
    assert evidence.waiting(db, boss) == 1
    taken = evidence.take(db, boss)
    assert taken is not None
    evidence.reject(db, boss, taken.id, "Buram")
    assert taken.words == "new"
    assert checks.proofs(db, full.id, checks.given(db, full.id)) == {"A1": Proof.REJECTED}


def test_what_was_shown_for_a_question_that_has_other_answers_now_is_not_taken_along(db: Db):
    person, business = owner(db)
    check = finished(db, person, business, example("maju"))
    boss = officer(db)
    for item in ("A1", "A2"):
        evidence.show(db, person, check.id, item, words="x")
        taken = evidence.take(db, boss)
        assert taken is not None
        evidence.confirm(db, boss, taken.id)
    document = changed("own", DAY.isoformat())
    (nib,) = (item for item in document["items"] if item["code"] == "A1")
    nib["options"][0]["title"] = "Punya NIB dan izin"
    instruments.put(db, document)
    after = finished(db, person, business, example("maju"))
    assert after.version == "own"
    assert checks.proofs(db, after.id, checks.given(db, after.id)) == {"A2": Proof.CONFIRMED}


def test_a_photo_that_comes_late_is_for_the_answer_it_was_sent_for(db: Db):
    person, business = owner(db)
    check = finished(db, person, business, example("maju"))
    checks.correct(db, person, check.id, {"A1": "proses"})
    evidence.show(db, person, check.id, "A1", answer="ada", words="x")
    assert evidence.waiting(db, officer(db)) == 0
    assert checks.proofs(db, check.id, checks.given(db, check.id)) == {}


def test_what_another_officer_was_quicker_to_take_is_left_to_him(db: Db):
    person, business = owner(db)
    check = finished(db, person, business, example("maju"))
    one, two = officer(db, "8"), officer(db, "9")
    for item in ("A1", "A3"):
        evidence.show(db, person, check.id, item, words="x")

    other: list[Officer] = []

    def quicker(connection: Any, *said: Any) -> None:
        if said[1].startswith("UPDATE evidence") and not other:
            other.append(one)
            (first, _) = db.execute(select(rows.c.id).order_by(rows.c.id)).scalars()
            lease = {"taken_by": one.person, "taken_until": db.now + evidence.LEASE}
            db.execute(update(rows).where(rows.c.id == first).values(lease))

    event.listen(db.connection, "before_cursor_execute", quicker)
    taken = evidence.take(db, two)
    assert taken is not None
    assert taken.item == "A3"


def test_of_one_who_took_back_her_leave_nothing_is_decided(db: Db):
    person, business = owner(db)
    check = finished(db, person, business, example("maju"))
    evidence.show(db, person, check.id, "A1", words="x")
    boss = officer(db)
    taken = evidence.take(db, boss)
    assert taken is not None
    consents.note(db, person, consents.SERVICE, "1", allowed=True)
    consents.note(db, person, consents.SERVICE, "1", allowed=False)
    refused(lambda: evidence.confirm(db, boss, taken.id))


def test_an_old_quick_check_answers_nothing_of_a_full_one(db: Db):
    person, business = owner(db)
    before = quick(db, person, business, example("maju"))
    assert before.finished is not None
    db.now = checks.recheck_on(CHECK, before.finished)
    full = checks.start(db, person, business, "naik-kelas", "full", DAY)
    assert "A1" not in checks.given(db, full.id)


def test_in_an_open_check_another_answer_takes_back_what_was_shown_at_once(db: Db):
    person, business = owner(db)
    check = checks.start(db, person, business, "naik-kelas", "full", DAY)
    answer(db, person, check, {"A1": "ada"})
    evidence.show(db, person, check.id, "A1", words="x")
    checks.put(db, check, "A1", "ada", was="ada")
    assert db.execute(select(rows.c.state)).scalars().all() == [Proof.CLAIMED]
    checks.put(db, check, "A1", "belum", was="ada")
    assert db.execute(select(rows.c.state)).scalars().all() == [Proof.WITHDRAWN]
