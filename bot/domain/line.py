"""A connection to PostgreSQL in the event loop, asked without the driver's cursors.

For what is asked in every turn. What nobody waits for is held back and sent with the next question, or with the commit:
a turn goes to the server twice, not once for each statement. And a cursor of psycopg is made for one statement
and finds out anew each time what is always the same (where the parameters are, how it is prepared, what the columns
are). This takes psycopg's own parts for the wire, the types and the errors, and keeps the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.adapt import AdaptersMap, PyFormat, Transformer
from psycopg.errors import SerializationFailure, UniqueViolation, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.types.numeric import Int8Dumper

from bot.domain.engine import Misused
from bot.domain.prepared import Asked
from bot.domain.sockets import Sockets

_AUTO = [[PyFormat.AUTO] * n for n in range(100)]  # how so many parameters are sent: as psycopg thinks best
_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED, ExecStatus.BAD_RESPONSE)


class Line:
    """A connection, waited for among `sockets`; `watch` is entered while the server is waited for, and left with what
    it said was wrong."""

    def __init__(
        self, raw: AsyncConnection[Any], sockets: Sockets, watch: AbstractContextManager[Any] | None = None
    ) -> None:
        self._raw = raw
        self._sockets = sockets
        self._watch: AbstractContextManager[Any] = watch or nullcontext()
        self._types = Transformer(_Types(raw))
        self._names: dict[tuple[bytes, Any], bytes] = {}  # statement and types -> what the server calls it
        self._prepared = 0  # how many were ever prepared
        self._begin: Sequence[Asked] = ()  # what began this transaction
        self._first: Sequence[Asked] = ()  # the same, while it isn't sent
        self._held: list[Asked] = []

    @property
    def begun(self) -> bool:
        """Whether the server knows of the transaction."""
        return not self._first

    def begin(self, *asked: Asked) -> None:
        """Begin a transaction with these, when something is asked."""
        self._begin, self._first, self._held = asked, asked, []

    async def begin_again(self) -> None:
        """Take back all of this transaction, and begin it anew when something is asked. Raises `Misused` if a work has
        ended it in its own words."""
        begun = self.begun
        if begun and self._raw.pgconn.transaction_status == TransactionStatus.IDLE:
            raise Misused
        self.begin(*self._begin)
        if begun:
            await self.send([Asked(b"ROLLBACK")])

    def later(self, asked: Asked) -> None:
        """A statement whose answer nobody waits for; what is wrong with it is told to who asks next, or commits."""
        self._held.append(asked)

    def forget(self) -> None:
        """Don't send what is held back: it is undone."""
        self._held.clear()

    async def ask(self, asked: Asked) -> tuple[list[tuple[Any, ...]], int]:
        """A statement's rows, and how many it changed."""
        result = await self.send([*self._taken(), asked])
        self._types.set_pgresult(result)
        return self._types.load_rows(0, result.ntuples, tuple), result.command_tuples or 0

    async def tell(self, *statements: bytes) -> int:
        """Statements without parameters; the number that the last of them answers, 0 for none."""
        result = await self.send([*self._taken(), *map(Asked, statements)])
        return int(result.get_value(0, 0) or 0) if result.ntuples else 0

    async def flush(self) -> None:
        """Send what is held back: something else is going to be asked past us."""
        if self._first or self._held:
            await self.send(self._taken())

    async def commit(self) -> None:
        if self._first and not self._held:
            self._first = ()  # nothing has happened
        else:
            await self.send([*self._taken(), Asked(b"COMMIT")])

    def _taken(self) -> list[Asked]:
        taken = [*self._first, *self._held]
        self._first, self._held = (), []
        return taken

    async def send(self, asked: Sequence[Asked]) -> Any:
        """Send all in one go; the last one's answer. Raises the first error."""
        pgconn, types, names = self._raw.pgconn, self._types, self._names
        sends: list[tuple[Callable[..., None], bytes, Any, Any]] = []
        fresh: dict[tuple[bytes, Any], bytes] = {}  # what has to be prepared
        prepared: dict[int, tuple[bytes, Any]] = {}  # which answers are to that
        thens: dict[int, Callable[[list[tuple[Any, ...]]], None]] = {}  # and to whom others are told
        news: set[int] = set()  # which are of rows that aren't there yet
        for statement, values, then, new in asked:
            if values:
                wire, key = types.dump_sequence(values, _AUTO[len(values)]), (statement, types.types)
            else:
                wire, key = (), (statement, ())
            if (name := names.get(key) or fresh.get(key)) is None:
                name = fresh[key] = b"%s %d" % (statement[:20], self._prepared)
                self._prepared += 1
                prepared[len(sends)] = key
                sends.append((pgconn.send_prepare, name, statement, key[1]))
            if then:
                thens[len(sends)] = then
            if new:
                news.add(len(sends))
            sends.append((pgconn.send_query_prepared, name, wire, types.formats if values else ()))
        with self._watch:
            try:
                pgconn.enter_pipeline_mode()
                for send, name, first, second in sends:
                    send(name, first, second)
                pgconn.pipeline_sync()
                results = await self._answers(pgconn)
                pgconn.exit_pipeline_mode()
            except BaseException:
                self._raw.pgconn.finish()  # nobody knows what has come through of it
                raise
            for i, result in enumerate(results):
                if result.status in _FAILED:  # told to who watches, whatever the work makes of it
                    error = error_from_result(result, self._raw.info.encoding)
                    if i in news and isinstance(error, UniqueViolation):
                        raise SerializationFailure("it is there already") from error
                    raise error
                if i in prepared:
                    names[prepared[i]] = fresh[prepared[i]]
                if i in thens:
                    types.set_pgresult(result)
                    thens[i](types.load_rows(0, result.ntuples, tuple))
        return results[-1]

    async def _answers(self, pgconn: Any) -> list[Any]:
        """The answers up to the end of what was sent."""
        while pgconn.flush():
            await self._sockets.until(pgconn.socket, room=True)
            pgconn.consume_input()  # a server that can't get rid of its answers takes nothing more
        found: list[Any] = []
        while True:
            while pgconn.is_busy():
                await self._sockets.until(pgconn.socket)
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                if pgconn.status == ConnStatus.BAD:
                    raise OperationalError("the connection is closed")
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return found
            else:
                found.append(result)


class _Types:
    """How values are sent: as psycopg does, but every whole number as the same type, so that one preparation of a
    statement does for small ones and large ones."""

    def __init__(self, raw: AsyncConnection[Any]) -> None:
        self.connection = raw
        self.adapters = AdaptersMap(raw.adapters)
        self.adapters.register_dumper(int, Int8Dumper)
