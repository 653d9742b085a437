"""``python -m bench``: measure everybody, print a table."""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import uvloop
from rich.console import Console

from bench import contestants
from bench.contestants import ALL, Contestant, make_template
from bench.crowd import Crowd, Failed
from bench.machine import free_port, running

LONGEST = 12 * 60
out = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Spans:
    """Seconds of warming up, of full load and of half load; how often everybody is measured."""

    warm: float = 2.0
    full: float = 10.0
    half: float = 8.0
    rounds: int = 3


QUICK = Spans(1.5, 4.0, 3.0, 1)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of one contestant came to. Times in seconds, memory in megabytes, `cpu` in seconds a turn."""

    rate: float
    p50: float
    p95: float
    p99: float
    ready: float
    memory: float
    cpu: float
    emulator: float


def middle(rounds: Sequence[Round]) -> Round:
    """The median of each figure by itself."""
    fields = Round.__dataclass_fields__
    return Round(**{name: median(getattr(found, name) for found in rounds) for name in fields})


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def one_round(who: Contestant, folder: Path, template: Path, spans: Spans) -> Round:
    """Start a contestant on a new folder, measure it, end it, and check what it kept. Raises `Failed` or `Died`."""
    who.prepare(folder, template)
    strangers = itertools.count(10_000_000)
    crowd = Crowd(lambda: next(strangers))
    await crowd.open()
    try:
        async with running(who.command(folder, crowd.url, free_port()), folder / "log") as process:
            await crowd.gather()
            await crowd.busy(spans.warm)
            turns, cpu, own = crowd.turns, process.cpu(), time.process_time()
            rate = await crowd.busy(spans.full)
            turns = crowd.turns - turns
            cpu, own = (process.cpu() - cpu) / turns, (time.process_time() - own) / turns
            await crowd.finish()
            waits = await crowd.paced(rate / 2, spans.half)
            memory = process.memory()
            await asyncio.sleep(0.2)  # the last acknowledgements
    finally:
        await crowd.close()
    found = who.left(folder)
    if found != (crowd.registered, crowd.ages, ""):
        raise Failed(f"{crowd.registered} registered, ages {crowd.ages}; in the database: {found}")
    p50, p95, p99 = (percentile(waits, share) for share in (0.5, 0.95, 0.99))
    return Round(rate, p50, p95, p99, process.ready, memory, cpu, own)


async def measure(chosen: Sequence[Contestant], spans: Spans) -> dict[str, Round]:
    work = Path(tempfile.mkdtemp(prefix="bench-"))
    gc.disable()  # the emulator's own pauses aren't anybody's latency
    found: dict[str, list[Round]] = {}
    try:
        template = Path(tempfile.mkdtemp(dir=work))
        crowd = Crowd(lambda: 0)
        await crowd.open()
        await make_template(template, crowd.url, free_port())
        await crowd.close()
        for number in range(spans.rounds):
            for who in chosen:
                if why := who.missing():
                    out.print(f"{who.name:42} {why}")
                    continue
                folder = work / f"{who.key}-{number}"
                one = await one_round(who, folder, template, spans)
                found.setdefault(who.key, []).append(one)
                out.print(
                    f"{who.name:42} {one.rate:7.0f}/s  p50 {one.p50 * 1e3:5.1f}  p95 {one.p95 * 1e3:5.1f}  "
                    f"p99 {one.p99 * 1e3:5.1f} ms  {one.memory:4.0f} MB  ready {one.ready:4.2f} s  "
                    f"cpu {one.cpu * 1e6:5.0f} us/turn, emulator {one.emulator * 1e6:4.0f}"
                )
                shutil.rmtree(folder)
                gc.collect()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return {key: middle(rounds) for key, rounds in found.items()}


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--quick", action="store_true", help="about a minute, and nothing is written")
    parser.add_argument("--only", nargs="*", default=[], help="of: " + " ".join(who.key for who in ALL))
    options = parser.parse_args()
    chosen = [who for who in contestants.ALL if not options.only or who.key in options.only]
    async with asyncio.timeout(LONGEST):
        await measure(chosen, QUICK if options.quick else Spans())
    return 0


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        raise SystemExit(runner.run(main()))
