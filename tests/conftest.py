"""The fixtures that transcripts are written with."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.office import Desk, make_template
from tests.store.server import Server
from tests.transcript import Telegram


@pytest.fixture(scope="session")
def server() -> Generator[Server]:
    """A PostgreSQL server, started when the first test asks for it."""
    made = Server()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded database with the regions of Kota Malang."""
    folder = tmp_path_factory.mktemp("template")
    make_template(folder)
    return folder


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is marked `everywhere` runs on every library."""
    if "library" in metafunc.fixturenames and metafunc.definition.get_closest_marker("everywhere"):
        metafunc.parametrize("library", ["python-telegram-bot", "aiogram"])


@pytest.fixture
def library() -> str:
    """The library that calls Telegram, where a test isn't marked `everywhere`."""
    return "python-telegram-bot"


@pytest.fixture
def desk(tmp_path: Path, template: Path, library: str) -> Desk:
    """A desk with a fresh database."""
    return Desk(tmp_path / "desk", template, library=library)


@pytest.fixture
def telegram(desk: Desk) -> Telegram:
    """Plays a transcript on Telegram; see `tests/transcript.py`."""
    return Telegram(desk)
