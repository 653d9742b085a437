"""WhatsApp on the phone page, in a real browser: its look, its list, its ticks, its own menu."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.simulator.cloud_api import Call
from bot.simulator.platform import Platform

from .browser import Tab, needs_chromium
from .cloud import NUMBER, PHONE, TOKEN, WABA, add, filled, pieces
from .conftest import OWNERS, settled
from .test_phone_page import CUT, LIGHT, READABLE, RINI, SITI, lines, one, said, seen, with_page

pytestmark = needs_chromium
Json = dict[str, Any]
APPS = f"{SITI} .apps button"
KELURAHAN = ["Arjosari", "Balearjosari", "Blimbing", "Bunulrejo", "Jodipan", "Kesatrian", "Pandanwangi"]


class Office:
    """The other side of Siti's WhatsApp."""

    def __init__(self, platform: Platform) -> None:
        self.cloud = platform.cloud
        add(platform)
        self.heard: list[Json] = []

    def hear(self) -> list[Json]:
        """Take what waits; the messages among it."""
        found = [dict(body) for _, raw in self.cloud.envelopes() for kind, body in pieces(raw) if kind == "messages"]
        self.heard += found
        return found

    async def call(self, path: str, body: Json, **more: Any) -> Json:
        status, found = await self.cloud.call(TOKEN, Call("POST", path.split("/"), body, **more))
        assert status == 200, found
        return found

    async def send(self, kind: str, what: Json) -> str:
        to = next(iter(self.cloud.world.users.values())).phone
        body = {"messaging_product": "whatsapp", "to": f"+{to}", "type": kind, kind: what}
        return (await self.call(f"{NUMBER}/messages", body))["messages"][0]["id"]

    async def buttons(self, text: str, *titles: str, **more: Any) -> str:
        found = [{"type": "reply", "reply": {"id": title, "title": title}} for title in titles]
        what = {"type": "button", "body": {"text": text}, "action": {"buttons": found}}
        return await self.send("interactive", {**what, **more})

    async def list(self) -> str:
        rows = [{"id": name, "title": name, "description": f"Kecamatan nomor {i}"} for i, name in enumerate(KELURAHAN)]
        sections = [{"title": "Blimbing", "rows": rows[:4]}, {"title": "Lainnya", "rows": rows[4:]}]
        action = {"button": "Pilih kelurahan", "sections": sections}
        return await self.send(
            "interactive", {"type": "list", "body": {"text": "Di kelurahan mana?"}, "action": action}
        )

    async def read(self, name: str) -> None:
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": name}
        await self.call(f"{NUMBER}/messages", {**body, "typing_indicator": {"type": "text"}})

    async def upload(self, name: str, data: bytes, mime: str) -> str:
        form = {"messaging_product": "whatsapp", "type": mime}
        return (await self.call(f"{NUMBER}/media", form, files={"file": (name, data, mime)}))["id"]


Play = Callable[[Tab, Office, Platform], Awaitable[None]]


def on_whatsapp(folder: Path, png: bytes, play: Play) -> None:
    """Open the page, turn Siti's phone to WhatsApp, and play."""

    async def run(page: Tab, url: str, platform: Platform) -> None:
        office = Office(platform)
        await page.until(f"document.querySelectorAll('{APPS}').length === 2")
        await page.click(f"{APPS}:nth-child(2)")
        await page.until(f"{one(SITI)}.classList.contains('whatsapp') && {seen(SITI + ' .say')}")
        await play(page, office, platform)

    with_page(folder, png, run)


async def write(page: Tab, words: str) -> None:
    await page.click(f"{SITI} textarea")
    await page.write(words)
    await page.until(said(words))


async def picture(page: Tab, name: str) -> None:
    """Write what the window shows into the folder named by ``PICTURES``, for somebody who wants to look."""
    if folder := os.environ.get("PICTURES"):
        await page.picture(Path(folder) / f"{name}.png")


