"""Assessments: one check of a business, from the first answer to its scores, and all those before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import bindparam, delete, insert, select, update

from bot.chat.flow import Person, Refused
from bot.chat.text import t
from bot.domain.assess import instruments
from bot.domain.assess.instrument import Fact, Instrument
from bot.domain.assess.progress import missing, prefilled
from bot.domain.assess.scoring import Result, Score, score
from bot.domain.db import Db, upsert
from bot.domain.prepared import Prepared
from bot.domain.tables import Proof, answers, assessments, businesses, evidence

Kind = Literal["quick", "full"]
FINISHED = t("This check is finished already. A new one can be begun at any time.")


@dataclass(frozen=True, slots=True)
class Assessment:
    """A check of a business, bound to a version; the scores are None until it is finished."""

    id: int
    person: int
    business: int
    instrument: str
    version: str
    kind: Kind
    started: datetime
    finished: datetime | None = None
    claimed: int | None = None
    claimed_band: str | None = None
    verified: int | None = None
    verified_band: str | None = None
    marks: Mapping[str, Any] | None = None
    """{"claimed": {"A": 85, …}, "verified": {…}, "failed": {"claimed": ["nib"], "verified": […]}}"""

    @property
    def quick(self) -> bool:
        return self.kind == "quick"


_BUSINESS = select(businesses).where(
    businesses.c.id == bindparam("business"), businesses.c.owner_id == bindparam("person")
)
_HERS = Prepared(
    select(assessments).where(assessments.c.id == bindparam("check"), assessments.c.person_id == bindparam("person"))
)
_ANSWERS = Prepared(select(answers.c.item, answers.c.answer).where(answers.c.assessment_id == bindparam("check")))
_PUT = Prepared(
    lambda dialect: upsert(answers, ("assessment_id", "item"), ("answer", "at"), dialect),
    "assessment_id", "item", "answer", "at",
)  # fmt: skip
_WITHDRAW = Prepared(
    update(evidence)
    .where(
        evidence.c.assessment_id == bindparam("check"),
        evidence.c.item == bindparam("shown_for"),
        evidence.c.state == Proof.CLAIMED,
        evidence.c.answer != bindparam("but"),
    )
    .values(state=Proof.WITHDRAWN)
)
"""What waits for another answer to that item."""
_SHOWN = (
    select(evidence, assessments.c.instrument, assessments.c.version, assessments.c.finished_at)
    .join(assessments, assessments.c.id == evidence.c.assessment_id)
    .where(assessments.c.business_id == bindparam("business"), evidence.c.state != Proof.WITHDRAWN)
    .order_by(evidence.c.id)
)
"""What was shown for a business, in any check of it."""


def start(db: Db, person: Person, business: int, code: str, kind: Kind, day: date) -> Assessment:
    """The open check of a business, or a new one by the instrument in force on that day of the office's calendar.

    What is known is answered already: the profile by facts of the business, and a full check by the quick one that was
    finished before it with the same version, unless a new check is due since. An open quick check that is to be a full
    one becomes it. `Refused` if the business isn't hers (any more).
    """
    facts = db.execute(_BUSINESS, {"business": business, "person": person.id}).mappings().first()
    if facts is None:
        raise Refused(t("That business isn't noted any more."))
    if (waiting := open_of(db, business, code)) is not None:
        if kind == "full" and waiting.quick:
            db.execute(update(assessments).where(assessments.c.id == waiting.id).values(kind=kind))
        return _of(db, waiting.id)
    instrument = instruments.in_force(db, code, day)
    before = _finished(db, business)
    others = {(past.instrument, item): answer for past in before for item, answer in given(db, past.id).items()}
    row = {
        "person_id": person.id, "business_id": business, "instrument": code, "version": instrument.version,
        "kind": kind, "started_at": db.now,
    }  # fmt: skip
    id = db.insert(assessments, row)
    known = prefilled(instrument, dict(facts), others)
    last = next((past for past in reversed(before) if past.instrument == code), None)
    goes_on = last and last.finished and last.quick and db.now < recheck_on(instrument, last.finished)
    if kind == "full" and last and goes_on and last.version == instrument.version:
        known = given(db, last.id) | known
    if known:
        db.execute(
            insert(answers), [{"assessment_id": id, "item": i, "answer": a, "at": db.now} for i, a in known.items()]
        )
    return _of(db, id)


def hers(db: Db, person: Person, assessment: int) -> Assessment | None:
    """A check of hers, open or finished."""
    row = _HERS.first(db, check=assessment, person=person.id)
    return None if row is None else _made(row)


def open_of(db: Db, business: int, code: str) -> Assessment | None:
    """The check of a business that was begun and not finished."""
    row = _UNFINISHED.first(db, business=business, code=code)
    return None if row is None else _made(row)


def full_open(db: Db, person: Person) -> Assessment | None:
    """The full check that she has begun last and not finished."""
    full = assessments.c.kind == "full", assessments.c.instrument == instruments.CHECK
    rows = db.execute(
        select(assessments)
        .where(assessments.c.person_id == person.id, *full, assessments.c.finished_at.is_(None))
        .order_by(assessments.c.id.desc())
        .limit(1)
    )
    return None if (row := rows.first()) is None else _made(row)


def given(db: Db, assessment: int) -> dict[str, str]:
    """Its answers so far, by item."""
    return {row.item: row.answer for row in _ANSWERS.all(db, check=assessment)}


def proofs(db: Db, assessment: int, answered: Mapping[str, str]) -> dict[str, Proof]:
    """What officers made of what was shown, by item: of the newest for the answer that holds now.

    What was shown belongs to the business and its answer, whichever check it was shown in: of the same instrument, or
    of the one that a profile question is taken from. What was decided long before a check was finished
    (`evidence_months`) says nothing of it, nor what was shown when the question had other answers. What is confirmed
    stays so.
    """
    check = _of(db, assessment)
    instrument = instruments.of(db, check.instrument, check.version)
    since = (check.finished or db.now) - timedelta(days=30 * instrument.evidence_months)
    found: dict[str, Proof] = {}
    for row in db.execute(_SHOWN, {"business": check.business}):
        if answered.get(row.item) != row.answer or found.get(row.item) is Proof.CONFIRMED:
            continue
        if (row.decided_at is None or row.decided_at >= since) and _same(db, instrument, row):
            found[row.item] = Proof(row.state)
    return found


def _same(db: Db, instrument: Instrument, row: Any) -> bool:
    """Whether what was shown for an item of some check is for this item, too."""
    try:
        question = instrument.question(row.item)
    except KeyError:
        return False
    source = question.taken_from if isinstance(question, Fact) else None
    if row.instrument != instrument.code and (source is None or source.instrument != row.instrument):
        return False
    meant = instruments.of(db, row.instrument, row.version).question(row.item)
    return {o.code: o.title for o in question.options} == {o.code: o.title for o in meant.options}


def put(db: Db, check: Assessment, item: str, answer: str, *, was: str | None) -> None:
    """Give an answer of an open check, or change the one it `was`: then what was shown for another answer is withdrawn.

    The check is what `opened` or `hers` found in this turn: they looked whose it is. `Refused` if it is finished,
    `ValueError` for an answer that the item doesn't have.
    """
    if check.finished is not None:
        raise Refused(FINISHED)
    _put(db, check, item, answer)
    if was is not None:  # nothing is shown for what has no answer
        _WITHDRAW.later(db, check=check.id, shown_for=item, but=answer)


CORRECTED = timedelta(hours=24)
"""How long answers of a finished check can be changed by who gave them."""


def correct(db: Db, person: Person, assessment: int, changed: Mapping[str, str]) -> Result:
    """Change answers of a check that was finished just now, and work it out again.

    `Refused` if it isn't hers, is older than `CORRECTED`, or a question would be open then; `ValueError` as `put`.
    """
    check = hers(db, person, assessment)
    if check is None or check.finished is None or db.now - check.finished > CORRECTED:
        raise Refused(FINISHED)
    for item, answer in changed.items():
        _put(db, check, item, answer)
    instrument = instruments.of(db, check.instrument, check.version)
    if missing(instrument, given(db, assessment), quick=check.quick):
        raise Refused(t("A few questions of this check are still open."))
    sift(db, check)
    return keep_scores(db, assessment)


def _put(db: Db, check: Assessment, item: str, answer: str) -> None:
    assessment = check.id
    if answer not in {o.code for o in instruments.of(db, check.instrument, check.version).question(item).options}:
        raise ValueError(f"{item} has no answer {answer!r}")
    _PUT.later(db, assessment_id=assessment, item=item, answer=answer, at=db.now)


def give_up(db: Db, person: Person, assessment: int) -> None:
    """Drop an open check with its answers. `Refused` as `opened`."""
    db.execute(delete(assessments).where(assessments.c.id == opened(db, person, assessment).id))


def finish(db: Db, person: Person, assessment: int) -> Result:
    """End a check and keep its scores. `Refused` as `opened`, and while a question of its branch is open."""
    check = opened(db, person, assessment)
    instrument = instruments.of(db, check.instrument, check.version)
    answered = given(db, assessment)
    if missing(instrument, answered, quick=check.quick):
        raise Refused(t("A few questions of this check are still open."))
    db.execute(update(assessments).where(assessments.c.id == assessment).values(finished_at=db.now, claimed=0))
    sift(db, check)
    return keep_scores(db, assessment)


def sift(db: Db, check: Assessment) -> None:
    """Withdraw what waits for an answer that the business doesn't give any more, and all but the newest for one that
    it gives: in its newest check, in its newest full one, which a quick check takes nothing from, and in one that is
    open and holds the answer still."""
    past = [one for one in _finished(db, check.business) if one.instrument == check.instrument]
    newest = [*past[-1:], *[one for one in past if not one.quick][-1:]]
    if (waiting := open_of(db, check.business, check.instrument)) is not None:
        newest.append(waiting)
    held = {(item, answer) for one in newest for item, answer in given(db, one.id).items()}
    rows = db.execute(_SHOWN, {"business": check.business}).all()
    for row in reversed(rows):
        if row.state == Proof.CLAIMED and row.instrument == check.instrument and row.finished_at is not None:
            if (row.item, row.answer) not in held:
                db.execute(update(evidence).where(evidence.c.id == row.id).values(state=Proof.WITHDRAWN))
            held.discard((row.item, row.answer))


def result(db: Db, assessment: int) -> Result:
    """The scores of a check, worked out from what is stored, by its own version."""
    check = _of(db, assessment)
    answered = given(db, assessment)
    instrument = instruments.of(db, check.instrument, check.version)
    return score(instrument, answered, proofs(db, assessment, answered), quick=check.quick)


def keep_scores(db: Db, assessment: int) -> Result:
    """Work the scores of a finished check out again and keep them, after an officer's decision."""
    found = result(db, assessment)
    row = {
        "claimed": found.claimed.total, "claimed_band": found.claimed.band,
        "verified": found.verified.total, "verified_band": found.verified.band,
        "marks": {"claimed": _marks(found.claimed), "verified": _marks(found.verified),
                  "failed": {"claimed": found.claimed.failed, "verified": found.verified.failed}},
    }  # fmt: skip
    db.execute(update(assessments).where(assessments.c.id == assessment).values(row))
    return found


