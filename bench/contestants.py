"""Who is measured: how each is prepared and started, and what must lie in its database in the end."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.flows.register import OWNERS
from bench.form import SECRET, TOKEN
from bench.machine import running
from bot.config import ConfigError, load
from bot.domain import engine

CONFIG = """
[database]
url = "{url}"
keys = "{folder}/office.keys"
[telegram.owners]
token = "{token}"
library = "{library}"
mode = "webhook"
webhook_secret = "{secret}"
api_url = "{api}"
[web]
listen = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}"
[limits]
flood_updates = {flood}
[backup]
at = ""
folder = "{folder}/backups"
"""
FLOOD = 20
"""`[limits] flood_updates` as the product ships it."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """`command` gets the folder, the emulator's address and a port; `prepare` makes the folder ready for a start.

    `left` gives (how many owners, the sum of their ages, what is unfinished in words) of a folder after the end.
    """

    key: str
    name: str
    command: Callable[[Path, str, int], Sequence[str]]
    left: Callable[[Path], tuple[int, int, str]]
    prepare: Callable[[Path, Path], None] = lambda folder, template: folder.mkdir()
    missing: Callable[[], str] = lambda: ""


def _ours(
    url: str = "sqlite:///{folder}/office.db", library: str = "python-telegram-bot", module: str = "bench.ours"
) -> Callable[..., list[str]]:
    def command(folder: Path, api: str, port: int, flood: int = FLOOD) -> list[str]:
        config = folder / "config.toml"
        settings = {"folder": folder, "api": api, "port": port, "library": library, "flood": flood}
        config.write_text(
            CONFIG.format(url=url.format(folder=folder), token=TOKEN, secret=SECRET, **settings), encoding="utf-8"
        )
        return ["-m", module, str(config)]

    return command


def _lacks(library: str) -> Callable[[], str]:
    """Whether our configuration doesn't know a library yet, in a word for the table."""

    def missing() -> str:
        try:
            load(None, {"PENDAMPING_TELEGRAM__OWNERS__LIBRARY": library})
        except ConfigError:
            return "not built yet"
        return ""

    return missing


async def make_template(folder: Path, api: str, port: int) -> None:
    """A database in a folder, as the first start leaves it, with the table of the bench's flow."""
    async with running(OURS.command(folder, api, port), folder / "log"):
        pass
    writing = engine.writing(f"sqlite:///{folder}/office.db")
    OWNERS.metadata.create_all(writing)
    writing.dispose()


def _copy(folder: Path, template: Path) -> None:
    shutil.copytree(template, folder)


def _peer(module: str, *more: str) -> Callable[[Path, str, int], list[str]]:
    return lambda folder, api, port: ["-m", module, str(folder), api, str(port), *more]


def _rows(file: str, *unfinished: str) -> Callable[[Path], tuple[int, int, str]]:
    def left(folder: Path) -> tuple[int, int, str]:
        with closing(sqlite3.connect(folder / file)) as db:
            owners, ages = db.execute("SELECT count(*), coalesce(sum(age), 0) FROM bench_owners").fetchone()
            found = [f"{query}: {count}" for query in unfinished if (count := db.execute(query).fetchone()[0])]
        return owners, ages, "; ".join(found)

    return left


_DONE = (
    "SELECT count(*) FROM inbox WHERE state != 1",
    "SELECT count(*) FROM outbox WHERE state != 2",
)

OURS = Contestant("ours", "Pendamping, SQLite", _ours(), _rows("office.db", *_DONE), _copy)
OURS_AIOGRAM = Contestant(
    "ours-aiogram",
    "Pendamping, SQLite, aiogram",
    _ours(library="aiogram"),
    _rows("office.db", *_DONE),
    _copy,
    _lacks("aiogram"),
)
PTB = Contestant("ptb", "python-telegram-bot ConversationHandler", _peer("bench.peer_ptb"), _rows("peer.db"))
PTB_AIOHTTP = Contestant("ptb-aiohttp", "the same over aiohttp", _peer("bench.peer_ptb", "--aiohttp"), _rows("peer.db"))
AIOGRAM = Contestant("aiogram", "aiogram FSM", _peer("bench.peer_aiogram"), _rows("peer.db"))
FLOOR = Contestant("floor", "floor: bare aiohttp and sqlite3", _peer("bench.floor"), _rows("floor.db"))
PROFILED = Contestant(
    "profile", "Pendamping, statements counted", _ours(module="bench.profile"), _rows("office.db", *_DONE), _copy
)

ALL = (OURS, OURS_AIOGRAM, PTB, PTB_AIOHTTP, AIOGRAM, FLOOR)
