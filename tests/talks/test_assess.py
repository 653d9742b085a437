"""Cek Naik Kelas in chat: the quick check and its result, going on after days, the full one, changed answers."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain import reminders
from bot.domain.assess.results import ASSESSED
from tests.office import Desk
from tests.talks.assess_scripts import CORE, MIDDLE, QUICK, SINCE, begins, part, taps, title
from tests.talks.scripts import NO_NIB, REGISTERED, kept
from tests.transcript import Telegram


def answers(desk: Desk) -> dict[str, str]:
    return {row["item"]: row["answer"] for row in kept(desk, "answers")}


ALL = len(QUICK)
PERMIT = """
      Produk makanan/minuman Bapak/Ibu sudah punya izin edar?
      • P-IRT masih berlaku: Nomor P-IRT ada di label
      • BPOM MD: Nomor BPOM RI MD ada di label
      • Sedang diurus: Sudah daftar, nomor belum keluar
      • Sudah habis masanya: Dua angka terakhir P-IRT: tahun berakhir
      • Tidak wajib: Makanan siap saji atau tahan kurang dari 7 hari
"""
BEGIN = f"""
    > cek naik kelas
    < NIB sudah tercatat di profil, jadi tidak ditanyakan lagi.
      {begins(len(CORE))}
      Tidak ada jawaban salah. Jawab apa adanya supaya sarannya pas.
      Boleh berhenti dan dilanjutkan kapan saja.
      ▰▱▱▱▱▱ Legalitas 1/{ALL}{PERMIT}
"""
WITHOUT = f"""
    > cek naik kelas
    < {begins(ALL)}
      Tidak ada jawaban salah. Jawab apa adanya supaya sarannya pas.
      Boleh berhenti dan dilanjutkan kapan saja.
      ▱▱▱▱▱▱ Legalitas 0/{ALL}
      Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)?
      • Tidak berlaku lagi: NIB lama dibekukan atau belum disesuaikan
      [Sudah punya] [Sedang diurus] [Tidak berlaku lagi] [Belum punya]
"""
"""Of an owner whose NIB isn't noted."""
RESULT = f"""
    < Hasil Keripik Bu Siti: 79 dari 100
      Status: Siap naik kelas
      ✅ Paling kuat: Legalitas usaha & produk (100)
      Perlu dibenahi: Kualitas produk (50)
      Cek cepat, berlaku per {SINCE}. Nilai sementara yang dihitung kantor: 42 dari 100. …
      Menurut omzetnya termasuk usaha mikro (PP 7/2021 Pasal 35, berlaku per 2 Februari 2021).
      Langkah berikutnya:
      1. Mutu harus sama setiap kali produksi. Minggu ini: Tulis takaran resep di satu lembar.
      2. Kemasan adalah penjual pertama. Minggu ini: Cek 8 info wajib label.
      [1. Lihat pelatihan] [2. Ajukan bantuan] [Cek lengkap] [Kirim bukti] [Ubah jawaban] [Cek siap ekspor] [Menu]
"""
PICTURE = """
      Gambaran posisi usaha saat ini.
      [Unduh PDF]
"""


@pytest.mark.everywhere
def test_the_quick_check_ends_within_fourteen_messages(telegram: Telegram, desk: Desk):
    """Thirteen, as her NIB is noted: a question each, the result and the picture."""
    telegram(REGISTERED)
    before = len(telegram.bubbles("siti"))
    telegram(f"{BEGIN}{taps(*CORE)}{RESULT}{PICTURE}")
    assert len(telegram.bubbles("siti")) - before == len(CORE) + 2 == 13
    (check,) = kept(desk, "assessments")
    assert (check["claimed"], check["claimed_band"], check["verified"]) == (79, "siap", 42)
    telegram("""
        > [Unduh PDF]
        < Hasilnya dalam satu halaman.
    """)
    assert telegram.bubbles("siti")[-1]["document"]["file_name"] == "cek-naik-kelas.pdf"


def test_without_a_noted_nib_it_is_asked_and_is_one_message_more(telegram: Telegram, desk: Desk):
    telegram(NO_NIB)
    before = len(telegram.bubbles("siti"))
    telegram(f"""{WITHOUT}
        > sudah
        < ▰▱▱▱▱▱ Legalitas 1/{ALL}{PERMIT}
        {taps(*CORE)}
        {RESULT}{PICTURE}
    """)
    assert len(telegram.bubbles("siti")) - before == len(QUICK) + 2 == 14
    assert kept(desk, "evidence") == []


