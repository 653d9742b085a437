"""The result of a check as files: a picture of the indicators, and a page to be kept.

The picture is read on a phone of 320 pixels: big words, few of them, and what was last time told by its dashes, not by
its colour alone. Colours are the dated rule `bot.domain.assess.results.COLORS`.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.chat.text import Day, Words, from_json, t
from bot.files import FONT, RESULT
from bot.files.words import Draw, spoken

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

_WIDE, _HIGH = 720, 760
_PALETTE = 24
"""Colours of the PNG: of the office's five and what lies between them."""
_GAP = "…"


def files(
    told: dict[str, Any],
    assessment: int,
    language: str,
    zone: str,
    office: str,
    law: Any,
    colors: Mapping[str, str],
) -> dict[str, Any]:
    """The picture (PNG) and the page (PDF) of what `bot.domain.assess.results.gather` found."""
    _, draw = spoken(language, zone)
    days = {name: datetime.fromisoformat(told[name]).astimezone(ZoneInfo(zone)).date() if told[name] else None
            for name in ("at", "before_at")}  # fmt: skip
    result = Result(told, days, draw, colors, office, from_json(law))
    image = picture(result)
    page = pdf(result, image)
    stamp = f"{days['at']:%Y-%m-%d}"
    return {
        "assessment": assessment,
        "files": [
            {"name": f"cek-{stamp}.png", "kind": RESULT, "mime": "image/png", "content": image},
            {"name": f"cek-{stamp}.pdf", "kind": RESULT, "mime": "application/pdf", "content": page},
        ],
    }


Days = Mapping[str, date | None]
"""The office's calendar days of this check (``at``) and the one before (``before_at``)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What is drawn: what was found, in whose words and colours, by which office, and what the law says of it."""

    told: Mapping[str, Any]
    days: Days
    draw: Draw
    colors: Mapping[str, str]
    office: str
    law: Words


def picture(result: Result) -> bytes:
    """A PNG of 720 x 760: total and band, the indicators now over last time, and which is which.

    Indicators of which this check asked nothing have no point; with fewer than three there are bars instead of a radar.
    """
    from PIL import Image, ImageDraw

    told, draw, colors = result.told, result.draw, result.colors
    image = Image.new("RGB", (2 * _WIDE, 2 * _HIGH), colors["paper"])  # drawn twice as large, for smooth lines
    pen = ImageDraw.Draw(image)
    total = draw(t("{total} of 100", total=told["total"]))
    pen.text((_WIDE, 24), total, colors["ink"], _font(92), anchor="ma")
    pen.text((_WIDE, 140), told["band"], colors["now"], _fitting(pen, told["band"], 64, 2 * _WIDE - 80), anchor="ma")
    marked = [one for one in told["indicators"] if one["now"] is not None]
    if len(marked) < 3:
        _bars(pen, marked, colors)
    else:
        _radar(pen, told["indicators"], colors)
    _legend(pen, result.days, draw, colors)
    small = image.reduce(2).quantize(_PALETTE, dither=Image.Dither.NONE)
    kept = io.BytesIO()
    small.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _font(size: float) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(FONT, size)


def _fitting(pen: ImageDraw.ImageDraw, text: str, size: float, wide: float) -> ImageFont.FreeTypeFont:
    """The font in which a text is at most so wide, of this size or smaller."""
    font = _font(size)
    taken = max(pen.textlength(line, font) for line in text.split("\n"))
    return font if taken <= wide else _font(size * wide / taken)


_MIDDLE, _RADIUS = (float(_WIDE), 810.0), 380.0


def _at(place: int, of: int, mark: float, radius: float = _RADIUS) -> tuple[float, float]:
    """Where a mark of 0 to 100 lies on an axis; the first points up, the others follow clockwise."""
    angle = 2 * math.pi * place / of - math.pi / 2
    away = radius * mark / 100
    return _MIDDLE[0] + away * math.cos(angle), _MIDDLE[1] + away * math.sin(angle)


