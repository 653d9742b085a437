"""The phone page in a real browser: a whole chat by hand and by keyboard, also over a restart of the simulator."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.simulator.platform import Platform
from bot.simulator.server import Simulator

from .browser import Tab, tab
from .conftest import OFFICERS, OWNERS
from .echo import echo

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
LINES = "[...document.querySelectorAll('#chat .bubble')].map(b => b.textContent)"


def said(words: str) -> str:
    return f"{LINES}.some(line => line.includes({words!r}))"


async def greet(page: Tab, url: str) -> None:
    await page.do("Page.navigate", url=url)
    await page.until("document.readyState === 'complete' && !document.getElementById('begin').hidden")
    await page.click("#start")
    await page.until(said("Boleh kami catat"))
    assert await page.value("document.querySelector('#chat b').textContent") == "Pendamping"


async def chat(page: Tab) -> None:
    await page.click(".buttons button")
    await page.until(said("Dijawab: ya"))
    assert await page.value("document.getElementById('notice').textContent") == "Tercatat"
    assert await page.value("document.querySelectorAll('.buttons').length") == 0

    await page.click("#text")
    await page.write("<b>warung</b><img src=x onerror=alert(1)>")
    await page.until(said("Anda menulis: <b>warung</b><img"))
    assert await page.value("document.querySelectorAll('#chat img').length") == 0

    await page.write("foto")
    await page.until("document.querySelector('#chat img')?.naturalWidth === 400")
    await page.write("nomor")
    await page.until("!document.getElementById('keys').hidden")
    await page.click("#keys button")
    await page.until(said("Nomor 6281234567890 tercatat"))
    await page.until("document.getElementById('keys').hidden")


async def meet_budi(page: Tab) -> None:
    await page.click("#other")
    await page.click("#name")
    await page.do("Input.insertText", text="Budi")
    await page.click("#new button[type=submit]")
    await page.until("document.getElementById('people').selectedOptions[0].textContent === 'Budi'")
    await page.click("#bots button:nth-child(2)")
    await page.until("!document.getElementById('begin').hidden")
    await page.click("#block")
    await page.until("document.getElementById('block').textContent === 'Buka blokir'")


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
def test_a_chat_by_hand_over_a_restart(tmp_path: Path, png: bytes) -> None:
    @asynccontextmanager
    async def running(listen: str) -> AsyncGenerator[str]:
        platform = Platform(tmp_path / "platform.db")
        platform.add_bot(OWNERS, "pendamping_bot", "Pendamping")
        platform.add_bot(OFFICERS, "petugas_bot", "Meja Petugas")
        simulator = Simulator(platform)
        url = await simulator.start(listen)
        bot = asyncio.create_task(echo(url, OWNERS, png))
        try:
            yield url
        finally:
            bot.cancel()
            await asyncio.gather(bot, return_exceptions=True)
            await simulator.stop()

    async def run(page: Tab) -> None:
        async with running("127.0.0.1:0") as url:
            await greet(page, url)
            await chat(page)
            before = await page.value(LINES)
        await page.until("!document.getElementById('line').hidden")
        assert await page.value(LINES) == before

        async with running(url.removeprefix("http://")):
            await page.until("document.getElementById('line').hidden")
            await page.click("#text")
            await page.write("masih di sini?")
            await page.until(said("Anda menulis: masih di sini?"))
            assert await page.value(f"{LINES}.slice(0, {len(before)})") == before

            await meet_budi(page)
            assert page.loud == []
            assert await page.value("document.documentElement.scrollWidth") == 360

    async def whole() -> None:
        async with asyncio.timeout(100), tab(CHROMIUM, tmp_path / "browser") as page:
            await run(page)

    asyncio.run(whole())
