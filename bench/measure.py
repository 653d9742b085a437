"""Measuring contestants: rounds at full and half load, and the same office with few and with many contacts."""

from __future__ import annotations

import asyncio
import gc
import itertools
import random
import shutil
import time
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from statistics import median

from bench.contestants import Contestant, Place, first_start, left
from bench.crowd import Crowd, Failed
from bench.fill import FIRST
from bench.machine import Process, free_port, python, running, tail

AWAKE = 0.4
"""Seconds before a window is timed: the others had the machine for a while."""
SETTLE = 0.3
"""Seconds for the last acknowledgements before the end."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Seconds of warming up, of a window at full load and of one at half load; how many of each a round has, and how
    many where few contacts and many are compared; how many rounds; how many are many."""

    warm: float = 2.0
    full: float = 2.5
    half: float = 2.2
    windows: int = 3
    pairs: int = 6
    rounds: int = 3
    many: int = 1_000_000


QUICK = Spans(1.0, 3.0, 2.0, 1, 1, 1, 5_000)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a round came to. `rate` is turns a second at full load, the median of its windows, which are `rates`; the
    waits, at half load, are the medians of its windows as well, `slow` is the p99 of each and `together` the p99 of all
    of them together; they and `ready` are seconds.

    `memory` is megabytes of the main process, `cpu` its processor time a turn in seconds, `emulator` the emulator's.
    """

    p50: float
    p95: float
    p99: float
    together: float
    ready: float
    memory: float
    rate: float = 0.0
    cpu: float = 0.0
    emulator: float = 0.0
    rates: tuple[float, ...] = ()
    slow: tuple[float, ...] = ()


def middle(rounds: Sequence[Figures]) -> Figures:
    """The median of each figure by itself; all windows."""
    names = [each.name for each in fields(Figures) if each.name not in ("rates", "slow")]
    rates = tuple(itertools.chain.from_iterable(found.rates for found in rounds))
    slow = tuple(itertools.chain.from_iterable(found.slow for found in rounds))
    middles = {name: median(getattr(found, name) for found in rounds) for name in names}
    return Figures(**middles, rates=rates, slow=slow)


def times(ours: Figures, peers: Sequence[Figures]) -> float:
    """How many times the turns of the best peer ours does: in the windows of the same minute, the median of all."""
    return median(rate / max(others) for rate, *others in zip(ours.rates, *(peer.rates for peer in peers), strict=True))


def growth(many: Figures, few: Figures) -> float:
    """How many times the p99 with few contacts that with many is: in the windows of the same moment, the median."""
    return median(slow / other for slow, other in zip(many.slow, few.slow, strict=True))


def figures(process: Process, windows: Sequence[Sequence[float]]) -> Figures:
    """What came of windows of waits."""
    p50, p95, p99 = (median(_share(waits, share) for waits in windows) for share in (0.5, 0.95, 0.99))
    slow = tuple(_share(waits, 0.99) for waits in windows)
    together = _share(list(itertools.chain(*windows)), 0.99)
    return Figures(p50, p95, p99, together, process.ready, process.memory(), slow=slow)


def _share(waits: Sequence[float], share: float) -> float:
    ordered = sorted(waits)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@asynccontextmanager
async def playing(stranger: Callable[[], int]) -> AsyncGenerator[Crowd]:
    """An emulator with people who aren't there yet."""
    gc.collect()
    crowd = Crowd(stranger)
    await crowd.open()
    try:
        yield crowd
    finally:
        await crowd.close()


@asynccontextmanager
async def started(who: Contestant, place: Place, crowd: Crowd) -> AsyncGenerator[Process]:
    """A process that is ready and whose webhook everybody has a line to; at the end it has done what was left."""
    async with running(who.command(place, crowd.url, free_port()), place.folder / "log") as process:
        await crowd.gather()
        yield process
        await asyncio.sleep(SETTLE)


