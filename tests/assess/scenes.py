"""Photos as owners send them, drawn with a seed: products, papers, shelves, food, a shop's front, as a phone sees them.

The camera is applied at the end: a little softness and noise always, then focus missed, a hand that moved, or too
little light, then JPEG. They stand in for real photos, of which this repository may hold none.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from random import Random
from typing import Any, Literal

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from bot.files import FONT

SIZE = (1280, 960)
Fault = Literal["", "focus", "motion", "dark"]
_WORDS = [
    "KERIPIK TEMPE",
    "PEDAS MANIS",
    "SAMBAL",
    "BAWANG",
    "KOPI DAMPIT",
    "BATIK MALANG",
    "HALAL",
    "P-IRT",
    "NETTO GRAM",
]


def photo(seed: int, fault: Fault = "") -> bytes:
    """A JPEG of about 1280 x 960, sharp or with a fault; the same for the same seed."""
    r = Random(f"{seed} {fault}")
    scene = _SCENES[seed % len(_SCENES)](r)
    return _camera(r, scene, fault)


def _camera(r: Random, image: Image.Image, fault: Fault) -> bytes:
    image = image.filter(ImageFilter.GaussianBlur(r.uniform(0.5, 1.0)))
    light = r.uniform(0.75, 1.1)
    noise = r.uniform(2, 6)
    if fault == "focus":
        image = image.filter(ImageFilter.BoxBlur(r.uniform(4, 9))).filter(ImageFilter.BoxBlur(r.uniform(2, 4)))
    if fault == "motion":
        image = _moved(image, r.uniform(16, 36), r.uniform(0, math.pi))
    if fault == "dark":
        image = _moved(image, r.uniform(10, 20), r.uniform(0, math.pi)).filter(ImageFilter.BoxBlur(r.uniform(2, 4)))
        light, noise = r.uniform(0.3, 0.5), r.uniform(7, 12)
    elif not fault and r.random() < 0.25:  # a dim kitchen, and still sharp
        light, noise = r.uniform(0.4, 0.6), r.uniform(5, 8)
    image = _noisy(r, ImageEnhance.Brightness(image).enhance(light), noise)
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=r.randint(62, 88))
    return kept.getvalue()


def _moved(image: Image.Image, length: float, angle: float) -> Image.Image:
    """As if the hand had moved by so many pixels while the picture was taken."""
    steps = max(2, int(length))
    found = image
    for step in range(1, steps):
        along = length * step / steps
        shifted = ImageChops.offset(image, round(along * math.cos(angle)), round(along * math.sin(angle)))
        found = Image.blend(found, shifted, 1 / (step + 1))
    return found


def _noisy(r: Random, image: Image.Image, sigma: float) -> Image.Image:
    """With a sensor's grain: sums of two even draws, grey, of about `sigma` levels."""
    size = image.width * image.height
    first, second = (Image.frombytes("L", image.size, r.randbytes(size)) for _ in range(2))
    grain = ImageChops.add(first, second, scale=2)  # 0 to 255, in the middle more often; about 52 levels wide
    weight = sigma / 52
    levels: Any = [max(0, min(255, round(128 + (level - 127.5) * weight))) for level in range(256)]
    untyped: Any = grain
    grey = untyped.point(levels)
    return ImageChops.add(image, Image.merge("RGB", (grey,) * 3), scale=1, offset=-128)


def _colour(r: Random, low: int = 30, high: int = 235) -> tuple[int, int, int]:
    return r.randint(low, high), r.randint(low, high), r.randint(low, high)


def _wall(r: Random) -> Image.Image:
    """A background: a gradient, sometimes with the grain of wood, cloth or plaster."""
    light = _grown(Image.linear_gradient("L").rotate(r.choice((0, 90, 180, 270))))
    dark, bright = _colour(r, 60, 150), _colour(r, 150, 245)
    wall = Image.composite(Image.new("RGB", SIZE, dark), Image.new("RGB", SIZE, bright), light)
    if r.random() < 0.5:
        wide, high = r.choice(((8, 300), (320, 240), (160, 120)))
        grain = _grown(Image.frombytes("L", (wide, high), r.randbytes(wide * high)))
        wall = Image.blend(wall, Image.merge("RGB", (grain,) * 3), r.uniform(0.05, 0.15))
    return wall


def _grown(image: Image.Image) -> Image.Image:
    untyped: Any = image  # its types name numpy, which isn't here
    return untyped.resize(SIZE, Image.Resampling.BICUBIC)


