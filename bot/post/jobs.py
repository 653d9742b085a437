"""Jobs at work: each in a child process of bounded time and memory, so that a bad picture can't take the desk down."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

import structlog

from bot.domain import jobs
from bot.domain.db import StoreDown
from bot.domain.inbox import Letter
from bot.domain.jobs import Job
from bot.post.office import Office
from bot.post.store import Work, insist

T = TypeVar("T")
log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Runner:
    """Runs at most `side_by_side` jobs at a time, each at most `seconds` and `megabytes` (address space)."""

    def __init__(
        self,
        office: Office,
        put: Callable[[list[Letter]], None],
        *,
        side_by_side: int = 1,
        seconds: float = 120.0,
        megabytes: int = 1024,
    ) -> None:
        self._office = office
        self._put = put
        self._most = side_by_side
        self._seconds = seconds
        self._megabytes = megabytes
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._quiet = asyncio.Event()

    def wake(self) -> None:
        """There may be a job."""
        self._quiet.clear()
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._wake.clear()
            free = self._most - len(self._tasks)
            if free > 0:
                try:
                    for job in await self._office.store.write(partial(jobs.claim, most=free)):
                        task = asyncio.create_task(self._one(job), name=f"job {job.id}")
                        self._tasks.add(task)
                        task.add_done_callback(self._ended)
                except StoreDown as error:
                    log.warning("store_down", error=str(error))
            if not self._tasks and not self._wake.is_set():
                self._quiet.set()
            try:
                async with asyncio.timeout(1.0):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def settled(self) -> None:
        """Wait until no job is due or at work."""
        await self._quiet.wait()

    async def stop(self) -> None:
        """End the children; their jobs begin again at the next start."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.wake()

    async def _one(self, job: Job) -> None:
        try:
            result = await self._child(job)
        except ChildFailed as error:
            log.warning("job_failed", job=job.id, work=job.work, attempt=job.attempts, error=str(error))
            reason = str(error)
            letter = await self._note(lambda db: jobs.failed(db, job, reason))
        else:
            log.info("job", job=job.id, work=job.work, attempt=job.attempts)
            letter = await self._note(lambda db: jobs.done(db, job, result))
        if letter:
            self._put([letter])

    async def _note(self, work: Work[T]) -> T:
        return await insist(self._office.store, work, self._office.bounds.store_retry)

    async def _child(self, job: Job) -> dict[str, object]:
        """Run a job's function in a process of its own; its result. Raises `ChildFailed`."""
        command = [sys.executable, "-m", "bot.post.child", job.work, str(self._megabytes), str(int(self._seconds))]
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
        try:
            async with asyncio.timeout(self._seconds):
                out, err = await child.communicate(json.dumps(job.args).encode())
        except TimeoutError:
            raise ChildFailed(f"took longer than {self._seconds:g} s") from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode != 0:
            last = err.decode(errors="replace").strip().splitlines()[-1:] or [""]
            raise ChildFailed(f"exit {child.returncode}: {last[0].partition(':')[0]}")
        try:
            result: object = json.loads(out)
        except ValueError:
            result = None
        if not isinstance(result, dict):
            raise ChildFailed("it ended without a result")
        return cast(dict[str, object], result)


class ChildFailed(Exception):
    """A job's process failed, was killed, or took too long."""
