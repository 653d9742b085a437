"""One leave for each purpose: asked one at a time, kept with its proof, taken back at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import exc, update

from bot.chat.flow import Person
from bot.domain import consents, dated
from bot.domain.consents import NEWS, PROVINCE, SERVICE
from bot.domain.db import Db
from bot.domain.tables import metadata
from tests.office import Desk
from tests.talks.scripts import REGISTERED, TO_CONSENT, TO_NAME, kept
from tests.transcript import Telegram

SITI = Person(1, "id", contact=1)
NEWS_ASKED = """
    < Boleh kami kirim info pelatihan dan program lewat chat ini?
      Bisa dihentikan kapan saja: ketik berhenti.
"""
NOTED = """
    < Terima kasih, sudah dicatat.
      Untuk melihat atau menarik izin, ketik izin saya.
"""


def decided(desk: Desk) -> list[tuple[str, bool]]:
    return [(row["purpose"], row["given"]) for row in kept(desk, "consents")]


def given(desk: Desk, purpose: str) -> bool:
    return asyncio.run(desk.round(do=lambda db: consents.given(db, SITI, purpose)))


def new_text(desk: Desk, purpose: str, version: str = "2.0") -> None:
    """A new version of a purpose's text, in force from today."""
    old = {"version": version, "years": 5, "months": 12, "contact": "kantor dinas"}
    name = "consent.text" if purpose == SERVICE else f"consent.text.{purpose}"
    asyncio.run(desk.round(do=lambda db: dated.put(db, name, desk.clock.at.date(), old, "surat dinas")))


@pytest.mark.everywhere
def test_each_leave_is_given_and_taken_back_by_itself(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > [Ya, boleh]
        {NOTED}
        > [Ya, boleh]
        < Itu sudah tercatat, terima kasih.
        > izin saya
        < Ini yang Bapak/Ibu izinkan:
          • Layanan UMKM: boleh, sejak 23 November 2026
          • Info dan undangan: boleh, sejak 23 November 2026
          • Tampilan produk: belum ditanyakan
          • Provinsi dan pusat: belum ditanyakan
          [Tarik izin] [Beri izin]
        > [Beri izin]
        < Izin apa yang ingin diberikan?
          [Tampilan produk] [Provinsi dan pusat]
        > [Provinsi dan pusat]
        < Boleh data usaha Bapak/Ibu kami kirim ke Dinas Provinsi dan Virtual Business Centre?
          …
          [Ya, boleh] [Tidak, terima kasih] [Baca lengkap]
        > tidak
        < Baik, tidak apa-apa. Bapak/Ibu tetap kami layani.
        > TARIK IZIN
        < Izin mana yang ditarik? Langsung berlaku.
          [Layanan UMKM] [Info dan undangan]
        > [Info dan undangan]
        < Baik. Mulai sekarang kami tidak mengirim info dan undangan.
          [Beri izin lagi] [Izin saya]
        > [Izin saya]
        < Ini yang Bapak/Ibu izinkan:
          …
          • Info dan undangan: diberikan 23 November 2026, ditarik 23 November 2026
          • Tampilan produk: belum ditanyakan
          • Provinsi dan pusat: tidak
    """)
    assert decided(desk) == [(SERVICE, True), (NEWS, True), (PROVINCE, False), (NEWS, False)]
    assert [given(desk, purpose) for purpose in consents.PURPOSES] == [True, False, False, False]


def test_the_proof_names_the_message_she_agreed_with(telegram: Telegram, desk: Desk):
    telegram(TO_CONSENT)
    telegram("""
        > saya setuju
        < Terima kasih. …
          …
          …
    """)
    (agreed,) = [row for row in kept(desk, "inbox") if row["id"] == max(r["id"] for r in kept(desk, "inbox"))]
    telegram(REGISTERED.replace(TO_NAME, "").replace("    > /daftar", "    > /daftar", 1))
    service, *_ = kept(desk, "consents")
    assert (service["message"], service["at"]) == (agreed["key"], agreed["done_at"])
    assert service["at"] < max(row["done_at"] for row in kept(desk, "inbox")), "not when the registration ended"
    assert service["contact_id"] == 1


def test_what_was_decided_is_never_changed(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    table = metadata.tables["consents"]

    def change(db: Db) -> None:
        with pytest.raises(exc.DBAPIError, match="only ever added to"), db.connection.begin_nested():
            db.execute(update(table).values(given=False))

    asyncio.run(desk.round(do=change))
    assert decided(desk) == [(SERVICE, True)]


@pytest.mark.parametrize(
    ("answer", "allowed"), [("[Ya, boleh]", True), ("boleh", True), ("[Tidak, terima kasih]", False), ("tidak", False)]
)
def test_the_whole_text_and_then_the_question(telegram: Telegram, desk: Desk, answer: str, allowed: bool):
    telegram(f"""{REGISTERED}
        > [Baca lengkap]
        < Info dan undangan
          1. Gunanya: …
          2. Yang dipakai: …
          3. Caranya: …
          4. Tanpa izin ini Bapak/Ibu tetap dilayani, …
          5. Menarik izin: …
          Versi 1.0, berlaku 1 November 2026.
          Boleh kami kirim info pelatihan dan program lewat chat ini?
          …
          [Ya, boleh] [Tidak, terima kasih] [Baca lengkap]
        > {answer}
        < …
          {"…" if allowed else "[Izin saya]"}
    """)
    assert decided(desk)[1:] == [(NEWS, allowed)]


def test_yes_in_words_is_asked_again_and_no_is_left_alone(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > boleh bu
        {NEWS_ASKED}
        > iya
        {NOTED}
        > iya
        < Ada yang bisa kami bantu?
        ~ 2 hari
        > makasih ya
        < Sama-sama, Bu Siti. 🙏
          Boleh produk Bapak/Ibu kami tampilkan di katalog umum, dengan nama usahanya?
          Bisa dihentikan kapan saja: ketik tarik izin.
          [Ya, boleh] [Tidak, terima kasih] [Baca lengkap]
        > tidak
        < Baik, tidak apa-apa. Bapak/Ibu tetap kami layani.
    """)
    assert decided(desk) == [(SERVICE, True), (NEWS, True)]


