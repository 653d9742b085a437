"""Statements that are asked thousands of times a second, compiled once.

They are written as every other one, in SQLAlchemy Core. What SQLAlchemy does around a statement (cache keys, events,
results) costs far more than SQLite needs to answer it, and about as much as the way to a server and back, so these go
to the driver directly, with the types' own processors. On connections that only read asynchronously they go as all
others do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import BindParameter, Dialect, Executable, literal_column
from sqlalchemy.sql import visitors
from sqlalchemy.util import await_

if TYPE_CHECKING:
    from bot.domain.db import Db
    from bot.domain.line import Line


class Torn(Exception):
    """The transaction is gone under our feet: SQLite rolls the whole of it back on some errors, without a word."""


Processor = Callable[[Any], Any]
_GIVEN = object()


class Asked(NamedTuple):
    """A statement as `bot.domain.line` sends it: its parameters are ``$1``, ``$2``, …; `then` is given what it answers,
    row by row. `new`: a row that is there already is as another transaction that was in the way."""

    statement: bytes
    values: Sequence[Any] = ()
    then: Callable[[list[tuple[Any, ...]]], None] | None = None
    new: bool = False


class Prepared:
    """A statement with named parameters, none of them `expanding`.

    `columns` are those that an INSERT is given. A statement that is another one on each database is given as a function
    of the dialect's name.
    """

    def __init__(self, statement: Executable | Callable[[str], Executable], *columns: str) -> None:
        self._statement = statement
        self._columns = columns or None
        self._made: dict[tuple[str, bool, bool], _OnDriver | Executable] = {}

    def all(self, db: Db, **values: Any) -> list[Any]:
        """Every row, its columns by name."""
        made = self._for(db)
        return made.all(db, values) if isinstance(made, _OnDriver) else list(db.execute(made, values).all())

    def first(self, db: Db, **values: Any) -> Any:
        """The first row, or None."""
        made = self._for(db)
        return made.first(db, values) if isinstance(made, _OnDriver) else db.execute(made, values).first()

    def scalar(self, db: Db, **values: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.first(db, **values)
        return None if row is None else row[0]

    def changed(self, db: Db, **values: Any) -> int:
        """Do it; how many rows it changed."""
        made = self._for(db)
        return made.changed(db, values) if isinstance(made, _OnDriver) else db.execute(made, values).rowcount

    def later(self, db: Db, **values: Any) -> None:
        """Do it, now or with what is asked next; how many rows it changes doesn't matter."""
        made = self._for(db)
        if isinstance(made, _OnDriver):
            made.later(db, values)
        else:
            db.execute(made, values)

    def new(self, db: Db, **values: Any) -> None:
        """As `later`, an INSERT. A row that is there already has the store do this work again (`Db.again`); only for
        works on PostgreSQL."""
        made = self._for(db)
        assert isinstance(made, _OnLine)
        made.later(db, values, new=True)

    def told(self, db: Db, then: Callable[[Any], None], **values: Any) -> None:
        """As `later`; `then` is given the first row, or None, when it is known: by the end of the transaction, which
        may still be undone. Not at all where the connection is lost."""
        made = self._for(db)
        if isinstance(made, _OnLine):
            made.told(db, then, values)
        else:
            then(self.first(db, **values))

    def _for(self, db: Db) -> _OnDriver | Executable:
        dialect = db.connection.dialect
        key = dialect.driver, dialect.is_async, db.line is not None  # psycopg is all of it
        if (made := self._made.get(key)) is None:
            made = self._statement(dialect.name) if callable(self._statement) else self._statement
            if db.line is not None:
                made = _OnLine(made, self._columns, dialect)
            elif not dialect.is_async:
                made = (_OnSqlite if dialect.name == "sqlite" else _OnPostgres)(made, self._columns, dialect)
            self._made[key] = made
        return made


