"""Photos of evidence: what is sharp enough is kept without its metadata, and no file can take the desk down."""

from __future__ import annotations

import io
import json
import struct
import zlib
from random import Random
from typing import Any, get_args

import pytest
from PIL import Image, PngImagePlugin

from bot.domain.assess import photos
from bot.domain.dated import SHIPPED
from bot.files import MOST
from bot.files.photo import LONGEST, Verdict, cleaned, look, sharpness
from tests.assess.scenes import Fault, photo

LIMITS = {"sharp": 0.28, "side": 400}
FAULTS: tuple[Fault, ...] = ("focus", "motion", "dark")
SHARP = photo(0)


def test_the_shipped_limits_are_those_that_are_tried_here():
    (shipped,) = (r["value"] for r in json.loads(SHIPPED.read_text()) if r["name"] == photos.RULE)
    assert shipped == LIMITS


def test_nineteen_of_twenty_sharp_and_blurred_photos_are_told_apart():
    """At least; these scenes (seeds 0 to 19) aren't those that the threshold was found with (1000 to 1049)."""
    sharp = [look(photo(seed), LIMITS)[0] for seed in range(20)]
    blurred = [look(photo(seed, FAULTS[seed % 3]), LIMITS)[0] for seed in range(20)]
    assert sharp.count("kept") >= 19, sharp
    assert blurred.count("blurred") >= 19, blurred


def test_the_same_photo_is_less_sharp_the_more_it_is_blurred():
    from PIL import ImageFilter

    with Image.open(io.BytesIO(SHARP)) as image:
        found = [sharpness(image.filter(ImageFilter.GaussianBlur(radius))) for radius in (0, 2, 4, 8)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 2 * found[-1]


def encoded(image: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    kept = io.BytesIO()
    image.save(kept, kind, **more)
    return kept.getvalue()


def drawn(wide: int, high: int) -> Image.Image:
    with Image.open(io.BytesIO(SHARP)) as image:
        return image.convert("RGB").reduce(1).crop((0, 0, wide, high))


def png(wide: int, high: int, data: bytes = b"") -> bytes:
    """A PNG that says it has these measures."""
    header = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(data)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(d)) + name + d + struct.pack(">I", zlib.crc32(name + d)) for name, d in chunks
    )


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (500, 500), color) for color in ("red", "green", "blue")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


HOSTILE: dict[str, tuple[bytes, str]] = {
    "a text that is called a photo": (b"NIB saya 1234567890123\n" * 50, "format"),
    "nothing": (b"", "format"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(500), "format"),
    "a GIF": (animated("GIF"), "format"),
    "a PDF": (b"%PDF-1.7\n" + bytes(500), "format"),
    "a ZIP behind the first bytes of a photo": (b"\xff\xd8\xff" + b"PK\x03\x04" + bytes(500), "broken"),
    "a moving PNG": (animated("PNG"), "moving"),
    "a moving WebP": (animated("WEBP"), "moving"),
    "half of a photo": (SHARP[: len(SHARP) // 2], "broken"),
    "a header alone": (SHARP[:200], "broken"),
    "169 megapixels": (png(13_000, 13_000), "large"),
    "a bomb of 26 megapixels": (png(5200, 5000, bytes(5000 * (3 * 5200 + 1))), "large"),
    "more pixels than a number holds": (png(2**31 - 1, 2**31 - 1), "large"),
    "no pixels": (png(0, 0), "broken"),
    "a PNG without what it tells of": (png(800, 800, bytes(10)), "broken"),
    "more than ten megabytes": (SHARP + bytes(MOST), "large"),
    "a small one": (encoded(drawn(600, 399)), "small"),
}


@pytest.mark.parametrize(("content", "verdict"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_photo_for_us_is_refused(content: bytes, verdict: str):
    assert look(content, LIMITS) == (verdict, b"")
    assert verdict in photos.WHY


def test_every_verdict_has_its_words():
    assert set(get_args(Verdict)) == {"kept", *photos.WHY}


def test_a_text_bomb_in_a_photo_is_not_unpacked():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "0" * (30 << 20), zip=True)
    content = encoded(drawn(800, 600), "PNG", pnginfo=notes)
    assert len(content) < MOST
    assert look(content, LIMITS)[0] == "broken"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_changed_anywhere_gives_a_verdict(kind: str):
    """Five changed bytes, many times over: whatever comes of it, it is a verdict."""
    whole = encoded(drawn(480, 420), kind)
    r = Random(kind)
    seen: set[str] = set()
    for _ in range(120):
        content = bytearray(whole)
        for _ in range(5):
            content[r.randrange(12, min(len(content), r.choice((60, 600, len(content)))))] = r.randrange(256)
        end = r.choice((len(content), r.randrange(20, len(content))))
        seen.add(look(bytes(content[:end]), LIMITS)[0])
    assert seen <= set(get_args(Verdict))
    assert "broken" in seen


def test_what_is_kept_has_no_metadata_and_nothing_behind_it():
    place = Image.Exif()
    place[0x0112] = 6  # the phone was held upright
    place[0x010F] = "Oppo"
    place.get_ifd(0x8825)[2] = (7.0, 58.0, 0.0)
    content = encoded(drawn(1280, 960), exif=place, comment=b"rahasia", icc_profile=b"profile" * 50)
    verdict, kept = look(content + b"PK\x03\x04<script>", LIMITS)
    assert verdict == "kept"
    with Image.open(io.BytesIO(kept)) as image:
        image.load()
        assert (image.format, image.size) == ("JPEG", (960, 1280))
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for word in (b"Oppo", b"rahasia", b"profile", b"script", b"Exif"):
        assert word not in kept


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_is_made_smaller(kind: str):
    large: Any = drawn(1280, 960)
    verdict, kept = look(encoded(large.resize((4000, 3000)), kind, quality=80), {})
    assert verdict == "kept"
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, max(image.size)) == ("JPEG", LONGEST)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1", "I;16", "LA"])
def test_every_kind_of_pixels_is_kept_or_told(mode: str):
    image = Image.new("I;16", (500, 500), 3000) if mode == "I;16" else drawn(500, 500).convert(mode)
    content = encoded(image, "JPEG" if mode == "CMYK" else "PNG")
    assert look(content, {})[0] in ("kept", "broken")


def test_the_second_one_is_kept_as_it_is():
    blurred = photo(0, "focus")
    assert look(blurred, LIMITS)[0] == "blurred"
    assert cleaned(blurred, {}, {"item": "A1"})["verdict"] == "kept"