def test_one_more_is_asked_in_a_day_and_each_once(telegram: Telegram, desk: Desk):
    thanks = "> makasih\n< Sama-sama, Bu Siti. 🙏\n"
    telegram(f"""{REGISTERED}
        {thanks}
        ~ 1 hari
        {thanks}  Boleh produk Bapak/Ibu kami tampilkan…
          …
        {thanks}
        ~ 1 hari
        {thanks}  Boleh data usaha Bapak/Ibu kami kirim…
          …
        ~ 1 hari
        {thanks}
    """)
    assert decided(desk) == [(SERVICE, True)], "who says nothing has allowed nothing"


def test_nothing_is_asked_in_the_way_of_an_open_question(telegram: Telegram):
    telegram(f"""{REGISTERED}
        ~ 2 hari
        > /usaha
        < Tambah satu usaha lagi. …
          …
          …
        > makasih
        < Sama-sama, Bu Siti. 🙏
          Tempat usahanya…
          …
    """)


def test_a_new_text_is_another_question(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > [Ya, boleh]
        {NOTED}
    """)
    assert given(desk, NEWS)
    desk.clock.move(timedelta(days=2))
    new_text(desk, NEWS)
    assert not given(desk, NEWS)
    telegram(f"""
        > izin saya
        < …
          …
          • Info dan undangan: perlu ditanyakan lagi, keterangannya berubah
          …
          …
        > makasih
        < Sama-sama, Bu Siti. 🙏
          {NEWS_ASKED.strip().removeprefix("< ")}
        > [Ya, boleh]
        {NOTED}
    """)
    assert given(desk, NEWS)
    assert [row["version"] for row in kept(desk, "consents")] == ["1.0", "1.0", "2.0"]


def test_a_button_under_an_older_text_asks_the_newer_one(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    new_text(desk, NEWS)
    telegram(f"""
        > [Ya, boleh]
        {NEWS_ASKED}
    """)
    assert decided(desk) == [(SERVICE, True)]


def test_the_first_leave_is_asked_again_when_its_text_is_new(telegram: Telegram, desk: Desk):
    telegram(REGISTERED)
    desk.clock.move(timedelta(days=2))
    new_text(desk, SERVICE)
    telegram("""
        > makasih
        < Sama-sama, Bu Siti. 🙏
          Satu hal lagi: keterangan kami tentang data yang dicatat berubah. Boleh kami minta izin sekali lagi?
          [Baca dan jawab]
        > [Baca dan jawab]
        < Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
        > [Saya setuju]
        < Terima kasih, sudah dicatat.
          …
    """)
    assert [(row["purpose"], row["version"]) for row in kept(desk, "consents")] == [(SERVICE, "1.0"), (SERVICE, "2.0")]


@pytest.mark.parametrize("words", ["tarik izin", "/tarik", "cabut persetujuan saya", "saya tarik persetujuan data"])
def test_taking_the_first_leave_back_ends_noting(telegram: Telegram, desk: Desk, words: str):
    telegram(f"""{REGISTERED}
        > {words}
        < Izin mana yang ditarik? Langsung berlaku.
          [Layanan UMKM]
        > [Layanan UMKM]
        < Baik. Mulai sekarang kami tidak mencatat hal baru tentang Bapak/Ibu dan usahanya.
          Info umum tetap bisa ditanyakan.
          Yang sudah tercatat tetap tersimpan sampai dihapus. Apakah ingin dihapus?
          [Hapus data saya] [Beri izin lagi] [Izin saya]
        > info pameran
        < Maaf, layanan ini belum ada di chat kami: Pameran dan pembeli
          …
          …
        > /usaha
        < Sebelum mulai, kami minta izin dulu.
          …
          …
          …
          …
        > [Tidak setuju]
        < Baik. Mulai sekarang kami tidak mencatat hal baru tentang Bapak/Ibu dan usahanya.
          …
          …
    """)
    assert decided(desk) == [(SERVICE, True), (SERVICE, False)]
    assert not given(desk, SERVICE)
    assert kept(desk, "wishes") == []
    after = [row for row in kept(desk, "inbox") if row["kind"] == "text"][-1]
    assert after["said"] is None, "what she says isn't kept beyond its turn"
    telegram("""
        > izin saya
        < …
          • Layanan UMKM: diberikan 23 November 2026, ditarik 23 November 2026
          …
          …
          …
        > [Beri izin]
        < …
        > layanan umkm
        < Sebelum mulai…
          …
          …
          …
          …
        > setuju
        < Terima kasih, sudah dicatat.
          …
    """)
    assert given(desk, SERVICE)


def test_a_leave_is_named_in_words(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > [Ya, boleh]
        {NOTED}
        > tarik izin info
        < Baik. Mulai sekarang kami tidak mengirim info dan undangan.
          [Beri izin lagi] [Izin saya]
    """)
    assert not given(desk, NEWS)


