"""The store as the stations see it: work goes in, and is answered when it is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.chat.seams import Clock
from bot.domain.db import Db, StoreDown
from bot.domain.engine import Held, is_sqlite
from bot.domain.keys import Keys

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
Work = Callable[[Db], T]
"""Something to do in a transaction. It waits for nothing but the database."""


class Store(Protocol):
    """A database that keeps the rules of the stations (docs/architecture.md); `tests/store` is their contract."""

    @property
    def sole(self) -> bool:
        """Whether its works are done one after the other, in the order they are given (`Db.sole`)."""
        ...

    @property
    def reads(self) -> AsyncEngine:
        """For what only reads."""
        ...

    def write(self, work: Work[T], *, alone: bool = False) -> Awaitable[T]:
        """Do work and commit it, in the order it is given, maybe together with others' (`alone`: by itself).

        The result, or what the work raised, comes after the commit. An error undoes this work only. Raises `StoreDown`
        when the database can't be used; then nothing was kept.
        """
        ...

    def turn(self, work: Work[T], of: int = 0) -> Awaitable[T]:
        """Do a person's turn, where the store can beside the turns of others, each as if it had the database to itself.

        As `write`, but it may be done several times, when others were in its way, and only the last is kept; and it is
        in no order with other works but those `of` the same person (0: nobody's).
        """
        ...

    def busy_for(self) -> float:
        """Seconds since the present work began; 0 when there is none."""
        ...

    async def close(self) -> None: ...


def opened(
    url: str, keys: Keys, clock: Clock, *, on_commit: Callable[[int], None] | None = None, held: Held | None = None
) -> Store:
    """The store of an upgraded database; must be called in a running event loop. `held` is its lock, if it is taken.

    `on_commit` is told, by any thread, how many works each commit held.
    """
    if is_sqlite(url):
        from bot.post.sqlite import SqliteStore

        return SqliteStore(url, keys, clock, on_commit=on_commit, held=held)
    from bot.post.postgres import PostgresStore  # and its driver

    return PostgresStore(url, keys, clock, on_commit=on_commit, held=held)


async def insist(store: Store, work: Work[T], pause: float) -> T:
    """Do work however long the store is away, trying again after each `pause` seconds."""
    while True:
        try:
            return await store.write(work)
        except StoreDown:
            await asyncio.sleep(pause)
