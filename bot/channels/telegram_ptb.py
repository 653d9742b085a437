"""Calls of the Bot API through python-telegram-bot, carried by aiohttp.

The library calls the API and names its errors; its updater, handlers and limiter aren't used. Calls go through
`Bot.do_api_request` as plain JSON: the typed methods build objects on the way in and out that nobody here reads.
"""

from __future__ import annotations

import os
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote

import aiohttp
from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot import fastjson
from bot.channels.telegram_channel import Refusal
from bot.chat.messages import Attachment

os.environ["PTB_TIMEDELTA"] = "true"  # the library's coming default; asked for early, it doesn't warn of it


class Ptb:
    """`Calls` through python-telegram-bot. `request` carries them instead of aiohttp."""

    def __init__(self, token: str, api_url: str, request: BaseRequest | None = None) -> None:
        self._request = request or AiohttpRequest()
        self._files = f"{api_url}/file/bot{token}"
        self._bot = Bot(token, base_url=f"{api_url}/bot", request=self._request, get_updates_request=self._request)

    async def open(self) -> None:
        await self._request.initialize()  # not the bot itself: that would ask Telegram who we are

    async def ask(self, method: str, params: dict[str, Any], seconds: int | None = None) -> Any:
        wait = BaseRequest.DEFAULT_NONE if seconds is None else float(seconds)
        try:
            # With the underscore the library doesn't take the method for one of its own typed ones, and warn; it is
            # gone from the address that is called.
            given = {name: _sendable(value) for name, value in params.items()}
            result = await self._bot.do_api_request(f"{method}_", given, read_timeout=wait)
        except TelegramError as error:
            raise Refusal(*_told(error)) from error
        if result is None:
            raise Refusal(0, "Invalid server response")
        return result

    async def download(self, path: str, most: int) -> bytes:
        try:
            content = await self._request.retrieve(f"{self._files}/{quote(path)}")
        except InvalidToken as error:  # the library's word for any 404
            raise Refusal(404, "the file can't be fetched") from error
        except TelegramError as error:
            raise Refusal(*_told(error)) from error
        if len(content) > most:
            raise Refusal(413, f"the file has more than {most} bytes")
        return content

    async def close(self) -> None:
        await self._request.shutdown()


def _sendable(value: Any) -> Any:
    return InputFile(value.content, filename=value.name) if isinstance(value, Attachment) else value


def _told(error: TelegramError) -> tuple[int, str, float]:
    """The HTTP status (0: none came), words and seconds to wait that an error of the library stands for."""
    said = str(error)
    match error:
        case RetryAfter():
            wait = error.retry_after
            return 429, said, wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        case Forbidden():
            return 403, said, 0.0
        case InvalidToken():
            return 401, said, 0.0
        case Conflict():
            return 409, said, 0.0
        case BadRequest() | ChatMigrated():
            return 400, said, 0.0
        case _:
            return (429 if said.startswith("Too Many Requests") else 0), said, 0.0


@lru_cache(maxsize=64)
def _address(url: str) -> URL:
    """There are few, one a method, and taking one apart costs every call."""
    return URL(url, encoded=True)


@lru_cache(maxsize=64)
def _timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect, sock_read=read)


_LARGEST = 20 << 20
"""Bytes of a file that Telegram gives to a bot."""
_JSON = {"Content-Type": "application/json"}


class AiohttpRequest(BaseRequest):
    """The library's seam for HTTP, over aiohttp: a send costs a seventh of what it costs over httpx.

    Timeouts in seconds; a caller's own win. A failure's words never hold the address called, for it holds the token.
    """

    def __init__(self, connections: int = 64, read_seconds: float = 15.0, connect_seconds: float = 8.0) -> None:
        self._connections = connections
        self._read_seconds = read_seconds
        self._connect_seconds = connect_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._read_seconds

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300, keepalive_timeout=30)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),  # Telegram sets none, and looking for them costs every call
                headers={"User-Agent": self.USER_AGENT},
                skip_auto_headers=("Accept", "Accept-Encoding"),
            )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("The request isn't initialized.")
        default = BaseRequest.DEFAULT_NONE
        timeout = _timeout(
            self._connect_seconds if connect_timeout is default else connect_timeout,
            self._read_seconds if read_timeout is default else read_timeout,
        )
        body: bytes | aiohttp.FormData | None = None
        headers: dict[str, str] | None = None
        if request_data is not None and request_data.contains_files:
            body = _form(request_data)
        elif request_data is not None:
            # JSON, which Telegram takes as well as a form: encoding it costs a tenth.
            body = fastjson.encode(request_data.parameters)
            headers = _JSON
        try:
            answer = await self._session.request(
                method, _address(url), data=body, headers=headers, timeout=timeout, allow_redirects=False
            )
            # What is read to its end gives its connection back; what is broken off has lost it.
            return answer.status, await _bounded(answer) if method == "GET" else await answer.read()
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            data = cast("dict[str, Any] | list[Any] | None", fastjson.decode(payload))
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise TelegramError("Invalid server response")  # a gateway's page; the library would log all of it
        data.setdefault("result", None)
        return data


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    """A file, cut off behind `_LARGEST` bytes."""
    content = bytearray()
    async with answer:
        async for chunk in answer.content.iter_chunked(65536):
            content += chunk
            if len(content) > _LARGEST:
                answer.close()
                break
    return bytes(content)


def _form(request_data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