def test_a_picture_that_is_ready_in_the_middle_of_something_else_comes_after_it(telegram: Telegram, desk: Desk):
    telegram(f"{REGISTERED}{BEGIN}{taps(*CORE)}{RESULT}{PICTURE}")
    files = [{"media": row["id"], "name": row["name"], "mime": row["mime"]} for row in kept(desk, "media")]
    (check,) = kept(desk, "assessments")
    ready = {"assessment": check["id"], "files": files}
    telegram("> petugas")
    asyncio.run(desk.round(do=lambda db: reminders.put(db, check["person_id"], ASSESSED, "1", db.now, ready)))
    telegram(f"""
        ~ 1 menit
        < (diam)
        > batal
        ~ 6 menit
        < {PICTURE.strip()}
        ~ 6 menit
        < (diam)
    """)


def test_a_check_left_in_the_middle_goes_on_after_days(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}{BEGIN}
        {taps("A3", "B1")}
        > batal
        < Baik, kita berhenti di sini. Jawaban Bapak/Ibu tersimpan, bisa dilanjutkan kapan saja.
          Ada yang bisa kami bantu?
    """)
    assert answers(desk) == {"P1": "pangan", **{code: MIDDLE[code] for code in ("A1", "A3", "B1")}} | {
        "P2": "5-25", "P3": "lt50", "P4": "2-4", "P5": "1-3y",
    }  # fmt: skip
    telegram(f"""
        ~ 40 hari
        > /cek
        < Bu Siti, penilaiannya baru sampai bagian Kualitas (3 dari {ALL}).
          Lanjut sekarang?
          [Lanjut] [Mulai baru]
        > [Lanjut]
        < {begins(len(CORE) - 2)}
          Tidak ada jawaban salah. Jawab apa adanya supaya sarannya pas.
          Boleh berhenti dan dilanjutkan kapan saja.
          ▰▱▱▱▱▱ Kualitas 3/{ALL}
          Apakah produk pernah diuji atau punya sertifikat mutu?
          …
          …
          …
          …
          …
        {taps(*CORE[2:])}
        {RESULT}{PICTURE}
    """)


def test_beginning_anew_drops_what_was_answered(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}{BEGIN}
        {taps("A3")}
        > batal
        > cek naik kelas
        < Bu Siti, penilaiannya baru sampai bagian Kualitas (2 dari {ALL}).
          Lanjut sekarang?
        > [Mulai baru]
        < NIB sudah tercatat …
          {begins(len(CORE))}
          …
          …
          ▰▱▱▱▱▱ Legalitas 1/{ALL}{PERMIT}
    """)
    assert "A3" not in answers(desk)


def test_going_back_changes_what_was_kept(telegram: Telegram, desk: Desk):
    telegram(f"""{NO_NIB}{WITHOUT}
        {taps("A1", "A3")}
        > kembali
        > kembali
        < ▰▱▱▱▱▱ Legalitas 1/{ALL}
          Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)?
          …
        > masih diurus
        < ▰▱▱▱▱▱ Kualitas 2/{ALL}
          Apakah resep, ukuran bahan, atau cara kerja sudah ditulis dan selalu diikuti?
          • Kadang berubah: Ditulis, tetapi tidak selalu diikuti
    """)
    assert answers(desk)["A1"] == "proses"


def test_words_that_only_may_be_an_answer_are_asked_back(telegram: Telegram, desk: Desk):
    telegram(f"""{NO_NIB}{WITHOUT}
        > lagi masak bu
        < Mohon pilih salah satu.
          …
        > sudah punya tapi hilang
        < Maksudnya "Sudah punya"?
          [Ya, betul] [Tidak]
        > [Tidak]
        < ▱▱▱▱▱▱ Legalitas 0/{ALL}
          …
          …
          [Sudah punya] [Sedang diurus] [Tidak berlaku lagi] [Belum punya]
        > sedang diurus
        < ▰▱▱▱▱▱ …
          …
          …
          …
          …
          …
          …
    """)
    assert answers(desk)["A1"] == "proses"


