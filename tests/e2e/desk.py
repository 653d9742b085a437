"""The real process in a folder of its own, as `make run` starts it: by the command line, killed, started again."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "bot.cli")
START_SECONDS = 90.0


class Desk:
    """At most one process at a time. `url` is the page's address as the start printed it, the same at each start."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None
        self._starts = 0

    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PENDAMPING_", "PYTHON"))}
        # Nor PYTHON*: as for a user, what was compiled once is kept for the next start.
        return clean | {
            "PENDAMPING_WEB__LISTEN": "127.0.0.1:0",
            "PENDAMPING_SIMULATOR__LISTEN": self.url.removeprefix("http://") or "127.0.0.1:0",
            "PENDAMPING_LIMITS__FLOOD_UPDATES": "1000",  # this owner types as fast as the machine lets her
        }

    def _log(self) -> Path:
        return self.folder / f"start-{self._starts}.log"

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        self._starts += 1
        with self._log().open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *COMMAND, "run", cwd=self.folder, env=self._environment(), stdout=log, stderr=log
            )
        async with asyncio.timeout(START_SECONDS):
            while not (said := self._ready()):
                assert self._process.returncode is None, self._log().read_text()
                await asyncio.sleep(0.02)  # another process writes it
        self.url = said

    def _ready(self) -> str:
        """The address of the line that says where to look, once it is there."""
        for line in self._log().read_text().splitlines(keepends=True):
            if line.startswith("Ready. Open ") and line.endswith("\n"):
                return line.split()[-1]
        return ""

    async def kill(self) -> None:
        """SIGKILL: no code of the process runs any more."""
        assert self._process
        self._process.kill()
        assert await self._process.wait() < 0, "it had ended before"

    async def stop(self) -> None:
        """Ask it to end; it has to end well."""
        assert self._process
        self._process.terminate()
        assert await self._process.wait() == 0, self._log().read_text()

    async def give_up(self) -> None:
        """Leave nothing running, whatever happened."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def operator(self, *words: str) -> str:
        """What a command prints that is typed in a second terminal."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *COMMAND, *words, cwd=self.folder, env=self._environment(), stdout=pipe, stderr=pipe
        )
        said, wrong = await process.communicate()
        assert process.returncode == 0, wrong.decode()
        return said.decode()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    @property
    def database(self) -> Path:
        return self.folder / "data" / "simulator.db"


@asynccontextmanager
async def desk_in(folder: Path) -> AsyncGenerator[Desk]:
    """A desk that isn't started yet; nothing of it runs after the block."""
    desk = Desk(folder)
    try:
        yield desk
    finally:
        await desk.give_up()
