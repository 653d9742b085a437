from __future__ import annotations

import asyncio
import base64
import hmac
import io
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from bot.chat.seams import Busy, Raw
from bot.metrics import Metrics
from bot.web.server import LARGEST_UPDATE, Door, Server, read_update

SECRET = "s3cret-" * 6


@dataclass
class Desk:
    """An inbox of a list, whose troubles can be chosen."""

    kept: list[Raw] = field(default_factory=list[Raw])
    trouble: Exception | None = None
    unready: str = ""
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, updates: Sequence[Raw]) -> None:
        self.begun.set()
        await self.opened.wait()
        if self.trouble:
            raise self.trouble
        self.kept += updates

    async def ready(self) -> str:
        return self.unready

    async def measure(self) -> None:
        if self.trouble:
            raise self.trouble


def signed(headers: Mapping[str, str], body: bytes) -> bool:
    return hmac.compare_digest(headers.get("X-Secret", "").encode(), SECRET.encode())


Client = Callable[..., Coroutine[Any, Any, tuple[int, Mapping[str, str], str]]]


def with_server(scenario: Callable[[Desk, Server, Client], Awaitable[None]], *, shut: bool = False) -> None:
    """Run `scenario` against a server on a free port; only the owners' door exists. `shut`: deliveries hang."""

    async def run() -> None:
        desk = Desk()
        if not shut:
            desk.opened.set()
        server = Server({"owners": Door(signed, desk.deliver)}, desk.ready, Metrics(), desk.measure)
        at = await server.start("127.0.0.1:0")
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:

            async def call(
                method: str, path: str, body: bytes | None = None, secret: str = SECRET
            ) -> tuple[int, Mapping[str, str], str]:
                headers = {"X-Secret": secret}
                data = None if body is None else io.BytesIO(body)
                async with session.request(method, f"http://{at}{path}", data=data, headers=headers) as answer:
                    return answer.status, answer.headers, await answer.text()

            try:
                await scenario(desk, server, call)
            finally:
                await server.stop()

    asyncio.run(run())


def test_an_update_is_answered_after_it_is_kept():
    async def scenario(desk: Desk, server: Server, call: Client) -> None:
        waiting = asyncio.create_task(call("POST", "/telegram/owners", b'{"update_id": 1}'))
        await desk.begun.wait()
        assert not waiting.done()
        desk.opened.set()
        status, headers, _ = await waiting
        assert status == 200
        assert desk.kept == [{"update_id": 1}]
        assert headers["Server"] == "Pendamping"  # and not which software, in which version

    with_server(scenario, shut=True)


@pytest.mark.parametrize(
    "secret", ["", "s3cret-", SECRET + "x", SECRET[:-1], "é"], ids=["none", "prefix", "longer", "shorter", "not ASCII"]
)
def test_without_the_secret_nothing_is_kept(secret: str):
    async def scenario(desk: Desk, server: Server, call: Client) -> None:
        for body, answered in ((b'{"update_id": 1}', 401), (b"not json", 401), (b"x" * (LARGEST_UPDATE + 1), 413)):
            status, _, _ = await call("POST", "/telegram/owners", body, secret)
            assert status == answered
        server.refuse()
        status, _, _ = await call("POST", "/telegram/owners", b"{}", secret)
        assert status == 401
        assert desk.kept == []

    with_server(scenario)


def test_an_account_without_webhooks_has_no_door():
    async def scenario(desk: Desk, server: Server, call: Client) -> None:
        assert (await call("POST", "/telegram/officers", b"{}"))[0] == 404
        assert (await call("POST", "/telegram/strangers", b"{}"))[0] == 404
        assert (await call("GET", "/telegram/owners"))[0] == 405
        assert (await call("GET", "/"))[0] == 404
        assert desk.kept == []

    with_server(scenario)


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[1]", b'"x"', b"\xff\xfe", b"[" * 200_000, b"9" * 10_000],
    ids=["empty", "words", "list", "string", "not UTF-8", "too deep", "too big a number"],
)
def test_what_cannot_be_read_is_kept_as_it_came(body: bytes):
    async def scenario(desk: Desk, server: Server, call: Client) -> None:
        assert (await call("POST", "/telegram/owners", body))[0] == 200
        assert [base64.b64decode(raw["unreadable"]) for raw in desk.kept] == [body]

    with_server(scenario)


