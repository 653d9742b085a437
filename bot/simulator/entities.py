"""A message's text as the platform takes it: its length in UTF-16 units, its entities, and the HTML parse mode.

The sentences of refusal are those of the Bot API server. Not played: the Markdown parse modes.
"""

from __future__ import annotations

import html
import re
from typing import Any, cast

from bot.simulator.refusal import Json, Params, bad, string, structure

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

TYPES = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic", "underline"}
    | {"strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention"}
    | {"custom_emoji"}
)

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "a": "text_link",
}
_ATTRIBUTES = r"""((?:\s+[A-Za-z-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?)*)"""
_OPEN = re.compile(rf"<([A-Za-z0-9-]*){_ATTRIBUTES}\s*>")
_CLOSE = re.compile(r"</([A-Za-z0-9-]*)\s*>")
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_FOUND = re.compile(r"(?<!\S)(/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]+)?)(?![\w/])|(https?://[^\s<>]+)")


def units(text: str) -> int:
    """Length in UTF-16 units, the platform's measure."""
    return len(text.encode("utf-16-le")) // 2


def spoken_entities(text: str) -> list[Json]:
    """What the platform itself marks in a person's text: commands and web addresses."""
    return [
        {
            "type": "bot_command" if found.group(1) else "url",
            "offset": units(text[: found.start()]),
            "length": units(found.group(0)),
        }
        for found in _FOUND.finditer(text)
    ]


def formatted(params: Params, key: str = "text", limit: int = TEXT_LIMIT) -> tuple[str, list[Json]]:
    """The text under `key` with its entities, checked and trimmed. Empty text is only refused for a message's text.

    Reads `parse_mode` and ``entities`` (``caption_entities`` for a caption). Raises `Refusal`.
    """
    text = string(params, key)
    mode = string(params, "parse_mode").lower()
    if mode == "html":
        text, entities = from_html(text)
    elif mode:
        raise bad("unsupported parse_mode")
    else:
        entities = checked(text, structure(params, "entities" if key == "text" else "caption_entities"))
    text, entities = trimmed(text, entities)
    if not text and key == "text":
        raise bad("message text is empty")
    if units(text) > limit:
        raise bad("message is too long" if key == "text" else "message caption is too long")
    return text, entities


def checked(text: str, given: Any) -> list[Json]:
    """The entities of a call, each inside the text and on whole characters. Raises `Refusal`."""
    if given is None:
        return []
    if not isinstance(given, list):
        raise bad("can't parse entities: expected an Array of MessageEntity")
    edges = {0}
    at = 0
    for character in text:
        at += 2 if ord(character) > 0xFFFF else 1
        edges.add(at)
    found: list[Json] = []
    for entity in cast(list[Any], given):
        if not isinstance(entity, dict):
            raise bad("can't parse MessageEntity: expected an Object")
        one = cast(Json, entity)
        start, length = one.get("offset"), one.get("length")
        if one.get("type") not in TYPES or not isinstance(start, int) or not isinstance(length, int):
            raise bad("can't parse MessageEntity: a known type, an offset and a length are expected")
        if start < 0 or length < 0:
            raise bad("can't parse MessageEntity: offset and length must not be negative")
        if start + length > at:
            raise bad(f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {at}")
        if start not in edges or start + length not in edges:
            raise bad(f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol")
        if length:
            found.append(one)
    return found


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text without space around it, its entities moved along; the platform does the same."""
    kept = text.strip()
    if kept == text:
        return text, entities
    cut, end = units(text[: len(text) - len(text.lstrip())]), units(kept)
    moved: list[Json] = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        stop = min(entity["offset"] + entity["length"] - cut, end)
        if stop > start:
            moved.append({**entity, "offset": start, "length": stop - start})
    return kept, moved


def from_html(source: str) -> tuple[str, list[Json]]:
    """Text and entities of the HTML parse mode, as strict as the platform. Raises `Refusal` (can't parse entities)."""
    out: list[str] = []
    entities: list[Json] = []
    opened: list[tuple[str, Json, int]] = []
    at = length = 0
    while at < len(source):
        here = len(source[:at].encode()) if source[at] == "<" else 0
        if source.startswith("</", at):
            name, at = _closing(source, at, here, opened)
            _, entity, start = opened.pop()
            if length > start and not (name == "a" and not entity["url"]):
                entities.append({**entity, "offset": start, "length": length - start})
            continue
        if source[at] == "<":
            name, entity, at = _opening(source, at, here)
            opened.append((name, entity, length))
            continue
        if reference := _REFERENCE.match(source, at):
            piece, at = html.unescape(reference.group(0)), reference.end()
        else:
            stop = re.compile(r"[<&]").search(source, at + 1)
            piece = source[at : stop.start() if stop else len(source)]
            at += len(piece)
        out.append(piece)
        length += units(piece)
    if opened:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return "".join(out), sorted(entities, key=lambda e: (e["offset"], -e["length"]))


def _opening(source: str, at: int, here: int) -> tuple[str, Json, int]:
    tag = _OPEN.match(source, at)
    if not tag:
        partial = re.compile(r"<([A-Za-z0-9-]*)").match(source, at)
        name = partial.group(1) if partial else ""
        if name.lower() in _TAGS:
            raise bad(f"can't parse entities: Unclosed start tag at byte offset {here}")
        raise bad(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {here}')
    name, attributes = tag.group(1).lower(), tag.group(2)
    if name == "span" and re.search(r"class\s*=\s*[\"']?tg-spoiler\b", attributes):
        return name, {"type": "spoiler"}, tag.end()
    if name not in _TAGS:
        raise bad(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {here}')
    entity: Json = {"type": _TAGS[name]}
    if name == "a":
        address = _HREF.search(attributes)
        entity["url"] = html.unescape(next(filter(None, address.groups()), "")) if address else ""
    return name, entity, tag.end()


def _closing(source: str, at: int, here: int, opened: list[tuple[str, Json, int]]) -> tuple[str, int]:
    tag = _CLOSE.match(source, at)
    if not tag:
        raise bad(f"can't parse entities: Unclosed end tag at byte offset {here}")
    if not opened:
        raise bad(f"can't parse entities: Unexpected end tag at byte offset {here}")
    name, expected = tag.group(1).lower(), opened[-1][0]
    if name and name != expected:
        raise bad(
            f"can't parse entities: Unmatched end tag at byte offset {here}, "
            f'expected "</{expected}>", found "</{name}>"'
        )
    return expected, tag.end()
