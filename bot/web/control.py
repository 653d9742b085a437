"""The operator's way in: a socket beside the database, which only its owner may open.

One process has the database open, so a command of the command line asks that process to do its work.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

Do = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]


def socket_of(database: Path) -> Path:
    """Where the process that has `database` open listens."""
    return database.with_name(database.name + ".socket")


class Control:
    """The listening side."""

    def __init__(self, path: Path, do: Do) -> None:
        self._path = path
        self._do = do
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen; a socket that a killed process left behind is replaced."""
        self._path.unlink(missing_ok=True)
        app = web.Application()
        app.router.add_post("/", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.UnixSite(self._runner, str(self._path)).start()
        self._path.chmod(0o600)

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        self._path.unlink(missing_ok=True)

    async def _answer(self, request: web.Request) -> web.Response:
        asked: dict[str, Any] = await request.json()
        try:
            answer = await self._do(asked["command"], asked["arguments"])
        except (ValueError, KeyError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(answer)


async def ask(database: Path, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Have the running process do a command. Raises `ValueError` with what it said, `OSError` if none listens."""
    connector = aiohttp.UnixConnector(str(socket_of(database)))
    async with aiohttp.ClientSession(connector=connector) as session:
        body = json.dumps({"command": command, "arguments": arguments})
        async with session.post("http://pendamping/", data=body, headers={"Content-Type": "application/json"}) as got:
            answer: dict[str, Any] = await got.json()
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer
