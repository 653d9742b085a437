"""A question that can't be answered: ways out of it, an officer with the words that weren't taken, and going on."""

from __future__ import annotations

import pytest

from tests.office import Desk
from tests.talks.scripts import PROFILE, REGISTERED, TO_BUSINESS, TO_NAME, TO_NIB, TO_PHONE, TO_SALES, TO_VILLAGE, kept
from tests.talks.test_intents import DONE, questions
from tests.transcript import Telegram

TWICE = """
    > Kampung Durian Runtuh
    < Kelurahan "Kampung Durian Runtuh" belum kami temukan.
      Tempat usahanya di kelurahan mana, Bu Siti?
      …
    > Kampung Durian
    < Kelurahan "Kampung Durian" belum kami temukan.
      Kalau sulit, petugas kami siap membantu.
      Atau ketik kembali untuk mundur, batal untuk berhenti.
      Tempat usahanya di kelurahan mana, Bu Siti?
      …
      [Tanya petugas]
"""


@pytest.mark.parametrize("ask", ["[Tanya petugas]", "petugas", "/petugas"])
def test_the_second_refusal_offers_an_officer_and_then_it_goes_on(telegram: Telegram, desk: Desk, ask: str):
    telegram(f"""{TO_VILLAGE}{TWICE}
        > {ask}
        < {DONE}
          Tempat usahanya di kelurahan mana, Bu Siti?
          …
        > purwantoro
        < Apa nama usahanya?
    """)
    assert questions(desk) == ["kelurahan: Kampung Durian Runtuh / kelurahan: Kampung Durian"]


def test_an_answer_that_is_taken_ends_the_count(telegram: Telegram):
    telegram(f"""{TO_VILLAGE}
        > Kampung Durian Runtuh
        < …
          Tempat usahanya…
          …
        > purwantoro
        < Apa nama usahanya?
        > 7
        < Nama usaha terdiri dari 2 sampai 60 huruf.
          Apa nama usahanya?
    """)


def test_old_misses_are_forgotten(telegram: Telegram):
    telegram("""
        > jadi gimana
        < Maaf, saya belum paham maksudnya. Coba pilih salah satu, atau tulis dengan kata lain.
        ~ 13 jam
        > jadi gimana
        < Maaf, saya belum paham maksudnya. Coba pilih salah satu, atau tulis dengan kata lain.
    """)


def test_reading_it_all_is_no_wrong_answer(telegram: Telegram):
    telegram("""
        > /daftar
        < …
          …
          …
          …
          …
        > baca
        < …
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
          Bapak/Ibu berusia 17 tahun ke atas dan setuju?
          [Saya setuju] [Tidak setuju] [Baca lengkap]
        > baca
        < …
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
          Bapak/Ibu berusia 17 tahun ke atas dan setuju?
          [Saya setuju] [Tidak setuju] [Baca lengkap]
    """)


@pytest.mark.parametrize("none", ["belum ada", "belum punya", "blm", "gak ada", "sik diurus", "gatau"])
def test_no_nib_yet(telegram: Telegram, none: str):
    telegram(f"""{TO_NIB}
        > {none}
        < Mohon dicek, Bu Siti. Apakah sudah benar?
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
          • NIB: dilewati
    """)


@pytest.mark.only_telegram("a keyboard that stays")
@pytest.mark.parametrize("after", ["081234567890", "kembali", "(nomor 6281234567890)"])
def test_the_button_for_sharing_a_number_goes_when_it_is_no_longer_asked(telegram: Telegram, desk: Desk, after: str):
    telegram(TO_PHONE)
    chat = desk.platform.chat(next(iter(desk.platform.bots.values())), telegram.people["siti"])
    assert chat.keyboard
    telegram(f"""
        > {after}
        < …
          …
          {"" if after != "kembali" else "[Bapak Siti] [Ibu Siti] [Siti saja]"}
    """)
    assert not chat.keyboard


@pytest.mark.everywhere
def test_a_name_with_digits_is_told_what_is_odd(telegram: Telegram):
    telegram(f"""{TO_NAME}
        > Siti 123
        < Nama tidak memakai angka. Mohon ketik namanya saja.
          Siapa nama lengkap…
          …
        > <Siti>
        < Nama tidak memakai tanda ini: < >
          Mohon ketik namanya saja, dengan huruf.
          Kalau sulit, petugas kami siap membantu.
          Atau ketik kembali untuk mundur, batal untuk berhenti.
          Siapa nama lengkap…
          …
    """)


@pytest.mark.parametrize("wish", ["/usaha", "/ubah"])
def test_what_needs_an_owner_waits_for_the_registration(telegram: Telegram, desk: Desk, wish: str):
    telegram(f"""{TO_BUSINESS}
        > {wish}
        < Itu bisa setelah pendaftaran selesai. Kita selesaikan dulu ya.
          Apa nama usahanya?
    """)
    assert kept(desk, "owners") == []


