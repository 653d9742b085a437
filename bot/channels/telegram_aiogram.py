"""Calls of the Bot API through aiogram.

The library encodes, calls the API and names its errors; its dispatcher and its states aren't used. Results stay plain
JSON: as the library's types, an update with something new in it would hold up all that came with it, and a message
that was sent would count as failed when its description can't be read.
"""

from __future__ import annotations

import json
from contextlib import aclosing
from functools import cache
from typing import Any, ClassVar, cast
from urllib.parse import quote

import aiohttp
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import BufferedInputFile

from bot.channels.telegram_channel import Refusal
from bot.chat.messages import Attachment


class Aiogram:
    """`Calls` through aiogram. `session` carries them instead of aiohttp."""

    def __init__(self, token: str, api_url: str, session: Session | None = None) -> None:
        self._session = session or Session()
        self._session.api = TelegramAPIServer.from_base(api_url)
        self._bot = Bot(token, session=self._session)

    async def open(self) -> None:
        await self._session.open()

    async def ask(self, method: str, params: dict[str, Any], seconds: int | None = None) -> Any:
        try:
            given = {name: _sendable(value) for name, value in params.items()}
            result = await self._bot(_method(method)(**given), request_timeout=seconds)
        except TelegramAPIError as error:
            raise Refusal(*_told(error)) from error
        except ClientDecodeError:
            result = None
        if result is None:
            raise Refusal(0, "Invalid server response")  # a gateway's page, which the library's error would quote
        return result

    async def download(self, path: str, most: int) -> bytes:
        url = self._session.api.file_url(self._bot.token, quote(path))
        content = bytearray()
        try:
            async with aclosing(self._session.stream_content(url, raise_for_status=True)) as chunks:
                async for chunk in chunks:
                    content += chunk
                    if len(content) > most:
                        raise Refusal(413, f"the file has more than {most} bytes")
        except aiohttp.ClientResponseError as error:  # its words hold the address
            raise Refusal(error.status, "the file can't be fetched") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Refusal(0, type(error).__name__) from None
        return bytes(content)

    async def close(self) -> None:
        await self._session.close()


class _Method(TelegramMethod[Any]):
    """A call with whatever parameters it is given."""

    __returning__: ClassVar[Any] = Any
    __api_method__: ClassVar[str] = ""


@cache
def _method(name: str) -> type[_Method]:
    return cast("type[_Method]", type(name, (_Method,), {"__api_method__": name}))


def _sendable(value: Any) -> Any:
    return BufferedInputFile(value.content, value.name) if isinstance(value, Attachment) else value


def _told(error: TelegramAPIError) -> tuple[int, str, float]:
    """The HTTP status (0: none came), words and seconds to wait that an error of the library stands for."""
    said = error.message.rpartition("Original description: ")[2]  # before it the library tells chats and numbers
    match error:
        case TelegramRetryAfter():
            return 429, said, float(error.retry_after)
        case TelegramBadRequest() | TelegramMigrateToChat():
            return 400, said, 0.0
        case TelegramUnauthorizedError():
            return 401, said, 0.0
        case TelegramForbiddenError():
            return 403, said, 0.0
        case TelegramNotFound():
            return 404, said, 0.0
        case TelegramConflictError():
            return 409, said, 0.0
        case _:
            return (429 if said.startswith("Too Many Requests") else 0), said, 0.0


class Session(AiohttpSession):
    """The library's session, with our timeouts (seconds; a caller's own win) and more failures foreseen.

    A failure's words never hold the address called, for it holds the token.
    """

    def __init__(self, connections: int = 64, read_seconds: float = 15.0, connect_seconds: float = 8.0) -> None:
        super().__init__(limit=connections, json_loads=_loads)
        self._connector_init["ssl"] = True  # the machine's certificates, not the library's: an office may have its own
        self._read_seconds = read_seconds
        self._connect_seconds = connect_seconds

    async def open(self) -> None:
        await self.create_session()

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - the library's seam
    ) -> TelegramType:
        if self._session is None or self._session.closed:  # the library would open another one, for nobody to close
            raise TelegramNetworkError(method, "The session isn't open")
        patience = aiohttp.ClientTimeout(
            total=None,
            connect=self._connect_seconds,
            sock_read=self._read_seconds if timeout is None else timeout,
        )
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        form = self.build_form_data(bot=bot, method=method)
        try:
            async with self._session.post(url, data=form, timeout=patience) as answer:
                status, content = answer.status, (await answer.read()).decode(errors="replace")
        except TimeoutError:
            raise TelegramNetworkError(method, "Timed out") from None
        except (aiohttp.ClientError, OSError) as error:
            raise TelegramNetworkError(method, type(error).__name__) from None
        return cast("TelegramType", self.check_response(bot, method, status, content).result)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()  # waits for its connections by itself; the library would for a quarter second


def _loads(content: str) -> Any:
    """JSON; an object gets a `description`, which the library looks into whether it is there or not."""
    data = json.loads(content)
    if isinstance(data, dict) and data.get("description") is None:  # pyright: ignore[reportUnknownMemberType]
        data["description"] = ""
    return data  # pyright: ignore[reportUnknownVariableType]
