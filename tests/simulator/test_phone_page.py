"""The phone page in a real browser: chats by hand and by keyboard, over a restart, with every switch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.simulator.clock import MovedClock
from bot.simulator.platform import Platform
from bot.simulator.server import Simulator

from .browser import CHROMIUM, Tab, needs_chromium, tab
from .conftest import OFFICERS, OWNERS, settled
from .echo import echo

pytestmark = needs_chromium
SITI, BUDI, RINI = (f'[data-phone="{number}"]' for number in range(3))
LIGHT = 300_000


def one(selector: str) -> str:
    return f"document.querySelector({json.dumps(selector)})"


def lines(phone: str = SITI) -> str:
    return f"[...document.querySelectorAll({json.dumps(phone + ' .words')})].map(b => b.textContent)"


def said(words: str, phone: str = SITI) -> str:
    return f"{lines(phone)}.some(line => line.includes({json.dumps(words)}))"


def seen(selector: str) -> str:
    return f"{one(selector)}?.checkVisibility({{ visibilityProperty: true }})"


@asynccontextmanager
async def running(folder: Path, png: bytes, listen: str = "127.0.0.1:0") -> AsyncGenerator[tuple[str, Platform]]:
    """A simulator with two bots, one of which echoes."""
    platform = Platform(folder / "platform.db", MovedClock())
    platform.add_bot(OWNERS, "pendamping_bot", "Pendamping")
    platform.add_bot(OFFICERS, "petugas_bot", "Meja Petugas")
    simulator = Simulator(platform)
    url = await simulator.start(listen)
    bot = asyncio.create_task(echo(url, OWNERS, png))
    try:
        yield url, platform
    finally:
        bot.cancel()
        await asyncio.gather(bot, return_exceptions=True)
        await simulator.stop()


def with_page(folder: Path, png: bytes, play: Callable[[Tab, str, Platform], Awaitable[None]]) -> None:
    """Open the page and play; it must not complain about anything."""

    async def run() -> None:
        async with (
            asyncio.timeout(100),
            running(folder, png) as (url, platform),
            tab(CHROMIUM, folder / "browser") as page,
        ):
            await open_page(page, url)
            await play(page, url, platform)
            assert page.loud == []

    asyncio.run(run())


async def open_page(page: Tab, url: str) -> None:
    await page.do("Page.navigate", url=url)
    await page.until("document.querySelector('.phone.active :is(.begin, .say):not([hidden])')")


async def greet(page: Tab) -> None:
    await page.click(f"{SITI} .start")
    await page.until(said("Boleh kami catat"))


async def chat(page: Tab) -> None:
    assert await page.value(f"{one(SITI + ' .chat b')}.textContent") == "Pendamping"
    await page.click(f"{SITI} .buttons button")
    await page.until(said("Dijawab: ya"))
    assert await page.value(f"{one(SITI + ' .toast')}.textContent") == "Tercatat"
    assert await page.value(f"{one(SITI + ' .buttons')} === null")

    await page.click(f"{SITI} textarea")
    await page.write("<b>warung</b><img src=x onerror=alert(1)>")
    await page.until(said("Anda menulis: <b>warung</b><img"))
    assert await page.value(f"{one(SITI + ' .chat img')} === null")

    await page.write("foto")
    await page.until(f"{one(SITI + ' .chat img')}?.naturalWidth === 400")
    await page.write("nomor")
    await page.until(seen(f"{SITI} .keys"))
    await page.click(f"{SITI} .keys button")
    await page.until(said("Nomor 6281200000001 tercatat"))
    await page.until(f"!{seen(SITI + ' .keys')}")
    await page.until(f"{one(SITI + ' .own.tail .meta')}.textContent.includes('diterima bot')")


def test_a_chat_by_hand_over_a_restart(tmp_path: Path, png: bytes) -> None:
    async def run(page: Tab) -> None:
        async with running(tmp_path, png) as (url, _):
            await open_page(page, url)
            await greet(page)
            await chat(page)
            before = await page.value(lines())
        await page.until(f"{one(SITI + ' .state')}.textContent === 'menyambung…'")
        assert await page.value(lines()) == before

        async with running(tmp_path, png, url.removeprefix("http://")):
            await page.until(f"{one(SITI + ' .state')}.textContent === 'bot'")
            await page.click(f"{SITI} textarea")
            await page.write("masih di sini?")
            await page.until(said("Anda menulis: masih di sini?"))
            assert await page.value(f"{lines()}.slice(0, {len(before)})") == before
            assert page.loud == []

    async def whole() -> None:
        async with asyncio.timeout(100), tab(CHROMIUM, tmp_path / "browser") as page:
            await run(page)

    asyncio.run(whole())


def test_three_phones_side_by_side_one_on_a_small_screen(tmp_path: Path, png: bytes) -> None:
    visible = "[...document.querySelectorAll('.phone')].filter(p => p.checkVisibility()).length"
    foreign = "performance.getEntriesByType('resource').filter(e => !e.name.startsWith(location.origin)).length"
    size = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"

    async def play(page: Tab, url: str, platform: Platform) -> None:
        assert await page.value(visible) == 1
        assert await page.value("document.documentElement.scrollWidth") == 360
        assert await page.value(f"{seen('#panel')} === false")
        await page.click("#tabs button:nth-child(3)")
        await page.until(seen(f"{RINI} .start"))
        await page.resize(1280, 800)
        assert await page.value(visible) == 3
        assert await page.value("document.documentElement.scrollWidth") == 1280
        assert await page.value("document.documentElement.scrollHeight") == 800
        assert await page.value(seen("#panel"))
        await page.click(f"{SITI} .start")
        await page.until(said("Boleh kami catat"))
        await page.click(f"{SITI} .clip")
        await page.until(f"{one(SITI + ' .pictures button:nth-child(3) img')}?.naturalWidth > 0")
        assert await page.value(foreign) == 0
        sent = await page.value(f"{size}.reduce((sum, e) => sum + e.transferSize, 0)")
        assert 20_000 < sent < LIGHT

    with_page(tmp_path, png, play)


READABLE = """(() => {
  const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const solid = c => c.length === 3 || c[3] === 1;
  const behind = el => {
    for (let e = el; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (solid(c)) return c;
    }
    return [255, 255, 255];
  };
  const bad = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const el = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !el.checkVisibility({ opacityProperty: true })) continue;
    if (el.closest('.spoken, option, .sticker')) continue;
    const [a, b] = [light(rgb(getComputedStyle(el).color)), light(behind(el))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05), px = parseFloat(getComputedStyle(el).fontSize);
    if (ratio < 4.5 || px < 16) bad.push([walk.currentNode.textContent.trim().slice(0, 30), px, ratio.toFixed(2)]);
  }
  return bad;
})()"""
"""Every visible text that is smaller than 16 px, or whose contrast to what is behind it is below WCAG's AA."""

