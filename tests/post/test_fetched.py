"""A file at the platform is fetched by the process and worked on by the child, which has neither token nor network."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.domain import jobs, people
from bot.domain.assess import photos
from bot.domain.db import Db
from bot.domain.tables import Working
from bot.files import MOST
from bot.post.jobs import Runner
from tests.assess.scenes import photo
from tests.assess.test_photos import HOSTILE
from tests.post.station import Post, Station
from tests.store.bench import message, rows

OPEN = re.compile(rb"\xff\xd8\xff[\xe0\xe1]..(JFIF|Exif)", re.DOTALL)  # three bytes may be so by chance
ABOUT = {"assessment": 7, "item": "A1"}


def told(post: Post, files: dict[str, bytes], *, account: int = 0, size: int = 0) -> list[dict[str, Any]]:
    """What is told of files that lie at the platform, or don't, looked at by children of 400 MB."""

    async def work(station: Station) -> None:
        station.channel.stored.update((name, content) for name, content in files.items() if content)

        def put(db: Db) -> None:
            contact = people.meet(db, station.account, message("u:0", address="1"), "owners", "id")
            for name in files:
                fetch = {"account": account or station.account, "file": name, "size": size}
                args = {"fetch": fetch, "limits": {"sharp": 0.28, "side": 400}, "about": ABOUT}
                jobs.put(db, photos.WORK, args, person=contact.person, then="happened")

        await station.store.write(put)
        runner = Runner(station.office, station.slots.put, seconds=20, megabytes=400)
        station.spawn(runner.run())
        runner.wake()
        await runner.settled()
        await station.settled()
        for state, error in await station.store.write(lambda db: rows(db, "jobs", "state", "error")):
            assert state == Working.DONE or error == "its file wasn't fetched: busy"
        for kept in station.office.media.iterdir() if station.office.media.exists() else ():
            assert not OPEN.search(kept.read_bytes())

    post.run(work)
    return post.words.happened


def test_a_photo_is_fetched_looked_at_and_kept_sealed(post: Post):
    (kept,) = told(post, {"AgAC": photo(0)})
    assert kept == {
        "verdict": "kept",
        "about": ABOUT,
        "files": [{"media": 1, "name": "foto.jpg", "mime": "image/jpeg"}],
    }


def test_the_same_photo_twice_is_one_file(post: Post):
    first, second = told(post, {"one": photo(0), "two": photo(0)})
    assert first["files"] == second["files"]


def test_what_is_no_photo_for_us_is_told_at_the_first_try(post: Post):
    """Each in a child of its own, within 400 MB: none is killed by what it was given."""
    some = ("169 megapixels", "a bomb of 26 megapixels", "HEIC", "half of a photo")
    assert told(post, {name: HOSTILE[name][0] for name in some}) == [
        {"verdict": HOSTILE[name][1], "about": ABOUT} for name in some
    ]


def test_a_photo_of_25_megapixels_fits_into_the_child(post: Post):
    from PIL import Image

    from tests.assess.test_photos import encoded

    untyped: Any = Image.radial_gradient("L")
    (kept,) = told(post, {"AgAC": encoded(untyped.resize((5000, 5000)).convert("RGB"), "PNG")})
    assert kept["verdict"] == "blurred"


@pytest.mark.parametrize(
    ("file", "more", "verdict"),
    [
        ("gone", {}, "gone"),
        ("large", {}, "large"),
        ("AgAC", {"size": MOST + 1}, "large"),
        ("x", {"account": 99}, "gone"),
    ],
)
def test_what_cannot_be_fetched_is_told(post: Post, file: str, more: dict[str, int], verdict: str):
    assert told(post, {file: b""}, **more) == [{"verdict": verdict, "about": ABOUT}]


def test_what_cannot_be_fetched_now_is_tried_again(post: Post):
    assert told(post, {"later": b""}) == []
