"""What waits in a store: a work, whom to answer, and with whom it may share a commit."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from bot.post.store import Work


@dataclass(slots=True)
class Item:
    """A work on its way; after its commit it has a value or an error. `alone`: it shares its commit with nobody."""

    work: Work[Any]
    alone: bool
    future: asyncio.Future[Any]
    value: Any = None
    error: BaseException | None = None


def together(items: deque[Item], most: int) -> list[Item]:
    """Take what shares the next commit: neighbours, at most so many, or one that wants to be alone."""
    found = [items.popleft()]
    while items and len(found) < most and not found[0].alone and not items[0].alone:
        found.append(items.popleft())
    return found


def failed(items: list[Item], error: BaseException) -> None:
    """Nothing of these was kept."""
    for item in items:
        item.value, item.error = None, error


def raised(error: BaseException) -> Exception:
    """What a work raised, as it can be handed on: nothing that ends a process, or that a future doesn't take."""
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    return RuntimeError(repr(error))


def answer(items: list[Item]) -> None:
    """Tell everybody; called in the loop that waits."""
    for item in items:
        if item.future.done():
            continue
        if item.error is not None:
            item.future.set_exception(item.error)
        else:
            item.future.set_result(item.value)
