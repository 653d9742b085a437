"""Drills of what rewrites or copies the whole database: an upgrade and a backup that are killed."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, insert

from bot.domain import upgrade
from bot.domain.engine import path_of, writing
from bot.domain.keys import Keys
from bot.domain.upgrade import LATEST
from drill.office import Place
from drill.scene import Drill, Scene
from tests.office import MONDAY
from tests.store.server import Server

_OLDEST = "0001"
_PEOPLE = 300


async def upgraded(scene: Scene) -> str:
    """An upgrade from the first revision is killed after this statement and that one; it is whole or not begun."""
    office = scene.office
    before = await asyncio.to_thread(_made_old, office)
    killed, passes, step = 0, 1, 45 if scene.quick else 15
    while not await office.start("upgrade", passes):
        code = await office.ended(5)
        if code != -signal.SIGKILL:
            scene.problems.append(f"after an upgrade that was killed it ended with {code}")
            break
        killed += 1
        passes += step
        if (found := await asyncio.to_thread(_counts, office)) != before:
            scene.problems.append(f"rows after a kill: {found}, {before} before")
            break
    else:
        await office.kill()
        if (revision := upgrade.current(office.url)) != LATEST:
            scene.problems.append(f"upgraded to {revision}")
        if (found := await asyncio.to_thread(_counts, office)) != before:
            scene.problems.append(f"rows after the upgrade: {found}, {before} before")
        await scene.begin()
        await scene.crowd.during(lambda: asyncio.sleep(0.5))
    return f"{killed} SIGKILLs after 1 to {passes} statements of an upgrade with {_PEOPLE} people"


def _made_old(office: Place) -> dict[str, int]:
    """Put a database of the first revision in the place of the new one, with people in it; the rows of each table."""
    if office.server:
        office.server.do("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", within=office.name)
    else:
        (office.folder / "office.db").unlink()
    upgrade.upgrade(office.url, MONDAY, to=_OLDEST)
    keys = Keys(office.folder / "keys")
    engine = writing(office.url)
    with engine.begin() as db:
        tables = MetaData()
        tables.reflect(db)
        rows: dict[str, list[dict[str, Any]]] = {
            "accounts": [{"name": "telegram:999"}],
            "people": [
                {"key_id": keys.new(), "language": "id", "desk": "owners", "met_at": MONDAY} for _ in range(_PEOPLE)
            ],
            "contacts": [
                {"account_id": 1, "address": str(n), "person_id": n + 1, "reachable": True} for n in range(_PEOPLE)
            ],
            "inbox": [
                {"account_id": 1, "key": f"u:{n}", "person_id": n + 1, "contact_id": n + 1, "slot": 0, "kind": "text",
                 "state": 1, "attempts": 1, "received_at": MONDAY, "done_at": MONDAY}
                for n in range(_PEOPLE)
            ],
        }  # fmt: skip
        for name, found in rows.items():
            db.execute(insert(tables.tables[name]), found)
    engine.dispose()
    keys.commit()
    keys.close()
    return _counts(office)


def _counts(office: Place) -> dict[str, int]:
    names = ("people", "contacts", "inbox")
    return {name: office.look(f"SELECT count(*) FROM {name} WHERE id <= {_PEOPLE}")[0][0] for name in names}


async def copied(scene: Scene) -> str:
    """A backup is killed, desk and child together; a copy that has its name is whole."""
    office, crowd = scene.office, scene.crowd
    times = scene.times(12, 6)
    folder = office.folder / "backups"

    async def copies() -> None:
        for turn in range(times):
            await scene.begin()
            if turn == 0 and office.server is None:
                await asyncio.to_thread(_padded, office)
            await asyncio.sleep(0.3)
            crowd.do(crowd.users[0], "copy", effect=False)
            began = set(_copies(folder, ".part"))
            ends = asyncio.get_running_loop().time() + 2.0
            while set(_copies(folder, ".part")) <= began and asyncio.get_running_loop().time() < ends:  # noqa: ASYNC110
                await asyncio.sleep(0.002)
            await asyncio.sleep(scene.chance.random() * 0.03)
            await office.kill(children=True)
        await scene.begin()

    await crowd.during(copies)
    await office.quiet(3.0 if scene.broken else 30.0)
    number = crowd.do(crowd.users[0], "copy", effect=False)
    await office.quiet(3.0 if scene.broken else 30.0)
    whole = _copies(folder, ".db" if office.server is None else ".dump")
    last = [path for path in whole if path.stem.endswith(f"-{number}")]
    if not last:
        scene.problems.append("the last backup, which nobody killed, isn't there")
    for path in whole:
        if wrong := await asyncio.to_thread(_wrong, path, office.server):
            scene.problems.append(f"{path.name}: {wrong}")
    left = len(_copies(folder, ".part"))
    return f"{times} SIGKILLs at a backup; {len(whole)} copies with a name, {left} without"


def _padded(office: Place) -> None:
    """Make a file so large that copying it takes a while."""
    row = "SELECT min(id), 'padding', 0, 'text', zeroblob(40000000), 1, 1, :at, :at FROM accounts"
    columns = "account_id, key, slot, kind, payload, state, attempts, received_at, done_at"
    with closing(sqlite3.connect(path_of(office.url), timeout=10)) as db, db:
        db.execute(f"INSERT INTO inbox ({columns}) {row}", {"at": "2026-11-22 00:00:00.000000"})


def _copies(folder: Path, ending: str) -> list[Path]:
    return [path for path in folder.glob(f"*{ending}") if not path.name.startswith("wrapped")]


def _wrong(path: Path, server: Server | None) -> str:
    """What is wrong with a copy, empty if nothing is."""
    if server is not None:
        program = shutil.which("pg_restore")
        assert program
        read = subprocess.run([program, "-f", os.devnull, path], capture_output=True, text=True, check=False)
        return read.stderr.strip()
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            whole = db.execute("PRAGMA integrity_check").fetchone()[0]
            astray = db.execute("PRAGMA foreign_key_check").fetchall()
            db.execute("SELECT count(*) FROM outbox")
    except sqlite3.Error as error:
        return str(error)
    return ("" if whole == "ok" else str(whole)) or ("rows point nowhere" if astray else "")


DRILLS = (
    Drill("upgrade killed", upgraded, {"upgrade": "problems"}, people=6),
    Drill("backup killed", copied, {"copy": "problems"}, people=6),
)
