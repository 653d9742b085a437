"""Names that an earlier version kept open: sealed at the first start of this one, before anything is read."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, func, select, update

from bot.domain.db import Db
from bot.domain.tables import businesses, invites, officers, owners

_NAMES = ((owners, "person_id"), (businesses, "owner_id"), (officers, "person_id"))
_SEALED = b"\x01"
"""What everything sealed begins with, and no name does."""
_NOBODY = bytes(29)
"""What no code opens: whose invitation was made before has to be invited again."""


def seal(db: Db) -> int:
    """Seal the names that still lie open. How many."""
    count = 0
    for table, person in _NAMES:
        key = next(iter(table.primary_key.columns))
        for row in db.execute(select(key, table.c[person].label("whose"), table.c.name).where(_open(table))).all():
            sealed = db.seal(row.whose, f"{table.name}.name", row.name.decode())
            db.execute(update(table).where(key == row[0]).values(name=sealed))
            count += 1
    db.execute(update(invites).where(_open(invites)).values(name=_NOBODY))
    return count


def _open(table: Table) -> ColumnElement[bool]:
    return func.substr(table.c.name, 1, 1).not_in((_SEALED, _NOBODY[:1]))
