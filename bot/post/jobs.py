"""Jobs at work: each in a child process of bounded time and memory, so that a bad picture can't take the desk down.

A child has no keys. What is sealed is opened here, goes in and comes out through its pipes, and is sealed here again:

- An argument ``"media": <row>`` becomes ``"content": <bytes>`` of that file of its person.
- An argument ``"fetch": {account, file, size}`` becomes ``"content"`` too, of a file at a platform.
  What can't be fetched is empty, with ``"unfetched"``: "large" (over `bot.files.MOST`), or "gone".
- Work in `GATHERED` gets what a function of the domain reads for it, instead of its arguments.
- A result's ``"files": [{name, kind, mime, content}]`` are sealed and noted (`bot.domain.media`); the happening gets
  ``media``, the row, instead of the content.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

import structlog

from bot.chat.seams import AccountRefused, Later, Never
from bot.domain import export, jobs, media
from bot.domain.assess import results
from bot.domain.db import Db, StoreDown
from bot.domain.inbox import Letter
from bot.domain.jobs import Job
from bot.domain.keys import Keys, NoKey
from bot.files import MOST
from bot.post.child import dumps, loads
from bot.post.office import Office
from bot.post.store import Work, insist

T = TypeVar("T")
log: structlog.stdlib.BoundLogger = structlog.get_logger()

GATHERED: dict[str, Callable[..., dict[str, Any]]] = {
    export.WORK: export.gather,
    results.WORK: results.gather,
}
"""By work: what reads its arguments, ``(db, person, **args)``, on a connection for reading."""


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
            result = await self._child(job, await self._fetched(await self._args(job)))
            files = await self._sealed(job, result)
        except ChildFailed as error:
            log.warning("job_failed", job=job.id, work=job.work, attempt=job.attempts, error=str(error))
            reason = str(error)
            letter = await self._note(lambda db: jobs.failed(db, job, reason))
        else:
            log.info("job", job=job.id, work=job.work, attempt=job.attempts)
            letter = await self._note(partial(_done, job=job, result=result, files=files))
        if letter:
            self._put([letter])

    async def _note(self, work: Work[T]) -> T:
        return await insist(self._office.store, work, self._office.bounds.store_retry)

    async def _whose(self, person: int) -> tuple[Keys, str]:
        """The keys, and the name of a person's key. Raises `ChildFailed` where she was erased."""
        try:
            return await self._note(lambda db: (db.keys, db.key_of(person)))
        except NoKey:
            raise ChildFailed("the person's key is gone") from None

    async def _args(self, job: Job) -> dict[str, Any]:
        """What goes into the child. Raises `ChildFailed`."""
        person = job.person
        if person is None:
            return job.args
        if gather := GATHERED.get(job.work):
            keys, _ = await self._whose(person)
            now = self._office.clock.now()
            async with self._office.store.reads.connect() as reading:
                return await reading.run_sync(lambda connection: gather(Db(connection, keys, now), person, **job.args))
        if "media" not in job.args:
            return job.args
        keys, _ = await self._whose(person)
        args = {name: value for name, value in job.args.items() if name != "media"}
        kept = await self._note(partial(media.find, person=person, row=int(job.args["media"])))
        try:
            if kept is None:
                raise FileNotFoundError
            return {**args, "content": await asyncio.to_thread(media.read, keys, self._office.media, kept)}
        except (FileNotFoundError, NoKey):
            raise ChildFailed("its file is gone") from None

    async def _fetched(self, args: dict[str, Any]) -> dict[str, Any]:
        """The arguments with what lies at a platform in them. Raises `ChildFailed` where it may work later."""
        if "fetch" not in args:
            return args
        wanted = args["fetch"]
        given = {name: value for name, value in args.items() if name != "fetch"} | {"content": b""}
        if wanted["size"] > MOST:
            return given | {"unfetched": "large"}
        if (channel := self._office.channels.get(wanted["account"])) is None:
            return given | {"unfetched": "gone"}
        try:
            return given | {"content": await channel.fetch(wanted["file"], MOST)}
        except Never as error:
            return given | {"unfetched": "large" if error.because == "large" else "gone"}
        except (Later, AccountRefused) as error:
            raise ChildFailed(f"its file wasn't fetched: {error}") from None

    async def _sealed(self, job: Job, result: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """Seal the files of a result; each with its name in the folder. Raises `ChildFailed`."""
        found: list[dict[str, Any]] = result.pop("files", [])
        if not found:
            return []
        if job.person is None:
            raise ChildFailed("files of nobody")
        keys, key = await self._whose(job.person)
        now, place = self._office.clock.now(), self._office.media
        try:
            return [(await asyncio.to_thread(media.write, keys, place, key, f["content"], now), f) for f in found]
        except (OSError, media.TooLarge) as error:
            raise ChildFailed(f"a file wasn't kept: {type(error).__name__}") from None

    async def _child(self, job: Job, args: dict[str, Any]) -> dict[str, Any]:
        """Run a job's function in a process of its own; its result. Raises `ChildFailed`."""
        command = [sys.executable, "-m", "bot.post.child", job.work, str(self._megabytes), str(int(self._seconds))]
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
        try:
            async with asyncio.timeout(self._seconds):
                out, err = await child.communicate(dumps(args).encode())
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
            result: object = loads(out)
        except ValueError:
            result = None
        if not isinstance(result, dict):
            raise ChildFailed("it ended without a result")
        return cast(dict[str, Any], result)


def _done(db: Db, job: Job, result: dict[str, Any], files: list[tuple[str, dict[str, Any]]]) -> Letter | None:
    """Note the files of a job and that it is done, in one transaction."""
    if job.person is not None and files:
        result = {**result, "files": [_noted(db, job.person, name, file) for name, file in files]}
    return jobs.done(db, job, result)


def _noted(db: Db, person: int, name: str, file: dict[str, Any]) -> dict[str, Any]:
    row = media.put(db, person, name, file["kind"], file["mime"], len(file["content"]))
    return {"media": row, "name": file["name"], "mime": file["mime"]}


class ChildFailed(Exception):
    """A job's process failed, was killed, or took too long."""
