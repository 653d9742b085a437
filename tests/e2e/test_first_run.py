"""The first run, whole: a browser of 360 px at the real process, an owner who errs, a crash, an officer who is told.

The screenshots are written to ``build/e2e/``. ``phones.png`` is the picture of the README; to renew it, run this test,
copy it to ``docs/pictures/`` and make the file smaller with any lossless tool (``optipng -o7``).
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.simulator.browser import CHROMIUM, Tab, needs_chromium, tab
from tests.simulator.test_phone_page import CUT, READABLE

from .desk import Desk, desk_in

pytestmark = needs_chromium

PICTURES = Path(__file__).parents[2] / "build" / "e2e"
SITI, BUDI, RINI = (f'[data-phone="{number}"]' for number in range(3))
NIB = "1234567890123"

OVERLAPPING = """(() => {
  const boxed = e => [e.textContent.slice(0, 40), e.getBoundingClientRect()];
  const shown = all => all.filter(e => e.checkVisibility()).map(boxed);
  const bad = [];
  for (const phone of [...document.querySelectorAll('.phone')].filter(e => e.checkVisibility())) {
    const whole = phone.getBoundingClientRect();
    for (const group of ['.chat > li', '.status, .bar, .screen, .begin, .say, .attach, .keys', '.buttons button']) {
      const boxes = shown([...phone.querySelectorAll(group)]);
      for (const [i, [name, box]] of boxes.entries()) {
        if (box.left < whole.left - 1 || box.right > whole.right + 1) bad.push(['beside', name]);
        for (const [other, that] of boxes.slice(i + 1)) {
          const across = Math.min(box.right, that.right) - Math.max(box.left, that.left);
          const down = Math.min(box.bottom, that.bottom) - Math.max(box.top, that.top);
          if (across > 1 && down > 1) bad.push([name, other]);
        }
      }
    }
  }
  return bad;
})()"""
"""Messages, buttons and bars that lie over each other, or reach out of their phone."""


def newest(words: str, phone: str = SITI) -> str:
    """The last message is the bot's and holds these words."""
    item = f"[...document.querySelectorAll({json.dumps(phone + ' .chat li:is(.own, .theirs)')})].at(-1)"
    return f"{item}?.className.includes('theirs') && {item}.textContent.includes({json.dumps(words)})"


async def tap(page: Tab, label: str, phone: str = SITI) -> None:
    """Bring the last button of that name into sight and click it; nothing may lie over it."""
    buttons = f"[...document.querySelectorAll({json.dumps(phone + ' .buttons button')})]"
    button = f"{buttons}.findLast(b => b.textContent === {json.dumps(label)})"
    # Each time it is looked for: a message that comes meanwhile takes the chat to its end again.
    await page.press(f"(b => {{ b?.scrollIntoView({{ block: 'nearest' }}); return b; }})({button})")


async def say(page: Tab, text: str, phone: str = SITI) -> None:
    """Type it, and see it in the chat."""
    own = f"document.querySelectorAll({json.dumps(phone + ' .own')}).length"
    before = await page.value(own)
    await page.click(f"{phone} textarea")
    await page.write(text)
    await page.until(f"{own} > {before}")


async def look(page: Tab, name: str, phone: str = SITI, width: int = 360) -> None:
    """Go to the end of the chat, see that all can be read, and keep a picture."""
    await page.value(f"(e => {{ e.scrollTop = e.scrollHeight; }})(document.querySelector('{phone} .scroll'))")
    await page.until(f"!document.querySelector('{phone} .down').checkVisibility()")
    for fault in (CUT, OVERLAPPING, READABLE):
        assert await page.value(fault) == [], name
    assert await page.value("document.documentElement.scrollWidth") == width
    await page.picture(PICTURES / f"{name}.png")


async def to_business(page: Tab) -> None:
    """From the first tap, over two mistakes, to the name of the business."""
    await page.until("document.querySelector('.phone.active .begin:not([hidden])')")
    await look(page, "1-opened")
    await page.click(f"{SITI} .start")
    await page.until(newest("Layanan ini gratis"))
    await look(page, "2-greeted")
    await tap(page, "Daftar")
    await page.until(newest("setuju?"))
    await tap(page, "Saya setuju")
    await page.until(newest("nama lengkap"))
    await say(page, "S")
    await page.until(newest("Nama terdiri dari 3 sampai 60 huruf."))
    await look(page, "3-name-of-one-letter")
    await say(page, "Siti Aminah")
    await page.until(newest("Salam kenal"))
    await tap(page, "Ibu Siti")
    await page.until(newest("Nomor HP"))
    await page.until(f"document.querySelector('{SITI} .keys button')?.checkVisibility()")
    await look(page, "4-phone")
    await page.click(f"{SITI} .keys button")
    await page.until(newest("Tempat usahanya"))
    await say(page, "Kampung Durian Runtuh")
    await page.until(newest("Tempat usahanya"))
    await look(page, "5-unknown-kelurahan")
    await say(page, "Purwantoro")
    await page.until(newest("Apa nama usahanya"))


async def to_capital(page: Tab) -> None:
    """The business, and an old button."""
    await say(page, "Keripik Bu Siti")
    await page.until(newest("bidang apa"))
    await tap(page, "Bapak Siti")
    await page.until(newest("Tombol itu dari pertanyaan sebelumnya."))
    assert await page.value(newest("bidang apa")), "the present question comes again"
    await look(page, "6-old-button")
    await tap(page, "Makanan/minuman kemasan")
    await page.until(newest("omzet"))
    await tap(page, "5 sampai 25 juta")
    await page.until(newest("Modal usaha"))


