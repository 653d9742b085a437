"""What owners really type: read where it is sure, asked back with buttons where it is not, never silently wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import handlers
from bot.chat.flow import Chat, Flows, flow
from bot.chat.questions import Date, Line, Money, Phone, YesNo
from bot.chat.text import Text
from bot.domain.db import Db
from tests.office import Desk
from tests.talks.scripts import TO_VILLAGE
from tests.transcript import Telegram


def say(words: str) -> Text:
    """Words for this test alone: no catalog holds them."""
    return Text(words)


@flow("order", command="pesan")
def order(chat: Chat, db: Db) -> None:
    name = chat.ask(Line("name", say("Pesan apa?"), label=say("pesanan")))
    price = chat.ask(Money("price", say("Harganya berapa?"), label=say("harga")))
    day = chat.ask(Date("day", say("Diambil tanggal berapa?"), label=say("tanggal")))
    phone = chat.ask(Phone("phone", say("Nomor HP?"), label=say("HP")))
    paid = chat.ask(YesNo("paid", say("Sudah dibayar?"), label=say("lunas")))
    chat.review(say("Sudah benar?"))
    chat.say(say(f"{name} {price} {day} {phone} {paid}"))


@pytest.fixture
def desk(desk_with: Callable[[Flows], Desk]) -> Desk:
    found = Flows.find(handlers)
    return desk_with(Flows([*found.by_name.values(), *found.happenings.values(), order]))


def test_what_is_sure_is_taken_as_it_was_meant(telegram: Telegram):
    telegram("""
        > /pesan
        < Pesan apa?
        > keripik tempe
        < Harganya berapa?
        > kira2 1,5 jt
        < Diambil tanggal berapa?
        > lusa
        < Nomor HP?
        > 0812 3456 789O
        < Sudah dibayar?
          Silakan pilih:
          [Ya] [Tidak]
        > wis mas
        < Sudah benar?
          • pesanan: keripik tempe
          • harga: Rp1.500.000
          • tanggal: 25 November 2026
          • HP: …
          • lunas: Ya
    """)


@pytest.mark.everywhere
def test_a_doubtful_amount_is_asked_back(telegram: Telegram):
    telegram("""
        > /pesan
        < Pesan apa?
        > keripik
        < Harganya berapa?
        > 10-15jt
        < …betul?
          [Ya, betul] [Tidak]
        > [Tidak]
        < Harganya berapa?
        > sepuluh juta
        < Diambil tanggal berapa?
    """)


@pytest.mark.everywhere
def test_a_doubtful_day_two_numbers_and_a_half_yes_are_asked_back(telegram: Telegram):
    telegram("""
        > /pesan
        < Pesan apa?
        > keripik
        < Harganya berapa?
        > 50rb
        < Diambil tanggal berapa?
        > minggu depan
        < …
          Diambil tanggal berapa?
        > 5 desember
        < Nomor HP?
        > 081234567890 atau 081298765432
        < Nomor mana yang dipakai?
          [0812-3456-7890] [0812-9876-5432] [Tidak ada yang cocok]
        > [0812-9876-5432]
        < Sudah dibayar?
          Silakan pilih:
          [Ya] [Tidak]
        > sik diurus
        < Masih diurus, jadi belum ada. Betul?
          [Ya, betul] [Tidak]
        > inggih
        < Sudah benar?
          • pesanan: keripik
          • harga: Rp50.000
          • tanggal: 5 Desember 2026
          • HP: …
          • lunas: Tidak
    """)


def test_two_answers_in_one_message_are_both_named_before_they_are_taken(telegram: Telegram):
    telegram("""
        > /pesan
        < Pesan apa?
        > keripik
        < Harganya berapa?
        > 50rb, besok
        < Rp50.000, lalu 24 November 2026. Betul?
          [Ya, betul] [Tidak]
        > ya
        < Nomor HP?
    """)


def test_what_is_left_and_not_sure_is_left(telegram: Telegram):
    telegram("""
        > /pesan
        < Pesan apa?
        > keripik
        < Harganya berapa?
        > 50rb, nanti saya ambil
        < Diambil tanggal berapa?
    """)


def test_a_place_with_a_slip_rt_and_rw_and_a_kecamatan(desk: Desk):
    Telegram(desk)(f"""{TO_VILLAGE}
        > surabaya
        < Surabaya di luar wilayah kami. Kelurahannya yang mana?
          Tempat usahanya di kelurahan mana, Bu Siti?
          Ketik nama kelurahannya saja. Contoh: Purwantoro
        > klojen
        < …yang mana…
          [Kelurahan Klojen] [Tidak ada yang cocok]
        > [Tidak ada yang cocok]
        < Tempat usahanya di kelurahan mana, Bu Siti?
          Ketik nama kelurahannya saja. Contoh: Purwantoro
        > kec sukun
        < Sukun itu kecamatan. Kelurahannya apa?
          Tempat usahanya di kelurahan mana, Bu Siti?
          Ketik nama kelurahannya saja. Contoh: Purwantoro
        > ds purwantro rt3 rw 15
        < Apa nama usahanya?
    """)
