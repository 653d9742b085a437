"""A phone number at WhatsApp: hearing what its webhook brings, sending messages, understanding refusals."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote

from bot.channels import whatsapp, whatsapp_news
from bot.channels.whatsapp_drawing import Call, spoken
from bot.channels.whatsapp_graph import Graph, Refusal
from bot.chat.messages import Attachment, Incoming, Message, Sent, Standing, Status
from bot.chat.seams import AccountRefused, Deliver, Desk, Later, Lost, Never, Pace, Raw
from bot.chat.text import Catalogs

log = logging.getLogger(__name__)

_ASIDE_SECONDS = 3.0
"""How long the message it goes with waits until a receipt has gone."""
_PER_SECOND = 79.2
"""Of the 80 messages a second that a number may have, both ways together: its clock isn't ours."""
_CHAT_SECONDS, _CHAT_BURST = 6.0, 40
"""One person may be sent a message in six seconds, and 45 of them at once now and then; we stay below."""
_PLAIN = ("application/json", "text/csv")
"""Types of documents that Meta doesn't take, and takes as text; the name of the file tells what it is."""


class Uploads(Protocol):
    """The platform's ids of files that were uploaded, so that each is uploaded once for as long as it is kept there."""

    async def find(self, media: int) -> str:
        """The id under which the file of this row of `media` is still there; empty when it isn't."""
        ...

    async def keep(self, media: int, id: str) -> None: ...

    async def forget(self, media: int) -> None:
        """The platform doesn't know it any more."""
        ...


