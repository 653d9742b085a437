"""Evidence: what an owner shows for an answer, and what an officer makes of it. Always optional."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update

from bot.chat.flow import Person, Refused
from bot.chat.text import t
from bot.domain import access, audit, consents
from bot.domain.access import Action
from bot.domain.assess import assessments as checks
from bot.domain.assess import instruments
from bot.domain.assess.scoring import counts
from bot.domain.db import Db
from bot.domain.officers import Officer
from bot.domain.tables import Proof, assessments, businesses, evidence, people

DECIDE: Action = "evidence.decide"
LEASE = timedelta(minutes=10)
"""How long an officer has one to himself."""
_TRIED = 10
"""How many officers at most may be quicker than one."""
_DECIDED = {Proof.CONFIRMED: "evidence.confirmed", Proof.REJECTED: "evidence.rejected", Proof.AGAIN: "evidence.again"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing to be looked at: a file of `media`, or `words` (a number, a link, a line), for an answer."""

    id: int
    person: int
    business: int
    assessment: int
    instrument: str
    version: str
    item: str
    answer: str
    media: int | None
    words: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision: whom to tell, and the verified score of her newest full check before and now, or of her
    newest quick one where she has no full one."""

    shown: Shown
    before: int
    after: int


def show(
    db: Db,
    person: Person,
    assessment: int,
    item: str,
    *,
    answer: str = "",
    media: int | None = None,
    words: str | None = None,
) -> int:
    """Keep what she shows for her answer to an item, in place of what still waits there. Its id.

    `answer`: the one she gave when she showed it, if some time ago; for another one than hers now it doesn't wait.
    `Refused` if the check isn't hers, or an officer has confirmed this answer already. `ValueError` where nothing is
    shown, nothing was answered, or evidence doesn't count: what isn't needed isn't kept.
    """
    check = checks.hers(db, person, assessment)
    if check is None:
        raise Refused(t("That check isn't noted any more."))
    answered = checks.given(db, assessment)
    question = instruments.of(db, check.instrument, check.version).question(item)
    if (media is None and not words) or item not in answered or not counts(question):
        raise ValueError(f"nothing to show for {item}")
    answer = answer or answered[item]
    waits = answer == answered[item]
    if waits and checks.proofs(db, assessment, answered).get(item) is Proof.CONFIRMED:
        raise Refused(t("An officer has confirmed this already. Thank you."))
    waiting = update(evidence).where(
        evidence.c.assessment_id == assessment, evidence.c.item == item, evidence.c.state == Proof.CLAIMED
    )
    if waits:
        db.execute(waiting.values(state=Proof.WITHDRAWN))
    sealed = db.seal(person.id, "evidence.words", words) if words else None
    row = {"assessment_id": assessment, "item": item, "answer": answer, "media_id": media, "words": sealed,
           "state": Proof.CLAIMED if waits else Proof.WITHDRAWN, "at": db.now}  # fmt: skip
    id = db.insert(evidence, row)
    if check.finished is not None:
        checks.sift(db, check)
        checks.rescored(db, check.business, check.instrument, item)  # after a rejection it counts by half again
    return id


def waiting(db: Db, officer: Officer) -> int:
    """How many an officer could look at now."""
    return db.execute(_free(db, officer, func.count())).scalar_one()


def take(db: Db, officer: Officer) -> Shown | None:
    """The next one to look at, his for `LEASE`: the one he has already, or the oldest of his area that nobody has.

    Never one of a business of his own, and never one that another officer has. None when there is none, or when he may
    not decide. That he sees it is noted in the audit.
    """
    if not access.may(db, officer, DECIDE, officer.area):
        return None
    his = case((evidence.c.taken_by == officer.person, 0), else_=1)
    for row in db.execute(_free(db, officer, *_SHOWN).order_by(his, evidence.c.at, evidence.c.id).limit(_TRIED)).all():
        free = evidence.c.id == row.id, evidence.c.state == Proof.CLAIMED, _untaken(db, officer)
        taken = update(evidence).where(*free).values(taken_by=officer.person, taken_until=db.now + LEASE)
        if db.execute(taken).rowcount:  # otherwise another officer was quicker
            audit.note(db, officer.person, "evidence.seen", row.person_id, f"evidence:{row.id}")
            return _made(db, row)
    return None


_SHOWN: tuple[Any, ...] = (
    evidence.c.id, evidence.c.assessment_id, evidence.c.item, evidence.c.answer, evidence.c.media_id,
    evidence.c.words, evidence.c.at, assessments.c.person_id, assessments.c.business_id, assessments.c.instrument,
    assessments.c.version, businesses.c.village,
)  # fmt: skip


def _joined(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(evidence)
        .join(assessments, assessments.c.id == evidence.c.assessment_id)
        .join(businesses, businesses.c.id == assessments.c.business_id)
        .join(people, people.c.id == assessments.c.person_id)
    )


def _free(db: Db, officer: Officer, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Of finished checks in his area, of others than himself, of nobody who asked to be erased or has taken back her
    leave to be noted."""
    return _joined(*columns).where(
        evidence.c.state == Proof.CLAIMED,
        assessments.c.finished_at.is_not(None),
        assessments.c.person_id != officer.person,
        *_noted(),
        access.within(businesses.c.village, officer.area),
        _untaken(db, officer),
    )


