"""One language's words, where there is no office to ask for them."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from bot.chat.text import Catalogs, Words
from bot.files import LOCALES

Draw = Callable[[Words], str]


def spoken(language: str, zone: str) -> tuple[Catalogs, Draw]:
    """The catalogs of a language, and what draws words in it; Indonesian where a language lacks them."""
    catalogs = Catalogs.load(LOCALES, ["id", language], ZoneInfo(zone))
    return catalogs, lambda words: catalogs.draw(words, language).text
