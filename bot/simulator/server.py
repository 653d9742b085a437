"""The platforms over HTTP, on this machine only: the Bot API, the Cloud API, the files, and the phone page.

simulator = Simulator(Platform(store))
url = await simulator.start("127.0.0.1:8081")
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Mapping
from typing import Any, cast
from zoneinfo import ZoneInfo

from aiohttp import BodyPartReader, ClientError, ClientSession, ClientTimeout, web

from bot.simulator import cloud_server, cloud_webhooks, phone
from bot.simulator.faults import Dropped
from bot.simulator.platform import Platform
from bot.simulator.refusal import Json
from bot.simulator.story import Invite
from bot.simulator.webhooks import bring

LARGEST = 64 * 1024 * 1024
WEBHOOK_TIMEOUT = 60.0


class Simulator:
    """A running platform. `scale` shortens the waits between tries of a webhook (tests: 0.01).

    The phone page shows the time of `zone`; `invite` lets it make officers.
    """

    def __init__(
        self,
        platform: Platform | None = None,
        *,
        scale: float = 1.0,
        zone: ZoneInfo | None = None,
        invite: Invite | None = None,
    ) -> None:
        self.platform = platform or Platform()
        self._zone = zone or ZoneInfo("Asia/Jakarta")
        self._invite = invite
        self.url = ""
        self._scale = scale
        self._runner: web.AppRunner | None = None
        self._session: ClientSession | None = None
        self._couriers: list[asyncio.Task[None]] = []

    async def start(self, listen: str = "127.0.0.1:0") -> str:
        """Listen on ``host:port`` (port 0: a free one) and return the address.

        Raises ValueError unless it is loopback, OSError where the port is taken.
        """
        host, _, port = listen.rpartition(":")
        host = host.strip("[]")
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ValueError("the simulator only listens on this machine")
        self._runner = web.AppRunner(
            application(self.platform, self._zone, self._invite), access_log=None, shutdown_timeout=0.2
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, int(port)).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.platform.open()
        number = cast(tuple[str, int], self._runner.addresses[0])[1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{number}"
        self._session = ClientSession(timeout=ClientTimeout(total=WEBHOOK_TIMEOUT * self._scale))
        self.platform.cloud.get = self._get
        self._couriers = [
            asyncio.create_task(bring(self.platform, self._post, scale=self._scale)),
            asyncio.create_task(cloud_webhooks.bring(self.platform.cloud, self._post, scale=self._scale)),
        ]
        return self.url

    async def stop(self) -> None:
        """Stop listening and delivering. The platform keeps what it knows and may be started again."""
        self.platform.faults.clear()
        self.platform.cloud.faults.clear()
        self.platform.close()
        for courier in self._couriers:
            courier.cancel()
        await asyncio.gather(*self._couriers, return_exceptions=True)
        if self._session:
            await self._session.close()
        if self._runner:
            await self._runner.cleanup()

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str]]:
        assert self._session
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                return answer.status, answer.headers
        except ClientError as error:
            raise ConnectionError(str(error)) from error

    async def _get(self, url: str) -> tuple[int, str]:
        assert self._session
        try:
            async with self._session.get(url, allow_redirects=False) as answer:
                return answer.status, await answer.text()
        except ClientError as error:
            raise ConnectionError(str(error)) from error


def application(platform: Platform, zone: ZoneInfo, invite: Invite | None) -> web.Application:
    """The routes of the Bot API, of WhatsApp's Cloud API and of the phone page."""

    async def call(request: web.Request) -> web.StreamResponse:
        params, files = await _parameters(request)
        try:
            status, body = await platform.call(request.match_info["token"], request.match_info["method"], params, files)
        except Dropped:
            if request.transport:
                request.transport.abort()
            return web.Response(status=500)
        return web.json_response(body, status=status)

    async def file(request: web.Request) -> web.StreamResponse:
        bot = platform.bots.get(request.match_info["token"])
        for stored in platform.files.values():
            if bot and stored.bot == bot.id and stored.path == request.match_info["path"]:
                return web.Response(body=platform.blobs[stored.id], content_type="application/octet-stream")
        return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)

    app = web.Application(client_max_size=LARGEST)
    app.router.add_route("*", "/bot{token:[^/]+}/{method:[^/]+}", call)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", file)
    cloud_server.add_routes(app, platform.cloud)
    phone.add_routes(app, platform, zone, invite)
    return app


async def _parameters(request: web.Request) -> tuple[Json, dict[str, tuple[str, bytes, str]]]:
    """A call's parameters and uploads, from the query, a JSON object, a form or a multipart body."""
    params: Json = dict(request.query)
    files: dict[str, tuple[str, bytes, str]] = {}
    if not request.can_read_body:
        return params, files
    if request.content_type == "application/json":
        try:
            body: Any = json.loads(await request.read() or b"{}")
        except ValueError:
            body = None
        return params | (cast(Json, body) if isinstance(body, dict) else {}), files
    if request.content_type != "multipart/form-data":
        return params | dict(await request.post()), files
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        data = bytes(await part.read())
        if part.filename is None:
            params[part.name] = data.decode(errors="replace")
        else:
            files[part.name] = part.filename, data, part.headers.get("Content-Type", "")
    return params, files
