"""Cek Siap Ekspor: offered from 60 points up, or when asked; the permit is known from the other check."""

from __future__ import annotations

from bot.domain.assess.instrument import shipped
from tests.office import Desk
from tests.talks.assess_scripts import CORE, SINCE, taps
from tests.talks.scripts import REGISTERED, kept
from tests.transcript import Telegram, shown

EXPORT = next(i for i in shipped() if i.code == "ekspor")
ANSWERS = EXPORT.examples["uji-pasar"].answers
LOW = {"A1": "belum", "A3": "belum", "B1": "diingat", "B4": "belum", "C1": "polos", "E1": "belum", "E4": "tunai"}


def answers(**other: str) -> str:
    """The answers of the worked example, by their buttons."""
    chosen = {item.code: other.get(item.code, ANSWERS[item.code]) for item in EXPORT.items}
    titles = {(item.code, option.code): option.title for item in EXPORT.items for option in item.options}
    return "\n".join(f"> [{titles[code, answer]}]" for code, answer in chosen.items())


def test_it_is_offered_with_a_good_result_and_knows_the_permit(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > cek naik kelas
        {taps(*CORE)}
        > [Cek siap ekspor]
        < Cek Siap Ekspor: 14 pertanyaan, kira-kira 3 menit.
          Tidak ada jawaban salah. …
          Boleh berhenti dan dilanjutkan kapan saja.
          ▱▱▱▱▱▱ Ekspor 0/14
          Apakah produk pernah dijual ke luar negeri?
          …
          [Rutin ekspor] [Pernah beberapa kali] [Pernah dititipkan] [Belum pernah]
        {answers()}
        < Hasil Keripik Bu Siti: 73 dari 100
          Status: Siap uji pasar
          Cek siap ekspor, berlaku per {SINCE}. Nilai sementara yang dihitung kantor: 45 dari 100. …
          Taiwan: …
          Taiwan: …
          BIMP-EAGA: …
          Colombo Plan: …
          Langkah berikutnya:
          1. Lengkapi satu per satu: label bahasa Inggris, daftar harga, lalu katalog. Minggu ini: …
          Gambaran posisi usaha saat ini.
          [Unduh PDF]
    """)
    (quick, export) = kept(desk, "assessments")
    assert (quick["claimed"], export["claimed"], export["claimed_band"]) == (79, 73, "uji_pasar")
    assert {row["item"]: row["answer"] for row in kept(desk, "answers") if row["assessment_id"] == export["id"]} == {
        **ANSWERS,
        "A3": "pirt",  # as she has said in the other check
    }


def test_below_sixty_it_comes_when_asked_for_and_its_gate_is_said(telegram: Telegram):
    telegram(f"""{REGISTERED}
        > cek naik kelas
        {taps(*CORE, **LOW)}
    """)
    offered = [label for bubble in telegram.bubbles("siti") for label in shown(bubble)[1]]
    assert "Cek lengkap" in offered
    assert "Cek siap ekspor" not in offered
    telegram(f"""
        > cek ekspor
        {answers(X5="proses")}
        < Hasil Keripik Bu Siti: 68 dari 100
          Status: Potensial
          Tinggal 2 langkah: NIB dengan akses kepabeanan, izin edar (P-IRT atau BPOM MD)
          Cek siap ekspor, …
          Taiwan: …
          Taiwan: …
          BIMP-EAGA: …
          Colombo Plan: …
          Langkah berikutnya:
          1. …
          2. …
          Gambaran posisi usaha saat ini.
    """)
