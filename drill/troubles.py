"""Drills around the desk: the platform repeats, shuffles, hangs and refuses; the store goes away and comes back; the
disk is full; somebody floods; the clock jumps."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.domain import inbox
from bot.domain.engine import path_of
from bot.domain.keys import Keys
from drill.scene import Drill, Scene
from tests.office import OWNERS

_SECRET = {"X-Telegram-Bot-Api-Secret-Token": "drill-drill-drill-drill-drill-drill"}


async def duplicated(scene: Scene) -> str:
    """Every update comes up to five times, copies side by side and in any order, also across a crash, and at the end
    all of them once more."""
    office, chance = scene.office, scene.chance
    posted = 0
    await scene.begin()

    async def post(session: ClientSession, number: int) -> None:
        nonlocal posted
        try:
            url = f"http://{office.listens}/telegram/owners"
            async with session.post(url, data=json.dumps(office.platform.updates[number]), headers=_SECRET) as answer:
                posted += answer.status == 200
        except (ClientError, TimeoutError):
            return  # nobody there just now

    async def copies() -> None:
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            for turn in range(scene.times(60, 20)):
                newest = list(office.platform.updates)[-30:]
                await asyncio.gather(*(post(session, n) for n in newest for _ in range(chance.randint(0, 4))))
                if turn % 10 == 9:
                    await office.kill()
                    await scene.begin()
                await asyncio.sleep(0.05)
            everything = list(office.platform.updates)
            chance.shuffle(everything)
            for start in range(0, len(everything), 32):
                await asyncio.gather(*(post(session, number) for number in everything[start : start + 32]))

    await scene.crowd.during(copies)
    return f"{posted} copies of {len(office.platform.updates)} updates taken, {sum(office.deaths.values())} SIGKILLs"


async def shuffled(scene: Scene) -> str:
    """Of what waits in a chat the newest comes first; what came first is handled first."""
    office = scene.office
    await scene.begin()

    async def overtaking() -> None:
        office.platform.switch("shuffled", True)
        for _ in range(scene.times(8, 2)):
            await asyncio.sleep(0.6)
            await office.kill()
            await asyncio.sleep(0.2)  # meanwhile a few wait
            await scene.begin()

    await scene.crowd.during(overtaking)
    return f"newest first, {sum(office.deaths.values())} SIGKILLs"


async def bad_line(scene: Scene) -> str:
    """The platform is slow, fails, asks to wait, drops the line after accepting, hangs, and isn't there at all."""
    platform, faults = scene.office.platform, scene.office.platform.faults
    await scene.begin()

    async def troubles() -> None:
        for _ in range(scene.times(4, 2)):
            await asyncio.sleep(0.7)
            faults.order("error", next=4)
            faults.order("flood", next=4, seconds=1)
            faults.order("drop", next=4)
            faults.order("delay", next=20, seconds=0.3)
            await asyncio.sleep(1.5)
            faults.clear()
            faults.order("hang", next=6)
            await asyncio.sleep(1.0)
            faults.clear()
            faults.order("error", next=1, methods=["getupdates"])
            faults.order("drop", next=1, methods=["getupdates"])
            await asyncio.sleep(1.0)
            faults.clear()
            platform.hold()
            await asyncio.sleep(0.5)
            platform.hold(False)
        if not scene.quick and not scene.broken:
            faults.order("hang", next=4)
            await asyncio.sleep(17.0)  # longer than anybody waits for an answer
            faults.clear()

    await scene.crowd.during(troubles)
    met = ", ".join(f"{times} {trouble}" for trouble, times in sorted(faults.met.items()))
    return f"the platform's: {met}; line away {scene.times(4, 2)} times"


async def store_away(scene: Scene) -> str:
    """The database can't be written, or its server is killed, frozen or sends everybody away."""
    server, office = scene.office.server, scene.office
    times = scene.times(3, 1)
    await scene.begin()

    async def locked(seconds: float) -> None:
        with closing(
            sqlite3.connect(path_of(office.url), isolation_level=None, timeout=10, check_same_thread=False)
        ) as other:
            await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            await asyncio.sleep(seconds)
            other.execute("ROLLBACK")

    async def away() -> None:
        for turn in range(times):
            await asyncio.sleep(0.5)
            if server is None:
                await locked(1.0)
                await asyncio.sleep(0.3)
                if turn == 0:
                    await locked(11.0)  # twice as long as a writer waits for the lock
                continue
            await asyncio.to_thread(server.kill)
            for user in scene.crowd.users:  # most of them wait for an answer just then
                scene.crowd.do(user)
            await asyncio.sleep(1.0 + scene.chance.random())
            server.start()  # in this thread: the server ends with the one that started it
            await asyncio.sleep(0.7)
            await asyncio.to_thread(server.send_away, office.name)
            await asyncio.sleep(0.7)
            frozen = _backends(scene)
            for pid in frozen:
                os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(1.5)
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)

    await scene.crowd.during(away)
    if server is None:
        return f"locked by somebody else {times} times for 1 s, once for 11 s"
    return f"{times} times each: the server killed, its connections cut, its processes frozen for 1.5 s"