def _radar(pen: ImageDraw.ImageDraw, indicators: list[dict[str, Any]], colors: Mapping[str, str]) -> None:
    of = len(indicators)
    now = [_at(i, of, one["now"]) for i, one in enumerate(indicators) if one["now"] is not None]
    before = [_at(i, of, one["before"]) for i, one in enumerate(indicators) if one["before"] is not None]
    pen.polygon(now, fill=_light(colors["now"], colors["paper"]))
    for ring in (25, 50, 75, 100):
        pen.polygon([_at(i, of, ring) for i in range(of)], outline=colors["grid"], width=6 if ring == 100 else 3)
    for i in range(of):
        pen.line((_MIDDLE, _at(i, of, 100)), colors["grid"], 3)
    if len(before) > 2:
        for one, other in zip(before, [*before[1:], before[0]], strict=True):
            _dashed(pen, one, other, colors["before"])
    pen.line([*now, now[0], now[1]], colors["now"], 10, joint="curve")
    for x, y in now:
        pen.ellipse((x - 13, y - 13, x + 13, y + 13), fill=colors["now"])
    for i, one in enumerate(indicators):
        _name(pen, i, of, one, colors)


def _name(pen: ImageDraw.ImageDraw, place: int, of: int, one: Mapping[str, Any], colors: Mapping[str, str]) -> None:
    """An indicator's name at the end of its axis, with its mark."""
    x, y = _at(place, of, 100, _RADIUS + 26)
    beside = abs(x - _MIDDLE[0]) > 10
    words = str(one["short"]).replace(" ", "\n") if beside else str(one["short"])
    mark = "–" if one["now"] is None else str(one["now"])
    wide = (min(x, 2 * _WIDE - x) if beside else 2 * _WIDE) - 16
    font = _fitting(pen, words, 52, wide)
    _, top, _, bottom = pen.multiline_textbbox((0, 0), words, font, spacing=4)
    high = bottom - top + 66
    start = y - high / 2 if beside else (y - high - 8 if y < _MIDDLE[1] else y - 4)
    side, anchor = ("left", "la") if x > _MIDDLE[0] + 10 else ("right", "ra") if beside else ("center", "ma")
    pen.multiline_text((x, start), words, colors["ink"], font, anchor=anchor, spacing=4, align=side)
    pen.text((x, start + bottom - top + 14), mark, colors["now"], _font(58), anchor=anchor, stroke_width=1)


def _bars(pen: ImageDraw.ImageDraw, marked: list[dict[str, Any]], colors: Mapping[str, str]) -> None:
    y = 420.0
    for one in marked:
        pen.text((80, y), one["title"], colors["ink"], _fitting(pen, one["title"], 56, 2 * _WIDE - 320))
        pen.text((2 * _WIDE - 80, y), str(one["now"]), colors["now"], _font(64), anchor="ra", stroke_width=1)
        left, wide = 80, 2 * _WIDE - 160
        pen.rounded_rectangle((left, y + 96, left + wide, y + 156), 12, fill=_light(colors["grid"], colors["paper"]))
        pen.rounded_rectangle((left, y + 96, left + max(24, wide * one["now"] / 100), y + 156), 12, fill=colors["now"])
        if one["before"] is not None:
            x = left + wide * one["before"] / 100
            _dashed(pen, (x, y + 84), (x, y + 168), colors["before"])
        y += 280


def _legend(pen: ImageDraw.ImageDraw, days: Days, draw: Draw, colors: Mapping[str, str]) -> None:
    y = 2 * _HIGH - 52.0
    font = _font(46)
    rows = [(colors["now"], False, days["at"]), (colors["before"], True, days["before_at"])]
    shown = [(color, dashed, draw(t("{day}", day=Day(day)))) for color, dashed, day in rows if day]
    wide = sum(130 + pen.textlength(text, font) for _, _, text in shown) + 60 * (len(shown) - 1)
    x = _WIDE - wide / 2
    for color, dashed, text in shown:
        if dashed:
            _dashed(pen, (x, y), (x + 110, y), color)
        else:
            pen.line((x, y, x + 110, y), color, 12)
        pen.text((x + 130, y), text, colors["ink"], font, anchor="lm")
        x += 190 + pen.textlength(text, font)


