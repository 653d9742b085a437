"""Times of day as owners say them: "jam setengah 8", "9 pagi", "bakda ashar", "jam 8 kurang seperempat".

"Setengah delapan" is half past seven. Of bare hours 8 to 12 are meant as written, 1 to 4 in the afternoon; 5 to 7 may
be morning or evening and are asked back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from bot.chat.reading.outcome import Invalid, Reading, Unsure
from bot.chat.reading.time_words import mend, prepared
from bot.chat.reading.words import clean
from bot.chat.text import Text, t

Part = Literal["morning", "midday", "afternoon", "evening"]


@dataclass(frozen=True, slots=True)
class Hours:
    """A time (`start`), a range (`start` to `end`), an open end, a bound, a part of the day, or after a prayer."""

    kind: Literal["at", "range", "from", "before", "after", "part", "prayer"]
    start: time | None = None
    end: time | None = None
    word: str = ""  # the part of the day, or the prayer

    def __str__(self) -> str:
        """The short notation of the labelled phrases: ``09:00``, ``09:00-12:00``, ``>15:00``, ``after:ashar``."""
        start = f"{self.start:%H:%M}" if self.start else ""
        match self.kind:
            case "at":
                return start
            case "range":
                return f"{start}-{self.end:%H:%M}"
            case "from":
                return f"{start}-"
            case "before":
                return f"<{start}" if start else f"before:{self.word}"
            case "after":
                return f">{start}"
            case "part":
                return self.word
            case "prayer":
                return f"after:{self.word}"


NO_TIME = t("What time? For example: 9 in the morning, or 13.30.")
NO_SUCH_TIME = t("There is no such time. Please write it like this: 09.30.")

_PARTS: dict[str, Part] = {"pagi": "morning", "siang": "midday", "sore": "afternoon", "malam": "evening"}
_PRAYERS = ("dzuhur", "ashar", "maghrib", "isya", "subuh", "jumatan")
_OTHER_ZONE = {"wita": "Asia/Makassar", "wit": "Asia/Jayapura"}

_CLOCK = (
    r"(?P<jam{n}>jam )?(?P<half{n}>setengah )?(?<![0-9.,:])(?P<h{n}>[0-9]{{1,4}})(?: ?[.:,] "
    r"?(?P<min{n}>[0-9]{{2}})(?:[.:][0-9]{{2}})?(?![0-9]))?(?![0-9])"
    r"(?P<off{n}> (?:kurang|lebih) (?:[0-9]{{1,2}}(?: menit)?(?! (?:sore|pagi|siang|malam) "
    r"[0-9])|seperempat|setengah)| seperempat| [0-5][05](?: menit)?(?![0-9.:]))?"
    r"(?: tepat)?(?: (?:wib|wita|wit))?(?: tepat)?(?: (?:di )?(?:agak )?(?P<part{n}>pagi|siang|"
    r"sore|malam|dini|subuh|am|pm|maghrib))?(?: (?:hari|wib|tepat))*"
)
_RANGE = re.compile(
    rf"{_CLOCK.format(n=1)} ?(?P<to>-|~|sampai|s/sampai|dan|atau) ?(?:{_CLOCK.format(n=2)}|"
    rf"(?P<open>setelah|kelar|rampung|tutup|bebas))"
)
_SINGLE = re.compile(_CLOCK.format(n=1))


@dataclass(frozen=True, slots=True)
class _Clock:
    """The times one mention can mean, the likeliest first; `written` when minutes or a part of the day were given."""

    options: tuple[time, ...]
    part: str


class _Impossible(Exception):
    """An hour or minute that no clock shows."""


def read_time(text: str, reading: Reading) -> Hours | Invalid | Unsure[Hours]:
    """The time of day in an answer, on the clock of the office's zone."""
    mended, slipped = mend(clean(text))
    plain = prepared(mended)
    if not plain or "\ufffd" in plain:
        return Invalid(NO_TIME)
    try:
        read = _read(plain)
    except _Impossible:
        return Invalid(NO_SUCH_TIME)
    if isinstance(read, Hours) and (slipped or re.search(r"[a-z0-9] ?/ ?[a-z]", plain)):
        return _offer([read], sure=False)
    if isinstance(read, Hours) and (zone := re.search(r"\b(wita|wit)\b", plain)):
        return _moved(read, ZoneInfo(_OTHER_ZONE[zone[1]]), reading)
    return read


def _read(plain: str) -> Hours | Invalid | Unsure[Hours]:
    if found := _RANGE.search(plain):
        return _range(plain, found)
    spots = [m for m in _SINGLE.finditer(plain) if m["jam1"] or m["min1"] or m["part1"] or _alone(plain, m)]
    if "tengah malam" in plain and not spots:
        return Hours("at", time(0, 0))
    if re.search(r"\btengah (?:hari|siang)\b", plain) and not spots:
        return Hours("at", time(12, 0))
    if len(spots) > 1:
        clocks = [_clock(m, 1) for m in spots[:3]]
        return _offer([Hours("at", c.options[0]) for c in clocks])
    if spots:
        return _single(plain, spots[0])
    return _unnumbered(plain)


