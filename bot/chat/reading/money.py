"""Amounts of rupiah as owners write them: "10jt", "2 juta 500", "5-10jt/bln", "kira2 3jt", "gopek".

Conventions: rb/ribu/k is a thousand, jt/juta a million, M/miliar a thousand million; a dot before three digits parts
thousands, a comma or dot before one or two digits is a decimal. What can be read in two ways is asked back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.chat.reading.amounts import COUNTED, Amount, Broken, Token, amounts_in, number, tokens_of
from bot.chat.reading.bounds import NOT, Compare, compared
from bot.chat.reading.money_words import Period, mend, period_in, prepared
from bot.chat.reading.outcome import Invalid, Reading, Unsure
from bot.chat.reading.words import PADDING, clean, listed
from bot.chat.text import Rupiah, Text, t


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole rupiah; a range if `upto` is given, a bound if `compare` says so, per `period` if stated."""

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

_SUBJECT = listed(
    """
    rupiah perak cuma hanya paling hampir total kurang lebih omset omzet omsetnya omzetnya modal modalnya harga harganya
    pendapatan penghasilan pemasukan untung laba pinjaman pinjam masih baru dapat sehari
    """
)
_NOTHING = re.compile(
    r"\b(?:nol|nihil|kosong|zero)\b"
    rf"|\b{NOT} (?:ada|onok|wonten|pernah|dapat|punya|duwe|gadhah|ono) (?:\w+ )?"
    r"(?:penjualan|omz?s?et\w*|pemasukan|pendapatan|penghasilan|modal\w*|hasil\w*|uang|duit|"
    r"untung|laba|transaksi|pembeli)"
    rf"|\b{NOT} (?:pernah )?(?:laku|payu|jualan|berjualan|menjual|untung|pakai modal)\b|"
    rf"\b(?:tanpa|tidak pakai) modal\b|\bgratis\b"
)
_NONE_YET = re.compile(
    rf"(?:masih |memang )?{NOT} (?:ada|onok|wonten|punya|duwe|gadhah|mulai|produksi|jalan)(?: sama sekali)?"
)
_PRICED = re.compile(r"\b(?:harga\w*|per|laku|terjual|sebungkus|sebiji|satuan|(?:@|/) ?[a-z]+)\b")
"""With a period: the amount is a price, and what the period counts is something else."""
_SPELL = re.compile(
    r"(?:/|\bper|\bdalam|[a-z0-9]) ?[0-9]+ (?:hari|minggu|bulan|bln|tahun|thn|hr|mgg)\b(?! (?:lalu|yang))"
)
"""An amount for a spell of its own ("5 juta 3 bulan"), which isn't one of our periods."""

_RANGE = listed("- ~ sampai sampe smpe smp sampek hingga sd s nganti ngantos ke to tekan")


def read_money(text: str, reading: Reading) -> Money | Invalid | Unsure[Money]:
    """The amount of money in an answer; never one that was only half understood."""
    mended, slipped = mend(clean(text))
    plain = prepared(mended)
    if not plain:
        return Invalid(NO_AMOUNT)
    period, rest, several = period_in(plain)
    period = None if several else period
    tokens = tokens_of(rest)
    try:
        amounts = amounts_in(tokens)
    except Broken:
        return Invalid(BROKEN_AMOUNT)
    marked = [a for a in amounts if a.marked]
    found = marked or [a for a in amounts if _bare(a, tokens)]
    if not found:
        return _no_amount(rest, period, bool(amounts))
    if any(not 0 <= a.value <= MOST for a in found):
        return Invalid(BROKEN_AMOUNT)
    lower = _shared_unit(found[0], rest) if len(found) == 1 else None
    strays = [a for a in amounts if a not in found and not (lower and a.start == lower[0].start)]
    odd = slipped or several or _stray(strays, tokens) or (period and _PRICED.search(rest)) or _SPELL.search(rest)
    read = _ranged(found, lower, rest, period) or _single(found, rest, period)
    if isinstance(read, Unsure) or not (odd or (not read.compare and read.upto is None and _HALF_BOUND.search(rest))):
        return read
    return _asked(read)


_HALF_BOUND = re.compile(
    rf"(?<![a-z]){NOT} [^;,]{{0,12}}[0-9]|\b(?:sampai|maks\w*|di ?bawah|di ?atas) [a-z]{{1,3}} ?[0-9]"
    rf"|[0-9] ?[a-z]*[.,-]* ?/ ?(?!(?:{'|'.join(sorted(COUNTED))})\b)[a-z]+|[0-9] ?[a-z]+ [a-z]{{1,2}} atas\b"
    rf"|\bper (?!(?:{'|'.join(sorted(COUNTED))})\b)[a-z]{{1,4}} (?:rp ?)?[0-9]"
)
"""A bound or a period that was meant, and not understood: "gak sampa i 1 juta", "450rb/hrr"."""


