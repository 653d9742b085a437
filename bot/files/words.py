"""One language's words, where there is no office to ask for them."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from bot.chat.text import Catalogs, Words
from bot.files import LOCALES

Draw = Callable[[Words], str]


def spoken(language: str, zone: str) -> tuple[Catalogs, Draw]:
    """The catalog of a language, and what draws words in it."""
    catalogs = Catalogs.load(LOCALES, [language], ZoneInfo(zone))
    return catalogs, lambda words: catalogs.draw(words, language).text
