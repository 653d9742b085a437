"""The phone page and the JSON that it (and the headless client) is fed with: who there is, what was said, what to do.

Only this machine's own page may drive it: the Host must be the address that we listen on and name this machine (a
foreign name that resolves to it is refused), an Origin must be the same, and whatever changes something must come with
a content type that a foreign page can't send without asking first.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.simulator.platform import Platform
from bot.simulator.refusal import Json
from bot.simulator.things import Bot, Chat, kept

PAGE = Path(__file__).parent / "page"
LONGEST_WAIT = 25.0
"""Seconds that `/phone/chat` waits for something new."""

NOTHING_SEEN = -1
"""What the page asks for first: the chat as it is, without waiting."""

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
    "sticker": lambda p, user, bot, d: p.sticker(user, bot=bot),
    "voice": lambda p, user, bot, d: p.voice(user, bot=bot),
    "location": lambda p, user, bot, d: p.location(user, float(d["latitude"]), float(d["longitude"]), bot=bot),
    "edit": lambda p, user, bot, d: p.edit(user, int(d["message_id"]), str(d["text"]), bot=bot),
    "block": lambda p, user, bot, d: p.block(user, bot),
    "unblock": lambda p, user, bot, d: p.unblock(user, bot),
}
"""What a person can do by ``POST /phone/<deed>`` with ``{"user", "bot", …}``; the answer holds its result."""


def add_routes(app: web.Application, platform: Platform) -> None:
    """Put the page at ``/`` and its API under ``/phone/``."""

    async def people(_: web.Request) -> web.Response:
        bots = [{"username": bot.username, "name": bot.name} for bot in platform.bots.values()]
        return web.json_response(
            {"life": platform.life, "bots": bots, "people": [kept(user) for user in platform.users.values()]}
        )

    async def person(request: web.Request) -> web.Response:
        given = await _body(request)
        name = str(given.get("first_name", "")).strip()
        if not name:
            raise web.HTTPBadRequest(text="a person needs a first_name")
        phone, language = str(given.get("phone", "")), str(given.get("language_code", "id"))
        return web.json_response(kept(platform.add_user(name[:64], phone=phone[:32], language_code=language[:16])))

    async def forget(request: web.Request) -> web.Response:
        await _body(request)
        platform.forget()
        platform.save()
        return web.json_response({"life": platform.life})

    async def chat(request: web.Request) -> web.Response:
        bot, user = _who(platform, request.query)
        since = int(request.query.get("since", NOTHING_SEEN))
        wait = min(float(request.query.get("wait", "0")), LONGEST_WAIT)
        if request.query.get("life") != platform.life:
            since = NOTHING_SEEN  # the page knows an earlier world
        here = platform.chat(bot, user)
        shown = _shown(platform, here, since)
        if wait > 0 and since > NOTHING_SEEN and not _news(shown):
            await here.bell.wait(wait)
            if request.query.get("life") != platform.life:
                raise web.HTTPConflict(text="everything was forgotten")
            shown = _shown(platform, here, since)
        return web.json_response(shown)

    async def photo(request: web.Request) -> web.Response:
        if request.content_type not in {"image/jpeg", "image/png"}:
            raise web.HTTPUnsupportedMediaType(text="a JPEG or PNG is expected")
        bot, user = _who(platform, request.query)
        number = platform.send_photo(user, await request.read(), request.query.get("caption", ""), bot=bot)
        return web.json_response({"result": number})

    async def deed(request: web.Request) -> web.Response:
        found = DEEDS.get(request.match_info["deed"])
        if found is None:
            raise web.HTTPNotFound(text="no such deed")
        given = await _body(request)
        bot, user = _who(platform, given)
        return web.json_response({"result": found(platform, user, bot, given)})

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
    app.router.add_get("/{name:phone\\.js|phone\\.css}", page)
    app.router.add_get("/phone/people", people)
    app.router.add_get("/phone/chat", chat)
    app.router.add_get("/phone/file/{id}", picture)
    app.router.add_post("/phone/person", person)
    app.router.add_post("/phone/forget", forget)
    app.router.add_post("/phone/photo", photo)
    app.router.add_post("/phone/{deed}", deed)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let only this machine's page in, and say in plain words what a person can't do. The Bot API has its token."""
    if request.path.startswith(("/bot", "/file/bot")):
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


def _who(platform: Platform, given: Any) -> tuple[Bot, int]:
    user = int(given["user"])
    if user not in platform.users:
        raise LookupError(f"no person {user}")
    return platform.bot(str(given["bot"])), user


def _shown(platform: Platform, chat: Chat, since: int) -> Json:
    """What has changed in a chat after `since`: messages (None where deleted), taps, and how the screen stands."""
    bubbles = [bubble for bubble in chat.bubbles.values() if bubble.seq > since]
    taps = [query for query in chat.taps if query.seq > since]
    return {
        "life": platform.life,
        "now": max([since, chat.seq, *(bubble.seq for bubble in bubbles), *(tap.seq for tap in taps)]),
        "since": since,
        "messages": [{"seq": b.seq, "message_id": b.id, "message": b.message} for b in bubbles],
        "taps": [kept(tap) for tap in taps],
        "changed": chat.seq > since,
        "keyboard": chat.keyboard,
        "blocked": chat.blocked,
        "typing": chat.typing > platform.monotonic(),
    }


def _news(shown: Json) -> bool:
    return bool(shown["messages"] or shown["taps"] or shown["changed"])
