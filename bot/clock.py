"""The clock: APScheduler ticks, and each tick looks at due rows. Nothing is kept in the scheduler itself."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.domain import audit, backup, consents, erasure, inbox, media, name_words, outbox, reminders, retention
from bot.domain.db import Db, StoreDown
from bot.domain.inbox import Letter
from bot.post.office import Office

log: structlog.stdlib.BoundLogger = structlog.get_logger()
Tick = Callable[[], Awaitable[Any]]


class Ticks:
    """What happens by itself. `put` takes the rows that reminders become, `wake_jobs` tells of a new job, and of
    what is to be said.

    `copies` is what `bot.domain.backup.backup` needs to know, without the stamp.
    """

    def __init__(
        self,
        office: Office,
        put: Callable[[list[Letter]], None],
        wake_jobs: Callable[[], None],
        copies: dict[str, Any] | None = None,
    ) -> None:
        self._office = office
        self._put = put
        self._wake_jobs = wake_jobs
        self._backup = copies
        self._scheduler = AsyncIOScheduler(
            timezone=office.rules.zone,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self, backup_at: str = "") -> None:
        """Tick; `backup_at` is the office's time of day for the daily copy ("02:30"), empty for none."""
        self._every(1, self.due)
        self._every(5, self.expire)
        self._every(20, self.seal)
        self._every(600, self.purge)
        self._every(600, self.sweep)
        self._scheduler.add_job(self._quietly(self.idle))  # at once: a desk may never run for six hours
        self._every(6 * 3600, self.idle)
        self._scheduler.add_job(self._quietly(self.erase))  # at once: what a kill has left half done
        self._every(60, self.erase)
        if self._backup and backup_at:
            copy = partial(self.copy, backup_at)
            self._scheduler.add_job(self._quietly(copy))  # at once: its time may have passed while nothing ran
            self._every(60, copy)
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _every(self, seconds: int, tick: Tick) -> None:
        self._scheduler.add_job(self._quietly(tick), IntervalTrigger(seconds=seconds))

    def _quietly(self, tick: Tick) -> Tick:
        name = (tick.func if isinstance(tick, partial) else tick).__name__

        async def run() -> None:
            try:
                await tick()
            except StoreDown as error:  # the next tick finds the same rows
                log.warning("store_down", error=str(error))
            except Exception as error:  # a tick that fails once has its turn again
                log.exception("tick_failed", tick=name, error=type(error).__name__)

        return run

    async def due(self) -> int:
        """Make due reminders rows of the inbox. How many."""
        fired = 0
        while letters := await self._office.store.write(reminders.fire):
            self._put(letters)
            fired += len(letters)
        return fired

    async def expire(self) -> None:
        await self._office.store.write(outbox.expire)

    async def erase(self) -> None:
        """Say farewell to whom it is time to erase, erase whom that was said to, and end what was begun."""
        office = self._office
        store, zone = office.store, office.rules.zone
        await store.write(partial(retention.stay, notice=office.bounds.notice))
        if await store.write(erasure.say_farewell):
            self._wake_jobs()
        for person in await store.write(erasure.ready):
            if await store.write(partial(erasure.erase_due, person=person, zone=zone), alone=True):
                log.info("erased", person=person)
        if not (copies := self._backup):
            return
        keys, left = await store.write(lambda db: (db.keys, erasure.left(db)))
        for each in left:
            where = (copies["url"], office.media, Path(copies["folder"]))
            try:
                clean = await asyncio.to_thread(erasure.destroy, keys, *where, each, office.clock.now())
            except (OSError, sqlite3.Error) as error:
                log.error("erasure_waits", error=type(error).__name__)
                continue
            if clean:
                await store.write(partial(erasure.over, each=each))

    async def purge(self) -> None:
        """Empty and delete what is older than it needs to be, in small pieces."""
        bounds, now = self._office.bounds, self._office.clock.now()

        def piece(db: Db) -> int:
            said = now - min(bounds.messages, timedelta(days=3650))
            gone = inbox.purge(db, now - bounds.payload, said, min(said, now - bounds.dedupe))
            gone += retention.purge(db, bounds.quarantine, bounds.tickets, bounds.wishes, bounds.messages)
            return gone + outbox.purge(db, said) + consents.purge(db, now - bounds.payload)

        while await self._office.store.write(piece):
            pass
        if self._backup:
            await self._office.store.write(partial(retention.drop_days, before=now - bounds.quarantine))

    async def idle(self) -> None:
        """Tell those who were silent for years that they will be erased; take old evidence and old copies away."""
        office, write = self._office, self._office.store.write
        now, notice = office.clock.now(), office.bounds.notice
        day = now.astimezone(office.rules.zone).date()
        kept = timedelta(days=round(365.25 * await write(partial(retention.years, day=day))))
        while await write(partial(retention.warn_idle, kept=kept, notice=notice)):
            self._wake_jobs()
        shown = timedelta(days=await write(partial(retention.evidence_days, day=day)))
        while await write(partial(retention.drop_evidence, kept=shown)):
            pass
        while await write(name_words.fill):
            pass
        if self._backup:
            for copy in retention.old_copies(self._backup["url"], now - office.bounds.copies):
                await asyncio.to_thread(copy.unlink, missing_ok=True)
                log.info("copy_removed", copy=copy.name)

    async def seal(self) -> None:
        """Seal what the audit has noted since the last time; its end goes beside the keys and in the log."""
        if not self._backup:
            return
        folder = Path(self._backup["keys"])
        while True:
            kept = await asyncio.to_thread(audit.heads, folder)
            ends = await self._office.store.write(partial(audit.seal, kept=kept), alone=True)
            if ends is None:
                return
            await asyncio.to_thread(audit.keep, folder, ends)
            log.info("audit_sealed", seal=ends[-1].seal, last=ends[-1].last, digest=ends[-1].digest)
            if lost := [end.seal for end in ends[:-1]]:
                log.error("audit_cut", seals=lost, hint="pendamping audit verify")

    async def sweep(self) -> int:
        """Take away the files that have no row: exports that were kept long enough, what a crash left. How many."""
        write, place = self._office.store.write, self._office.media
        await write(media.expire)
        found = await asyncio.to_thread(media.strays, place, self._office.clock.now())
        gone = 0
        for some in (found[i : i + 500] for i in range(0, len(found), 500)):
            lost = set(some) - await write(partial(media.known, names=some))
            await asyncio.to_thread(media.remove, place, lost)
            gone += len(lost)
        return gone

    async def copy(self, at: str) -> None:
        """Have the daily copy made that was due last, if it wasn't: also the one of a night when nothing ran."""
        if not self._backup:
            return
        now = self._office.clock.now().astimezone(self._office.rules.zone)
        since = backup.last_due(now, at)
        if backup.copied(self._backup["url"], self._backup["folder"], since, now):
            return
        args = {**self._backup, "stamp": now.strftime(backup.STAMP)}
        if await self._office.store.write(lambda db: backup.put(db, args, since)):
            self._wake_jobs()