def test_an_answer_changed_at_the_end_changes_the_result(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}{BEGIN}
        {taps(*CORE, B1="ditulis")}
        > [Ubah jawaban]
        < Ada di bagian mana?
          [Legalitas] [Kualitas] [Kemasan] [Branding] [Pemasaran digital] [Distribusi]
        > [Legalitas]
        < Jawaban mana yang mau diubah?
          1. Apakah usaha Bapak/Ibu sudah punya NIB (Nomor Induk Berusaha)? Sudah punya
          2. Produk makanan/minuman Bapak/Ibu sudah punya izin edar? P-IRT masih berlaku
          [1] [2]
        > 1
        > [Sedang diurus]
        < Sudah diubah. Hasilnya dihitung ulang.
          Hasil Keripik Bu Siti: 74 dari 100
          Status: Berkembang
          Tinggal satu langkah: NIB
          ✅ Paling kuat: …
          Perlu dibenahi: …
          Cek cepat, …
          Menurut omzetnya …
          Langkah berikutnya:
          1. Yang paling mendesak: lengkapi izin dulu. NIB menjadi syarat hampir semua izin lain. Minggu ini: …
          2. …
          {PICTURE}
    """)
    (check,) = kept(desk, "assessments")
    assert (check["claimed"], check["claimed_band"]) == (74, "berkembang")


def test_after_a_day_no_answer_is_changed_any_more(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}{BEGIN}
        {taps(*CORE)}
        ~ 25 jam
        > [Ubah jawaban]
        < Cek ini sudah selesai. …
    """)


def test_the_buttons_of_the_steps_note_wishes(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}{BEGIN}
        {taps(*CORE)}
        > [1. Lihat pelatihan]
        < Sudah dicatat, Bu Siti. Dinas melihatnya saat menyusun pelatihan ini:
          • Resep baku dan SOP
          • CPPB-IRT/GMP
          • Uji masa simpan
          • HACCP dasar
          [Lihat hasil]
        > [Lihat hasil]
        {RESULT}
        > [2. Ajukan bantuan]
        < Sudah dicatat, Bu Siti, dan diteruskan ke petugas: Rumah/klinik kemasan, Cetak stiker, Konsultasi label
          Nomornya: 1. Dijawab di chat ini pada jam kerja.
          Yang sudah bisa dilakukan minggu ini: Cek 8 info wajib label.
    """)
    assert {row["topic"] for row in kept(desk, "wishes")} == {"training:resep-baku", "help:klinik-kemasan"}
    assert [row["about"] for row in kept(desk, "tickets")] == ["assessment"]


PARTS = """
    > cek lengkap
    < NIB sudah tercatat di profil, jadi tidak ditanyakan lagi.
      Bagian mana berikutnya? Jawabannya tersimpan, boleh dilanjutkan kapan saja.
      ▰▱▱▱▱▱ Legalitas 1/5
      ▱▱▱▱▱▱ Kualitas 0/5
      ▱▱▱▱▱▱ Kemasan 0/5
      ▱▱▱▱▱▱ Branding 0/5
      ▱▱▱▱▱▱ Pemasaran digital 0/5
      ▱▱▱▱▱▱ Distribusi 0/6
      [Legalitas] [Kualitas] [Kemasan] [Branding] [Pemasaran digital] [Distribusi]
