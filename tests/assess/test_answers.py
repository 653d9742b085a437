"""What is typed as an answer of a check: nothing is taken that isn't surely one, and a number is a quantity."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.chat.questions import Said
from bot.chat.reading import Invalid, Reading, Unsure
from bot.domain.assess.instrument import shipped
from handlers.assess_questions import question
from tests.talks.assess_scripts import CHECK

EXPORT = next(i for i in shipped() if i.code == "ekspor")
JAKARTA = ZoneInfo("Asia/Jakarta")
READING = Reading(datetime(2026, 11, 23, 9, tzinfo=JAKARTA), JAKARTA, "35.73")


def read(code: str, text: str) -> str | list[str] | None:
    """The answer taken; the ones asked back; None where none is."""
    instrument = EXPORT if code.startswith("X") else CHECK
    asked = question(instrument.question(code), instrument, {"P1": "pangan"}, quick=False)
    found = asked.read(Said(text=text), READING, str)
    if isinstance(found, Unsure):
        return [answer for _, answer in found.choices] or [found.value]
    return None if isinstance(found, Invalid) else found


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("A1", "terima kasih bu|terima kasih ya|lagi masak|ok siap|👍|siap bu nanti saya isi|nanti dulu ya bu"),
        ("A1", "bahan baku habis|modal habis bu|masih repot bu|ya bu terima kasih|listrik mati"),
        ("A3", "stok produk habis|produk habis|saya jual keripik, lagi proses produksi"),
        ("A6", "nanti dulu ya bu|sebentar bu"),
        ("F1", "belum sampai jakarta|bukan jakarta"),
        ("E2", "tidak tiap hari"),
        ("B3", "ada"),
        ("D3", "ada"),
        ("E1", "online"),
        ("X3", "setengah ton"),
        ("B4", "lagi masak bu nanti ya|pulsa saya habis|hp saya tadi mati|mohon maaf tadi mati lampu|ok siap"),
    ],
)
def test_polite_and_other_words_are_no_answers(code: str, line: str):
    assert {text: read(code, text) for text in line.split("|")} == dict.fromkeys(line.split("|"))


@pytest.mark.parametrize(
    ("code", "text", "answers"),
    [
        ("A1", "sudah punya tapi hilang", ["ada"]),
        ("A1", "mungkin sudah", ["ada"]),
        ("A3", "sudah", ["pirt", "md"]),
        ("A3", "ya", ["pirt", "md"]),
        ("B4", "sudah pernah", ["sertifikat", "uji_lab"]),
        ("B3", "tidak pernah", ["nol", "tidak_dicatat"]),
        ("F2", "2-5", ["4-10", "1-3"]),
        ("F2", "3 warung", ["1-3"]),
        ("A5", "sudah", ["ada", "proses"]),
        ("A5", "sudah punya", ["ada", "proses"]),
        ("E5", "ya", ["kelola", "belum_diurus"]),
        ("E5", "ada di google maps", ["kelola", "belum_diurus"]),
        ("F6", "sudah", ["rutin", "pernah"]),
        ("A2", "ada", ["aktif", "nonaktif"]),
        ("A3", "ada", ["pirt", "md"]),
        ("E1", "wa", ["1"]),
        ("E1", "wa dan shopee", ["2"]),
        ("E1", "wa, ig sama toped", ["ge3"]),
        ("E2", "hampir tiap hari", ["mingguan"]),
        ("E4", "cash dan transfer", ["transfer", "tunai"]),
        ("E4", "bisa cash bisa qris", ["qris", "tunai"]),
        ("F1", "malang dan jakarta", ["luar_jatim", "malang"]),
        ("F1", "paling jauh bandung", ["luar_jatim"]),
        ("X2", "ada", ["staf", "sendiri"]),
        ("X6", "ada", ["haccp", "halal_md", "halal_pirt"]),
        ("X3", "500 kg", ["300-999"]),
        ("X3", "2 ton", ["ge1000"]),
        ("X8", "12 bulan", ["ge12", "6-12"]),
        ("X14", "bisa", ["sendiri", "penerjemah"]),
    ],
)
def test_what_may_be_one_is_asked_back(code: str, text: str, answers: list[str]):
    assert read(code, text) == answers


@pytest.mark.parametrize(
    ("code", "line", "answer"),
    [
        ("A1", "ya|iya bu|sudah|sdh punya|wis duwe|sampun gadhah|nib sudah ada|nibnya sudah ada pak|betul", "ada"),
        ("A1", "belum|durung|dereng gadhah pak|blm punya nib bu|mboten pak|gak", "belum"),
        ("A1", "sedang diurus|lagi proses|masih dalam proses|tasih diproses", "proses"),
        ("A1", "nib saya sudah mati|sudah habis masanya|wis kadaluarsa|tidak berlaku lagi", "habis"),
        ("A3", "punya bpom md|md", "md"),
        ("A3", "pirt sudah mati|sudah habis masanya", "habis"),
        ("B4", "penyuluhan saja", "penyuluhan"),
        ("B5", "sanggup|bisa|sanggup bu", "sanggup"),
        ("A4", "punya|ada|sudah terbit", "ada"),
        ("A5", "sudah terbit|sertifikat sudah keluar pak", "ada"),
        ("A5", "sudah daftar|sudah didaftarkan|masih diperiksa", "proses"),
        ("A5", "belum|durung", "belum"),
        ("A5", "sudah habis masanya", "habis"),
        ("B4", "punya sertifikat", "sertifikat"),
        ("E2", "tiap hari|setiap hari|tiap minggu|seminggu sekali|saben dino", "mingguan"),
        ("E2", "sebulan sekali|tiap bulan bu", "bulanan"),
        ("E2", "kadang kadang|jarang", "jarang"),
        ("E2", "tidak pernah|belum", "belum"),
        ("E4", "cash|cash aja bu|kontan|tunai", "tunai"),
        ("E5", "saya kelola sendiri|sudah dikelola", "kelola"),
        ("E5", "ada tapi belum diurus", "belum_diurus"),
        ("F1", "ekspor|pernah ke hongkong|malaysia", "luar_negeri"),
        ("F1", "jakarta|kirim ke jakarta|luar jawa|bali|luar jatim", "luar_jatim"),
        ("F1", "surabaya|jawa timur|sudah sampai sidoarjo", "jatim"),
        ("F1", "malang saja|batu|cuma tetangga", "malang"),
        ("X8", "lebih dari setahun|2 tahun", "ge12"),
    ],
)
def test_answers_in_everyday_words(code: str, line: str, answer: str):
    assert {text: read(code, text) for text in line.split("|")} == dict.fromkeys(line.split("|"), answer)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("F2", "0=rumah|1=1-3|4=4-10|sepuluh=4-10|12=gt10|15 toko=gt10|dua toko=1-3|10 lebih=gt10"),
        ("F2", "4-10=4-10|belum ada=rumah"),
        ("E1", "0=belum|1=1|2=2|3=ge3|5 saluran=ge3|tidak ada=belum"),
        ("C2", "1=lt3|4=3-5|7=6-7|8=8|6 dari 8=6-7|sudah 5=3-5"),
        ("C2N", "1=lt2|6=6"),
        ("E3", "0=belum|2=1-2|4=3-5|7=ge6|3 dari 10=3-5"),
        ("D5", "1=sedikit|3=sedikit|25=ge20|lebih dari 20=ge20|belum ada=belum"),
        ("B3", "0=nol|1=1-2|4 orang=3-5|10=gt5"),
        ("F1", "2=luar_jatim"),
        ("X3", "3=lt100|100=100-299|500 pcs=300-999|1000=ge1000|1 ton=ge1000|1.500=ge1000"),
        ("F2", "nomor 1=gt10|yang kedua=4-10"),
    ],
)  # fmt: skip
def test_a_number_is_the_quantity_where_the_answers_are_quantities(code: str, line: str):
    wanted = dict(pair.split("=") for pair in line.split("|"))
    assert {text: read(code, text) for text in wanted} == wanted


@pytest.mark.parametrize(("code", "text"), [("C2", "9"), ("E3", "3%"), ("E1", "2 bulan"), ("F2", "2 toko 3 reseller")])
def test_a_number_that_is_no_such_quantity_is_not_taken(code: str, text: str):
    assert read(code, text) is None


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("B1", "belum berubah|kadang ditulis"),
        ("B1", "belum ditulis|blm ditulis|durung ditulis|belum diikuti|jarang ditulis|tidak ditulis"),
        ("E4", "belum qris|belum bisa qris|qris belum|transfer, belum qris|transfer belum punya qris|tanpa qris"),
        ("F1", "belum sampai luar negeri|belum ke luar jawa timur|ora luar negeri"),
        ("C2", "gak kurang|belum lengkap 8|belum lengkap|nomor 8 belum|kurang 1|belum ada 3|lengkap 8 belum"),
        ("F4", "belum buku|buku belum|jarang aplikasi"),
        ("D1", "belum punya logo|logo belum"),
        ("A1", "ada nib belum ada npwp|belum, masih proses|punya tapi bukan nib"),
        ("A2", "punya suami|punya tapi tidak tahu aktif"),
        ("B4", "belum punya sertifikat tapi pernah penyuluhan|belum uji lab"),
        ("E1", "tidak pakai shopee|belum shopee|wa ada, shopee belum|belum ada satu pun"),
        ("F3", "jarang terlambat|tidak pernah terlambat|tidak tepat waktu"),
        ("E2", "setiap 3 bulan|tiap tiga bulan|tidak jarang|belum tiap minggu"),
        ("F3", "kadang terlambat"),
        ("F5", "belum semua|tidak semua dihitung"),
        ("A5", "belum punya sertifikat|belum keluar"),
        ("X6", "belum halal|belum haccp"),
        ("X7", "belum lengkap"),
        ("X8", "belum sampai 12 bulan"),
    ],
)
def test_what_is_denied_is_never_taken_for_it_nor_for_nothing_at_all(code: str, line: str):
    assert {text: got for text in line.split("|") if isinstance(got := read(code, text), str)} == {}


@pytest.mark.parametrize(
    ("code", "text", "answers"),
    [
        ("D1", "wes ono", ["nama_logo", "nama"]),
        ("D1", "punya", ["nama_logo", "nama"]),
        ("A5", "sudah", ["ada", "proses"]),
        ("F1", "jawa", ["luar_jatim", "jatim", "malang"]),
    ],
)
def test_which_of_several_is_asked(code: str, text: str, answers: list[str]):
    assert read(code, text) == answers


@pytest.mark.parametrize(
    ("code", "line", "answer"),
    [
        ("A1", "9120001234567|nib 9120001234567", "ada"),
        ("A1", "belum diurus|belum punya nib sama sekali|belum pernah punya", "belum"),
        ("A2", "ada tapi belum aktif|ada, belum aktif bu|punya tapi belum aktif", "nonaktif"),
        ("A2", "belum ada|blm ada bu", "belum"),
        ("A3", "pirt|p-irt|P-IRT bu|sudah punya pirt", "pirt"),
        ("B2", "kadang2", "kadang"),
        ("B3", "tidak pernah ada|belum pernah ada yang mengeluh", "nol"),
        ("C1", "polos|stiker=stiker|tanpa label=polos", "polos"),
        ("D1", "nama saja, belum ada logo|ada nama belum ada logo", "nama"),
        ("E1", "tidak jualan online|belum online|0, belum ada", "belum"),
        ("E4", "bca|transfer bca", "transfer"),
        ("E4", "cod|bisa cod", "tunai"),
        ("F2", "belum ada toko|hanya di rumah|tidak ada", "rumah"),
        ("F3", "tepat waktu|selalu tepat waktu bu", "hampir_selalu"),
        ("F4", "kadang2|tidak dicatat=belum|belum dicatat=belum", "kadang"),
        ("F5", "belum|belum dihitung", "belum"),
    ],
)
def test_natural_answers_are_read(code: str, line: str, answer: str):
    wanted = {text: want or answer for text, _, want in (pair.partition("=") for pair in line.split("|"))}
    assert {text: read(code, text) for text in wanted} == wanted
