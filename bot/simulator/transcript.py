"""The language of transcripts: what the project's tests are written in, the page copies, and stories are told in.

> /daftar                   siti writes; other people are named before the mark: budi > halo
> [Daftar]                  taps a button; also (nomor 62…), (foto), (stiker), (suara), (lokasi), (blokir), …
< Siapa nama lengkap …      the bot says (… stands for anything), its next lines and buttons below
petugas > /start            somebody at the officers' bot
~ 25 jam                    time passes (menit, jam, hari)
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.simulator.diary import Note

FIRST = "siti"
"""Whose lines need no name."""
PATIENCE = 300.0
"""Seconds that may pass between two lines without being told."""

_LINE = re.compile(r"(?:(?P<who>[a-z]+) )?(?P<mark>[<>~]) ?(?P<text>.*)")
_CAST = re.compile(r"# (?P<who>[a-z]+) = (?P<name>.+)")
_UNITS = {"menit": "minutes", "jam": "hours", "hari": "days"}
_MONDAY_AT_NINE = time(9)


@dataclass(slots=True)
class Step:
    """One step of a script: who, ``>``, ``<`` or ``~``, its lines, and the number of the first."""

    who: str
    mark: str
    lines: list[str]
    number: int


def read(script: str) -> tuple[dict[str, str], list[Step]]:
    """The names of the people (comments ``# siti = Siti Aminah``) and the steps. ValueError names the line."""
    cast: dict[str, str] = {}
    steps: list[Step] = []
    for number, raw in enumerate(script.splitlines(), 1):
        text = raw.strip()
        if not text or text.startswith("#"):
            if named := _CAST.fullmatch(text):
                cast[named["who"]] = named["name"]
        elif match := _LINE.fullmatch(text):
            steps.append(Step(match["who"] or FIRST, match["mark"], [match["text"]], number))
        elif steps and steps[-1].mark == "<":
            steps[-1].lines.append(text)
        else:
            raise ValueError(f"line {number}: {text!r}")
    return cast, steps


def passing(text: str) -> timedelta:
    """``25 jam`` as a duration. Raises ValueError."""
    amount, _, unit = text.partition(" ")
    if unit not in _UNITS:
        raise ValueError(f"{text!r} is no time to pass")
    return timedelta(**{_UNITS[unit]: float(amount)})


def told(by: timedelta) -> str:
    """A duration in whole minutes (the next one) as a transcript says it."""
    minutes = math.ceil(by.total_seconds() / 60)
    if minutes % (24 * 60) == 0:
        return f"{minutes // (24 * 60)} hari"
    return f"{minutes // 60} jam" if minutes % 60 == 0 else f"{minutes} menit"


def fits(wanted: str, line: str) -> bool:
    """Whether the bot's line is the wanted one, in which … stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, wanted.split("…"))), line.strip()) is not None


def names(chats: Iterable[tuple[int, int, str]], officers: int) -> dict[tuple[int, int], str]:
    """What the people of chats (bot, user, first name) are called in a transcript; `officers` is that desk's bot."""
    found: dict[tuple[int, int], str] = {}
    for bot, user, name in chats:
        bare = re.sub(r"[^a-z]", "", name.lower()) or "orang"
        if bot == officers:
            bare = "petugas"
        elif bare.startswith("petugas"):
            bare = f"bu{bare}"  # or a test would look for her at the officers' bot
        free = (bare + letter for letter in ("", *"bcdefghijklmnopqrstuvwxyz") if bare + letter not in found.values())
        found[bot, user] = next(free, f"{bare}{'x' * len(found)}")
    return found


def write(
    notes: Iterable[Note],
    cast: Mapping[tuple[int, int], str],
    zone: ZoneInfo,
    whatsapp: Collection[tuple[int, int]] = (),
) -> str:
    """The transcript of what the people in `cast` (bot, user: name) did and were told.

    A test's desk opens on a Monday at nine, so time first passes to the day of the week and the time of day when the
    chat began; afterwards it passes where somebody took more than five minutes. What the bot says is put below the
    doing before it: a transcript plays if people waited for their answers. A person's line breaks become spaces.
    Whose chats are `whatsapp`'s is said in a comment.
    """
    lines: list[str] = [f"# {cast[chat]}: on WhatsApp" for chat in whatsapp]
    heard: dict[str, list[str]] = {}
    played = 0.0

    def passed(by: timedelta) -> None:
        lines.extend(line for who in heard for line in heard[who])
        heard.clear()
        lines.append(f"~ {told(by)}")

    for note in notes:
        if not played:
            if (note.bot, note.user) not in cast:
                continue
            played = _monday(note.at, zone)
            if note.at - played >= 60:
                by = timedelta(minutes=(note.at - played) // 60)
                lines.append("# From Monday at nine, when a test begins, to when this was said.")
                passed(by)
                played += by.total_seconds()
        if note.mark == "~":
            by = passing(note.lines[0])
            passed(by)
            played += by.total_seconds()
            continue
        if (note.bot, note.user) not in cast:
            continue
        if note.at - played > PATIENCE:
            by = timedelta(minutes=math.ceil((note.at - played) / 60))
            passed(by)
            played += by.total_seconds()
        who = cast[note.bot, note.user]
        prefix = "" if who == FIRST else f"{who} "
        if note.mark == "<":
            heard.setdefault(who, []).extend(_bubble(prefix, note.lines))
            continue
        lines.extend(line for other in heard for line in heard[other])
        heard.clear()
        lines.append(note.lines[0] if note.lines[0].startswith("# ") else f"{prefix}> {note.lines[0]}")
        played += 1
    lines.extend(line for who in heard for line in heard[who])
    return "".join(f"{line}\n" for line in lines)


def _bubble(prefix: str, said: list[str]) -> list[str]:
    """The lines of one bubble: the first with the mark, the others below its words."""
    if not said:
        return []
    return [f"{prefix}< {_plain(said[0])}", *(f"{' ' * len(prefix)}  {_plain(line)}" for line in said[1:])]


def _plain(line: str) -> str:
    """A line of the bot that can't be taken for another step, nor for a comment."""
    bare = line.strip()
    if line.startswith(bare) and not bare.startswith("#") and not _LINE.fullmatch(bare):
        return bare if line == bare else f"{bare}…"
    return f"…{bare}" if line.endswith(bare) else f"…{bare}…"


def _monday(at: float, zone: ZoneInfo) -> float:
    """The last Monday at nine before `at`, in seconds since 1970."""
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), _MONDAY_AT_NINE, zone)
    return (monday if monday <= local else monday - timedelta(days=7)).timestamp()
