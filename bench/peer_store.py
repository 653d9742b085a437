"""What the peers keep, as well as an expert would: one Core upsert for each answer, the owner's row in the same commit.

Written by hand for this bench, because neither library keeps anything durably at every answer by itself. As durable as
ours: WAL, `synchronous=FULL`, `BEGIN IMMEDIATE`, committed before the answer goes out. Five connections: with one the
loop often waits for its thread, with fifteen it was no faster.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, MetaData, String, Table, bindparam, event, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_METADATA = MetaData()
STATES = Table(
    "states",
    _METADATA,
    Column("chat", BigInteger, primary_key=True),
    Column("step", String(20)),
    Column("answers", JSON, nullable=False),
)
OWNERS = Table(
    "bench_owners",
    _METADATA,
    Column("id", Integer, primary_key=True),
    Column("chat", BigInteger, nullable=False),
    Column("name", String(80), nullable=False),
    Column("age", Integer, nullable=False),
    Column("city", String(20), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("comment", String(200), nullable=False),
)

_new = sqlite.insert(STATES)
_KEEP = _new.on_conflict_do_update(
    index_elements=["chat"], set_={"step": _new.excluded.step, "answers": _new.excluded.answers}
)
_ADD = insert(OWNERS)
_STATES = select(STATES.c.chat, STATES.c.step, STATES.c.answers).where(STATES.c.step != bindparam("nothing"))


class Kept:
    """The database of a peer."""

    def __init__(self, file: Path) -> None:
        self._engine: AsyncEngine = create_async_engine(f"sqlite+aiosqlite:///{file}", pool_size=5, max_overflow=0)
        event.listen(self._engine.sync_engine, "connect", _connected)
        event.listen(self._engine.sync_engine, "begin", _begun)

    async def open(self) -> dict[int, tuple[str, dict[str, Any]]]:
        """Make the tables; what was under way when the process ended: step and answers of each chat."""
        async with self._engine.begin() as connection:
            await connection.run_sync(_METADATA.create_all)
            found = await connection.execute(_STATES, {"nothing": ""})
            return {row.chat: (row.step, row.answers) for row in found}

    async def keep(self, chat: int, step: str | None, answers: dict[str, Any]) -> None:
        """Keep where a chat is; with no step left its answers become an owner. Returns after the commit."""
        async with self._engine.begin() as connection:
            row = {"chat": chat, "step": step, "answers": answers if step else {}}
            await connection.execute(_KEEP, row)
            if step is None:
                await connection.execute(_ADD, {"chat": chat, **answers})

    async def close(self) -> None:
        await self._engine.dispose()


def _connected(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None
    cursor = dbapi.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begun(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
