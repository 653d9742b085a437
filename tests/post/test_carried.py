"""What was sent is written down with somebody's turn; where that turn isn't kept, it is written down all the same."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

from bot.chat.messages import Message, Sent
from bot.domain.tables import Outgoing
from tests.fakes import FakeChannel, update
from tests.post.station import Post, Station
from tests.store.bench import full_disk, rows


class Gated(FakeChannel):
    """A channel with a gate for each address."""

    def __init__(self) -> None:
        super().__init__()
        self.gates: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def send(self, address: str, message: Message, *args: Any, **named: Any) -> Sent:
        await self.gates[address].wait()
        return await super().send(address, message, *args, **named)


def test_what_a_turn_that_is_not_kept_was_to_write_down_is_written_down_later(post: Post):
    channel = Gated()

    async def goes_out(station: Station, address: str) -> None:
        """The answer to this address goes out, and the sender knows."""
        channel.gates[address].set()
        await station.sent(len(channel.sent) + 1)
        for _ in range(5):
            await asyncio.sleep(0)

    async def work(station: Station) -> None:
        await station.start(channel=channel)
        for person in ("1", "2", "3"):
            channel.gates[person].set()
            await station.hear(person, "satu")
        await station.settled()
        channel.gates["1"].clear()
        channel.gates["2"].clear()
        await station.hear(1, "dua")
        await station.hear(2, "dua")
        with full_disk():
            await goes_out(station, "1")  # and waits to be written down by itself
            await goes_out(station, "2")
            refused = await asyncio.gather(station.intake.deliver([update(100, 3, "dua")]), return_exceptions=True)
            assert [type(error).__name__ for error in refused] == ["Busy"]
        await station.intake.deliver([update(100, 3, "dua")])
        await station.settled()
        assert await station.store.write(lambda db: rows(db, "outbox", "state", "attempts")) == [(Outgoing.SENT, 1)] * 6
        assert [channel.to(person) for person in ("1", "2", "3")] == [["satu", "dua"]] * 3

    post.run(work, started=False)
