"""``python -m drill``: does every drill on both stores, prints a table and writes it down.

Exit code 1 when a promise wasn't kept, or one that was broken on purpose was found kept.
"""

from __future__ import annotations

import argparse
import asyncio
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

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
from drill.transcripts import transcripts
from drill.troubles import DRILLS as TROUBLES

STORES: dict[str, Callable[[], Store]] = {"SQLite": Sqlite, "PostgreSQL": Postgresql}
DRILLS = (*KILLING, *TROUBLES, *COPYING)
SEED = 20261122
LONGEST = 30 * 60
"""Seconds until it is given up."""
_POWER = "power cut"


def main() -> int:
    asked = _asked()
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, _given_up)
    signal.alarm(LONGEST)
    began = time.monotonic()
    results = _side_by_side(asked) if len(asked.store) > 1 else list(_on(asked.store[0], asked))
    if asked.results:
        asked.results.write_bytes(pickle.dumps(results))
        return 0
    seconds = time.monotonic() - began
    report.show(results, seconds)
    if _whole(asked):
        report.write(results, asked.seed, seconds)
    return 0 if all(result.good for result in results) else 1


def _whole(asked: argparse.Namespace) -> bool:
    return not (asked.quick or asked.only or asked.broken or asked.whole or len(asked.store) == 1)


def _side_by_side(asked: argparse.Namespace) -> list[Result]:
    """Each store's drills in a process of its own, and the transcripts beside them: most of a drill is waiting. What
    counts messages a second comes after them."""
    found: list[Result] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="drill-")))
        runs: list[tuple[subprocess.Popen[bytes], Path]] = []
        for store in asked.store:
            results = folder / store
            part = subprocess.Popen(
                [sys.executable, "-m", "drill", *sys.argv[1:], "--store", store, "--results", results]
            )
            stack.callback(_ended, part)
            runs.append((part, results))
        if _whole(asked):
            found.append(_told(transcripts(asked.seed)))
        for part, results in runs:
            if code := part.wait():
                raise SystemExit(f"the drills of a store ended with {code}")
            found += pickle.loads(results.read_bytes())
    order = {drill.name: i for i, drill in enumerate(DRILLS)}
    found.sort(key=lambda result: order.get(result.drill, len(order)))
    with closing(Sqlite()) as store:
        return found + [_told(result) for result in _limits(asked, store)]


def _ended(part: subprocess.Popen[bytes]) -> None:
    if part.poll() is None:
        part.terminate()
        part.wait()


def _on(name: str, asked: argparse.Namespace) -> Iterator[Result]:
    """The drills of one store."""
    with closing(STORES[name]()) as store:
        for drill, broken in _runs(asked, store):
            yield _told(asyncio.run(run(drill, store, asked.seed, quick=asked.quick, broken=broken)))
        if isinstance(store, Sqlite):
            for result in chain(_power(asked, store), () if asked.results else _limits(asked, store)):
                yield _told(result)


def _told(result: Result) -> Result:
    report.told(result)
    return result


def _given_up(number: int, _: object) -> None:
    """Leave by the way that takes every server, process and folder along."""
    print("Given up." if number == signal.SIGALRM else "Told to stop.", file=sys.stderr)
    sys.exit(1)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drill", description="Drills: what the desk promises under faults.")
    parser.add_argument("--seed", type=int, default=SEED, help="of every random choice")
    parser.add_argument("--quick", action="store_true", help="five minutes, for development; writes no page")
    parser.add_argument("--only", nargs="*", default=[], metavar="DRILL", help="the drills whose name begins so")
    parser.add_argument("--store", nargs="+", choices=list(STORES), default=list(STORES))
    parser.add_argument("--results", type=Path, help=argparse.SUPPRESS)  # for `_side_by_side`
    parser.add_argument("--break", dest="broken", default="", metavar="PROMISE", help="only with this promise broken")
    parser.add_argument("--whole", action="store_true", help="without breaking anything on purpose")
    asked = parser.parse_args()
    names = (*(drill.name for drill in DRILLS), _POWER, LIMITED)
    for start in asked.only:
        if not any(name.startswith(start) for name in names):
            print(f"no such drill: {start}; there are {', '.join(names)}", file=sys.stderr)
            sys.exit(1)
    return asked


def _runs(asked: argparse.Namespace, store: Store) -> Iterator[tuple[Drill, str]]:
    """Every drill of a store, each followed by itself with its promises broken."""
    for drill in DRILLS:
        if store.name not in drill.stores or not _asked_for(asked, drill.name):
            continue
        if not asked.broken:
            yield drill, ""
        for broken in drill.breaks:
            if broken in ONLY_SQLITE and store.name != "SQLite":
                continue
            if asked.broken in ("", broken) and not asked.whole:
                yield drill, broken


def _power(asked: argparse.Namespace, store: Sqlite) -> Iterator[Result]:
    """The power cut, on the store as it is and with less care; what it is at PostgreSQL is told in docs/drills.md."""
    if not _asked_for(asked, _POWER):
        return
    times = 20 if asked.quick else CUTS
    if not asked.broken:
        yield cuts(store.template, asked.seed, times, "FULL")
    if not asked.whole:
        yield cuts(store.template, asked.seed, times, "NORMAL")


def _limits(asked: argparse.Namespace, store: Sqlite) -> Iterator[Result]:
    """What a number on WhatsApp may send, which no store changes anything about."""
    if not _asked_for(asked, LIMITED):
        return
    for broken in ("", *LIMITS):
        if (asked.broken and broken != asked.broken) or (asked.whole and broken):
            continue
        yield asyncio.run(limits(store, asked.seed, quick=asked.quick, broken=broken))


def _asked_for(asked: argparse.Namespace, name: str) -> bool:
    return not asked.only or any(name.startswith(start) for start in asked.only)


if __name__ == "__main__":
    sys.exit(main())
