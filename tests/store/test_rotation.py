"""The master key: changed without losing anything, kept from others, and put elsewhere."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.keys import HOUSE, Keys, NoKey, rotate
from tests.store.bench import LIMIT


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(tmp_path: Path):
    keys = Keys(tmp_path)
    name = keys.new()
    sealed, index, buttons = keys.seal(name, "c", b"kata"), keys.index("phone", "+62"), keys.buttons
    keys.close()
    before = (tmp_path / "master.key").read_bytes()
    assert rotate(tmp_path) == 4  # hers, the house's, two secrets
    again = Keys(tmp_path)
    assert (again.open(name, "c", sealed), again.index("phone", "+62"), again.buttons) == (b"kata", index, buttons)
    again.close()
    after = (tmp_path / "master.key").read_bytes()
    assert after != before
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o400
    (tmp_path / "master.key").unlink()
    (tmp_path / "master.key").write_bytes(before)
    (tmp_path / "master.key").chmod(0o400)
    with pytest.raises(NoKey, match="doesn't open"):
        Keys(tmp_path)


ROTATING = """
import os, sys
from pathlib import Path
from bot.domain import keys

folder, step = Path(sys.argv[1]), sys.argv[2]

def cut(name, when):
    real = getattr(keys, name)
    def doing(*args):
        if when == "before":
            os._exit(9)
        real(*args)
        os._exit(9)
    setattr(keys, name, doing)

name, _, when = step.partition(" ")
keys.Keys(folder).close()
cut(name, when)
keys.rotate(folder)
"""


@pytest.mark.parametrize("step", ["_put before", "_put after", "_emptied before", "_replace before", "_replace after"])
def test_killed_while_the_master_key_is_changed_nothing_is_lost(tmp_path: Path, step: str):
    keys = Keys(tmp_path)
    sealed, index = keys.seal(HOUSE, "c", b"kata"), keys.index("phone", "+62")
    keys.close()
    killed = subprocess.run([sys.executable, "-c", ROTATING, str(tmp_path), step], capture_output=True, timeout=LIMIT)
    assert killed.returncode == 9, killed.stderr.decode()
    again = Keys(tmp_path)
    assert (again.open(HOUSE, "c", sealed), again.index("phone", "+62")) == (b"kata", index)
    again.close()
    assert not (tmp_path / "master.key.next").exists()
    assert rotate(tmp_path) == 3


def test_the_secrets_of_an_older_installation_stay_what_they_were(tmp_path: Path):
    keys = Keys(tmp_path)
    index, buttons = keys.index("phone", "+62"), keys.buttons
    keys.close()
    with closing(sqlite3.connect(tmp_path / "wrapped.db")) as db, db:
        db.execute("DELETE FROM keys WHERE id IN ('index', 'buttons')")  # they had no rows
        db.execute("DROP TABLE erased")
    keys = Keys(tmp_path)
    assert (keys.index("phone", "+62"), keys.buttons, keys.erased()) == (index, buttons, [])
    keys.close()


def test_a_master_key_that_everybody_can_read_is_refused(tmp_path: Path):
    Keys(tmp_path).close()
    (tmp_path / "master.key").chmod(0o444)
    with pytest.raises(NoKey, match="chmod 400"):
        Keys(tmp_path)


def test_the_master_key_may_lie_elsewhere(tmp_path: Path):
    master = tmp_path / "safe" / "master.key"
    keys = Keys(tmp_path / "keys", master)
    sealed = keys.seal(HOUSE, "c", b"x")
    keys.close()
    assert not (tmp_path / "keys" / "master.key").exists()
    keys = Keys(tmp_path / "keys", master)
    assert keys.open(HOUSE, "c", sealed) == b"x"
    keys.close()
