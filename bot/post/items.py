"""What waits in a store: a work, whom to answer, and with whom it may share a commit."""

from __future__ import annotations

import asyncio
import queue
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


Queue = queue.SimpleQueue[Item | None]
"""Items, and None for the end."""


def waiting(items: Queue, most: int) -> tuple[list[Item], bool]:
    """What waits, at most so many and at least one; and whether the end has come."""
    found: list[Item] = []
    first = items.get()
    while first is not None:
        found.append(first)
        if len(found) >= most or items.empty():
            return found, False
        first = items.get_nowait()
    return found, True


def batches(items: list[Item]) -> list[list[Item]]:
    """Neighbours share a commit; an item that wants to be alone has its own."""
    found: list[list[Item]] = []
    for item in items:
        if found and not item.alone and not found[-1][0].alone:
            found[-1].append(item)
        else:
            found.append([item])
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
