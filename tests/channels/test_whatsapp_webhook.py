"""WhatsApp's webhook over a real socket: signed, taken apart, kept before it is answered."""

from __future__ import annotations

import asyncio
import hmac
import io
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.channels.whatsapp_channel import WhatsAppChannel
from bot.chat.seams import Busy, Raw
from bot.metrics import Metrics
from bot.web.server import LARGEST_UPDATE, Door, Server

from .test_whatsapp_heard import NUMBER, SECRET, WIRE

Call = Callable[..., Awaitable[tuple[int, str]]]


class Inbox:
    def __init__(self) -> None:
        self.kept: list[list[Raw]] = []
        self.busy = False

    async def deliver(self, updates: Sequence[Raw]) -> None:
        if self.busy:
            raise Busy("store away")
        self.kept.append(list(updates))


def sign(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, "sha256").hexdigest()}


def body_of(name: str) -> bytes:
    """As Meta writes it, which isn't as we would write what we have read of it."""
    return json.dumps(WIRE[name]["envelope"], separators=(",", ":")).replace("/", "\\/").encode()


def with_server(scenario: Callable[[Inbox, Metrics, Call], Awaitable[None]], *, there: bool = True) -> None:
    async def nothing() -> Any:
        return ""

    async def run() -> None:
        inbox, metrics = Inbox(), Metrics()
        channel = WhatsAppChannel(NUMBER, "token", SECRET, "verify")
        door = Door(channel.signed, inbox.deliver, channel.updates, channel.challenge)
        server = Server({channel.door: door} if there else {}, nothing, metrics, nothing)
        at = await server.start("127.0.0.1:0")
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:

            async def call(
                method: str, query: str = "", body: bytes | None = None, headers: Mapping[str, str] | None = None
            ) -> tuple[int, str]:
                url = f"http://{at}/whatsapp{query}"
                async with session.request(
                    method, url, data=io.BytesIO(body) if body else None, headers=headers
                ) as answer:
                    return answer.status, await answer.text()

            try:
                await scenario(inbox, metrics, call)
            finally:
                await server.stop()

    asyncio.run(run())


def test_everything_in_one_call_is_kept_together_before_it_is_answered() -> None:
    async def scenario(inbox: Inbox, metrics: Metrics, call: Call) -> None:
        body = body_of("many_in_one")
        assert (await call("POST", body=body, headers=sign(body)))[0] == 200
        ((*kept,),) = inbox.kept
        assert ["message" in raw for raw in kept] == [True, True, False, False, True]

    with_server(scenario)


def test_a_changed_byte_is_refused_and_nothing_kept() -> None:
    async def scenario(inbox: Inbox, metrics: Metrics, call: Call) -> None:
        body = body_of("text")
        signature = sign(body)
        for at in range(0, len(body), 97):
            changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
            assert (await call("POST", body=changed, headers=signature))[0] == 401
        assert (await call("POST", body=body))[0] == 401
        assert (await call("POST", body=body, headers=sign(json.dumps(json.loads(body)).encode())))[0] == 401
        assert inbox.kept == []

    with_server(scenario)


def test_too_large_a_call_is_told_to_be_so_with_or_without_a_signature() -> None:
    async def scenario(inbox: Inbox, metrics: Metrics, call: Call) -> None:
        body = b" " * LARGEST_UPDATE + body_of("text")
        for headers in (sign(body), {}):
            assert (await call("POST", body=body, headers=headers))[0] == 413
        assert inbox.kept == []

    with_server(scenario)


def test_what_cannot_be_kept_now_is_asked_for_again() -> None:
    async def scenario(inbox: Inbox, metrics: Metrics, call: Call) -> None:
        body = body_of("text")
        inbox.busy = True
        assert (await call("POST", body=body, headers=sign(body)))[0] == 503
        inbox.busy = False
        assert (await call("POST", body=body, headers=sign(body)))[0] == 200
        assert len(inbox.kept) == 1

    with_server(scenario)


def test_another_number_s_messages_are_let_go_and_counted() -> None:
    async def scenario(inbox: Inbox, metrics: Metrics, call: Call) -> None:
        body = body_of("foreign_number")
        assert (await call("POST", body=body, headers=sign(body)))[0] == 200
        assert inbox.kept == []
        assert metrics.registry.get_sample_value("pendamping_foreign_updates_total") == 2

    with_server(scenario)


def test_what_cannot_be_read_is_kept_as_it_came() -> None:
    async def scenario(inbox: Inbox, metrics: Metrics, call: Call) -> None:
        for body in (b"not json", b"[1]", b"{}", b'{"entry": 5}'):
            assert (await call("POST", body=body, headers=sign(body)))[0] == 200
        assert ["unreadable" in raws[0] for raws in inbox.kept] == [True] * 4

    with_server(scenario)


def test_the_address_is_proved_to_whoever_knows_the_token() -> None:
    async def scenario(inbox: Inbox, metrics: Metrics, call: Call) -> None:
        asked = {"hub.mode": "subscribe", "hub.challenge": "115", "hub.verify_token": "verify"}
        assert await call("GET", "?" + urlencode(asked)) == (200, "115")
        status, said = await call("GET", "?" + urlencode(asked | {"hub.verify_token": "guess"}))
        assert (status, "115" in said) == (403, False)

    with_server(scenario)


def test_without_an_account_there_is_no_door() -> None:
    async def scenario(inbox: Inbox, metrics: Metrics, call: Call) -> None:
        assert (await call("GET"))[0] == 404
        assert (await call("POST", body=b"{}"))[0] == 404

    with_server(scenario, there=False)
