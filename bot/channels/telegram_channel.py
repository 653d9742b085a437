"""A Telegram account: fetching updates, sending messages, understanding refusals. The calls go through a library.

What the libraries have in common is here, once: an adapter (`telegram_ptb.py`, `telegram_aiogram.py`) only makes calls.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from bot.channels import telegram
from bot.chat.messages import Attachment, Incoming, Message, Sent, Standing, Status
from bot.chat.seams import AccountRefused, Busy, Deliver, Desk, Later, Never, Pace, Raw
from bot.chat.text import Catalogs

log = logging.getLogger(__name__)

Mode = Literal["polling", "webhook"]
Name = Literal["python-telegram-bot", "aiogram"]
_TOKEN = re.compile(r"(\d+):[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_STYLES = {"entities", "caption_entities"}
_ASIDE_SECONDS = 3
"""How long the message it goes with waits for the acknowledgement of a tap."""
_UPLOAD_SECONDS = 90
"""Up to ten megabytes go up before an answer can come."""


class Refusal(Exception):
    """A call without a result: its HTTP status (0: none came), Telegram's words, the seconds it asks to wait."""

    def __init__(self, status: int, said: str, seconds: float = 0.0) -> None:
        super().__init__(said)
        self.status = status
        self.said = said
        self.seconds = seconds


class Calls(Protocol):
    """One bot's calls of the Bot API, made by a library."""

    async def open(self) -> None: ...

    async def ask(self, method: str, params: dict[str, Any], seconds: int | None = None) -> Any:
        """The result, as Telegram's JSON has it; `seconds` to wait for it, where the usual ones don't fit.

        An `Attachment` among the parameters is uploaded.
        Raises `Refusal`, whose words hold neither the token nor the address that was called.
        """
        ...

    async def download(self, path: str, most: int) -> bytes:
        """A file by the `file_path` that getFile told. Raises `Refusal`, of status 413 where it has more than `most`
        bytes, of 404 where it isn't there any more."""
        ...

    async def close(self) -> None: ...


Library = Callable[[str, str], Calls]
"""Makes the `Calls` of a token at the address of a Bot API."""


def library(name: Name) -> Library:
    """The library of that name, imported now: aiogram alone takes seconds, and more memory than all the rest."""
    if name == "aiogram":
        from bot.channels.telegram_aiogram import Aiogram

        return Aiogram
    from bot.channels.telegram_ptb import Ptb

    return Ptb


