"""Pendamping under the bench's load, counted and timed from inside: ``python -m bench --profile [KEY]``.

Statements a turn, and processor time a turn: of each thread, and of each kind of work on it. Where the time goes
inside a work is for a sampling profiler, aimed at the process from outside.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from bench import ours
from bot.domain import inbox, outbox, people
from bot.post import turn

if TYPE_CHECKING:
    from bot.domain.line import Asked

psycopg: Any = import_module("psycopg") if find_spec("psycopg") else None
WRITTEN = "profile.txt"
"""In the folder of the settings, when the process has ended."""
_WORKS: tuple[tuple[Any, str], ...] = (
    (people, "meet"),
    (inbox, "add"),
    (turn, "at_once"),
    (turn, "take"),
    (outbox, "claim"),
    (outbox, "sent"),
)
"""What the store does in each turn, by where it is found."""
_IN = re.compile(r"\((?:\?, )*\?\)|IN \([^)]*\)")
_VALUE = re.compile(r"X?'[^']*'|\b\d+(?:\.\d+)?\b", re.IGNORECASE)


def main() -> int:
    statements: Counter[str] = Counter()
    works: Counter[str] = Counter()
    spent: defaultdict[str, float] = defaultdict(float)
    threads: dict[str, float] = {}

    def ran(statement: str) -> None:
        statements[shape(statement)] += 1

    def connected(dbapi: Any, _record: Any) -> None:
        if hasattr(dbapi, "set_trace_callback"):
            dbapi.set_trace_callback(ran)  # also what goes by the driver itself

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **more: Any) -> Any:
            began = time.thread_time()
            try:
                return work(*args, **more)
            finally:
                now = time.thread_time()
                works[name] += 1
                spent[name] += now - began
                if threading.current_thread() is not threading.main_thread():
                    threads[threading.current_thread().name] = now

        return run

    for owner, name in _WORKS:
        setattr(owner, name, timed(f"{owner.__name__}.{name}", getattr(owner, name)))
    event.listen(Engine, "connect", connected)
    if psycopg:
        from bot.domain.line import Line

        execute, sent = psycopg.AsyncCursor[Any].execute, Line.send

        def executed(cursor: Any, statement: Any, *more: Any, **how: Any) -> Any:
            ran(str(statement))
            return execute(cursor, statement, *more, **how)

        def send(line: Line, asked: Sequence[Asked]) -> Any:
            ran("(to the server and back)")
            for statement, *_ in asked:
                ran(statement.decode())
            return sent(line, asked)

        setattr(psycopg.AsyncCursor, "execute", executed)  # noqa: B010 - not as a type checker sees it
        setattr(Line, "send", send)  # noqa: B010
    try:
        return ours.main()
    finally:
        assert threading.current_thread() is threading.main_thread()
        threads["loop"] = time.thread_time()
        report(statements, works, spent, threads)


def report(statements: Counter[str], works: Counter[str], spent: dict[str, float], threads: dict[str, float]) -> None:
    turns = max(1, works["bot.domain.inbox.add"])  # one answer to each
    lines = [f"{turns} turns; all figures a turn, the start included"]
    lines += [f"{seconds / turns * 1e6:7.0f} us  {name}" for name, seconds in threads.items()]
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1])[:12]:
        lines.append(f"{seconds / turns * 1e6:7.0f} us    {name}: {works[name] / turns:.2f} works")
    lines.append(f"{sum(statements.values()) / turns:7.2f} statements")
    lines += [f"{count / turns:7.2f}   {text}" for text, count in statements.most_common(32)]
    (Path(sys.argv[1]).parent / WRITTEN).write_text("\n".join(lines) + "\n", encoding="utf-8")


def shape(statement: str) -> str:
    """A statement without its values, cut to a line."""
    return " ".join(_IN.sub("(...)", _VALUE.sub("?", statement)).split())[:110]


if __name__ == "__main__":
    sys.exit(main())