def rescored(db: Db, business: int, instrument: str, item: str) -> tuple[Assessment | None, Assessment | None]:
    """Work every finished check of a business that has this item out again. The one that counts, before and after:
    its newest full check by this instrument that has the item, or its newest quick one."""
    with_item = select(answers.c.assessment_id).where(answers.c.item == item)
    mine = assessments.c.business_id == business, assessments.c.finished_at.is_not(None)
    rows = db.execute(select(assessments).where(*mine, assessments.c.id.in_(with_item)).order_by(assessments.c.id))
    before: Assessment | None = None
    for check in map(_made, rows.all()):
        keep_scores(db, check.id)
        if check.instrument == instrument and (before is None or not check.quick or before.quick):
            before = check
    return before, None if before is None else _of(db, before.id)


def _marks(found: Score) -> dict[str, int]:
    return {code: mark.score for code, mark in found.marks.items()}


def history(db: Db, person: Person, business: int, code: str) -> list[Assessment]:
    """The finished checks of a business of hers, the oldest first."""
    return [a for a in _finished(db, business) if a.person == person.id and a.instrument == code]


def before(db: Db, check: Assessment) -> Assessment | None:
    """The finished check of the same kind before this one: quick and full ones ask different things."""
    past = [a for a in _finished(db, check.business) if a.person == check.person and a.instrument == check.instrument]
    return next((one for one in reversed(past) if one.id < check.id and one.kind == check.kind), None)


