"""What the stations rely on, whatever the platform: every adapter keeps it, against a stand-in for its platform."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from bot.chat.messages import Attachment, Button, Message, Sent
from bot.chat.seams import AccountRefused, Channel, Later, Lost, Never

from . import fake_api, fake_graph
from .adapters import CATALOGS, TELEGRAM, TOKEN, Make
from .fake_api import DROP, Answer

HELLO = Message(("hai",))
LONG = Message(("a" * 4096 + "\n" + "b" * 4096 + "\n" + "c",), (Button("Ya", "y"),))
PAPER = Attachment(8, "data-saya.pdf", "document", "application/pdf", b"%PDF-1.7 " * 50)


@dataclass(frozen=True)
class Stand:
    """A channel at a stand-in. `texts` are those that arrived there, in order; `will` plans answers to a message."""

    channel: Channel
    texts: Callable[[], list[str]]
    will: Callable[..., None]


@dataclass(frozen=True)
class Platform:
    """How to make the channel, and how its platform says what every platform says in its own way."""

    at: Callable[[str], Channel]
    stand: Callable[[], AbstractAsyncContextManager[Stand]]
    address: str
    secrets: tuple[str, ...]
    busy: Answer
    gone: Answer
    refused: Answer
    foolish: Answer


def telegram(make: Make) -> Platform:
    @asynccontextmanager
    async def stand() -> AsyncGenerator[Stand]:
        async with fake_api.opened(make) as (channel, api):

            def texts() -> list[str]:
                said = [params for name, params in api.calls if name in ("sendMessage", "sendDocument")]
                return [params.get("text") or params.get("caption", "") for params in said]

            def will(*answers: Answer) -> None:
                for method in ("sendMessage", "sendDocument"):
                    api.will(method, *answers)

            yield Stand(channel, texts, will)

    return Platform(
        lambda url: make(TOKEN, "owners", api_url=url),
        stand,
        "5",
        (TOKEN.partition(":")[2],),
        fake_api.refusal(429, "Too Many Requests: retry after 2", retry_after=2),
        fake_api.refusal(403, "Forbidden: bot was blocked by the user"),
        fake_api.refusal(401, "Unauthorized"),
        fake_api.refusal(400, "Bad Request: BUTTON_DATA_INVALID"),
    )


def whatsapp() -> Platform:
    from bot.channels.whatsapp_channel import WhatsAppChannel

    @asynccontextmanager
    async def stand() -> AsyncGenerator[Stand]:
        async with fake_graph.opened() as (channel, graph):

            def texts() -> list[str]:
                return [_text(body) for body in graph.sent()]

            yield Stand(channel, texts, lambda *answers: graph.will("messages", *answers))

    return Platform(
        lambda url: WhatsAppChannel(*fake_graph.SETTINGS, api_url=url),
        stand,
        "ID.8K2QX5M1R7T4W9Y3Z6B0N",
        (fake_graph.TOKEN, fake_graph.SECRET),
        fake_graph.refusal(130429, "Rate limit hit"),
        fake_graph.refusal(131026, "Message undeliverable"),
        fake_graph.refusal(190, "Error validating access token", 401),
        fake_graph.refusal(131009, "Parameter value is not valid"),
    )


def _text(body: dict[str, Any]) -> str:
    if body["type"] == "interactive":
        return body["interactive"]["body"]["text"]
    return body["text"]["body"] if body["type"] == "text" else body[body["type"]].get("caption", "")


PLATFORMS = {name: telegram(make) for name, make in TELEGRAM.items()} | {"whatsapp": whatsapp()}


@pytest.fixture(params=list(PLATFORMS))
def platform(request: pytest.FixtureRequest) -> Platform:
    return PLATFORMS[request.param]


def sent(platform: Platform, message: Message, *answers: Answer, **more: Any) -> tuple[Sent, list[str]]:
    async def run() -> tuple[Sent, list[str]]:
        async with platform.stand() as stand:
            stand.will(*answers)
            return await stand.channel.send(platform.address, message, "id", **more), stand.texts()

    return asyncio.run(run())


def failed(platform: Platform, answer: Answer) -> Exception:
    with pytest.raises((Later, Never, AccountRefused)) as caught:
        sent(platform, HELLO, answer)
    told = "".join(traceback.format_exception(caught.value))
    assert not any(secret in told for secret in platform.secrets)
    return caught.value


def test_an_account_is_the_platform_s_own_number(platform: Platform) -> None:
    name, _, number = platform.at("http://127.0.0.1:9").account.partition(":")
    assert name in ("telegram", "whatsapp")
    assert number.isdecimal()


def test_what_is_sent_has_the_platform_s_id(platform: Platform) -> None:
    told, texts = sent(platform, HELLO)
    assert told.id
    assert told.ids == ()
    assert texts == ["hai"]


def test_nothing_to_say_sends_nothing(platform: Platform) -> None:
    assert sent(platform, Message()) == (Sent(), [])


@pytest.mark.parametrize("op", ["answer", "typing", "unbutton"])
def test_what_is_no_message_sends_none(platform: Platform, op: Any) -> None:
    assert sent(platform, Message(callback="42" if op != "unbutton" else "", op=op)) == (Sent(), [])


def test_a_file_goes_with_its_words(platform: Platform) -> None:
    told, texts = sent(platform, Message(("Ini data Ibu.",), file=PAPER))
    assert told.id
    assert texts == ["Ini data Ibu."]


def test_each_refusal_is_sorted(platform: Platform) -> None:
    busy, gone, foolish = (failed(platform, a) for a in (platform.busy, platform.gone, platform.foolish))
    assert isinstance(busy, Later)
    assert not busy.counts
    assert isinstance(gone, Never)
    assert gone.unreachable
    assert isinstance(foolish, Never)
    assert not foolish.unreachable
    assert isinstance(failed(platform, platform.refused), AccountRefused)


@pytest.mark.parametrize(
    "answer",
    [
        DROP,
        Answer("<html>" + "x" * 5000, 502, "text/html"),
        Answer("<html>Selamat datang di WiFi</html>", type="text/html"),
        Answer("[1]"),
        Answer("", 502),
    ],
)
def test_what_may_go_better_later(platform: Platform, answer: Answer) -> None:
    error = failed(platform, answer)
    assert isinstance(error, Later)
    assert error.counts
    assert isinstance(error, Lost) or 1.0 <= error.seconds <= 60.0  # of a lost answer a rule says how long
    assert len(error.reason) <= 200


def test_a_long_text_goes_on_where_it_stopped(platform: Platform) -> None:
    async def run() -> tuple[Sent, tuple[str, ...], list[str]]:
        async with platform.stand() as stand:
            first = await stand.channel.send(platform.address, HELLO, "id")
            stand.will(platform.busy)
            with pytest.raises(Later) as caught:
                await stand.channel.send(platform.address, LONG, "id", after=(first.id,))
            assert caught.value.ids == (first.id,)
            told = await stand.channel.send(platform.address, LONG, "id", after=caught.value.ids)
            return told, caught.value.ids, stand.texts()

    told, before, texts = asyncio.run(run())
    assert told.ids[:1] == before
    assert len(set(told.ids)) == 3
    assert told.id == told.ids[-1]
    assert [text[0] for text in texts] == ["h", "b", "b", "c"]


def test_many_sends_at_once_are_each_answered(platform: Platform) -> None:
    async def run() -> tuple[list[str], list[str]]:
        async with platform.stand() as stand:
            sends = (stand.channel.send(platform.address, Message((f"no {n}",)), "id") for n in range(60))
            return [told.id for told in await asyncio.gather(*sends)], stand.texts()

    ids, texts = asyncio.run(run())
    assert len(set(ids)) == 60
    assert sorted(texts) == sorted(f"no {n}" for n in range(60))


def test_an_unreachable_platform_is_later(platform: Platform) -> None:
    async def run() -> None:
        channel = platform.at("http://127.0.0.1:9")
        await channel.open(CATALOGS)
        try:
            await channel.send(platform.address, Message(("hai",), callback="42"), "id")
        finally:
            await channel.close()

    with pytest.raises(Later) as caught:
        asyncio.run(run())
    told = "".join(traceback.format_exception(caught.value))
    assert not any(secret in told for secret in platform.secrets)


def test_only_an_open_channel_sends(platform: Platform) -> None:
    async def run() -> None:
        channel = platform.at("http://127.0.0.1:9")
        with pytest.raises(RuntimeError, match="open"):
            await channel.send(platform.address, HELLO, "id")
        await channel.close()
        await channel.open(CATALOGS)
        await channel.close()
        with pytest.raises(Later):
            await channel.send(platform.address, HELLO, "id")

    asyncio.run(run())


@pytest.mark.parametrize("raw", [{}, {"unreadable": "eA=="}, {"update_id": "7"}, {"to": "1", "message": "hai"}])
def test_nonsense_is_refused_and_no_status(platform: Platform, raw: dict[str, Any]) -> None:
    channel = platform.at("http://127.0.0.1:9")
    assert channel.status(raw) is None
    with pytest.raises(ValueError, match="not a"):
        channel.heard(raw)


def test_a_call_that_cannot_be_taken_apart_is_one_update(platform: Platform) -> None:
    (whole,), foreign = platform.at("http://127.0.0.1:9").updates({"unreadable": "eA=="})
    assert (whole, foreign) == ({"unreadable": "eA=="}, 0)


def test_an_unsigned_call_is_nobody_s(platform: Platform) -> None:
    channel = platform.at("http://127.0.0.1:9")
    assert not channel.signed({}, b"{}")
    assert channel.challenge({}) is None
