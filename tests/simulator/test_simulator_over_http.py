"""The platform behind HTTP: forms and JSON, files, a real webhook, faults on the line, the headless phone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientConnectorError, ClientSession, FormData, ServerDisconnectedError, web

from bot.simulator.client import Client, NotHeard, text_of
from bot.simulator.phone import PAGE
from bot.simulator.platform import Platform
from bot.simulator.server import Simulator

from .conftest import OWNERS, settled
from .echo import BUTTONS, echo

ME = 700_000_001


def with_simulator(platform: Platform, play: Callable[[Simulator, ClientSession], Awaitable[None]]) -> None:
    """Start the simulator on a free port and play with it."""

    async def run() -> None:
        simulator = Simulator(platform, scale=0.01)
        await simulator.start()
        try:
            async with ClientSession() as session, asyncio.timeout(30):
                await play(simulator, session)
        finally:
            await simulator.stop()

    asyncio.run(run())


def test_json_form_query_and_multipart_mean_the_same(platform: Platform, png: bytes) -> None:
    platform.start(ME)

    async def play(simulator: Simulator, session: ClientSession) -> None:
        api = f"{simulator.url}/bot{OWNERS}"
        async with session.post(f"{api}/sendMessage", json={"chat_id": ME, "text": "a & b"}) as answer:
            assert (await answer.json())["result"]["text"] == "a & b"
        form = {
            "chat_id": str(ME),
            "text": "c",
            "reply_markup": '{"inline_keyboard": [[{"text":"Ya","callback_data":"y"}]]}',
        }
        async with session.post(f"{api}/SENDMESSAGE", data=form) as answer:
            assert (await answer.json())["result"]["reply_markup"]["inline_keyboard"][0][0]["text"] == "Ya"
        async with session.get(f"{api}/sendMessage", params={"chat_id": ME, "text": "d"}) as answer:
            assert (await answer.json())["result"]["text"] == "d"
        data = FormData({"chat_id": str(ME), "caption": "Denah"})
        data.add_field("photo", png, filename="d.png", content_type="image/png")
        async with session.post(f"{api}/sendPhoto", data=data) as answer:
            photo = (await answer.json())["result"]["photo"][-1]["file_id"]
        async with session.get(f"{api}/getFile", params={"file_id": photo}) as answer:
            path = (await answer.json())["result"]["file_path"]
        async with session.get(f"{simulator.url}/file/bot{OWNERS}/{path}") as answer:
            assert await answer.read() == png
        async with session.get(f"{simulator.url}/file/bot222:officers/{path}") as answer:
            assert answer.status == 404
        async with session.post(
            f"{api}/sendMessage", data=b"{", headers={"Content-Type": "application/json"}
        ) as answer:
            assert answer.status == 400

    with_simulator(platform, play)


def test_a_webhook_is_posted_to_and_tried_again(platform: Platform) -> None:
    heard: list[tuple[str, str]] = []

    async def hook(request: web.Request) -> web.Response:
        update = await request.json()
        heard.append((update["message"]["text"], request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        return web.Response(status=503 if len(heard) == 1 else 200)

    async def play(simulator: Simulator, session: ClientSession) -> None:
        app = web.Application()
        app.router.add_post("/hook", hook)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        async with session.post(
            f"{simulator.url}/bot{OWNERS}/setWebhook", json={"url": url, "secret_token": "s"}
        ) as answer:
            assert answer.status == 200
        platform.say(ME, "satu")
        platform.say(ME, "dua")
        await settled(lambda: not any(platform.waiting.values()))
        await runner.cleanup()

    with_simulator(platform, play)
    assert heard == [("satu", "s"), ("satu", "s"), ("dua", "s")]


def test_a_dropped_line_hides_a_message_that_was_accepted(platform: Platform) -> None:
    platform.start(ME)
    platform.faults.order("drop", next=1)

    async def play(simulator: Simulator, session: ClientSession) -> None:
        with pytest.raises(ServerDisconnectedError):
            await session.post(f"{simulator.url}/bot{OWNERS}/sendMessage", json={"chat_id": ME, "text": "x"})

    with_simulator(platform, play)
    assert len(platform.sent) == 1


def test_a_stopped_simulator_goes_on_where_it_was(platform: Platform) -> None:
    async def run() -> None:
        simulator = Simulator(platform)
        for word in ("satu", "dua"):
            url = await simulator.start()
            platform.say(ME, word)
            async with ClientSession() as session, session.post(f"{url}/bot{OWNERS}/getUpdates") as answer:
                assert (await answer.json())["result"][-1]["message"]["text"] == word
            with pytest.raises(OSError, match="in use"):
                await Simulator().start(url.removeprefix("http://"))
            await simulator.stop()
            async with ClientSession() as session:
                with pytest.raises(ClientConnectorError):
                    await session.get(url)

    asyncio.run(run())


def test_only_this_machine() -> None:
    for listen in ("0.0.0.0:0", "192.168.1.4:8081"):
        with pytest.raises(ValueError, match="this machine"):
            asyncio.run(Simulator().start(listen))


FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://jahat.example"},
    {"Origin": "null"},
    {"Host": "jahat.example:{port}"},
    {"Host": "127.0.0.1:1"},
    {"Host": "127.0.0.1"},
    {"Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/phone/say", "/phone/forget", "/phone/people", "/"])
def test_a_foreign_page_cannot_drive_the_phone(platform: Platform, headers: dict[str, str], path: str) -> None:
    async def play(simulator: Simulator, session: ClientSession) -> None:
        port = simulator.url.rpartition(":")[2]
        sent = {name: value.replace("{port}", port) for name, value in headers.items()}
        body: dict[str, Any] = {"user": ME, "bot": "pendamping_bot", "text": "x"}
        method = "GET" if path in {"/", "/phone/people"} else "POST"
        async with session.request(method, simulator.url + path, json=body, headers=sent) as answer:
            assert answer.status == 403
        async with session.request(
            method, simulator.url + path, json=body, headers={"Origin": simulator.url}
        ) as answer:
            assert answer.status == 200

    with_simulator(platform, play)


def test_a_plain_form_cannot_drive_the_phone(platform: Platform) -> None:
    async def play(simulator: Simulator, session: ClientSession) -> None:
        for deed in ("say", "forget", "person", "photo"):
            async with session.post(f"{simulator.url}/phone/{deed}", data={"user": str(ME)}) as answer:
                assert answer.status == 415

    with_simulator(platform, play)
    assert (list(platform.users), platform.chats) == ([ME], {})


def test_the_page_brings_a_policy_and_nothing_foreign(platform: Platform) -> None:
    async def play(simulator: Simulator, session: ClientSession) -> None:
        files = [path.name for path in PAGE.iterdir() if path.suffix in {".js", ".css"}]
        assert len(files) > 5
        for name in ("", *files):
            async with session.get(f"{simulator.url}/{name}") as answer:
                words = await answer.text()
                assert answer.status == 200
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                assert "http://" not in words
                assert "https://" not in words
                assert "innerHTML" not in words
        async with session.get(f"{simulator.url}/phone.py") as answer:
            assert answer.status == 404

    with_simulator(platform, play)


def test_the_headless_phone_chats_with_a_bot(platform: Platform, png: bytes) -> None:
    async def play(simulator: Simulator, session: ClientSession) -> None:
        bot = asyncio.create_task(echo(simulator.url, OWNERS, png))
        async with Client(simulator.url) as phones:
            budi = await phones.person("Budi", phone="628111")
            await budi.start()
            greeting = await budi.hears("Boleh kami catat")
            assert greeting[0]["reply_markup"] == BUTTONS
            await budi.tap("Ya, setuju")
            assert text_of((await budi.hears("Dijawab"))[-1]) == "Dijawab: ya"
            assert [(tap["data"], tap["answered"], tap["text"]) for tap in await budi.answers()] == [
                ("ya", True, "Tercatat")
            ]
            with pytest.raises(LookupError):
                await budi.tap("Ya, setuju")  # the bot has taken its buttons away
            await budi.say("nomor")
            await budi.hears("nomor HP")
            await budi.tap("Bagikan nomor")
            await budi.hears("Nomor 628111 tercatat")
            await budi.say("foto")
            await budi.hears("Denah")
            await budi.photo(png, "warung")
            await budi.hears("sesuatu")
            with pytest.raises(NotHeard, match="Anda menulis: sesuatu"):
                await budi.hears(within=0.05)
            again = await phones.known(budi.user)
            assert await again.history() == await budi.history()
            await budi.block()
            with pytest.raises(ValueError, match="blocked"):
                await budi.say("halo")
            await phones.forget()
            with pytest.raises(ValueError, match="no person"):
                await budi.say("halo")
        bot.cancel()

    with_simulator(platform, play)


def test_the_chat_waits_for_news_and_tells_of_deletions(platform: Platform) -> None:
    async def play(simulator: Simulator, session: ClientSession) -> None:
        platform.start(ME)
        query: dict[str, Any] = {"user": ME, "bot": "pendamping_bot", "life": platform.life, "since": -1, "wait": 20}

        async def look() -> dict[str, Any]:
            async with session.get(f"{simulator.url}/phone/chat", params=query) as answer:
                return await answer.json()

        first = await look()
        query["since"] = first["now"]
        waiting = asyncio.create_task(look())
        done, _ = await asyncio.wait({waiting}, timeout=0.05)
        assert not done
        await platform.call(OWNERS, "deleteMessage", {"chat_id": ME, "message_id": 1})
        assert [(one["message_id"], one["message"]) for one in (await waiting)["messages"]] == [(1, None)]
        query["life"] = "another"
        assert (await look())["since"] == -1

    with_simulator(platform, play)
