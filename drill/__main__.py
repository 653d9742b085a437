"""``python -m drill``: does every drill on both stores, prints a table and writes it down.

Exit code 1 when a promise wasn't kept, or one that was broken on purpose was found kept.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import chain

from drill import report
from drill.breaks import ONLY_SQLITE
from drill.copying import DRILLS as COPYING
from drill.killing import DRILLS as KILLING
from drill.limits import BREAKS as LIMITS
from drill.limits import NAME as LIMITED
from drill.limits import limits
from drill.power import CUTS, cuts
from drill.scene import Drill, Result, run
from drill.stores import Postgresql, Sqlite, Store
from drill.troubles import DRILLS as TROUBLES

DRILLS = (*KILLING, *TROUBLES, *COPYING)
SEED = 20261122
LONGEST = 30 * 60
"""Seconds until it is given up; on two free cores it takes half of that."""
_POWER = "power cut"


def main() -> int:
    asked = _asked()
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, _given_up)
    signal.alarm(LONGEST)
    began = time.monotonic()
    results: list[Result] = []
    kinds: dict[str, Callable[[], Store]] = {"SQLite": Sqlite, "PostgreSQL": Postgresql}
    with ExitStack() as stack:
        # The server first: what a desk is forked from must know where its programs are.
        stores = [stack.enter_context(closing(kinds[name]())) for name in reversed(kinds) if name in asked.store]
        for drill, store, broken in _runs(asked, stores[::-1]):
            result = asyncio.run(run(drill, store, asked.seed, quick=asked.quick, broken=broken))
            results.append(result)
            report.told(result)
        for result in chain(_power(asked, stores), _limits(asked, stores)):
            results.append(result)
            report.told(result)
    seconds = time.monotonic() - began
    report.show(results, seconds)
    if not (asked.quick or asked.only or asked.broken or asked.whole):
        report.write(results, asked.seed, seconds)
    return 0 if all(result.good for result in results) else 1


def _given_up(number: int, _: object) -> None:
    """Leave by the way that takes every server, process and folder along."""
    print("Given up." if number == signal.SIGALRM else "Told to stop.", file=sys.stderr)
    sys.exit(1)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drill", description="Drills: what the desk promises under faults.")
    parser.add_argument("--seed", type=int, default=SEED, help="of every random choice")
    parser.add_argument("--quick", action="store_true", help="two minutes, for development; writes no page")
    parser.add_argument("--only", nargs="*", default=[], metavar="DRILL", help="the drills whose name begins so")
    parser.add_argument("--store", nargs="*", default=["SQLite", "PostgreSQL"])
    parser.add_argument("--break", dest="broken", default="", metavar="PROMISE", help="only with this promise broken")
    parser.add_argument("--whole", action="store_true", help="without breaking anything on purpose")
    return parser.parse_args()


def _runs(asked: argparse.Namespace, stores: list[Store]) -> Iterator[tuple[Drill, Store, str]]:
    """Every drill on its stores, each followed by itself with its promises broken."""
    for drill in DRILLS:
        if asked.only and not any(drill.name.startswith(name) for name in asked.only):
            continue
        for store in stores:
            if store.name not in drill.stores:
                continue
            if not asked.broken:
                yield drill, store, ""
            for broken in drill.breaks:
                if broken in ONLY_SQLITE and store.name != "SQLite":
                    continue
                if asked.broken in ("", broken) and not asked.whole:
                    yield drill, store, broken


def _power(asked: argparse.Namespace, stores: list[Store]) -> Iterator[Result]:
    """The power cut, on the store as it is and with less care; what it is at PostgreSQL is told in docs/drills.md."""
    if asked.only and not any(_POWER.startswith(name) for name in asked.only):
        return
    for store in stores:
        if isinstance(store, Sqlite):
            times = 20 if asked.quick else CUTS
            if not asked.broken:
                yield cuts(store.template, asked.seed, times, "FULL")
            if not asked.whole:
                yield cuts(store.template, asked.seed, times, "NORMAL")


def _limits(asked: argparse.Namespace, stores: list[Store]) -> Iterator[Result]:
    """What a number on WhatsApp may send, which no store changes anything about."""
    if asked.only and not any(LIMITED.startswith(name) for name in asked.only):
        return
    for store in stores:
        if isinstance(store, Sqlite):
            for broken in ("", *LIMITS):
                if (asked.broken and broken != asked.broken) or (asked.whole and broken):
                    continue
                yield asyncio.run(limits(store, asked.seed, quick=asked.quick, broken=broken))


if __name__ == "__main__":
    sys.exit(main())
