"""Amounts of rupiah as owners write them: "10jt", "2 juta 500", "5-10jt/bln", "kira2 3jt", "gopek".

Conventions: rb/ribu/k is a thousand, jt/juta a million, M/miliar a thousand million; a dot before three digits parts
thousands, a comma or dot before one or two digits is a decimal. What can be read in two ways is asked back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from bot.chat.reading.numerals import in_digits
from bot.chat.reading.outcome import Invalid, Reading, Unsure
from bot.chat.reading.words import PADDING, canonical, clean, listed, table
from bot.chat.text import Rupiah, Text, t

Period = Literal["hari", "minggu", "bulan", "tahun"]
Compare = Literal["", "<", ">", "<=", ">="]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole rupiah; a range when `upto` is given, a bound when `compare` says so, per `period` if stated."""

    amount: int
    upto: int | None = None
    period: Period | None = None
    compare: Compare = ""

    def __str__(self) -> str:
        """The short notation of the labelled phrases: ``5000000``, ``<1000000``, ``2000000-3000000/bulan``."""
        upper = f"-{self.upto}" if self.upto is not None else ""
        return f"{self.compare}{self.amount}{upper}{'/' + self.period if self.period else ''}"


NO_AMOUNT = t("About how much in rupiah? For example: 500 ribu, or 2 juta.")
BROKEN_AMOUNT = t("I can't read that number well. Please write it like this: 1.500.000, or 1,5 juta.")

MOST = 10**13
"""Larger amounts (ten trillion rupiah) are a slip of the finger, not a small business."""

_UNITS = table(
    {
        "1000": "rb ribu rbu ribuan rban rbuan k ewu ewon rebu ceng rp000",
        "1000000": "jt juta jta jtan jutaan jutan jeti yuta jutaaan tiau tiaw",
        "1000000000": "m miliar milyar milliar miliyar milyard milyaran miliaran mlyr milar mily",
        "1000000000000": "triliun trilyun triliunan",
    }
)
_SLANG = re.compile(r"(ce|se|no|sa|si|go|lak|cit|pe|kau)(cap|pek|ceng|ban|tiau|tiaw)")
_SLANG_DIGIT = {"ce": 1, "se": 1, "no": 2, "sa": 3, "si": 4, "go": 5, "lak": 6, "cit": 7, "pe": 8, "kau": 9}
_SLANG_TENS = {"cap": 10, "pek": 100, "ceng": 1000, "ban": 10_000, "tiau": 1_000_000, "tiaw": 1_000_000}
_SLANG_ODD = {"jigo": 25, "pekgo": 150, "cepekgo": 150, "sepekgo": 150}

_COUNTED = listed(
    """
    bungkus orang org pcs pc biji buah kg kilo gram gr ons liter ltr porsi karyawan pegawai pekerja hari hr jam menit minggu mgg
    bulan bln tahun thn th kali persen item jenis macam produk toko outlet cabang kotak dus pack pak pax botol toples lusin
    kodi meter cm tempat rt rw orderan pesanan pelanggan pembeli anak dino dinten wulan taun wong unit mesin motor lembar potong
    ekor sak karung ton resep loyang lonjor tusuk mangkok gelas piring box sachet stel set pasang hektar km kk
    """
)
_SUBJECT = listed(
    """
    rupiah perak cuma hanya paling hampir total kurang lebih omset omzet omsetnya omzetnya modal modalnya harga harganya
    pendapatan penghasilan pemasukan untung laba pinjaman pinjam masih baru dapat sehari
    """
)
_PERIODS: tuple[tuple[Period, str], ...] = (
    ("hari", "hari|hr|harian|dino|dina|dinten|day"),
    ("minggu", "minggu|mgg|mggu|minggon|pekan|week"),
    ("bulan", "bulan|bln|bulanan|bl|wulan|sasi|month"),
    ("tahun", "tahun|thn|th|taun|tahunan|year"),
)
_PERIOD = re.compile(
    r"(?:(?:/|@|\b(?:per|tiap|setiap|saben|dalam|sak|sa)\b|\b1\b(?![.,]))\s*(?:1 )?|\b(?:per|se|sa|sak)(?=[a-z]))"
    rf"\s*(?:{'|'.join(f'(?P<{n}>{w})' for n, w in _PERIODS)})(?:nya|ne)?\b(?: sekali)?"
    r"|\b(?:(?P<d>harian)|(?P<w>mingguan)|(?P<m>bulanan)|(?P<y>tahunan))\b"
)
_SHORT: dict[str, Period] = {"d": "hari", "w": "minggu", "m": "bulan", "y": "tahun"}

