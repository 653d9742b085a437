"""Where a desk can die: named points in the way of a message, at which SIGKILL hits it from within.

Set up in a drill's own process only (`drill.desk`): the desk itself knows nothing of them.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any

from sqlalchemy import Engine, event

import bot.app
from bot.channels.telegram_channel import TelegramChannel
from bot.domain import inbox, jobs, outbox, upgrade
from bot.post import sender, turn
from bot.post.intake import Intake
from bot.post.jobs import Runner
from bot.post.sender import Sender

POINTS = {
    "intake": "an update written, not committed",
    "kept": "an update committed, the platform not told",
    "turn": "a turn done, not committed",
    "turned": "a commit over, nobody told",
    "claimed": "messages claimed, not committed",
    "sending": "a claim committed, the platform not called",
    "sent": "the platform has a message, that isn't written down",
    "noted": "that is written, not committed",
    "working": "a job's child at work",
    "worked": "a job's result written, not committed",
    "starting": "what was left taken up, not committed",
    "at once": "an update and its turn done in one go, not committed",
}
"""The points and what is under way there."""

IN_HAND = {
    "in hand": "an answer that was put in the sender's hands, committed, the platform not called",
    "carried": "what was sent written down with somebody's turn, not committed",
}
"""Points of the shortest way, which there is on SQLite (docs/decisions/0014-at-once.md)."""

GIVEN_BACK = "given back"
"""The point at which what waits in the sender's hands is given back by a stop, not committed."""


def arm(point: str, passes: int) -> None:
    """Die when this process comes past a point for the so many-th time; ``upgrade`` counts statements."""
    left = passes

    def passing() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    match point:
        case "intake":
            inbox.add = _then(inbox.add, passing)
        case "kept":
            Intake.deliver = _awaited(Intake.deliver, after=passing)
        case "turn":
            turn.take = _then(turn.take, passing)
        case "at once":
            turn.at_once = _then(turn.at_once, passing, counts=bool)
        case "in hand":
            Sender.take = _first(Sender.take, passing)
        case "carried":
            turn.at_once = _carrying(turn.at_once, passing)
        case "given back":
            sender._put_back = _then(sender._put_back, passing)  # pyright: ignore[reportPrivateUsage]
        case "turned":
            bot.app.opened = _committing(bot.app.opened, passing)
        case "claimed":
            outbox.claim = _then(outbox.claim, passing, counts=bool)
        case "sending":
            TelegramChannel.send = _awaited(TelegramChannel.send, before=passing)
        case "sent":
            TelegramChannel.send = _awaited(TelegramChannel.send, after=passing)
        case "noted":
            outbox.sent = _then(outbox.sent, passing)
        case "working":
            Runner._child = _awaited(Runner._child, before=lambda: _soon(passing))  # pyright: ignore[reportPrivateUsage]
        case "worked":
            jobs.done = _then(jobs.done, passing)
        case "starting":
            jobs.release = _then(jobs.release, passing)
        case "upgrade":
            upgrade.LATEST = ""  # so that every start looks at the revision and takes Alembic's way
            event.listen(Engine, "after_cursor_execute", lambda *_: passing())
        case _:
            raise ValueError(f"no such point: {point}")


def _then(work: Callable[..., Any], passing: Callable[[], None], counts: Callable[[Any], bool] | None = None) -> Any:
    """The same work, and past the point after it; `counts` tells by the result whether it was passed at all."""

    @wraps(work)
    def passed(*args: Any, **named: Any) -> Any:
        found = work(*args, **named)
        if counts is None or counts(found):
            passing()
        return found

    return passed


def _first(work: Callable[..., Any], passing: Callable[[], None]) -> Any:
    """The same work, and past the point before it."""

    @wraps(work)
    def passed(*args: Any, **named: Any) -> Any:
        passing()
        return work(*args, **named)

    return passed


def _carrying(work: Callable[..., Any], passing: Callable[[], None]) -> Any:
    """The same turn at once, and past the point after it when it has written down what was sent to others."""

    @wraps(work)
    def passed(*args: Any, sent: Sequence[Any], **named: Any) -> Any:
        found = work(*args, sent=sent, **named)
        if sent:
            passing()
        return found

    return passed


def _awaited(
    work: Callable[..., Awaitable[Any]],
    before: Callable[[], None] | None = None,
    after: Callable[[], None] | None = None,
) -> Any:
    @wraps(work)
    async def passed(*args: Any, **named: Any) -> Any:
        if before:
            before()
        found = await work(*args, **named)
        if after:
            after()
        return found

    return passed


def _committing(opened: Callable[..., Any], passing: Callable[[], None]) -> Any:
    """A store that passes the point right after each commit, before anybody hears of it."""

    @wraps(opened)
    def passed(*args: Any, on_commit: Callable[[int], None], **named: Any) -> Any:
        def over(works: int) -> None:
            passing()
            on_commit(works)

        return opened(*args, on_commit=over, **named)

    return passed


def _soon(passing: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(0.05, passing)
