"""WhatsApp's own marks in a text: *bold*, _italic_, ~struck~, ```code``` and `code`, as a phone shows them."""

from __future__ import annotations

import re

from bot.simulator.entities import units
from bot.simulator.refusal import Json

_MARKS = {"*": "bold", "_": "italic", "~": "strikethrough", "```": "pre", "`": "code"}
_MARK = re.compile(r"(?<![\w*_~`])(```|[*_~`])(?=\S)((?:(?!\1)[^\n])+?)(?<=\S)\1(?![\w])")
_LINK = re.compile(r"https?://[^\s<>]+")


def marked(text: str) -> tuple[str, list[Json]]:
    """The text as it is read, and its entities as Telegram writes them (offsets in UTF-16 units)."""
    plain, spans = _read(text)
    found = [_entity(plain, kind, start, end) for kind, start, end in spans]
    found += [_entity(plain, "url", link.start(), link.end()) for link in _LINK.finditer(plain)]
    return plain, found


def joined(parts: list[tuple[str, str]]) -> tuple[str, list[Json]]:
    """Header, body and footer as one text: (words, kind); a `kind` marks the whole part, "" reads its marks."""
    text, entities = "", list[Json]()
    for said, kind in parts:
        if not said:
            continue
        text += "\n" if text else ""
        plain, inside = (said, [_entity(said, kind, 0, len(said))]) if kind else marked(said)
        entities += [{**one, "offset": one["offset"] + units(text)} for one in inside]
        text += plain
    return text, entities


def _read(text: str) -> tuple[str, list[tuple[str, int, int]]]:
    """The text without its marks; spans of kind, start and end in characters."""
    plain, spans, at = "", list[tuple[str, int, int]](), 0
    for found in _MARK.finditer(text):
        plain += text[at : found.start()]
        kind = _MARKS[found[1]]
        inside, inner = (found[2], []) if kind in {"pre", "code"} else _read(found[2])
        spans += [(kind, len(plain), len(plain) + len(inside))]
        spans += [(one, len(plain) + start, len(plain) + end) for one, start, end in inner]
        plain += inside
        at = found.end()
    return plain + text[at:], spans


def _entity(text: str, kind: str, start: int, end: int) -> Json:
    return {"type": kind, "offset": units(text[:start]), "length": units(text[start:end])}
