"""The words around amounts, each in one spelling, and the periods amounts are counted by."""

from __future__ import annotations

import re
from typing import Literal

from bot.chat.reading.amounts import COUNTED, SLANG
from bot.chat.reading.numerals import NUMBER_WORDS, in_digits
from bot.chat.reading.slips import mender
from bot.chat.reading.words import table

Period = Literal["hari", "minggu", "bulan", "tahun"]

_PERIODS: tuple[tuple[Period, str], ...] = (
    ("hari", "hari|hr|harian|dino|dina|dinten|day"),
    ("minggu", "minggu|mgg|mggu|minggon|pekan|week"),
    ("bulan", "bulan|bln|bulanan|bl|wulan|sasi|month"),
    ("tahun", "tahun|thn|th|taun|tahunan|year"),
)
_PERIOD = re.compile(
    r"(?:(?:/|@|\b(?:per|tiap|setiap|sak?ben|dalam|sak|sa)\b|\b1\b(?![.,]))\s*(?:1 )?|\b(?:per|se|sa|sak)(?=[a-z]))"
    rf"\s*(?:{'|'.join(f'(?P<{n}>{w})' for n, w in _PERIODS)})(?:nya|ny|ne|n)?\b(?: sekali)?"
    r"|\b(?:(?P<d>harian)|(?P<w>mingguan)|(?P<m>bulanan)|(?P<y>tahunan))\b"
)
_SHORT: dict[str, Period] = {"d": "hari", "w": "minggu", "m": "bulan", "y": "tahun"}

_AFFIXES = (
    ("", ""), ("se", ""), ("per", ""), ("sa", ""), ("sak", ""), ("", "nya"), ("se", "nya"), ("per", "nya"),
)  # fmt: skip
_JOINING = ("rong", "telung", "patang", "limang", "nem", "pitung", "wolung", "sangang")
mend = mender(
    {
        before + word + after: f"{bool(before)} {name}"
        for name, names in _PERIODS
        for word in names.split("|")
        if len(word) > 2 and not word.endswith(("ian", "nan"))
        for before, after in _AFFIXES
    }
    | NUMBER_WORDS
    | {w: w for w in SLANG | COUNTED}
    | {digit + unit: digit + unit for digit in _JOINING for unit in ("atus", "puluh", "ewu", "yuta")}
    | table(
        {
            "ribu": "ribu rebu ewu",
            "juta": "juta jutaan yuta yuto",
            "miliar": "miliar milyar",
            "setengah": "setengah separuh stengah",
            "sampai": "sampai sampe sampek nyampe nyampai nyampek hingga nganti",
            "lebih": "lebih lbh luwih",
            "langkung": "langkung",
            "tekan": "tekan",
            "pernah": "pernah tau",
            "murah": "murah",
            "rendah": "rendah",
            "kurang": "kurang krg",
            "dari": "dari soko saka",
            "atas": "atas",
            "bawah": "bawah",
            "diatas": "diatas",
            "dibawah": "dibawah",
            "minimal": "minimal minim min",
            "maksimal": "maksimal maks max",
            "paling": "paling",
            "mulai": "mulai",
            "banter": "banter mentok akeh",
            "banyak": "banyak",
            "sedikit": "sedikit dikit",
            "antara": "antara",
            "per": "per",
            "tiap": "tiap setiap saben sakben",
            "harian": "harian seharian",
            "mingguan": "mingguan",
            "bulanan": "bulanan",
            "tahunan": "tahunan",
            "tidak": "tidak tdk nggak enggak gak ga ora mboten ndak",
            "belum": "belum blm durung dereng",
        }
    )
)
"""The words without which an amount would be another one."""

_DIGIT = rf"(?:[1-9]|{'|'.join(w for w, code in NUMBER_WORDS.items() if re.fullmatch('number [1-9]', code))})"
_TENS_LATER = re.compile(
    rf"(?<![0-9.,])(?<!puluh )(?<!ratus )(?<!atus )(?<!belas )\b({_DIGIT}) ?(-|~|sampai|sampe|smpe|sampek|hingga|"
    rf"sd|nganti|to|atau|dan) ?({_DIGIT}) (ratus|atus|puluh|belas)\b"
)
"""The hundreds of "dua sampai tiga ratus ribu" are meant for both ends."""


def prepared(text: str) -> str:
    """The text with number words as digits and the flourishes of prices (``,-`` and ``,00``) taken off."""
    text = re.sub(r"(?<=[0-9])[.,]\s?(?:-+|=)", " ", text)
    text = re.sub(r"(?<=[0-9]{3}),00(?![0-9])", "", text)
    text = re.sub(r"\b(rp|idr)(?=[0-9])", r"\1 ", text)
    text = re.sub(r"\b(?!juta|ribu)([a-z]{4,})2\b|\b(juta|ribu)2(?=-?an\b)", r"\1\2", text)
    text = re.sub(
        r"\b(?:kurang ?lebih|lebih ?kurang|kirang langkung|krg lbh|krang lebih|kurleb|krglbh)\b", "sekitar", text
    )
    text = re.sub(r"\bs\.? ?/? ?d\b\.?", " sampai ", text)
    text = re.sub(r"\bdi ?bawa ?(?=[0-9])", "dibawah ", text)
    text = re.sub(r"\btiga ?perempat (?=juta|jt|miliar)", "3/4 ", text)
    text = re.sub(r"\b(?:seperempat|seprapat) (?=juta|jt|miliar)", "1/4 ", text)
    text = re.sub(r"(?<=[0-9]) ?-?an (?=(?:rb|ribu|ewu|jt|juta|yuta|miliar|milyar|m)\b)", " ", text)  # "650an ribu"
    text = re.sub(r"\b(?:sak|se|sa) ?(?=[yj]ut[ao]|jt|jeti|ewu|rb|mil[iy]ar)", "1 ", text)
    text = _TENS_LATER.sub(r"\1 \4 \2 \3 \4", text)
    text = in_digits(text)
    text = re.sub(r"\b([0-9]+) koma ([0-9]+)\b", r"\1,\2", text)
    text = re.sub(r"\b(setengah|1/2|stengah|separo|stgh|separuh)\b", "setengah", text)
    # 1 500 000: groups of three after a blank are thousands
    return re.sub(
        r"(?<![0-9.,])[0-9]{1,3}(?: [0-9]{3})+(?: 000)(?![0-9.,])", lambda m: m.group().replace(" ", "."), text
    )


def period_in(text: str) -> tuple[Period | None, str, bool]:
    """The period, the text without it, and whether there were two different ones."""
    named: set[Period] = set()

    def take(match: re.Match[str]) -> str:
        group = str(match.lastgroup)
        named.add(_SHORT[group] if group in _SHORT else next(n for n, _ in _PERIODS if n == group))
        return " ; "

    rest = _PERIOD.sub(take, text)
    return (next(iter(named)) if named else None), rest, len(named) > 1