def _noted() -> tuple[ColumnElement[bool], ...]:
    """Of nobody who asked to be erased or has taken back her leave to be noted."""
    return people.c.frozen_at.is_(None), consents.not_withdrawn(assessments.c.person_id)


def _untaken(db: Db, officer: Officer) -> ColumnElement[bool]:
    return or_(
        evidence.c.taken_by.is_(None),
        evidence.c.taken_by == officer.person,
        and_(evidence.c.taken_by.is_not(None), evidence.c.taken_until <= db.now),
    )


def _made(db: Db, row: Any) -> Shown:
    words = db.open(row.person_id, "evidence.words", row.words) if row.words else None
    return Shown(
        row.id, row.person_id, row.business_id, row.assessment_id, row.instrument, row.version, row.item, row.answer,
        row.media_id, words, row.at,
    )  # fmt: skip


def confirm(db: Db, officer: Officer, shown: int) -> Decided:
    """An officer agrees. `Refused` if it isn't his to decide (any more)."""
    return _decide(db, officer, shown, Proof.CONFIRMED, "")


def reject(db: Db, officer: Officer, shown: int, reason: str) -> Decided:
    """What was shown doesn't hold: the item counts nothing. `Refused` as `confirm`, `ValueError` without a reason."""
    return _decide(db, officer, shown, Proof.REJECTED, reason)


def ask_again(db: Db, officer: Officer, shown: int, reason: str) -> Decided:
    """Another photo or number is asked for; until then it counts by half. Raises as `reject`."""
    return _decide(db, officer, shown, Proof.AGAIN, reason)


def _decide(db: Db, officer: Officer, id: int, state: Proof, reason: str) -> Decided:
    reason = " ".join(reason.split())
    if state is not Proof.CONFIRMED and not reason:
        raise ValueError("a reason is needed")
    row = db.execute(_joined(*_SHOWN).where(evidence.c.id == id, *_noted())).first()
    if row is None or row.person_id == officer.person or not access.may(db, officer, DECIDE, row.village):
        raise Refused(_GONE)
    sealed = db.seal(row.person_id, "evidence.reason", reason) if reason else None
    his = update(evidence).where(
        evidence.c.id == id, evidence.c.state == Proof.CLAIMED, evidence.c.taken_by == officer.person
    )
    values = {"state": state, "decided_by": officer.person, "decided_at": db.now, "reason": sealed}
    if db.execute(his.values(values)).rowcount == 0:
        raise Refused(_GONE)
    audit.note(db, officer.person, _DECIDED[state], row.person_id, f"evidence:{id}")
    before, after = checks.rescored(db, row.business_id, row.instrument, row.item)
    return Decided(_made(db, row), (before and before.verified) or 0, (after and after.verified) or 0)


_GONE = t("This one has been decided, replaced or given to another officer.")