@dataclass(slots=True)
class _Measured:
    """A contestant at work. `windows`: turns a second, and seconds of processor time a turn, its own and ours."""

    who: Contestant
    place: Place
    crowd: Crowd
    process: Process
    windows: list[tuple[float, float, float]] = field(default_factory=list[tuple[float, float, float]])
    waits: list[list[float]] = field(default_factory=list[list[float]])

    async def warm(self, seconds: float) -> None:
        with self._told():
            await self.crowd.busy(seconds)
            await self.crowd.finish()

    async def full(self, seconds: float) -> None:
        with self._told():
            await self._full(seconds)

    async def half(self, seconds: float, seed: int) -> None:
        """At half of what it has just done: on a machine that has become slower any other rate is another load."""
        rate = self.windows[-1][0] / 2
        with self._told():
            self.waits.append(await self.crowd.paced(rate, seconds, AWAKE, seed))

    @contextmanager
    def _told(self) -> Generator[None]:
        """Whoever fails is told of by name, with what its log says."""
        try:
            yield
        except Failed as error:
            log = tail(self.place.folder / "log")
            raise Failed(f"{self.who.name}, {self.who.store}: {error}\n{log}") from error

    async def _full(self, seconds: float) -> None:
        crowd, process = self.crowd, self.process
        await crowd.busy(AWAKE)
        turns, cpu, own = crowd.turns, process.cpu(), time.process_time()
        rate = await crowd.busy(seconds)
        turns, cpu, own = crowd.turns - turns, process.cpu() - cpu, time.process_time() - own
        self.windows.append((rate, cpu / turns, own / turns))
        await crowd.finish()

    def figures(self) -> Figures:
        rates, cpu, own = zip(*self.windows, strict=True)
        found = figures(self.process, self.waits)
        return replace(found, rate=median(rates), cpu=median(cpu), emulator=median(own), rates=rates)


async def one_round(places: Mapping[str, tuple[Contestant, Place]], spans: Spans) -> dict[str, Figures]:
    """Measure contestants in empty places, by their keys. Every registration is somebody new.

    All are there at once and take turns, window by window: a machine that is slow for a minute is so for everybody.
    Raises `Failed` or `Died`.
    """
    numbers = itertools.count(FIRST)
    async with AsyncExitStack() as stack:
        them: list[_Measured] = []
        for who, place in places.values():
            async with playing(lambda: next(numbers)) as crowd:
                await first_start(who, place, crowd.url)
            crowd = await stack.enter_async_context(playing(lambda: next(numbers)))
            process = await stack.enter_async_context(started(who, place, crowd))
            them.append(_Measured(who, place, crowd, process))
        for one in them:
            await one.warm(spans.warm)
        for window in range(spans.windows):
            for one in _from(them, window):  # not always behind the same one
                await one.full(spans.full)
                await one.half(spans.half, window)
        found = {one.who.key: one.figures() for one in them}
    for one in them:
        check(one.who, one.place, one.crowd.registered, one.crowd.ages)
    return found


def _from(them: list[_Measured], first: int) -> list[_Measured]:
    first %= len(them)
    return them[first:] + them[:first]


def check(who: Contestant, place: Place, registered: int, ages: int) -> None:
    """Nobody wins by not doing the work. Raises `Failed`."""
    kept = left(who, place)
    if kept != (registered, ages, ""):
        raise Failed(f"{who.name}: {registered} registered, ages {ages}; in the database {kept}")


async def offices(who: Contestant, work: Path, counts: Sequence[int], spans: Spans) -> dict[int, list[Figures]]:
    """The same rate in offices with so many contacts each, all there at once and measured in turn, window by window;
    people drawn by chance register again and again. The rate is half of what the first of them does at full load."""
    places = {count: Place(work / f"office-{count}", f"sqlite:///{work}/office-{count}/office.db") for count in counts}
    sums: dict[int, tuple[int, int]] = dict.fromkeys(counts, (0, 0))
    found: dict[int, list[Figures]] = {count: [] for count in counts}
    for count, place in places.items():
        place.folder.mkdir()
        async with playing(lambda: 0) as crowd:
            await first_start(who, place, crowd.url)
        keys = place.folder / "office.keys"
        await python("-m", "bench.fill", place.url.removeprefix("sqlite:///"), str(keys), str(count))
    for _ in range(spans.rounds):
        async with AsyncExitStack() as stack:
            them: dict[int, tuple[Crowd, Process, list[list[float]]]] = {}
            for count, place in places.items():
                draw = partial(random.Random(4242).randrange, FIRST, FIRST + count)
                crowd = await stack.enter_async_context(playing(draw))
                them[count] = crowd, await stack.enter_async_context(started(who, place, crowd)), []
                await crowd.busy(spans.warm)
                await crowd.finish()
            crowd, *_ = them[counts[0]]
            await crowd.busy(AWAKE)
            rate = await crowd.busy(spans.full) / 2
            await crowd.finish()
            for window in range(spans.pairs):
                for crowd, _, waits in list(them.values())[:: -1 if window % 2 else 1]:
                    waits.append(await crowd.paced(rate, spans.half, AWAKE, window))
            for count, (_, process, waits) in them.items():
                found[count].append(figures(process, waits))
        for count, (crowd, _, _) in them.items():
            registered, ages = sums[count]
            sums[count] = (registered + crowd.registered, ages + crowd.ages)
            check(who, places[count], *sums[count])
    for place in places.values():
        shutil.rmtree(place.folder)
    return found
