"""What tables are made of: the enums of their states, the type of an instant, common columns."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, ForeignKey, Integer, LargeBinary, MetaData, TypeDecorator


class Received(IntEnum):
    """State of an inbox row."""

    WAITING = 0
    DONE = 1
    QUARANTINED = 2  # three tries failed; `pendamping quarantine`
    UNREADABLE = 3  # `heard` couldn't read it; replayed after a bug is mended
    DROPPED = 4  # taken out of quarantine by hand


class Outgoing(IntEnum):
    """State of an outbox row."""

    READY = 0
    LEASED = 1
    SENT = 2
    DEAD = 3  # can't be sent, or tried too often; `pendamping outbox`
    EXPIRED = 4  # too old to be of use


class Working(IntEnum):
    """State of a job."""

    READY = 0
    RUNNING = 1
    DONE = 2
    FAILED = 3


class Lane(IntEnum):
    """Who goes first at the sender."""

    REPLY = 0
    ALERT = 1
    REMINDER = 2
    BROADCAST = 3


class Utc(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, a plain UTC time in the database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def bind_processor(self, dialect: Dialect) -> Any:
        # SQLite's own writes the same text field by field, which is a third of what a prepared statement costs.
        return _text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


@lru_cache(maxsize=16)  # a turn writes the same few instants again and again
def _text(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


Sealed = LargeBinary
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def person_column(**kw: Any) -> Column[int]:
    return Column("person_id", Id, ForeignKey("people.id"), **kw)
