"""The web server: webhooks in, health and metrics out.

A webhook call is answered 200 only after its update is committed. Somebody without the secret learns nothing and leaves
nothing behind. With it, an update is never answered with anything but 200 or 503: Telegram holds back that chat's later
updates until the first is taken, so an update we can't read is kept as unreadable rather than refused.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, cast

import structlog
from aiohttp import web
from aiohttp.http import RawRequestMessage

from bot import fastjson
from bot.chat.seams import Busy, Deliver, Raw
from bot.config import host_port
from bot.metrics import CONTENT_TYPE, Metrics

LARGEST_UPDATE = 3 * 1024 * 1024  # bytes; Telegram's are a few kilobytes, WhatsApp says that its are no larger
SLOWEST_BODY = 10.0  # seconds for a body to arrive
RETRY_AFTER = 5  # seconds, told with every 503

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Door:
    """Where one account's webhook calls go: `deliver` is the inbox's for that account, the others are the channel's."""

    signed: Callable[[Mapping[str, str], bytes], bool]
    deliver: Deliver
    updates: Callable[[Raw], tuple[Sequence[Raw], int]] = lambda body: ([body], 0)
    challenge: Callable[[Mapping[str, str]], str | None] = lambda query: None


Ready = Callable[[], Awaitable[str]]
"""Why the desk can't work just now, in a word or two for the operator ("store away"); empty when it can."""

Measure = Callable[[], Awaitable[None]]
"""Reads depths and ages from the store into the metrics (`Metrics.measure`); may raise when the store is away."""


Handler = Callable[[web.BaseRequest], Awaitable[web.Response]]


class Server:
    """The web server of one App. `refuse` ends the intake, `stop` ends the server."""

    def __init__(self, doors: Mapping[str, Door], ready: Ready, metrics: Metrics, measure: Measure) -> None:
        self._doors = doors
        self._ready = ready
        self._metrics = metrics
        self._measure = measure
        self._refusing = False
        self._runner: web.ServerRunner | None = None
        self._pages: dict[str, dict[str, Handler]] = {
            "/telegram/owners": {"POST": partial(self.hook, "owners")},
            "/telegram/officers": {"POST": partial(self.hook, "officers")},
            "/whatsapp": {"POST": partial(self.hook, "whatsapp"), "GET": self.asked},
            "/healthz": {"GET": self.healthz, "HEAD": self.healthz},
            "/readyz": {"GET": self.readyz, "HEAD": self.readyz},
            "/metrics": {"GET": self.metrics, "HEAD": self.metrics},
        }

    async def start(self, listen: str) -> str:
        """Listen at ``host:port``; returns that with the real port (for port 0). Raises `OSError` if it is taken."""
        host, port = host_port(listen)
        # Raw bytes for `signed`: nothing is unpacked on the way. A call that has begun may finish within 5 seconds.
        server = web.Server(self._handle, request_factory=_request, access_log=None, auto_decompress=False)
        runner = web.ServerRunner(server, shutdown_timeout=5)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        return f"{listen.rpartition(':')[0]}:{runner.addresses[0][1]}"

    def refuse(self) -> None:
        """From now on webhook calls are answered 503 and the desk isn't ready; those under way are finished."""
        self._refusing = True

    async def stop(self) -> None:
        """Finish what is under way and stop listening."""
        self.refuse()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        page = self._pages.get(request.path)
        if page is None:
            return _answer(HTTPStatus.NOT_FOUND)
        handler = page.get(request.method)
        if handler is None:
            return web.Response(status=405, headers={**_SILENT, "Allow": ", ".join(page)})
        return await handler(request)

    async def hook(self, name: str, request: web.BaseRequest) -> web.Response:
        door = self._doors.get(name)
        if door is None:
            return _answer(HTTPStatus.NOT_FOUND)
        try:
            if request.content.is_eof():  # it has come already, as nearly always
                body = await request.read()
            else:
                async with asyncio.timeout(SLOWEST_BODY):
                    if request.headers.get("Expect", "").lower() == "100-continue":  # with large bodies
                        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                    body = await request.read()
        except TimeoutError:
            return _answer(HTTPStatus.REQUEST_TIMEOUT)
        except web.HTTPRequestEntityTooLarge:  # a signature over all of it can't be looked at
            return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not door.signed(request.headers, body):
            return _answer(HTTPStatus.UNAUTHORIZED)
        if self._refusing:
            return _later()
        try:
            updates, foreign = door.updates(read_update(body))
            if updates:
                await door.deliver(updates)
        except Busy:
            return _later()
        except Exception:
            # Whatever went wrong, it isn't committed: the platform has to bring it again.
            log.exception("webhook_failed", door=name)
            return _later()
        if foreign:
            self._metrics.foreign.inc(foreign)
            log.warning("foreign_updates", door=name, count=foreign)
        return _answer(HTTPStatus.OK)

    async def asked(self, request: web.BaseRequest) -> web.Response:
        """A platform asks whether the address it was told is ours."""
        door = self._doors.get("whatsapp")
        if door is None:
            return _answer(HTTPStatus.NOT_FOUND)
        proof = door.challenge(request.query)
        return _answer(HTTPStatus.FORBIDDEN) if proof is None else web.Response(text=proof, headers=_SILENT)

    async def healthz(self, _request: web.BaseRequest) -> web.Response:
        return _answer(HTTPStatus.OK)  # the loop itself answers, so it isn't stuck

    async def readyz(self, _request: web.BaseRequest) -> web.Response:
        why = "stopping" if self._refusing else await self._ready()
        return _later(why) if why else _answer(HTTPStatus.OK)

    async def metrics(self, _request: web.BaseRequest) -> web.Response:
        try:
            await self._measure()
        except Exception:
            # The counters still say something, and that the rest is missing says most.
            log.exception("depths_not_measured")
            self._metrics.measured.set(0)
        return web.Response(body=self._metrics.text(), headers={**_SILENT, "Content-Type": CONTENT_TYPE})


def _request(
    message: RawRequestMessage, payload: Any, protocol: Any, writer: Any, task: asyncio.Task[None]
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_UPDATE)


def read_update(body: bytes) -> Raw:
    """An update's JSON object; what isn't one becomes ``{"unreadable": base64}``, to be kept and looked at."""
    try:
        data: Any = fastjson.decode(body)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        return cast(Raw, data)
    return {"unreadable": base64.b64encode(body).decode()}


_SILENT = {"Server": "Pendamping"}
"""Which software in which version is nobody's business; aiohttp tells where nothing else is told."""


def _answer(status: HTTPStatus) -> web.Response:
    return web.Response(status=status, body=f"{status.phrase}\n".encode(), headers=_SILENT, content_type="text/plain")


def _later(why: str = HTTPStatus.SERVICE_UNAVAILABLE.phrase) -> web.Response:
    return web.Response(status=503, text=f"{why}\n", headers={**_SILENT, "Retry-After": str(RETRY_AFTER)})
