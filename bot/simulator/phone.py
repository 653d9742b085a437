"""The phone page and the JSON that it (and the headless client) is fed with: who there is, what was said, what to do.

Only this machine's own page may drive it: the Host must be the address that we listen on and name this machine (a
foreign name that resolves to it is refused), an Origin must be the same, and whatever changes something must come with
a content type that a foreign page can't send without asking first.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.simulator import cloud_phone, story, transcript
from bot.simulator.clock import to_morning
from bot.simulator.cloud_server import is_cloud
from bot.simulator.cloud_things import Account
from bot.simulator.look import NOTHING_SEEN, look, news, shown, world
from bot.simulator.platform import Platform
from bot.simulator.refusal import Json
from bot.simulator.story import Invite, Story
from bot.simulator.things import Bot, Chat, kept

PAGE = Path(__file__).parent / "page"
LONGEST_WAIT = 25.0
"""Seconds that `/phone/chat` and `/phone/look` wait for something new."""

_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
_HEADERS = {
    "Content-Security-Policy": f"{_POLICY}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

Deed = Callable[[Platform, int, Bot, Json], object]

DEEDS: dict[str, Deed] = {
    "say": lambda p, user, bot, d: p.say(user, str(d["text"]), bot=bot),
    "start": lambda p, user, bot, d: p.start(user, bot, str(d.get("payload", ""))),
    "tap": lambda p, user, bot, d: p.tap(
        user, int(d["message_id"]), str(d["choice"]), bot=bot, forged=d.get("forged") is True
    ),
    "contact": lambda p, user, bot, d: p.share_contact(
        user, str(d.get("phone", "")), d.get("own") is not False, first_name=str(d.get("first_name", "")), bot=bot
    ),
    "press": lambda p, user, bot, d: p.press(user, str(d["label"]), bot=bot),
    "fold": lambda p, user, bot, d: p.fold(user, d["folded"] is True, bot=bot),
    "sticker": lambda p, user, bot, d: p.sticker(user, bot=bot),
    "voice": lambda p, user, bot, d: p.voice(user, bot=bot),
    "location": lambda p, user, bot, d: p.location(user, float(d["latitude"]), float(d["longitude"]), bot=bot),
    "edit": lambda p, user, bot, d: p.edit(user, int(d["message_id"]), str(d["text"]), bot=bot),
    "block": lambda p, user, bot, d: p.block(user, bot),
    "unblock": lambda p, user, bot, d: p.unblock(user, bot),
}
"""What a person can do by ``POST /phone/<deed>`` with ``{"user", "bot", …}``; the answer holds its result."""


def add_routes(app: web.Application, platform: Platform, zone: ZoneInfo, invite: Invite | None) -> None:
    """Put the page at ``/`` and its API under ``/phone/``. `zone` is where the phones are, `invite` makes officers."""

    async def people(_: web.Request) -> web.Response:
        return web.json_response(world(platform, zone, invite is not None))

    async def person(request: web.Request) -> web.Response:
        given = await _body(request)
        name = str(given.get("first_name", "")).strip()
        if not name:
            raise web.HTTPBadRequest(text="a person needs a first_name")
        phone = str(given["phone"])[:32] if "phone" in given else None
        language = str(given.get("language_code", "id"))[:16]
        return web.json_response(kept(platform.add_user(name[:64], phone=phone, language_code=language)))

    async def forget(request: web.Request) -> web.Response:
        await _body(request)
        platform.forget()
        platform.save()
        return web.json_response({"life": platform.life})

    async def chat(request: web.Request) -> web.Response:
        bot, user = _line(platform, request.query)
        since = int(request.query.get("since", NOTHING_SEEN))
        wait = min(float(request.query.get("wait", "0")), LONGEST_WAIT)
        if request.query.get("life") != platform.life:
            since = NOTHING_SEEN  # the page knows an earlier world
        here = _chat(platform, bot, user)
        seen = shown(platform, here, since)
        if wait > 0 and since > NOTHING_SEEN and not news(seen):
            await here.bell.wait(wait)
            if request.query.get("life") != platform.life:
                raise web.HTTPConflict(text="everything was forgotten")
            seen = shown(platform, here, since)
        return web.json_response(seen)

    async def watch(request: web.Request) -> web.Response:
        query = request.query
        known = query.get("life") == platform.life
        asked: list[tuple[Chat, int]] = []
        for bot, user, since in (one.split(":") for one in query.getall("chat", [])):
            line, person = _line(platform, {"bot": bot, "user": user})
            asked.append((_chat(platform, line, person), int(since) if known else NOTHING_SEEN))
        changes = int(query.get("changes", "-1"))
        chats = await look(platform, asked, changes, min(float(query.get("wait", "0")), LONGEST_WAIT))
        return web.json_response({"world": world(platform, zone, invite is not None), "chats": chats})

    async def switch(request: web.Request) -> web.Response:
        given = await _body(request)
        platform.switch(str(given["name"]), given["on"] is True)
        return web.json_response({"result": True})

    async def move(request: web.Request) -> web.Response:
        given = await _body(request)
        morning = given.get("to") == "morning"
        by = to_morning(platform.clock.now(), zone) if morning else timedelta(hours=float(given["hours"]))
        platform.move(by)
        return web.json_response({"time": platform.now()})

    async def join(request: web.Request) -> web.Response:
        bot, user = _who(platform, await _body(request))
        if invite is None:
            raise web.HTTPBadRequest(text="nobody here can invite an officer")
        link = await invite(platform.users[user].first_name)
        return web.json_response({"result": platform.start(user, bot, story.payload_of(link))})

    async def play(request: web.Request) -> web.Response:
        path = story.told().get(str((await _body(request))["story"]))
        if path is None:
            raise web.HTTPNotFound(text="no such story")
        script = await asyncio.to_thread(path.read_text, encoding="utf-8")
        return web.json_response(await Story(platform, script, invite).play())

    async def copy(request: web.Request) -> web.Response:
        chats: list[tuple[int, int, str]] = []
        for name, number in (one.split(":") for one in request.query.getall("chat", [])):
            bot, user = _line(platform, {"bot": name, "user": number})
            chats.append((bot.id, user, platform.users[user].first_name))
        officers = list(platform.bots.values())[-1].id if len(platform.bots) > 1 else 0
        cast = transcript.names(chats, officers)
        numbers = platform.cloud.accounts
        text = transcript.write(platform.diary.values(), cast, zone, [key for key in cast if key[0] in numbers])
        return web.Response(text=text)

    async def photo(request: web.Request) -> web.Response:
        if request.content_type not in {"image/jpeg", "image/png"}:
            raise web.HTTPUnsupportedMediaType(text="a JPEG or PNG is expected")
        bot, user = _line(platform, request.query)
        data, caption = await request.read(), request.query.get("caption", "")
        if isinstance(bot, Account):
            number = platform.cloud.send_photo(user, data, caption, bot=bot)
        else:
            number = platform.send_photo(user, data, caption, bot=bot)
        return web.json_response({"result": number})

    async def deed(request: web.Request) -> web.Response:
        name, given = request.match_info["deed"], await _body(request)
        if name not in DEEDS and name not in cloud_phone.DEEDS:
            raise web.HTTPNotFound(text="no such deed")
        bot, user = _line(platform, given)
        if isinstance(bot, Account):
            return web.json_response({"result": cloud_phone.DEEDS[name](platform.cloud, user, bot, given)})
        return web.json_response({"result": DEEDS[name](platform, user, bot, given)})

    async def picture(request: web.Request) -> web.Response:
        stored = platform.files.get(request.match_info["id"])
        if stored is None:
            raise web.HTTPNotFound(text="no such file")
        pictures = stored.mime in {"image/jpeg", "image/png"}
        headers = {} if pictures else {"Content-Disposition": "attachment"}
        kind = stored.mime if pictures else "application/octet-stream"
        return web.Response(body=platform.blobs[stored.id], content_type=kind, headers=headers)

    async def page(request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE / (request.match_info.get("name") or "index.html"))

    app.middlewares.append(guard)
    app.router.add_get("/", page)
    app.router.add_get("/{name:[a-z-]+\\.(?:js|css|jpg|png)}", page)
    app.router.add_get("/phone/people", people)
    app.router.add_get("/phone/chat", chat)
    app.router.add_get("/phone/look", watch)
    app.router.add_get("/phone/transcript", copy)
    app.router.add_get("/phone/file/{id}", picture)
    app.router.add_post("/phone/person", person)
    app.router.add_post("/phone/forget", forget)
    app.router.add_post("/phone/photo", photo)
    app.router.add_post("/phone/switch", switch)
    app.router.add_post("/phone/move", move)
    app.router.add_post("/phone/join", join)
    app.router.add_post("/phone/story", play)
    app.router.add_post("/phone/{deed}", deed)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let only this machine's page in, and say in plain words what a person can't do. The APIs have their tokens."""
    if request.path.startswith(("/bot", "/file/bot")) or is_cloud(request.path):
        return await handler(request)
    host = request.headers.get("Host", "")
    port = request.url.port
    listening = request.transport.get_extra_info("sockname")[1] if request.transport else port
    origin = request.headers.get("Origin")
    foreign = request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}
    if host.rpartition(":")[0] not in _NAMES or port != listening or foreign or origin not in {None, f"http://{host}"}:
        raise web.HTTPForbidden(text="only this machine's own page may do that")
    try:
        answer = await handler(request)
    except LookupError as error:
        raise web.HTTPNotFound(text=f"not there: {error}") from error
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from error
    answer.headers.update(_HEADERS)
    return answer


async def _body(request: web.Request) -> Json:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="JSON is expected")
    found: Any = json.loads(await request.read() or b"{}")
    if not isinstance(found, dict):
        raise web.HTTPBadRequest(text="a JSON object is expected")
    return cast(Json, found)


def _line(platform: Platform, given: Any) -> tuple[Bot | Account, int]:
    """Whom a person chats with: a bot by its user name, or a business number on WhatsApp by its id."""
    user, name = int(given["user"]), str(given["bot"])
    if user not in platform.users:
        raise LookupError(f"no person {user}")
    return platform.cloud.account(name) if name.isdigit() else platform.bot(name), user


def _who(platform: Platform, given: Any) -> tuple[Bot, int]:
    """The same where only a bot will do."""
    line, user = _line(platform, given)
    if isinstance(line, Account):
        raise ValueError("that is done with a bot only")
    return line, user


def _chat(platform: Platform, line: Bot | Account, user: int) -> Chat:
    return platform.cloud.chat(line, user) if isinstance(line, Account) else platform.chat(line, user)