def test_too_much_for_an_update_is_refused():
    async def scenario(desk: Desk, server: Server, call: Client) -> None:
        update = {"text": ""}
        update["text"] = "x" * (LARGEST_UPDATE - len(json.dumps(update)))
        assert (await call("POST", "/telegram/owners", json.dumps(update).encode()))[0] == 200
        assert (await call("POST", "/telegram/owners", json.dumps(update).encode() + b" "))[0] == 413
        assert desk.kept == [update]

    with_server(scenario)


@pytest.mark.parametrize("trouble", [Busy("the queue is full"), RuntimeError("the disk is on fire")])
def test_what_cannot_be_kept_now_is_asked_for_again(trouble: Exception):
    async def scenario(desk: Desk, server: Server, call: Client) -> None:
        desk.trouble = trouble
        status, headers, text = await call("POST", "/telegram/owners", b"{}")
        assert status == 503
        assert int(headers["Retry-After"]) > 0
        assert str(trouble) not in text
        desk.trouble = None
        assert (await call("POST", "/telegram/owners", b"{}"))[0] == 200

    with_server(scenario)


def test_stopping_refuses_new_updates_and_finishes_those_under_way():
    async def scenario(desk: Desk, server: Server, call: Client) -> None:
        under_way = asyncio.create_task(call("POST", "/telegram/owners", b'{"update_id": 1}'))
        await desk.begun.wait()
        server.refuse()
        assert (await call("POST", "/telegram/owners", b'{"update_id": 2}'))[0] == 503
        assert (await call("GET", "/readyz"))[0] == 503
        assert (await call("GET", "/healthz"))[0] == 200
        stopping = asyncio.create_task(server.stop())
        desk.opened.set()
        assert (await under_way)[0] == 200
        await stopping
        assert desk.kept == [{"update_id": 1}]
        with pytest.raises(aiohttp.ClientConnectionError):
            await call("GET", "/healthz")

    with_server(scenario, shut=True)


def test_ready_says_why_not():
    async def scenario(desk: Desk, server: Server, call: Client) -> None:
        assert (await call("GET", "/readyz"))[0] == 200
        desk.unready = "store away"
        status, headers, text = await call("GET", "/readyz")
        assert (status, text.strip()) == (503, "store away")
        assert "Retry-After" in headers

    with_server(scenario)


def test_metrics_are_served_even_when_the_store_is_away():
    async def scenario(desk: Desk, server: Server, call: Client) -> None:
        status, headers, text = await call("GET", "/metrics")
        assert status == 200
        assert headers["Content-Type"].startswith("text/plain")
        assert 'pendamping_outbox_depth{lane="reply"} 0.0' in text
        desk.trouble = OSError("disk gone")
        status, _, text = await call("GET", "/metrics")
        assert status == 200
        assert "pendamping_measured 0.0" in text

    with_server(scenario)


def test_a_taken_address_is_an_error():
    async def run() -> None:
        desk = Desk()
        first, second = (Server({}, desk.ready, Metrics(), desk.measure) for _ in range(2))
        at = await first.start("127.0.0.1:0")
        try:
            with pytest.raises(OSError, match="address already in use"):
                await second.start(at)
        finally:
            await first.stop()
            await second.stop()

    asyncio.run(run())


def test_an_object_is_read_as_it_is():
    assert read_update(b'{"update_id": 7, "message": {"text": "\\ud83d\\ude4f"}}') == {
        "update_id": 7,
        "message": {"text": "🙏"},
    }


def test_who_asks_first_whether_to_send_a_large_body_is_told_to():
    async def run() -> None:
        desk = Desk()
        desk.opened.set()
        server = Server({"owners": Door(signed, desk.deliver)}, desk.ready, Metrics(), desk.measure)
        host, _, port = (await server.start("127.0.0.1:0")).partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        body = b'{"update_id": 7}'
        head = f"POST /telegram/owners HTTP/1.1\r\nHost: x\r\nX-Secret: {SECRET}\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}Expect: 100-continue\r\n\r\n".encode())
        async with asyncio.timeout(20):
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(body)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
        writer.close()
        await server.stop()
        assert desk.kept == [{"update_id": 7}]

    asyncio.run(run())