CUT = """[...document.querySelectorAll('.phone button, .words, #tabs button, .day, .welcome, #panel button, #panel a')]
  .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
  .map(e => e.className + ': ' + e.textContent)"""


WHOLE_CHOICE = """(e => {
  const style = getComputedStyle(e), pen = document.createElement('canvas').getContext('2d'), arrow = 24;
  pen.font = style.font;
  const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
  return [...e.options].filter(o => pen.measureText(o.textContent).width > room).map(o => o.textContent);
})(document.getElementById('people'))"""
"""The people whose names are cut where they are chosen; a select doesn't tell by itself."""


def test_everything_can_be_read(tmp_path: Path, png: bytes) -> None:
    async def play(page: Tab, url: str, platform: Platform) -> None:
        async def look() -> None:
            assert await page.value(READABLE) == []
            assert await page.value(CUT) == []

        await look()
        await greet(page)
        await page.click(f"{SITI} textarea")
        await page.write("nomor " + "panjang" * 60)
        await page.until(said("Anda menulis: nomor"))
        await page.write("nomor")
        await page.until(seen(f"{SITI} .keys"))
        await page.click(f"{SITI} .voice")
        await page.click(f"{SITI} .clip")
        await page.click(f"{SITI} [data-deed=sticker]")
        await page.until(f"{one(SITI + ' .sticker')}")
        await look()
        await page.click("#open")
        await page.until(seen("#close"))
        await look()
        await page.key("Escape", 27)
        await page.resize(1280, 800)
        await look()
        assert await page.value("document.documentElement.scrollWidth") == 1280
        assert await page.value(f"[...{one('#people')}.options].length") == 3
        assert await page.value(WHOLE_CHOICE) == []
        assert await page.value(f"{one('#number-of')}.textContent") == "Nomor 0812-0000-0001"

    with_page(tmp_path, png, play)


