"""The disk is full in the middle of everything: nobody is told of what wasn't kept, and life goes on afterwards."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from bot.chat.seams import Busy, Raw
from tests.office import OWNERS, Desk, rows
from tests.store.bench import full_disk

PEOPLE = 20


def test_a_full_disk_loses_nothing_and_doubles_nothing(desk: Desk):
    refused = 0
    bot = desk.platform.bots[OWNERS]

    async def bring(app: Any, update: Raw) -> None:
        """As a platform does it: until it is taken."""
        nonlocal refused
        while True:
            try:
                await app.intakes["owners"].deliver([update])
                return
            except Busy:
                refused += 1
                await asyncio.sleep(0.02)

    async def run() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        app = desk.app()
        await app.start(serve=False)
        people = [desk.platform.add_user(f"Orang {n}").id for n in range(PEOPLE)]
        for words in ("/bantuan", "halo", "/bantuan"):
            for person in people:
                desk.platform.say(person, words, bot=bot)
            updates = await desk.updates("owners")
            first = [asyncio.create_task(bring(app, update)) for update in updates[: PEOPLE // 2]]
            await asyncio.sleep(0.005)  # some are in, their turns and sends under way
            with full_disk():
                rest = [asyncio.create_task(bring(app, update)) for update in updates[PEOPLE // 2 :]]
                await asyncio.sleep(0.15)
            await asyncio.gather(*first, *rest)
        await app.settled()
        found = await app.store.write(lambda db: (rows(db, "inbox"), rows(db, "outbox")))
        await app.stop()
        return found

    inbox, outbox = asyncio.run(run())
    assert refused > 0, "the disk was never full"
    assert Counter(row["state"] for row in inbox) == {1: PEOPLE * 3}
    assert {row["attempts"] for row in inbox} == {1}, "the store's failures are nobody's attempts"
    assert Counter(row["state"] for row in outbox) == {2: PEOPLE * 3}
    said = Counter(sent.chat for sent in desk.platform.sent if sent.method == "sendMessage")
    assert set(said.values()) == {3}
