"""The result of a check as files (`bot.files.drawing`): having them made, and what they tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.chat.flow import Person, Refused
from bot.chat.text import Words, t, to_json
from bot.domain import jobs
from bot.domain.assess import assessments as checks
from bot.domain.assess import instruments
from bot.domain.assess.advice import advise
from bot.domain.dated import rule
from bot.domain.db import Db
from bot.domain.export import named
from bot.domain.tables import businesses

WORK = "bot.files.drawing:files"
ASSESSED = "assessed"
"""The happening that brings the files: ``{"assessment", "files": [picture, page]}``, or ``{"failed": true}``."""
COLORS = "result.colors"


def ask_for_result(
    db: Db, person: Person, assessment: int, *, zone: str, office: str, law: Words | None = None
) -> None:
    """Have picture and page of a finished check made in her language; they come as the happening `ASSESSED`.

    `law` tells the legal class, which stands beside the result. `Refused` where the check isn't hers or isn't finished.
    """
    check = checks.hers(db, person, assessment)
    if check is None or check.finished is None:
        raise Refused(t("That check isn't noted any more."))
    day = db.now.astimezone(ZoneInfo(zone)).date()
    args = {
        "assessment": assessment, "language": person.language, "zone": zone, "office": office,
        "law": to_json(law) if law is not None else "", "colors": rule(db, COLORS, day).value,
    }  # fmt: skip
    jobs.put(db, WORK, args, person=person.id, then=ASSESSED)


def gather(db: Db, person: int, **args: Any) -> dict[str, Any]:
    """What the files tell: the arguments of `bot.files.drawing.files`. For a connection that only reads.

    Raises `LookupError` where the check isn't there any more.
    """
    named(db, [person])
    check = checks.hers(db, Person(person, args["language"]), args["assessment"])
    if check is None or check.finished is None:
        raise LookupError(f"no finished check {args['assessment']}")
    instrument = instruments.of(db, check.instrument, check.version)
    result = checks.result(db, check.id)
    before = checks.before(db, check)
    was: Mapping[str, int] = before.marks["claimed"] if before and before.marks else {}
    business = db.execute(select(businesses.c.name).where(businesses.c.id == check.business)).scalar_one()
    steps = {gate.code: gate.step for gate in instrument.gates}
    told: dict[str, Any] = {
        "title": instrument.title,
        "business": db.open(person, "businesses.name", business),
        "at": check.finished.isoformat(),
        "before_at": before.finished.isoformat() if before and before.finished else "",
        "since": instrument.since.isoformat(),
        "version": instrument.version,
        "total": result.claimed.total,
        "band": instrument.band(result.claimed.band).title,
        "verified": result.verified.total,
        "verified_band": instrument.band(result.verified.band).title,
        "held": [steps[code] for code in result.claimed.held],
        "indicators": [
            {"title": i.title, "short": i.short, "before": was.get(i.code),
             "now": result.claimed.marks[i.code].score if i.code in result.claimed.marks else None,
             "verified": result.verified.marks[i.code].score if i.code in result.verified.marks else None}
            for i in instrument.indicators
        ],
        "steps": [
            {"message": advice.recommendation.message, "win": advice.recommendation.quick_win}
            for advice in advise(instrument, result.claimed, checks.given(db, check.id))
        ],
    }  # fmt: skip
    return {**args, "told": told}
