"""What a mistake in a flow does to the person it happens to, and to nobody else. And too much at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import handlers
from bot.chat.flow import Chat, Flows, flow
from bot.chat.questions import Line
from bot.domain import inbox, officers
from bot.domain.db import Db
from tests.office import Desk
from tests.transcript import Telegram

BROKEN: set[str] = {"siti"}
"""Whose answer the flow can't bear."""


@flow("fragile", command="rapuh")
def fragile(chat: Chat, db: Db) -> None:
    word = chat.ask(Line("word", "Word?"))
    if word in BROKEN:
        raise RuntimeError(word)
    chat.say("Good.")


@pytest.fixture
def desk(desk_with: Callable[[Flows], Desk]) -> Desk:
    found = Flows.find(handlers)
    made = desk_with(Flows([*found.by_name.values(), *found.happenings.values(), fragile]))
    made.bounds = replace(made.bounds, retries=(0.0, 0.0))
    return made


def do(desk: Desk, work: Callable[[Db], Any]) -> Any:
    return asyncio.run(desk.round(do=work))


def aside(desk: Desk) -> list[int]:
    return [row.id for row in do(desk, inbox.aside)]


@pytest.mark.everywhere
def test_a_turn_that_cannot_be_done_is_set_aside_and_life_goes_on(telegram: Telegram, desk: Desk):
    code = do(desk, lambda db: officers.invite(db, "Rina", "petugas", "35.73"))
    telegram(f"""
        petugas > /start join-code-{code}
        petugas < Selamat datang, Rina. …
        > /rapuh
        < Word?
        budi > /rapuh
        budi < Word?
        > siti
        < Maaf, ada gangguan di sistem kami. Pesan terakhir Bapak/Ibu belum bisa diproses, tetapi jawaban sebelumnya…
        petugas < Pesan … tidak bisa diproses dan disisihkan. Operator bisa …: pendamping quarantine show …
        budi < (diam)
        budi > budi
        budi < Good.
        > aminah
        < Good.
    """)
    assert len(aside(desk)) == 1


@pytest.mark.everywhere
def test_what_was_set_aside_can_be_done_again_when_the_flow_is_mended(telegram: Telegram, desk: Desk):
    telegram("""
        > /rapuh
        < Word?
        > siti
        < Maaf, ada gangguan di sistem kami. …
    """)
    ids = aside(desk)
    try:
        BROKEN.clear()
        assert do(desk, lambda db: inbox.replay(db, ids)) == 1
        telegram("""
            ~ 1 menit
            < Good.
        """)
    finally:
        BROKEN.add("siti")
    assert aside(desk) == []


@pytest.mark.only_telegram("the test itself writes, on Telegram's phone")
def test_too_much_at_once_is_said_once(telegram: Telegram, desk: Desk):
    desk.bounds = replace(desk.bounds, flood_updates=3, flood_seconds=60.0)
    telegram("""
        > halo
        < …
          …
          …
          …
    """)
    siti = telegram.people["siti"]
    for n in range(6):
        desk.platform.say(siti, f"halo {n}")
    telegram("""
        budi > menu
        budi < Ada yang bisa kami bantu?
        ~ 2 menit
        < (diam)
        > menu
        < Ada yang bisa kami bantu?
    """)
    bot = next(iter(desk.platform.bots.values()))
    said = [b.message["text"] for b in desk.platform.chat(bot, siti).bubbles.values() if b.message]
    assert said.count("Pesan yang masuk banyak sekali. Mohon tunggu sebentar, lalu tulis lagi ya.") == 1
    assert sum(text.startswith("Selamat pagi") for text in said) == 1 + 3