def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _label(r: Random, pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = box
    paper = _colour(r, 180, 255)
    ink = _colour(r, 0, 90)
    pen.rounded_rectangle(box, 12, fill=paper, outline=ink, width=2)
    size = (bottom - top) * r.uniform(0.16, 0.28)
    pen.text((left + 12, top + 8), " ".join(r.sample(_WORDS, 2))[:12], ink, _font(size))
    small = max(10.0, size * 0.35)
    y = top + 14 + size * 1.3
    while y + small < bottom - 6:
        pen.text((left + 12, y), " ".join(r.sample(_WORDS, 3)).lower()[: int((right - left) / small * 1.5)], ink,
                 _font(small))  # fmt: skip
        y += small * 1.4


def _product(r: Random) -> Image.Image:
    image = _wall(r)
    pen = ImageDraw.Draw(image)
    wide, high = r.uniform(260, 520), r.uniform(420, 720)
    left, top = r.uniform(150, SIZE[0] - wide - 150), r.uniform(60, SIZE[1] - high - 60)
    pen.ellipse((left - 30, top + high - 30, left + wide + 60, top + high + 40), fill=_colour(r, 30, 90))
    pen.rounded_rectangle((left, top, left + wide, top + high), r.uniform(5, 80), fill=_colour(r))
    pen.rectangle((left + wide * 0.3, top - 30, left + wide * 0.7, top + 10), fill=_colour(r))
    _label(r, pen, (left + wide * 0.1, top + high * 0.25, left + wide * 0.9, top + high * 0.75))
    return image


def _paper(r: Random) -> Image.Image:
    image = _wall(r)
    sheet = Image.new("RGB", (720, 880), _colour(r, 225, 252))
    pen = ImageDraw.Draw(sheet)
    pen.text((120, 40), "NOMOR INDUK BERUSAHA", (40, 40, 50), _font(34))
    size = r.uniform(15, 22)
    y = 120.0
    while y < 820:
        line = " ".join(r.choices(_WORDS, k=6)).capitalize()
        pen.text((60, y), line[: r.randint(20, 46)], (50, 50, 60), _font(size))
        y += size * r.uniform(1.4, 2.2)
    tilt = r.uniform(-8, 8)
    turned, mask = (
        one.rotate(tilt, Image.Resampling.BICUBIC, expand=True) for one in (sheet, Image.new("L", sheet.size, 255))
    )
    image.paste(turned, (r.randint(150, 350), r.randint(-40, 20)), mask)
    return image


def _shelf(r: Random) -> Image.Image:
    image = _wall(r)
    pen = ImageDraw.Draw(image)
    for row in range(3):
        floor = 300 + row * 310
        pen.rectangle((0, floor, SIZE[0], floor + 18), fill=_colour(r, 40, 110))
        x = r.uniform(0, 40)
        while x < SIZE[0] - 80:
            wide, high = r.uniform(70, 170), r.uniform(120, 250)
            pen.rounded_rectangle((x, floor - high, x + wide, floor), 8, fill=_colour(r))
            _label(r, pen, (x + 8, floor - high * 0.7, x + wide - 8, floor - high * 0.25))
            x += wide + r.uniform(8, 60)
    return image


def _food(r: Random) -> Image.Image:
    image = _wall(r)
    pen = ImageDraw.Draw(image)
    pen.ellipse((260, 140, 1020, 860), fill=_colour(r, 210, 250), outline=_colour(r, 120, 180), width=6)
    tone = _colour(r, 90, 200)
    for _ in range(r.randint(120, 260)):
        away, angle = 300 * math.sqrt(r.random()), r.uniform(0, 2 * math.pi)
        x, y = 640 + away * math.cos(angle), 500 + away * math.sin(angle)
        size = r.uniform(12, 46)
        fill = tuple(max(0, min(255, part + r.randint(-45, 45))) for part in tone)
        pen.ellipse((x - size, y - size * r.uniform(0.4, 1), x + size, y + size * 0.6), fill=fill,
                    outline=tuple(part // 2 for part in fill), width=2)  # fmt: skip
    return image


def _front(r: Random) -> Image.Image:
    image = _wall(r)
    pen = ImageDraw.Draw(image)
    pen.rectangle((180, 150, 1100, 330), fill=_colour(r, 0, 120))
    pen.text((220, 190), " ".join(r.sample(_WORDS, 2))[:16], _colour(r, 200, 255), _font(84))
    for x in range(200, 1100, r.randint(160, 260)):
        pen.rectangle((x, 400, x + 140, 880), fill=_colour(r, 60, 200), outline=(40, 40, 40), width=5)
        for y in range(420, 860, 40):
            pen.line((x, y, x + 140, y), fill=(70, 70, 70), width=2)
    return image


_SCENES: tuple[Callable[[Random], Image.Image], ...] = (_product, _paper, _shelf, _food, _front)
