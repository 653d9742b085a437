"""``python -m bench``: measures everybody, prints a table, writes it down; exit code 1 below a floor stated here."""

from __future__ import annotations

import argparse
import asyncio
import gc
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop
from rich.console import Console
from rich.markup import escape

from bench import report
from bench.contestants import ALL, CARRIED, FLOOR, MANY, OURS, PEERS, POSTGRESQL, Contestant, Place, counted
from bench.crowd import Failed
from bench.machine import Died, others
from bench.measure import QUICK, Figures, Spans, growth, middle, offices, one_round, times
from bench.report import Limit

if TYPE_CHECKING:
    from tests.store.server import Server

LONGEST = 16 * 60
"""Seconds until it is given up."""
TIMES_THE_PEERS = {"SQLite": (2.0, 3.0), "PostgreSQL": (1.2, 2.0)}
"""Our turns a second are at least so many times the best peer's in the same minute: the floor, and what we want."""
TIMES_CARRIED = {"SQLite": 2.0, "PostgreSQL": 1.0}
"""The same of python-telegram-bot's own way over our transport: what is left when ours is lent to it."""
SLOWEST = {"SQLite": (0.1, 0.05), "PostgreSQL": (0.5, 0.05)}
"""Seconds, p99 at half load, the median of the windows: the ceiling, and what we want."""
GROWTH = 1.2
"""The p99 with a million contacts is at most so many times that with a thousand."""
MEGABYTES = 130
READY = 1.5
FEW = 1_000
BUSY = 0.05
"""Share of the machine that others may use before it is said."""
out = Console(highlight=False, width=None if sys.stdout.isatty() else 140)


def limits(found: dict[str, Figures], few: Figures | None, many: Figures | None) -> list[Limit]:
    """What is promised, and what came of it; only what was measured."""
    peers = [found[peer.key] for peer in PEERS if peer.key in found]
    kept: list[Limit] = []
    for who in (OURS, POSTGRESQL):
        if who.key in found:
            ours = found[who.key]
            if peers:
                floor, goal = TIMES_THE_PEERS[who.store]
                name = f"{who.store}: times the best peer"
                kept.append(Limit(name, times(ours, peers), floor, at_least=True, unit="x", goal=goal))
            if CARRIED.key in found:
                name, floor = f"{who.store}: times python-telegram-bot over our aiohttp", TIMES_CARRIED[who.store]
                kept.append(Limit(name, times(ours, [found[CARRIED.key]]), floor, at_least=True, unit="x"))
            most, goal = (seconds * 1e3 for seconds in SLOWEST[who.store])
            kept.append(Limit(f"{who.store}: p99 at half load", ours.p99 * 1e3, most, unit=" ms", goal=goal))
    if few and many:
        kept.append(Limit("p99 with many contacts, times that with few", growth(many, few), GROWTH, unit="x"))
        kept.append(Limit("memory with many contacts", many.memory, MEGABYTES, unit=" MB"))
        kept.append(Limit("ready with many contacts", many.ready, READY, unit=" s"))
    return kept


@asynccontextmanager
async def place(who: Contestant, work: Path, server: Server | None) -> AsyncGenerator[Place]:
    """A new folder and an empty database, taken away at the end."""
    folder = Path(tempfile.mkdtemp(prefix=f"{who.key}-", dir=work))
    try:
        if server and who.store == "PostgreSQL":
            with server.database() as url:
                yield Place(folder, url)
        else:
            yield Place(folder, f"sqlite:///{folder}/office.db")
    finally:
        shutil.rmtree(folder)


async def measure(chosen: list[Contestant], spans: Spans, work: Path, server: Server | None) -> dict[str, Figures]:
    """Rounds of everybody; the medians by contestant."""
    found: dict[str, list[Figures]] = {}
    for _ in range(spans.rounds):
        async with AsyncExitStack() as stack:
            places = {who.key: (who, await stack.enter_async_context(place(who, work, server))) for who in chosen}
            for key, one in (await one_round(places, spans)).items():
                who, where = places[key]
                counted = where.folder / "profile.txt"
                if counted.exists():
                    out.print(counted.read_text(encoding="utf-8"), soft_wrap=True)
                found.setdefault(key, []).append(one)
                rates = ", ".join(f"{rate:.0f}" for rate in one.rates)
                slow = ", ".join(f"{p99 * 1e3:.0f}" for p99 in one.slow)
                out.print(f"{who.name}, {who.store}: {rates} turns/s, p99 {slow} ms", soft_wrap=True)
    return {key: middle(rounds) for key, rounds in found.items()}


async def run(options: argparse.Namespace) -> int:
    spans = QUICK if options.quick else Spans()
    if (busy := await others()) > BUSY:
        out.print(f"[yellow]busy[/]    {busy:.0%} of this machine is at other work: wait, or don't believe the figures")
    chosen = [who for who in ALL if not options.only or who.key in options.only]
    if options.profile:
        chosen = [counted(who) for who in ALL if who.ours and who.key == options.profile]
    missing = {who.key: why for who in chosen if (why := who.missing())}
    chosen = [who for who in chosen if who.key not in missing]
    work = Path(tempfile.mkdtemp(prefix="bench-"))
    server = None
    if any(who.store == POSTGRESQL.store for who in chosen):
        from tests.store.server import Server  # it brings psycopg

        server = Server(safe=True)
    gc.disable()  # the emulator's own pauses are nobody's
    few = many = None
    try:
        found = await measure(chosen, spans, work, server)
        if OURS.key in found and not (options.only or options.profile):
            crowds = await offices(MANY, work, (FEW, spans.many), spans)
            few, many = middle(crowds[FEW]), middle(crowds[spans.many])
    finally:
        if server:
            server.stop()
        shutil.rmtree(work, ignore_errors=True)
    kept = limits(found, few, many)
    whole = report.Whole([who for who in ALL if who.key in found or who.key in missing], found, missing, few, many,
                         spans, kept, FLOOR.key, busy)  # fmt: skip
    report.show(out, whole)
    if not (options.quick or options.only or options.profile):
        report.write(whole)
    return 1 if any(not limit.held for limit in kept) and not options.quick else 0


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--quick", action="store_true", help="about a minute; nothing is written, no floor counts")
    parser.add_argument("--only", nargs="+", default=[], metavar="KEY", help=" ".join(who.key for who in ALL))
    parser.add_argument("--profile", nargs="?", const=OURS.key, metavar="KEY", help="count what one of ours does")
    options = parser.parse_args()
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # so that nobody is left behind
    try:
        async with asyncio.timeout(LONGEST):
            return await run(options)
    except asyncio.CancelledError:
        out.print("stopped")
    except TimeoutError:
        out.print(f"[red]broken[/]  not done after {LONGEST // 60} minutes")
    except (Failed, Died) as error:
        out.print(f"[red]broken[/]  {escape(str(error))}", soft_wrap=True)
    return 1


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        raise SystemExit(runner.run(main()))
