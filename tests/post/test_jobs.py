"""Jobs: bounded in time and memory, tried three times, their results things that happen to their person."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain import jobs, people
from bot.domain.db import Db
from bot.domain.tables import Working
from bot.post.jobs import Runner
from tests.post.station import Post, Station
from tests.store.bench import message, rows


async def put(station: Station, work: str, **args: object) -> None:
    def write(db: Db) -> None:
        contact = people.meet(db, station.account, message("u:0", address="1"), "owners", "id")
        jobs.put(db, f"tests.post.work:{work}", args, person=contact.person, then="happened")

    await station.store.write(write)


async def state(station: Station) -> tuple[int, int, str | None]:
    (row,) = await station.store.write(lambda db: rows(db, "jobs", "state", "attempts", "error"))
    return row


async def worked(station: Station, runner: Runner) -> None:
    """Let the runner do what is due."""
    runner.wake()
    await runner.settled()
    await station.settled()


def test_a_result_happens_to_its_person(post: Post):
    async def work(station: Station) -> None:
        await put(station, "double", n=21)
        station.spawn(station.runner.run())
        await worked(station, station.runner)
        assert await state(station) == (Working.DONE, 1, None)
        assert station.channel.to("1") == ["something happened"]

    post.run(work)
    assert post.words.happened == [{"n": 42}]


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("fails", "exit 1: ValueError"),
        ("crashes", "exit -9: "),
        ("leaves", "it ended without a result"),
        ("lists", "it ended without a result"),
        ("eats", "exit 1: MemoryError"),
        ("sleeps", "took longer than 3 s"),
        ("nothing_of_that_name", "exit 1: AttributeError"),
    ],
)
def test_a_child_that_goes_wrong_is_a_try_that_failed(post: Post, what: str, error: str):
    async def work(station: Station) -> None:
        runner = Runner(station.office, station.slots.put, seconds=3, megabytes=300)
        await put(station, what)
        station.spawn(runner.run())
        await worked(station, runner)
        assert await state(station) == (Working.READY, 1, error)

    post.run(work)
    assert post.words.happened == []


def test_after_the_third_time_its_person_is_told(post: Post):
    async def work(station: Station) -> None:
        await put(station, "fails")
        station.spawn(station.runner.run())
        for _ in range(4):
            await worked(station, station.runner)
            post.move(600)
        assert await state(station) == (Working.FAILED, 3, "exit 1: ValueError")

    post.run(work)
    assert post.words.happened == [{"failed": True}]


def test_one_that_fails_does_not_stop_the_next(post: Post):
    async def work(station: Station) -> None:
        await put(station, "leaves")
        await put(station, "double", n=1)
        station.spawn(station.runner.run())
        await worked(station, station.runner)

    post.run(work)
    assert post.words.happened == [{"n": 2}]


def test_stopping_ends_the_child_and_the_next_start_begins_it_again(post: Post):
    async def first(station: Station) -> None:
        await put(station, "sleeps")
        station.spawn(station.runner.run())
        station.runner.wake()
        while (await state(station))[0] != Working.RUNNING:  # noqa: ASYNC110 - a row of a database tells nobody
            await asyncio.sleep(0.01)
        async with asyncio.timeout(5):
            await station.runner.stop()

    async def second(station: Station) -> None:
        assert (await state(station))[0] == Working.RUNNING
        assert await station.store.write(jobs.release) == 1

    post.run(first)
    post.run(second)


def test_a_file_is_sealed_when_it_comes_out_and_opened_when_it_goes_in(post: Post):
    async def work(station: Station) -> None:
        station.spawn(station.runner.run())
        await put(station, "draws", words="rahasia")
        await worked(station, station.runner)
        (told,) = post.words.happened
        assert told == {"n": 3, "files": [{"media": 1, "name": "words.txt", "mime": "text/plain"}]}
        (file,) = station.office.media.iterdir()
        assert b"rahasia" not in file.read_bytes()
        assert (file.stat().st_mode & 0o777, station.office.media.stat().st_mode & 0o777) == (0o600, 0o700)
        await put(station, "measures", media=1, n=2)
        await worked(station, station.runner)
        assert post.words.happened[1:] == [{"n": 2 * 3 * len("rahasia")}]

    post.run(work)


@pytest.mark.parametrize(
    ("what", "args", "error"),
    [
        ("measures", {"media": 7, "n": 1}, "its file is gone"),
        ("draws_too_much", {}, "a file wasn't kept: TooLarge"),
    ],
)
def test_a_file_that_is_not_there_or_too_large_is_a_try_that_failed(
    post: Post, what: str, args: dict[str, int], error: str
):
    async def work(station: Station) -> None:
        await put(station, what, **args)
        station.spawn(station.runner.run())
        await worked(station, station.runner)
        assert await state(station) == (Working.READY, 1, error)
        assert not station.office.media.exists()

    post.run(work)