def _alone(plain: str, match: re.Match[str]) -> bool:
    """A bare number counts when nothing but courtesy is around it."""
    rest = (plain[: match.start()] + " " + plain[match.end() :]).split()
    polite = {
        "ya",
        "pak",
        "bu",
        "mas",
        "mbak",
        "kak",
        "saja",
        "aja",
        "wib",
        "sekitar",
        "kira",
        "lebih",
        "kurang",
        "bisa",
    }
    return set(rest) <= polite | {"sebelum", "setelah", "mulai", "besok", "lusa", "ke", "atas", ".", "-", "pukul"}


def _single(plain: str, match: re.Match[str]) -> Hours | Unsure[Hours]:
    before, after = plain[: match.start()].strip(), plain[match.end() :].strip()
    parts = [p for p in _PARTS if re.search(rf"\b{p}\b", f"{before} {after}")]
    clock = _clock(match, 1, parts[0] if len(parts) == 1 else "")
    kind: Literal["at", "before", "after", "from"] = "at"
    half_said = (
        re.search(r"\b(?:bukan|antara|kurang|seperempat)\b(?! dari)", before) is not None
        or re.match(r"(?:kurang|lebih)\b", after) is not None
    )  # "jam 9 kurang"
    if re.search(r"\b(?:d?i? ?atas|setelah|lebih (?:dari|mulai)|lebih|lewat dari)$", before):
        kind = "after"
    elif re.search(
        r"\b(?:sebelum|d?i? ?bawah|kurang (?:dari|mulai)|paling (?:lambat|telat|malam|sore|siang)|maksimal|maks|"
        r"max|sampai)$",
        before,
    ):
        kind = "before"
    elif re.search(r"\b(?:mulai(?: mulai)?|start|minimal|paling (?:cepat|pagi|awal))$", before) or re.match(
        r"(?:(?:[a-z]{1,3} ?)?atas|dan seterusnya|dst|-$|ke ?depan)", after
    ):
        kind = "from"
    if re.match(r"setengah\b(?! ?[0-9])", after):  # "jam 9 setengah": half to or half past
        return _offer(
            [Hours(kind, _at(o.hour * 60 + o.minute + half)) for o in clock.options[:1] for half in (30, -30)]
        )
    return _offer([Hours(kind, o) for o in clock.options], sure=len(clock.options) == 1 and not half_said)