def test_what_a_person_can_send_and_change(tmp_path: Path, png: bytes) -> None:
    async def play(page: Tab, url: str, platform: Platform) -> None:
        await greet(page)
        for deed, words in (("contact", "+6281200000001"), ("location", "Lokasi"), ("sticker", "👍")):
            await page.click(f"{SITI} .clip")
            await page.click(f"{SITI} [data-deed={deed}]")
            await page.until(said(words))
        await page.click(f"{SITI} .voice")
        await page.until(one(f"{SITI} .voice-note"))
        await page.click(f"{SITI} .clip")
        await page.until(f"{one(SITI + ' .pictures button img')}?.naturalWidth > 0")
        await page.click(f"{SITI} .pictures button")
        await page.until(f"{one(SITI + ' .own img')}?.naturalWidth === 480")
        await page.click(f"{SITI} textarea")
        await page.write("warng")
        await page.until(said("Anda menulis: warng"))
        await page.value(f"[...document.querySelectorAll('{SITI} .change')].at(-1).focus()")
        await page.key("Enter", 13, "\r")
        await page.until(f"{one(SITI + ' textarea')}.value === 'warng'")
        await page.value(f"{one(SITI + ' textarea')}.select()")
        await page.write("warung")
        await page.until(f"{said('warungdiubah')} && !{seen(SITI + ' .editing')}")

    with_page(tmp_path, png, play)


def test_unread_messages_and_the_way_down(tmp_path: Path, png: bytes) -> None:
    async def play(page: Tab, url: str, platform: Platform) -> None:
        await greet(page)
        siti = next(iter(platform.users))
        for _ in range(12):
            await platform.call(OWNERS, "sendMessage", {"chat_id": siti, "text": "satu\ndua\ntiga"})
        scroll = one(f"{SITI} .scroll")
        await page.until(f"{scroll}.scrollTop > 300 && !{seen(SITI + ' .down')}")
        await page.value(f"{scroll}.scrollTop = 0")
        await page.until(seen(f"{SITI} .down"))
        await platform.call(OWNERS, "sendMessage", {"chat_id": siti, "text": "baru"})
        await page.until(f"{one(SITI + ' .count')}.textContent === '1'")
        assert await page.value(f"{scroll}.scrollTop") == 0
        await page.click(f"{SITI} .down")
        await page.until(f"!{seen(SITI + ' .down')} && {one(SITI + ' .count')}.textContent === ''")

        await page.click("#tabs button:nth-child(2)")
        for word in ("a", "b"):
            await platform.call(OWNERS, "sendMessage", {"chat_id": siti, "text": word})
        await page.until(f"{one('#tabs .badge')}?.textContent === '2'")
        assert await page.value(f"{one('#tabs button')}.getAttribute('aria-label')") == "Siti, 2 pesan baru"
        await page.click("#tabs button")
        await page.until(f"{one('#tabs .badge')} === null && {said('b')}")

    with_page(tmp_path, png, play)


async def turn(page: Tab, selector: str) -> None:
    """Use something of the drawer, by its keyboard way in and out."""
    await page.value(f"{one('#open')}.focus()")
    await page.key("Enter", 13, "\r")
    await page.until(f"document.activeElement === {one('#close')}")
    await page.until(f"{one('#panel')}.getAnimations().length === 0")
    await page.value(f"{one(selector)}.focus()")
    await page.key(" ", 32, " ")


async def shut(page: Tab) -> None:
    await page.key("Escape", 27)
    await page.until(f"document.activeElement === {one('#open')} && !{seen('#panel')}")


def test_the_switches(tmp_path: Path, png: bytes) -> None:
    async def play(page: Tab, url: str, platform: Platform) -> None:
        await greet(page)
        await turn(page, "[name=held]")
        await page.until(f"{one(SITI + ' .state')}.textContent === 'menunggu jaringan…'")
        await shut(page)
        await page.click(f"{SITI} textarea")
        await page.write("halo")
        await page.until(said("menunggu jaringan"))
        assert platform.held
        await turn(page, "[name=held]")
        await page.until(f"{said('Anda menulis: halo')} && !{said('menunggu jaringan')}")
        await shut(page)

        await turn(page, "[name=twice]")
        await page.until(f"{one('[name=twice]')}.checked")
        await shut(page)
        await page.click(f"{SITI} textarea")
        await page.write("dua")
        await page.until(f"{lines()}.filter(line => line.includes('Anda menulis: dua')).length === 2")
        await turn(page, "[name=twice]")

        before = platform.now()
        await page.value(f"{one('[data-hours]:nth-child(2)')}.click()")
        await page.until(f"/\\d+ \\S+ \\d{{4}}/.test({one(SITI + ' .day')}.textContent)")  # 3 days ago has a date
        assert platform.now() - before > 72 * 3600
        await page.value(f"{one('#block')}.click()")
        await page.until(f"{one('#block')}.textContent === 'Buka blokir'")
        assert await page.value(f"{one(SITI + ' .start')}.textContent") == "BUKA BLOKIR"
        await page.value(f"{one('#block')}.click()")
        await page.until(f"{one('#block')}.textContent === 'Blokir bot'")

        await page.value(f"{one('#other')}.click()")
        await page.click("#name")
        await page.write("Dewi")
        await page.until(f"{one(SITI + ' .holder')}.textContent.startsWith('Dewi')")
        await page.value(f"{one('#forget')}.click()")
        await page.click("#sure [type=submit]")
        await page.until(f"{one(SITI + ' .holder')}.textContent.startsWith('Siti')")
        await page.until(f"{lines()}.length === 0")
        await settled(lambda: len(platform.users) == 3)
        assert [user.first_name for user in platform.users.values()] == ["Siti", "Budi", "Bu Rini"]

    with_page(tmp_path, png, play)


