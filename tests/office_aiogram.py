"""What `tests/office.py` needs of aiogram; in a file of its own, for aiogram takes seconds to import."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any, cast

from aiogram import Bot
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType

from bot.channels.telegram_aiogram import Session
from bot.simulator.platform import Platform
from tests.office import stored


class InProcessSession(Session):
    """The library's requests, handed to a `Platform` in this process."""

    def __init__(self, platform: Platform) -> None:
        super().__init__()
        self._platform = platform

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - the library's seam
    ) -> TelegramType:
        files: dict[str, Any] = {}
        values = method.model_dump(warnings=False)
        form = {name: self.prepare_value(value, bot, files) for name, value in values.items()}
        uploads = {name: (file.filename, file.data, "") for name, file in files.items()}
        status, answer = await self._platform.call(bot.token, method.__api_method__, form, uploads)
        return cast("TelegramType", self.check_response(bot, method, status, json.dumps(answer)).result)

    async def stream_content(self, url: str, *args: Any, **more: Any) -> AsyncGenerator[bytes, None]:
        token, _, path = url.partition("/file/bot")[2].partition("/")
        content = stored(self._platform, token, path)
        assert content is not None
        yield content
