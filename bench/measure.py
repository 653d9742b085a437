"""Measuring one contestant: rounds at full and half load, and the same office with few and with many contacts."""

from __future__ import annotations

import asyncio
import gc
import itertools
import random
import shutil
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from statistics import median

from bench.contestants import Contestant, Place, first_start, left
from bench.crowd import Crowd, Failed
from bench.fill import FIRST
from bench.machine import Process, free_port, python, running

SETTLE = 0.3
"""Seconds for the last acknowledgements before the end."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Seconds of warming up, of full load and of half load; how often everybody is measured; how many are many."""

    warm: float = 2.0
    full: float = 9.0
    half: float = 7.0
    rounds: int = 3
    many: int = 1_000_000


QUICK = Spans(1.0, 3.0, 2.0, 1, 5_000)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a round came to. `rate` is turns a second at full load; the waits, at half load, and `ready` are seconds.

    `memory` is megabytes of the main process, `cpu` its processor time a turn in seconds, `emulator` the emulator's.
    """

    p50: float
    p95: float
    p99: float
    ready: float
    memory: float
    rate: float = 0.0
    cpu: float = 0.0
    emulator: float = 0.0


def middle(rounds: Sequence[Figures]) -> Figures:
    """The median of each figure by itself."""
    return Figures(**{field.name: median(getattr(found, field.name) for found in rounds) for field in fields(Figures)})


def figures(process: Process, waits: Sequence[float], **more: float) -> Figures:
    ordered = sorted(waits)
    p50, p95, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99))
    return Figures(p50, p95, p99, process.ready, process.memory(), **more)


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


async def one_round(who: Contestant, place: Place, spans: Spans) -> Figures:
    """Measure a contestant in an empty place; every registration is somebody new. Raises `Failed` or `Died`."""
    numbers = itertools.count(FIRST)
    async with playing(lambda: next(numbers)) as crowd:
        await first_start(who, place, crowd.url)
    async with playing(lambda: next(numbers)) as crowd, started(who, place, crowd) as process:
        await crowd.busy(spans.warm)
        turns, cpu, own = crowd.turns, process.cpu(), time.process_time()
        rate = await crowd.busy(spans.full)
        turns = crowd.turns - turns
        cpu, own = (process.cpu() - cpu) / turns, (time.process_time() - own) / turns
        await crowd.finish()
        found = figures(process, await crowd.paced(rate / 2, spans.half), rate=rate, cpu=cpu, emulator=own)
    check(who, place, crowd.registered, crowd.ages)
    return found


def check(who: Contestant, place: Place, registered: int, ages: int) -> None:
    """Nobody wins by not doing the work. Raises `Failed`."""
    kept = left(who, place)
    if kept != (registered, ages, ""):
        raise Failed(f"{who.name}: {registered} registered, ages {ages}; in the database {kept}")


async def offices(
    who: Contestant, work: Path, counts: Sequence[int], rate: float, spans: Spans
) -> dict[int, list[Figures]]:
    """The same rate in offices with so many contacts each, in turn; people drawn by chance register again and again."""
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
        for count, place in places.items():
            chance = random.Random(4242)
            draw = partial(chance.randrange, FIRST, FIRST + count)
            async with playing(draw) as crowd, started(who, place, crowd) as process:
                await crowd.paced(rate, spans.warm)
                found[count].append(figures(process, await crowd.paced(rate, spans.half)))
            registered, ages = sums[count]
            sums[count] = (registered + crowd.registered, ages + crowd.ages)
            check(who, place, *sums[count])
    for place in places.values():
        shutil.rmtree(place.folder)
    return found
