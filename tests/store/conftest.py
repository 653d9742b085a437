"""What the contract runs on: a kind of store on a fresh database. Another kind joins as one more parameter."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.domain import upgrade
from tests.office import MONDAY
from tests.store.bench import Bench, PostgresBench, SqliteBench
from tests.store.server import Server


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at the newest revision, with nothing in it."""
    path = tmp_path_factory.mktemp("empty") / "office.db"
    upgrade.upgrade(f"sqlite:///{path}", MONDAY)
    return path


@pytest.fixture
def sqlite(tmp_path: Path, empty: Path) -> SqliteBench:
    """For what is promised of SQLite only."""
    shutil.copy(empty, tmp_path / "office.db")
    return SqliteBench(tmp_path)


@pytest.fixture
def postgres(tmp_path: Path, server: Server, emptied: str) -> PostgresBench:
    """For what is promised of PostgreSQL only."""
    return PostgresBench(server, emptied, tmp_path)


@pytest.fixture(params=["sqlite", "postgres"])
def bench(request: pytest.FixtureRequest) -> Bench:
    """One for each kind of store."""
    return request.getfixturevalue(request.param)