class UploadsInMemory:
    """`Uploads` for who has no database."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    async def find(self, media: int) -> str:
        return self._known.get(media, "")

    async def keep(self, media: int, id: str) -> None:
        self._known[media] = id

    async def forget(self, media: int) -> None:
        self._known.pop(media, None)


class WhatsAppChannel:
    """One phone number. Its updates come by webhook only; Meta is told the address by hand, where the app is set up.

    Raises `ValueError` for settings that can't be right.
    """

    def __init__(
        self,
        phone_number_id: str,
        access_token: str,
        app_secret: str,
        verify_token: str,
        desk: Desk = "owners",
        api_url: str = "https://graph.facebook.com",
        api_version: str = "v25.0",
        read_seconds: float = 15.0,
        starts: int = 250,
    ) -> None:
        if not re.fullmatch(r"[0-9]{1,32}", phone_number_id):
            raise ValueError("A phone_number_id is a number, as Meta's page of the app gives it.")
        if not (access_token and app_secret and verify_token):
            raise ValueError("WhatsApp needs access_token, app_secret and verify_token.")
        self.account = f"whatsapp:{phone_number_id}"
        self.desk: Desk = desk
        self.door: str = "whatsapp"
        self.pace = Pace(
            bulk_per_second=20.0,
            per_second=_PER_SECOND,
            chat_seconds=_CHAT_SECONDS,
            chat_burst=_CHAT_BURST,
            starts=starts,
        )
        self._number = phone_number_id
        self._app_secret = app_secret
        self._verify_token = verify_token
        self.graph = Graph(phone_number_id, access_token, app_secret, api_url.rstrip("/"), api_version, read_seconds)
        self.uploads: Uploads = UploadsInMemory()
        self._catalogs: Catalogs | None = None
        self._pairs: dict[str, int] = {}  # how often in a row somebody was sent too much

    def heard(self, raw: Raw) -> Incoming | None:
        return whatsapp.heard(raw)

    def status(self, raw: Raw) -> Status | None:
        return whatsapp.status(raw)

    def standing(self, raw: Raw) -> Standing | None:
        return whatsapp_news.standing(raw)

    def failure(self, status: Status) -> Later | Never | AccountRefused:
        code, said = status.errors[0] if status.errors else (whatsapp.NO_CODE, "")
        if code == whatsapp.NO_CODE:
            return Never(said or "failed without a reason")
        _, _, attempt = status.mark.rpartition(".")[0].rpartition(".")  # of "row.attempt.place"
        return whatsapp.verdict(0, code, said, int(attempt) if attempt.isdecimal() else 1)

    def updates(self, body: Raw) -> tuple[Sequence[Raw], int]:
        return whatsapp.updates(body, self._number)

    def signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        return whatsapp.signed(headers, body, self._app_secret)

    def challenge(self, query: Mapping[str, str]) -> str | None:
        return whatsapp.challenge(query, self._verify_token)

    async def open(self, catalogs: Catalogs) -> None:
        self._catalogs = catalogs
        await self.graph.open()

    async def close(self) -> None:
        await self.graph.close()

    async def listen(self, deliver: Deliver) -> None:
        """Nothing to do: Meta brings the updates."""

    async def who(self) -> str:
        """The number and name people see. Raises `AccountRefused` or `Later`."""
        told = await self._who()
        return f"{told.get('verified_name', '')} {told.get('display_phone_number', '')}".strip()

    async def link(self, payload: str) -> str:
        digits = re.sub(r"\D", "", str((await self._who()).get("display_phone_number", "")))
        return f"https://wa.me/{digits}?text={quote(f'/start {payload}')}"

    async def _who(self) -> dict[str, Any]:
        try:
            return await self.graph.who()
        except Refusal as error:
            wrong = whatsapp.verdict(error.status, error.code, error.said)
            raise wrong if isinstance(wrong, AccountRefused | Later) else AccountRefused(wrong.reason) from error

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

        Bubble n carries ``{mark}.{n}``, which comes back in its statuses. Raises `Later` (`Lost` where it may have gone
        out), `Never` or `AccountRefused`.
        """
        if self._catalogs is None:
            raise RuntimeError("The channel isn't open.")
        file = message.file
        media, fresh = await self._uploaded(file) if file else ("", False)
        calls = spoken(message, language, self._catalogs, address, media)
        # That it was read is told beside the message, not before it: the person would wait for one more round trip.
        # Once: with its first bubble.
        aside = [asyncio.ensure_future(self._try(call)) for call in calls if call.may_fail and not after]
        ids = list(after)
        try:
            for call in [call for call in calls if not call.may_fail][len(after) :]:
                ids.append(await self._made(address, call, f"{mark}.{len(ids)}" if mark else ""))
            for task in aside:
                await task
        except (Later, AccountRefused) as rest:
            rest.ids = tuple(ids)
            raise
        except Never as never:
            gone = never.because == "file" and not fresh  # perhaps the platform has thrown the file away
            if file and gone and len(ids) == len(after):
                await self.uploads.forget(file.media)
                again = Later(1.0, "the file is uploaded anew")
                again.ids = tuple(ids)
                raise again from None
            raise
        finally:
            for task in aside:
                task.cancel()
        return Sent(ids[-1] if ids else "", tuple(ids) if len(ids) > 1 else ())

    async def _made(self, address: str, call: Call, mark: str) -> str:
        """Send one bubble; its id. Raises as `send`."""
        body = call.body | {"biz_opaque_callback_data": mark} if mark else call.body
        try:
            answer = await self.graph.post(body)
            id = str(answer["messages"][0]["id"])
        except (KeyError, IndexError, TypeError):
            raise Lost("an answer without an id", mark=mark) from None
        except Refusal as error:
            raise self._wrong(address, error, mark) from error
        self._pairs.pop(address, None)
        return id

    def _wrong(self, address: str, error: Refusal, mark: str) -> Later | Never | AccountRefused:
        if error.lost:
            return Lost(f"{error.status} {error.said}", mark=mark)
        tries = 1
        if error.code == whatsapp.PAIR:
            if len(self._pairs) >= 10_000:
                self._pairs.clear()
            tries = self._pairs[address] = self._pairs.get(address, 0) + 1
        return whatsapp.verdict(error.status, error.code, error.said, tries)

    async def _uploaded(self, file: Attachment) -> tuple[str, bool]:
        """The platform's id of a file, and whether it was uploaded just now. Raises as `send`."""
        if id := await self.uploads.find(file.media):
            return id, False
        try:
            mime = "text/plain" if file.mime in _PLAIN else file.mime
            id = await self.graph.upload(file.content, file.name, mime)
        except Refusal as error:
            raise whatsapp.verdict(error.status, error.code, error.said) from error
        await self.uploads.keep(file.media, id)
        return id, True

    async def fetch(self, file: str, most: int) -> bytes:
        try:
            return await self.graph.download(file, most)
        except Refusal as error:
            if error.status == 413:
                raise Never(error.said, because="large") from error
            if error.status in (403, 404) or error.code == 100:  # no such file; here it isn't about our number
                raise Never(error.said) from error
            raise whatsapp.verdict(error.status, error.code, error.said) from error

    async def _try(self, call: Call) -> None:
        try:
            async with asyncio.timeout(_ASIDE_SECONDS):
                await self.graph.post(call.body)
        except (Refusal, TimeoutError) as error:
            log.info("a receipt failed, which harms nobody: %s", error)
