"""The amounts of money that stand in a text: numerals, units, slang, and what follows a unit ("2 juta 500").

What an amount means in its sentence (range, period, bound) is for `money` to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from bot.chat.reading.words import canonical, listed, table

UNITS = table(
    {
        "1000": "rb ribu rbu ribuan rban rbuan k ewu ewon rebu ceng rp000",
        "1000000": "jt juta jta jtan jutaan jutan jeti yuta yuto juto jutaaan tiau tiaw",
        "1000000000": "m miliar milyar milliar miliyar milyard milyaran miliaran mlyr milar mily",
        "1000000000000": "triliun trilyun triliunan",
    }
)
_SLANG = re.compile(r"(ce|se|no|sa|si|go|lak|cit|pe|kau)(cap|pek|ceng|ban|tiau|tiaw)")
_SLANG_DIGIT = {"ce": 1, "se": 1, "no": 2, "sa": 3, "si": 4, "go": 5, "lak": 6, "cit": 7, "pe": 8, "kau": 9}
_SLANG_TENS = {"cap": 10, "pek": 100, "ceng": 1000, "ban": 10_000, "tiau": 1_000_000, "tiaw": 1_000_000}
_SLANG_ODD = {"jigo": 25, "pekgo": 150, "cepekgo": 150, "sepekgo": 150}

SLANG = frozenset(_SLANG_ODD) | {a + b for a in _SLANG_DIGIT for b in _SLANG_TENS}
"""The Hokkien names of amounts: gopek, seceng, jigo."""

COUNTED = listed(
    """
        bungkus orang org pcs pc biji buah kg kilo gram gr ons liter ltr porsi karyawan pegawai pekerja hari
        hr jam menit minggu mgg bulan bln tahun thn th kali persen item jenis macam produk toko outlet cabang
        kotak dus pack pak pax botol toples lusin kodi meter cm tempat rt rw orderan pesanan pelanggan pembeli
        anak dino dinten wulan taun wong unit mesin motor lembar potong ekor sak karung ton resep loyang
        lonjor tusuk mangkok gelas piring box sachet stel set pasang hektar km kk
        """
)
_TOKEN = re.compile(
    r"(?P<rp>\b(?:rp|idr)\b\.?|\brp(?=[0-9]))|(?P<num>[.,]?[0-9](?:[0-9]|o(?=o*(?:rb|ribu|jt|"
    r"juta|k\b|[^a-z]|$)))*(?:[.,][0-9o]*[0-9][0-9o]*|[.,](?:o{3}))*)"
    r"|(?P<word>[a-z]+)|(?P<sign>[^\sa-z0-9])"
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount found: `others` are further readings of it, `clear` is False where it must be asked back."""

    value: Fraction
    start: int
    end: int
    unit: int  # 0: no unit word
    marked: bool  # Rp, a unit, or grouped thousands: surely money
    clear: bool = True
    others: tuple[Fraction, ...] = ()


class Broken(Exception):
    """A number that is written like none we know ("1.5000.00")."""


def number(raw: str) -> tuple[Fraction, str, tuple[Fraction, ...]]:
    """The value of a numeral, how it is written (plain, grouped, decimal) and its other readings."""
    raw = raw.replace("o", "0")
    if raw[0] in ".,":
        raw = "0" + raw
    if raw.isdigit():
        return Fraction(int(raw)), "plain", ()
    grouped = re.fullmatch(r"([1-9][0-9]{0,2})((?:[.,][0-9]{3})+)(?:([.,])([0-9]{1,2}))?", raw)
    if grouped:
        whole, groups, last, cents = grouped.groups()
        marks = {c for c in groups if not c.isdigit()}
        if len(marks) == 1 and (last is None or last not in marks):
            value = Fraction(int(whole + re.sub("[.,]", "", groups))) + (
                Fraction(int(cents), 10 ** len(cents)) if cents else 0
            )
            single = len(groups) == 4 and not cents
            return value, "grouped", (value / 1000,) if single else ()
    decimal = re.fullmatch(r"([0-9]{1,4})[.,]([0-9]{1,2})", raw) or re.fullmatch(r"(0)[.,]([0-9]{1,3})", raw)
    if decimal:
        return Fraction(int(decimal[1])) + Fraction(int(decimal[2]), 10 ** len(decimal[2])), "decimal", ()
    raise Broken(raw)


def _unit(tokens: list[Token], at: int) -> int:
    """The multiplier of the word at `at`, 0 when it isn't a unit."""
    if at >= len(tokens) or tokens[at].kind != "word":
        return 0
    word = tokens[at].text
    if word == "an" and at:
        return 0
    return int(canonical(word, UNITS, {}) or 0)


