"""`Db`: what a turn reads and writes with. Plain and synchronous; one for each turn, inside the store's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, CursorResult, Executable, Insert, bindparam, insert, select
from sqlalchemy.util import await_

from bot import fastjson
from bot.domain import tables
from bot.domain.keys import HOUSE, KEPT, Keys, NoKey
from bot.domain.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.domain.line import Line


class StoreDown(Exception):
    """The database can't be used now (away, full, locked). Nothing was kept; it is nobody's failed attempt."""


class Db:
    """A connection inside a transaction, the time of this turn, and the keys.

    Handlers and the domain write through `execute` (SQLAlchemy Core) or `session` (ORM), as they like; both are seen
    by the golden rule (`mark`, `wrote`).
    """

    def __init__(self, connection: Connection, keys: Keys, now: datetime, kept: dict[str, Any] | None = None) -> None:
        """`kept` is the process's memory of what hardly changes; whoever rolls a transaction back empties it."""
        self._connection = connection
        self.line: Line | None = getattr(connection.connection.driver_connection, "line", None)
        """The way past the driver's cursors; only in works in the event loop on PostgreSQL, else None."""
        self.kept: dict[str, Any] = {} if kept is None else kept
        self.keys = keys
        self.now = now
        self.again = False
        """Whether this work is done again, because others were in its way or what it took for granted wasn't so."""
        self._session: Session | None = None
        self._marks = False  # `mark` was called, and nothing was asked of the database since
        self._mark = 0
        self.forgot = False
        """Whether `forget` was called, for the store to tell the others that remember."""
        self.became: Any = None
        """What this turn has done to whose chat it is, if it has (`bot.domain.linking.Became`)."""
        self.put: set[int] = set()
        """The contacts for whom a message was put that isn't taken yet, so that the senders have to be told."""
        self.jobs = False
        """Whether a job was put, so that the runner has to be told."""

    @property
    def connection(self) -> Connection:
        """Inside this work's transaction. Whoever takes it may write, so a mark that waits is set now."""
        if self._marks:
            self._marks = False
            self._set_mark()
        return self._connection

    def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        return cast("CursorResult[Any]", self.connection.execute(statement, parameters))

    @property
    def session(self) -> Session:
        """An ORM session on the same transaction; made when it is first asked for."""
        connection = self.connection
        if self._session is None:
            from sqlalchemy.orm import Session  # a quarter of the start's imports, and Core alone does without

            # In a savepoint of its own: a flow that rolls its session back after an error undoes only its own work.
            self._session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        return self._session

    def flush(self) -> None:
        if self._session is not None:
            self._session.flush()

    def settle(self) -> None:
        """Give what the session holds to the transaction around it."""
        if self._session is not None:
            self._session.commit()

    # The golden rule: ask first, then write

    def mark(self) -> None:
        """From here `wrote` and `undo` count. Nothing is asked of the database before a flow does: most turns of a
        talk are a question and its answer."""
        self.settle()
        self._marks = True

    def unmark(self) -> None:
        """What comes now is no flow's, and not taken back by itself."""
        self._marks = False

    def _set_mark(self) -> None:
        if self.connection.dialect.name == "sqlite":
            self._raw().execute("SAVEPOINT flow")
            self._mark = self._written()
        else:
            self._mark = self._asked("SAVEPOINT flow", _WRITTEN)  # one way to the server and back

    def wrote(self) -> bool:
        """Whether anything was written since `mark`, by ORM, Core or text, or the driver itself."""
        if self._marks:
            return False
        self.flush()
        return self._written() != self._mark

    def undo(self) -> None:
        """Take back what was written since `mark`."""
        if self._session is not None:
            self._session.close()
            self._session = None
        if not self._marks:
            self.kept.clear()
            self._back_to("flow")

    def start_over(self) -> None:
        """Take back everything this work has done; what it read may have changed since. Only for a turn's: others may
        share their transaction."""
        if self._session is not None:
            self._session.close()
            self._session = None
        self._marks = False
        self.keys.names.clear()
        self.kept.clear()
        if self.line is None:
            self._back_to("work")
        else:
            await_(self.line.begin_again())

    def forget(self) -> None:
        """What the process remembers isn't so any more: empty `kept`, everybody's once this is committed."""
        self.kept.clear()
        self.forgot = True

    def _written(self) -> int:
        """How many rows this transaction has written, whoever wrote them."""
        if self.connection.dialect.name == "sqlite":
            return self._raw().total_changes
        return self._asked(_WRITTEN)

    def _asked(self, *statements: str) -> int:
        """Statements of which the last answers a number, in one go; only on PostgreSQL."""
        if self.line is not None:
            return await_(self.line.tell(*(statement.encode() for statement in statements)))
        return int([self._raw().execute(statement) for statement in statements][-1].fetchone()[0])

    def _back_to(self, savepoint: str) -> None:
        statement = f"ROLLBACK TO {savepoint}"
        if self.line is None:
            self._raw().execute(statement)
            return
        self.line.forget()
        if self.line.begun:
            await_(self.line.tell(statement.encode()))

    def _raw(self) -> Any:
        return self.connection.connection.driver_connection

    @property
    def sole(self) -> bool:
        """Whether nobody else can write while this transaction is open."""
        return self.connection.dialect.name == "sqlite"

    def once(self, person: int, button: str) -> bool:
        """Record the use of a button that works one time; False when it was used before."""
        row = {"person_id": person, "button": button, "used_at": self.now}
        return self.execute(self.insert_new(tables.used_buttons), row).rowcount == 1

    def insert_new(self, table: Any) -> Insert:
        """An INSERT that leaves an existing row (any unique key) as it is."""
        return insert_new(table, self.connection.dialect.name)

    def upsert(self, table: Any, keys: Sequence[str], row: Mapping[str, Any]) -> None:
        """Insert a row, or change the one with the same `keys`."""
        changed = [name for name in row if name not in keys]
        self.execute(upsert(table, tuple(keys), tuple(changed), self.connection.dialect.name), dict(row))

    def insert(self, table: Any, row: Mapping[str, Any]) -> int:
        """Insert a row; its id."""
        key = self.execute(insert(table), row).inserted_primary_key
        return int(key[0]) if key else 0

    # Sealing

    def seal(self, person: int | None, column: str, data: Any) -> bytes:
        """JSON sealed with the person's key (None: the house's)."""
        return self.keys.seal(self.key_of(person), column, fastjson.encode(data))

    def open(self, person: int | None, column: str, sealed: bytes) -> Any:
        """What `seal` was given. Raises `NoKey` when the person's key is gone."""
        return fastjson.decode(self.keys.open(self.key_of(person), column, sealed))

    def key_of(self, person: int | None) -> str:
        if person is None:
            return HOUSE
        if (name := self.keys.names.get(person)) is None:
            name = _KEY_ID.scalar(self, person=person)
            if name is None:
                raise NoKey(f"person {person}")
            if len(self.keys.names) >= KEPT:
                self.keys.names.clear()
            self.keys.names[person] = name
        return name


