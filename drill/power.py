"""The power cut on SQLite: a disk that keeps only what was synced, under the store as it is.

The store runs on apsw through the few calls that SQLAlchemy and the store make of the standard driver, because only
apsw lets Python stand between SQLite and its files.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import time
from collections import defaultdict
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import apsw

from bot.chat.seams import SystemClock
from bot.domain import engine, inbox, people
from bot.domain.db import Db, StoreDown
from bot.domain.keys import Keys
from bot.post.sqlite import SqliteStore
from drill.scene import Result

CUTS = 100
_WRITERS = 8
_CHECKPOINT = 30
"""Pages in the log at which it is folded into the file, so that a cut meets that as well."""


class Disk(apsw.VFS):
    """Files of a folder, each with what the disk would still have of it after a cut."""

    def __init__(self, name: str) -> None:
        self.synced: dict[Path, bytearray] = {}
        self.loose: defaultdict[Path, list[tuple[int, bytes] | int]] = defaultdict(list)  # writes, or a new length
        self.calls = 0
        self.cut_at = 0
        self.cut: dict[Path, bytes] | None = None
        self.chance = random.Random(0)
        self.acknowledged: set[str] = set()
        self.known: set[str] = set()
        self.vfs_name = name
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> File:
        return File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        self.synced.pop(Path(filename), None)
        self.loose.pop(Path(filename), None)

    def adopt(self, file: Path) -> None:
        """A file that has been there for long: all of it is on the disk."""
        self.synced[file] = bytearray(file.read_bytes())

    def passing(self) -> None:
        """A call that changes something; at the chosen one the power goes."""
        self.calls += 1
        if self.calls == self.cut_at:
            self.known = set(self.acknowledged)  # before the picture is taken: those must be in it
            self.cut = {file: self._after(file) for file in self.synced.keys() | self.loose.keys()}

    def sync(self, file: Path) -> None:
        """What was written to a file is on the disk."""
        kept = self.synced.setdefault(file, bytearray())
        for change in self.loose.pop(file, []):
            _apply(kept, change)

    def _after(self, file: Path) -> bytes:
        """A file after the cut: what was synced, and of what wasn't nothing or some, in any order."""
        kept = bytearray(self.synced.get(file, b""))
        loose = self.loose.get(file, [])
        if self.chance.random() < 0.5:
            survived = [change for change in loose if self.chance.random() < 0.5]
            self.chance.shuffle(survived)
            for change in survived:
                _apply(kept, change)
        return bytes(kept)


class File(apsw.VFSFile):
    """An open file; it works as any, and the disk takes notes."""

    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self._file = Path(name.filename() if isinstance(name, apsw.URIFilename) else str(name))
        super().__init__("", name, flags)

    def xWrite(self, data: Any, offset: int) -> None:
        super().xWrite(data, offset)  # pyright: ignore[reportUnknownMemberType]
        self._disk.loose[self._file].append((offset, bytes(data)))
        self._disk.passing()

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        self._disk.loose[self._file].append(newsize)
        self._disk.passing()

    def xSync(self, flags: int) -> None:
        self._disk.passing()  # the power may go before the sync is through
        self._disk.sync(self._file)


def _apply(kept: bytearray, change: tuple[int, bytes] | int) -> None:
    if isinstance(change, int):
        del kept[change:]
        return
    offset, data = change
    if len(kept) < offset:
        kept.extend(bytes(offset - len(kept)))
    kept[offset : offset + len(data)] = data


class Driver:
    """apsw as the standard driver, as far as it is used: the module, with its errors."""

    paramstyle = "qmark"
    sqlite_version = apsw.sqlite_lib_version()
    sqlite_version_info = tuple(map(int, apsw.sqlite_lib_version().split(".")))
    Error = DatabaseError = OperationalError = InterfaceError = IntegrityError = apsw.Error
    ProgrammingError = DataError = InternalError = NotSupportedError = apsw.Error
    Binary = bytes

    def __init__(self, disk: str) -> None:
        self._disk = disk

    def connect(self, file: str, **_: Any) -> Connection:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        return Connection(apsw.Connection(file, vfs=self._disk, flags=flags))


class Connection:
    """A connection as the standard driver gives it."""

    isolation_level: str | None = None

    def __init__(self, real: Any) -> None:
        self._real = real
        real.pragma("locking_mode", "EXCLUSIVE")  # no shared memory: apsw gives it to no file of Python's
        real.wal_autocheckpoint(_CHECKPOINT)

    @property
    def in_transaction(self) -> bool:
        return self._real.in_transaction

    @property
    def total_changes(self) -> int:
        return self._real.total_changes()

    def cursor(self, *_: Any) -> Cursor:
        return Cursor(self._real)

    def execute(self, statement: str, parameters: Iterable[Any] = ()) -> Cursor:
        return self.cursor().execute(statement, parameters)

    def create_function(self, name: str, arguments: int, work: Any, **_: Any) -> None:
        self._real.create_scalar_function(name, work, arguments)

    def commit(self) -> None:
        if self._real.in_transaction:
            self._real.execute("COMMIT")

    def rollback(self) -> None:
        if self._real.in_transaction:
            self._real.execute("ROLLBACK")

    def close(self) -> None:
        self._real.close()