def test_choices_in_her_own_words(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
        > makanan kemasan
        < Kira-kira omzet…
        > 200rb sehari
        < Maksudnya yang mana?
          [5 sampai 25 juta] [Tidak ada yang cocok]
        > [5 sampai 25 juta]
        < Modal usaha…
        > blm
        < Berapa orang…
        > berdua
        < Sudah berapa lama…
        > 2
        < Maksudnya yang mana?
          [Kurang dari 6 bulan] [6 - 12 bulan] [1 - 3 tahun] [Tidak ada yang cocok]
        > 2 th
        < Berapa nomor NIB…
          …
        > belum punya
        < Mohon dicek…
          …
          …
          …
          …
          …
          • bidang usaha: Makanan/minuman kemasan
          • omzet: 5 sampai 25 juta
          • modal: Belum tahu
          • jumlah pekerja: 2 sampai 4 orang
          • lama usaha: 1 - 3 tahun
          • NIB: dilewati
    """)


@pytest.mark.parametrize("stop", ["Ya, berhenti", "ya berhenti", "berhenti", "stop", "iya", "batal"])
def test_stopping_the_talk_stops_no_news(telegram: Telegram, desk: Desk, stop: str):
    telegram(f"""{TO_BUSINESS}
        > batal
        < Mau berhenti? …
          …
        > {stop}
        < Baik, kita berhenti di sini. Bapak/Ibu bisa mulai lagi kapan saja.
          …
    """)
    (person,) = kept(desk, "people")
    assert person["opted_out_at"] is None


@pytest.mark.parametrize("wish", ["saya mau daftar", "mau daftar pak", "arep ndaftar", "tolong daftar ya bu"])
def test_one_who_wants_to_register_registers(telegram: Telegram, desk: Desk, wish: str):
    telegram(f"""
        > {wish}
        < Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
    """)
    assert kept(desk, "wishes") == []


@pytest.mark.parametrize(
    ("said", "called"),
    [
        ("nama saya Ngatemi", "Ngatemi"),
        ("jenengku Sumarni", "Sumarni"),
        ("namaku bu sulastri wonten malang", "Sulastri"),
        ("saya bu Ngatemi dari Sukun", "Ngatemi"),
        ("Nama: Budi Santoso", "Budi"),
        ("mbah karto", "Karto"),
        ("Saya Rina", "Rina"),
        ("Namira Putri", "Namira"),
    ],
)
def test_who_introduces_herself_is_called_by_her_name(telegram: Telegram, said: str, called: str):
    telegram(f"""{TO_NAME}
        > {said}
        < Salam kenal. Kami panggil dengan…
          [Bapak {called}] [Ibu {called}] [{called} saja]
    """)


def test_the_office_is_no_foreign_place(telegram: Telegram):
    telegram(f"""{TO_VILLAGE}
        > malang
        < Malang punya banyak kelurahan. Yang mana?
          Tempat usahanya…
          …
        > purwantoro
        < Apa nama usahanya?
        > kembali
        < Tempat usahanya…
          …
        > kab malang
        < Kabupaten Malang di luar wilayah kami. Kelurahannya yang mana?
          Tempat usahanya…
          …
        > purwantoro
        < Apa nama usahanya?
        > kembali
        < Tempat usahanya…
          …
        > kota malang
        < Malang punya banyak kelurahan. Yang mana?
          Tempat usahanya…
          …
        > purwantoro
        < Apa nama usahanya?
        > durung nduwe jeneng
        < Pembeli biasanya menyebutnya apa? Contoh: Keripik Bu Siti, atau nama sendiri.
          Apa nama usahanya?
        > Belum Ada Judul Coffee
        < Usahanya bergerak di bidang apa?
        > (foto)
        < Mohon ketik jawabannya dengan kata-kata.
          Usahanya…
    """)


def test_since_a_year(telegram: Telegram):
    telegram(f"""{TO_SALES}
        > blm tau
        < Modal usaha…
        > blm tau
        < Berapa orang…
        > 3
        < Sudah berapa lama…
        > sejak 2025
        < Maksudnya yang mana?
          [6 - 12 bulan] [1 - 3 tahun] [Tidak ada yang cocok]
        > tidak
        < Sudah berapa lama…
        > awit 2015
        < Berapa nomor NIB…
          …
        > kembali
        < Sudah berapa lama…
        > 2 tahun
        < Berapa nomor NIB…
          …
    """)


def test_who_wants_to_be_forgotten_is_heard(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > saya mau hapus data saya
        < Semua data Bapak/Ibu mau kami hapus?
          …
          …
          [Ya, hapus] [Tidak jadi]
    """)
    assert questions(desk) == []


def test_a_fact_is_changed_by_its_name(telegram: Telegram):
    telegram(f"""{REGISTERED}
        > ubah omzet
        < Kira-kira omzet…
        > 3 juta
        < Terima kasih. Sudah kami catat:
          • omzet: Di bawah 5 juta
        > bahasa
        < Bapak/Ibu mau pakai bahasa apa?
        > jowo
        < Nggih, wiwit sapunika kita ngagem basa Jawa.
          …
    """)


def test_the_profile_in_the_middle_of_a_change(telegram: Telegram):
    telegram(f"""{REGISTERED}
        > ubah modal
        < Modal usaha…
        > profil
        {PROFILE}
        > [Lanjutkan yang tadi]
        < Modal usaha…
    """)