"""


def test_the_full_check_by_its_parts_in_any_order(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}{PARTS}
        > [Kemasan]
        < Apakah uang masuk dan keluar usaha dicatat?
        > [Buku atau Excel]
        < ▱▱▱▱▱▱ Kemasan 0/5
          Kemasan yang dipakai sekarang seperti apa?
          …
          …
        > [{title("C1")}]
        < Boleh kami lihat? Foto kemasan tampak depan dan belakang
          Kirim dalam satu foto. Kalau belum ada, pilih Lewati.
          [Bukti nanti saja] [Lewati]
        > bagus kok bungkusnya
        < Mohon kirim foto. Kalau belum ada, pilih Lewati.
          Boleh kami lihat? Foto kemasan tampak depan dan belakang
        > lewati
        < ▰▱▱▱▱▱ Kemasan 1/5
          Dari 8 info wajib di label, berapa yang sudah ada?
          …
          …
          …
          …
          …
          …
          …
          …
        > [{title("C2")}]
        > [Bukti nanti saja]
        < ▰▰▱▱▱▱ Kemasan 2/5
          Apakah kemasan punya tabel informasi gizi (nutrition fact)?
        {taps("C3", "C4", "C5")}
        < Bagian mana berikutnya? …
          ▰▱▱▱▱▱ Legalitas 1/5
          ▱▱▱▱▱▱ Kualitas 0/5
          ▰▰▰▰▰▰ Kemasan 5/5
          …
          …
          …
          [Legalitas] [Kualitas] [Branding] [Pemasaran digital] [Distribusi]
        ~ 20 hari
        > cek lengkap
        > [Lanjut]
        {part("A")}
        {part("B", told=True)}
        {part("F", told=True)}
        {part("D", told=True)}
        {part("E", told=True)}
        < Semua pertanyaan sudah terjawab. 🙏
          ▰▰▰▰▰▰ Legalitas 5/5
          …
          …
          …
          …
          …
          [Lihat hasil] [Ubah jawaban]
        > [Lihat hasil]
        < Hasil Keripik Bu Siti: 66 dari 100
          Status: Berkembang
          ✅ Paling kuat: Legalitas usaha & produk (85)
          Perlu dibenahi: Kemasan (45)
          Cek lengkap, berlaku per {SINCE}. Nilai sementara …
          Menurut omzetnya …
          Langkah berikutnya:
          1. Kemasan adalah penjual pertama. …
          2. …
          3. …
          {PICTURE}
    """)
    (check,) = kept(desk, "assessments")
    assert (check["claimed"], check["kind"]) == (66, "full")


def test_a_part_of_the_full_check_is_begun_by_its_name_too(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > kemasan
        < Apakah ini yang ingin Bapak/Ibu ketahui?
        {PARTS}
        > legalitas
        < Apakah uang masuk dan keluar usaha dicatat?
        > batal
        > kemasan
        < Apakah uang masuk dan keluar usaha dicatat?
        > [Buku atau Excel]
        < ▱▱▱▱▱▱ Kemasan 0/5
          …
          …
          …
        > kualitas
        < ▱▱▱▱▱▱ Kualitas 0/5
          …
          …
    """)


def test_what_rose_is_told_and_a_check_after_six_months_is_invited_to(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > [Ya, boleh]
        {BEGIN}
        {taps(*CORE)}
        ~ 185 hari
        < Bu Siti, cek terakhir Keripik Bu Siti hasilnya 79 dari 100.
          Mau dicek lagi apa yang sudah berubah? Kira-kira tiga menit.
          [Cek Naik Kelas] [Nanti saja]
        ~ 400 hari
        > [Cek Naik Kelas]
        {taps(*CORE, B1="ditulis", E1="1")}
        > riwayat
        < Riwayat cek Keripik Bu Siti:
          • 30 Juni 2028, cek cepat: 82, Siap naik kelas (dihitung kantor: …)
          • 23 November 2026, cek cepat: 79, Siap naik kelas (dihitung kantor: 42)
          Dibanding cek sebelumnya:
          ▲ Kualitas produk: naik 25
          ▼ Pemasaran digital: turun …
          [Lihat hasil] [Cek Naik Kelas]
    """)


def test_of_two_businesses_it_is_asked_which(telegram: Telegram, desk: Desk):
    telegram(f"""{REGISTERED}
        > usaha
        > pandanwangi
        > Toko Siti
        > [Jasa]
        > [5 sampai 25 juta]
        > [Sampai 50 juta]
        > [1 orang]
        > [1 - 3 tahun]
        > lewati
        > [Sudah benar]
        > cek naik kelas
        < Usaha yang mana?
          [Keripik Bu Siti] [Toko Siti]
        > toko siti
        < Cek Naik Kelas: 8 pertanyaan, kira-kira 2 menit.
          …
          …
          ▱▱▱▱▱▱ Legalitas 0/8
          …
          …
    """)
    assert answers(desk)["P1"] == "jasa"


def test_who_is_not_registered_is_asked_to(telegram: Telegram):
    telegram("""
        > cek naik kelas
        < Bapak/Ibu belum terdaftar.
          [Daftar]
    """)