def test_a_chat_with_buttons_and_ticks(tmp_path: Path, png: bytes) -> None:
    ticks = f"[...document.querySelectorAll('{SITI} .own .meta')].map(m => m.querySelector('.spoken').textContent)"

    async def play(page: Tab, office: Office, platform: Platform) -> None:
        await picture(page, "wa-empty")
        await write(page, "Selamat pagi")
        assert await page.value(ticks) == ["terkirim"]
        (heard,) = office.hear()
        await page.until(f"{ticks}[0] === 'diterima bot'")
        await office.read(heard["id"])
        await page.until(f"{ticks}[0] === 'dibaca bot' && {one(SITI + ' .tick.seen')}")
        await page.until(f"{one(SITI + ' .state')}.textContent === 'sedang mengetik…'")
        header = {"type": "text", "text": "Pendaftaran"}
        more = {"header": header, "footer": {"text": "Balas STOP untuk berhenti"}}
        await office.buttons("Boleh kami catat *nama* Bapak/Ibu?", "Ya, boleh", "Tidak", "Tanya petugas", **more)
        await page.until(said("Boleh kami catat nama"))
        assert await page.value(f"[...document.querySelectorAll('{SITI} .theirs b')].map(b => b.textContent)") == [
            "Pendaftaran",
            "nama",
        ]
        await picture(page, "wa-buttons")
        await page.press(f"[...document.querySelectorAll('{SITI} .buttons button')][0]")
        await page.until(f"{lines()}.length === 3")
        (heard,) = office.hear()
        assert heard["interactive"]["button_reply"] == {"id": "Ya, boleh", "title": "Ya, boleh"}
        assert "Pendaftaran" in await page.value(f"{one(SITI + ' .quote')}.textContent")

    on_whatsapp(tmp_path, png, play)


def test_a_list_opens_a_sheet(tmp_path: Path, png: bytes) -> None:
    async def play(page: Tab, office: Office, platform: Platform) -> None:
        await write(page, "halo")
        await office.list()
        await page.until(seen(f"{SITI} .listing"))
        assert await page.value(f"document.querySelectorAll('{SITI} .buttons button').length") == 1
        await page.click(f"{SITI} .listing")
        await page.until(seen("#sheet"))
        shown = await page.value("[...document.querySelectorAll('#sheet .choice-title')].map(c => c.textContent)")
        assert shown == KELURAHAN
        assert await page.value("[...document.querySelectorAll('#sheet h3')].length") == 2
        await picture(page, "wa-list")
        assert await page.value(READABLE) == []
        await page.press("[...document.querySelectorAll('#sheet .choice')][1]")
        await page.until(f"!{seen('#sheet')} && {said('Balearjosari')}")
        assert office.hear()[-1]["interactive"]["list_reply"]["id"] == "Balearjosari"

    on_whatsapp(tmp_path, png, play)


def test_the_apps_own_menu(tmp_path: Path, png: bytes) -> None:
    async def choose(page: Tab, words: str) -> None:
        await page.click(f"{SITI} .more")
        wanted = (
            f"[...document.querySelectorAll('#sheet .choice')].find(c => c.textContent.startsWith({json.dumps(words)}))"
        )
        await page.until(f"{seen('#sheet')} && {wanted}")
        await page.press(wanted)
        await page.until(f"!{seen('#sheet')}")

    async def play(page: Tab, office: Office, platform: Platform) -> None:
        await write(page, "halo")
        siti = next(iter(platform.users))
        contact = platform.cloud.contact(platform.cloud.accounts[int(NUMBER)], siti)
        await page.click(f"{SITI} .more")
        await page.until(seen("#sheet"))
        await picture(page, "wa-menu")
        assert await page.value(READABLE) == []
        await page.click("#sheet .shut")
        await choose(page, "Stop pemasaran")
        await settled(lambda: contact.stopped)
        await choose(page, "Terima pemasaran lagi")
        await settled(lambda: not contact.stopped)
        await choose(page, "Sembunyikan nomor HP")
        await choose(page, "Tampilkan nomor HP")
        await choose(page, "Ganti nomor HP")
        await choose(page, "Kirim jajak pendapat")
        await page.until(said("Jajak pendapat"))
        assert [heard["type"] for heard in office.hear()] == ["text", "system", "unsupported"]
        await choose(page, "Saklar telepon ini")
        await page.until(seen("#close"))

    on_whatsapp(tmp_path, png, play)


