"""What a drill needs around a desk: a platform that takes notes, a process that dies and comes back, a database."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import struct
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from bot.domain.engine import looking
from bot.simulator.platform import Platform
from bot.simulator.refusal import Json
from bot.simulator.server import Simulator
from bot.simulator.things import Bot, Bubble, Chat
from drill import desk
from drill.desk import Orders
from tests.faults import checker
from tests.office import OFFICERS, OWNERS
from tests.store.server import Server

_SECRET = "drill-drill-drill-drill-drill-drill"
_CONFIG = """
[database]
url = "{url}"
keys = "{folder}/keys"
[telegram.owners]
token = "{owners}"
api_url = "{platform}"
mode = "{mode}"
webhook_secret = "{secret}"
[telegram.officers]
token = "{officers}"
api_url = "{platform}"
[web]
listen = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}"
[limits]
{limits}
[backup]
at = ""
folder = "{folder}/backups"
"""
_START = 30.0
forks = get_context("forkserver")
forks.set_forkserver_preload(["drill.desk"])


class Watched(Platform):
    """A platform that knows what was said in each chat, and every update there was."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed)
        self.heard: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self.updates: dict[int, Json] = {}

    def bring(self, bot: Bot, chat: Chat, kind: str, body: Json) -> int:
        number = super().bring(bot, chat, kind, body)
        if found := self.waiting[bot.id].get(number):
            self.updates[number] = found.update
        return number

    def post(self, chat: Chat, sender: Json, content: Json, *, editable: bool = True) -> Bubble:
        if sender["is_bot"]:
            self.heard[chat.id][str(content.get("text", ""))] += 1
        return super().post(chat, sender, content, editable=editable)


@dataclass
class Place:
    """A folder with settings and keys, a database that may be on a server, and at most one desk at work on it.

    After an unclean end the next desk is `careful` for so many seconds, otherwise an hour; `in_flight` answers may be
    on their way at once (0: as many as ever).
    """

    folder: Path
    url: str
    simulator: Simulator
    platform: Watched
    broken: str = ""
    server: Server | None = None
    process: BaseProcess | None = None
    flying: Counter[int] = field(default_factory=Counter[int])  # how often a row was in flight at a crash
    deaths: Counter[str] = field(default_factory=Counter[str])
    listens: str = ""
    first_update: int = 0
    port: int = 0
    careful: float = 0.1
    in_flight: int = 0

    @property
    def bot(self) -> Bot:
        return self.platform.bots[OWNERS]

    @property
    def name(self) -> str:
        """The name of a server's database."""
        return str(make_url(self.url).database)

    def settle(self, mode: str, limits: str) -> None:
        """Write the settings down."""
        (self.folder / "data").mkdir(exist_ok=True)  # beside a server's database the socket lies in there
        self.port = free_port()
        said = _CONFIG.format(
            url=self.url, folder=self.folder, platform=self.simulator.url, mode=mode, port=self.port, limits=limits,
            owners=OWNERS, officers=OFFICERS, secret=_SECRET,
        )  # fmt: skip
        (self.folder / "config.toml").write_text(said, encoding="utf-8")
        (self.folder / "clock").write_bytes(struct.pack("d", 0.0))

    def second(self, number: int) -> Place:
        """Another process on the same database, with a port and a log of its own."""
        folder = self.folder / f"second-{number}"
        (folder / "data").mkdir(parents=True)
        port = free_port()
        said = (self.folder / "config.toml").read_text(encoding="utf-8").replace(f":{self.port}", f":{port}")
        (folder / "config.toml").write_text(said, encoding="utf-8")
        (folder / "clock").write_bytes(struct.pack("d", 0.0))
        return Place(folder, self.url, self.simulator, self.platform, self.broken)

    def jump(self, seconds: float) -> None:
        """Set the desk's clock so many seconds beside the machine's."""
        with (self.folder / "clock").open("r+b") as file:
            file.write(struct.pack("d", seconds))

    async def start(self, die_at: str = "", passes: int = 1, *, log: str = "log") -> bool:
        """Start a desk and wait until it is ready; False when it has ended before."""
        mine, its = forks.Pipe(duplex=False)
        into = Path(os.devnull) if not log else self.folder / log
        orders = Orders(
            self.folder / "config.toml", self.folder / "clock", into, die_at, passes, self.broken,
            self.careful, self.in_flight,
        )  # fmt: skip
        self.process = forks.Process(target=desk.main, args=(orders, its))
        self.process.start()
        its.close()
        with closing(mine):
            if not await asyncio.to_thread(mine.poll, _START):
                raise AssertionError(f"not ready in {_START} s\n{self.log()[-2000:]}")
            try:
                self.listens = mine.recv()
            except EOFError:
                return False
        return True

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.is_alive()

    async def ended(self, within: float) -> int | None:
        """Wait for the end of the desk: its exit code, or minus the signal; None when it goes on running."""
        assert self.process
        await asyncio.to_thread(self.process.join, within)
        code = self.process.exitcode
        if code is not None:
            await self._over(code)
        return code

    async def kill(self, *, children: bool = False) -> None:
        """SIGKILL, also for the children of its jobs if so wished: no code of it runs any more."""
        await self.end(signal.SIGKILL, children=children)

    async def end(self, how: signal.Signals, *, children: bool = False, within: float = 20.0) -> int | None:
        """Send a signal and wait for the end; the exit code."""
        self.signal(how, children=children)
        return await self.ended(within)

    def signal(self, how: signal.Signals, *, children: bool = False) -> None:
        assert self.process
        assert self.process.pid
        with suppress(ProcessLookupError):
            (os.killpg if children else os.kill)(self.process.pid, how)

    async def _over(self, code: int) -> None:
        """The desk is gone: note what it left in flight, once its last commit has come through or not."""
        if code == 0:
            return
        self.deaths[str(code)] += 1
        await self.gone()
        self.flying.update(checker.in_flight(self.url))

    async def gone(self) -> None:
        """Wait until a server has noticed that the desk is gone: its last statement may go on."""
        if self.server is None:
            return
        left = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
        async with asyncio.timeout(_START):
            while self.look(left)[0][0]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def look(self, query: str) -> list[tuple[Any, ...]]:
        """Look into the database from outside."""
        with looking(self.url) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    async def quiet(self, within: float) -> bool:
        """Wait until nothing is under way any more, neither at the platform nor in the database."""
        ends = asyncio.get_running_loop().time() + within
        while any(self.platform.waiting.values()) or await asyncio.to_thread(checker.under_way, self.url):
            if asyncio.get_running_loop().time() > ends:
                return False
            await asyncio.sleep(0.1)
        return True

    def log(self) -> str:
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""


@asynccontextmanager
async def place(
    folder: Path, url: str, server: Server | None, *, seed: int, broken: str, mode: str, limits: str
) -> AsyncGenerator[Place]:
    """A platform, and a place on a database that is upgraded. What still runs at the end is killed."""
    platform = Watched(seed)
    platform.add_bot(OWNERS, "pendamping_bot", "Pendamping")
    platform.add_bot(OFFICERS, "petugas_bot", "Meja Petugas")
    simulator = Simulator(platform, scale=0.05)
    await simulator.start()
    found = Place(folder, url, simulator, platform, broken, server)
    found.settle(mode, limits)
    found.first_update = found.bot.next_update
    try:
        yield found
    finally:
        if found.process and found.process.is_alive():
            found.signal(signal.SIGKILL, children=True)
            await asyncio.to_thread(found.process.join, 5)
        await simulator.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
