"""A number on WhatsApp for tests' desks: the Graph API's calls, handed to the simulator's `Cloud` in this process."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.channels import whatsapp
from bot.channels.whatsapp_channel import WhatsAppChannel
from bot.channels.whatsapp_graph import Graph, Refusal
from bot.domain import windows
from bot.simulator import cloud_templates
from bot.simulator.cloud import Cloud
from bot.simulator.cloud_api import Call
from bot.simulator.cloud_things import Account
from bot.simulator.platform import Platform

NUMBER, WABA, TOKEN, SECRET, VERIFY = "100200300400500", "900800700600500", "EAAtoken", "app-secret", "verify-me"


def add_number(platform: Platform) -> Account:
    """The office's number with its templates; like Telegram here, it is told what people change in their messages.

    Nobody is limited in what she may be sent: people of transcripts answer faster than anybody can.
    """
    platform.cloud.coexisting = True
    platform.cloud.limits.pair = None
    account = platform.cloud.add_account(
        NUMBER, phone="622112345678", name="Pendamping", token=TOKEN, secret=SECRET, verify=VERIFY, waba=WABA
    )
    for mine in windows.templates():
        what = {"name": mine.name, "language": mine.language, "category": mine.category}
        cloud_templates.create(platform.cloud, WABA, what | {"components": mine.components()})
    return account


class InProcessGraph(Graph):
    """Calls without a connection."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(NUMBER, TOKEN, SECRET)
        self._cloud = cloud

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def post(self, body: dict[str, Any]) -> dict[str, Any]:
        return await self._call("POST", [NUMBER, "messages"], json.loads(json.dumps(body)))

    async def upload(self, content: bytes, name: str, mime: str) -> str:
        files = {"file": (name, content, mime)}
        told = await self._call("POST", [NUMBER, "media"], {"messaging_product": "whatsapp", "type": mime}, files)
        return str(told["id"])

    async def download(self, file: str, largest: int) -> bytes:
        told = await self._call("GET", [file], {})
        if told["file_size"] > largest:
            raise Refusal(413, whatsapp.NO_CODE, f"the file has {told['file_size']} bytes")
        return self._cloud.world.blobs[file]

    async def who(self) -> dict[str, Any]:
        return await self._call("GET", [NUMBER], {})

    async def _call(
        self, verb: str, parts: list[str], body: dict[str, Any], files: dict[str, tuple[str, bytes, str]] | None = None
    ) -> dict[str, Any]:
        call = Call(verb, parts, body, {}, files or {}, "http://127.0.0.1:1")
        status, answer = await self._cloud.call(TOKEN, call)
        if status != 200:
            raise Refusal(status, *whatsapp.refusal(answer))
        return answer


def channel(platform: Platform) -> WhatsAppChannel:
    """The number as the office has it, without the pace of one person's chat."""
    made = WhatsAppChannel(NUMBER, TOKEN, SECRET, VERIFY)
    made.pace = replace(made.pace, chat_seconds=0.0)
    made.graph = InProcessGraph(platform.cloud)
    return made
