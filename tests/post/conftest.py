"""A post on a fresh database."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain import dated, upgrade
from bot.domain.db import Db
from bot.domain.engine import writing
from bot.domain.keys import Keys
from tests.office import MONDAY
from tests.post.station import Post


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at the newest revision, with nothing in it but the dated rules."""
    path = tmp_path_factory.mktemp("empty") / "office.db"
    upgrade.upgrade(f"sqlite:///{path}", MONDAY)
    engine, keys = writing(f"sqlite:///{path}"), Keys(path.parent / "keys")
    with engine.begin() as connection:
        dated.ship(Db(connection, keys, MONDAY))
    engine.dispose()
    keys.close()
    return path


@pytest.fixture
def post(tmp_path: Path, empty: Path) -> Post:
    return Post(tmp_path, empty)


@pytest.fixture
def postgres(tmp_path: Path, empty: Path, emptied: str) -> Post:
    return Post(tmp_path, empty, emptied)


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, tmp_path: Path, empty: Path) -> Post:
    """A post on either kind of database."""
    if request.param == "sqlite":
        return Post(tmp_path, empty)
    return Post(tmp_path, empty, request.getfixturevalue("emptied"))
