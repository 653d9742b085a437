"""From a person's phone to the desk and back over real sockets: each library, by polling and by webhook."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.channels.telegram_channel import Mode, Name, TelegramChannel, library
from bot.config import Web
from bot.simulator.platform import Platform
from bot.simulator.server import Simulator
from tests.office import OWNERS, config


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not done():  # noqa: ASYNC110 - the platform tells nobody
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("mode", ["polling", "webhook"])
@pytest.mark.parametrize("name", ["python-telegram-bot", "aiogram"])
def test_words_and_a_tap_are_answered(name: Name, mode: Mode, tmp_path: Path, template: Path) -> None:
    shutil.copytree(template, tmp_path / "desk")
    listen = f"127.0.0.1:{free_port()}"
    platform = Platform()
    bot = platform.add_bot(OWNERS, "pendamping_bot", "Pendamping")
    siti = platform.add_user("Siti").id

    def said() -> list[dict[str, Any]]:
        shown = [bubble.message for bubble in platform.chat(bot, siti).bubbles.values()]
        return [message for message in shown if message and message["from"]["is_bot"]]

    async def run() -> None:
        simulator = Simulator(platform)
        url = await simulator.start()
        hook = f"http://{listen}/telegram/owners"
        channel = TelegramChannel(OWNERS, "owners", library(name), url, mode, hook, "rahasia_123")
        app = App(config(tmp_path / "desk", web=Web(listen=listen)), [channel])
        try:
            await app.start()
            platform.say(siti, "/start", bot=bot)
            await until(lambda: bool(said()))
            shown = said()[-1]
            platform.tap(siti, shown["message_id"], shown["reply_markup"]["inline_keyboard"][0][0]["text"], bot=bot)
            await until(lambda: len(said()) > 1)
        finally:
            await app.stop()
            await simulator.stop()

    asyncio.run(run())
    assert said()[0]["text"].startswith("Selamat")