@lru_cache
def insert_new(table: Any, dialect: str, *keys: str) -> Insert:
    """An INSERT that leaves an existing row (of these `keys`; none named: of any) as it is, in a dialect's words."""
    new = _dialect(dialect).insert(table).on_conflict_do_nothing(index_elements=keys or None)
    return new.execution_options(preserve_rowcount=True)


@lru_cache
def upsert(table: Any, keys: tuple[str, ...], changed: tuple[str, ...], dialect: str) -> Insert:
    """An INSERT that changes these columns of the row with the same `keys`, in a dialect's words."""
    new = _dialect(dialect).insert(table)
    return new.on_conflict_do_update(index_elements=list(keys), set_={name: new.excluded[name] for name in changed})


def _dialect(name: str) -> Any:
    """The module with a dialect's own INSERT; the other dialect's costs a fifth of a second to import."""
    return import_module(f"sqlalchemy.dialects.{name}")


_WRITTEN = """
    SELECT coalesce(sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
                        + pg_stat_get_xact_tuples_deleted(oid)), 0)
    FROM pg_class WHERE relkind = 'r' AND oid >= 16384
"""
"""PostgreSQL counts rows by transaction. Its `pg_current_xact_id_if_assigned()` would tell less: by the time a flow is
run, the turn around it has written already."""
_KEY_ID = Prepared(select(tables.people.c.key_id).where(tables.people.c.id == bindparam("person")))
