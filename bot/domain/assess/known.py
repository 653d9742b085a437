"""What the profile of a business answers of a check, so that it isn't asked: the number noted there is what is shown
for the answer, and waits for an officer as any other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select, update

from bot.chat.flow import Person
from bot.domain.assess import assessments as checks
from bot.domain.assess import evidence, instruments
from bot.domain.assess.assessments import Assessment
from bot.domain.assess.instrument import Item
from bot.domain.assess.progress import asked
from bot.domain.assess.scoring import counts
from bot.domain.db import Db
from bot.domain.tables import Proof, assessments, businesses
from bot.domain.tables import evidence as shown

_BUSINESS = select(businesses).where(
    businesses.c.id == bindparam("business"), businesses.c.owner_id == bindparam("person")
)
_LAST = (
    select(shown.c.state, shown.c.words)
    .join(assessments, assessments.c.id == shown.c.assessment_id)
    .where(
        assessments.c.business_id == bindparam("business"),
        assessments.c.instrument == bindparam("code"),
        shown.c.item == bindparam("shown_for"),
        shown.c.answer == bindparam("option"),
    )
    .order_by(shown.c.id.desc())
    .limit(1)
)
_SHOWN = (
    select(shown.c.id, shown.c.item, shown.c.words, assessments.c.instrument, assessments.c.version)
    .join(assessments, assessments.c.id == shown.c.assessment_id)
    .where(
        assessments.c.business_id == bindparam("business"),
        assessments.c.person_id == bindparam("person"),
        shown.c.state != Proof.WITHDRAWN,
    )
)
_DOUBTED = (Proof.WITHDRAWN, Proof.REJECTED)


def fill(db: Db, person: Person, check: Assessment) -> list[str]:
    """Answer what a fact of the business answers and is still open in a check, and show the fact where its answer has
    nothing to show yet. The facts that answered.

    A number that she took back with its answer, or that an officer rejected, answers nothing: she is asked.
    """
    instrument = instruments.of(db, check.instrument, check.version)
    if not any(item.known for item in instrument.items):
        return []
    noted = db.execute(_BUSINESS, {"business": check.business, "person": person.id}).mappings().first()
    answered = checks.given(db, check.id)
    answering: list[str] = []
    for item in asked(instrument, answered):
        if item.known is None or noted is None or noted[item.known.fact] is None:
            continue
        number: str = db.open(person.id, f"businesses.{item.known.fact}", noted[item.known.fact])
        state, before = _last(db, person, check, item)
        if item.code not in answered and check.finished is None and not (state in _DOUBTED and before == number):
            checks.put(db, check, item.code, item.known.option, was=None)
            answered[item.code] = item.known.option
            answering.append(item.known.fact)
        if answered.get(item.code) == item.known.option and counts(item):
            proof = checks.proofs(db, check.id, answered).get(item.code)
            if proof is None or (proof in (Proof.REJECTED, Proof.AGAIN) and before not in (None, number)):
                evidence.show(db, person, check.id, item.code, words=number)
    return answering


def renewed(db: Db, person: Person, business: int, fact: str, value: str) -> None:
    """A fact of the business was changed: what was shown with another number is withdrawn, whatever became of it."""
    for row in db.execute(_SHOWN, {"business": business, "person": person.id}).all():
        known = instruments.of(db, row.instrument, row.version).question(row.item)
        if not isinstance(known, Item) or known.known is None or known.known.fact != fact:
            continue
        if row.words is None or db.open(person.id, "evidence.words", row.words) != value:
            gone = {"state": Proof.WITHDRAWN, "decided_by": None, "decided_at": None, "reason": None}
            db.execute(update(shown).where(shown.c.id == row.id).values(gone))  # who decided stands in the audit
            checks.rescored(db, business, row.instrument, row.item)


def _last(db: Db, person: Person, check: Assessment, item: Item) -> tuple[Proof | None, str | None]:
    """What became of what was shown last for the answer that a fact means, and the words that were shown."""
    assert item.known is not None
    of: dict[str, Any] = {"business": check.business, "code": check.instrument, "shown_for": item.code}
    row = db.execute(_LAST, of | {"option": item.known.option}).first()
    if row is None:
        return None, None
    return Proof(row.state), db.open(person.id, "evidence.words", row.words) if row.words else None