def test_by_keyboard_alone(tmp_path: Path, png: bytes) -> None:
    here = "(e => e.getAttribute('aria-label') || e.textContent.trim())(document.activeElement)"

    async def play(page: Tab, url: str, platform: Platform) -> None:
        way: list[str] = []
        while "MULAI" not in way and len(way) < 20:
            await page.key("Tab", 9)
            way.append(await page.value(here))
        assert way == ["Siti", "Budi", "Bu Rini", "Buka saklar", "Saklar telepon ini", "Percakapan", "MULAI"]
        await page.key("Enter", 13, "\r")
        await page.until(said("Boleh kami catat"))
        assert await page.value(here) == "Tulis pesan"
        inside = "(s => ['borderLeftWidth', 'paddingLeft', 'outlineOffset'].map(one => parseFloat(s[one])))"
        assert sum(await page.value(f"{inside}(getComputedStyle(document.activeElement))")) >= 4  # px from the ring
        for _ in range(2):
            await page.do("Input.dispatchKeyEvent", type="keyDown", key="Tab", windowsVirtualKeyCode=9, modifiers=8)
        assert await page.value(here) == "Tanya petugas"
        assert await page.value("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        await page.key("Enter", 13, "\r")
        await page.until(said("Dijawab: petugas"))
        assert (
            await page.value("document.activeElement.getAttribute('aria-label')") == "Percakapan"
        )  # the button is gone

    with_page(tmp_path, png, play)


def test_a_bot_that_types(tmp_path: Path, png: bytes) -> None:
    async def play(page: Tab, url: str, platform: Platform) -> None:
        await greet(page)
        siti = next(iter(platform.users))
        await platform.call(OWNERS, "sendChatAction", {"chat_id": siti, "action": "typing"})
        await page.until(f"{one(SITI + ' .state')}.textContent === 'sedang mengetik…'")
        await platform.call(OWNERS, "sendMessage", {"chat_id": siti, "text": "sudah"})
        await page.until(f"{one(SITI + ' .state')}.textContent === 'bot' && {said('sudah')}")

    with_page(tmp_path, png, play)


def test_a_deep_link_waits_for_start(tmp_path: Path, png: bytes) -> None:
    async def play(page: Tab, url: str, platform: Platform) -> None:
        await open_page(page, f"{url}/?bot=petugas_bot&start=join-code-12")
        await page.until(seen(f"{RINI} .start"))
        assert await page.value("location.search") == ""
        await page.key("Enter", 13, "\r")  # it has the focus
        await page.until(said("/start", RINI))
        texts = [update.update["message"]["text"] for update in platform.waiting[222].values()]
        assert texts == ["/start join-code-12"]
        phone = await page.value(f"{one(RINI)}.innerHTML")
        assert "/start" in phone
        assert "join-code" not in phone  # the app doesn't show it

    with_page(tmp_path, png, play)


def test_styles_may_overlap_and_links_are_checked(tmp_path: Path, png: bytes) -> None:
    entities: list[dict[str, Any]] = [
        {"type": "bold", "offset": 0, "length": 8},
        {"type": "italic", "offset": 5, "length": 6},
        {"type": "text_link", "offset": 13, "length": 4, "url": "javascript:alert(1)"},
        {"type": "bot_command", "offset": 18, "length": 7},
    ]

    async def play(page: Tab, url: str, platform: Platform) -> None:
        await greet(page)
        siti = next(iter(platform.users))
        body = {"chat_id": siti, "text": "tebal miring link /daftar", "entities": entities}
        await platform.call(OWNERS, "sendMessage", body)
        await page.until(said("tebal miring link"))
        words = "[...document.querySelectorAll('" + SITI + " .words')].at(-1)"
        assert await page.value(f"{words}.querySelector('i b').textContent") == " mi"
        assert await page.value(f"{words}.querySelector('a').getAttribute('href')") is None
        await page.value(f"{words}.querySelector('.command').click()")
        await page.until(said("Anda menulis: /daftar"))

    with_page(tmp_path, png, play)