def test_templates_pictures_documents_and_what_is_asked_for(tmp_path: Path, png: bytes) -> None:
    async def play(page: Tab, office: Office, platform: Platform) -> None:
        await write(page, "halo")
        button = {"type": "QUICK_REPLY", "text": "Daftar pelatihan"}
        parts: list[Json] = [
            {"type": "HEADER", "format": "TEXT", "text": "Kabar dari kantor"},
            {
                "type": "BODY",
                "text": "Halo {{1}}, ada pelatihan pada {{2}} pagi.",
                "example": {"body_text": [["a", "b"]]},
            },
            {"type": "FOOTER", "text": "Balas STOP untuk berhenti"},
            {"type": "BUTTONS", "buttons": [button, {"type": "QUICK_REPLY", "text": "Nanti saja"}]},
        ]
        made = {"name": "pelatihan", "language": "id", "category": "UTILITY", "components": parts}
        await office.call(f"{WABA}/message_templates", made)
        await office.send("template", filled("pelatihan", "Siti", "Selasa"))
        await page.until(said("Halo Siti, ada pelatihan pada Selasa pagi."))
        await picture(page, "wa-template")
        image = await office.upload("a.png", png, "image/png")
        await office.send("image", {"id": image, "caption": "Contoh surat"})
        await page.until(f"{one(SITI + ' .theirs img')}?.naturalWidth === 400")
        paper = await office.upload("bukti.pdf", b"%PDF-1.7" * 500, "application/pdf")
        await office.send("document", {"id": paper, "filename": "Bukti daftar.pdf", "caption": "Silakan disimpan."})
        await page.until(said("Bukti daftar.pdf"))
        asked = {"type": "location_request_message", "body": {"text": "Di mana usahanya?"}}
        await office.send("interactive", {**asked, "action": {"name": "send_location"}})
        await page.until(said("Di mana usahanya?"))
        await picture(page, "wa-files")
        assert await page.value(READABLE) == []
        assert await page.value(CUT) == []
        assert await page.value("document.documentElement.scrollWidth") == 360
        await page.press(f"[...document.querySelectorAll('{SITI} .buttons button')].at(-1)")
        await page.until(said("-7.9666"))
        heard = office.hear()[-1]
        assert (heard["type"], "context" in heard) == ("location", True)
        await office.call(
            f"{NUMBER}/messages",
            {
                "messaging_product": "whatsapp",
                "to": f"+{next(iter(platform.users.values())).phone}",
                "type": "reaction",
                "reaction": {"message_id": heard["id"], "emoji": "👍"},
            },
        )
        await page.until(one(f"{SITI} .reaction"))
        for width in (320, 400):
            await page.resize(width, 740)
            assert await page.value("document.documentElement.scrollWidth") == width
            assert await page.value(CUT) == []
            await picture(page, f"wa-{width}")
        await page.resize(1280, 800)
        await picture(page, "wa-desk")
        size = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        assert await page.value(f"{size}.reduce((sum, e) => sum + e.transferSize, 0)") < LIGHT

    on_whatsapp(tmp_path, png, play)


def test_one_person_on_both(tmp_path: Path, png: bytes) -> None:
    async def play(page: Tab, office: Office, platform: Platform) -> None:
        await write(page, "halo dari WhatsApp")
        await page.click(f"{APPS}:nth-child(1)")
        await page.until(f"{seen(SITI + ' .start')} && !{said('halo dari WhatsApp')}")
        assert not await page.value(f"{one(SITI)}.classList.contains('whatsapp')")
        await page.click(f"{SITI} .start")
        await page.until(said("Boleh kami catat"))
        siti = next(iter(platform.users))
        words = f"Lanjut di https://wa.me/{PHONE}?text=kode%20AB12"
        address: Json = {"type": "url", "offset": 10, "length": len(words) - 10}
        await platform.call(OWNERS, "sendMessage", {"chat_id": siti, "text": words, "entities": [address]})
        await page.until(said("wa.me"))
        await page.value(f"[...document.querySelectorAll('{SITI} .words a')].at(-1).click()")
        await page.until(f"{one(SITI + ' textarea')}.value === 'kode AB12'")
        await page.until(said("halo dari WhatsApp"))
        await page.do("Page.reload")
        await page.until(f"{one(SITI)}?.classList.contains('whatsapp') && {said('halo dari WhatsApp')}")
        # An officer is on Telegram only.
        assert await page.value(f"{one(RINI + ' .apps')}.hidden")

    on_whatsapp(tmp_path, png, play)
