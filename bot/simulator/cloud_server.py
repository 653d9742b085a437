"""WhatsApp's Graph API over HTTP, beside Telegram's on the same address: ``/v25.0/…`` and ``/whatsapp-media/…``."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, cast

from aiohttp import BodyPartReader, web

from bot.simulator.cloud import Cloud
from bot.simulator.cloud_api import Call
from bot.simulator.cloud_refusal import CloudRefusal
from bot.simulator.faults import Dropped
from bot.simulator.refusal import Json


def is_cloud(path: str) -> bool:
    """Whether a path is one of the Graph API's."""
    return path.startswith("/whatsapp-media/") or (path.startswith("/v") and path[2:3].isdigit())


def add_routes(app: web.Application, cloud: Cloud) -> None:
    """Put the Cloud API on the server."""

    async def graph(request: web.Request) -> web.StreamResponse:
        try:
            body, files = await _body(request)
            token = _token(request)
            _prove(cloud, request, token)
            parts = request.match_info["path"].strip("/").split("/")
            base = f"http://{request.host}"
            status, found = await cloud.call(token, Call(request.method, parts, body, request.query, files, base))
        except CloudRefusal as refusal:
            status, found = refusal.status, refusal.envelope()
        except Dropped:
            if request.transport:
                request.transport.abort()
            return web.Response(status=500)
        return web.json_response(found, status=status)

    async def media(request: web.Request) -> web.StreamResponse:
        ends = request.query.get("ext", "")
        try:
            found = cloud.download(_token(request), request.match_info["id"], int(ends) if ends.isdigit() else 0)
        except CloudRefusal as refusal:
            return web.json_response(refusal.envelope(), status=401)
        if found is None:
            return web.Response(status=404)
        data, mime = found
        return web.Response(body=data, headers={"Content-Type": mime})

    app.router.add_route("*", r"/v{version:\d+\.\d+}/{path:.+}", graph)
    app.router.add_get("/whatsapp-media/{id}", media)


def _token(request: web.Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else request.query.get("access_token", "")


def _prove(cloud: Cloud, request: web.Request, token: str) -> None:
    """Check the proof that a server call has the app's secret, where one is given. Raises `CloudRefusal` 100."""
    given = request.query.get("appsecret_proof")
    if given is None:
        return
    secrets = [account.secret for account in cloud.accounts.values() if account.token == token]
    proofs = [hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest() for secret in secrets]
    if secrets and not any(hmac.compare_digest(proof, given) for proof in proofs):
        raise CloudRefusal(100, "Invalid appsecret_proof provided in the API argument")


async def _body(request: web.Request) -> tuple[Json, dict[str, tuple[str, bytes, str]]]:
    """The body of a call, and the files that come with it. Raises `CloudRefusal` for JSON that is none."""
    files: dict[str, tuple[str, bytes, str]] = {}
    if not request.can_read_body:
        return {}, files
    if request.content_type == "multipart/form-data":
        body: Json = {}
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name:
                data = bytes(await part.read())
                if part.filename is None:
                    body[part.name] = data.decode(errors="replace")
                else:
                    files[part.name] = part.filename, data, part.headers.get("Content-Type", "")
        return body, files
    if request.content_type != "application/json":
        return dict(await request.post()), files
    try:
        found: Any = json.loads(await request.read() or b"{}")
    except ValueError:
        raise CloudRefusal(100, "The body is no JSON.") from None
    if not isinstance(found, dict):
        raise CloudRefusal(100, "The body is no JSON object.")
    return cast(Json, found), files
