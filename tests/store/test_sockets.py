"""Waiting for sockets in the loop, as the connections to PostgreSQL do; on asyncio's loop and on uvloop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from bot.domain.sockets import Sockets

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
both = pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS.keys())
Loop = Callable[[], asyncio.AbstractEventLoop]
SOON = 10.0  # seconds; it takes none


def run(loop: Loop, work: Callable[[Sockets], Awaitable[None]]) -> None:
    async def main() -> None:
        sockets = Sockets()
        try:
            async with asyncio.timeout(SOON):
                await work(sockets)
        finally:
            sockets.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())


@both
def test_each_is_told_of_its_own_word(loop: Loop):
    async def work(sockets: Sockets) -> None:
        pairs = [socket.socketpair() for _ in range(3)]
        waits = [asyncio.ensure_future(sockets.until(here.fileno())) for here, _ in pairs]
        for number in (1, 0, 2):
            await asyncio.sleep(0)
            assert not waits[number].done()
            pairs[number][1].send(b"word")
            await waits[number]
        await sockets.until(pairs[0][0].fileno())  # it hasn't been read
        await sockets.until(pairs[1][1].fileno(), room=True)
        for pair in pairs:
            for end in pair:
                end.close()

    run(loop, work)


@both
def test_one_that_fails_while_nobody_waits_is_told_to_who_waits_next(loop: Loop):
    async def work(sockets: Sockets) -> None:
        here, there = socket.socketpair()
        there.send(b"word")
        await sockets.until(here.fileno())
        here.recv(10)
        here.send(b"never read")
        there.close()
        await asyncio.sleep(0.05)  # the loop looks, and nobody waits
        for _ in range(2):
            await sockets.until(here.fileno())
        with pytest.raises(ConnectionResetError):
            here.recv(10)
        here.close()

    run(loop, work)


@both
def test_a_new_one_with_the_number_of_one_that_was_closed_is_waited_for(loop: Loop):
    async def work(sockets: Sockets) -> None:
        here, there = socket.socketpair()
        waits = asyncio.ensure_future(sockets.until(number := here.fileno()))
        await asyncio.sleep(0)
        waits.cancel()
        here.close()
        other, beside = socket.socketpair()
        assert other.fileno() == number
        beside.send(b"word")
        await sockets.until(number)
        for end in (there, other, beside):
            end.close()

    run(loop, work)
