"""Two answers in one message: "sudah, di purwantoro", "Purwantoro, 081200001234".

What follows the first answer is kept as the rest and offered to the next question; it is taken only when it is read
for sure and no word of it is left over, and the echo names both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.chat.reading.outcome import Invalid, Reading, Unsure
from bot.chat.reading.words import LONGEST, PADDING, listed, words

_SEPARATOR = re.compile(r"\s*(?:[,;\n]|\.\s|\s[-–]\s|\bdan\b|\blan\b)\s*", re.IGNORECASE)
_LONGEST_REST = 60
_KNOWN = listed(
    "rp rupiah rb ribu jt juta k m miliar bulan hari minggu tahun per se hp wa nomor nomer no telp kel kelurahan kec"
    " kecamatan kota kab rt rw tgl tanggal jam hari besok lusa depan januari februari maret april mei juni juli agustus"
    " september oktober november desember senin selasa rabu kamis jumat sabtu ahad usaha usahanya omset omzet modal"
    " tempat tempatnya alamat alamatnya ada sudah belum tidak punya setuju betul benar mau"
)

Reader = Callable[[str, Reading], Any]


def split_answer(read: Reader, text: str, reading: Reading) -> tuple[str, str]:
    """The part of a message that answers the question `read` is for, and the rest ("" when there is none).

    A rest is only split off when the first part alone is read for sure, gives what the whole message gives (or the
    whole can't be read), and the rest isn't an answer to the same question.
    """
    if len(text) > LONGEST:
        return text, ""
    for match in list(_SEPARATOR.finditer(text))[:5]:
        head, rest = text[: match.start()].strip(), text[match.end() :].strip(" .,;")
        if not head or not rest or len(rest) > _LONGEST_REST or "?" in rest:
            continue
        first, whole = read(head, reading), read(text, reading)
        if isinstance(first, Invalid | Unsure) or not isinstance(read(rest, reading), Invalid):
            continue
        if whole == first or isinstance(whole, Invalid | Unsure):
            return head, rest
    return text, ""


def read_rest(read: Reader, rest: str, reading: Reading, names: frozenset[str] = frozenset()) -> Any | None:
    """The value of a rest for the next question, or None unless all of it is read for sure.

    Every word must be courtesy, a number or one this module knows; `names` are further words that may stand there
    (the names of places).
    """
    strange = [
        w for w in words(rest.lower()) if w.isalpha() and w not in PADDING and w not in _KNOWN and w not in names
    ]
    if strange or not rest or len(rest) > _LONGEST_REST:
        return None
    value = read(rest, reading)
    return None if isinstance(value, Invalid | Unsure) else value
