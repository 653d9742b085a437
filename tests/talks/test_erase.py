"""HAPUS DATA: asked twice, frozen at once, taken back in time, or gone for good."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.app import App
from bot.chat.flow import Person
from bot.domain import erasure, officers, owners
from bot.domain.db import Db
from bot.domain.tables import metadata
from tests.office import OWNERS, Desk, rows
from tests.talks.scripts import REGISTERED, kept
from tests.transcript import Telegram

ASKED = """
    > hapus data
    < Semua data Bapak/Ibu mau kami hapus?
      Yaitu profil, usaha, jawaban, foto, pesan, dan pertanyaan kepada petugas.
      Sampai 30 November 2026 masih bisa dibatalkan. Setelah itu tidak bisa dikembalikan lagi.
      [Ya, hapus] [Tidak jadi]
    > [Ya, hapus]
    < Supaya pasti, mohon ketik kata HAPUS.
      Kalau tidak jadi, ketik batal.
"""
FROZEN = f"""{ASKED}
    > hapus
    < Baik. Mulai sekarang data Bapak/Ibu tidak kami pakai lagi. Pada 30 November 2026 pukul … semuanya dihapus.
      Kalau berubah pikiran sebelum itu, ketik batal hapus.
      [Batal hapus]
"""


def invited(desk: Desk, name: str = "Rina", role: str = "petugas") -> str:
    return asyncio.run(desk.round(do=lambda db: officers.invite(db, name, role, "35.73")))


def everything(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return asyncio.run(desk.round(do=lambda db: {name: rows(db, name) for name in metadata.tables}))


@pytest.mark.everywhere
def test_she_is_erased_and_comes_back_as_a_stranger(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    (siti,) = kept(desk, "people")
    telegram(f"""{FROZEN}
        ~ 6 hari
        siti < (diam)
        ~ 1 hari
        < Data Bapak/Ibu sedang kami hapus sekarang. Terima kasih atas kebersamaannya.
          Bapak/Ibu boleh menghubungi kami lagi kapan saja.
        ~ 2 menit
        < (diam)
    """)
    left = everything(desk)
    for name in ("people", "contacts", "owners", "businesses", "talks", "outbox", "consents", "erasing"):
        assert left[name] == [], name
    assert {row["kind"]: row["count"] for row in left["tallies"]} == {"owners.registered": 1, "owners.erased": 1}
    assert {row["village"] for row in left["tallies"]} == {"35.73.01"}
    assert all(row["payload"] is None and row["said"] is None and row["person_id"] is None for row in left["inbox"])
    telegram("""
        > /start
        < Selamat …
          Saya Pendamping, …
          …
          …
          [Daftar]
    """)
    (stranger,) = kept(desk, "people")
    assert stranger["id"] != siti["id"]
    assert stranger["key_id"] != siti["key_id"]


def test_while_she_is_frozen_nothing_goes_on_whatever_she_says(telegram: Telegram, desk: Desk):
    code = invited(desk)
    telegram(f"""{REGISTERED}
        petugas > /start join-code-{code}
        petugas < Selamat datang, Rina. …
        > ubah
        < …
    """)
    telegram(f"""{FROZEN}
        > halo
        < Sesuai permintaan, data Bapak/Ibu dihapus pada 30 November 2026 pukul … Sampai saat itu tidak kami pakai.
          Kalau ingin tetap disimpan, ketik batal hapus.
          [Batal hapus] [Data saya]
        > hapus data
        < Sesuai permintaan, data …
          Kalau ingin …
        > petugas
        < Sesuai permintaan, data …
          Kalau ingin …
        petugas < (diam)
        > (foto)
        < Sesuai permintaan, data …
          Kalau ingin …
        > berhenti
        < Sesuai permintaan, data …
          Kalau ingin …
        ~ 2 hari
        < (diam)
        > [Batal hapus]
        < Baik, tidak jadi dihapus. Semua data kembali seperti semula.
          [Menu]
        > batal hapus
        < Tidak ada data yang akan dihapus. Semua tetap tersimpan seperti semula.
        ~ 8 hari
        < (diam)
    """)
    assert [row["erase_at"] for row in kept(desk, "people")] == [None, None]
    assert len(kept(desk, "owners")) == len(kept(desk, "businesses")) == 1


def test_it_is_not_done_by_a_slip(telegram: Telegram, desk: Desk):
    telegram(f"""{ASKED}
        > ya
        < Belum ada yang dihapus. Kalau sudah yakin, mohon ketik kata HAPUS. Kalau tidak jadi, ketik batal.
          Mohon ketik kata HAPUS.
        > batal
        < Baik, kita berhenti di sini. …
          …
        > /hapus
        < Semua data …
          Yaitu …
          Sampai …
        > 👍
        < …
          …
        > [Tidak jadi]
        < Baik, semua data tetap tersimpan seperti semula.
    """)
    assert [row["erase_at"] for row in kept(desk, "people")] == [None]


def test_what_she_asked_an_officer_is_closed_and_comes_back_with_her(telegram: Telegram, desk: Desk):
    telegram("""
        > petugas
        < Mau tanya apa ke petugas?
          …
        > kapan ada pelatihan
        < …
          …
    """)
    telegram(FROZEN)
    assert [row["closed_at"] is None for row in kept(desk, "tickets")] == [False]
    telegram("""
        > batal hapus
        < Baik, tidak jadi dihapus. Semua data kembali seperti semula.
    """)
    assert [row["closed_at"] is None for row in kept(desk, "tickets")] == [True]


def test_an_officer_who_erases_himself_is_one_no_more_at_once(telegram: Telegram, desk: Desk):
    code = invited(desk, role="admin")
    telegram(f"""
        petugas > /start join-code-{code}
        petugas < Selamat datang, Rina. …
        petugas > hapus data
        petugas < Data Bapak/Ibu sebagai petugas mau kami hapus?
          Sejak itu juga Bapak/Ibu bukan petugas lagi.
          Sampai 30 November 2026 masih bisa dibatalkan, tetapi untuk menjadi petugas lagi perlu undangan baru.
          [Ya, hapus] [Tidak jadi]
        petugas > ya
        petugas < Supaya pasti, mohon ketik kata HAPUS.
          Kalau tidak jadi, ketik batal.
        petugas > HAPUS
        petugas < Baik. …
          Kalau …
    """)
    assert asyncio.run(desk.round(do=officers.listed)) == []
    telegram("""
        petugas > batal hapus
        petugas < Baik, tidak jadi dihapus. …
        petugas > halo
        petugas < Bot ini khusus petugas …
        petugas > hapus data
        petugas < Semua data …
          Yaitu …
          Sampai …
        petugas > ya
        petugas < Supaya pasti, …
          Kalau …
        petugas > hapus
        petugas < Baik. …
          Kalau …
        ~ 7 hari
        petugas < Data Bapak/Ibu sedang kami hapus sekarang. …
          …
        ~ 1 menit
        petugas < (diam)
    """)
    left = everything(desk)
    assert (left["officers"], left["invites"], left["people"]) == ([], [], [])


@pytest.mark.only_telegram("nobody tells that a number was blocked")
def test_one_who_cannot_be_reached_is_erased_too(telegram: Telegram, desk: Desk):
    telegram(f"""{FROZEN}
        > (blokir)
        < (diam)
        ~ 7 hari
        < (diam)
    """)
    assert kept(desk, "people") == []


def test_it_is_too_late_when_the_time_is_over(telegram: Telegram, desk: Desk):
    telegram(FROZEN)

    def late(db: Db) -> bool:
        return erasure.keep(db, 1)

    desk.clock.at = kept(desk, "people")[0]["erase_at"]
    assert asyncio.run(desk.round(do=late)) is False
    telegram("""
        > batal hapus
        < Masa pembatalan sudah lewat, data sedang dihapus.
          Bapak/Ibu boleh mulai lagi kapan saja.
    """)


def test_the_same_process_greets_her_as_a_stranger_at_once(desk: Desk, capsys: pytest.CaptureFixture[str]):
    """What a process remembers of an address and its key must not outlive the person."""
    platform = desk.platform
    siti, bot = platform.add_user("Siti").id, platform.bots[OWNERS]

    async def says(app: App, text: str) -> None:
        platform.say(siti, text, bot=bot)
        for update in await desk.updates("owners"):
            await app.intakes["owners"].deliver([update])
        await app.settled()

    async def play() -> list[int]:
        app = desk.app()
        await app.start(serve=False)
        try:
            await says(app, "halo")
            await says(app, "menu")
            before: list[int] = await app.store.write(lambda db: [row["id"] for row in rows(db, "people")])
            await app.store.write(lambda db: erasure.freeze(db, before[0], db.now))
            await app.ticks.erase()
            await app.settled()
            await app.ticks.erase()
            await says(app, "halo")
            return before + await app.store.write(lambda db: [row["id"] for row in rows(db, "people")])
        finally:
            await app.stop()

    before, after = asyncio.run(play())
    assert after > before
    assert "failed" not in capsys.readouterr().out
    said = [b.message["text"] for b in platform.chat(bot, siti).bubbles.values() if b.message]
    assert said[-1].startswith("Selamat pagi"), said


def test_the_log_holds_nothing_that_she_said_or_is_called(
    telegram: Telegram, desk: Desk, capsys: pytest.CaptureFixture[str]
):
    nik = "3573014507900001"
    telegram(f"""{REGISTERED}
        > nik saya {nik}
        < …
    """)
    (owner,) = asyncio.run(desk.round(do=lambda db: [owners.find(db, Person(1, "id"))]))
    assert owner is not None
    telegram(f"""{FROZEN}
        ~ 7 hari
        ~ 2 menit
    """)
    assert kept(desk, "people") == []
    logged = "".join(capsys.readouterr())
    assert "flow=register" in logged
    assert "erased" in logged
    words = [*owner.name.split(), owner.phone.removeprefix("+62"), owner.businesses[0].name, nik]
    assert [word for word in words if word and word in logged] == []
    assert str(telegram.people["siti"]) not in logged
