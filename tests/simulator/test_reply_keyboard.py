"""The bot's own keyboard under the line of writing: it folds, comes back and goes as in the app on Android."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.simulator.platform import Platform

from .browser import Tab, needs_chromium
from .conftest import OWNERS, Call, MovedClock
from .test_phone_page import SITI, greet, one, said, seen, with_page

ME = 700_000_001
STAYS: dict[str, Any] = {"keyboard": [[{"text": "Bagikan", "request_contact": True}, {"text": "Nanti"}]]}
ONCE = STAYS | {"one_time_keyboard": True}
GONE = {"remove_keyboard": True}
INLINE = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}]]}


def test_a_key_sends_its_words_or_her_number(platform: Platform, call: Call) -> None:
    platform.start(ME)
    call("sendMessage", chat_id=ME, text="Nomor?", reply_markup=STAYS)
    platform.press(ME, "Nanti")
    platform.press(ME, "Bagikan")
    words, number = call("getUpdates")[1]["result"][-2:]
    assert words["message"]["text"] == "Nanti"
    assert number["message"]["contact"] == {"phone_number": "6281234567890", "first_name": "Siti", "user_id": ME}
    assert not platform.chat(platform.bot("pendamping_bot"), ME).folded
    with pytest.raises(LookupError):
        platform.press(ME, "Ya")


@pytest.mark.parametrize("key", ["Bagikan", "Nanti"])
def test_a_one_time_keyboard_folds_when_a_key_was_pressed(platform: Platform, call: Call, key: str) -> None:
    platform.start(ME)
    chat = platform.chat(platform.bot("pendamping_bot"), ME)
    call("sendMessage", chat_id=ME, text="Nomor?", reply_markup=ONCE)
    platform.say(ME, "Nanti")  # typed, not pressed
    platform.share_contact(ME)  # by the paper clip
    assert (chat.keyboard, chat.folded) == (ONCE, False)
    platform.press(ME, key)
    assert (chat.keyboard, chat.folded) == (ONCE, True)
    platform.fold(ME, False)
    platform.press(ME, key)
    assert (chat.keyboard, chat.folded) == (ONCE, True)
    call("sendMessage", chat_id=ME, text="Nomor?", reply_markup=ONCE)
    assert not chat.folded  # a new message brings its keyboard, be it the same


def test_only_a_removal_or_another_keyboard_takes_it_away(platform: Platform, call: Call) -> None:
    platform.start(ME)
    chat = platform.chat(platform.bot("pendamping_bot"), ME)
    call("sendMessage", chat_id=ME, text="Nomor?", reply_markup=ONCE)
    call("sendMessage", chat_id=ME, text="Selamat pagi")
    question = call("sendMessage", chat_id=ME, text="Setuju?", reply_markup=INLINE)[1]["result"]
    call("editMessageText", chat_id=ME, message_id=question["message_id"], text="Sudah")
    assert chat.keyboard == ONCE
    assert call("editMessageText", chat_id=ME, message_id=question["message_id"], text="?", reply_markup=GONE)[0] == 400
    call("sendMessage", chat_id=ME, text="Nomor?", reply_markup=STAYS)
    assert chat.keyboard == STAYS
    removal = call("sendMessage", chat_id=ME, text="Terima kasih", reply_markup=GONE)[1]["result"]
    assert chat.keyboard is None
    assert "reply_markup" not in removal


def test_a_folded_keyboard_is_kept(tmp_path: Path, clock: MovedClock) -> None:
    path = tmp_path / "platform.db"
    before = Platform(path, clock)
    bot = before.add_bot(OWNERS, "pendamping_bot", "Pendamping")
    siti = before.add_user("Siti").id
    before.start(siti)
    before.fold(siti)
    assert Platform(path, clock).chats[bot.id, siti].folded


@needs_chromium
def test_the_keyboard_and_its_button_on_the_page(tmp_path: Path, png: bytes) -> None:
    keys, board = f"{SITI} .keys", f"{SITI} .board"
    here = "document.activeElement.getAttribute('aria-label')"

    async def play(page: Tab, url: str, platform: Platform) -> None:
        siti = min(platform.users)

        async def bot_says(text: str, markup: dict[str, Any]) -> None:
            await platform.call(OWNERS, "sendMessage", {"chat_id": siti, "text": text, "reply_markup": markup})
            await page.until(said(text))

        await greet(page)
        assert not await page.value(seen(board))
        await bot_says("Pilih satu", ONCE)
        await page.until(f"{seen(keys)} && {seen(board)}")
        await page.click(f"{keys} div :nth-child(2)")
        await page.until(f"{said('Anda menulis: Nanti')} && !{seen(keys)} && {seen(board)}")
        assert await page.value(here) == "Tulis pesan"
        assert await page.value(f"{one(board)}.ariaExpanded") == "false"

        await page.key("Tab", 9)
        assert await page.value(here) == "Papan tombol dari bot"
        await page.key("Enter", 13, "\r")
        await page.until(f"{seen(keys)} && {one(board)}.ariaExpanded === 'true'")
        assert await page.value(here) == "Papan tombol dari bot"
        await page.do("Page.reload")
        await page.until(seen(keys))
        await page.click(board)
        await page.until(f"!{seen(keys)}")

        await page.click(f"{SITI} textarea")
        await page.write("halo")
        await page.until(said("Anda menulis: halo"))
        assert await page.value(seen(board))
        await bot_says("Pilih lagi", ONCE)
        await page.until(seen(keys))
        await page.value(f"{one(keys + ' button')}.focus()")
        await bot_says("Terima kasih", GONE)
        await page.until(f"!{seen(keys)} && !{seen(board)}")
        assert await page.value(here) == "Tulis pesan"

    with_page(tmp_path, png, play)
