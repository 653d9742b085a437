"""The picture and the page of a result: small, on one page, and of what the check really came to."""

from __future__ import annotations

import asyncio
import io
from datetime import date
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from bot.chat.flow import Person, Refused
from bot.chat.text import Words, t
from bot.domain import dated, jobs
from bot.domain.assess import assessments as checks
from bot.domain.assess import instruments, results
from bot.domain.db import Db
from bot.domain.tables import businesses
from bot.files import drawing
from bot.files.words import spoken
from tests.assess.test_assessments import CHECK, DAY, example, finished, owner
from tests.store.bench import Bench

COLORS = {"now": "#00695c", "before": "#e08a00", "grid": "#c9d3d1", "ink": "#1f2d2b", "paper": "#ffffff"}
DAYS = {"at": date(2026, 11, 23), "before_at": date(2026, 5, 10)}
LAW = t("By its sales this is a *{size}* ({source}, in force since {day}).", size="mikro", source="PP 7/2021", day="x")
MOST_BYTES = 30_000


def plain(words: Words) -> str:
    return words if isinstance(words, str) else str(getattr(words, "msgid", words))


def told(marks: tuple[int | None, ...], before: tuple[int | None, ...], **more: Any) -> dict[str, Any]:
    indicators = [
        {"title": i.title, "short": i.short, "now": now, "before": was, "verified": now}
        for i, now, was in zip(CHECK.indicators, marks, before, strict=False)
    ]
    return {
        "title": "Cek Naik Kelas", "business": "Keripik Bu Siti", "at": "2026-11-23T02:00:00+00:00",
        "before_at": "2026-05-10T02:00:00+00:00", "since": "2026-11-01", "version": "1", "total": 62,
        "band": "Siap naik kelas", "verified": 48, "verified_band": "Berkembang", "held": ["NIB"],
        "indicators": indicators, "steps": [{"message": "Lengkapi izin.", "win": "Siapkan KTP."}] * 3,
    } | more  # fmt: skip


def drawn(marks: tuple[int | None, ...], before: tuple[int | None, ...] = (None,) * 6, days: Any = DAYS) -> Image.Image:
    content = drawing.picture(drawing.Result(told(marks, before), days, plain, COLORS, "Dinas", LAW))
    assert len(content) < MOST_BYTES
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size) == ("PNG", (720, 760))
    return image.convert("RGB")


def near(image: Image.Image, place: int, mark: int, color: str) -> bool:
    """Whether a color is where the point of a mark should be."""
    wanted = tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))
    x, y = (round(part / 2) for part in drawing._at(place, 6, mark))  # pyright: ignore[reportPrivateUsage]
    box: Any = image.crop((x - 3, y - 3, x + 4, y + 4)).getcolors()
    return any(max(abs(a - b) for a, b in zip(color, wanted, strict=True)) < 24 for _, color in box)


def test_a_mark_stands_where_its_axis_says():
    image = drawn((85, 60, 40, 100, 20, 55), (50, 60, 30, 80, 35, 10))
    for place, mark in enumerate((85, 60, 40, 100, 20, 55)):
        assert near(image, place, mark, COLORS["now"]), place
        assert not near(image, place, 100 - mark if mark not in (60, 55, 40) else 90, COLORS["now"]), place
    assert near(image, 0, 50, COLORS["before"])
    assert not near(drawn((85, 60, 40, 100, 20, 55)), 0, 50, COLORS["before"])


@pytest.mark.parametrize(
    "marks",
    [(0,) * 6, (100,) * 6, (None, 60, 40, None, 20, None), (None, None, 40, None, None, 0), (None,) * 6, (70,)],
)
def test_every_result_has_its_picture(marks: tuple[int | None, ...]):
    drawn(marks, (50,) * 6)
    drawn(marks, (None,) * 6, {**DAYS, "before_at": None})


def pages(content: bytes) -> int:
    return content.count(b"/Type /Page\n")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"steps": [], "held": []},
        {"steps": [{"message": "Kata " * 120, "win": "kata " * 120}] * 3, "held": ["langkah " * 7] * 4},
        {"business": "🌶" + "K" * 60, "indicators": told((1,) * 6, (2,) * 6)["indicators"] * 2},
    ],
    ids=["usual", "nothing to do", "the longest words", "many indicators"],
)
def test_the_page_is_one(more: dict[str, Any]):
    marks = told((85, 60, 40, 100, 20, 55), (50,) * 6, **more)
    result = drawing.Result(marks, DAYS, plain, COLORS, "Dinas", LAW)
    page = drawing.pdf(result, drawing.picture(result))
    assert page.startswith(b"%PDF-")
    assert pages(page) == 1


def test_the_files_tell_what_the_check_came_to(bench: Bench):
    """From the job's arguments as the turn puts them, gathered on a connection that only reads."""

    def begin(db: Db) -> tuple[int, int]:
        instruments.ship(db)
        dated.ship(db)
        person, business = owner(db)
        finished(db, person, business, example("berkembang"))
        return person.id, business

    def again(db: Db) -> tuple[jobs.Job, int]:
        person = Person(1, "id")
        (business,) = db.execute(select(businesses.c.id)).scalars()
        check = finished(db, person, business, example("berkembang"))
        results.ask_for_result(db, person, check.id, zone="Asia/Jakarta", office="Diskopindag", law=LAW)
        waiting = checks.start(db, person, business, "naik-kelas", "full", DAY)
        for other in (Person(2, "id"), person):
            with pytest.raises(Refused):
                results.ask_for_result(db, other, waiting.id, zone="Asia/Jakarta", office="Diskopindag")
        (job,) = jobs.claim(db, 5)
        return job, check.id

    async def work() -> tuple[jobs.Job, int, dict[str, Any]]:
        async with bench.open() as store:
            await store.write(lambda db: (begin(db), None)[1])
            job, id = await store.write(again)
            keys = await store.write(lambda db: db.keys)
            keys.names.clear()
            async with store.reads.connect() as reading:
                args = await reading.run_sync(
                    lambda connection: results.gather(
                        Db(connection, keys, bench.clock.now()), job.person or 0, **job.args
                    )
                )
            return job, id, args

    job, id, args = asyncio.run(work())
    assert (job.work, job.then) == (results.WORK, results.ASSESSED)
    found = args["told"]
    assert (found["total"], found["band"], found["business"]) == (66, "Berkembang", "Kue")
    assert found["before_at"]
    assert [one["before"] is not None for one in found["indicators"]] == [True] * 6
    assert 1 <= len(found["steps"]) <= 3
    made = drawing.files(**args)
    assert made["assessment"] == id
    assert [file["name"] for file in made["files"]] == ["cek-2026-11-23.png", "cek-2026-11-23.pdf"]
    assert len(made["files"][0]["content"]) < MOST_BYTES
    assert {file["kind"] for file in made["files"]} == {"result"}


def test_what_a_language_lacks_is_told_in_indonesian():
    for language, title in (("id", "Data saya"), ("jv", "Data saya"), ("en", "My data")):
        assert spoken(language, "Asia/Jakarta")[1](t("My data")) == title
