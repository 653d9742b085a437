"""Bringing updates to bots that have a webhook: one queue a chat, in order, one update of a chat at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from bot.simulator.refusal import Json
from bot.simulator.things import Bot, Chat
from bot.simulator.world import World

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str]]]]
"""Posts a body to an address with headers: HTTP status and headers. Raises OSError where nobody answers in time."""

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
LONGEST = 60.0
LONGEST_ASKED = 3600.0
"""Seconds between two tries: our own doubling, and what a ``Retry-After`` may ask for."""


async def bring(world: World, post: Post, *, scale: float = 1.0) -> None:
    """Deliver until cancelled. `scale` shortens the waits between tries (tests: 0.01); the first one is 1 s."""
    busy: dict[tuple[int, int], asyncio.Task[None]] = {}
    room: dict[int, asyncio.Semaphore] = {}
    try:
        while True:
            called, world.brought = world.brought, set()
            for key in sorted(called):
                bot = next((bot for bot in world.bots.values() if bot.id == key[0]), None)
                if bot is None or not bot.url or key in busy:
                    continue
                gate = room.setdefault(bot.id, asyncio.Semaphore(bot.connections))
                task = asyncio.create_task(_queue(world, bot, world.chats[key], post, gate, scale))
                busy[key] = task
                task.add_done_callback(lambda done, key=key: _free(world, busy, key, done))
            await world.courier.wait()
    finally:
        for task in busy.values():
            task.cancel()
        await asyncio.gather(*busy.values(), return_exceptions=True)


def _free(
    world: World, busy: dict[tuple[int, int], asyncio.Task[None]], key: tuple[int, int], done: asyncio.Task[None]
) -> None:
    busy.pop(key, None)
    if key in world.chats and world.chats[key].waiting:
        world.brought.add(key)  # came after the queue's last look
        world.courier.ring()
    if not done.cancelled() and (error := done.exception()):
        raise error  # to the loop's own handler: a queue never fails for what a bot does


async def _queue(world: World, bot: Bot, chat: Chat, post: Post, gate: asyncio.Semaphore, scale: float) -> None:
    """Empty one chat's queue."""
    pause = 1.0
    while bot.url and (number := _next(world, bot, chat)):
        if world.held:
            await world.courier.wait()
            continue
        async with gate:
            waiting = world.waiting[bot.id].get(number)
            if waiting is None:
                continue
            update = waiting.update
            status, asked = await _deliver(bot, update, post)
            if 200 <= status < 300 and world.twice:
                await _deliver(bot, update, post)
        if 200 <= status < 300:
            world.confirm(bot, number)
            world.save()
            pause = 1.0
            continue
        bot.last_error = f"Wrong response from the webhook: {status}" if status else "Connection failed"
        bot.last_error_at = int(world.now())
        await asyncio.sleep((min(asked, LONGEST_ASKED) if asked else pause) * scale)
        pause = min(pause * 2, LONGEST)


def _next(world: World, bot: Bot, chat: Chat) -> int:
    """The chat's next update, 0 when there is none; those that waited too long are given up."""
    while chat.waiting:
        number = chat.waiting[-1 if world.shuffled else 0]
        if world.waiting[bot.id][number].expires >= world.now():
            return number
        world.confirm(bot, number)
    return 0


async def _deliver(bot: Bot, update: Json, post: Post) -> tuple[int, float]:
    """One try: the status (0: nobody answered) and the seconds that the bot asks us to wait."""
    headers = {"Content-Type": "application/json"}
    if bot.secret:
        headers[SECRET] = bot.secret
    try:
        status, answered = await post(bot.url, headers, json.dumps(update).encode())
    except OSError:
        return 0, 0.0
    asked = answered.get("Retry-After", "")
    return status, float(asked) if asked.isdigit() else 0.0