class TelegramChannel:
    """One bot at Telegram. Listening by webhook needs `webhook_url` (https) and `webhook_secret`.

    `pause` waits a number of seconds. Raises `ValueError` for a token or a secret that can't be one.
    """

    def __init__(
        self,
        token: str,
        desk: Desk,
        library: Library,
        api_url: str = "https://api.telegram.org",
        mode: Mode = "polling",
        webhook_url: str = "",
        webhook_secret: str = "",
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
        self.door: str = desk
        self.pace = Pace()
        self._mode: Mode = mode
        self._webhook = (webhook_url, webhook_secret)
        self._poll_seconds = poll_seconds
        self._link_to = link_to
        self._pause = pause
        self._calls = library(token, api_url.rstrip("/"))
        self._catalogs: Catalogs | None = None

    def heard(self, raw: Raw) -> Incoming | None:
        return telegram.heard(raw)

    async def open(self, catalogs: Catalogs) -> None:
        self._catalogs = catalogs
        await self._calls.open()

    async def close(self) -> None:
        await self._calls.close()

    async def who(self) -> str:
        """The bot's user name, asked of Telegram. Raises `AccountRefused` or `Later`."""
        try:
            me: dict[str, Any] = await self._calls.ask("getMe", {})
        except Refusal as error:
            wrong = telegram.verdict(error.status, error.said, error.seconds)
            raise wrong if isinstance(wrong, AccountRefused | Later) else Later(60, error.said) from error
        return str(me["username"])

    async def link(self, payload: str) -> str:
        return self._link_to.format(name=await self.who(), payload=payload)

    def updates(self, body: Raw) -> tuple[Sequence[Raw], int]:
        return [body], 0

    def status(self, raw: Raw) -> Status | None:
        """Telegram tells nothing about a message once it has taken it."""

    def standing(self, raw: Raw) -> Standing | None:
        """Telegram tells nothing about a bot's account."""

    def failure(self, status: Status) -> Never:
        return Never("Telegram tells of no failure")

    def signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        return telegram.signed(headers, self._webhook[1])

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Telegram asks nothing."""

    async def send(
        self,
        address: str,
        message: Message,
        language: str,
        replaces: str | None = None,
        after: tuple[str, ...] = (),
        mark: str = "",
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
        uploads = any(isinstance(value, Attachment) for value in call.params.values())
        try:
            result: dict[str, Any] | bool = await self._calls.ask(
                call.method, call.params, _UPLOAD_SECONDS if uploads else None
            )
        except Refusal as error:
            styled = not _STYLES.isdisjoint(call.params)
            if error.status == 400 and styled and telegram.entities_refused(error.said):
                log.error("Telegram refused the styles of a text, which is our mistake; it goes plain: %s", error.said)
                plain = {name: value for name, value in call.params.items() if name not in _STYLES}
                return await self._made(telegram.Call(call.method, plain))
            if wrong := telegram.verdict(error.status, error.said, error.seconds):
                raise wrong from error
            return str(call.params.get("message_id", ""))
        return str(result["message_id"]) if isinstance(result, dict) else ""

    async def fetch(self, file: str, most: int) -> bytes:
        try:
            told: dict[str, Any] = await self._calls.ask("getFile", {"file_id": file})
        except Refusal as error:
            if "file is too big" in error.said.lower():  # more than 20 MB, which Telegram gives to no bot
                raise Never(error.said, because="large") from error
            raise telegram.verdict(error.status, error.said, error.seconds) or Never(error.said) from error
        path = str(told.get("file_path", ""))
        if int(told.get("file_size", 0)) > most:
            raise Never(f"the file has {told['file_size']} bytes", because="large")
        if not path or path.startswith("/"):  # a Bot API of one's own may name a place on its disk
            raise Never("the file lies where we don't fetch from")
        try:
            return await self._calls.download(path, most)
        except Refusal as error:
            if error.status == 413:
                raise Never(error.said, because="large") from error
            if error.status in (400, 401, 403, 404):  # getFile has just worked, so it isn't the token
                raise Never(error.said) from error
            raise Later(error.seconds or telegram.patience(2), error.said[:200]) from error

    async def _try(self, call: telegram.Call) -> None:
        try:
            await self._calls.ask(call.method, call.params, _ASIDE_SECONDS)
        except Refusal as error:
            log.info("%s failed, which harms nobody: %s", call.method, error)

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
            updates: list[dict[str, Any]] = await self._insist("getUpdates", wanted, self._poll_seconds + 10)
            if not updates:
                continue
            try:
                await deliver(updates)
            except Busy as why:
                log.warning("%s: the inbox is busy (%s); the same updates will be fetched again", self.account, why)
                await self._pause(telegram.patience(1))
                continue
            offset = max(update["update_id"] for update in updates) + 1  # only now: asking on from there confirms them

    async def _insist(self, method: str, params: dict[str, Any], seconds: int | None = None) -> Any:
        """Make a call until it succeeds, waiting longer each time. Raises `AccountRefused`."""
        tries = 0
        while True:
            try:
                return await self._calls.ask(method, params, seconds)
            except Refusal as error:
                refusal = error
            if refusal.status in (401, 404):
                raise AccountRefused(f"{self.account}: {refusal.status} {refusal.said}")
            tries += 1
            wait = refusal.seconds or telegram.patience(tries)
            if refusal.status == 409:
                log.error("%s: somebody else fetches the updates of this bot, or has set a webhook", self.account)
            else:
                log.warning("%s: %s failed, again in %.1f s: %s", self.account, method, wait, refusal.said[:200])
            await self._pause(wait)
