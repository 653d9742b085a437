"""The real process against a platform in this one: started, killed and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

from bot.simulator.client import Client
from bot.simulator.platform import Platform
from bot.simulator.server import Simulator
from tests.faults import checker
from tests.office import OWNERS

START_SECONDS = 60.0
CONFIG = """
[database]
url = "sqlite:///{folder}/office.db"
keys = "{folder}/office.keys"
[telegram.owners]
token = "{token}"
api_url = "{url}"
[web]
listen = "127.0.0.1:0"
[limits]
flood_updates = 100000
same_question = 100000
{limits}
[backup]
at = ""
folder = "{folder}/backups"
"""
COMMAND = ("-m", "bot.cli", "--config", "{config}", "run")


class Machine:
    """A folder with a database and settings, a platform that speaks to it, and at most one process at a time."""

    def __init__(
        self, folder: Path, simulator: Simulator, limits: str = "", command: tuple[str, ...] = COMMAND
    ) -> None:
        self.folder = folder
        self.database = folder / "office.db"
        self.url = f"sqlite:///{self.database}"
        self.simulator = simulator
        self.platform = simulator.platform
        self.bot = self.platform.bots[OWNERS]
        self.first_update = self.bot.next_update
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG.format(folder=folder, token=OWNERS, url=simulator.url, limits=limits))
        self._command = [sys.executable, *(part.format(config=self.config) for part in command)]
        self.process: asyncio.subprocess.Process | None = None

    async def launch(self) -> asyncio.subprocess.Process:
        """Start a process, without waiting until it is ready."""
        with (self.folder / "log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *self._command, stdout=asyncio.subprocess.PIPE, stderr=log, cwd=Path(__file__).parents[2]
            )

    async def start(self) -> None:
        """Start the process and wait until it is ready. It may also end before: then `process` tells how."""
        self.process = await self.launch()
        assert self.process.stdout
        async with asyncio.timeout(START_SECONDS):
            await self.process.stdout.readline()

    async def kill(self) -> None:
        """SIGKILL: no code of the process runs any more."""
        await self.end(signal.SIGKILL)

    async def end(self, how: signal.Signals, within: float = 20.0) -> int:
        """Send a signal and wait for the end; the exit code."""
        assert self.process
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, how)
        return await self.ended(within)

    async def ended(self, within: float = 30.0) -> int:
        assert self.process
        async with asyncio.timeout(within):
            return await self.process.wait()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Look into the database from outside."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    async def until(self, query: str, wanted: Any, within: float = 40.0) -> None:
        """Wait until the first column of the first row is as wanted."""
        found: Any = None
        try:
            async with asyncio.timeout(within):
                while found != wanted:
                    await asyncio.sleep(0.05)
                    with suppress(sqlite3.OperationalError):  # the tables come with the first start
                        found = (self.rows(query) or [(None,)])[0][0]
        except TimeoutError:
            raise AssertionError(f"{query}: {found}, not {wanted}\n{self.log()[-3000:]}") from None

    def check(self) -> checker.Verdict:
        """What the checker makes of it, once the process has ended."""
        return checker.check(self.platform, self.bot, self.first_update, self.url, self.folder / "office.keys")

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@asynccontextmanager
async def machine(
    folder: Path, limits: str = "", command: tuple[str, ...] = COMMAND
) -> AsyncGenerator[tuple[Machine, Client]]:
    """A platform with the owners' bot, a machine to start, and phones. What still runs at the end is killed."""
    platform = Platform()
    platform.add_bot(OWNERS, "pendamping_bot", "Pendamping")
    simulator = Simulator(platform)
    await simulator.start()
    found = Machine(folder, simulator, limits, command)
    try:
        async with Client(simulator.url) as phones:
            yield found, phones
    finally:
        if found.process and found.process.returncode is None:
            await found.kill()
        await simulator.stop()
