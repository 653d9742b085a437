"""getUpdates: a bot fetches what waits for it, and confirms by asking on from there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import islice
from typing import Any, cast

from bot.simulator.refusal import Json, Params, Refusal, structure, whole
from bot.simulator.things import Bot
from bot.simulator.world import World

_CONFLICT = "Conflict: "
_HOOKED = (
    f"{_CONFLICT}can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
_OUSTED = f"{_CONFLICT}terminated by other getUpdates request; make sure that only one bot instance is running"


async def get_updates(world: World, bot: Bot, params: Params) -> list[Json]:
    """Wait for updates (`timeout` in seconds); `offset` confirms everything below it. A newer call ends the older."""
    if bot.url:
        raise Refusal(409, _HOOKED)
    bot.poll += 1
    mine = bot.poll
    bot.bell.ring()
    allow(world, bot, params)
    confirm_below(world, bot, whole(params, "offset"))
    limit = min(max(whole(params, "limit", 100), 1), 100)
    loop = asyncio.get_running_loop()
    ends = loop.time() + max(whole(params, "timeout"), 0)
    while True:
        if world.shuffled and ends > loop.time() and any(number > bot.handed for number in world.waiting[bot.id]):
            await asyncio.sleep(min(world.gather, ends - loop.time()))
            _still(bot, mine)
            _overtake(world, bot)
        found = [] if world.held else [waiting.update for _, waiting in islice(world.due(bot), limit)]
        bot.handed = max([bot.handed, *(update["update_id"] for update in found)])
        if world.twice:
            found = [update for update in found for _ in range(2)]
        left = ends - loop.time()
        if found or left <= 0 or world.closed:
            return found
        await bot.bell.wait(left)
        _still(bot, mine)


def _still(bot: Bot, mine: int) -> None:
    """Go on only while no newer call and no webhook has taken over."""
    if bot.poll != mine:
        raise Refusal(409, _OUSTED)
    if bot.url:
        raise Refusal(409, _HOOKED)


def _overtake(world: World, bot: Bot) -> None:
    """Turn round the updates that nobody has been handed yet: what was done last gets the lowest number.

    The platform numbers updates as they reach it and always hands them out by number, so a polling bot never sees
    numbers fall. What it can see, and what this plays, is a person's later doing with the lower number: a tap takes
    another way than a message, and what was written without a network arrives as the network pleases. A number that
    was handed out once stays with its update.
    """
    new = {number: waiting for number, waiting in world.waiting[bot.id].items() if number > bot.handed}
    for number, waiting in zip(new, reversed(list(new.values())), strict=True):
        world.renumber(bot, number, waiting)


def confirm_below(world: World, bot: Bot, offset: int) -> None:
    numbers = list(world.waiting[bot.id])
    below = (number for number in numbers if number < offset)
    for number in numbers[:offset] if offset < 0 else list(below):
        world.confirm(bot, number)


def allow(world: World, bot: Bot, params: Mapping[str, Any]) -> None:
    """Note which kinds of updates the bot wants."""
    allowed = structure(params, "allowed_updates")
    if isinstance(allowed, list):
        bot.allowed = [str(kind) for kind in cast(list[Any], allowed)]
        world.keep_bot(bot)
