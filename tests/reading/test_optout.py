"""The wish to get no more messages: every form of its verbs, and the goods, jobs and places that are no messages."""

from __future__ import annotations

import pytest

from bot.chat.reading.optout import read_optout

STOP = (
    "stop", "berhenti", "hentikan", "stopin", "distop", "distopno", "dihentikan", "diberhentikan", "mandegno", "stopke",
    "berhentiin", "hentiin", "dipunstop", "disudahi", "unsub",
)  # fmt: skip
OFF = ("matikan", "matiin", "dimatiin", "pateni", "dipateni", "nonaktifkan", "dinonaktifkan")
ON = ("aktifin", "aktifno", "nyalain", "dinyalakan", "uripno", "lanjutin", "dilanjutkan", "terusno", "diterusno")
OURS = ("pesannya", "infonya", "notifnya", "broadcastnya", "pesan otomatis", "infone", "pesene")
THINGS = ("produksi", "jualan", "kiriman gas", "kirim paket", "kerja", "langganan wifi", "iklan facebook", "cicilan")


@pytest.mark.parametrize("verb", STOP)
def test_a_stop_alone_and_said_of_our_messages(verb: str) -> None:
    for text in (verb, f"tlg {verb}", f"minta {verb} ya", *(f"{verb} {ours}" for ours in OURS)):
        assert read_optout(text) == "stop_all", text


@pytest.mark.parametrize("ours", OURS)
def test_our_messages_first(ours: str) -> None:
    for verb in (*STOP, *OFF):
        assert read_optout(f"{ours} tolong {verb} aja pak") == "stop_all", verb
    for verb in ON:
        assert read_optout(f"{verb} lagi {ours} kak") == read_optout(f"{ours} {verb} maneh") == "resume", verb


@pytest.mark.parametrize("verb", ["jangan", "ojo", "ampun", "gak usah", "tidak perlu", "mboten usah", "ndak usah"])
def test_a_refusal(verb: str) -> None:
    for sent in ("kirim pesan", "kirimi info", "wa saya", "kintun pesen", "hubungi saya", "kirim broadcast"):
        assert read_optout(f"{verb} {sent} lagi") == "stop_all", sent
    for thing in ("kirim barang", "kirim paket", "kirim pesanan", "kirim foto"):
        assert read_optout(f"{verb} {thing} dulu") is None, thing


@pytest.mark.parametrize("thing", THINGS)
def test_what_else_stops(thing: str) -> None:
    for said in (
        "{} berhenti",
        "saya terpaksa stop {}",
        "{} keluar asap, ada pelatihan ta",
        "{}ku mandeg",
        "mulai {} lagi",
    ):
        assert read_optout(said.format(thing)) is None, said


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("sudah tutup usaha saya, stop kirim pesan", "stop_all"),
        ("orangnya sudah meninggal, mohon tidak dikirimi lagi", "stop_all"),
        ("aku metu ae teko layanan iki", "stop_all"),
        ("nomorku hapusen", "stop_all"),
        ("coret nomor saya dari daftar penerima", "stop_all"),
        ("hapus saya dari daftar tunggu", None),
        ("s t o p", "stop_all"),
        ("emoh dikirimi", "stop_all"),
        ("jangan telepon sekarang, lagi di pasar", None),
        ("ada yang wa saya ngaku dinas, diblokir aja ya", None),
        ("ojo lali kirimi info", None),
    ],
)
def test_in_a_longer_message(text: str, read: str | None) -> None:
    assert read_optout(text) == read
