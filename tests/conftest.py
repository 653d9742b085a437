"""The fixtures that transcripts are written with."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.chat.flow import Flows
from bot.domain import upgrade
from bot.domain.tables import metadata
from tests.office import MONDAY, Desk, make_template
from tests.store.server import Server
from tests.transcript import Chats

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # no test is a race
settings.load_profile("house")


@pytest.fixture(scope="session")
def server() -> Generator[Server]:
    """A PostgreSQL server, started when the first test asks for it."""
    made = Server()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def upgraded(server: Server) -> str:
    """A database on PostgreSQL at the newest revision: its name."""
    server.do("CREATE DATABASE store")
    upgrade.upgrade(server.url("store"), MONDAY)
    return "store"


@pytest.fixture
def emptied(server: Server, upgraded: str) -> str:
    """The url of that database with nothing in it; making a new one would take thirty times as long."""
    sequences = server.do("SELECT relname FROM pg_class WHERE relkind = 'S'", within=upgraded)
    server.send_away(upgraded)
    server.do(
        "SET session_replication_role = replica",  # also what is only ever added to
        *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),
        *(f"ALTER SEQUENCE {name} RESTART" for (name,) in sequences),
        within=upgraded,
    )
    return server.url(upgraded)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded database with the regions of Kota Malang."""
    folder = tmp_path_factory.mktemp("template")
    make_template(folder)
    return folder


@pytest.fixture(scope="session")
def template_postgres(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in the server's database ``office``; the folder holds its keys."""
    folder = tmp_path_factory.mktemp("template")
    server.do("CREATE DATABASE office")
    make_template(folder, server.url("office"))
    return folder


USUAL = "python-telegram-bot"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--on", default=USUAL, help="a library for Telegram, or whatsapp: where transcripts are played")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is marked `everywhere` runs by every library, on WhatsApp, and on every store with the usual one.

    With ``everywhere("both")`` WhatsApp too has every store.
    """
    if mark := metafunc.definition.get_closest_marker("everywhere"):
        pairs = [(USUAL, "sqlite"), ("aiogram", "sqlite"), (USUAL, "postgres"), ("whatsapp", "sqlite")]
        pairs += [("whatsapp", "postgres")] if "both" in mark.args else []
        if metafunc.config.getoption("--on") != USUAL:
            pairs = [(metafunc.config.getoption("--on"), "sqlite")]
        if only := metafunc.definition.get_closest_marker("only_telegram"):
            left = [pair for pair in pairs if pair[0] != "whatsapp"]
            skipped = pytest.param("whatsapp", "sqlite", marks=pytest.mark.skip(reason=only.args[0]))
            metafunc.parametrize(("library", "database"), left or [skipped])
        else:
            metafunc.parametrize(("library", "database"), pairs)


@pytest.fixture
def library(request: pytest.FixtureRequest) -> str:
    """What calls the owners' platform, where a test isn't marked `everywhere`: a library for Telegram, or whatsapp."""
    found = str(request.config.getoption("--on"))
    if found == "whatsapp" and (only := request.node.get_closest_marker("only_telegram")):
        pytest.skip(only.args[0])
    return found


@pytest.fixture
def database() -> str:
    """The kind of database, where a test isn't marked `everywhere`."""
    return "sqlite"


@pytest.fixture
def desk_with(
    request: pytest.FixtureRequest, tmp_path: Path, library: str, database: str
) -> Generator[Callable[[Flows | None], Desk]]:
    """Makes a desk with a fresh database, and other flows than the product's where they are given."""
    whatsapp = library == "whatsapp" or "whatsapp" in request.fixturenames
    telegram = USUAL if library == "whatsapp" else library
    if database == "sqlite":
        template: Path = request.getfixturevalue("template")
        yield lambda flows: Desk(tmp_path / "desk", template, flows, telegram, whatsapp=whatsapp)
        return
    keys: Path = request.getfixturevalue("template_postgres")
    server: Server = request.getfixturevalue("server")
    with server.database("office") as url:
        yield lambda flows: Desk(tmp_path / "desk", keys, flows, telegram, url=url, whatsapp=whatsapp)


@pytest.fixture
def desk(desk_with: Callable[[Flows | None], Desk]) -> Desk:
    """A desk with a fresh database."""
    return desk_with(None)


@pytest.fixture
def telegram(desk: Desk, library: str) -> Chats:
    """Plays a transcript with people on Telegram (on WhatsApp, where that is asked for); see `tests/transcript.py`."""
    return Chats(desk, "whatsapp" if library == "whatsapp" else "telegram")


@pytest.fixture
def whatsapp(desk: Desk) -> Chats:
    """Plays a transcript with people on WhatsApp, which tells their numbers."""
    return Chats(desk, "whatsapp", numbers=True)
