"""Fetching updates from Telegram, or letting it bring them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from bot.chat.seams import AccountRefused, Busy, Raw

from .adapters import TOKEN, Make
from .fake_api import DROP, FakeApi, ok, opened, refusal

WANTED = ["message", "edited_message", "callback_query", "my_chat_member"]
WEBHOOK = {"mode": "webhook", "webhook_url": "https://umkm.example.go.id/telegram", "webhook_secret": "rahasia_123"}
ONE, TWO, THREE = ({"update_id": number, "message": {"text": "hai"}} for number in (11, 12, 13))


class Ears:
    """Takes updates like the inbox, remembers what was heard and waited, and stops listening after some deliveries."""

    def __init__(self, enough: int, before: Callable[[], Awaitable[None]] | None = None, busy: int = 0) -> None:
        self.heard: list[list[Raw]] = []
        self.waits: list[float] = []
        self.enough = enough
        self.done = asyncio.Event()
        self.before = before
        self.busy = busy

    async def deliver(self, updates: Sequence[Raw]) -> None:
        self.heard.append(list(updates))
        if self.before is not None:
            await self.before()
        if self.busy:
            self.busy -= 1
            raise Busy("store away")
        if len(self.heard) == self.enough:
            self.done.set()

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)


async def until_enough(listening: Awaitable[None], ears: Ears, api: FakeApi, polls: int) -> None:
    """Listen until the ears had enough and so many polls were made, or listening ends by itself."""

    async def enough() -> None:
        await ears.done.wait()
        await api.until_asked("getUpdates", polls)

    tasks = [asyncio.ensure_future(listening), asyncio.ensure_future(enough())]
    try:
        async with asyncio.timeout(20):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended, _ = await asyncio.gather(*tasks, return_exceptions=True)
    if isinstance(ended, Exception):
        raise ended


def test_an_update_is_confirmed_only_after_it_was_kept(make: Make) -> None:
    async def run() -> tuple[Ears, FakeApi, list[int]]:
        polls: list[int] = []

        async def look() -> None:
            await asyncio.sleep(0.02)  # time enough for a poll that doesn't wait
            polls.append(len(api.asked("getUpdates")))

        ears = Ears(2, before=look)
        async with opened(make, pause=ears.pause) as (channel, api):
            api.will("getUpdates", ok([ONE, TWO]), ok([]), ok([THREE]))
            await until_enough(channel.listen(ears.deliver), ears, api, 4)
            return ears, api, polls

    ears, api, polls = asyncio.run(run())
    assert ears.heard == [[ONE, TWO], [THREE]]
    assert polls == [1, 3]
    assert api.calls[0] == ("deleteWebhook", {})
    assert [call["offset"] for call in api.asked("getUpdates")] == [0, 13, 13, 14]
    assert api.asked("getUpdates")[0]["allowed_updates"] == WANTED
    assert api.asked("getUpdates")[0]["timeout"] >= 1
    assert ears.waits == []


def test_a_busy_inbox_gets_the_same_again(make: Make) -> None:
    async def run() -> tuple[Ears, FakeApi]:
        ears = Ears(3, busy=2)
        async with opened(make, pause=ears.pause) as (channel, api):
            api.will("getUpdates", ok([ONE]), ok([ONE]), ok([ONE, TWO]))
            await until_enough(channel.listen(ears.deliver), ears, api, 4)
            return ears, api

    ears, api = asyncio.run(run())
    assert ears.heard == [[ONE], [ONE], [ONE, TWO]]
    assert [call["offset"] for call in api.asked("getUpdates")] == [0, 0, 0, 13]
    assert len(ears.waits) == 2


def test_a_delivery_that_breaks_confirms_nothing(make: Make) -> None:
    async def broken() -> None:
        raise KeyError("a bug")

    async def run() -> list[dict[str, Any]]:
        ears = Ears(1, before=broken)
        async with opened(make, pause=ears.pause) as (channel, api):
            api.will("getUpdates", ok([ONE]))
            with pytest.raises(KeyError):
                await until_enough(channel.listen(ears.deliver), ears, api, 1)
            return api.asked("getUpdates")

    assert [call["offset"] for call in asyncio.run(run())] == [0]


def test_polling_outlives_a_bad_network(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    fine = ok([ONE])
    bad = [refusal(502, "Bad Gateway"), DROP, refusal(500, "Internal"), DROP, DROP, DROP, DROP]

    async def run() -> tuple[Ears, FakeApi]:
        ears = Ears(1)
        async with opened(make, pause=ears.pause) as (channel, api):
            api.will("deleteWebhook", DROP)
            api.will("getUpdates", *bad, refusal(429, "Too Many Requests", retry_after=7), fine)
            await until_enough(channel.listen(ears.deliver), ears, api, 10)
            return ears, api

    ears, api = asyncio.run(run())
    assert ears.heard == [[ONE]]
    assert [call["offset"] for call in api.asked("getUpdates")] == [0] * 9 + [12]
    first, *waits, flood = ears.waits
    assert first <= 2.0
    assert waits[0] <= 2.0 < 15.0 <= waits[-1] <= 30.0
    assert flood == 7
    assert TOKEN.partition(":")[2] not in caplog.text


def test_a_second_consumer_is_named_and_waited_for(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    said = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"

    async def run() -> Ears:
        ears = Ears(1)
        async with opened(make, pause=ears.pause) as (channel, api):
            api.will("getUpdates", refusal(409, said), ok([ONE]))
            await until_enough(channel.listen(ears.deliver), ears, api, 2)
            return ears

    ears = asyncio.run(run())
    assert (ears.heard, len(ears.waits)) == ([[ONE]], 1)
    assert [r.levelname for r in caplog.records if "somebody else fetches" in r.getMessage()] == ["ERROR"]


@pytest.mark.parametrize("mode", [{}, WEBHOOK])
def test_a_refused_token_ends_listening(make: Make, mode: dict[str, Any]) -> None:
    async def run() -> None:
        ears = Ears(1)
        async with opened(make, pause=ears.pause, **mode) as (channel, api):
            for method in ("deleteWebhook", "setWebhook"):
                api.will(method, refusal(401, "Unauthorized"))
            await until_enough(channel.listen(ears.deliver), ears, api, 1)

    with pytest.raises(AccountRefused) as caught:
        asyncio.run(run())
    assert TOKEN.partition(":")[2] not in str(caught.value)


def test_a_webhook_is_set_until_it_holds(make: Make) -> None:
    async def run() -> tuple[Ears, FakeApi]:
        ears = Ears(1)
        async with opened(make, pause=ears.pause, **WEBHOOK) as (channel, api):
            api.will("setWebhook", DROP, refusal(400, "Bad Request: bad webhook: Failed to resolve host"), ok(True))
            await channel.listen(ears.deliver)
            return ears, api

    ears, api = asyncio.run(run())
    assert len(ears.waits) == 2
    assert [name for name, _ in api.calls] == ["setWebhook"] * 3
    assert api.calls[-1][1] == {
        "url": "https://umkm.example.go.id/telegram",
        "secret_token": "rahasia_123",
        "allowed_updates": WANTED,
        "max_connections": 40,
    }


NAME = "X-Telegram-Bot-Api-Secret-Token"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({NAME: "rahasia_123"}, True),
        ({"Host": "x", NAME.lower(): "rahasia_123"}, True),
        ({NAME.upper(): "rahasia_123"}, True),
        ({}, False),
        ({NAME: ""}, False),
        ({NAME: "rahasia_12"}, False),
        ({NAME: "rahasia_1234"}, False),
        ({NAME: "Rahasia_123"}, False),
        ({NAME: "rahasia_123é\udcff"}, False),
        ({"X-Hub-Signature-256": "rahasia_123"}, False),
    ],
)
def test_a_webhook_call_shows_the_secret(make: Make, headers: dict[str, str], ours: bool) -> None:
    channel = make(TOKEN, "owners", api_url="http://127.0.0.1:9", **WEBHOOK)
    assert channel.signed(headers, b"{}") is ours


@pytest.mark.parametrize("headers", [{}, {NAME: ""}, {NAME: "x"}])
def test_without_a_secret_nothing_is_signed(make: Make, headers: dict[str, str]) -> None:
    assert make(TOKEN, "owners", api_url="http://127.0.0.1:9").signed(headers, b"") is False


@pytest.mark.parametrize("lacking", ["webhook_url", "webhook_secret"])
def test_a_webhook_without_address_or_secret_is_refused(make: Make, lacking: str) -> None:
    with pytest.raises(ValueError, match="webhook"):
        make(TOKEN, "owners", api_url="http://127.0.0.1:9", **{**WEBHOOK, lacking: ""})


def test_a_secret_that_telegram_wouldnt_take_is_refused(make: Make) -> None:
    with pytest.raises(ValueError, match="secret") as caught:
        make(TOKEN, "owners", api_url="http://127.0.0.1:9", **{**WEBHOOK, "webhook_secret": "with space"})
    assert "with space" not in str(caught.value)
