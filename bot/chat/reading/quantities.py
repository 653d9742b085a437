"""How many people, months or rupiah are meant: quantities with their units, as spans.

One grammar reads both the labels of buttons ("2 sampai 4 orang", "Kurang dari 6 bulan", "165 juta - 1,25 miliar") and
what a person types beside them ("berdua", "hampir 3 th", "baru 4 bulan"), so that the one can be fitted into the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from bot.chat.reading.amounts import COUNTED, UNITS, Broken, number
from bot.chat.reading.bounds import Compare, compared
from bot.chat.reading.numerals import NUMBER_WORDS, in_digits
from bot.chat.reading.words import canonical, skeletons_of, squeeze, table

Number = Fraction | float
"""Exact, or infinity."""


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers from `low` to `high` in the base unit of a `kind`: people, months, rupiah, or the unit word itself.

    An `open` end doesn't belong to it. `kind` is "" where no unit was said.
    """

    kind: str
    low: Number
    high: Number
    open_low: bool = False
    open_high: bool = False

    def holds(self, other: Span) -> bool:
        """Whether all of the other span is in this one."""
        above = other.low > self.low or (other.low == self.low and (other.open_low or not self.open_low))
        below = other.high < self.high or (other.high == self.high and (other.open_high or not self.open_high))
        return above and below

    def meets(self, other: Span) -> bool:
        """Whether the two have a number in common."""
        low = max((self.low, self.open_low), (other.low, other.open_low))
        high = min((self.high, not self.open_high), (other.high, not other.open_high))
        return low[0] < high[0] or (low[0] == high[0] and not low[1] and high[1])


_KINDS: dict[str, tuple[str, Fraction]] = {
    word: (kind, Fraction(size))
    for kind, size, line in (
        ("people", "1", "orang org orng oran wong uwong tiyang person persons people"),
        ("others", "1", "karyawan pegawai pekerja buruh krywn kary pgw anakbuah pembantu tukang asisten rewang"),
        ("months", "1/30", "hari hr dino dina dinten day days"),
        ("months", "12/52", "minggu mgg pekan week weeks"),
        ("months", "1", "bulan bln bl wulan sasi month months"),
        ("months", "12", "tahun thn th taun warsa tahunan taunan year years"),
        ("rupiah", "1", "rp rupiah perak"),
        ("rupiah", "1000", "thousand"),
        ("rupiah", "1000000", "million"),
        ("rupiah", "1000000000", "billion"),
    )
    for word in line.split()
} | {word: ("rupiah", Fraction(size)) for word, size in UNITS.items()}
UNIT_WORDS = frozenset(_KINDS) | COUNTED
_SPELLED = {word: word for word in _KINDS}
_SKELETONS = skeletons_of({w: w for w in _SPELLED if len(w) > 3})
_NUMBERS = "|".join(sorted((w for w in NUMBER_WORDS if len(w) > 2), key=len, reverse=True))
_SAME = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"\b([a-z]{3,})2\b", r"\1"),
        (r"\banak ?buah\b", "anakbuah"),
        (r"\b(?:less than|below|under)\b|\bkurang (?=[0-9])", "kurang dari "),
        (r"\b(?:more than|above|over)\b", "lebih dari "),
        (r"\b(?:up to|at most)\b", "maksimal "),
        (r"\b(?:atau|utawa|or) (?:lebih|luwih|more|above)\b|(?<=[0-9a-z])\+|\bto lebih\b", " ke atas"),
        (r"\b(?:atau|or) (?:kurang|less)\b", " ke bawah"),
        (r"\bat least\b", "minimal "),
        (r"\bs\.? ?/? ?d\b\.?", " sampai "),
        (r"\b(?:belum|blm|durung|dereng) (?=[0-9]|se|satu|dua|tiga)", "belum sampai "),
        (r"\bbelasan\b|\bwelasan\b", "11 - 19"),
        (r"\bpuluhan\b", "20 - 99"),
        (r"\bratusan\b", "100 - 999"),
        (rf"\bber(?:-| )?({_NUMBERS})(?:an)?\b", r"\1 orang"),
        (r"\b(?:se|sak|sa) ?(?=(?:orang|bulan|tahun|taun|thn|th|minggu|hari|wulan|pekan|bln|juta|yuta|ribu)\b)", "1 "),
        (r"\b(?:stengah|stgh|separuh|separo)\b", "setengah"),
        (r"\b([0-9]+) koma ([0-9]+)\b", r"\1,\2"),
    )
)
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[a-z]+|[^\sa-z0-9]")
_JOINS = table({"-": "- ~ sampai sampe smp smpe sampek hingga sd nganti ngantos to atau utawa dan lan and or"})
_NEARLY = re.compile(r"\b(?:hampir|hampr|nyaris|meh|ampir|mau|arep|masuk)(?: (?:mau|ke|sudah))?\s*$")
_BIT_MORE = re.compile(r"\s*(?:an )?(?:lebih|lbh|luwih|langkung|sekian)\b")
_AGO = re.compile(r"\s*(?:yang |yg |sing )?(?:lalu|kemarin|kepungkur|kepengker)\b")
"""The business began "mulai 2 tahun lalu": two years, not two or more."""
_BIT_LESS = re.compile(r"\s*(?:an )?(?:kurang|krg)\b")


@dataclass(frozen=True, slots=True)
class _Found:
    value: Fraction
    unit: str  # the word as it stands in `_KINDS` or `COUNTED`, "" for none
    start: int
    end: int


