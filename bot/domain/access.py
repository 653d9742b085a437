"""Who may do what where: roles × areas × actions in one table, one question (`may`), one filter for queries (`within`).

Every read and every decision of an officer goes through it, in the transaction of that turn, so that a revocation holds
from its commit on. `tests/store/test_access.py` goes through the whole matrix.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import ColumnElement, bindparam, or_, select

from bot.domain.db import Db
from bot.domain.tables import officers

if TYPE_CHECKING:
    from bot.domain.officers import Officer

Role = Literal["petugas", "koordinator", "admin", "perencana"]
"""What an officer may be: serves owners; leads the desk; looks after the machine; plans, and sees only numbers."""
ROLES: tuple[Role, ...] = get_args(Role)

Action = Literal[
    "owner.see",  # find an owner, see her name, businesses and masked numbers
    "owner.unmask",  # see a phone, NIK or NIB in full, with a reason
    "owner.export",  # take a list of owners along as a file
    "ticket.see",  # read what was asked, and answer it
    "change.decide",  # accept or refuse a correction
    "evidence.decide",  # look at what an owner showed for an answer, and confirm or reject it
    "numbers.see",  # counts, in which nobody can be told apart
    "officer.see",  # who works at the desk, and the alarms about them
]
ACTIONS: tuple[Action, ...] = get_args(Action)

RIGHTS: Mapping[str, frozenset[Action]] = {
    "petugas": frozenset(
        {"owner.see", "owner.unmask", "ticket.see", "change.decide", "evidence.decide", "numbers.see"}
    ),
    "koordinator": frozenset(ACTIONS),
    "admin": frozenset({"numbers.see", "officer.see"}),  # the machine, not what people said
    "perencana": frozenset({"numbers.see"}),
}
"""The office's roles (docs/privacy.md). An action that isn't named for a role is refused."""

_NOW = select(officers.c.role, officers.c.area).where(
    officers.c.person_id == bindparam("person"), officers.c.revoked_at.is_(None)
)


def may(db: Db, officer: Officer | None, action: Action, village: str | None) -> bool:
    """Whether an officer may do this about something in `village`, by what is kept of him now.

    `village` is a Kemendagri code; None is a place nobody knows (somebody who isn't registered), which is for those who
    serve the whole town.
    """
    if officer is None:
        return False
    row = db.execute(_NOW, {"person": officer.person}).first()
    return row is not None and allows(row.role, row.area, action, village)


def allows(role: str, area: str, action: Action, village: str | None) -> bool:
    """The rule itself: what a role may do in an area."""
    if action not in RIGHTS.get(role, ()):
        return False
    if village is None:
        return area.count(".") <= 1
    return village == area or village.startswith(f"{area}.")


def within(column: ColumnElement[Any], area: str) -> ColumnElement[bool]:
    """The filter for rows whose `column` (a Kemendagri code) lies in an area; none do for an empty one."""
    return or_(column == area, column.startswith(f"{area}.", autoescape=True))
