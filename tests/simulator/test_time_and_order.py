"""The clock that can be put forward, updates that overtake one another, and a line that is cut."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.simulator.bell import Bell, first_of
from bot.simulator.clock import MovedClock, to_morning
from bot.simulator.faults import Dropped
from bot.simulator.platform import Platform

from .conftest import OWNERS, Call
from .conftest import MovedClock as StandingClock

ME = 700_000_001
WIB = ZoneInfo("Asia/Jakarta")


def texts(answer: tuple[int, dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in answer[1]["result"] if "message" in update]


def test_the_clock_stays_ahead_over_a_restart(tmp_path: Path) -> None:
    standing = StandingClock()
    before = Platform(tmp_path / "p.db", MovedClock(standing))
    before.move(timedelta(hours=1))
    before.move(timedelta(days=3))
    after = Platform(tmp_path / "p.db", MovedClock(standing))  # the former one was never closed
    assert after.clock.now() == before.clock.now() == standing.now() + timedelta(days=3, hours=1)
    after.forget()
    assert after.clock.now() == before.clock.now()
    for platform in (before, after):
        platform.close()


def test_the_clock_never_goes_back(platform: Platform) -> None:
    clock = MovedClock(StandingClock())
    for wrong in (timedelta(seconds=-1), timedelta(days=36600)):
        with pytest.raises(ValueError, match="forward"):
            clock.move(wrong)
    with pytest.raises(ValueError, match="can't be moved"):
        platform.move(timedelta(hours=1))


@pytest.mark.parametrize(
    ("now", "hours"),
    [(datetime(2026, 12, 5, 2, tzinfo=UTC), 23), (datetime(2026, 12, 5, 18, tzinfo=UTC), 31)],
)
def test_the_next_morning_is_tomorrow_at_eight(now: datetime, hours: int) -> None:
    assert to_morning(now, WIB) == timedelta(hours=hours)


def test_a_bell_among_several() -> None:
    async def run() -> None:
        bells = [Bell(), Bell()]
        waiting = asyncio.create_task(first_of(bells, 5))
        await asyncio.sleep(0)
        bells[1].ring()
        assert await waiting
        assert not any(bell.waiting for bell in bells)
        assert not await first_of(bells, 0.001)

    asyncio.run(run())


def test_what_a_polling_bot_sees_of_a_shuffled_platform(platform: Platform) -> None:
    platform.shuffled, platform.gather = True, 0.02
    budi = platform.add_user("Budi").id
    numbers: list[list[int]] = []

    async def poll(offset: int = 0) -> list[str]:
        answer = await platform.call(OWNERS, "getUpdates", {"offset": offset, "timeout": 5})
        numbers.append([update["update_id"] for update in answer[1]["result"]])
        return texts(answer)

    async def run() -> None:
        platform.say(ME, "a")
        platform.say(budi, "b")
        platform.say(ME, "c")
        assert await poll() == ["c", "b", "a"]
        assert numbers[0] == sorted(numbers[0])  # a polling bot never sees numbers fall
        platform.say(ME, "d")
        platform.say(ME, "e")
        assert await poll(numbers[0][1]) == ["b", "a", "e", "d"]  # what was handed out keeps its number
        assert numbers[1][:2] == numbers[0][1:]
        assert platform.chats[111, ME].waiting == [numbers[1][1], *numbers[1][2:]]
        assert platform.chats[111, budi].waiting == [numbers[1][0]]

    asyncio.run(run())


def test_a_shuffled_bot_that_is_ousted_while_it_gathers(platform: Platform) -> None:
    platform.shuffled, platform.gather = True, 0.05
    platform.say(ME, "a")

    async def run() -> None:
        first = asyncio.create_task(platform.call(OWNERS, "getUpdates", {"timeout": 5}))
        await asyncio.sleep(0)
        second = await platform.call(OWNERS, "getUpdates", {"timeout": 5})
        assert (await first)[0] == 409
        assert texts(second) == ["a"]

    asyncio.run(run())


def test_without_a_network_a_bot_can_say_nothing(platform: Platform, call: Call) -> None:
    platform.start(ME)
    platform.switch("held", True)
    with pytest.raises(Dropped):
        call("sendMessage", chat_id=ME, text="halo")
    assert (call("getUpdates")[1]["result"], platform.sent) == ([], [])
    platform.switch("held", False)
    assert call("sendMessage", chat_id=ME, text="halo")[0] == 200
    with pytest.raises(LookupError):
        platform.switch("loud", True)


def test_a_new_person_has_a_number_of_her_own(platform: Platform) -> None:
    one, two = platform.add_user("Ani", phone=None), platform.add_user("Ina", phone=None)
    assert one.phone != two.phone
    assert one.phone.startswith("62812")
    assert platform.add_user("Tanpa").phone == ""
