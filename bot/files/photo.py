"""A photo of evidence, made safe: checked, stripped to its pixels, and looked at for sharpness.

What comes from a phone is never trusted: its type is read from its first bytes, its measures from its header before
anything is decoded, and only what was decoded whole is kept, encoded anew without any of its metadata. One that is too
small or blurred is asked for again once; the second one is kept as it is, for an officer sees more than a rule.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from bot.files import EVIDENCE, MOST

if TYPE_CHECKING:
    from PIL import Image

PIXELS = 25_000_000
LONGEST = 1600
"""Pixels of the longer side of what is kept."""

Verdict = Literal["kept", "small", "blurred", "large", "format", "moving", "broken", "gone"]

_TYPES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}


def cleaned(content: bytes, limits: Mapping[str, float], about: Any, unfetched: str = "") -> dict[str, Any]:
    """What came of a photo (`bot.domain.assess.photos`). `unfetched`: why there is no content, "large" or "gone"."""
    verdict, kept = (unfetched, b"") if unfetched else look(content, limits)
    result: dict[str, Any] = {"verdict": verdict, "about": about}
    if verdict == "kept":
        result["files"] = [{"name": "foto.jpg", "kind": EVIDENCE, "mime": "image/jpeg", "content": kept}]
    return result


def look(content: bytes, limits: Mapping[str, float]) -> tuple[Verdict, bytes]:
    """The verdict on a file, and if it is "kept" its JPEG without metadata, of at most `LONGEST` pixels a side."""
    from PIL import Image

    if len(content) > MOST:
        return "large", b""
    if (type_ := _type(content)) is None:
        return "format", b""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd in a file; it is decoded whole or not at all
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[type_]) as image:
                if image.width * image.height > PIXELS:
                    return "large", b""
                if type_ != "JPEG" and getattr(image, "n_frames", 1) > 1:  # some phones put two pictures into a JPEG
                    return "moving", b""
                return _judged(_upright(image), limits)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return "large", b""
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError, struct.error):
        return "broken", b""  # what Pillow raises for files that lie; SyntaxError is its own word for a wrong header


def _judged(image: Image.Image, limits: Mapping[str, float]) -> tuple[Verdict, bytes]:
    if min(image.size) < limits.get("side", 1):
        return "small", b""
    if sharpness(image) < limits.get("sharp", 0.0):
        return "blurred", b""
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=82, optimize=True)
    return "kept", kept.getvalue()


def _type(content: bytes) -> str | None:
    """The type of a picture by its first bytes; None for anything we don't open (HEIC, GIF, PDF, text…)."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return next((name for begin, name in _TYPES.items() if content.startswith(begin)), None)


def _upright(image: Image.Image) -> Image.Image:
    """The pixels alone, decoded whole: turned as the phone was held, on white where nothing is, not over `LONGEST`."""
    from PIL import Image, ImageOps

    image.draft("RGB", (LONGEST, LONGEST))  # a large JPEG is decoded at a half or a quarter: memory and time
    image.load()
    image.thumbnail((LONGEST, LONGEST))
    turned = ImageOps.exif_transpose(image)
    pixels = Image.new("RGB", turned.size, "white")
    if turned.has_transparency_data:
        clear = turned.convert("RGBA")
        pixels.paste(clear, mask=clear.getchannel("A"))
    else:
        pixels.paste(turned.convert("RGB"))
    return pixels


# How sharp

_SIDE = 640
_ACROSS, _DOWN = 8, 6


def sharpness(image: Image.Image) -> float:
    """How steep the steepest edges are, 0 to 1, whatever is on the picture and however bright it is.

    The part of the contrast around an edge that it climbs in one pixel of a picture of 640: a sharp edge takes about
    two pixels, a blurred one many. It is taken in the quarter of the tiles with the most contrast, beyond the grain
    that the flattest tiles show, and of four directions in the worst: a hand that moved leaves edges along its way
    sharp. (A Laplacian's variance measures how much there is on a picture as well.) ``python -m bench.drawing`` tells
    how many it tells right.
    """
    from PIL import ImageChops, ImageFilter

    grey = image.convert("L")
    grey.thumbnail((_SIDE, _SIDE))
    grey = grey.filter(ImageFilter.GaussianBlur(0.5))
    wide, high = grey.width - 1, grey.height - 1
    if wide < _ACROSS or high < _DOWN:
        return 0.0
    here, right, under, beyond = (grey.crop((x, y, wide + x, high + y)) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)))
    tiles = [
        (x * wide // _ACROSS, y * high // _DOWN, (x + 1) * wide // _ACROSS, (y + 1) * high // _DOWN)
        for x in range(_ACROSS)
        for y in range(_DOWN)
    ]
    contrasts = sorted(((_most(here, tile) - _most(here, tile, 0.01), tile) for tile in tiles), reverse=True)
    quarter = len(tiles) // 4
    worst = 1.0
    for one, other in ((here, right), (here, under), (here, beyond), (right, under)):
        steps = ImageChops.difference(one, other)
        grain = sorted(_most(steps, tile) for _, tile in contrasts[-quarter:])[quarter // 2]
        steep = sorted(
            max(0, _most(steps, tile) ** 2 - grain**2) ** 0.5 / max(10, contrast - grain)
            for contrast, tile in contrasts[:quarter]
        )
        worst = min(worst, steep[quarter * 95 // 100])
    return worst


def _most(image: Image.Image, tile: tuple[int, int, int, int], part: float = 0.99) -> int:
    """The level that this part of a tile's pixels doesn't exceed."""
    levels = image.crop(tile).histogram()
    left = part * sum(levels)
    for level, count in enumerate(levels):
        left -= count
        if left <= 0:
            return level
    return 255
