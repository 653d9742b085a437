"""The size of a JPEG or PNG, read from its first bytes, and the list of sizes that a photo message carries."""

from __future__ import annotations

from bot.simulator.refusal import Json
from bot.simulator.things import Bot
from bot.simulator.world import World

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
THUMB = 320


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None when it is no JPEG or PNG."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        if marker == 0xFF:
            at += 1  # a fill byte
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2  # a marker without a length
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def sizes(world: World, bot: Bot, data: bytes, size: tuple[int, int]) -> list[Json]:
    """A photo's sizes, the smallest first. The small one of a big photo has the same bytes: nothing is drawn here."""
    mime, ending = ("image/png", ".png") if data.startswith(b"\x89PNG") else ("image/jpeg", ".jpg")
    shrink = THUMB / max(size)
    scaled = [(max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink)))] if shrink < 1 else []
    found: list[Json] = []
    for width, height in [*scaled, size]:
        stored = world.keep_file(bot, "photos", ending, mime, data)
        found.append(
            {
                "file_id": stored.id,
                "file_unique_id": stored.id.split("-")[0],
                "file_size": stored.size,
                "width": width,
                "height": height,
            }
        )
    return found
