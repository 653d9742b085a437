"""The store as the stations see it: work goes in, and is answered when it is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.domain.db import Db, StoreDown

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
Work = Callable[[Db], T]
"""Something to do in a transaction. It waits for nothing but the database."""


class Store(Protocol):
    """A database that keeps the rules of the stations (docs/architecture.md); `tests/store` is their contract."""

    @property
    def reads(self) -> AsyncEngine:
        """For what only reads."""
        ...

    def write(self, work: Work[T], *, alone: bool = False) -> Awaitable[T]:
        """Do work and commit it, maybe together with others' (`alone`: by itself).

        The result, or what the work raised, comes after the commit. An error undoes this work only. Raises `StoreDown`
        when the database can't be used; then nothing was kept.
        """
        ...

    def busy_for(self) -> float:
        """Seconds since the present work began; 0 when there is none."""
        ...

    async def close(self) -> None: ...


async def insist(store: Store, work: Work[T], pause: float) -> T:
    """Do work however long the store is away, trying again after each `pause` seconds."""
    while True:
        try:
            return await store.write(work)
        except StoreDown:
            await asyncio.sleep(pause)