class Cursor:
    """A cursor that reads all of its rows at once."""

    arraysize = 1

    def __init__(self, real: Any) -> None:
        self._real = real
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid = 0

    def execute(self, statement: str, parameters: Iterable[Any] = ()) -> Cursor:
        before = self._real.total_changes()
        cursor = self._real.cursor()
        cursor.execute(statement, tuple(parameters))
        try:
            self.description = tuple((*column, None, None, None, None, None) for column in cursor.description)
        except apsw.ExecutionCompleteError:
            self.description = None
        self._rows = cursor.fetchall()
        self.rowcount = self._real.total_changes() - before
        self.lastrowid = self._real.last_insert_rowid()
        return self

    def executemany(self, statement: str, many: Iterable[Iterable[Any]]) -> Cursor:
        for parameters in many:
            self.execute(statement, parameters)
        return self

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[Any]:
        found, self._rows = self._rows[:size], self._rows[size:]
        return found

    def fetchall(self) -> list[Any]:
        found, self._rows = self._rows, []
        return found

    def close(self) -> None:
        self._rows = []


@contextmanager
def on(disk: Disk, synchronous: str) -> Generator[None]:
    """While inside, the store's engine opens files on this disk, with that much care."""
    make, pragmas = engine.create_engine, engine.PRAGMAS

    def made(url: str, **named: Any) -> Any:
        return make(url, module=Driver(disk.vfs_name), **named)

    engine.create_engine = made
    engine.PRAGMAS = tuple(p.replace("synchronous=FULL", f"synchronous={synchronous}") for p in pragmas)
    try:
        yield
    finally:
        engine.create_engine, engine.PRAGMAS = make, pragmas


def cuts(template: Path, seed: int, times: int, synchronous: str) -> Result:
    """Cut the power so many times; what was acknowledged by then must be there afterwards, in a file that is whole."""
    began = time.monotonic()
    broken = "" if synchronous == "FULL" else "sync"
    result = Result("power cut", "SQLite", seed, broken, shows="lost" if broken else None)
    chance = random.Random(seed)
    known = 0
    for number in range(times):
        with TemporaryDirectory(prefix="drill-") as folder:
            shutil.copytree(template, folder, dirs_exist_ok=True)
            disk = Disk(f"disk-{synchronous}-{number}")
            disk.chance = random.Random(chance.random())
            disk.cut_at = chance.randint(20, 400)
            with on(disk, synchronous):
                asyncio.run(_busy(Path(folder), disk))
            disk.unregister()
            assert disk.cut is not None
            known += len(disk.known)
            _look(Path(folder) / "after", disk, number, result)
    result.verdict.updates = known
    result.done = f"{times} power cuts at synchronous={synchronous}, {known} acknowledged updates"
    result.seconds = time.monotonic() - began
    return result


async def _busy(folder: Path, disk: Disk) -> None:
    """Several at once keep updates until the power has gone."""
    file = folder / "office.db"
    disk.adopt(file)
    keys = Keys(folder / "keys")
    store = SqliteStore(f"sqlite:///{file}", keys, SystemClock())
    account = await store.write(lambda db: people.account(db, "telegram:1"))

    def kept(key: str, db: Db) -> str:
        inbox.add_unreadable(db, account, key, {"key": key}, "drill")
        return inbox.row_key(keys, account, key)

    async def writer(name: int) -> None:
        number = 0
        while disk.cut is None:
            key = f"{name}.{number}"
            number += 1
            disk.acknowledged.add(await store.write(lambda db, key=key: kept(key, db)))

    try:
        async with asyncio.timeout(30):
            await asyncio.gather(*(writer(name) for name in range(_WRITERS)))
    except StoreDown as error:
        raise AssertionError("the store failed on a disk that works") from error
    finally:
        await store.close()
        keys.close()


def _look(folder: Path, disk: Disk, number: int, result: Result) -> None:
    """Start anew on what the disk kept, with the standard driver."""
    folder.mkdir()
    for file, data in (disk.cut or {}).items():
        (folder / file.name).write_bytes(data)
    try:
        with closing(sqlite3.connect(folder / "office.db")) as db:
            whole = db.execute("PRAGMA integrity_check").fetchone()[0]
            found = {key for (key,) in db.execute("SELECT key FROM inbox")}
    except sqlite3.DatabaseError as error:
        result.problems.append(f"cut {number}: {error}")
        return
    if whole != "ok":
        result.problems.append(f"cut {number}: {whole}")
    result.verdict.lost += [f"cut {number}: {key}" for key in sorted(disk.known - found)]