_NOT = r"(?:tidak|tdk|gak|ga|gk|nggak|ngga|ndak|enggak|engga|ora|ra|mboten|belum|blm|durung|dereng)"
_SPAN = r"(?:sampai|sampe|smpe|smp|nyampe|nyampai|sampek|nyampek|nganti|ngantos|tekan|hingga)"
_BEFORE: tuple[tuple[Compare, str], ...] = (
    ("<=", rf"{_NOT} (?:lebih|luwih)(?: (?:dari|dr|soko|teko))?|{_NOT} melebihi"),
    (">=", rf"{_NOT} kurang(?: (?:dari|dr|soko))?"),
    ("<", rf"{_NOT} {_SPAN}|{_NOT} (?:ada|onok|wonten|tembus|genap|nyentuh)"),
    ("<", r"(?:kurang|krg|kirang) (?:dari|dr|soko|teko|saking)|(?:di|d) ?(?:bawah|bwh)|ngisore|(?:lebih )?(?:kecil|sedikit) dari|<"),
    (">", r"(?:lebih|lbh|luwih|langkung) (?:dari|dr|soko|teko|saking)|(?:di|d) ?atas|nduwure|(?:lebih )?besar dari|melebihi|>"),
    ("<=", rf"<=|maks(?:imal|imum)?|max|paling (?:banyak|tinggi|besar|akeh|mahal|banter)|(?:{_SPAN}|s/d|sd) dengan|{_SPAN}|setinggi tingginya"),
    (">=", r">=|min(?:imal|imum)?|paling (?:sedikit|rendah|kecil|tidak|sithik|murah)|sedikitnya|setidaknya|mulai(?: dari| dr)?"),
)  # fmt: skip
_AFTER: tuple[tuple[Compare, str], ...] = (
    (">=", r"(?:ke ?atas|lebih keatas|minimal)"),
    ("<=", r"(?:ke ?bawah|maksimal|paling banyak)"),
)
_LEADING = tuple((c, re.compile(rf"(?:^|[^a-z])(?:{p})\s*(?:rp\.?\s*)?$")) for c, p in _BEFORE)
_TRAILING = tuple((c, re.compile(rf"\s*(?:rupiah )?(?:{p})\b")) for c, p in _AFTER)

_NOTHING = re.compile(
    r"\b(?:nol|nihil|kosong|zero)\b"
    rf"|\b{_NOT} (?:ada|onok|wonten|pernah|dapat|punya|duwe|gadhah|ono) (?:\w+ )?"
    r"(?:penjualan|omz?s?et\w*|pemasukan|pendapatan|penghasilan|modal\w*|hasil\w*|uang|duit|untung|laba|transaksi|pembeli)"
    rf"|\b{_NOT} (?:pernah )?(?:laku|payu|jualan|berjualan|menjual|untung|pakai modal)\b|\b(?:tanpa|tidak pakai) modal\b|\bgratis\b"
)
_NONE_YET = re.compile(
    rf"(?:masih |memang )?{_NOT} (?:ada|onok|wonten|punya|duwe|gadhah|mulai|produksi|jalan)(?: sama sekali)?"
)
_PRICED = re.compile(r"\b(?:harga\w*|per|laku|terjual|sebungkus|sebiji|satuan|(?:@|/) ?[a-z]+)\b")
"""With a period: the amount is a price, and what the period counts is something else."""
_SPELL = re.compile(
    r"(?:/|\bper|\bdalam|[a-z0-9]) ?[0-9]+ (?:hari|minggu|bulan|bln|tahun|thn|hr|mgg)\b(?! (?:lalu|yang))"
)
"""An amount for a spell of its own ("5 juta 3 bulan"), which isn't one of our periods."""

