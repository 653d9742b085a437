"""What only python-telegram-bot's adapter has: its request over aiohttp."""

from __future__ import annotations

import asyncio
import traceback
from functools import partial
from typing import Any

import pytest
from telegram import Bot, InputFile
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram_channel import TelegramChannel
from bot.channels.telegram_ptb import AiohttpRequest, Ptb
from bot.chat.messages import Message, Sent
from bot.chat.seams import Later

from .adapters import CATALOGS, TOKEN
from .fake_api import HANG, FakeApi, fake_api, opened


def test_a_telegram_that_never_answers_is_given_up() -> None:
    async def run() -> None:
        impatient = partial(Ptb, request=AiohttpRequest(read_seconds=0.05))
        async with opened(partial(TelegramChannel, library=impatient)) as (channel, api):
            api.will("sendMessage", HANG)
            with pytest.raises(Later) as caught:
                await channel.send("5", Message(("hai",)), "id")
            assert caught.value.counts

    asyncio.run(run())


def test_a_long_poll_may_take_longer_than_a_send() -> None:
    class Noting(BaseRequest):
        """Carries nothing; notes how long each call may take."""

        def __init__(self) -> None:
            self.seconds: dict[str, Any] = {}

        @property
        def read_timeout(self) -> float | None:
            return 1.0

        async def initialize(self) -> None: ...

        async def shutdown(self) -> None: ...

        async def do_request(
            self,
            url: str,
            method: str,
            request_data: RequestData | None = None,
            read_timeout: Any = None,
            write_timeout: Any = None,
            connect_timeout: Any = None,
            pool_timeout: Any = None,
        ) -> tuple[int, bytes]:
            self.seconds[url.rpartition("/")[2]] = read_timeout
            if url.endswith("getUpdates"):
                return 401, b'{"ok":false,"error_code":401,"description":"Unauthorized"}'
            return 200, b'{"ok":true,"result":{"message_id":8}}'

    async def run() -> tuple[Noting, Sent]:
        request = Noting()
        channel = TelegramChannel(TOKEN, "owners", partial(Ptb, request=request), poll_seconds=50)
        await channel.open(CATALOGS)
        told = await channel.send("5", Message(("hai",)), "id")
        await asyncio.gather(channel.listen(lambda _: asyncio.sleep(0)), return_exceptions=True)
        await channel.close()
        return request, told

    request, told = asyncio.run(run())
    assert told == Sent("8")
    assert request.seconds["sendMessage"] is BaseRequest.DEFAULT_NONE
    assert request.seconds["getUpdates"] == 60.0


def test_the_request_carries_files_for_the_library() -> None:
    async def run() -> FakeApi:
        async with fake_api() as api:
            request = AiohttpRequest()
            await request.initialize()
            bot = Bot(TOKEN, base_url=f"{api.url}/bot", request=request, get_updates_request=request)
            try:
                await bot.send_document(5, InputFile(b"PK" * 500, filename='Rekap "ünï".xlsx'), caption="halo ✓")
            finally:
                await request.shutdown()
            return api

    api = asyncio.run(run())
    ((method, params),) = api.calls
    assert (method, params["chat_id"], params["caption"]) == ("sendDocument", 5, "halo ✓")
    assert params["document"] == ('Rekap "ünï".xlsx', b"PK" * 500)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/botSECRET/x", "botSECRET"])
def test_a_failure_doesnt_tell_the_address(url: str) -> None:
    async def run() -> None:
        async with AiohttpRequest() as request:
            await request.post(url)

    with pytest.raises(NetworkError) as caught:
        asyncio.run(run())
    assert not isinstance(caught.value, TimedOut)
    assert "SECRET" not in "".join(traceback.format_exception(caught.value, limit=0))
