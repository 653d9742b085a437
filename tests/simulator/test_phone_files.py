"""A file that a bot sends: a bubble on the phone page that can be opened, with its text and buttons."""

from __future__ import annotations

from pathlib import Path

from bot.simulator.platform import Platform

from .browser import Tab, needs_chromium
from .conftest import OWNERS
from .test_phone_page import SITI, greet, one, said, with_page

pytestmark = needs_chromium


def test_a_document_can_be_opened(tmp_path: Path, png: bytes) -> None:
    async def play(page: Tab, url: str, platform: Platform) -> None:
        await greet(page)
        user = next(iter(platform.users))
        keys = {"inline_keyboard": [[{"text": "Menu", "callback_data": "m"}]]}
        status, _ = await platform.call(
            OWNERS,
            "sendDocument",
            {"chat_id": user, "caption": "Ini semua data Ibu.", "reply_markup": keys},
            {"document": ("data-saya.pdf", b"%PDF a paper", "application/pdf")},
        )
        assert status == 200
        await page.until(said("Ini semua data Ibu."))
        link = one(f"{SITI} .words a.note")
        assert await page.value(f"{link}.textContent") == "📄 data-saya.pdf\n1 KB"
        assert await page.value(f"{link}.download") == "data-saya.pdf"
        await page.value(f"fetch({link}.href).then(a => a.text()).then(text => {{ window.found = text; }})")
        await page.until("window.found === '%PDF a paper'")
        await page.until(f"[...document.querySelectorAll('{SITI} .buttons button')].at(-1).textContent === 'Menu'")
        await page.picture(tmp_path / "phone.png")

    with_page(tmp_path, png, play)
