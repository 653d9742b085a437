"""Drills that end the desk: killed anywhere and at named points, asked to stop, stopped for a while, poisoned."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from itertools import count

from bot.app import CAREFUL_SECONDS
from drill.desk import SAID
from drill.points import GIVEN_BACK, IN_HAND, POINTS
from drill.scene import Drill, Scene
from tests.faults import checker

KILLS = 100
"""For each way of listening, on each store: half at a named point, half anywhere."""
_ALIVE = 0.45
_UNTIL_POINT = 3.0
_AT_ONCE = "answered-first"
"""What is broken only for those who have said something before to the same process."""


async def killed(scene: Scene) -> str:
    """SIGKILL, again and again, under load; what is started after it is careful, soon no longer, or not at all."""
    office, chance = scene.office, scene.chance
    points = [*POINTS, *(IN_HAND if office.server is None else ())]
    if not scene.broken:  # then few are come past, and the first must be among them
        chance.shuffle(points)
    if office.broken == _AT_ONCE:
        points = ["sent"]
    hit = Counter[str]()
    if not scene.broken:
        scene.crowd.patience = 300.0  # on a slow machine a desk may be killed many times before a job of hers is done

    async def anywhere() -> None:
        """A start, and a kill at any moment; but not before what several processes have died of is done."""
        near = _nearly_given_up(scene)
        await office.start()
        ends = time.monotonic() + (8.0 if scene.broken else 60.0)  # what is broken on purpose may never be done
        while near and time.monotonic() < ends:
            await asyncio.sleep(0.02)
            near = _nearly_given_up(scene)
        await asyncio.sleep(chance.random() * _ALIVE)
        await office.kill(children=chance.random() < 0.5)

    async def kills() -> None:
        for turn in range(scene.times(KILLS, 30)):
            office.careful = chance.choice((0.0, 0.1, CAREFUL_SECONDS))
            if turn % 2:
                await anywhere()
                continue
            for _ in range(1 if scene.broken else 20):  # the kill there may be the second death of another turn
                if not _nearly_given_up(scene):
                    break
                await anywhere()
            point = points[turn // 2 % len(points)]
            if point == "at once" or point in IN_HAND:
                office.careful = 0.0
            elif point in ("turn", "claimed"):
                office.careful = CAREFUL_SECONDS  # few come past it otherwise
            if office.broken == _AT_ONCE:
                office.careful = 0.0
            often = 1 if point in ("starting", "working", "worked", "carried") else chance.randint(1, 8)
            await office.start(point, often + 60 if office.broken == _AT_ONCE else often)
            code = await office.ended(_UNTIL_POINT)
            if code is None:
                await office.kill()  # nobody came past it in time
            elif code == -signal.SIGKILL:
                hit[point] += 1
            else:
                raise AssertionError(f"it ended with {code}\n{office.log()[-1500:]}")
        await scene.begin()

    await scene.crowd.during(kills)
    if not (scene.quick or scene.broken):
        scene.problems += [f"nobody came past {point}" for point in points if not hit[point]]
    return f"{sum(office.deaths.values())} SIGKILLs, {hit.total()} of them at {len(hit)} named points"


def _nearly_given_up(scene: Scene) -> bool:
    """Whether two processes have died of the same turn, or six while they sent the same message: a few more, and the
    desk rightly takes it for poison."""
    turns = scene.office.look("SELECT count(*) FROM inbox WHERE state = 0 AND attempts > 1")[0][0]
    return turns > 0 or scene.office.look("SELECT count(*) FROM outbox WHERE state < 2 AND attempts > 5")[0][0] > 0


async def in_hand(scene: Scene) -> str:
    """More answers than may be on their way, so that some wait in the sender's hands when it ends: by SIGTERM, by
    SIGKILL where that gives them back, or anywhere. After a kill it is careful for as long as it ever is."""
    office, chance = scene.office, scene.chance
    office.careful, office.in_flight = CAREFUL_SECONDS, 2
    times = scene.times(8, 3)
    died = 0

    async def politely() -> None:
        """A stop; what runs then is what the stop before left behind."""
        await scene.begin()
        await asyncio.sleep(0.4 + chance.random() * 0.4)
        if (code := await office.end(signal.SIGTERM, within=15.0)) != 0:
            scene.problems.append(f"asked to stop it ended with {code}")
        if left := await asyncio.to_thread(checker.in_flight, office.url):
            scene.problems.append(f"{len(left)} messages in flight after a stop")

    async def ends() -> None:
        nonlocal died
        for _ in range(times):
            office.platform.faults.order("delay", seconds=0.3)
            await politely()
            await office.start(GIVEN_BACK)
            await asyncio.sleep(0.4 + chance.random() * 0.4)
            died += await office.end(signal.SIGTERM, within=15.0) == -signal.SIGKILL
            await politely()  # a careful one, if it was killed
            await politely()
            await scene.begin()
            await asyncio.sleep(0.3 + chance.random() * _ALIVE)
            await office.kill(children=chance.random() < 0.5)
            await politely()
            office.platform.faults.clear()
        await scene.begin()

    await scene.crowd.during(ends)
    if not died and not scene.broken:
        scene.problems.append("nothing was given back")
    return f"{4 * times} SIGTERMs, {sum(office.deaths.values())} SIGKILLs, {died} of them while answers were given back"


async def stopped(scene: Scene) -> str:
    """SIGTERM under load: it ends in time, with nothing in flight. The platform takes its time, so something is."""
    office = scene.office
    office.platform.faults.order("delay", seconds=0.1)
    slowest = 0.0
    times = scene.times(10, 3)

    async def stops() -> None:
        nonlocal slowest
        for _ in range(times):
            await scene.begin()
            await asyncio.sleep(0.2 + scene.chance.random() * 0.6)
            began = time.monotonic()
            code = await office.end(signal.SIGTERM, within=15.0)
            slowest = max(slowest, time.monotonic() - began)
            if code != 0:
                scene.problems.append(f"asked to stop it ended with {code}")
            if left := await asyncio.to_thread(checker.in_flight, office.url):
                scene.problems.append(f"{len(left)} messages in flight after a stop")
        await scene.begin()

    await scene.crowd.during(stops)
    office.platform.faults.clear()
    if slowest > 10.0:
        scene.problems.append(f"a stop took {slowest:.1f} s")
    return f"{times} SIGTERMs; the slowest end after {slowest:.1f} s"


async def frozen(scene: Scene) -> str:
    """SIGSTOP: it stands still while a second process tries to start, and goes on."""
    office = scene.office
    times = 15 if scene.broken else scene.times(3, 1)  # it may stand in a commit, which holds others off by itself
    tried = 0
    await scene.begin()

    async def freezes() -> None:
        nonlocal tried
        for number in range(times):
            tried += 1
            await asyncio.sleep(0.5)
            office.signal(signal.SIGSTOP)
            second = office.second(number)
            came = await second.start()
            await asyncio.sleep(1.0)
            office.signal(signal.SIGCONT)
            if came:
                scene.problems.append("a second process started beside the first")
                await asyncio.sleep(0.5)
                second.signal(signal.SIGKILL)
                return
            if (code := await second.ended(10)) != 3 and not came:
                scene.problems.append(f"a second process ended with {code}")

    await scene.crowd.during(freezes)
    return f"{tried} times SIGSTOP for a second and more, each time another start tried"


async def poisoned(scene: Scene) -> str:
    """Turns that end the process, never end, or raise are set aside; everybody else is served."""
    office, crowd = scene.office, scene.crowd
    office.careful = CAREFUL_SECONDS
    await scene.begin()
    most = 8

    async def poison() -> None:
        await asyncio.sleep(0.5)
        ill = [office.platform.add_user(name).id for name in ("Siti", "Budi", "Wati")]
        for user, flow in zip(ill, ("deadly", "stuck", "wrong"), strict=True):
            crowd.do(user)
            scene.aside.add(office.bot.next_update)
            crowd.do(user, flow, effect=False)
            crowd.users.append(user)
        after = [crowd.do(user) for user in ill]
        ends = time.monotonic() + 40
        for deaths in count():
            code = None
            while code is None and time.monotonic() < ends and not _aside(scene, 3):
                code = await office.ended(0.2)
            if code is None:
                break
            if deaths == most:
                scene.problems.append(f"it died {deaths} times of three bad messages")
                return
            await office.start()  # it may die of one before it is ready
        for user, number in zip(ill, after, strict=True):
            await crowd.hears(user, SAID.format(number))
            await crowd.hears(user, "gangguan")

    await crowd.during(poison)
    deaths = ", ".join(f"{times} x exit {code}" for code, times in sorted(office.deaths.items()))
    return f"three bad messages: {deaths or 'no deaths'}; the rest of {len(crowd.users)} people served"


def _aside(scene: Scene, wanted: int) -> bool:
    return scene.office.look("SELECT count(*) FROM inbox WHERE state = 2")[0][0] >= wanted


DRILLS = (
    Drill(
        "killed, polling",
        killed,
        {
            "acknowledge-first": "lost",
            "done-first": "lost",
            "sent-first": "lost",
            "release": "lost",
            "sent-again": "doubled",
            "order": "inverted",
            _AT_ONCE: "doubled",
        },
        register=True,
    ),
    Drill(
        "killed, webhook",
        killed,
        {"acknowledge-first": "lost", "dedupe": "doubled", "jobs": "lost"},
        mode="webhook",
        register=True,
    ),
    Drill("killed and stopped", in_hand, {"give-back": "problems"}, stores=("SQLite",), mode="webhook", people=16),
    Drill("SIGTERM", stopped, {"stop": "problems"}),
    Drill("SIGSTOP", frozen, {"lock": "problems"}, mode="webhook"),
    Drill(
        "poison",
        poisoned,
        {"attempts": "problems"},
        limits="flood_updates = 1000000\nsame_question = 1000000\nturn_kill_s = 1.0",
    ),
)
