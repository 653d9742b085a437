"""Updates reach a webhook one at a time and in order within a chat, again after a failure, side by side over chats."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from bot.simulator.platform import Platform
from bot.simulator.webhooks import bring

from .conftest import OWNERS, MovedClock, settled

ME = 700_000_001
SCALE = 0.002


class Hook:
    """A bot that notes what it is brought; `answers` are its next statuses by chat, then 200."""

    def __init__(self, platform: Platform, answers: dict[int, list[int]] | None = None) -> None:
        self.platform = platform
        self.answers = answers or {}
        self.heard: list[tuple[int, str]] = []
        self.secrets: set[str] = set()
        self.inside: dict[int, int] = {}
        self.crowded = False
        self.answered: dict[str, str] = {}

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str]]:
        message = json.loads(body)["message"]
        chat = message["chat"]["id"]
        self.inside[chat] = self.inside.get(chat, 0) + 1
        self.crowded = self.crowded or self.inside[chat] > 1
        self.heard.append((chat, message["text"]))
        self.secrets.add(headers.get("X-Telegram-Bot-Api-Secret-Token", ""))
        await asyncio.sleep(0)
        self.inside[chat] -= 1
        answers = self.answers.get(chat)
        status = answers.pop(0) if answers else 200
        if status == 0:
            raise ConnectionError("away")
        return status, self.answered

    def run(self, doings: Callable[[], Any], until: Callable[[], bool]) -> None:
        """Set the webhook, let people do things, and deliver until a condition holds."""

        async def whole() -> None:
            hook = {"url": "http://127.0.0.1:1/hook", "secret_token": "rahasia"}
            await self.platform.call(OWNERS, "setWebhook", hook)
            task = asyncio.create_task(bring(self.platform, self.post, scale=SCALE))
            doings()
            await settled(until)
            task.cancel()

        asyncio.run(whole())

    def emptied(self) -> bool:
        return not any(self.platform.waiting.values())


def test_in_order_with_the_secret_and_one_at_a_time(platform: Platform) -> None:
    hook = Hook(platform)
    others = [platform.add_user(f"Orang {n}").id for n in range(5)]

    def doings() -> None:
        for n in range(10):
            for person in (ME, *others):
                platform.say(person, str(n))

    hook.run(doings, hook.emptied)

    for person in (ME, *others):
        assert [text for chat, text in hook.heard if chat == person] == [str(n) for n in range(10)]
    assert (hook.crowded, hook.secrets) == (False, {"rahasia"})


def test_a_failure_holds_back_only_that_chat(platform: Platform) -> None:
    budi = platform.add_user("Budi").id
    hook = Hook(platform, answers={ME: [500, 0, 200, 503]})

    def doings() -> None:
        platform.say(ME, "satu")
        platform.say(ME, "dua")
        platform.say(budi, "halo")

    hook.run(doings, hook.emptied)

    assert [text for chat, text in hook.heard if chat == budi] == ["halo"]
    assert [text for chat, text in hook.heard if chat == ME] == ["satu", "satu", "satu", "dua", "dua"]
    assert hook.heard.index((budi, "halo")) == 1
    info = asyncio.run(platform.call(OWNERS, "getWebhookInfo", {}))[1]["result"]
    assert info["pending_update_count"] == 0
    assert info["last_error_message"] == "Wrong response from the webhook: 503"


def test_what_waited_before_the_webhook_was_set_is_brought(platform: Platform) -> None:
    platform.say(ME, "lama")
    hook = Hook(platform)
    hook.run(lambda: None, hook.emptied)
    assert hook.heard == [(ME, "lama")]


def test_twice(platform: Platform) -> None:
    hook = Hook(platform)
    platform.twice = True
    hook.run(lambda: [platform.say(ME, "a"), platform.say(ME, "b")], hook.emptied)
    assert [text for _, text in hook.heard] == ["a", "a", "b", "b"]


def test_out_of_order(platform: Platform) -> None:
    hook = Hook(platform)
    platform.shuffled = True
    hook.run(lambda: [platform.say(ME, "a"), platform.say(ME, "b"), platform.say(ME, "c")], hook.emptied)
    assert [text for _, text in hook.heard] == ["c", "b", "a"]


def test_no_network(platform: Platform) -> None:
    hook = Hook(platform)
    seen: list[int] = []

    def doings() -> None:
        platform.hold()
        platform.say(ME, "a")
        asyncio.get_running_loop().call_later(0.02, lambda: (seen.append(len(hook.heard)), platform.hold(False)))

    hook.run(doings, hook.emptied)
    assert (seen, [text for _, text in hook.heard]) == ([0], ["a"])


def test_an_update_older_than_a_day_is_given_up(platform: Platform, clock: MovedClock) -> None:
    platform.say(ME, "lama")
    clock.move(24 * 3600 + 1)
    platform.say(ME, "baru")
    hook = Hook(platform)
    hook.run(lambda: None, hook.emptied)
    assert [text for _, text in hook.heard] == ["baru"]
