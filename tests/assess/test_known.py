"""What the profile answers isn't asked: the number noted there is shown for the answer, and waits as any other."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.chat.flow import Person
from bot.domain import changes, dated, owners
from bot.domain.assess import assessments as checks
from bot.domain.assess import evidence, instruments, known
from bot.domain.assess.instrument import Instrument, read
from bot.domain.db import Db
from bot.domain.tables import Proof
from bot.domain.tables import evidence as rows
from tests.assess.test_assessments import CHECK, DAY, answer, changed, database, example, officer, owner
from tests.assess.test_instruments import Document, one, refused

NIB, OTHER = "1234567890001", "1234567890002"


@pytest.fixture
def db(tmp_path: Path) -> Generator[Db]:
    with database(tmp_path) as found:
        instruments.ship(found)
        yield found


def begun(db: Db, person: Person, business: int, kind: checks.Kind = "full") -> checks.Assessment:
    check = checks.start(db, person, business, "naik-kelas", kind, DAY)
    known.fill(db, person, check)
    return check


def done(db: Db, person: Person, check: checks.Assessment, **other: str) -> checks.Assessment:
    """A check with the rest of its answers."""
    answer(db, person, check, {**example("maju"), **checks.given(db, check.id), **other})
    checks.finish(db, person, check.id)
    return checks.history(db, person, check.business, "naik-kelas")[-1]


def noted(db: Db, person: Person, business: int, number: str = NIB) -> None:
    owners.change_business(db, person, business, "nib", number)


def shown(db: Db, person: Person) -> list[tuple[Proof, str]]:
    """State and words of all that was shown."""
    found = db.execute(select(rows).order_by(rows.c.id))
    return [(Proof(row.state), db.open(person.id, "evidence.words", row.words)) for row in found]


def a1(db: Db, check: checks.Assessment) -> str | None:
    return checks.given(db, check.id).get("A1")


@pytest.mark.parametrize("kind", ["quick", "full"])
def test_a_noted_nib_answers_and_waits_for_an_officer(db: Db, kind: checks.Kind):
    person, business = owner(db)
    boss = officer(db)
    assert a1(db, begun(db, person, business, kind)) is None  # not noted yet
    noted(db, person, business)
    check = begun(db, person, business, kind)  # gone on with later
    assert a1(db, check) == "ada"
    assert evidence.take(db, boss) is None  # not before she is through
    finished = done(db, person, check)
    taken = evidence.take(db, boss)
    assert taken is not None
    assert (taken.item, taken.answer, taken.words) == ("A1", "ada", NIB)
    (row,) = db.execute(select(rows.c.words)).scalars()
    assert NIB.encode() not in row  # sealed
    decided = evidence.confirm(db, boss, taken.id)
    assert decided.before == finished.verified
    assert decided.after > decided.before


def test_only_the_nib_of_this_business_counts(db: Db):
    person, business = owner(db)
    owners.add_business(db, person, village="35.73.01.1007", business="Salon", sector="jasa", nib=NIB)
    found = owners.find(db, person)
    assert found
    assert a1(db, begun(db, person, business)) is None
    assert shown(db, person) == []
    assert a1(db, begun(db, person, found.businesses[1].id)) == "ada"


def test_another_answer_withdraws_it_and_the_old_answer_brings_it_back(db: Db):
    person, business = owner(db)
    noted(db, person, business)
    check = done(db, person, begun(db, person, business))
    checks.correct(db, person, check.id, {"A1": "habis"})
    known.fill(db, person, check)
    assert shown(db, person) == [(Proof.WITHDRAWN, NIB)]
    again = begun(db, person, business)
    assert a1(db, again) is None  # she has said that it isn't so: she is asked
    checks.put(db, again, "A1", "ada", was=None)
    known.fill(db, person, again)
    assert shown(db, person) == [(Proof.WITHDRAWN, NIB), (Proof.CLAIMED, NIB)]


def test_a_quick_check_s_answer_stays_in_the_full_one(db: Db):
    person, business = owner(db)
    noted(db, person, business)
    check = begun(db, person, business, "quick")
    answer(db, person, check, {code: example("maju")[code] for code in example("maju") if code != "A1"})
    checks.finish(db, person, check.id)
    full = begun(db, person, business)
    assert a1(db, full) == "ada"
    assert shown(db, person) == [(Proof.CLAIMED, NIB)]  # once
    checks.put(db, full, "A1", "proses", was="ada")
    done(db, person, full)
    assert shown(db, person) == [(Proof.WITHDRAWN, NIB)]


def test_what_an_officer_decided_is_not_shown_once_more(db: Db):
    person, business = owner(db)
    noted(db, person, business)
    boss = officer(db)
    done(db, person, begun(db, person, business))
    taken = evidence.take(db, boss)
    assert taken is not None
    evidence.ask_again(db, boss, taken.id, "Mohon fotonya")
    done(db, person, begun(db, person, business))
    assert shown(db, person) == [(Proof.AGAIN, NIB)]
    noted(db, person, business, OTHER)
    done(db, person, begun(db, person, business))
    assert shown(db, person) == [(Proof.AGAIN, NIB), (Proof.CLAIMED, OTHER)]
    taken = evidence.take(db, boss)
    assert taken is not None
    evidence.reject(db, boss, taken.id, "Milik usaha lain")
    assert a1(db, begun(db, person, business)) is None  # asked, as it doesn't hold


def test_a_new_number_withdraws_what_was_shown_with_the_old_one(db: Db):
    person, business = owner(db)
    boss = officer(db)
    noted(db, person, business)
    check = done(db, person, begun(db, person, business))
    taken = evidence.take(db, boss)
    assert taken is not None
    evidence.confirm(db, boss, taken.id)
    confirmed = checks.hers(db, person, check.id)
    dated.ship(db)
    changes.ask(db, person, "nib", OTHER, DAY, business)
    (waiting,) = changes.of(db, person)
    changes.decide(db, Person(boss.person, "id", "officers"), waiting.id, accepted=True)
    assert shown(db, person) == [(Proof.WITHDRAWN, NIB)]
    now = checks.hers(db, person, check.id)
    assert now is not None
    assert confirmed is not None
    assert now.verified is not None
    assert confirmed.verified is not None
    assert now.verified < confirmed.verified
    known.fill(db, person, check)
    assert shown(db, person)[1:] == [(Proof.CLAIMED, OTHER)]
    again = evidence.take(db, boss)
    assert again is not None
    assert again.words == OTHER


def test_a_check_of_an_earlier_version_asks_as_it_did(db: Db):
    document = changed("own", DAY.isoformat())
    del one(document["items"], "A1")["known"]
    instruments.put(db, document)
    person, business = owner(db)
    noted(db, person, business)
    assert a1(db, begun(db, person, business)) is None


BAD: list[tuple[Callable[[Document], object], str]] = [
    (lambda d: one(d["items"], "A1")["known"].update(fact="shoe"), "items.A1.known.fact: Input should be 'nib'"),
    (lambda d: one(d["items"], "A1")["known"].update(option="entah"), "items.A1.known.option: A1 has no answer entah"),
    (lambda d: one(d["items"], "E4").update(named=[["qris"]]), "items.E4.named: no option has a span"),
    (lambda d: one(d["items"], "E4")["options"][0].update(words=["QRIS!"]), "items.E4.options.qris.words.0: String"),
    (lambda d: one(d["items"], "A2").update(known={"fact": "nib", "option": "aktif"}), "items.A2.known.fact: its evi"),
]


@pytest.mark.parametrize(("change", "said"), BAD, ids=[said for _, said in BAD])
def test_an_unknown_fact_or_option_is_refused(change: Callable[[Document], object], said: str):
    problems = refused(change)
    assert any(line.startswith(said) for line in problems), problems


def test_it_is_data(db: Db):
    document: dict[str, Any] = CHECK.model_dump(mode="json")
    assert [item["code"] for item in document["items"] if item["known"]] == ["A1"]
    made: Instrument = read(document)
    assert made == CHECK
