"""The command line as an operator meets it: what it answers, what it refuses with a sentence, and its exit codes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.domain import inbox
from bot.domain.db import Db
from bot.domain.engine import writing
from bot.domain.keys import Keys
from tests.office import MONDAY
from tests.store.bench import message, met

BOTH = """
[telegram.owners]
token = "111:owners"
[telegram.officers]
token = "222:officers"
"""


class Place:
    """A folder with settings and an upgraded database that no process has open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "office.db"
        self.keys = folder / "keys"
        self.settings(BOTH)

    def settings(self, sections: str) -> None:
        (self.folder / "config.toml").write_text(
            f'[database]\nurl = "sqlite:///{self.database}"\nkeys = "{self.keys}"\n'
            f'[backup]\nfolder = "{self.folder}/backups"\n{sections}',
            encoding="utf-8",
        )

    def do(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["--config", str(self.folder / "config.toml"), *words])

    def refused(self, code: int, *words: str) -> str:
        """The one sentence on stderr of a command that ends with `code`."""
        result = self.do(*words)
        assert (result.exit_code, result.stdout) == (code, ""), (result.output, result.exception)
        assert isinstance(result.exception, SystemExit), result.exception
        assert len(result.stderr.strip().splitlines()) == 1, result.stderr
        return result.stderr.strip()

    def write(self, work: Callable[[Db], Any]) -> Any:
        engine, keys = writing(f"sqlite:///{self.database}"), Keys(self.keys)
        with engine.begin() as connection:
            found = work(Db(connection, keys, MONDAY))
            keys.commit()
        engine.dispose()
        keys.close()
        return found


@pytest.fixture
def place(tmp_path: Path, template: Path) -> Generator[Place]:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    before = os.umask(0)
    os.umask(before)
    yield Place(tmp_path)
    os.umask(before)


def one_kept(db: Db) -> int:
    letter = inbox.add(db, met(db), message("u:1"), {"text": "rahasia"})
    assert letter
    return letter.id


@pytest.mark.parametrize("command", ["show", "replay", "drop"])
def test_only_what_is_set_aside_can_be_looked_at_replayed_or_dropped(place: Place, command: str):
    row = place.write(one_kept)
    said = place.refused(1, "quarantine", command, str(row))
    assert said == f"Not set aside: {row}. `pendamping quarantine list` shows what is."
    place.write(lambda db: inbox.set_aside(db, row, "KeyError"))
    if command != "show":
        assert "999" in place.refused(1, "quarantine", command, str(row), "999")
        assert len(place.write(inbox.aside)) == 1  # all of it or nothing
    assert place.do("quarantine", command, str(row)).exit_code == 0


def test_a_message_that_could_be_sent_is_not_sent_again(place: Place):
    assert place.refused(1, "outbox", "requeue", "7", "5").startswith("Not given up: 5, 7.")
    assert place.do("outbox", "requeue", "--all").stdout == "0 to be sent again.\n"