def test_the_stop_word_takes_the_leave_for_news_and_mulai_gives_it_back(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > [Ya, boleh]
        {NOTED}
        > BERHENTI
        < Baik. Mulai sekarang kami tidak mengirim info dan pengingat lagi.
          …
          …
    """)
    assert not given(desk, NEWS)
    telegram("""
        > berhenti
        < …
          …
          …
        > mulai
        < Baik, info dan pengingat kami kirim lagi.
          …
    """)
    assert given(desk, NEWS)
    assert [value for purpose, value in decided(desk) if purpose == NEWS] == [True, False, True]


def test_mulai_gives_and_promises_nothing_that_she_had_refused_herself(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > [Tidak, terima kasih]
        < Baik, tidak apa-apa. Bapak/Ibu tetap kami layani.
        > stop
        < Baik. …
          …
          …
        > mulai
        < Baik, pengingat kami kirim lagi. Untuk info dan undangan juga, ketik izin saya.
          …
    """)
    assert decided(desk) == [(SERVICE, True), (NEWS, False)]


def test_everything_is_stopped_and_what_was_planned_is_forgotten(telegram: Telegram, desk: Desk):
    telegram(f"""{TO_NAME}
        > berhenti
        < Baik. Mulai sekarang kami tidak mengirim info dan pengingat lagi.
          Pertanyaan Bapak/Ibu tetap kami jawab.
          Ingin menerima lagi? Ketik mulai.
          [Hentikan semua]
    """)
    assert len(kept(desk, "reminders")) == 1
    telegram("""
        > [Hentikan semua]
        < Baik, semuanya dihentikan: info, pengingat, juga pengingat yang sudah direncanakan.
          …
          …
    """)
    assert kept(desk, "reminders") == []
    telegram("""
        > hentikan semua
        < Baik, semuanya dihentikan: …
          …
          …
        > bantuan
        < Yang bisa dilakukan di sini:
          …
          …
          …
          …
          …
          …
          …
          …
          Siapa nama lengkap…
          …
    """)


@pytest.mark.parametrize("young", ["saya masih 16 tahun", "belum 17", "umur 15 th", "masih sma", "belum cukup umur"])
def test_who_is_younger_registers_with_a_guardian(telegram: Telegram, desk: Desk, young: str):
    telegram(f"""{TO_CONSENT}
        > {young}
        < Yang belum 17 tahun mendaftar bersama orang tua atau wali.
          Kalau beliau ada di dekat sini, mohon beliau yang membaca dan menjawab. …
          Bapak/Ibu berusia 17 tahun ke atas dan setuju?
          [Saya setuju] [Tidak setuju] [Baca lengkap]
    """)
    assert decided(desk) == []


@pytest.mark.parametrize("old", ["ya, saya setuju, umur 35 tahun", "setuju, usaha saya baru 2 tahun"])
def test_who_is_older_or_speaks_of_her_business_is_not_taken_for_a_child(telegram: Telegram, old: str):
    telegram(TO_CONSENT)
    telegram.desk.clock.move(timedelta(seconds=1))
    script = f"""
        > {old}
        < …
    """
    with pytest.raises(AssertionError, match="the bot also said") as found:
        telegram(script)
    assert "orang tua" not in str(found.value)
