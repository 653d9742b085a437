"""What a visitor sees two minutes after the clone: the page of the real process, as `pendamping run` prints it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.transcript import Telegram

from .browser import CHROMIUM, Tab, needs_chromium, tab

pytestmark = needs_chromium
SITI, RINI = '[data-phone="0"]', '[data-phone="2"]'
MULAI = "document.querySelector('.phone.active .begin:not([hidden])')"


@asynccontextmanager
async def desk_process(folder: Path) -> AsyncGenerator[str]:
    """The address of a desk in a process of its own, with the database that is in `folder`."""
    settings = {
        "DATABASE__URL": "sqlite:///office.db",
        "DATABASE__KEYS": "keys",
        "WEB__LISTEN": "127.0.0.1:0",
        "SIMULATOR__LISTEN": "127.0.0.1:0",
    }
    environment = os.environ | {f"PENDAMPING_{name}": value for name, value in settings.items()}
    pipe, away = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    command = (sys.executable, "-m", "bot.cli", "run")
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environment, stdout=pipe, stderr=away)
    assert process.stdout
    try:
        line = ""
        while "Ready. Open " not in line:
            line = (await process.stdout.readline()).decode()
            assert line, "the desk ended"
        reading = asyncio.create_task(process.stdout.read())  # or it would wait for a reader of its log
        yield line.split()[-1]
        process.terminate()
        await reading
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def visit(folder: Path, template: Path, play: Callable[[Tab, str], Awaitable[None]]) -> None:
    shutil.copytree(template, folder / "running")

    async def run() -> None:
        async with (
            asyncio.timeout(110),
            desk_process(folder / "running") as url,
            tab(CHROMIUM, folder / "browser") as page,
        ):
            await play(page, url)
            assert page.loud == []

    asyncio.run(run())


def last(words: str, phone: str = SITI) -> str:
    """The newest bubble holds these words, and it is the bot's."""
    bubble = f"[...document.querySelectorAll({json.dumps(phone + ' .chat li:is(.own, .theirs)')})].at(-1)"
    return f"{bubble}?.className.includes('theirs') && {bubble}.textContent.includes({json.dumps(words)})"


async def tap(page: Tab, label: str) -> None:
    buttons = f"[...document.querySelectorAll('{SITI} .buttons button')]"
    await page.value(f"{buttons}.findLast(b => b.textContent === {json.dumps(label)}).click()")


async def say(page: Tab, text: str) -> None:
    await page.click(f"{SITI} textarea")
    await page.write(text)


def test_a_chat_copied_from_the_page_plays_as_a_test(tmp_path: Path, template: Path, telegram: Telegram) -> None:
    copied: list[str] = []

    async def play(page: Tab, url: str) -> None:
        await page.do("Page.navigate", url=url)
        await page.until(MULAI)
        await page.value("document.querySelector('[data-to=morning]').click()")  # at night nobody is reminded
        await page.click(f"{SITI} .start")
        await page.until(last("Layanan ini gratis"))
        await tap(page, "Daftar")
        await page.until(last("setuju?"))
        await tap(page, "Saya setuju")
        await page.until(last("nama lengkap"))
        await say(page, "S")
        await page.until(last("nama lengkap") + " && document.querySelectorAll('.own').length === 2")
        await say(page, "Siti Aminah")
        await page.until(last("Salam kenal"))
        await tap(page, "Ibu Siti")
        await page.until(last("Nomor HP"))
        await page.click(f"{SITI} .keys button")
        await page.until(last("kelurahan"))
        await page.value("document.querySelector('[data-hours]:nth-child(2)').click()")  # three days later…
        await page.until(last("belum selesai") + f" || {last('Lanjut')}")  # …she is asked by itself
        await page.value("document.getElementById('copy-all').click()")
        await page.until("document.getElementById('script').open")
        copied.append(await page.value("document.getElementById('lines').value"))

    visit(tmp_path, template, play)
    assert "~ 3 hari\n<" in copied[0]
    assert "> [Daftar]\n<" in copied[0]
    assert "> (nomor 62812" in copied[0]
    script = copied[0].lstrip()
    telegram(script.partition("\n")[2] if script.startswith("~") else script)


def test_links_that_open_in_the_middle_of_things(tmp_path: Path, template: Path) -> None:
    async def play(page: Tab, url: str) -> None:
        await page.do("Page.navigate", url=f"{url}/?kisah=terdaftar")
        await page.until(last("Terima kasih, Bu Siti"))
        assert await page.value("location.search") == ""
        await page.do("Page.navigate", url=f"{url}/?kisah=petugas")
        await page.until(last("minta dihubungi petugas", RINI))
        assert await page.value(f"document.querySelector('{RINI}').checkVisibility()")
        assert await page.value("document.querySelector('#notice').hidden")
        await page.do("Page.reload")
        await page.until(last("minta dihubungi petugas", RINI))
        await page.do("Page.navigate", url=f"{url}/?kisah=tidak-ada")
        await page.until(last("minta dihubungi petugas", RINI))

    visit(tmp_path, template, play)


def test_after_forgetting_the_desk_meets_strangers(tmp_path: Path, template: Path) -> None:
    async def asks_and_is_heard(page: Tab) -> None:
        """An officer joins by the invitation that waits for her, an unknown owner asks, the officer is told."""
        await page.until(f"{MULAI} && document.querySelector('{RINI} .welcome')?.textContent.includes('undangan')")
        await page.click(f"{RINI} .start")
        await page.until(last("Selamat datang, Bu Rini", RINI))
        await page.click(f"{SITI} .start")
        await page.until(last("Kita mulai dengan mendaftarkan"))
        await say(page, "petugas")
        await page.until(last("Mau tanya apa"))
        await say(page, "Ada pelatihan?")
        await page.until(last("seseorang yang belum terdaftar", RINI))

    async def play(page: Tab, url: str) -> None:
        await page.do("Page.navigate", url=f"{url}/?kisah=terdaftar")
        await page.until(last("Terima kasih, Bu Siti"))
        await page.resize(1280, 800)
        for _ in range(2):
            await page.click("#forget")
            await page.click("#sure [type=submit]")
            await page.until("document.querySelectorAll('.words').length === 0")
            await asks_and_is_heard(page)

    visit(tmp_path, template, play)
