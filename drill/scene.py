"""A drill, and one run of it: the desk and its people, what happens to them, and what the checker makes of it."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, cast

from drill.crowd import Crowd
from drill.office import Place, place
from drill.stores import Store
from tests.faults import checker
from tests.faults.checker import Verdict

Where = Literal["lost", "doubled", "inverted", "unexpected", "problems"]
"""What a broken promise is noticed by: a class of the checker, or what the drill itself sees."""
LIMITS = "flood_updates = 1000000\nsame_question = 1000000"
_LONGEST = 400.0
"""Seconds after which a run is given up, and with it the promise."""


@dataclass
class Scene:
    """What a drill works with. `problems` are what it saw itself; the checker looks at everything afterwards."""

    office: Place
    crowd: Crowd
    chance: random.Random
    quick: bool
    problems: list[str] = field(default_factory=list[str])
    aside: set[int] = field(default_factory=set[int])  # updates that must be in quarantine
    let_go: set[int] = field(default_factory=set[int])  # updates that were not kept on purpose

    @property
    def broken(self) -> bool:
        return bool(self.office.broken)

    def times(self, full: int, quick: int) -> int:
        """How often something is done; to see that a broken promise is noticed takes less."""
        return quick // 2 + 1 if self.broken else quick if self.quick else full

    async def begin(self) -> None:
        """Start the desk; it must come up."""
        if not await self.office.start():
            code = await self.office.ended(5)
            raise AssertionError(f"the desk didn't start: {code}\n{self.office.log()[-1500:]}")


@dataclass(frozen=True)
class Drill:
    """What is done to a desk, and the promises that are broken to see that it would be noticed, and as what.

    `run` answers with what it has done, in a few words. `trust` the office's own count of attempts where the line to
    the platform is bad: only it knows which answers were lost.
    """

    name: str
    run: Callable[[Scene], Awaitable[str]]
    breaks: Mapping[str, Where]
    stores: tuple[str, ...] = ("SQLite", "PostgreSQL")
    mode: str = "polling"
    people: int = 12
    rest: float = 0.15
    register: bool = False
    limits: str = LIMITS
    trust: bool = False


@dataclass
class Result:
    """A run as the table shows it."""

    drill: str
    store: str
    seed: int
    broken: str
    done: str = ""
    verdict: Verdict = field(default_factory=Verdict)
    problems: list[str] = field(default_factory=list[str])
    failed: list[str] = field(default_factory=list[str])  # the drill itself could not go on
    shows: Where | None = None  # where a promise that is broken must be noticed
    seconds: float = 0.0
    kills: int = 0

    @property
    def clean(self) -> bool:
        return self.verdict.clean and not self.problems and not self.failed

    @property
    def good(self) -> bool:
        """A promise that is kept is found kept; one that is broken is found broken, and where it shows."""
        if self.shows is None:
            return self.clean
        return bool(self.problems if self.shows == "problems" else getattr(self.verdict, self.shows))


async def run(drill: Drill, store: Store, seed: int, *, quick: bool, broken: str = "") -> Result:
    """Run a drill once; never raises for what the desk did."""
    result = Result(drill.name, store.name, seed, broken, shows=drill.breaks[broken] if broken else None)
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="drill-", ignore_cleanup_errors=True)))
        url = stack.enter_context(store.database(folder))
        office = await stack.enter_async_context(
            place(folder, url, store.server, seed=seed, broken=broken, mode=drill.mode, limits=drill.limits)
        )
        crowd = Crowd(
            office.platform, office.bot, drill.people, seed, 2.0 if broken else 60.0, drill.register and not broken
        )
        crowd.rest = drill.rest
        scene = Scene(office, crowd, random.Random(seed), quick, result.problems)
        try:
            async with asyncio.timeout(_LONGEST):
                result.done = await drill.run(scene)
                await _settle(scene)
                await _judge(scene, drill, result)
        except Exception as error:  # the table shows it, and the next drill is run all the same
            result.failed += _words(error)
        result.kills = sum(office.deaths.values())
        if not result.good:
            _keep_log(office)
    result.seconds = time.monotonic() - began
    return result


def _words(error: BaseException) -> list[str]:
    if isinstance(error, BaseExceptionGroup):
        inner = cast(BaseExceptionGroup[BaseException], error).exceptions
        return [words for one in inner for words in _words(one)]
    return [f"{type(error).__name__} {error}"]


async def _settle(scene: Scene) -> None:
    """Let the desk do what is left, and stop it."""
    office = scene.office
    if not office.runs:
        await scene.begin()
    quiet = await office.quiet(2.0 if scene.broken else 60.0)
    code = await office.end(signal.SIGTERM, within=4.0 if scene.broken else 20.0)
    if scene.broken:
        return  # what is broken must be seen by the one who looks for it, not by a desk that suffers from it somehow
    if not quiet:
        scene.problems.append("it never came to an end with its work")
    if code != 0:
        scene.problems.append(f"it ended with {code}")
    if scene.crowd.unheard:
        scene.problems.append(f"{scene.crowd.unheard} times nobody answered")


async def _judge(scene: Scene, drill: Drill, result: Result) -> None:
    office, crowd = scene.office, scene.crowd
    result.verdict = await asyncio.to_thread(
        checker.check,
        office.platform,
        office.bot,
        office.first_update,
        office.url,
        office.folder / "keys",
        flying=None if drill.trust else office.flying,
        deeds=crowd.deeds,
        aside=scene.aside,
        let_go=scene.let_go,
    )
    if crowd.register:
        wanted = (crowd.people + 2) // 3
        found = [office.look(f"SELECT count(*) FROM {table}")[0][0] for table in ("owners", "businesses")]
        if found != [wanted, wanted]:
            result.problems.append(f"owners, businesses: {found}, {wanted} registered")


def _keep_log(office: Place) -> None:
    kept = Path("build") / "drill"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / f"{office.folder.name}.log").write_text(office.log()[-400_000:], encoding="utf-8")
