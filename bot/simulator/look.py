"""What the page sees: chats with what has changed in them, and how the platform stands."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.simulator.bell import first_of
from bot.simulator.platform import Platform
from bot.simulator.refusal import Json
from bot.simulator.things import Chat, kept

NOTHING_SEEN = -1
"""What is asked for first: the chat as it is, without waiting."""


def shown(platform: Platform, chat: Chat, since: int) -> Json:
    """What has changed in a chat after `since`: messages (None where deleted), taps, and how the screen stands."""
    bubbles = [bubble for bubble in chat.bubbles.values() if bubble.seq > since]
    taps = [query for query in chat.taps if query.seq > since]
    return {
        "life": platform.life,
        "now": max([since, chat.seq, *(bubble.seq for bubble in bubbles), *(tap.seq for tap in taps)]),
        "since": since,
        "messages": [{"seq": b.seq, "message_id": b.id, "message": b.message} for b in bubbles],
        "taps": [kept(tap) for tap in taps],
        "changed": chat.seq > since,
        "keyboard": chat.keyboard,
        "folded": chat.folded,
        "blocked": chat.blocked,
        "waiting": _waiting(platform, chat),
        "typing": chat.typing > platform.monotonic(),
        "whatsapp": platform.cloud.settings(chat),
    }


def news(chat: Json) -> bool:
    return bool(chat["messages"] or chat["taps"] or chat["changed"])


def _waiting(platform: Platform, chat: Chat) -> list[int]:
    """The messages that the bot hasn't taken yet."""
    if chat.bot in platform.cloud.accounts:
        return sorted(platform.cloud.on_the_way.get(chat.key, ()))
    updates = [platform.waiting[chat.bot][number].update for number in chat.waiting]
    return [update["message"]["message_id"] for update in updates if "message" in update]


def world(platform: Platform, zone: ZoneInfo, invites: bool) -> Json:
    """Who there is and with which bots each has begun, the time of day (seconds since 1970), the switches."""
    names = {bot.id: bot.username for bot in platform.bots.values()}
    numbers = platform.cloud.accounts.values()
    at: dict[int, list[str]] = {user: [] for user in platform.users}
    for chat in platform.chats.values():
        if chat.started and chat.id in at and chat.bot in names:
            at[chat.id].append(names[chat.bot])
    return {
        "life": platform.life,
        "changes": platform.changes,
        "bots": [{"username": bot.username, "name": bot.name} for bot in platform.bots.values()],
        "numbers": [{"username": one.username, "name": one.name, "phone": one.phone} for one in numbers],
        "people": [{**kept(user), "at": at[user.id]} for user in platform.users.values()],
        "time": platform.now(),
        "zone": str(zone),
        "switches": {"held": platform.held, "twice": platform.twice, "shuffled": platform.shuffled},
        "invites": invites,
    }


async def look(platform: Platform, asked: Sequence[tuple[Chat, int]], changes: int, wait: float) -> list[Json]:
    """Chats as `shown`, each after its own `since`; waits up to `wait` seconds until something stirs.

    Empty when everything was forgotten meanwhile. That a bot stopped typing is announced by nobody: a page that shows
    it has to ask again soon.
    """
    found = [shown(platform, chat, since) for chat, since in asked]
    first = any(since <= NOTHING_SEEN for _, since in asked)
    if wait <= 0 or first or platform.changes != changes or any(map(news, found)):
        return found
    life = platform.life
    await first_of([platform.screen, *(chat.bell for chat, _ in asked)], wait)
    return [shown(platform, chat, since) for chat, since in asked] if platform.life == life else []
