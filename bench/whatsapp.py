"""What a send and a webhook call cost on WhatsApp, beside pywa: ``python -m bench.whatsapp [sends]``.

Both speak to the same stand-in for the Cloud API, a process of its own on loopback, 32 sends at once; counted is the
CPU of this process, which is what bounds a desk. The webhook call is one text message, signed and verified.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import uvloop
from aiohttp import web
from pywa.types.base_update import BaseUpdate
from pywa.utils import webhook_updates_validator
from pywa_async.client import WhatsApp
from pywa_async.types.message import Message as PywaMessage

from bot.channels import whatsapp
from bot.channels.whatsapp_channel import WhatsAppChannel
from bot.chat.messages import Button, Message
from bot.chat.text import Catalogs, t
from bot.web.server import read_update
from tests.office import Desk, make_template
from tests.talks.scripts import REGISTERED, untold
from tests.talks.test_whatsapp import delivered
from tests.transcript import Chats

NUMBER, TOKEN, SECRET, PHONE = "106540352242922", "EAAG", "rahasia", "6281234567890"
AT_ONCE = 32
MESSAGE = Message((t("*Name:* {name}", name="Siti"), "Sudah jalan?"), (Button("Ya", "q1.y"), Button("Tidak", "q1.n")))
ENVELOPE = {
    "object": "whatsapp_business_account",
    "entry": [{"id": "1", "changes": [{"field": "messages", "value": {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "6281130001111", "phone_number_id": NUMBER},
        "contacts": [{"profile": {"name": "Siti"}, "wa_id": PHONE, "user_id": "ID.8K2QX5M1R7T4W9Y3Z6B0N"}],
        "messages": [{"from": PHONE, "from_user_id": "ID.8K2QX5M1R7T4W9Y3Z6B0N", "id": "wamid.HBgNNjI4", "type": "text",
                      "timestamp": "1795312800", "text": {"body": "Selamat pagi, mau daftar"}}],
    }}]}],
}  # fmt: skip


def stand_in() -> None:
    """Serve the Cloud API until the pipe that said so is closed; its port is the first line said."""
    answer = {"messaging_product": "whatsapp", "contacts": [{"input": PHONE, "wa_id": PHONE}]}
    body = json.dumps(answer | {"messages": [{"id": "wamid.HBgNNjI4MTIz"}]}).encode()

    async def serve(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=body, content_type="application/json")

    async def run() -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", serve)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await runner.cleanup()

    uvloop.run(run())


async def sends(send: Callable[[], Awaitable[Any]], count: int) -> tuple[float, float]:
    """Milliseconds of CPU a send, and sends a second."""
    left = iter(range(count))

    async def one() -> None:
        for _ in left:
            await send()

    for _ in range(AT_ONCE):
        await send()
    began, cpu = time.monotonic(), time.process_time()
    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return (time.process_time() - cpu) / count * 1000, count / (time.monotonic() - began)


async def ours(url: str, count: int) -> tuple[float, float]:
    channel = WhatsAppChannel(NUMBER, TOKEN, SECRET, "verify", api_url=url)
    await channel.open(Catalogs({}, "en", ZoneInfo("Asia/Jakarta")))
    try:
        return await sends(lambda: channel.send(PHONE, MESSAGE, "id", mark="77"), count)
    finally:
        await channel.close()


async def theirs(url: str, count: int) -> tuple[float, float]:
    from pywa.types.callback import Button as PywaButton

    client = WhatsApp(phone_id=NUMBER, token=TOKEN, server=None)
    session: Any = client.api._session  # pyright: ignore[reportPrivateUsage] - it has no setting for another address
    session.base_url = f"{url}/v25.0"
    buttons = [PywaButton("Ya", "q1.y"), PywaButton("Tidak", "q1.n")]
    try:
        return await sends(
            lambda: client.send_message(PHONE, "*Name:* Siti\n\nSudah jalan?", buttons=buttons, tracker="77.0"), count
        )
    finally:
        await session.aclose()


def heard(count: int) -> dict[str, float]:
    """Milliseconds of CPU to verify and read one webhook call."""
    body = json.dumps(ENVELOPE).encode()
    headers = {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, "sha256").hexdigest()}
    client = WhatsApp(phone_id=NUMBER, token=TOKEN, server=None)

    def ours() -> object:
        assert whatsapp.signed(headers, body, SECRET)
        return [whatsapp.heard(raw) for raw in whatsapp.updates(read_update(body), NUMBER)[0]]

    def theirs() -> BaseUpdate:
        assert webhook_updates_validator(SECRET, body, headers["X-Hub-Signature-256"])
        return PywaMessage.from_update(client, json.loads(body))

    found: dict[str, float] = {}
    for name, hear in (("ours", ours), ("pywa", theirs)):
        hear()
        cpu = time.process_time()
        for _ in range(count):
            hear()
        found[name] = (time.process_time() - cpu) / count * 1000
    return found


def registration() -> int:
    """Messages that are delivered during a whole registration, each of which costs."""
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        make_template(Path(folder) / "template")
        desk = Desk(Path(folder) / "desk", Path(folder) / "template", whatsapp=True)
        Chats(desk, "whatsapp", numbers=True)(untold(REGISTERED))
    return delivered(desk)


def main(count: int) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.whatsapp", "stand-in"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        url = f"http://127.0.0.1:{int(child.stdout.readline())}"
        for name, run in (("ours", ours), ("pywa", theirs)):
            cpu, rate = uvloop.run(run(url, count))
            print(f"send, {name}: {cpu:.3f} ms CPU, {rate:.0f} a second")
        for name, cpu in heard(count).items():
            print(f"verify and read, {name}: {cpu:.4f} ms CPU")
        print(f"a whole registration: {registration()} messages delivered")
    finally:
        child.stdin.close()
        child.wait(10)


if __name__ == "__main__":
    if sys.argv[1:] == ["stand-in"]:
        stand_in()
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 3000)
