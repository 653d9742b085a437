"""From a phone with WhatsApp to the desk and back: signed webhooks in, calls of the Cloud API out."""

from __future__ import annotations

import asyncio
import hmac
import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from bot.app import App
from bot.channels.whatsapp_channel import WhatsAppChannel
from bot.config import Web
from tests.office import config, rows

from .fake_graph import NUMBER, SECRET, SETTINGS, FakeGraph, fake_graph
from .test_whole_way import free_port, until

USER = "ID.8K2QX5M1R7T4W9Y3Z6B0N"


class Phone:
    """Siti's, whose number nobody is told."""

    def __init__(self, hook: str, graph: FakeGraph, session: aiohttp.ClientSession) -> None:
        self.hook = hook
        self.graph = graph
        self.session = session
        self.said = 0

    async def brings(self, *messages: dict[str, Any], statuses: tuple[dict[str, Any], ...] = ()) -> int:
        """Everything in one webhook call, as WhatsApp may; the answer's status."""
        found: list[dict[str, Any]] = []
        for message in messages:
            self.said += 1
            common = {"from_user_id": USER, "id": f"wamid.in.{self.said}", "timestamp": "1795312800"}
            found.append(common | message)
        contacts = [{"profile": {"name": "Siti"}, "user_id": USER}]
        value = {"metadata": {"phone_number_id": NUMBER}, "contacts": contacts, "messages": found}
        if statuses:
            value["statuses"] = list(statuses)
        body = json.dumps({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, "sha256").hexdigest()
        async with self.session.post(self.hook, data=body, headers={"X-Hub-Signature-256": signature}) as answer:
            return answer.status

    async def writes(self, *texts: str) -> int:
        return await self.brings(*({"type": "text", "text": {"body": text}} for text in texts))

    async def sees(self, bubbles: int) -> dict[str, Any]:
        """The last of so many bubbles."""
        await until(lambda: len(self.graph.sent()) >= bubbles)
        return self.graph.sent()[bubbles - 1]

    async def taps(self, bubble: dict[str, Any], place: int) -> int:
        """A choice of a bubble, button or row."""
        inside = bubble["interactive"]["action"]
        if "buttons" in inside:
            reply = inside["buttons"][place]["reply"]
            tap = {"type": "button_reply", "button_reply": reply}
        else:
            tap = {"type": "list_reply", "list_reply": inside["sections"][0]["rows"][place]}
        return await self.brings({"type": "interactive", "interactive": tap})


def test_what_is_not_signed_for_this_app_leaves_nothing_behind(tmp_path: Path, template: Path) -> None:
    """A changed byte, no signature, another app's: refused, and neither kept nor in the log."""
    shutil.copytree(template, tmp_path / "desk")
    listen = f"127.0.0.1:{free_port()}"
    said = {"from_user_id": USER, "id": "wamid.in.1", "timestamp": "1795312800", "type": "text"}
    value = {"metadata": {"phone_number_id": NUMBER}, "messages": [said | {"text": {"body": "rahasia sekali"}}]}
    body = json.dumps({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}).encode()

    def signed(secret: str) -> dict[str, str]:
        return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()}

    async def run() -> None:
        async with fake_graph() as graph, aiohttp.ClientSession() as session:
            channel = WhatsAppChannel(*SETTINGS, api_url=graph.url)
            app = App(config(tmp_path / "desk", web=Web(listen=listen)), [channel])
            await app.start()

            async def bring(what: bytes, headers: dict[str, str]) -> tuple[int, list[int]]:
                """The answer, and how many rows there are afterwards."""
                async with session.post(f"http://{listen}/whatsapp", data=what, headers=headers) as answer:
                    status = answer.status
                await app.settled()
                tables = ("inbox", "people", "outbox")
                return status, [len(await app.store.write(partial(rows, table=table))) for table in tables]

            try:
                for what, headers in (
                    (body.replace(b"sekali", b"sekalu"), signed(SECRET)),
                    (body, {}),
                    (body, signed("the secret of another app")),
                    (body, {"X-Hub-Signature-256": "sha1=" + "0" * 40}),
                ):
                    assert await bring(what, headers) == (401, [0, 0, 0])
                assert await bring(body, signed(SECRET)) == (200, [1, 1, 1])
            finally:
                await app.stop()

    with structlog.testing.capture_logs() as log:
        asyncio.run(run())
    assert "turn" in [line["event"] for line in log]
    assert not [word for word in ("rahasia", USER, "wamid.in.1", SECRET) if word in repr(log)]


def test_words_and_taps_are_answered_in_one_bubble_each(tmp_path: Path, template: Path) -> None:
    shutil.copytree(template, tmp_path / "desk")
    listen = f"127.0.0.1:{free_port()}"

    async def run() -> FakeGraph:
        async with fake_graph() as graph, aiohttp.ClientSession() as session:
            channel = WhatsAppChannel(*SETTINGS, api_url=graph.url)
            app = App(config(tmp_path / "desk", web=Web(listen=listen)), [channel])
            await app.start()
            try:
                phone = Phone(f"http://{listen}/whatsapp", graph, session)
                assert await phone.writes("halo") == 200
                menu = await phone.sees(1)
                assert await phone.writes("daftar") == 200
                asked = await phone.sees(2)
                sent = {"id": "wamid.101", "status": "delivered", "timestamp": "1795312800"}
                assert await phone.brings(statuses=(sent, sent)) == 200
                assert await phone.taps(asked, 0) == 200
                await phone.sees(3)
                await app.settled()
            finally:
                await app.stop()
            assert "interactive" in menu
            return graph

    graph = asyncio.run(run())
    assert len(graph.sent()) == 3
    assert {body["recipient"] for body in graph.sent()} == {USER}
    assert [body["message_id"] for body in graph.receipts()] == ["wamid.in.1", "wamid.in.2", "wamid.in.3"]
