"""What came of the drills, for people: a line for each run, a table, and docs/drills.md."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterator, Sequence

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
    yield "# Drills"
    yield ""
    today = SystemClock().now().date()
    yield f"Seed {seed}, {seconds / 60:.1f} minutes, {today:%d %B %Y}, {os.cpu_count()} CPUs, "
    yield f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}."
