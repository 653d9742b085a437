"""What the store on PostgreSQL does works with: a connection, what is remembered of what it read, a stopwatch."""

from __future__ import annotations

import secrets
import time
from typing import Any, Self

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.domain import postgres
from bot.domain.db import StoreDown
from bot.domain.line import Line
from bot.domain.prepared import Asked
from bot.domain.sockets import Sockets


class Away(StoreDown):
    """The database can't be reached, is another process's now, or others are in the way: so it is for every work."""


class Hand:
    """What works are done with, one after the other: its connection, its memory, its stopwatch.

    With a `number` it leaves a mark in each transaction, by which it can be told whether one was kept whose commit got
    no answer. Not by the transaction's own number (`pg_xact_status`): a server that was killed gives it out again.
    """

    def __init__(self, engine: Engine, sockets: Sockets, isolation: str = "SERIALIZABLE", number: int = 0) -> None:
        self.number = number
        self.connection: Connection | None = None
        self.kept: dict[str, Any] = {}
        self.age = 0
        self.broke: psycopg.Error | None = None  # the store's own error that came last, in case a work swallows it
        self._engine = engine
        self._sockets = sockets
        self._begin = f"BEGIN ISOLATION LEVEL {isolation}".encode()
        self._began: float | None = None  # when the work at hand began, later by what the server took
        self._asked: float | None = None  # when the server was asked for what it hasn't answered yet

    def connect(self) -> Connection:
        """Its connection, opened if there is none. Raises `StoreDown`."""
        if self.connection is None:
            try:
                connection = self._engine.connect()
            except SQLAlchemyError as error:
                raise Away(postgres.sentence(error)) from error
            raw: Any = connection.connection.driver_connection
            raw.cursor_factory, raw.hand = Cursor, self
            self.line = raw.line = Line(raw, self._sockets, self)
            connection.begin()  # as SQLAlchemy sees it; the transactions are begun and kept past it
            self.connection = connection
        return self.connection

    def begin(self) -> int:
        """Begin a transaction; its mark, 0 for none."""
        mark = secrets.randbelow(1 << 62) + 1 if self.number else 0
        marks = [Asked(_MARK, (self.number, mark))] if mark else []
        self.line.begin(Asked(self._begin), *marks)
        return mark

    def undo(self) -> None:
        """Take back all that wasn't committed."""
        try:
            if self.connection is not None:
                self.line.begin()
                while nested := self.connection.get_nested_transaction():
                    nested.close()
                if transaction := self.connection.get_transaction():
                    transaction.rollback()
                self.connection.begin()
        except (SQLAlchemyError, psycopg.Error):
            self.drop()

    def drop(self) -> None:
        """Throw the connection away; the next work opens a new one."""
        self.kept.clear()
        if self.connection is not None:
            self.connection.invalidate()
            self.connection.close()
            self.connection = None

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self._engine.dispose()

    # A server that takes long is no stuck turn: its statements end by their own limit.

    def starts(self) -> None:
        self.broke, self._asked, self._began = None, None, time.monotonic()

    def stops(self) -> None:
        self._began = None

    def __enter__(self) -> None:
        self._asked = time.monotonic()

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        asked, began = self._asked, self._began
        if asked is not None and began is not None:
            self._began = began + time.monotonic() - asked
        self._asked = None
        if isinstance(error, psycopg.Error) and postgres.is_stores(error):
            self.broke = error

    def busy_for(self) -> float:
        asked, began = self._asked, self._began
        return 0.0 if began is None else max(0.0, (time.monotonic() if asked is None else asked) - began)


_MARK = b"INSERT INTO commits (hand, mark) VALUES ($1, $2) ON CONFLICT (hand) DO UPDATE SET mark = excluded.mark"
MARKED = text("SELECT mark FROM commits WHERE hand = :hand FOR UPDATE")  # waits for one that is still open


class Cursor(psycopg.AsyncCursor[Any]):
    """Lets a hand know while it waits for the server, and what the store itself failed with: whoever asks, the driver's
    own words, SQLAlchemy's or `Prepared`'s."""

    async def execute(self, *asked: Any, **how: Any) -> Self:
        connection: Any = self.connection
        await connection.line.flush()
        with connection.hand:
            return await super().execute(*asked, **how)

    async def executemany(self, *asked: Any, **how: Any) -> None:
        connection: Any = self.connection
        await connection.line.flush()
        with connection.hand:
            await super().executemany(*asked, **how)