def _dashed(pen: ImageDraw.ImageDraw, one: tuple[float, float], other: tuple[float, float], color: str) -> None:
    long = math.dist(one, other)
    dashes = max(1, round(long / 44))
    for i in range(dashes):
        begin, end = (i / dashes, (i + 0.6) / dashes)
        line = [(one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part) for part in (begin, end)]
        pen.line(line, color, 9)


def _light(color: str, paper: str) -> str:
    """A fifth of a colour on the paper."""
    parts = (int(paper[i : i + 2], 16) * 4 + int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part / 5):02x}" for part in parts)


def pdf(result: Result, image: bytes) -> bytes:
    """The result on one page of A4: smaller letters where the words are many."""
    for size in (10.5, 9.5, 8.5, 7.5, 6.5, 5.5):
        paper, pages = _page(result, image, size)
        if pages == 1:
            return paper
    raise ValueError("the result doesn't fit on a page")


def _page(result: Result, image: bytes, size: float) -> tuple[bytes, int]:
    """The page in letters of `size` points, and how many pages it took."""
    from fpdf import FPDF  # half a second, and only here

    told, days, draw, colors = result.told, result.days, result.draw, result.colors
    paper = FPDF(format="A4")
    paper.set_title(f"{told['title']} {days['at']}")
    paper.set_creation_date(datetime.fromisoformat(told["at"]))
    paper.add_font("sans", fname=FONT)
    paper.set_auto_page_break(True, margin=14)
    paper.set_margins(18, 14)
    paper.add_page()
    ink, now = _rgb(colors["ink"]), _rgb(colors["now"])

    def write(text: str, scale: float = 1.0, space: float = 1.2, color: tuple[int, int, int] = ink) -> None:
        paper.set_font("sans", size=size * scale)
        paper.set_text_color(*color)
        paper.multi_cell(0, size * scale * 0.46, text, new_x="LMARGIN", new_y="NEXT", align="L")
        paper.ln(space)

    write(result.office, 0.9)
    write(told["title"], 1.9, 1.0, now)
    write(told["business"], 1.3)
    write(
        draw(
            t(
                "Checked on {day}. Questions in force as of {since} (version {version}).",
                day=Day(_day(days["at"])), since=Day(date.fromisoformat(told["since"])), version=told["version"],
            )
        ),
        0.9, 3,
    )  # fmt: skip
    top = paper.get_y()
    paper.image(io.BytesIO(image), x=paper.w - 18 - 84, y=top, w=84)
    paper.set_right_margin(18 + 84 + 4)
    write(draw(t("{total} of 100", total=told["total"])), 2.2, 0.5)
    write(told["band"], 1.5, 2, now)
    for step in told["held"]:
        write("• " + draw(t("One step before the next status: {step}", step=step)))
    write(draw(t("Counted by the office for now: {total} of 100 ({band}).", total=told["verified"],
                 band=told["verified_band"])), space=2.5)  # fmt: skip
    for one in told["indicators"]:
        mark = _GAP if one["now"] is None else str(one["now"])
        last = "" if one["before"] is None else " " + draw(t("(last time {mark})", mark=one["before"]))
        write(f"{one['title']}: {mark}{last}", space=0.6)
    paper.set_right_margin(18)
    paper.set_y(max(paper.get_y(), top + 84 * _HIGH / _WIDE) + 4)
    if told["steps"]:
        write(draw(t("Next steps:")), 1.3, 1.2, now)
    for n, step in enumerate(told["steps"], 1):
        write(draw(t("{n}. {message} This week: {win}", n=n, message=step["message"], win=step["win"])), space=2)
    if result.law:
        write(draw(t("The class by law, which says nothing about how ready a business is:")), 0.9, 0.5, now)
        write(draw(result.law), 0.9, 2)
    write(draw(t("This result comes from the owner's own answers. It is no permit and no certificate.")), 0.8)
    return bytes(paper.output()), paper.page_no()


def _day(day: date | None) -> date:
    assert day is not None
    return day


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