async def full_disk(scene: Scene) -> str:
    """No file grows any more: SQLite can't write its log; PostgreSQL panics over its own and recovers."""
    office = scene.office
    times = scene.times(4, 2)
    assert await office.start(log="")  # the log would be among the files that don't grow
    assert office.process

    async def full() -> None:
        for _ in range(times):
            await asyncio.sleep(0.6)
            pids = [_pid(scene)] if office.server is None else _backends(scene)
            for pid in pids:
                _limit(scene, pid, 16 << 10)
            await asyncio.sleep(0.4 + scene.chance.random())
            for pid in pids:
                _limit(scene, pid, resource.RLIM_INFINITY)

    await scene.crowd.during(full)
    return f"{times} times full for a second"


def _pid(scene: Scene) -> int:
    assert scene.office.process
    assert scene.office.process.pid
    return scene.office.process.pid


def _backends(scene: Scene) -> list[int]:
    own = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    return [pid for (pid,) in scene.office.look(own)]


_LIMIT = """
import os, resource, sys
user, group, pid, size = map(int, sys.argv[1:])
if os.geteuid() == 0:
    os.setgid(group)
    os.setuid(user)
resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
"""


def _limit(scene: Scene, pid: int, size: int) -> None:
    """Let no file of a process grow beyond so many bytes; asked for by the process's own user."""
    owner = (scene.office.server or scene.office).folder.stat()
    numbers = (owner.st_uid, owner.st_gid, pid, size)
    command = [sys.executable, "-I", "-S", "-c", _LIMIT, *map(str, numbers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and "ProcessLookupError" not in done.stderr:  # it didn't survive that
        raise AssertionError(done.stderr)


async def flooded(scene: Scene) -> str:
    """One person sends hundreds of messages at once; she is told so, and nobody else has to wait."""
    office, crowd = scene.office, scene.crowd
    await scene.begin()
    flooder = office.platform.add_user("Banjir").id
    first = office.bot.next_update
    sent = scene.times(1500, 500)

    async def flood() -> None:
        await asyncio.sleep(0.5)
        for number in range(sent):
            crowd.do(flooder)
            if number % 100 == 99:
                await asyncio.sleep(0.1)

    began = time.monotonic()
    await crowd.during(flood)
    await office.quiet(20)
    seconds = time.monotonic() - began
    kept = {key for (key,) in office.look("SELECT key FROM inbox")}
    ((account,),) = office.look(f"SELECT id FROM accounts WHERE name = 'telegram:{OWNERS.partition(':')[0]}'")
    keys = Keys(office.folder / "keys")
    hers = {deed.update for deed in crowd.deeds if deed.chat == flooder and deed.update >= first}
    scene.let_go.update(number for number in hers if inbox.row_key(keys, account, f"u:{number}") not in kept)
    keys.close()
    most = _FLOOD * (seconds / 5 + 2)
    if len(hers) - len(scene.let_go) > most:
        scene.problems.append(f"{len(hers) - len(scene.let_go)} of a flooder's messages were handled, over {most:.0f}")
    if not any("banyak sekali" in said for said in office.platform.heard[flooder]):
        scene.problems.append("the flooder wasn't told")
    slowest = max(crowd.waits)
    return f"{sent} messages of one person, {len(scene.let_go)} not kept; nobody else waited over {slowest:.1f} s"


_FLOOD = 80
"""Messages of one person in five seconds that are kept."""

_FLOODS = f"flood_updates = {_FLOOD}\nflood_seconds = 5\nsame_question = 1000000"


async def jumping(scene: Scene) -> str:
    """The clock is set forward under load, and back, and by days, when nothing is under way."""
    office = scene.office
    ahead = 0.0
    small = (2.0, 60.0, 300.0, 500.0)[: scene.times(4, 2)]
    await scene.begin()

    async def steps() -> None:
        nonlocal ahead
        for step in small:
            await asyncio.sleep(0.5)
            ahead += step
            office.jump(ahead)

    await scene.crowd.during(steps)
    for seconds in (-2.0, -3600.0, 3 * 86_400.0, -5 * 86_400.0, 2 * 86_400.0):
        if not await office.quiet(3.0 if scene.broken else 30.0):
            break
        ahead += seconds
        office.jump(ahead)
        await scene.crowd.during(lambda: asyncio.sleep(0.6))
    return f"{len(small)} steps of 2 to {max(small):.0f} s under load; then -2 s, -1 hour, +3, -5 and +2 days"


DRILLS = (
    Drill("duplicates", duplicated, {"dedupe": "doubled"}, mode="webhook"),
    Drill("reordering", shuffled, {"order": "inverted"}, mode="webhook"),
    Drill("platform away", bad_line, {"give-up": "lost"}, people=40, trust=True),
    Drill("store away", store_away, {"busy": "lost"}),
    Drill("disk full", full_disk, {"busy": "lost"}, stores=("SQLite",)),
    # A server is back within milliseconds: what is broken there would be seen by chance only.
    Drill("disk full", full_disk, {}, stores=("PostgreSQL",)),
    Drill(
        "flooder",
        flooded,
        {"flood": "problems"},
        people=8,
        rest=0.8,
        limits=f"flood_updates = {_FLOOD}\nflood_seconds = 5\nsame_question = 1000000",
    ),
    Drill("clock jumps", jumping, {"expiry": "lost"}),
)
