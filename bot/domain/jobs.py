"""Jobs: what takes long or leaves the database, written down in the turn and done in a child process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from bot.domain import inbox
from bot.domain.db import Db
from bot.domain.keys import NoKey
from bot.domain.prepared import Prepared
from bot.domain.tables import Working, jobs

TRIES = 3


@dataclass(frozen=True, slots=True)
class Job:
    """A job in the runner's hands: `work` is ``module:function``, which takes `args` and returns JSON."""

    id: int
    person: int | None
    work: str
    args: dict[str, Any]
    then: str
    attempts: int


def put(db: Db, work: str, args: Mapping[str, Any], *, person: int | None = None, then: str = "") -> int:
    """Have `work` done; its result comes back to the person as the happening `then`."""
    db.jobs = True
    return db.insert(
        jobs,
        {
            "person_id": person,
            "work": work,
            "args": db.seal(person, "jobs.args", dict(args)),
            "then": then,
            "state": Working.READY,
            "attempts": 0,
            "due_at": db.now,
        },
    )


_DUE = Prepared(
    select(jobs)
    .where(jobs.c.state == Working.READY, jobs.c.due_at <= bindparam("now"))
    .order_by(jobs.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


def claim(db: Db, most: int) -> list[Job]:
    """Take up to `most` jobs that are due, oldest first; each counts an attempt."""
    found = _DUE.all(db, now=db.now, most=most)
    if found:
        taken = update(jobs).where(jobs.c.id.in_([row.id for row in found]))
        db.execute(taken.values(state=Working.RUNNING, attempts=jobs.c.attempts + 1))
    return [job for row in found if (job := _job(db, row))]


def _job(db: Db, row: Row[Any]) -> Job | None:
    """A job just taken; one whose person was erased meanwhile is given up."""
    try:
        args = db.open(row.person_id, "jobs.args", row.args)
    except NoKey:
        gone = {"state": Working.FAILED, "done_at": db.now, "error": "the person's key is gone"}
        db.execute(update(jobs).where(jobs.c.id == row.id).values(gone))
        return None
    return Job(row.id, row.person_id, row.work, args, row.then, row.attempts + 1)


def done(db: Db, job: Job, result: Mapping[str, Any]) -> inbox.Letter | None:
    """The job is done; its result becomes an inbox row of its person, if it has one and wants it."""
    running = update(jobs).where(jobs.c.id == job.id, jobs.c.state == Working.RUNNING)
    if db.execute(running.values(state=Working.DONE, done_at=db.now)).rowcount == 0:
        return None
    if job.person is None or not job.then:
        return None
    return inbox.add_happening(db, job.person, f"job:{job.id}", job.then, result)


def failed(db: Db, job: Job, error: str) -> inbox.Letter | None:
    """Try again in a minute, or after the third time tell its person's happening ``{"failed": true}``, with what it
    was `about`, if its arguments say so."""
    row = update(jobs).where(jobs.c.id == job.id)
    if job.attempts < TRIES:
        due = db.now + timedelta(minutes=job.attempts)
        db.execute(row.values(state=Working.READY, due_at=due, error=error[:400]))
        return None
    db.execute(row.values(state=Working.FAILED, done_at=db.now, error=error[:400]))
    if job.person is None or not job.then:
        return None
    about = {"about": job.args["about"]} if "about" in job.args else {}
    return inbox.add_happening(db, job.person, f"job:{job.id}", job.then, {"failed": True} | about)


def release(db: Db) -> int:
    """At start: what was running when the process died runs again. How many."""
    running = update(jobs).where(jobs.c.state == Working.RUNNING)
    return db.execute(running.values(state=Working.READY)).rowcount
