"""What `make run` starts: a desk that people of the simulator reach on WhatsApp, beside Telegram."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.app import App
from bot.config import load
from bot.run import BROKE, SIMULATED_NUMBER, run
from bot.simulator.client import Client, text_of

CONFIG = """
[database]
url = "sqlite:///{folder}/office.db"
[web]
listen = "127.0.0.1:0"
[simulator]
listen = "127.0.0.1:0"
"""
LIMIT = 30.0


def test_the_simulators_whatsapp_brings_to_the_desk_and_the_desk_answers_there(tmp_path: Path) -> None:
    heard: list[str] = []
    tasks: list[asyncio.Task[None]] = []

    async def chat(app: App, url: str) -> None:
        try:
            async with asyncio.timeout(LIMIT), Client(url) as phones:
                siti = await phones.person("Siti", phone="6281234567890", bot=SIMULATED_NUMBER)
                await siti.say("halo")
                heard.extend(text_of(message) for message in await siti.hears("Selamat"))
        finally:
            app.broken.set()

    def ready(app: App, url: str) -> None:
        tasks.append(asyncio.get_running_loop().create_task(chat(app, url)))

    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(folder=tmp_path))
    assert run(load(path), ready=ready) == BROKE
    tasks[0].result()
    assert heard
