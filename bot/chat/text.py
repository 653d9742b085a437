"""Texts that are translated when their reader is known.

A turn of an owner also writes to officers, and an outbox row may be read hours later by somebody who has changed
her language since. So code never holds a finished sentence: it holds a `Text` (English msgid plus values), which is
kept as JSON and drawn by `Catalogs` when it is sent. What a person typed stays a plain `str`: it is never translated
and never read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.messages.pofile import read_po


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence to be translated: an English `msgid` with `{name}` places for `values`.

    In a msgid (and its translation) `*word*` is bold. Values are put in afterwards, so nobody's name can become markup.
    """

    msgid: str
    values: Mapping[str, Value] = field(default_factory=dict[str, "Value"])


@dataclass(frozen=True, slots=True)
class Rupiah:
    """A whole amount of rupiah, drawn as ``Rp1.500.000``."""

    amount: int


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, drawn as ``5 Desember 2026``."""

    date: date


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, drawn as day and time of the office's zone: ``5 Desember 2026 pukul 09.00``."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Lines:
    """Several words one under the other."""

    lines: tuple[Words, ...]


Words = str | Text | Lines
"""What can be said: a `Text` of ours, or a person's own words."""
Value = str | int | Text | Lines | Rupiah | Day | Moment


def t(msgid: str, /, **values: Value) -> Text:
    """The `Text` of an English msgid; the extractor of the catalogs looks for this name."""
    return Text(msgid, values)


def caption(msgid: str, /, **values: Value) -> Text:
    """The `Text` of a button. As `t`, but its translations are held to 20 characters, WhatsApp's limit."""
    return Text(msgid, values)


def to_json(value: Value) -> Any:
    """A value as JSON: plain strings and numbers as they are, the others as a one-key object."""
    match value:
        case Text(msgid, values):
            return {"t": msgid, "v": {k: to_json(v) for k, v in values.items()}} if values else {"t": msgid}
        case Lines(lines):
            return {"l": [to_json(line) for line in lines]}
        case Rupiah(amount):
            return {"rp": amount}
        case Day(day):
            return {"day": day.isoformat()}
        case Moment(at):
            return {"at": at.isoformat()}
        case _:
            return value


def from_json(data: Any) -> Any:
    """The value that `to_json` wrote."""
    if not isinstance(data, dict):
        return data
    kept = cast(dict[str, Any], data)
    if "t" in kept:
        return Text(kept["t"], {k: from_json(v) for k, v in kept.get("v", {}).items()})
    if "l" in kept:
        return Lines(tuple(from_json(line) for line in kept["l"]))
    if "rp" in kept:
        return Rupiah(kept["rp"])
    if "day" in kept:
        return Day(date.fromisoformat(kept["day"]))
    return Moment(datetime.fromisoformat(kept["at"]))


