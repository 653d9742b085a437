"""A store on the bench: opened and closed as a test likes, watched, and made to fail."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.chat.messages import Incoming
from bot.domain import people
from bot.domain.db import Db
from bot.domain.keys import Keys
from bot.domain.people import Contact
from bot.domain.tables import metadata
from bot.post.postgres import PostgresStore
from bot.post.sqlite import SqliteStore
from bot.post.store import Store
from tests.office import MONDAY, MovedClock
from tests.store.server import Server

T = TypeVar("T")
LIMIT = 30.0  # seconds; nothing here takes one


class Bench(Protocol):
    """One kind of store. `clock` is moved by tests; `commits` holds how many works each commit had."""

    url: str
    folder: Path
    clock: MovedClock
    commits: list[int]

    def open(self) -> AbstractAsyncContextManager[Store]:
        """The store, as a process that starts opens it."""
        ...

    def fails(self) -> AbstractContextManager[None]:
        """While inside, nothing more can be kept."""
        ...

    def forget_key(self, key: str) -> None:
        """Take a person's key away, while the store is closed."""
        ...


class SqliteBench:
    """SQLite in a folder that holds an upgraded ``office.db``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "office.db"
        self.url = f"sqlite:///{self.file}"
        self.clock = MovedClock()
        self.commits: list[int] = []
        self.patience = 5.0

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[SqliteStore]:
        keys = Keys(self.folder / "keys")
        store = SqliteStore(self.url, keys, self.clock, patience=self.patience, on_commit=self.commits.append)
        try:
            yield store
        finally:
            await store.close()
            keys.close()

    def fails(self) -> AbstractContextManager[None]:
        return full_disk()

    def forget_key(self, key: str) -> None:
        forget_key(self.folder, key)

    def bytes(self) -> bytes:
        """Everything that lies in the folder but the master key."""
        return b"".join(p.read_bytes() for p in self.folder.rglob("*") if p.is_file() and p.name != "master.key")


class PostgresBench:
    """A fresh database of a server, and keys in a folder."""

    def __init__(self, server: Server, url: str, folder: Path) -> None:
        self.server = server
        self.url = url
        self.folder = folder
        self.clock = MovedClock()
        self.commits: list[int] = []

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[PostgresStore]:
        keys = Keys(self.folder / "keys")
        store = PostgresStore(self.url, keys, self.clock, on_commit=self.commits.append)
        try:
            yield store
        finally:
            await store.close()
            keys.close()

    @contextmanager
    def fails(self) -> Generator[None]:
        """The database takes nobody in, and everybody is sent away."""
        name = make_url(self.url).database
        away = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        self.server.do(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", away)
        try:
            yield
        finally:
            self.server.do(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def forget_key(self, key: str) -> None:
        forget_key(self.folder, key)


def forget_key(folder: Path, key: str) -> None:
    with closing(sqlite3.connect(folder / "keys" / "wrapped.db")) as keys, keys:
        keys.execute("DELETE FROM keys WHERE id = ?", (key,))


@contextmanager
def full_disk() -> Generator[None]:
    """No file of this process may be written beyond 16 KB: what a full disk is to SQLite, in the log and the file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 << 10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def on(bench: Bench, work: Callable[[Store], Awaitable[T]]) -> T:
    """Open the store, do something with it, close it."""

    async def run() -> T:
        async with asyncio.timeout(LIMIT), bench.open() as store:
            return await work(store)

    return asyncio.run(run())


def write(bench: Bench, *works: Callable[[Db], Any]) -> list[Any]:
    """Do works one after the other, each in its own commit; their results."""

    async def run(store: Store) -> list[Any]:
        return [await store.write(work) for work in works]

    return on(bench, run)


async def together(store: Store, *works: Callable[[Db], Any]) -> list[Any]:
    """Have works waiting at the same time, so that they may share a commit; results or exceptions, in order."""
    go = threading.Event()
    first = store.write(lambda db: go.wait(LIMIT), alone=True)
    waiting = [store.write(work) for work in works]
    go.set()
    await asyncio.gather(first, return_exceptions=True)
    return await asyncio.gather(*waiting, return_exceptions=True)


async def outcome(store: Store, work: Callable[[Db], Any], how: str) -> Any:
    """What a work comes to as a ``turn``, ``alone``, or in a ``group`` with two others, which are kept (a, b)."""
    if how == "group":
        first, found, last = await together(store, account("a"), work, account("b"))
        assert not isinstance(first, BaseException)
        assert not isinstance(last, BaseException)
        return found
    asked = store.turn(work) if how == "turn" else store.write(work, alone=True)
    return (await asyncio.gather(asked, return_exceptions=True))[0]


def rows(db: Db, table: str, *columns: str) -> list[Any]:
    """A table's rows: one column's values, or tuples of several."""
    found = metadata.tables[table]
    result = db.execute(select(*(found.c[name] for name in columns)).order_by(*found.primary_key.columns))
    return [row[0] if len(columns) == 1 else tuple(row) for row in result]


def account(name: str) -> Callable[[Db], int]:
    """A work that makes a channel account."""
    return lambda db: people.account(db, name)


def message(key: str, text: str = "halo", address: str = "7", name: str = "") -> Incoming:
    return Incoming(key, address, "text", MONDAY, text, name=name)


def met(db: Db, address: str = "7", account: str = "telegram:111", name: str = "") -> Contact:
    """A person who has spoken to us from that address."""
    incoming = message("u:0", address=address, name=name)
    return people.meet(db, people.account(db, account), incoming, "owners", "id")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
