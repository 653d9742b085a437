"""Files that people sent, fetched from each platform: never more than was asked for, and what fails is sorted."""

from __future__ import annotations

import asyncio
import traceback

import pytest

from bot.chat.seams import AccountRefused, Later, Never

from . import fake_graph
from .adapters import TELEGRAM, TOKEN, Make
from .fake_api import HANG, Answer, ok, opened, refusal

PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 8


@pytest.fixture(params=list(TELEGRAM))
def make(request: pytest.FixtureRequest) -> Make:
    return TELEGRAM[request.param]


def fetched(make: Make, told: Answer, most: int = 10_000, path: str = "photos/file 1.jpg") -> bytes:
    async def run() -> bytes:
        async with opened(make) as (channel, api):
            api.will("getFile", told)
            api.files[path] = PHOTO
            async with asyncio.timeout(10):
                return await channel.fetch("AgAC", most)

    return asyncio.run(run())


def told(path: str = "photos/file 1.jpg", size: int = len(PHOTO)) -> Answer:
    return ok({"file_id": "AgAC", "file_unique_id": "u", "file_size": size, "file_path": path})


def test_a_file_comes_whole(make: Make) -> None:
    assert fetched(make, told()) == PHOTO


@pytest.mark.parametrize(
    ("answer", "error", "because"),
    [
        (told(size=10_001), Never, "large"),
        (refusal(400, "Bad Request: file is too big"), Never, "large"),
        (refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable"), Never, ""),
        (told("photos/gone.jpg"), Never, ""),
        (told("/var/lib/telegram/photos/1.jpg"), Never, ""),
        (told(""), Never, ""),
        (refusal(401, "Unauthorized"), AccountRefused, ""),
        (refusal(429, "Too Many Requests: retry after 2", retry_after=2), Later, ""),
        (Answer("<html>", 502, "text/html"), Later, ""),
    ],
)
def test_what_is_not_fetched_is_sorted(make: Make, answer: Answer, error: type[Exception], because: str) -> None:
    with pytest.raises(error) as caught:
        fetched(make, answer)
    assert getattr(caught.value, "because", "") == because
    assert TOKEN.partition(":")[2] not in "".join(traceback.format_exception(caught.value))


def test_a_file_that_is_larger_than_it_was_said_to_be_is_given_up(make: Make) -> None:
    with pytest.raises(Never) as caught:
        fetched(make, told(size=100), most=1000)
    assert caught.value.because == "large"


def test_a_file_that_stops_on_its_way_may_come_later(make: Make) -> None:
    async def run() -> None:
        async with opened(make) as (channel, api):
            api.will("getFile", told())
            api.files["photos/file 1.jpg"] = HANG
            fetching = asyncio.create_task(channel.fetch("AgAC", 10_000))
            async with asyncio.timeout(10):
                await api.until_asked("getFile", 1)
                await api.fetching.wait()
                api.closing.set()
                await fetching

    with pytest.raises(Later):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "error", "because"),
    [
        (fake_graph.ok({"url": "{}/files/one", "file_size": 10_001}), Never, "large"),
        (fake_graph.ok({"url": "{}/files/gone"}), Never, ""),
        (fake_graph.ok({"url": "https://example.org/one"}), Never, ""),
        (fake_graph.refusal(100, "Object with ID '1003' does not exist"), Never, ""),
        (fake_graph.refusal(190, "Error validating access token", 401), AccountRefused, ""),
        (fake_graph.refusal(130429, "Rate limit hit"), Later, ""),
    ],
)
def test_what_whatsapp_does_not_give_is_sorted(answer: Answer, error: type[Exception], because: str) -> None:
    async def run() -> bytes:
        async with fake_graph.opened() as (channel, graph):
            graph.files = {"one": PHOTO}
            graph.will("1003", *[Answer(answer.text.replace("{}/", f"{graph.url}/"), answer.status)] * 2)
            return await channel.fetch("1003", 10_000)

    with pytest.raises(error) as caught:
        asyncio.run(run())
    assert getattr(caught.value, "because", "") == because