_TOKEN = re.compile(
    r"(?P<rp>\b(?:rp|idr)\b\.?|\brp(?=[0-9]))|(?P<num>[.,]?[0-9](?:[0-9]|o(?=o*(?:rb|ribu|jt|juta|k\b|[^a-z]|$)))*(?:[.,][0-9o]*[0-9][0-9o]*|[.,](?:o{3}))*)"
    r"|(?P<word>[a-z]+)|(?P<sign>[^\sa-z0-9])"
)
_RANGE = frozenset(
    {
        "-",
        "~",
        "sampai",
        "sampe",
        "smpe",
        "smp",
        "sampek",
        "hingga",
        "sd",
        "s",
        "nganti",
        "ngantos",
        "ke",
        "to",
        "tekan",
    }
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Amount:
    """One amount found: `others` are further readings of it, `clear` is False where it must be asked back."""

    value: Fraction
    start: int
    end: int
    unit: int  # 0: no unit word
    marked: bool  # Rp, a unit, or grouped thousands: surely money
    clear: bool = True
    others: tuple[Fraction, ...] = ()


def read_money(text: str, reading: Reading) -> Money | Invalid | Unsure[Money]:
    """The amount of money in an answer; never one that was only half understood."""
    plain = _prepared(clean(text))
    if not plain:
        return Invalid(NO_AMOUNT)
    period, rest, several = _period(plain)
    period = None if several else period
    tokens = [_Token(str(m.lastgroup), m.group(), m.start(), m.end()) for m in _TOKEN.finditer(rest)]
    try:
        amounts = _amounts(tokens)
    except _Broken:
        return Invalid(BROKEN_AMOUNT)
    marked = [a for a in amounts if a.marked]
    found = marked or [a for a in amounts if _bare(a, tokens)]
    if not found:
        return _no_amount(rest, period, bool(amounts))
    if any(not 0 <= a.value <= MOST for a in found):
        return Invalid(BROKEN_AMOUNT)
    lower = _shared_unit(found[0], rest) if len(found) == 1 else None
    strays = [a for a in amounts if a not in found and not (lower and a.start == lower[0].start)]
    odd = several or _stray(strays, tokens) or (period and _PRICED.search(rest)) or _SPELL.search(rest)
    read = _ranged(found, lower, rest, period) or _single(found, rest, period)
    if isinstance(read, Unsure) or not odd:
        return read
    return _asked(read)


def _prepared(text: str) -> str:
    """The text with number words as digits and the flourishes of prices (``,-`` and ``,00``) taken off."""
    text = re.sub(r"(?<=[0-9])[.,]\s?(?:-+|=)", " ", text)
    text = re.sub(r"(?<=[0-9]{3}),00(?![0-9])", "", text)
    text = re.sub(r"\b(rp|idr)(?=[0-9])", r"\1 ", text)
    text = re.sub(r"\b(kira|lebih|kurang)2\b", r"\1", text)
    text = re.sub(
        r"\b(?:kurang ?lebih|lebih ?kurang|kirang langkung|krg lbh|krang lebih|kurleb|krglbh)\b", "sekitar", text
    )
    text = re.sub(r"\bs\.? ?/? ?d\b\.?", " sampai ", text)
    text = re.sub(r"\btiga ?perempat (?=juta|jt|miliar)", "3/4 ", text)
    text = re.sub(r"\b(?:seperempat|seprapat) (?=juta|jt|miliar)", "1/4 ", text)
    text = re.sub(r"\b(?:sak|se|sa) ?(?=yuta|juta)", "1 ", text)
    text = in_digits(text)
    text = re.sub(r"\b([0-9]+) koma ([0-9]+)\b", r"\1,\2", text)
    text = re.sub(r"\b(setengah|1/2|stengah|separo|stgh|separuh)\b", "setengah", text)
    # 1 500 000: groups of three after a blank are thousands
    return re.sub(
        r"(?<![0-9.,])[0-9]{1,3}(?: [0-9]{3})+(?: 000)(?![0-9.,])", lambda m: m.group().replace(" ", "."), text
    )


def _period(text: str) -> tuple[Period | None, str, bool]:
    """The period, the text without it, and whether there were two different ones."""
    named: set[Period] = set()

    def take(match: re.Match[str]) -> str:
        group = str(match.lastgroup)
        named.add(_SHORT[group] if group in _SHORT else next(n for n, _ in _PERIODS if n == group))
        return " ; "

    rest = _PERIOD.sub(take, text)
    return (next(iter(named)) if named else None), rest, len(named) > 1


class _Broken(Exception):
    """A number that is written like none we know ("1.5000.00")."""


def _number(raw: str) -> tuple[Fraction, str, tuple[Fraction, ...]]:
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
    raise _Broken(raw)


def _unit(tokens: list[_Token], at: int) -> int:
    """The multiplier of the word at `at`, 0 when it isn't a unit."""
    if at >= len(tokens) or tokens[at].kind != "word":
        return 0
    word = tokens[at].text
    if word == "an" and at:
        return 0
    return int(canonical(word, _UNITS, {}) or 0)


def _slang(token: _Token) -> int:
    if token.kind != "word":
        return 0
    if token.text in _SLANG_ODD:
        return _SLANG_ODD[token.text]
    match = _SLANG.fullmatch(token.text)
    return _SLANG_DIGIT[match[1]] * _SLANG_TENS[match[2]] if match else 0


def _amounts(tokens: list[_Token]) -> list[_Amount]:
    found: list[_Amount] = []
    at = 0
    while at < len(tokens):
        amount, at = _amount(tokens, at)
        if amount is not None:
            found.append(amount)
    return found


def _amount(tokens: list[_Token], at: int) -> tuple[_Amount | None, int]:
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
            elif shape_here == "plain" and (tokens[after].text if after < len(tokens) else "") not in _COUNTED:
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
        elif unit and tokens[after].text not in _UNITS:
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
            raise _Broken
        return None, at
    if re.match("0[0-9]", tokens[start].text):
        return None, at  # a phone number or a code
    slang = not last and 0 < _slang(tokens[start])
    if total.denominator != 1:
        raise _Broken
    marked = bool(rupiah or last or slang or shape == "grouped" or _rupiah_follows(tokens, at))
    if slang and total < 1000:  # "gopek" is 500, and today often 500 thousand
        others, clear = (total * 1000,), False
    return _Amount(total, tokens[first].start, tokens[at - 1].end, last, marked, clear, others), at


def _rupiah_follows(tokens: list[_Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].text in {"rupiah", "perak", "rp"}


def _part(tokens: list[_Token], at: int) -> tuple[Fraction, str, tuple[Fraction, ...], int] | None:
    """A numeral at `at`, with a half or a fraction beside it: value, shape, other readings, where it ends."""
    token = tokens[at]
    if token.text == "setengah":
        return (Fraction(1, 2), "half", (), at + 1)
    if slang := _slang(token):
        return Fraction(slang), "plain", (), at + 1
    if token.kind != "num":
        return None
    value, shape, others = _number(token.text)
    after = at + 1
    if (
        after < len(tokens)
        and tokens[after].text == "/"
        and after + 1 < len(tokens)
        and tokens[after + 1].kind == "num"
    ):
        below, _, _ = _number(tokens[after + 1].text)
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


def _bare(amount: _Amount, tokens: list[_Token]) -> bool:
    """Whether a number without any mark of money can be the answer: it stands alone, nothing is counted by it."""
    return not any(
        (t.kind == "word" and t.text not in PADDING and t.text not in _SUBJECT)
        or (t.kind == "num" and not amount.start <= t.start < amount.end and t.text != "0")
        or t.text in {"%", "+", "*", "/", "\ufffd"}
        for t in tokens
        if not amount.start <= t.start < amount.end and t.text not in _RANGE
    )


def _stray(amounts: list[_Amount], tokens: list[_Token]) -> bool:
    """Whether numbers are left that count nothing ("3x 500rb"), or a sign of reckoning: the amount may be another."""
    for amount in amounts:
        after = [t for t in tokens if t.start >= amount.end][:1]
        before = [t for t in tokens if t.end <= amount.start][-1:]
        counts = bool(after) and after[0].text in _COUNTED and not amount.unit
        dated = bool(before) and before[0].text in {
            "tahun",
            "thn",
            "tgl",
            "tanggal",
            "sejak",
            "jam",
            "nomor",
            "no",
            "rt",
            "rw",
            "ke",
        }
        if not counts and not dated:
            return True
    reckoned = {"x", "*", "+", "%", "minus", "rugi", "dikali", "kali", "\ufffd"}
    return tokens[0].text == "-" or any(t.text in reckoned for t in tokens)


def _no_amount(text: str, period: Period | None, numbers: bool) -> Money | Invalid | Unsure[Money]:
    alone = " ".join(w for w in re.findall(r"[a-z0-9]+", text) if w not in PADDING)
    if numbers and not re.fullmatch("0|(?:masih )?0(?: rupiah)?", alone):
        return Invalid(NO_AMOUNT)
    if re.fullmatch("(?:masih )?0(?: rupiah)?", alone) or (_NOTHING.search(text) and len(alone.split()) < 7):
        return Money(0, period=period)
    if _NONE_YET.fullmatch(alone):
        return _asked(Money(0, period=period))
    return Invalid(NO_AMOUNT)


def _single(found: list[_Amount], text: str, period: Period | None) -> Money | Unsure[Money]:
    """One amount with its bound; several are offered to choose from."""
    if len(found) > 1:
        values = list(dict.fromkeys(int(a.value) for a in found))
        if len(values) > 1:
            return _offer([Money(v, period=period) for v in values[:3]])
    amount = found[0]
    before, after = text[: amount.start], text[amount.end :]
    compare: Compare = next((c for c, p in _LEADING if p.search(before)), "")
    compare = compare or next((c for c, p in _TRAILING if p.match(after)), "")
    money = Money(int(amount.value), period=period, compare=compare)
    if re.match(r"\s*(?:lebih|luwih|langkung|lbh)\b", after) and not compare:
        return _offer([money, replace(money, compare=">")])
    if re.search(r"\b(?:kurang|krg)\s*(?:rp)?\s*$", before) and not compare:
        return _offer([replace(money, compare="<"), money])
    if re.match(r"\s*(?:kurang|krg)\b", after) and not compare:
        return _offer([replace(money, compare="<"), money])
    if not amount.marked:
        return _unmarked(money)
    if amount.others:
        return _offer([money, *(replace(money, amount=int(o)) for o in amount.others if o.denominator == 1)])
    if not amount.clear:
        return _asked(money)
    return money


def _unmarked(money: Money) -> Money | Unsure[Money]:
    """A number alone: from four digits on it is rupiah (but "2026" may be a year), a short one needs its unit."""
    value = money.amount
    if value == 0:
        return money
    if value < 1000:
        return _offer([money, replace(money, amount=value * 1000), replace(money, amount=value * 1_000_000)])
    return _asked(money) if 1900 <= value <= 2100 or value >= 10**9 else money


def _ranged(
    found: list[_Amount], lower: tuple[_Amount, str] | None, text: str, period: Period | None
) -> Money | Unsure[Money] | None:
    """Two amounts joined to a range: "5-10jt", "500rb-1jt", "antara 2 dan 3 juta"."""
    if len(found) == 1:
        if lower is None:
            return None
        low, joined = lower
        found = [low, found[0]]
    else:
        joined = text[found[0].end : found[1].start].strip(" ;.")
    if len(found) != 2:
        return None
    low, high = found
    spread = bool(re.search(r"\b(?:antara|antawis)\b", text[: low.start]))
    joined = re.sub(r"\b(?:rp|dengan|dgn|pe)\b|;", "", joined).strip()
    if (
        joined not in _RANGE
        and not (spread and joined in {"dan", "lan", "atau", "sampai"})
        and joined not in {"", "atau", "an -"}
    ):
        return None
    money = Money(int(low.value), int(high.value), period)
    if low.value >= high.value:
        return _offer([replace(money, amount=int(high.value), upto=int(low.value))]) if low.value > high.value else None
    if not joined and not (low.unit == 0 and high.unit and high.value == low.value + high.unit):
        return None
    if joined in {"", "atau"} or not (low.clear and high.clear) or not (low.marked and high.marked):
        return _asked(money)
    return money


def _shared_unit(high: _Amount, text: str) -> tuple[_Amount, str] | None:
    """The lower end of "10-15jt", which shares the unit of the upper one; "500 sampai 1 juta" is asked back."""
    before = re.search(
        r"(?:^|[^0-9.,/a-z]|\brp\.?\s?)([0-9]{1,3}(?:[.,][0-9]{1,3})?)\s*(-|~|sampai|sampe|smpe|smp|sampek|hingga|sd|nganti|ngantos|to|atau|dan|lan| )\s*(?:rp\.?\s?)?$",
        text[: high.start],
    )
    if before is None or not high.unit:
        return None
    value, shape, _ = _number(before[1])
    if shape == "grouped":
        return None
    joined = before[2].strip()
    clear = joined not in {"", "atau"}
    total = value * high.unit
    if total >= high.value and total / 1000 < high.value:
        total, clear = total / 1000, False
    if total.denominator != 1:
        return None
    return _Amount(total, before.start(1), before.end(1), 0 if not joined else high.unit, True, clear), joined


def describe(money: Money) -> Text:
    """The amount in words for an echo or a review: "Rp5.000.000 to Rp10.000.000 a month"."""
    low = Rupiah(money.amount)
    if money.upto is not None:
        said = t("{low} to {high}", low=low, high=Rupiah(money.upto))
    else:
        said = {
            "": t("{amount}", amount=low),
            "<": t("less than {amount}", amount=low),
            ">": t("more than {amount}", amount=low),
            "<=": t("at most {amount}", amount=low),
            ">=": t("at least {amount}", amount=low),
        }[money.compare]
    match money.period:
        case "hari":
            return t("{amount} a day", amount=said)
        case "minggu":
            return t("{amount} a week", amount=said)
        case "bulan":
            return t("{amount} a month", amount=said)
        case "tahun":
            return t("{amount} a year", amount=said)
        case _:
            return said


def _asked(money: Money) -> Unsure[Money]:
    return Unsure(money, t("{amount}, is that right?", amount=describe(money)))


def _offer(several: list[Money]) -> Unsure[Money]:
    """Ask which of several amounts is meant; the first is the likeliest."""
    if len(several) == 1:
        return _asked(several[0])
    return Unsure(several[0], t("Which amount do you mean?"), tuple((describe(m), m) for m in several))