class _OnDriver(ABC):
    """A statement as a driver takes it."""

    def __init__(self, statement: Any, columns: tuple[str, ...] | None, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        assert not compiled.post_compile_params, "a list of values can't be prepared"
        self._sql = str(compiled)
        binds: list[tuple[str, Any, Processor | None]] = []
        for name in compiled.positiontup or compiled.bind_names.values():
            bind = compiled.binds[name]
            processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
            fixed = _GIVEN if bind.required else compiled.params[name]
            if fixed is not _GIVEN and processor is not None:
                fixed, processor = processor(fixed), None
            binds.append((name, fixed, processor))
        self._given = _given(binds, named=not compiled.positional)
        named: Any = getattr(statement, "selected_columns", None)
        if named is None:  # asked of a copy: the statement would remember the answer, also for those made from it
            named = statement.execution_options().exported_columns
        self._row = _rows([(c.key, c.type.dialect_impl(dialect).result_processor(dialect, None)) for c in named])

    @abstractmethod
    def run(self, db: Db, values: Mapping[str, Any]) -> Any:
        """The driver's cursor, after the statement."""

    def all(self, db: Db, values: Mapping[str, Any]) -> list[Any]:
        return [self._row(row) for row in self.run(db, values).fetchall()]

    def first(self, db: Db, values: Mapping[str, Any]) -> Any:
        found = self.run(db, values).fetchone()
        return None if found is None else self._row(found)

    def changed(self, db: Db, values: Mapping[str, Any]) -> int:
        return self.run(db, values).rowcount

    def later(self, db: Db, values: Mapping[str, Any]) -> None:
        self.run(db, values)


class _OnSqlite(_OnDriver):
    def run(self, db: Db, values: Mapping[str, Any]) -> Any:
        raw: Any = db.connection.connection.driver_connection
        if not raw.in_transaction:
            raise Torn  # or this statement would commit by itself
        return raw.execute(self._sql, self._given(values))


class _OnPostgres(_OnDriver):
    def run(self, db: Db, values: Mapping[str, Any]) -> Any:
        raw: Any = db.connection.connection.driver_connection
        return raw.execute(self._sql, self._given(values))


class _OnLine(_OnDriver):
    """psycopg in the event loop (`bot.domain.line`): the work waits in its greenlet."""

    def __init__(self, statement: Any, columns: tuple[str, ...] | None, dialect: Dialect) -> None:
        # Numbers that are always the same are written out: a plan for any state can't use the index of one state.
        rewritten: Any = visitors.replacement_traverse
        made: Any = type(dialect)
        super().__init__(rewritten(statement, {}, _written_out), columns, made(paramstyle="numeric_dollar"))
        self._bytes = self._sql.encode()

    def run(self, db: Db, values: Mapping[str, Any]) -> Any:
        return await_(_line(db).ask(Asked(self._bytes, self._given(values))))

    def all(self, db: Db, values: Mapping[str, Any]) -> list[Any]:
        return [self._row(row) for row in self.run(db, values)[0]]

    def first(self, db: Db, values: Mapping[str, Any]) -> Any:
        rows, _ = self.run(db, values)
        return self._row(rows[0]) if rows else None

    def changed(self, db: Db, values: Mapping[str, Any]) -> int:
        return self.run(db, values)[1]

    def later(self, db: Db, values: Mapping[str, Any], *, new: bool = False) -> None:
        _line(db).later(Asked(self._bytes, self._given(values), new=new))

    def told(self, db: Db, then: Callable[[Any], None], values: Mapping[str, Any]) -> None:
        def first(rows: list[tuple[Any, ...]]) -> None:
            then(self._row(rows[0]) if rows else None)

        _line(db).later(Asked(self._bytes, self._given(values), first))


def _line(db: Db) -> Line:
    _ = db.connection  # a mark that waits is set now
    assert db.line is not None
    return db.line


def _written_out(element: Any, **_how: Any) -> Any:
    if not isinstance(element, BindParameter):
        return None
    bind = cast("BindParameter[Any]", element)
    if bind.required or not isinstance(bind.value, int) or isinstance(bind.value, bool):
        return None
    return literal_column(str(int(bind.value)), bind.type)


def _given(binds: list[tuple[str, Any, Processor | None]], *, named: bool) -> Callable[[Mapping[str, Any]], Any]:
    """What makes of the values what the driver takes, in the order of the statement or by name.

    Written out once for each statement, as `namedtuple` does, rather than gone through each time it is asked.
    """
    scope: dict[str, Any] = {}
    parts: list[str] = []
    for i, (name, fixed, processor) in enumerate(binds):
        scope[f"fixed{i}"], scope[f"made{i}"] = fixed, processor
        value = f"values[{name!r}]" if fixed is _GIVEN else f"fixed{i}"
        value = value if processor is None else f"made{i}({value})"
        parts.append(f"{name!r}: {value}" if named else value)
    whole = ", ".join(parts)
    return eval(f"lambda values: {{{whole}}}" if named else f"lambda values: [{whole}]", scope)  # noqa: S307 - our own


def _rows(columns: list[tuple[str, Processor | None]]) -> Callable[[Any], Any]:
    """What makes a row of what the driver gives."""
    names = [name for name, _ in columns]
    make: Any = namedtuple("Row", names)  # pyright: ignore[reportUntypedNamedTuple]
    processors = [(i, processor) for i, (_, processor) in enumerate(columns) if processor is not None]
    if not processors:
        return make._make

    def row(values: Any) -> Any:
        changed = list(values)
        for i, processor in processors:
            changed[i] = processor(changed[i])
        return make._make(changed)

    return row
