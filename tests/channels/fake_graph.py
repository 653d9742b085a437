"""A Cloud API on loopback that answers as it is told and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.channels.whatsapp import proof
from bot.channels.whatsapp_channel import WhatsAppChannel

from .adapters import CATALOGS
from .fake_api import DROP, HANG, Answer

NUMBER, TOKEN, SECRET = "106540352242922", "EAAG-the-secret-token", "rahasia-aplikasi"
SETTINGS = (NUMBER, TOKEN, SECRET, "verify")


def ok(result: object) -> Answer:
    return Answer(json.dumps(result))


def refusal(code: int, said: str = "", status: int = 400) -> Answer:
    words = f"(#{code}) {said}"
    error: dict[str, Any] = {"message": words, "type": "OAuthException", "code": code, "fbtrace_id": "Az8or2yhqkZfEZ"}
    if said:
        error["error_data"] = {"messaging_product": "whatsapp", "details": said}
    return Answer(json.dumps({"error": error}), status)


@dataclass
class FakeGraph:
    """`calls` are (what, body) in order, what being "messages", "media" or the id asked for; `answers` are used up."""

    url: str = ""
    calls: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    answers: dict[str, list[Answer]] = field(default_factory=dict[str, list[Answer]])
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    posted: int = 100
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def will(self, what: str, *answers: Answer) -> None:
        self.answers.setdefault(what, []).extend(answers)

    def sent(self) -> list[dict[str, Any]]:
        """The messages, without receipts."""
        return [body for what, body in self.calls if what == "messages" and "status" not in body]

    def receipts(self) -> list[dict[str, Any]]:
        return [body for what, body in self.calls if what == "messages" and "status" in body]

    async def serve(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert request.query["appsecret_proof"] == proof(TOKEN, SECRET)
        what = request.match_info["what"]
        if request.content_type == "application/json":
            body: Any = await request.json()
        elif request.method == "POST":
            form = await request.post()
            body = {n: (v.filename, v.content_type, v.file.read()) if isinstance(v, web.FileField) else v
                    for n, v in form.items()}  # fmt: skip
        else:
            body = dict(request.query)
        self.calls.append((what, body))
        planned = self.answers.get("receipt" if what == "messages" and "status" in body else what)
        answer = planned.pop(0) if planned else self._usual(what, body)
        if answer is HANG:
            await self.closing.wait()
        if answer in (HANG, DROP) and request.transport is not None:
            request.transport.abort()
        return web.Response(body=answer.text.encode(), status=answer.status, content_type=answer.type)

    def _usual(self, what: str, body: Any) -> Answer:
        self.posted += 1
        if what == "messages" and "status" in body:
            return ok({"success": True})
        if what == "messages":
            to = {"input": body["to"], "wa_id": body["to"][1:]} if "to" in body else {"user_id": body["recipient"]}
            return ok({"messaging_product": "whatsapp", "contacts": [to], "messages": [{"id": f"wamid.{self.posted}"}]})
        if what == "media":
            return ok({"id": f"media.{self.posted}"})
        return ok({"display_phone_number": "+62 811-3000-1111", "verified_name": "Diskopindag", "id": NUMBER})

    async def file(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        self.calls.append(("file", request.path))
        found = self.files.get(request.match_info["name"])
        return web.Response(status=404) if found is None else web.Response(body=found)


@asynccontextmanager
async def fake_graph() -> AsyncGenerator[FakeGraph]:
    graph = FakeGraph()
    app = web.Application()
    app.router.add_get("/files/{name}", graph.file)
    app.router.add_route("*", "/v25.0/{what}", graph.serve)
    app.router.add_route("*", f"/v25.0/{NUMBER}/{{what}}", graph.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    graph.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield graph
    finally:
        graph.closing.set()
        await runner.cleanup()


@asynccontextmanager
async def opened(**more: Any) -> AsyncGenerator[tuple[WhatsAppChannel, FakeGraph]]:
    """A number open to a Cloud API of its own."""
    async with fake_graph() as graph:
        channel = WhatsAppChannel(*SETTINGS, api_url=graph.url, **more)
        await channel.open(CATALOGS)
        try:
            yield channel, graph
        finally:
            await channel.close()
