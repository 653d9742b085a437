"""Stretches of checks that several transcripts use."""

from __future__ import annotations

from math import ceil

from bot.domain.assess.instrument import Instrument, Item, shipped
from bot.domain.assess.progress import asked
from handlers.assess_questions import to_show

CHECK: Instrument = next(i for i in shipped() if i.code == "naik-kelas")
MIDDLE = CHECK.examples["berkembang"].answers
"""A business that is doing all right: kue kering in packages."""
QUICK = [item.code for item in asked(CHECK, MIDDLE, quick=True)]
"""The questions of the quick check."""
KNOWN = [item.code for item in CHECK.items if item.known]
"""What the profile answers, of an owner whose NIB is noted: `scripts.REGISTERED`."""
CORE = [code for code in QUICK if code not in KNOWN]
"""What she is asked, then."""
SINCE = f"{CHECK.since.day} November 2026"


def begins(n: int) -> str:
    """How the quick check introduces itself where so many questions are left."""
    return f"Cek Naik Kelas: {n} pertanyaan, kira-kira {ceil(n / 5)} menit."


def title(code: str, answer: str = "") -> str:
    """What stands on the button of an answer; of the example's where none is named."""
    return next(o.title for o in CHECK.question(code).options if o.code == (answer or MIDDLE[code]))


def taps(*codes: str, **other: str) -> str:
    """Answers by their buttons, whatever is said in between."""
    return "\n".join(f"> [{title(code, other.get(code, ''))}]" for code in codes)


def part(indicator: str, *, left: bool = False, told: bool = False) -> str:
    """All answers of a part of the full check that the profile doesn't know, or what a quick one has `left`; evidence
    later, unless she has `told` that already."""
    items = [i for i in asked(CHECK, MIDDLE) if i.indicator == indicator and not i.known and not (left and i.core)]
    lines = [f"> [{next(i.short for i in CHECK.indicators if i.code == indicator)}]"]
    for item in items:
        lines.append(taps(item.code))
        if not told and _shows(item):
            lines.append("> [Bukti nanti saja]")
            told = True
    return "\n".join(lines)


def _shows(item: Item) -> bool:
    return to_show(CHECK, item.code, MIDDLE[item.code]) is not None
