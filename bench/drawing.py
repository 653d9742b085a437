"""What the picture of a result costs, and how well blurred photos are told from sharp ones.

``python -m bench.drawing [SCENES]``. CPU is of this process, the best of ten, without its start and imports.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from PIL import Image

from bot.domain.assess import photos, results
from bot.domain.dated import SHIPPED
from bot.files import drawing
from bot.files import photo as looked
from tests.assess.scenes import Fault, photo
from tests.assess.test_drawing import DAYS, LAW, plain, told

FAULTS: tuple[Fault, ...] = ("focus", "motion", "dark")
FIRST = 5000
"""Of the seeds: neither those of the tests nor those that the threshold was found with."""


def cpu(work: Callable[[], object]) -> float:
    """Milliseconds."""
    spent: list[float] = []
    for _ in range(10):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
    return min(spent) * 1000


def pictures(colors: dict[str, str]) -> None:
    marks = told((85, 60, 40, 100, 20, 55), (50, 60, 30, 80, 35, 10))
    result = drawing.Result(marks, DAYS, plain, colors, "Dinas", LAW)
    image = drawing.picture(result)
    page = drawing.pdf(result, image)
    spent = cpu(lambda: drawing.picture(result))
    print(f"picture: {spent:.0f} ms CPU, {len(image) / 1000:.1f} kB")
    spent = cpu(lambda: drawing.pdf(result, image))
    print(f"page: {spent:.0f} ms CPU, {len(page) / 1000:.1f} kB")


def blurred(limits: dict[str, Any], count: int) -> None:
    for fault in ("", *FAULTS):
        found = [looked.look(photo(FIRST + n, fault), limits)[0] for n in range(count)]
        right = found.count("blurred" if fault else "kept")
        print(f"{fault or 'sharp'}: {right} of {count} told right")
    taken = photo(FIRST)
    print(f"one photo of {len(taken) / 1000:.0f} kB: {cpu(lambda: looked.look(taken, limits)):.0f} ms CPU")
    with Image.open(io.BytesIO(taken)) as image:
        image.load()
        print(f"of it the sharpness: {cpu(lambda: looked.sharpness(image)):.0f} ms CPU")


def main(count: int) -> None:
    rules = {rule["name"]: rule["value"] for rule in json.loads(SHIPPED.read_text(encoding="utf-8"))}
    pictures(rules[results.COLORS])
    blurred(rules[photos.RULE], count)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 50)