def _bare(amount: Amount, tokens: list[Token]) -> bool:
    """Whether a number without any mark of money can be the answer: it stands alone, nothing is counted by it."""
    return not any(
        (t.kind == "word" and t.text not in PADDING and t.text not in _SUBJECT)
        or (t.kind == "num" and not amount.start <= t.start < amount.end and t.text != "0")
        or t.text in {"%", "+", "*", "/", "\ufffd"}
        for t in tokens
        if not amount.start <= t.start < amount.end and t.text not in _RANGE
    )


def _stray(amounts: list[Amount], tokens: list[Token]) -> bool:
    """Whether numbers are left that count nothing ("3x 500rb"), or a sign of reckoning: the amount may be another."""
    for amount in amounts:
        after = [t for t in tokens if t.start >= amount.end][:1]
        before = [t for t in tokens if t.end <= amount.start][-1:]
        counts = bool(after) and after[0].text in COUNTED and not amount.unit
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
    if zero := _zero(alone, period):
        return zero
    if numbers:
        return Invalid(NO_AMOUNT)
    if _NOTHING.search(text) and len(alone.split()) < 7:
        return Money(0, period=period)
    if _NONE_YET.fullmatch(alone):
        return _asked(Money(0, period=period))
    return Invalid(NO_AMOUNT)


def _zero(alone: str, period: Period | None) -> Money | Unsure[Money] | None:
    """A zero that stands for the amount: "masih 0", "penjualan nol", "belum ada pemasukan sama sekali, nol"."""
    said = alone.split()
    if re.findall(r"[0-9]+", alone) != ["0"] or len(said) > 8:
        return None
    at = said.index("0") if "0" in said else -1
    if at < 0 or (at and said[at - 1] in _LISTED) or (at + 1 < len(said) and said[at + 1] in COUNTED - _OF_NOTHING):
        return None
    strange = [w for w in said if w != "0" and w not in _SUBJECT and w not in _OF_NOTHING and not re.fullmatch(NOT, w)]
    return _asked(Money(0, period=period)) if strange else Money(0, period=period)


_LISTED = listed("nomor no nomer rt rw jam pukul kode hp rumah gang blok")
"""What a number is the name of, not the amount."""
_OF_NOTHING = listed(
    "ada onok ono wonten sama sekali blas sekarang saiki sakniki bulan hari minggu tahun ini penjualan jualan uang duit"
    " hasil hasilnya alias jadi memang pancen benar bener bener2 persen perak punya dapat sejauh sampai"
)


def _single(found: list[Amount], text: str, period: Period | None) -> Money | Unsure[Money]:
    """One amount with its bound; several are offered to choose from."""
    if len(found) > 1:
        values = list(dict.fromkeys(int(a.value) for a in found))
        if len(values) > 1:
            return _offer([Money(v, period=period) for v in values[:3]])
    amount = found[0]
    before, after = text[: amount.start], text[amount.end :]
    compare = compared(before, after)
    money = Money(int(amount.value), period=period, compare=compare)
    if re.match(r"\s*(?:lebih|luwih|langkung|lbh)\b", after) and not compare:
        return _offer([money, replace(money, compare=">")])
    if re.search(r"\b(?:lebih|lbh|luwih)(?: [a-z]{1,4})?\s*(?:rp)?\s*$", before) and not compare:
        return _offer([replace(money, compare=">"), money])
    if re.search(r"\b(?:kurang|krg)(?: [a-z]{1,4})?\s*(?:rp)?\s*$", before) and not compare:
        return _offer([replace(money, compare="<"), money])
    if re.match(r"\s*(?:kurang|krg)\b", after) and not compare:
        return _offer([replace(money, compare="<"), money])
    if not amount.marked or (money.amount < 1000 and not amount.unit and amount.clear and "rp" in before + text):
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
    found: list[Amount], lower: tuple[Amount, str] | None, text: str, period: Period | None
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
    if not low.unit and high.unit and low.value < 1000:  # "Rp 2 - 3 juta"
        low = replace(low, value=low.value * high.unit)
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


def _shared_unit(high: Amount, text: str) -> tuple[Amount, str] | None:
    """The lower end of "10-15jt", which shares the unit of the upper one; "500 sampai 1 juta" is asked back."""
    before = re.search(
        r"(?:^|[^0-9.,/a-z]|\brp\.?\s?)([0-9]{1,3}(?:[.,][0-9]{1,3})?)\s*(-|~|sampai|sampe|smpe|smp|"
        r"sampek|hingga|sd|nganti|ngantos|to|atau|dan|lan| )\s*(?:rp\.?\s?)?$",
        text[: high.start],
    )
    if before is None or not high.unit:
        return None
    value, shape, _ = number(before[1])
    if shape == "grouped":
        return None
    joined = before[2].strip()
    clear = joined not in {"", "atau"}
    total = value * high.unit
    clear &= 20 * total >= high.value  # "2-300 ribu" is rather 200 to 300
    if total >= high.value and total / 1000 < high.value:
        total, clear = total / 1000, False
    if total.denominator != 1:
        return None
    return Amount(total, before.start(1), before.end(1), 0 if not joined else high.unit, True, clear), joined


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