def spans_in(text: str) -> tuple[Span, ...] | None:
    """The quantities of a cleaned text in their order, ranges and bounds taken together; None for a broken number."""
    for pattern, said in _SAME:
        text = pattern.sub(said, text)
    text = in_digits(text)
    tokens = list(_TOKEN.finditer(text))
    try:
        found = _summed(_found(tokens), text)
    except Broken:
        return None
    spans: list[Span] = []
    at = 0
    while at < len(found):
        here = found[at]
        if at + 1 < len(found) and (joined := _joined(here, found[at + 1], text)):
            spans.append(joined)
            at += 2
            continue
        before = text[found[at - 1].end if at else 0 : here.start]
        spans.append(_bounded(here, before, text[here.end : found[at + 1].start if at + 1 < len(found) else None]))
        at += 1
    return tuple(spans)


def _found(tokens: list[re.Match[str]]) -> list[_Found]:
    found: list[_Found] = []
    at = 0
    while at < len(tokens):
        word, first, start = tokens[at][0], at, tokens[at].start()
        if word == "rp" and at + 1 < len(tokens) and tokens[at + 1][0][0].isdigit():
            at += 1
            word = tokens[at][0]
        if not word[0].isdigit() and not (word == "setengah" and _unit(tokens, at + 1)):
            at += 1
            continue
        value, _, others = (Fraction(1, 2), "", ()) if word == "setengah" else number(word)
        after = at + 1
        below = tokens[after + 1][0] if after + 1 < len(tokens) and tokens[after][0] == "/" else ""
        if below in {"2", "4"}:
            value, after = value / int(below), after + 2
        unit = _unit(tokens, after)
        if (others and unit) or re.match("0[0-9]", word):  # "1.500 juta" can be read in two ways, "0812" is a code
            raise Broken(word)
        end = tokens[after if unit else after - 1].end()
        if first != at and not unit:
            unit = "rp"
        elif not unit and first and not (found and found[-1].end > tokens[first - 1].start()):
            unit = _unit(tokens, first - 1)  # "wong loro", "karyawan 4"
            start = tokens[first - 1].start() if unit else start
        found.append(_Found(value, unit, start, end))
        at = after + (end > tokens[after - 1].end())
    return found


def _unit(tokens: list[re.Match[str]], at: int) -> str:
    """The unit word at `at`, "" when it is none."""
    if at >= len(tokens):
        return ""
    word = squeeze(tokens[at][0])
    if word in _KINDS or word in COUNTED:
        return word
    for stem in (re.sub(r"(?:an|nan|e|ne)$", "", word), canonical(word, _SPELLED, _SKELETONS) or ""):
        if len(stem) > 1 and stem in _KINDS and len(word) > 3:
            return stem
    return ""


def _size(unit: str) -> tuple[str, Fraction]:
    return _KINDS.get(unit, (unit, Fraction(1)))


def _summed(found: list[_Found], text: str) -> list[_Found]:
    """Parts of one quantity made one: "1 tahun 3 bulan", "2 juta 500 ribu", "2 tahun setengah"."""
    whole: list[_Found] = []
    for part in found:
        half = part.unit and re.match(r"\s+setengah\b", text[part.end :])
        here = _Found(part.value + Fraction(1, 2), part.unit, part.start, part.end + half.end()) if half else part
        if whole:
            (kind, size), (last, more) = _size(here.unit), _size(whole[-1].unit)
            between = text[whole[-1].end : here.start].strip(" ,")
            if not here.unit and last == "rupiah" and more > 1 and not between and 100 <= here.value < 1000:
                kind, size, here = last, more / 1000, replace(here, unit="rp")  # "2 juta 500", "3jt500"
            if here.unit and kind == last and size < more and between in {"", "lebih", "dan", "lewat", "luwih"}:
                value = whole[-1].value + here.value * size / more
                whole[-1] = _Found(value, whole[-1].unit, whole[-1].start, here.end)
                continue
        whole.append(here)
    return whole


def _joined(low: _Found, high: _Found, text: str) -> Span | None:
    """The range two quantities make: "2 sampai 4 orang", "500 juta - 1 miliar", "dua tiga orang"."""
    between = text[low.end : high.start].strip()
    if _JOINS.get(between) != "-" and not (not between and not low.unit and high.value == low.value + 1):
        return None
    if between in {"dan", "lan", "and"} and not re.search(r"\b(?:antara|between)\b", text[: low.start]):
        return None
    kind, size = _size(high.unit)
    first = _size(low.unit) if low.unit else (kind, size)
    if first[0] != kind or low.value * first[1] > high.value * size:
        return None
    return Span(kind, low.value * first[1], high.value * size)


def _bounded(found: _Found, before: str, after: str) -> Span:
    """One quantity with the bound its neighbours set: "kurang dari 6 bulan", "3 tahun lebih", "hampir setahun"."""
    kind, size = _size(found.unit)
    value = found.value * size
    compare: Compare = "" if _AGO.match(after) else compared(before, after)
    match compare:
        case "<":
            return Span(kind, Fraction(0), value, open_high=True)
        case "<=":
            return Span(kind, Fraction(0), value)
        case ">":
            return Span(kind, value, float("inf"), open_low=True)
        case ">=":
            return Span(kind, value, float("inf"))
        case "":
            pass
    if re.search(r"\b(?:lebih|lbh|luwih)\s*$", before):
        return Span(kind, value, float("inf"), open_low=True)
    if _NEARLY.search(before) or _BIT_LESS.match(after):
        return Span(kind, value * Fraction(9, 10), value, open_high=True)
    if _BIT_MORE.match(after):
        return Span(kind, value, value + size, open_low=True, open_high=True)
    return Span(kind, value, value)
