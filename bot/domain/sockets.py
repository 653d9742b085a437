"""Waiting for many sockets in the event loop, with one registration there.

A loop's own `add_reader` and `remove_reader` make and close a handle each time; for a connection that is asked all the
time that costs nearly as much as asking. One that stays registered is dropped by uvloop when it fails while nobody
waits, and who waits next is never told. So the sockets lie in a poll set of their own, each armed for one word at a
time (epoll(7), ``EPOLLONESHOT``; Linux), and the loop watches only that.
"""

from __future__ import annotations

import asyncio
import select


class Sockets:
    """Made in a running event loop; closed by whoever made it, when nobody waits any more."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waits: dict[int, asyncio.Future[None]] = {}
        self._set = select.epoll()
        self._loop.add_reader(self._set.fileno(), self._look)

    async def until(self, socket: int, *, room: bool = False) -> None:
        """Wait until a socket has something for us, or `room` for something of ours, or failed; one at a time."""
        there = self._waits[socket] = self._loop.create_future()
        wanted = select.EPOLLONESHOT | select.EPOLLIN | (select.EPOLLOUT if room else 0)
        try:
            self._set.modify(socket, wanted)
        except FileNotFoundError:  # a new one, maybe with the number of one that was closed
            self._set.register(socket, wanted)
        await there

    def _look(self) -> None:
        for socket, _ in self._set.poll(0):
            there = self._waits.pop(socket, None)
            if there is not None and not there.done():
                there.set_result(None)

    def close(self) -> None:
        self._loop.remove_reader(self._set.fileno())
        self._set.close()