Style = Literal["bold"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a drawn text in a style. `start` and `length` count characters (code points), not UTF-16 units."""

    start: int
    length: int
    style: Style


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished text in one language, with its styled stretches."""

    text: str
    spans: tuple[Span, ...] = ()


_TOKEN = re.compile(r"\*(?=\S)|(?<=\S)\*|\{([a-z_][a-z0-9_]*)\}")


@lru_cache(maxsize=4096)
def _pieces(template: str) -> tuple[tuple[str | None, str | None, bool], ...]:
    """A template as (literal, field, bold) pieces; a star without its partner stays a star."""
    pieces: list[tuple[str | None, str | None, bool]] = []
    stars = [m.start() for m in _TOKEN.finditer(template) if m.group(0) == "*"]
    marks = set(stars[: len(stars) // 2 * 2])
    bold, at = False, 0
    for m in _TOKEN.finditer(template):
        if m.group(0) == "*" and m.start() not in marks:
            continue
        if m.start() > at:
            pieces.append((template[at : m.start()], None, bold))
        if m.group(0) == "*":
            bold = not bold
        else:
            pieces.append((None, m.group(1), bold))
        at = m.end()
    if at < len(template):
        pieces.append((template[at:], None, bold))
    return tuple(pieces)


def fields(template: str) -> set[str]:
    """The names of the places in a msgid or a translation."""
    return {name for _, name, _ in _pieces(template) if name}


class Catalogs:
    """The translations of an office, read once from ``locales/<language>.po``.

    A language without an entry falls back to `main` (the first language of the office), then to the msgid. English
    needs no file: the msgids are English.
    """

    def __init__(self, messages: Mapping[str, Mapping[str, str]], main: str, zone: ZoneInfo) -> None:
        self._messages = messages
        self.main = main
        self.zone = zone

    @classmethod
    def load(cls, folder: Path, languages: Iterable[str], zone: ZoneInfo) -> Catalogs:
        """Read the `.po` files of `languages`, the first being the main one, which must be there (`OSError`)."""
        listed = list(languages)
        found: dict[str, Mapping[str, str]] = {}
        for language in listed:
            path = folder / f"{language}.po"
            if path.exists() or (language == listed[0] and language != "en"):
                found[language] = _read(path, path.stat().st_mtime_ns)
        return cls(found, listed[0], zone)

    def translate(self, msgid: str, language: str) -> str:
        if language == "en":
            return msgid
        for name in (language, self.main):
            if found := self._messages.get(name, {}).get(msgid):
                return found
        return msgid

    def draw(self, words: Words, language: str) -> Drawn:
        """The text for one reader. A place without a value keeps its braces: a reply with a flaw beats no reply."""
        if isinstance(words, str):
            return Drawn(words)
        if isinstance(words, Lines):
            return self.join((self.draw(line, language) for line in words.lines), "\n")
        out: list[str] = []
        length = 0
        spans: list[Span] = []
        for literal, name, bold in _pieces(self.translate(words.msgid, language)):
            if literal is not None:
                piece = literal
            else:
                value = words.values.get(name or "")
                piece = "{" + str(name) + "}" if value is None else self.show(value, language)
            out.append(piece)
            if bold and piece:
                if spans and spans[-1].start + spans[-1].length == length:
                    spans[-1] = Span(spans[-1].start, spans[-1].length + len(piece), "bold")
                else:
                    spans.append(Span(length, len(piece), "bold"))
            length += len(piece)
        return Drawn("".join(out), tuple(spans))

    @staticmethod
    def join(drawn: Iterable[Drawn], between: str) -> Drawn:
        """Drawn texts as one, with their spans moved along."""
        text, spans = "", list[Span]()
        for i, piece in enumerate(drawn):
            text += between if i else ""
            spans += [Span(len(text) + s.start, s.length, s.style) for s in piece.spans]
            text += piece.text
        return Drawn(text, tuple(spans))

    def show(self, value: Value, language: str) -> str:
        """A value as the reader writes it: ``Rp1.500.000``, ``5 Desember 2026``."""
        match value:
            case Text() | Lines():
                return self.draw(value, language).text
            case Rupiah(amount):
                return f"{'-' if amount < 0 else ''}Rp{abs(amount):,}".replace(",", ".")
            case Day(day):
                return format_date(day, "d MMMM y", locale=_locale(language))
            case Moment(at):
                local = at.astimezone(self.zone)
                clock = format_time(local, "HH.mm", locale=_locale(language))
                at = "at" if language == "en" else "pukul"
                return f"{format_date(local, 'd MMMM y', locale=_locale(language))} {at} {clock}"
            case _:
                return str(value)


def _locale(language: str) -> str:
    return "en" if language == "en" else "id"  # CLDR has no month names for Javanese chat


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int) -> Mapping[str, str]:
    with path.open("rb") as file:
        catalog = read_po(file)
    return {
        m.id: m.string for m in catalog if m.id and isinstance(m.id, str) and isinstance(m.string, str) and m.string
    }
