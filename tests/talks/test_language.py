"""The language is changed at any time and holds at once, also for the question that is open."""

from __future__ import annotations

import pytest

from tests.office import Desk
from tests.talks.scripts import REGISTERED, TO_BUSINESS, TO_PHONE, TO_VILLAGE, kept
from tests.transcript import Telegram


@pytest.mark.parametrize("word", ["/bahasa", "bahasa", "ganti bahasa", "language"])
def test_another_language(telegram: Telegram, desk: Desk, word: str):
    telegram(f"""
        > {word}
        < Bapak/Ibu mau pakai bahasa apa?
          [Indonesia] [Jawa] [English]
        > [English]
        < All right, from now on we write in this language: English.
        > menu
        < What would you like to do?
          [Register]…[Help]
        > /bahasa
        < Which language do you like to read?
        > indonesia
        < Baik, mulai sekarang kami memakai bahasa Indonesia.
    """)
    assert [row["language"] for row in kept(desk, "people")] == ["id"]


@pytest.mark.everywhere
def test_in_the_middle_the_question_comes_again_in_the_new_language(telegram: Telegram):
    telegram(f"""{TO_BUSINESS}
        > /bahasa
        < Bapak/Ibu mau pakai bahasa apa?
        > [English]
        < All right, from now on we write in this language: English.
          Now back to where we were.
          What is the name of the business?
        > Keripik Bu Siti
        < What does the business do?
        > services
        < About how much comes in from sales each month (omzet)?
          [Below 5 million]…[Not known yet]
        > /bahasa
        < Which language do you like to read?
        > 1
        < Baik, mulai sekarang kami memakai bahasa Indonesia.
          Sekarang kita lanjutkan yang tadi.
          Kira-kira omzet…
          [Di bawah 5 juta]…[Belum tahu]
    """)


@pytest.mark.only_telegram("a keyboard that stays")
def test_the_button_of_the_platform_too(telegram: Telegram, desk: Desk):
    telegram(f"""{TO_PHONE}
        > /bahasa
        < Bapak/Ibu mau pakai bahasa apa?
          Silakan pilih:
          [Indonesia] [Jawa] [English]
        > [English]
        < …
          …
          Which phone number can we reach you on, Bu Siti?
          …
    """)
    bot = next(iter(desk.platform.bots.values()))
    assert "Share my number" in str(desk.platform.chat(bot, telegram.people["siti"]).keyboard)


def test_no_language_of_ours(telegram: Telegram):
    telegram("""
        > /bahasa
        < Bapak/Ibu mau pakai bahasa apa?
        > Sunda
        < Mohon pilih salah satu.
          Bapak/Ibu mau pakai bahasa apa?
        > batal
        < Baik, kita berhenti di sini…
          …
    """)


def test_what_is_noted_is_read_in_the_new_language(telegram: Telegram):
    telegram(f"""{REGISTERED}
        > /bahasa
        < Bapak/Ibu mau pakai bahasa apa?
        > english
        < All right, from now on we write in this language: English.
        > profil
        < This is what we have noted:
          • name: Siti Aminah
          • form of address: Ibu Siti
          • phone: 0812****890
          • kelurahan: Purwantoro
          • business name: Keripik Bu Siti
          • sector: Packaged food or drinks
          • monthly sales: 5 to 25 million
          • capital: Up to 50 million
          • workers: 2 to 4 people
          • business age: 1 - 3 years
          • NIB: 1234*****0001
          By its sales this is a micro business (PP 7/2021 Pasal 35, in force since 2 February 2021).
    """)


@pytest.mark.everywhere
def test_javanese_where_it_is_written_and_indonesian_for_the_rest(telegram: Telegram):
    telegram(f"""{TO_VILLAGE}
        > /bahasa
        < …
        > [Jawa]
        < Nggih, wiwit sapunika kita ngagem basa Jawa.
          Dereng sedaya wonten basa Jawinipun; sanesipun taksih basa Indonesia.
          Sekarang kita lanjutkan yang tadi.
          Papan usahanipun wonten kelurahan pundi, Bu Siti?
          Mangga dipunserat nama kelurahanipun kemawon. Tuladha: Purwantoro
        > purwantoro
        < Apa nama usahanya?
    """)
