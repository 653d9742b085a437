"""How the office is told on the played WhatsApp: over HTTP, signed, again and again, twice, in any order."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, FormData, ServerDisconnectedError, web

from bot.simulator.client import Client
from bot.simulator.clock import MovedClock
from bot.simulator.platform import Platform
from bot.simulator.server import Simulator

from .cloud import NUMBER, PHONE, SECRET, TOKEN, VERIFY, WABA, add, pieces
from .conftest import MovedClock as StandingClock
from .conftest import settled

Json = dict[str, Any]
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Office:
    """A webhook that keeps what it is told; `answers` are the next statuses, 200 after them."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.answers: list[int] = []
        self.url = ""

    async def get(self, request: web.Request) -> web.Response:
        right = request.query.get("hub.verify_token") == VERIFY and request.query.get("hub.mode") == "subscribe"
        return web.Response(text=request.query["hub.challenge"]) if right else web.Response(status=403)

    async def post(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.signatures.append(request.headers["X-Hub-Signature-256"])
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    def told(self) -> list[Any]:
        return [piece for body in self.bodies for piece in pieces(body)]

    def texts(self) -> list[str]:
        return [body["text"]["body"] for kind, body in self.told() if kind == "messages"]


@asynccontextmanager
async def running(platform: Platform, scale: float = 0.01) -> AsyncGenerator[tuple[str, Office, ClientSession]]:
    office = Office()
    app = web.Application()
    app.router.add_get("/whatsapp", office.get)
    app.router.add_post("/whatsapp", office.post)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    office.url = f"http://127.0.0.1:{runner.addresses[0][1]}/whatsapp"
    simulator = Simulator(platform, scale=scale)
    url = await simulator.start()
    try:
        async with asyncio.timeout(60), ClientSession() as session:
            yield url, office, session
    finally:
        await simulator.stop()
        await runner.cleanup()


@pytest.fixture
def moved(clock: StandingClock) -> MovedClock:
    return MovedClock(clock)


@pytest.fixture
def platform(clock: StandingClock, moved: MovedClock) -> Platform:
    platform = Platform(clock=moved, monotonic=clock.monotonic)
    add(platform)
    return platform


async def subscribe(url: str, office: Office, session: ClientSession, token: str = VERIFY) -> int:
    body = {"override_callback_uri": office.url, "verify_token": token}
    async with session.post(f"{url}/v25.0/{WABA}/subscribed_apps", json=body, headers=BEARER) as answer:
        await answer.read()
        return answer.status


def test_a_webhook_is_verified_signed_and_escaped(platform: Platform) -> None:
    async def run() -> None:
        async with running(platform) as (url, office, session):
            siti = platform.add_user("Siti", phone="6281234567890").id
            platform.cloud.say(siti, "halo/kak 😀")
            assert await subscribe(url, office, session, "wrong") == 400
            assert platform.cloud.accounts[int(NUMBER)].url == ""
            assert await subscribe(url, office, session) == 200
            await settled(lambda: office.bodies)
            (body,), (signature,) = office.bodies, office.signatures
            assert signature == f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"
            assert b"halo\\/kak \\ud83d\\ude00" in body
            (entry,) = json.loads(body)["entry"]
            assert entry["id"] == WABA
            value = entry["changes"][0]["value"]
            assert value["metadata"] == {"display_phone_number": PHONE, "phone_number_id": NUMBER}
            (contact,) = value["contacts"]
            assert (contact["profile"], contact["wa_id"]) == ({"name": "Siti"}, "6281234567890")
            assert contact["user_id"] == value["messages"][0]["from_user_id"]

    asyncio.run(run())


def test_what_is_not_taken_is_brought_again_for_days(platform: Platform, moved: MovedClock) -> None:
    async def run() -> None:
        async with running(platform, scale=3600.0) as (
            url,
            office,
            session,
        ):  # its own waits are endless: time is moved
            await subscribe(url, office, session)
            siti = platform.add_user("Siti", phone="6281234567890").id
            office.answers = [500, 503, 404]
            platform.cloud.say(siti, "satu")
            await settled(lambda: len(office.bodies) == 1)
            platform.cloud.say(siti, "dua")  # isn't held back by the one before it, and fails as well
            await settled(lambda: len(office.bodies) == 2)
            platform.move(timedelta(seconds=1))
            await settled(lambda: len(office.bodies) == 4 and not platform.cloud.later[1:])
            assert sorted(office.texts()) == ["dua", "dua", "satu", "satu"]
            assert platform.cloud.on_the_way[int(NUMBER), siti] != set()
            platform.move(timedelta(days=1))
            await settled(lambda: len(office.bodies) == 5 and not platform.cloud.notices)

            office.answers = [500, 500]
            platform.cloud.say(siti, "tiga")
            await settled(lambda: len(office.bodies) == 6 and platform.cloud.later)
            platform.move(timedelta(days=8))
            await settled(lambda: platform.cloud.given_up == 1)
            assert not platform.cloud.notices

    asyncio.run(run())


def test_while_the_clock_stands_it_is_brought_again_too(platform: Platform) -> None:
    async def run() -> None:
        async with running(platform) as (url, office, session):
            await subscribe(url, office, session)
            siti = platform.add_user("Siti", phone="6281234567890").id
            office.answers = [500] * 5
            platform.cloud.say(siti, "halo")
            await settled(lambda: not platform.cloud.notices)
            assert len(office.bodies) == 6

    asyncio.run(run())


def test_several_in_one_and_everything_twice(platform: Platform) -> None:
    async def run() -> None:
        async with running(platform) as (_, office, _session):
            platform.hold()
            users = [platform.add_user(name, phone=f"62812{i}").id for i, name in enumerate("abc")]
            for user in users:
                for word in ("satu", "dua"):
                    platform.cloud.say(user, word)
            platform.cloud.marketing(users[0], False)
            platform.cloud.batch = 7
            platform.cloud.accounts[int(NUMBER)].url = office.url
            platform.switch("twice", True)
            platform.hold(False)
            await settled(lambda: len(office.bodies) == 3 and not platform.cloud.notices)
            whole, first, again = office.bodies
            assert len(pieces(whole)) == 7
            assert whole == again
            assert pieces(first) == pieces(whole)[:1]
            entries = json.loads(whole)["entry"]
            changes = [change for entry in entries for change in entry["changes"]]
            assert len(entries) == 2
            assert [change["field"] for change in changes] == ["messages", "user_preferences", "messages"]
            assert [len(change["value"]["contacts"]) for change in changes] == [1, 1, 2]

    asyncio.run(run())


def test_in_any_order(platform: Platform) -> None:
    async def run() -> None:
        async with running(platform) as (_, office, _session):
            platform.hold()
            platform.switch("shuffled", True)
            siti = platform.add_user("Siti", phone="6281234567890").id
            for word in ("satu", "dua", "tiga"):
                platform.cloud.say(siti, word)
            platform.cloud.accounts[int(NUMBER)].url = office.url
            platform.hold(False)
            await settled(lambda: len(office.bodies) == 3)
            assert office.texts() == ["tiga", "dua", "satu"]

    asyncio.run(run())


def test_the_api_over_http(platform: Platform, png: bytes) -> None:
    async def run() -> None:
        async with running(platform) as (url, _, session):
            siti = platform.add_user("Siti", phone="6281234567890").id
            platform.cloud.say(siti, "halo")
            messages = f"{url}/v25.0/{NUMBER}/messages"
            text = {"messaging_product": "whatsapp", "to": "+6281234567890", "type": "text", "text": {"body": "Halo"}}

            async def send(proof: str | None = None, **more: Any) -> tuple[int, Json]:
                query = {"appsecret_proof": proof} if proof else {}
                async with session.post(messages, json=text | more, headers=BEARER, params=query) as answer:
                    return answer.status, await answer.json()

            assert (await send())[0] == 200
            proof = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
            assert (await send(proof))[0] == 200
            assert (await send("0" * 64))[1]["error"]["code"] == 100
            async with session.post(messages, json=text) as answer:
                assert (answer.status, (await answer.json())["error"]["code"]) == (401, 190)
            async with session.post(
                messages, data=b"{", headers={**BEARER, "Content-Type": "application/json"}
            ) as answer:
                assert answer.status == 400

            platform.cloud.faults.order("drop", next=1, methods=["messages"])
            before = len(platform.cloud.chat(None, siti).bubbles)
            with pytest.raises(ServerDisconnectedError):
                await send()
            assert len(platform.cloud.chat(None, siti).bubbles) == before + 1  # sent, and the answer is lost
            platform.cloud.faults.order("flood", next=1, methods=["messages"])
            assert (await send())[1]["error"]["code"] == 130429

            form = FormData({"messaging_product": "whatsapp", "type": "image/png"})
            form.add_field("file", png, filename="a.png", content_type="image/png")
            async with session.post(f"{url}/v25.0/{NUMBER}/media", data=form, headers=BEARER) as answer:
                media = (await answer.json())["id"]
            assert (await send(type="image", image={"id": media}, text=None))[0] in {200, 400}
            async with session.get(f"{url}/v25.0/{media}", headers=BEARER) as answer:
                found = await answer.json()
            async with session.get(found["url"]) as answer:
                assert answer.status == 401
            async with session.get(found["url"], headers=BEARER) as answer:
                assert (await answer.read(), answer.content_type) == (png, "image/png")
            platform.move(timedelta(minutes=6))
            async with session.get(found["url"], headers=BEARER) as answer:
                assert answer.status == 404
            async with session.delete(f"{url}/v25.0/{media}", headers=BEARER) as answer:
                assert await answer.json() == {"success": True}

    asyncio.run(run())


def test_the_headless_phone_is_the_same(platform: Platform) -> None:
    buttons = [{"type": "reply", "reply": {"id": t, "title": t}} for t in ("Ya", "Tidak")]
    question = {"type": "button", "body": {"text": "Setuju?"}, "action": {"buttons": buttons}}

    async def run() -> None:
        async with running(platform) as (url, office, session), Client(url) as phones:
            await subscribe(url, office, session)
            siti = await phones.person("Siti", phone="6281234567890", bot=NUMBER)
            await siti.say("halo")
            body = {"messaging_product": "whatsapp", "to": "+6281234567890", "type": "interactive"}
            async with session.post(
                f"{url}/v25.0/{NUMBER}/messages", json={**body, "interactive": question}, headers=BEARER
            ) as answer:
                assert answer.status == 200
            await siti.hears("Setuju?")
            await siti.tap("Ya")
            await settled(
                lambda: any(kind == "messages" and one["type"] == "interactive" for kind, one in office.told())
            )
            chat = f"{url}/phone/transcript?chat={NUMBER}:{siti.user}"
            async with session.get(chat) as answer:
                copied = (await answer.text()).splitlines()
            assert copied[0] == "# siti: on WhatsApp"
            assert copied[3:] == ["> halo", "< Setuju?", "  [Ya] [Tidak]", "> [Ya]"]
            await siti.marketing(wanted=False)
            await settled(lambda: office.told()[-1][0] == "user_preferences")
            states = [one["status"] for kind, one in office.told() if kind == "statuses"]
            assert states == ["sent", "delivered", "read"]

    asyncio.run(run())
