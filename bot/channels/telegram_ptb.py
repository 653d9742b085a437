"""A Telegram account through python-telegram-bot, its requests carried by aiohttp.

The library calls the API and names its errors; its updater, handlers and limiter aren't used. Calls go through
`Bot.do_api_request` as plain JSON: the typed methods build objects on the way in and out that nobody here reads
(measured: 149 µs of the library's own time a send against 18).
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Literal, cast

import aiohttp
from telegram import Bot
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

from bot.channels import telegram
from bot.chat.messages import Incoming, Message, Sent
from bot.chat.seams import AccountRefused, Busy, Deliver, Desk, Later, Pace, Raw
from bot.chat.text import Catalogs

os.environ["PTB_TIMEDELTA"] = "true"  # the library's coming default; asked for early, it doesn't warn of it

log = logging.getLogger(__name__)

Mode = Literal["polling", "webhook"]
_TOKEN = re.compile(r"(\d+):[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class PtbChannel:
    """One bot at Telegram. Listening by webhook needs `webhook_url` (https) and `webhook_secret`.

    `request` carries the calls instead of aiohttp; `pause` waits a number of seconds. Raises `ValueError` for a token
    or a secret that can't be one.
    """

    def __init__(
        self,
        token: str,
        desk: Desk,
        api_url: str = "https://api.telegram.org",
        mode: Mode = "polling",
        webhook_url: str = "",
        webhook_secret: str = "",
        request: BaseRequest | None = None,
        poll_seconds: int = 25,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        link_to: str = "https://t.me/{name}?start={payload}",
    ) -> None:
        if not (parts := _TOKEN.fullmatch(token)):
            raise ValueError("A Telegram token looks like 123456789:AAE..., as BotFather gives it.")
        if webhook_secret and not _SECRET.fullmatch(webhook_secret):
            raise ValueError("A webhook secret has 1 to 256 of A-Z a-z 0-9 _ -.")
        if mode == "webhook" and not (webhook_url and webhook_secret):
            raise ValueError("A webhook needs its URL and a secret.")
        self.account = f"telegram:{parts.group(1)}"
        self.desk: Desk = desk
        self.pace = Pace()
        self._mode: Mode = mode
        self._webhook = (webhook_url, webhook_secret)
        self._poll_seconds = poll_seconds
        self._link_to = link_to
        self._pause = pause
        self._request = request or AiohttpRequest()
        self._bot = Bot(
            token, base_url=f"{api_url.rstrip('/')}/bot", request=self._request, get_updates_request=self._request
        )
        self._catalogs: Catalogs | None = None

    def heard(self, raw: Raw) -> Incoming | None:
        return telegram.heard(raw)

    async def open(self, catalogs: Catalogs) -> None:
        self._catalogs = catalogs
        await self._request.initialize()  # not the bot itself: that would ask Telegram who we are

    async def close(self) -> None:
        await self._request.shutdown()

    async def who(self) -> str:
        """The bot's user name, asked of Telegram. Raises `AccountRefused` or `Later`."""
        try:
            me: dict[str, Any] = await self._ask("getMe", {})
        except TelegramError as error:
            status, said, seconds = _told(error)
            wrong = telegram.verdict(status, said, seconds)
            raise wrong if isinstance(wrong, AccountRefused | Later) else Later(60, said) from error
        return str(me["username"])

    async def link(self, payload: str) -> str:
        return self._link_to.format(name=await self.who(), payload=payload)

    def signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        return telegram.signed(headers, self._webhook[1])

    async def send(
        self, address: str, message: Message, language: str, replaces: str | None = None, after: tuple[str, ...] = ()
    ) -> Sent:
        """Draw and send one message; `Sent.id` is its last bubble, which holds the buttons.

        Raises `Later`, `Never` or `AccountRefused`.
        """
        if self._catalogs is None:
            raise RuntimeError("The channel isn't open.")
        calls = telegram.spoken(message, language, self._catalogs, address, replaces)
        # A tap is acknowledged beside the message, not before it: the person would wait for one more round trip.
        aside = [asyncio.ensure_future(self._try(call)) for call in calls if call.may_fail]
        ids = list(after)
        try:
            for call in [call for call in calls if not call.may_fail][len(after) :]:
                ids.append(await self._made(call))
            for task in aside:
                await task
        except (Later, AccountRefused) as rest:
            rest.ids = tuple(ids)
            raise
        finally:
            for task in aside:
                task.cancel()
        return Sent(ids[-1] if ids else "", tuple(ids) if len(ids) > 1 else ())

    async def _made(self, call: telegram.Call) -> str:
        """Make the call; gives the id of the message it was about, or empty. Raises as `send`."""
        try:
            result: dict[str, Any] | bool = await self._ask(call.method, call.params)
        except TelegramError as error:
            status, said, seconds = _told(error)
            if status == 400 and "entities" in call.params and telegram.entities_refused(said):
                log.error("Telegram refused the styles of a text, which is our mistake; it goes plain: %s", said)
                plain = {name: value for name, value in call.params.items() if name != "entities"}
                return await self._made(telegram.Call(call.method, plain))
            if wrong := telegram.verdict(status, said, seconds):
                raise wrong from error
            return str(call.params.get("message_id", ""))
        return str(result["message_id"]) if isinstance(result, dict) else ""

    async def _try(self, call: telegram.Call) -> None:
        try:
            await self._ask(call.method, call.params, read_timeout=3.0)  # the message it goes with waits for it
        except TelegramError as error:
            log.info("%s failed, which harms nobody: %s", call.method, error)

    async def _ask(self, method: str, params: dict[str, Any], read_timeout: float | None = None) -> Any:
        # With the underscore the library doesn't take the method for one of its own typed ones, and warn; it is gone
        # from the address that is called.
        result = await self._bot.do_api_request(
            f"{method}_",
            dict(params),
            read_timeout=BaseRequest.DEFAULT_NONE if read_timeout is None else read_timeout,
        )
        if result is None:
            raise TelegramError("Invalid server response")
        return result

    async def listen(self, deliver: Deliver) -> None:
        """Fetch updates until cancelled, or set the webhook and return. Raises `AccountRefused`."""
        if self._mode == "webhook":
            url, secret = self._webhook
            settings = {"secret_token": secret, "allowed_updates": telegram.ALLOWED_UPDATES, "max_connections": 40}
            await self._insist("setWebhook", {"url": url, **settings})
            return
        await self._insist("deleteWebhook", {})
        offset = 0
        while True:
            wanted = {"offset": offset, "timeout": self._poll_seconds, "allowed_updates": telegram.ALLOWED_UPDATES}
            updates: list[dict[str, Any]] = await self._insist("getUpdates", wanted, self._poll_seconds + 10.0)
            if not updates:
                continue
            try:
                await deliver(updates)
            except Busy as why:
                log.warning("%s: the inbox is busy (%s); the same updates will be fetched again", self.account, why)
                await self._pause(telegram.patience(1))
                continue
            offset = max(update["update_id"] for update in updates) + 1  # only now: asking on from there confirms them

    async def _insist(self, method: str, params: dict[str, Any], read_timeout: float | None = None) -> Any:
        """Make a call until it succeeds, waiting longer each time. Raises `AccountRefused`."""
        tries = 0
        while True:
            try:
                return await self._ask(method, params, read_timeout)
            except TelegramError as error:
                status, said, seconds = _told(error)
            if status in (401, 404):
                raise AccountRefused(f"{self.account}: {status} {said}")
            tries += 1
            wait = seconds or telegram.patience(tries)
            if status == 409:
                log.error("%s: somebody else fetches the updates of this bot, or has set a webhook", self.account)
            else:
                log.warning("%s: %s failed, again in %.1f s: %s", self.account, method, wait, said[:200])
            await self._pause(wait)


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
            self._session = aiohttp.ClientSession(connector=connector, headers={"User-Agent": self.USER_AGENT})

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
        timeout = aiohttp.ClientTimeout(
            total=None,
            connect=self._connect_seconds if connect_timeout is default else connect_timeout,
            sock_read=self._read_seconds if read_timeout is default else read_timeout,
        )
        body: bytes | aiohttp.FormData | None = None
        headers: dict[str, str] = {}
        if request_data is not None and request_data.contains_files:
            body = _form(request_data)
        elif request_data is not None:
            # JSON, which Telegram takes as well as a form: encoding it costs a tenth.
            body = json.dumps(request_data.parameters).encode()
            headers["Content-Type"] = "application/json"
        try:
            async with self._session.request(method, url, data=body, headers=headers, timeout=timeout) as answer:
                return answer.status, await answer.read()
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            data = cast("dict[str, Any] | list[Any] | None", json.loads(payload))
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise TelegramError("Invalid server response")  # a gateway's page; the library would log all of it
        data.setdefault("result", None)
        return data


def _form(request_data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