def _slang(token: Token) -> int:
    if token.kind != "word":
        return 0
    if token.text in _SLANG_ODD:
        return _SLANG_ODD[token.text]
    match = _SLANG.fullmatch(token.text)
    return _SLANG_DIGIT[match[1]] * _SLANG_TENS[match[2]] if match else 0


def tokens_of(text: str) -> list[Token]:
    """The numerals, words and signs of a text."""
    return [Token(str(m.lastgroup), m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def amounts_in(tokens: list[Token]) -> list[Amount]:
    found: list[Amount] = []
    at = 0
    while at < len(tokens):
        amount, at = _amount(tokens, at)
        if amount is not None:
            found.append(amount)
    return found


def _amount(tokens: list[Token], at: int) -> tuple[Amount | None, int]:
    """The amount that begins at `at`, and where to read on."""
    first = at
    rupiah = tokens[at].kind == "rp"
    if rupiah:
        at += 1
    total, last, clear, shape = Fraction(0), 0, True, ""
    others: tuple[Fraction, ...] = ()
    start = at
    while at < len(tokens):
        part = _part(tokens, at)
        if part is None:
            break
        value, shape_here, more, after = part
        unit = _unit(tokens, after)
        if last and not unit:  # "2 juta 500", "3jt500", "15 ribu 500", "2 juta setengah"
            if tokens[at].text == "setengah":
                total, at = total + Fraction(last, 2), after
            elif shape_here == "plain" and (tokens[after].text if after < len(tokens) else "") not in COUNTED:
                tail, sure = _tail(value, last, len(tokens[at].text))
                formal = after < len(tokens) and tokens[after].text in {"rupiah", "perak"}
                total, clear, at = total + tail, clear and sure and not formal, after
            break
        if last and unit >= last:
            break
        if last and tokens[at].start - tokens[at - 1].end > 1:
            break
        total += value * (unit or 1)
        if more and (unit or "," in tokens[at].text):  # "1.500 juta", "1,500"
            others, clear = tuple(total - value * (unit or 1) + m * (unit or 1) for m in more), False
        shape = shape_here
        at = after + (1 if unit else 0)
        if unit and tokens[after].text == "m":
            clear = False
        elif unit and tokens[after].text not in UNITS:
            clear = False  # "5 jutq": nearly a unit
        if (
            unit
            and at < len(tokens)
            and tokens[at].text == "-"
            and at + 1 < len(tokens)
            and tokens[at + 1].text == "an"
        ):
            at += 2
        elif unit and at < len(tokens) and tokens[at].text == "an":
            at += 1
        if not unit:
            break
        last = unit
    if at == start:
        return None, first + 1
    if not last and shape == "decimal":
        if rupiah:
            raise Broken
        return None, at
    if re.match("0[0-9]", tokens[start].text):
        return None, at  # a phone number or a code
    slang = not last and _slang(tokens[start]) > 0
    if total.denominator != 1:
        raise Broken
    marked = bool(rupiah or last or slang or shape == "grouped" or _rupiah_follows(tokens, at))
    if slang and total < 1000:  # "gopek" is 500, and today often 500 thousand
        others, clear = (total * 1000,), False
    return Amount(total, tokens[first].start, tokens[at - 1].end, last, marked, clear, others), at


def _rupiah_follows(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].text in {"rupiah", "perak", "rp"}


def _part(tokens: list[Token], at: int) -> tuple[Fraction, str, tuple[Fraction, ...], int] | None:
    """A numeral at `at`, with a half or a fraction beside it: value, shape, other readings, where it ends."""
    token = tokens[at]
    if token.text == "setengah":
        return (Fraction(1, 2), "half", (), at + 1)
    if slang := _slang(token):
        return Fraction(slang), "plain", (), at + 1
    if token.kind != "num":
        return None
    value, shape, others = number(token.text)
    after = at + 1
    if (
        after < len(tokens)
        and tokens[after].text == "/"
        and after + 1 < len(tokens)
        and tokens[after + 1].kind == "num"
    ):
        below, _, _ = number(tokens[after + 1].text)
        if _unit(tokens, after + 2) and below in {2, 4}:
            return value / below, "half", (), after + 2
    if after < len(tokens) and tokens[after].text == "setengah" and _unit(tokens, after + 1):
        return value + Fraction(1, 2), "half", (), after + 1
    return value, shape, others, after


def _tail(value: Fraction, unit: int, digits: int) -> tuple[Fraction, bool]:
    """What bare digits after a unit stand for, and whether that is sure: "2 juta 500" is 2,500,000."""
    if unit == 1000:
        return value, digits == 3
    if digits == 3:
        return value * unit / 1000, True
    return value * unit / (10**digits), False
