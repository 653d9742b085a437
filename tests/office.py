"""A desk in this process for tests: the real App, a library for Telegram over a transport without sockets, and the
simulator's platform behind it."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select
from telegram.request import BaseRequest, RequestData

from bot.app import App, bounds_of
from bot.channels.telegram_channel import Library, TelegramChannel
from bot.channels.telegram_ptb import Ptb
from bot.chat.flow import Flows
from bot.chat.seams import Channel, Raw
from bot.config import Backup, Config, Database
from bot.domain import places, regions, upgrade
from bot.domain.db import Db
from bot.domain.tables import metadata
from bot.post.office import Bounds
from bot.simulator.platform import Platform
from tests import office_whatsapp
from tests.office_whatsapp import add_number

OWNERS = "111:owners-owners-owners-owners-owners"
OFFICERS = "222:officers-officers-officers-officers"
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 09.00 WIB


class MovedClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by


class InProcess(BaseRequest):
    """The library's requests, handed to a `Platform` in this process."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        token, _, name = url.partition("/bot")[2].partition("/")
        if "/file/bot" in url:
            content = stored(self._platform, token, name)
            return (200, content) if content is not None else (404, b'{"ok": false, "description": "Not Found"}')
        params = dict(request_data.parameters) if request_data else {}
        uploads: dict[str, Any] = dict(request_data.multipart_data) if request_data else {}
        status, answer = await self._platform.call(token, name.rstrip("_"), params, uploads)
        return status, json.dumps(answer).encode()


def stored(platform: Platform, token: str, path: str) -> bytes | None:
    """A file that a bot may fetch from the platform."""
    bot = platform.bots[token]
    found = (file for file in platform.files.values() if file.bot == bot.id and file.path == path)
    return next((platform.blobs[file.id] for file in found), None)


def config(folder: Path, url: str = "", **sections: Any) -> Config:
    """Settings with everything below `folder`, but for the database of a server."""
    database = Database(url=url or f"sqlite:///{folder}/office.db", keys=folder / "keys")
    return Config(database=database, backup=Backup(folder=folder / "backups"), **sections)


class Desk:
    """A folder with a database, a platform with two bots, and Apps that come and go on it.

    `template` is an upgraded, region-filled database with its keys, copied in; with a `url` the keys of that database.
    """

    def __init__(
        self,
        folder: Path,
        template: Path | None = None,
        flows: Flows | None = None,
        library: str = "python-telegram-bot",
        url: str = "",
        whatsapp: bool = False,
    ) -> None:
        """`whatsapp`: the office has a number there too."""
        self.folder = folder
        self.library = library
        self.clock = MovedClock()
        self.platform = Platform(clock=self.clock, monotonic=lambda: self.clock.at.timestamp())
        self.platform.add_bot(OWNERS, "pendamping_bot", "Pendamping")
        self.platform.add_bot(OFFICERS, "petugas_bot", "Meja Petugas")
        self.number = add_number(self.platform) if whatsapp else None
        self.config = config(folder, url)
        self.flows = flows
        self.bounds: Bounds = bounds_of(self.config)
        self._seen: dict[str, int] = {"owners": 0, "officers": 0}
        if template:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copytree(template, folder, dirs_exist_ok=True)

    def app(self) -> App:
        """A new App on the database: what a restart is."""
        library = self._library()
        channels: list[Channel] = [
            TelegramChannel(OWNERS, "owners", library),
            TelegramChannel(OFFICERS, "officers", library),
        ]
        if self.number:
            channels.append(office_whatsapp.channel(self.platform))
        return App(self.config, channels, clock=self.clock, flows=self.flows, bounds=self.bounds)

    def _library(self) -> Library:
        if self.library == "aiogram":
            from bot.channels.telegram_aiogram import Aiogram
            from tests.office_aiogram import InProcessSession

            return partial(Aiogram, session=InProcessSession(self.platform))
        return partial(Ptb, request=InProcess(self.platform))

    async def updates(self, desk: str) -> Sequence[Raw]:
        """What a bot's platform holds for it, confirmed at the next call; of WhatsApp what its webhooks bring."""
        if desk == "whatsapp":
            return self._brought()
        token = OWNERS if desk == "owners" else OFFICERS
        params = {"offset": self._seen[desk], "timeout": 0}
        _, answer = await self.platform.call(token, "getUpdates", params)
        found: list[dict[str, Any]] = answer["result"]
        if found:
            self._seen[desk] = found[-1]["update_id"] + 1
        return found

    def _brought(self) -> list[Raw]:
        channel = office_whatsapp.channel(self.platform)
        found: list[Raw] = []
        for headers, body in self.platform.cloud.envelopes(self.number):
            assert channel.signed(headers, body)
            found += channel.updates(json.loads(body))[0]
        return found

    async def round(self, *, times: int = 2, do: Callable[[Db], Any] | None = None, tick: bool = False) -> Any:
        """Start an App, bring it every new update `times` times, let it settle, stop it."""
        app = self.app()
        await app.start(serve=False)
        result = None
        try:
            if do:
                result = await app.store.write(do)
                app.wake()
            if tick:
                await app.ticks.due()
                await app.ticks.erase()
            for desk, intake in app.intakes.items():
                for update in await self.updates(desk):
                    for _ in range(times):
                        await intake.deliver([update])
            async with asyncio.timeout(60):  # a desk that hangs is a failure to look at, not to wait for
                await app.settled()
        finally:
            await app.stop()
        return result


def make_template(folder: Path, url: str = "") -> None:
    """An upgraded database with the 57 kelurahan of Kota Malang, in `folder`; or at `url`, the keys in `folder`."""
    settings = config(folder, url)
    upgrade.upgrade(settings.database.url, MONDAY)
    from bot.domain.engine import writing
    from bot.domain.keys import Keys

    engine, keys = writing(settings.database.url), Keys(settings.database.keys)
    with engine.begin() as connection:
        places.put(Db(connection, keys, MONDAY), regions.load("35.73"))
    engine.dispose()
    keys.close()


def rows(db: Db, table: str) -> list[dict[str, Any]]:
    """Every row of a table, as dictionaries."""
    return [dict(row) for row in db.execute(select(metadata.tables[table])).mappings()]
