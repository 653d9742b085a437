"""Who is measured: how each is started, and what must lie in its database in the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import create_engine, text

from bench.flows.register import OWNERS
from bench.form import SECRET, TOKEN
from bench.machine import free_port, running
from bot.config import ConfigError, load

CONFIG = """
[database]
url = "{url}"
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
same_question = {flood}
[backup]
at = ""
folder = "{folder}/backups"
"""
FLOOD = 20
"""`[limits] flood_updates` as the product ships it."""
_UNFINISHED = ("SELECT count(*) FROM inbox WHERE state <> 1", "SELECT count(*) FROM outbox WHERE state <> 2")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contestant runs: a folder of its own, and the url of its database."""

    folder: Path
    url: str


@dataclass(frozen=True, slots=True)
class Contestant:
    """`command` gets the place, the emulator's address and a port to listen at."""

    key: str
    name: str
    store: str
    command: Callable[[Place, str, int], Sequence[str]]
    ours: bool = False
    missing: Callable[[], str] = lambda: ""
    """Why it can't be measured, in a word for the table; empty when it can."""


def _ours(library: str = "python-telegram-bot", flood: int = FLOOD) -> Callable[[Place, str, int], Sequence[str]]:
    def command(place: Place, api: str, port: int) -> Sequence[str]:
        settings = {"url": place.url, "folder": place.folder, "library": library, "api": api, "port": port}
        config = place.folder / "config.toml"
        config.write_text(CONFIG.format(token=TOKEN, secret=SECRET, flood=flood, **settings), encoding="utf-8")
        return ["-m", "bench.ours", str(config)]

    return command


def counted(who: Contestant) -> Contestant:
    """The same, counting what it does (`bench.profile`)."""

    def command(place: Place, api: str, port: int) -> Sequence[str]:
        return ["-m", "bench.profile", *who.command(place, api, port)[2:]]

    return replace(who, command=command)


def _peer(module: str, *more: str) -> Callable[[Place, str, int], Sequence[str]]:
    return lambda place, api, port: ["-m", module, place.url.removeprefix("sqlite:///"), api, str(port), *more]


def _unknown(setting: str, value: str) -> Callable[[], str]:
    def missing() -> str:
        try:
            load(None, {f"PENDAMPING_{setting}": value})
        except ConfigError:
            return "not built yet"
        return ""

    return missing


async def first_start(who: Contestant, place: Place, api: str) -> None:
    """What isn't measured: our first start, which makes the database; and the table of the bench's flow."""
    if not who.ours:
        return
    async with running(who.command(place, api, free_port()), place.folder / "log"):
        pass
    engine = create_engine(place.url)
    OWNERS.metadata.create_all(engine)
    engine.dispose()


def left(who: Contestant, place: Place) -> tuple[int, int, str]:
    """What lies in the database after the end: how many owners, the sum of their ages, and what is unfinished."""
    engine = create_engine(place.url)
    with engine.connect() as connection:
        owners, ages = connection.execute(text("SELECT count(*), coalesce(sum(age), 0) FROM bench_owners")).one()
        queries = _UNFINISHED if who.ours else ()
        found = [(query, connection.execute(text(query)).scalar()) for query in queries]
    engine.dispose()
    return owners, int(ages), "; ".join(f"{query}: {count}" for query, count in found if count)


OURS = Contestant("ours", "Pendamping", "SQLite", _ours(), ours=True)
MANY = Contestant("many", "Pendamping", "SQLite", _ours(flood=100_000), ours=True)
"""Ours where a thousand people register over and over, each of them faster than anybody types."""
FLOOR = Contestant("floor", "floor: bare aiohttp and sqlite3", "SQLite", _peer("bench.floor"))
PEERS = (
    Contestant("ptb", "python-telegram-bot ConversationHandler", "SQLite", _peer("bench.peer_ptb")),
    Contestant("aiogram", "aiogram FSM, reply in the answer", "SQLite", _peer("bench.peer_aiogram")),
)
CARRIED = Contestant(
    "ptb-aiohttp", "python-telegram-bot, over our aiohttp", "SQLite", _peer("bench.peer_ptb", "--aiohttp")
)
"""The first peer, carried by our own transport."""
POSTGRESQL = Contestant(
    "postgresql",
    "Pendamping",
    "PostgreSQL",
    _ours(),
    ours=True,
    missing=_unknown("DATABASE__URL", "postgresql://postgres@/bench?host=/nowhere"),
)
ALL = (
    OURS,
    Contestant("ours-aiogram", "Pendamping, library aiogram", "SQLite", _ours("aiogram"), ours=True),
    POSTGRESQL,
    *PEERS,
    CARRIED,
    FLOOR,
)