def recheck_on(instrument: Instrument, finished: datetime) -> datetime:
    """When a new check is due, by the instrument's months."""
    return finished + timedelta(days=30 * instrument.recheck_months)


def opened(db: Db, person: Person, assessment: int) -> Assessment:
    """A check of hers that is open. `Refused` if it is finished, given up, or not hers."""
    check = hers(db, person, assessment)
    if check is None or check.finished is not None:
        raise Refused(FINISHED)
    return check


_ONE = Prepared(select(assessments).where(assessments.c.id == bindparam("check")))
_UNFINISHED = Prepared(
    select(assessments).where(
        assessments.c.business_id == bindparam("business"),
        assessments.c.instrument == bindparam("code"),
        assessments.c.finished_at.is_(None),
    )
)


def _of(db: Db, assessment: int) -> Assessment:
    row = _ONE.first(db, check=assessment)
    if row is None:
        raise LookupError(f"no assessment {assessment}")
    return _made(row)


def _finished(db: Db, business: int) -> list[Assessment]:
    """Of every instrument; one is open at a time, so they were finished in the order they were begun."""
    mine = select(assessments).where(assessments.c.business_id == business, assessments.c.finished_at.is_not(None))
    return [_made(row) for row in db.execute(mine.order_by(assessments.c.id))]


def _made(row: Any) -> Assessment:
    return Assessment(
        row.id, row.person_id, row.business_id, row.instrument, row.version, row.kind, row.started_at, row.finished_at,
        row.claimed, row.claimed_band, row.verified, row.verified_band, row.marks,
    )  # fmt: skip