def _clock(match: re.Match[str], n: int, part: str = "") -> _Clock:
    """The times of one mention; `part` is the part of the day said elsewhere in the message."""
    digits, minutes = match[f"h{n}"], match[f"min{n}"]
    off = (match[f"off{n}"] or "").strip()
    part = match[f"part{n}"] or part
    if minutes is None and len(digits) > 2:
        if len(digits) == 3 and not match[f"jam{n}"]:
            raise _Impossible
        digits, minutes = digits[:-2], digits[-2:]
    hour, minute = int(digits), int(minutes or 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise _Impossible
    shift = _shift(off)
    if match[f"half{n}"]:
        shift -= 30
    hours = _hours(
        hour,
        part,
        exact=minutes is not None and (digits.startswith("0") or hour > 12),
        half=bool(match[f"half{n}"]),
        minute=minute,
    )
    if minutes is not None and not part and not digits.startswith("0") and 1 <= hour <= 7:
        hours = (hour, hour + 12) if hour >= 5 else (hour + 12, hour)  # "7.30", "2.15": which half of the day?
    return _Clock(tuple(_at(h * 60 + minute + shift) for h in hours), part)


def _shift(off: str) -> int:
    if not off:
        return 0
    number = re.search(r"[0-9]+", off)
    minutes = int(number[0]) if number else 30 if "setengah" in off else 15
    if minutes > 59:
        raise _Impossible
    return -minutes if off.startswith("kurang") else minutes


def _at(minutes: int) -> time:
    hour, minute = divmod(minutes % 1440, 60)
    return time(hour, minute)


def _hours(hour: int, part: str, *, exact: bool, half: bool, minute: int) -> tuple[int, ...]:
    """The hours of the day (0 to 23) that a spoken hour can be, the likeliest first."""
    match part:
        case "pagi" | "am" | "subuh" | "dini":
            if hour > 12 or (hour == 12 and part == "pagi" and not half):
                return (hour % 24, hour % 12)
            return (hour % 12 if hour == 12 and not half else hour,)
        case "siang":
            return (hour + 12,) if 1 <= hour <= 5 else (hour % 24,)
        case "sore" | "pm" | "maghrib":
            return (hour + 12,) if 1 <= hour <= 11 else (hour % 24,)
        case "malam":
            if hour in {12, 24}:
                return (24 if half else 0,)
            return (hour + 12,) if 5 <= hour <= 11 else (hour % 24,)
        case _:
            pass
    if exact or hour == 0 or hour > 12:
        return (hour % 24, hour + 12) if 1 <= hour <= 4 else (hour % 24,)
    if half and 6 <= hour <= 8:
        return (hour, hour + 12)
    if half and hour == 5:
        return (17, 5)
    if 5 <= hour <= 7:
        return (hour, hour + 12)
    return (hour + 12,) if hour <= 4 else (hour,)


def _range(plain: str, match: re.Match[str]) -> Hours | Invalid | Unsure[Hours]:
    if not (match["jam1"] or match["min1"] or match["part1"] or match["min2"] or match["part2"] or match["jam2"]):
        rest = plain[: match.start()] + plain[match.end() :]
        if re.search(r"[0-9]", rest) or (match["h2"] and (int(match["h1"]) > 24 or int(match["h2"]) > 24)):
            return Invalid(NO_TIME)
    parts = [p for p in _PARTS if re.search(rf"\b{p}\b", plain)]
    shared = parts[0] if len(parts) == 1 else ""
    if match["open"] or match["h2"] is None:
        return _offer([Hours("from", o) for o in _clock(match, 1, shared).options])
    start = _clock(match, 1)
    end = _clock(match, 2, shared if not match["part1"] else "")
    if match["to"] == "atau" or (match["to"] == "dan" and "antara" not in plain):
        return _offer([Hours("at", start.options[0]), Hours("at", end.options[0])], sure=False)
    if not start.part and end.part:
        start = _clock(match, 1, end.part)
        if start.options[0] >= end.options[0]:
            start = _clock(match, 1)
    pairs = [(s, e) for s in start.options for e in end.options if s < e]
    if not pairs:
        later = [(s, _at(e.hour * 60 + e.minute + 720)) for s in start.options for e in end.options if e.hour < 12]
        pairs = [(s, e) for s, e in later if s < e] or [(start.options[0], end.options[0])]
        return _offer([Hours("range", s, e) for s, e in pairs[:3]], sure=False)
    pairs.sort(key=lambda p: (p[1].hour * 60 + p[1].minute) - (p[0].hour * 60 + p[0].minute))
    return _offer([Hours("range", s, e) for s, e in pairs[:3]])


def _unnumbered(plain: str) -> Hours | Invalid | Unsure[Hours]:
    """A prayer or a part of the day."""
    for prayer in _PRAYERS:
        if re.search(rf"\bsetelah (?:{prayer})\b", plain):
            return Hours("prayer", word=prayer)
        if re.search(rf"\bsebelum {prayer}\b", plain):
            return Hours("before", word=prayer)
    prayers = [p for p in _PRAYERS if re.search(rf"\b{p}\b", plain)]
    if len(prayers) == 1 and len(plain.split()) < 5:
        return _offer([Hours("prayer", word=prayers[0])], sure=False)
    parts = [p for p in _PARTS if re.search(rf"\b{p}\b", plain)]
    if not parts or re.search(r"\bselamat (?:pagi|siang|sore|malam)", plain):
        return Invalid(NO_TIME)
    sure = len(parts) == 1 and not re.search(r"[0-9]|\b(?:tidak|jangan|bukan|gak|ga|kecuali|selain|ojo|jam)\b", plain)
    return _offer([Hours("part", word=_PARTS[p]) for p in parts], sure=sure)


def _moved(hours: Hours, zone: ZoneInfo, reading: Reading) -> Hours | Unsure[Hours]:
    """A time said in another zone of the country, in the office's own; asked back."""
    day = reading.at.astimezone(reading.zone).date()

    def here(at: time | None) -> time | None:
        return at and datetime.combine(day, at, zone).astimezone(reading.zone).time()

    if datetime.combine(day, time(), zone).utcoffset() == datetime.combine(day, time(), reading.zone).utcoffset():
        return hours
    return _offer([Hours(hours.kind, here(hours.start), here(hours.end), hours.word)], sure=False)


_SAID_PART: dict[str, Text] = {
    "morning": t("in the morning"),
    "midday": t("around midday"),
    "afternoon": t("in the afternoon"),
    "evening": t("in the evening"),
}


def describe(hours: Hours) -> Text:
    """The time in words for an echo: "09.00", "09.00 to 12.00", "after the ashar prayer"."""
    start = f"{hours.start:%H.%M}" if hours.start else ""
    match hours.kind:
        case "at":
            return t("at {time}", time=start)
        case "range":
            return t("{start} to {end}", start=start, end=f"{hours.end:%H.%M}")
        case "from":
            return t("from {time}", time=start)
        case "before":
            return t("before {time}", time=start or hours.word)
        case "after":
            return t("after {time}", time=start)
        case "part":
            return _SAID_PART[hours.word]
        case "prayer":
            return t("after the {prayer} prayer", prayer=hours.word)


def _offer(several: list[Hours], *, sure: bool = True) -> Hours | Unsure[Hours]:
    several = list(dict.fromkeys(several))
    if len(several) == 1:
        only = several[0]
        return only if sure else Unsure(only, t("{when}, is that right?", when=describe(only)))
    return Unsure(several[0], t("Which time do you mean?"), tuple((describe(h), h) for h in several))
