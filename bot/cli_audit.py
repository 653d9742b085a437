"""`pendamping audit`: who did or looked at what, and whether anybody has changed that."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.config import Config
from bot.terminal import AsJson, now, said, settings, show

if TYPE_CHECKING:
    from bot.domain.audit import Noted
    from bot.domain.db import Db

audit_app = typer.Typer(no_args_is_help=True, help="Who did or looked at what. Ids only.")


@audit_app.command("verify")
def audit_verify() -> None:
    """Go through the whole chain of seals; names the first row that was edited, removed or added, and ends with 1."""
    from bot.domain import audit

    config = settings()
    with said():
        kept = audit.heads(config.database.keys)  # first: it may only be older than the database
        with reading(config) as db:
            found = audit.verify(db, kept)
    if found.wrong:
        typer.echo(f"Not as it was written: {found.wrong}. Before that {found.sealed} rows are whole.", err=True)
        raise typer.Exit(1)
    newest = f"; the newest {found.unsealed} aren't sealed yet, which the running desk does" if found.unsealed else ""
    typer.echo(f"{found.sealed} rows are as they were written{newest}.")


@audit_app.command("show")
def audit_show(
    person: Annotated[int | None, typer.Option(help="What was done about a person, by her number.")] = None,
    officer: Annotated[int | None, typer.Option(help="What an officer did, by the number of `officers list`.")] = None,
    since: Annotated[datetime | None, typer.Option(help="From then on, in the office's time: 2026-11-23.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print rows, the oldest first."""
    from bot.domain import audit

    config = settings()
    begin = since.replace(tzinfo=since.tzinfo or config.office.zone) if since else None
    rows: list[Noted] = []
    with said(), reading(config) as db:
        while page := audit.noted(db, person=person, actor=officer, since=begin, after=rows[-1].id if rows else 0):
            rows += page
    listed = [{**asdict(row), "at": _shown(row.at, config), "reason": reason(row)} for row in rows]
    show(listed, ("id", "at", "actor", "action", "person", "object", "reason"), as_json, "Nothing was noted.")


def _shown(at: datetime, config: Config) -> str:
    return at.astimezone(config.office.zone).isoformat(timespec="seconds")


def reason(row: Noted) -> str:
    """A reason as it is shown."""
    return "(erased with the person)" if row.reason is None else row.reason


@contextmanager
def reading(config: Config) -> Generator[Db]:
    """The database as it is now, beside the running desk or without one."""
    from bot.domain import people
    from bot.domain.db import Db
    from bot.domain.engine import looking
    from bot.domain.keys import keyring

    with looking(config.database.url) as connection:
        keys = keyring(config.database.keys, people.anybody(connection), config.database.master)
        try:
            yield Db(connection, keys, now())
        finally:
            keys.close()
