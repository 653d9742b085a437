"""A Bot API on loopback that answers as it is told and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.chat.seams import Channel

from .adapters import CATALOGS, TOKEN, Make

_NUMBERS = {"chat_id", "message_id", "offset", "timeout", "max_connections"}


@dataclass(frozen=True)
class Answer:
    text: str
    status: int = 200
    type: str = "application/json"
    encoding: str = "utf-8"


DROP = Answer("the connection is cut after the call was read")
HANG = Answer("none ever comes")


def ok(result: object) -> Answer:
    return Answer(json.dumps({"ok": True, "result": result}))


def refusal(status: int, description: str, **parameters: object) -> Answer:
    body: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Answer(json.dumps(body), status)


@dataclass
class FakeApi:
    """`calls` are (method, parameters), in order; `answers` are used up, then comes the usual one."""

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])
    answers: dict[str, list[Answer]] = field(default_factory=dict[str, list[Answer]])
    files: dict[str, bytes | Answer] = field(default_factory=dict[str, bytes | Answer])
    """By path; `HANG` is a file that breaks off when `closing` is set, after `fetching` has told that it was asked."""
    fetching: asyncio.Event = field(default_factory=asyncio.Event)
    posted: int = 100
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    called: asyncio.Condition = field(default_factory=asyncio.Condition)

    def will(self, method: str, *answers: Answer) -> None:
        self.answers.setdefault(method, []).extend(answers)

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [params for name, params in self.calls if name == method]

    async def until_asked(self, method: str, times: int) -> None:
        async with self.called:
            await self.called.wait_for(lambda: len(self.asked(method)) >= times)

    async def serve(self, request: web.Request) -> web.Response:
        assert request.match_info["token"] == TOKEN
        method = request.match_info["method"]
        params = await _params(request)
        self.calls.append((method, params))
        async with self.called:
            self.called.notify_all()
        planned = self.answers.get(method)
        answer = planned.pop(0) if planned else await self._usual(method, params)
        if answer is HANG:
            await self.closing.wait()
        if answer in (HANG, DROP) and request.transport is not None:  # the caller may have gone first
            request.transport.abort()
        body = answer.text.encode(answer.encoding)
        return web.Response(body=body, status=answer.status, content_type=answer.type)

    async def file(self, request: web.Request) -> web.Response:
        assert request.match_info["token"] == TOKEN
        content = self.files.get(request.match_info["path"])
        if isinstance(content, Answer):
            self.fetching.set()
            await self.closing.wait()
            if request.transport is not None:
                request.transport.abort()
        return web.Response(body=content) if isinstance(content, bytes) else web.Response(status=404)

    async def _usual(self, method: str, params: dict[str, Any]) -> Answer:
        message = {"date": 1795312800, "chat": {"id": 5, "type": "private"}}
        if method == "getUpdates":  # a long poll without news
            await self.closing.wait()
            return ok([])
        if method in ("sendMessage", "sendPhoto", "sendDocument"):
            self.posted += 1
            return ok({"message_id": self.posted, **message})
        if method.startswith("editMessage"):
            return ok({"message_id": params["message_id"], **message})
        return ok(True)


async def _params(request: web.Request) -> dict[str, Any]:
    """The parameters as JSON values, in whatever of Telegram's encodings they came."""
    given: dict[str, Any] = {}
    attached: list[str] = []
    if request.content_type == "application/json":
        given = await request.json()
    else:
        for name, value in (await request.post()).items():
            given[name] = (value.filename, value.file.read()) if isinstance(value, web.FileField) else value
    for name, value in given.items():
        if isinstance(value, str) and (name in _NUMBERS or value[:1] in ("{", "[")):
            given[name] = json.loads(value)
        elif isinstance(value, str) and value.startswith("attach://"):
            given[name] = given[value.removeprefix("attach://")]
            attached.append(value.removeprefix("attach://"))
    return {name: value for name, value in given.items() if name not in attached}


@asynccontextmanager
async def fake_api() -> AsyncGenerator[FakeApi]:
    api = FakeApi()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", api.serve)
    app.router.add_get("/file/bot{token}/{path:.+}", api.file)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield api
    finally:
        api.closing.set()
        await runner.cleanup()


@asynccontextmanager
async def opened(make: Make, **more: Any) -> AsyncGenerator[tuple[Channel, FakeApi]]:
    """A channel open to a Bot API of its own."""
    async with fake_api() as api:
        channel = make(TOKEN, "owners", api_url=api.url, **more)
        await channel.open(CATALOGS)
        try:
            yield channel, api
        finally:
            await channel.close()
