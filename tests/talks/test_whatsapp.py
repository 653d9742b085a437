"""What is different on WhatsApp: numbers that are told, addresses that change, lists in pages, what it costs."""

from __future__ import annotations

import asyncio

from bot.domain import people
from bot.domain.db import Db
from bot.domain.people import contact_of
from tests.office import Desk
from tests.talks.scripts import DONE, PROFILE, REGISTERED, REVIEW, SECTORS, TO_BUSINESS, TO_REVIEW, kept, untold
from tests.talks.test_linking import code, typed
from tests.transcript import Chats

AGAIN = """Sekarang kita lanjutkan yang tadi.
          Apa nama usahanya?"""
MOST = 13
"""Delivered messages of a whole registration."""


def delivered(desk: Desk) -> int:
    """Bubbles that went out on WhatsApp, each of which costs."""
    assert desk.number is not None
    return sum(sent.bot == desk.number.id for sent in desk.platform.sent)


def test_a_registration_takes_few_messages(whatsapp: Chats, desk: Desk) -> None:
    whatsapp(untold(REGISTERED))
    assert delivered(desk) <= MOST


def test_one_who_shows_no_number_is_asked_one_question_more(whatsapp: Chats, desk: Desk) -> None:
    whatsapp.numbers = False
    whatsapp(REGISTERED)
    assert delivered(desk) <= MOST + 1


def test_one_owner_from_her_first_word_to_her_last(whatsapp: Chats, desk: Desk) -> None:
    """She begins on WhatsApp, joins Telegram, is called back by a template, finishes by lists, and wants no news."""
    whatsapp(untold(TO_BUSINESS))
    typed(whatsapp, "siti@telegram", code(whatsapp, "siti", AGAIN))
    whatsapp(f"""
        siti@telegram > ya
        siti@telegram < Chat Bapak/Ibu sudah terhubung…
          …
        siti < Chat ini sekarang terhubung dengan chat Bapak/Ibu di Telegram.
          …
        > lanjut
        < Apa nama usahanya?
        ~ 25 jam
        < Bapak/Ibu, jawaban yang sudah ada kami simpan. Ketuk Lanjut untuk meneruskan, kapan pun sempat.
          Balas BERHENTI untuk tidak diingatkan
          [Lanjut]
        > [Lanjut]
        < Apa nama usahanya?
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
          {SECTORS}
        > [Makanan/minuman kemasan]
        < Kira-kira omzet…
        > [5 sampai 25 juta]
        < Modal usaha saat ini…
        > [Sampai 50 juta]
        < Berapa orang yang bekerja, termasuk pemilik?
        > [2 sampai 4 orang]
        < Sudah berapa lama usaha berjalan?
        > [1 - 3 tahun]
        < Berapa nomor NIB…
          …
        > 1234567890001
        {REVIEW}
        > [Sudah benar]
        {DONE}
        > [Ya, boleh]
        < …
          …
          [Menu]
        > (pemasaran stop)
        < (diam)
        siti@telegram > profil
    """)
    whatsapp(PROFILE.replace("    <", "    siti@telegram <", 1))
    (siti,) = kept(desk, "people")
    assert siti["opted_out_at"]
    assert [row["given"] for row in kept(desk, "consents") if row["purpose"] == "news"] == [True, False]


def test_a_number_that_is_told_is_not_asked_for_and_can_be_changed(whatsapp: Chats, desk: Desk) -> None:
    whatsapp(f"""{untold(TO_REVIEW)}
        > [Ubah nomor HP]
        < Nomor HP yang bisa kami hubungi, Bu Siti?
          Tekan tombol di bawah, atau ketik nomornya.
        > 0812 3456 7000
        < Mohon dicek, Bu Siti. Apakah sudah benar?
          • nama: Siti Aminah
          • sapaan: Ibu Siti
          • nomor HP: 0812****000
          …
          …
          …
          …
          …
          …
          …
          …
        > kembali
        < Berapa nomor NIB…
          …
    """)


def test_choices_that_answer_no_question_are_shown_in_pages_too(whatsapp: Chats) -> None:
    whatsapp(f"""{untold(REGISTERED)}
        > profil
        {PROFILE}
        > [Ubah lama usaha]
        < Sudah berapa lama usaha berjalan?
    """)


def test_who_is_known_by_her_number_and_then_by_her_id_stays_one(desk: Desk, whatsapp: Chats) -> None:
    """WhatsApp's user ids came later than its numbers."""
    whatsapp("""
        > halo
        < Selamat pagi…
          …
          …
          …
    """)
    (contact,) = kept(desk, "contacts")

    def known_by_number(db: Db) -> None:
        found = contact_of(db, contact["person_id"])
        assert found
        assert "." in found.address
        people.move(db, found, "6281234567890")

    asyncio.run(desk.round(do=known_by_number))
    whatsapp("""
        > daftar
        < Sebelum mulai…
          …
          …
          …
          …
    """)
    assert len(kept(desk, "people")) == len(kept(desk, "contacts")) == 1
    found = asyncio.run(desk.round(do=lambda db: contact_of(db, contact["person_id"])))
    assert "." in found.address, "from now on by her id"


def test_a_new_number_is_the_same_person(whatsapp: Chats, desk: Desk) -> None:
    whatsapp(f"""{untold(REGISTERED)}
        > (ganti nomor 6285600001111)
        < (diam)
        > profil
        < Ini yang sudah kami catat:
          • nama: Siti Aminah
          • sapaan: Ibu Siti
          …
          …
          …
          …
          …
          …
          …
          …
          …
          …
    """)
    assert len(kept(desk, "people")) == 1


def test_who_stops_marketing_in_her_phone_hears_nothing_until_mulai(whatsapp: Chats, desk: Desk) -> None:
    whatsapp(f"""{untold(REGISTERED)}
        > [Ya, boleh]
        < …
          …
          [Menu]
        > (pemasaran stop)
        < (diam)
    """)
    (siti,) = kept(desk, "people")
    assert siti["opted_out_at"]
    whatsapp("""
        > mulai
        < Baik, info dan pengingat kami kirim lagi.
          …
    """)
    (siti,) = kept(desk, "people")
    assert siti["opted_out_at"] is None
    whatsapp("""
        > (pemasaran stop)
        > (pemasaran mulai)
        < (diam)
    """)
    (siti,) = kept(desk, "people")
    assert siti["opted_out_at"] is None
