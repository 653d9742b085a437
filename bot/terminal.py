"""What every command of the terminal does: read the settings, have the desk do something, say how it went."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.chat.seams import SystemClock
from bot.config import Config, ConfigError, load

out = Console(highlight=False)
chosen: dict[str, Path | None] = {"config": None}
"""The settings' file that was named before the command."""
_WIDE = 100_000
"""Characters of a line where nobody's window bounds it."""
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for another program.")]


def settings() -> Config:
    """The settings; what is wrong with them is said and ends the command with exit code 2."""
    try:
        return load(chosen["config"])
    except ConfigError as error:
        for problem in error.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(2) from None


def now() -> datetime:
    return SystemClock().now()


def do(command: str, **arguments: Any) -> dict[str, Any]:
    """Have the running desk do a command; when none runs, do it here."""
    from bot.operate import operate

    config = settings()
    with said():
        return asyncio.run(operate(config, command, arguments))


@contextmanager
def said() -> Generator[None]:
    """What an operator can mend ends the command with a sentence and exit code 1."""
    from aiohttp import ClientError
    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError

    from bot.domain.db import StoreDown
    from bot.domain.engine import Locked
    from bot.domain.keys import NoKey
    from bot.domain.move import CantMove
    from bot.domain.upgrade import UpgradeFailed

    try:
        yield
    except ClientError:
        told = "The running desk couldn't do it; its log says why."
    except ValidationError as error:  # without what was typed: it may hold a password
        told = "; ".join(detail["msg"] for detail in error.errors(include_input=False))
    except FileNotFoundError as error:
        told = f"There is no file {error.filename}."
    except (ValueError, LookupError, OSError, sqlite3.Error) as error:
        told = str(error)
    except (CantMove, NoKey, UpgradeFailed, Locked, StoreDown) as error:
        told = str(error)
    except DBAPIError as error:
        told = str(error.orig)
    else:
        return
    typer.echo(told, err=True)
    raise typer.Exit(1)


def show(rows: list[dict[str, Any]], columns: tuple[str, ...], as_json: bool, none: str) -> None:
    """Print rows as a table of these columns, or as JSON; `none` where there are no rows. Nothing is cut off: in a
    terminal what is long goes on in the next line, for another program a row is one line."""
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif not rows:
        typer.echo(none)
    else:
        table = Table(box=None, header_style="bold")
        for name in columns:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*(escape(str(row[name])) for name in columns))
        (out if out.is_terminal else Console(highlight=False, width=_WIDE)).print(table)
