"""What owners often ask: answered from free words, from the list, and only when the office has approved it."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta

import pytest

from bot.domain import faqs
from bot.domain.db import Db
from tests.office import Desk, rows
from tests.transcript import Telegram

MAKE_NIB = """Cara buat NIB?
          Buka oss.go.id, daftar akun UMK dengan NIK, isi data usaha dan KBLI, lalu terbitkan. …

          Berlaku per 1 November 2026."""
CHECKED = "Jawaban tentang ini masih diperiksa dinas:"


@pytest.mark.everywhere
def test_a_question_in_free_words_is_answered_with_its_day(telegram: Telegram):
    telegram(f"""
        > gimana cara bikin nib bu
        < {MAKE_NIB}
          [Tanya petugas] [Pertanyaan lain] [Menu]
        > [Pertanyaan lain]
        < Pertanyaannya yang mana?
          [NIB itu apa] [Cara buat NIB]
        > [NIB itu apa]
        < NIB itu apa, bayar berapa?
          NIB adalah nomor identitas usaha (13 angka). …

          Berlaku per 1 November 2026.
    """)


def test_words_that_could_mean_several_are_asked_back(telegram: Telegram):
    telegram(f"""
        > info nib
        < Pertanyaannya yang mana?
          [NIB itu apa] [Cara buat NIB]
        > 2
        < {MAKE_NIB}
    """)


def test_the_list_of_topics_shows_what_may_be_shown(telegram: Telegram):
    telegram("""
        > /faq
        < Bapak/Ibu ingin tahu tentang apa?
          [Info NIB] [Info P-IRT] [Info halal] [Info merek] [Info kemasan] …[Naik kelas] [Layanan ini]
        > [Info QRIS]
        < QRIS kena potongan?
          Usaha mikro: transaksi sampai Rp500.000 tidak kena biaya, …

          Berlaku per 1 November 2026.
          [Tanya petugas] [Menu]
    """)


@pytest.mark.everywhere
def test_an_officer_gets_the_words_that_the_answer_did_not_settle(telegram: Telegram, desk: Desk):
    telegram("""
        > daftar merek bayar berapa ya
        < Daftar merek bayar berapa?
          Untuk usaha mikro dan kecil Rp500.000 …

          Berlaku per 1 November 2026.
          [Tanya petugas] [Pertanyaan lain] [Menu]
        > [Tanya petugas]
        < Pertanyaan Bapak/Ibu sudah kami teruskan ke petugas. …
          …
    """)

    def asked(db: Db) -> list[str]:
        return [db.open(row["person_id"], "tickets.words", row["words"]) for row in rows(db, "tickets")]

    assert asyncio.run(desk.round(do=asked)) == ["daftar merek bayar berapa ya"]


def test_what_is_not_sure_is_not_shown_before_it_is_approved(telegram: Telegram, desk: Desk):
    telegram(f"""
        > kapan harus pakai bpom
        < {CHECKED} Info BPOM
          Petugas bisa menjawab sekarang juga.
          [Tanya petugas] [Menu]
    """)
    assert asyncio.run(desk.round(do=lambda db: faqs.approve(db, ["bpom_kapan"], "Bu Rina, Kabid UM"))) == 1
    telegram("""
        > kapan harus pakai bpom
        < Kapan harus BPOM MD?
          Bila produk tidak boleh P-IRT, …

          Berlaku per 1 November 2026.
          [Tanya petugas] [Menu]
    """)


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("pinjaman kur bunganya berapa", "Modal dan pinjaman"),
        ("pajak umkm berapa persen", "Info pajak"),
        ("cara punya qris", "Info QRIS"),
        ("informasi gizi wajib gak", "Info kemasan"),
        ("cara urus pirt", "Info P-IRT"),
    ],
)
def test_no_other_answer_is_given_for_one_that_waits(telegram: Telegram, words: str, topic: str):
    telegram(f"""
        > {words}
        < {CHECKED} {topic}
          Petugas bisa menjawab sekarang juga.
          [Tanya petugas] [Menu]
    """)


def test_the_only_answer_is_offered_when_the_words_do_not_ask_for_it(telegram: Telegram):
    telegram("""
        > info qris
        < Apakah ini yang ingin Bapak/Ibu ketahui?
          [Potongan QRIS] [Tanya petugas] [Menu]
        > [Potongan QRIS]
        < QRIS kena potongan?
          Usaha mikro: …

          Berlaku per 1 November 2026.
          [Tanya petugas] [Menu]
    """)


def test_the_menu_leads_to_the_answers(telegram: Telegram):
    telegram("""
        > menu
        < Ada yang bisa kami bantu?
          [Daftar] [Data saya] [Tanya jawab] [Tanya petugas] [Bantuan]
        > [Tanya jawab]
        < Bapak/Ibu ingin tahu tentang apa?
    """)


def test_a_corrected_answer_waits_for_approval_and_the_old_one_holds_on(desk: Desk):
    day = date(2026, 11, 23)

    def work(db: Db) -> None:
        assert len(faqs.listed(db)) == 34
        assert faqs.ship(db) == 0
        by_code = {f.code: f for f in faqs.shown(db, day)}
        assert "pirt_urus" not in by_code  # M
        old = next(row for row in faqs.read(json.loads(faqs.SHIPPED.read_text())) if row.code == "nib_buat")
        newer = old.model_copy(update={"since": date(2026, 11, 20), "answer": "Datang saja.", "sure": "M"})
        assert faqs.put(db, [newer, old]) == 1
        assert {f.code: f for f in faqs.shown(db, day)}["nib_buat"].answer == old.answer
        faqs.approve(db, ["nib_buat"], "Bu Rina")
        assert {f.code: f for f in faqs.shown(db, day)}["nib_buat"].answer == "Datang saja."
        assert {f.code: f for f in faqs.shown(db, day - timedelta(days=4))}["nib_buat"].answer == old.answer
        assert faqs.put(db, [newer.model_copy(update={"answer": "Kirim pesan."})]) == 1
        assert {f.code: f for f in faqs.shown(db, day)}["nib_buat"].answer == old.answer  # approved was another one
        with pytest.raises(ValueError, match="no such answer: entah"):
            faqs.approve(db, ["entah"], "Bu Rina")
        with pytest.raises(ValueError, match="who approves"):
            faqs.approve(db, ["nib_buat"], " ")

    asyncio.run(desk.round(do=work))


def test_a_bad_answer_is_refused_with_its_code_and_the_reason():
    row = json.loads(faqs.SHIPPED.read_text())[0]
    for changed, said in (
        (row | {"title": "x" * 21}, "nib_apa.title: String should have at most 20"),
        (row | {"sure": "X"}, "nib_apa.sure: Input should be"),
        ({k: v for k, v in row.items() if k != "answer"}, "nib_apa.answer: Field required"),
        ("x", "1.: Input should be an object"),
    ):
        with pytest.raises(ValueError, match=said):
            faqs.read([changed])
    with pytest.raises(ValueError, match="a list"):
        faqs.read({})


@pytest.mark.parametrize(
    ("topic", "words", "code"),
    [
        ("nib", "cara buat nib", "nib_buat"),
        ("nib", "nib itu apa sih", "nib_apa"),
        ("nib", "nib", None),
        ("pirt", "pirt saya sudah mati", "pirt_berlaku"),
        ("merek", "daftar merek bayar berapa", "merek_biaya"),
        ("halal", "syarat halal gratis", "halal_gratis"),
        ("qris", "qris kena potongan berapa persen", "qris_biaya"),
    ],
)
def test_which_answer_is_meant(topic: str, words: str, code: str | None):
    shipped = [
        faqs.Faq(r.code, r.since, r.topic, r.title, r.question, r.answer, tuple(r.words.split()))
        for r in faqs.read(json.loads(faqs.SHIPPED.read_text()))
        if r.topic == topic
    ]
    found = faqs.meant(shipped, words)
    assert (found and found.code) == code