async def killed_with_an_answer_on_its_way(page: Tab, desk: Desk) -> None:
    """SIGKILL when her words are on the screen; the page waits, and the next question comes by itself."""
    await say(page, "sampai 50 juta")
    await desk.kill()
    await page.until(f"document.querySelector('{SITI} .state').textContent === 'menyambung…'")
    await look(page, "7-killed")
    await desk.start()
    await page.until(f"document.querySelector('{SITI} .state').textContent === 'bot'")
    await page.until(newest("Berapa orang"))


async def to_the_end(page: Tab) -> None:
    """The rest, a NIB of 12 digits, one correction on the review."""
    await tap(page, "2 sampai 4 orang")
    await page.until(newest("Sudah berapa lama"))
    await tap(page, "1 - 3 tahun")
    await page.until(newest("NIB usahanya"))
    await say(page, NIB[:12])
    await page.until(newest("Yang kami terima 12 angka"))
    await look(page, "8-nib-of-12-digits")
    await say(page, NIB)
    await page.until(newest("Mohon dicek"))
    assert await page.value(newest("Keripik Bu Siti"))
    await look(page, "9-review")
    await tap(page, "Ubah nama usaha")
    await page.until(newest("Apa nama usahanya"))
    await say(page, "Keripik Tempe Bu Siti")
    await page.until(f"{newest('Mohon dicek')} && {newest('Keripik Tempe Bu Siti')}")
    await tap(page, "Sudah benar")
    await page.until(newest("Pendaftaran sudah selesai"))
    await look(page, "10-done")


async def an_officer_is_told(page: Tab, desk: Desk) -> None:
    """Invited on the command line, she opens the link; then the owner asks for a person."""
    link = (await desk.operator("officers", "invite", "Bu Rini")).split()[-1]
    assert link.startswith(f"{desk.url}/?bot=")
    await page.do("Page.navigate", url=link)
    await page.until(f"document.querySelector('{RINI} .start')?.checkVisibility() && location.search === ''")
    await page.click(f"{RINI} .start")
    await page.until(newest("Selamat datang, Bu Rini", RINI))
    await look(page, "11-officer", RINI)

    await page.click("#tabs button")
    await say(page, "petugas")
    await page.until(newest("Mau tanya apa ke petugas?"))
    await say(page, "Apakah ada pelatihan kemasan bulan ini?")
    await page.until(newest("sudah kami teruskan ke petugas"))
    await look(page, "12-asked")
    await page.until("document.querySelector('#tabs button:nth-child(3) .badge')?.textContent === '1'")
    await page.click("#tabs button:nth-child(3)")
    await page.until(newest("pelaku usaha di Purwantoro", RINI))
    await look(page, "13-alert", RINI)


async def side_by_side(page: Tab) -> None:
    """All three phones on a large screen, another owner beginning on the second."""
    await page.resize(1280, 800)
    await page.until(f"document.querySelector('{BUDI} .start').checkVisibility()")
    await page.click(f"{BUDI} .start")
    await page.until(newest("Layanan ini gratis", BUDI))
    await tap(page, "Daftar", BUDI)
    await page.until(newest("setuju?", BUDI))
    await look(page, "phones", SITI, 1280)


def kept_once(desk: Desk) -> None:
    """The database holds that owner and that business once, and every message was handled and answered."""
    assert desk.rows("SELECT called FROM owners") == [("ibu",)]
    facts = "sector, village, sales, capital, workers, age"
    business = ("pangan", "35.73.01.1007", "5-25", "lt50", "2-4", "1-3y")
    assert desk.rows(f"SELECT {facts} FROM businesses") == [business]
    assert desk.rows("SELECT count(*) FROM owners o JOIN businesses b ON b.owner_id = o.person_id") == [(1,)]
    assert desk.rows("SELECT count(*) FROM tickets WHERE closed_at IS NULL") == [(1,)]
    assert desk.rows("SELECT count(*) FROM officers") == [(1,)]
    assert desk.rows("SELECT count(*) FROM inbox WHERE state <> 1") == [(0,)]
    assert desk.rows("SELECT count(*) FROM outbox WHERE error IS NOT NULL") == [(0,)]
    (sealed,) = desk.rows("SELECT phone, nib FROM owners JOIN businesses ON owner_id = person_id")
    assert all(len(one) > 20 for one in sealed)
    files = [file.read_bytes() for file in desk.database.parent.glob(f"{desk.database.name}*")]
    assert files
    for secret in (NIB, "81200000001", "pelatihan kemasan", "Siti Aminah", "Keripik Tempe", "Bu Rini"):
        assert not any(secret.encode() in file for file in files), secret


def test_the_first_run(tmp_path: Path) -> None:
    async def run() -> None:
        async with asyncio.timeout(200), desk_in(tmp_path / "desk") as desk:
            await desk.start()
            async with tab(CHROMIUM, tmp_path / "browser") as page:
                await page.do("Page.navigate", url=desk.url)
                try:
                    await to_business(page)
                    await to_capital(page)
                    await killed_with_an_answer_on_its_way(page, desk)
                    await to_the_end(page)
                    await an_officer_is_told(page, desk)
                    await side_by_side(page)
                except AssertionError:
                    await page.picture(PICTURES / "failed.png")
                    raise
                assert page.loud == []
            await desk.stop()
            kept_once(desk)

    PICTURES.mkdir(parents=True, exist_ok=True)
    asyncio.run(run())
