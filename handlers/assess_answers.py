"""How an answer of a check is read: what is typed beside its buttons.

A graded answer is worth points, so nothing is taken that isn't surely one: what leaves a strange word is asked back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, inf
from typing import TypeVar

from bot.chat.questions import Choice, Draw, Outcome, Said
from bot.chat.reading import Invalid, Reading, Unsure, plain
from bot.chat.reading.amounts import COUNTED
from bot.chat.reading.choose import BOUND_WORDS
from bot.chat.reading.identifiers import check_nib
from bot.chat.reading.numerals import in_digits
from bot.chat.reading.quantities import spans_in
from bot.chat.reading.slips import COMMON
from bot.chat.reading.words import PADDING, clean, listed, squeeze, words
from bot.chat.reading.yesno import doesnt_know, mark, read_yes_no
from bot.chat.reading.yesno_words import KNOWN, LOOSE
from bot.chat.text import t
from bot.domain.assess.instrument import Option

T = TypeVar("T")
_SMALL = (
    PADDING | LOOSE | listed("tadi pilih pilihan opsi pertama kedua ketiga keempat kelima keenam terakhir atas bawah")
)
_COUNTING = BOUND_WORDS | listed(
    "cuma cuman hanya baru mek masih total lengkap semuanya ada sudah sdh udah belum jumlahnya"
)
"""Words that may stand beside a number."""
_PLACE = re.compile(r"\b(?:nomor|nomer|nmr|no|pilih\w*|opsi|urutan)\b|\bke ?-?[0-9]")
_YES = listed("ya iya iyo yo yoi yah yes y nggih inggih enggih enggeh nggeh injih njih betul benar leres bener")
_HEDGES = listed("mungkin mgkn kayaknya kyknya sepertinya koyoke koyone ketoke barangkali paling")
_THANKS = listed("terima kasih terimakasih makasih trimakasih trims suwun nuwun matur thanks")
_GOODS = listed("produk produknya makanan minuman usaha bahan stok kemasan")
""" "Produk habis" is sold out rather than expired."""
_TELLING = listed("sudah punya bisa tidak belum bukan proses daftar sedang keluar mati habis masa tahu ragu")
"""What a word has to say for an answer, of the meanings of `KNOWN`; to agree ("siap", "ok") is none."""
_DENIES = listed("tidak belum bukan")
_RARELY = listed("jarang kurang kadang sebagian setengah separuh separo")
_WHOLE = listed("semua semuanya kabeh sedaya selalu lengkap sepenuhnya rutin")
"""What "belum" before it leaves a part of: "belum semua"."""
_BUT = listed("tapi tp tetapi nanging ning namun")
_HAS = listed("sudah punya bisa")
_STATED = listed("mati habis proses daftar")
_PARTLY = listed("setengah stengah separuh separo kurang")
_AROUND = listed(
    "sudah sdh udah wis wes sampun pernah ada kirim ngirim jual lewat pakai pake via dan sama plus atau sampai sampe"
    " biasa biasanya cuma hanya baru bayar terima menerima pelanggan pembeli produk"
)
"""Words that may stand beside an answer's own."""
_OTHERS = listed("suami istri bojo anak orang mertua adik kakak teman tetangga")
"""Whose it is, if it isn't hers."""
_SLIPS = listed("tidak belum proses daftar sedang mati habis")
_BESIDE = listed("nate dalam dlm on process perpanjang diperpanjang")
_IDLE = listed("ya nanti dulu")
_NIB = re.compile(r"(?:(?:nib|no|nomor)\b[ :.]*)*[0-9][0-9 .-]{11,}")


@dataclass(frozen=True, slots=True)
class Graded(Choice):
    """One of an item's answers. Plain yes and no, "sedang diurus" and "sudah mati" are those that mean it; where the
    answers are quantities, a number is the quantity and never a place in the list."""

    graded: Sequence[Option] = field(kw_only=True)
    named: Sequence[Sequence[str]] = field(default=(), kw_only=True)
    nib: str = field(default="", kw_only=True)  # the answer that a NIB typed alone stands for

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[str]:
        if said.code or not said.text or not any(o.means or o.points is not None for o in self.graded):
            return Choice.read(self, said, reading, draw)
        folded = plain.fold(said.text)
        if (exact := next((o.code for o in self.graded if plain.fold(o.title) == folded), None)) is not None:
            return exact
        if self.nib and _NIB.fullmatch(clean(said.text)) and check_nib(said.text, reading).state != "wrong":
            return self.nib
        own = frozenset(
            word
            for line in (draw(self.brief or self.text), *(f"{o.title} {o.note}" for o in self.graded))
            for word in plain.fold(line.replace("-", "")).split()
        )
        asked = frozenset(plain.fold(draw(self.brief or self.text)).split())
        if (worded := self._worded(clean(said.text), asked)) is not None:
            return worded
        counts = any(o.span for o in self.graded)
        if counts and (counted := self._counted(clean(said.text), own)) is not None:
            return self._held(counted, clean(said.text), [])
        meaning = read_yes_no(said.text, reading, thumb=False)
        meant = self._meant(said.text, meaning)
        found = Choice.read(self, said, reading, draw)
        if isinstance(found, str):
            found = self._held(found, clean(said.text), meant)
        surely = meaning in ("in_progress", "expired") or plain.yes_no(said.text) is not None or _refuses(said.text)
        if isinstance(found, Invalid) or surely:
            if len(meant) > 1 and not isinstance(self._surely(meant[0], clean(said.text), own, meaning), Invalid):
                return self.which(meant)
            found = self._held(meant[0], clean(said.text), meant) if meant else found
        elif counts and meant and isinstance(found, str) and found not in meant:
            found = self.which([*meant, found])  # "tidak pernah": none, or none was noted
        return self._surely(found, clean(said.text), own, meaning) if isinstance(found, str) else found

    def _meant(self, text: str, meaning: object) -> list[str]:
        """The answers that a yes, a no and the like stand for."""
        said = words(clean(text))
        if meaning == "unsure" and not doesnt_know(text):
            return []  # "nanti dulu"
        told = any(_says(w) in _TELLING for w in said)
        if meaning == "yes" and not told and (not said or said[0] not in _YES or _THANKS & set(said)):
            return []  # "terima kasih ya"
        none = [o.code for o in self.graded if meaning == "no" and o.span and o.span[0] == 0]
        return none or [o.code for o in self.graded if meaning in (o.means, *o.also)]

    def _held(self, found: Outcome[str], typed: str, meant: Sequence[str]) -> Outcome[str]:
        """What was found, unless the words deny what it doesn't, or it denies and they don't; nor is a no taken that
        is said of another answer ("belum punya logo"), or beside what is there."""
        option = next((o for o in self.graded if o.code == found), None)
        if option is None:
            return found
        said, title = words(typed), words(clean(option.title))
        if found in meant and option.means in ("in_progress", "expired", "unsure"):
            return self._doubt(option.code) if any(_says(w) == "bukan" for w in said) else found
        denials = _denials(said)
        numbers = set(re.findall("[0-9]+", in_digits(typed)))
        if numbers == {"0"} and option.span and option.span[0] == 0:
            return found
        if not denials and not _rarely(said):
            if option.code not in meant and any(_says(w) in _DENIES and w != "tanpa" for w in title):
                return self._agreed(option.code, meant)
            if re.search("[0-9]", option.title):
                return found
            every = rf"\b(?!1\b)[0-9]+ (?:{'|'.join(title)})\b"  # "setiap 3 bulan" isn't "Setiap bulan"
            return Invalid(_CHOOSE) if re.search(every, in_digits(typed)) else found
        telling = {w for w in title if _says(w) not in _DENIES | {"punya", "sudah"}}
        no = any(o.means == "no" and [o.code] == list(meant) for o in self.graded)
        if option.code not in meant and no and not telling & set(said):
            return self._held(meant[0], typed, meant)  # "belum ada" isn't "Ada, belum aktif"
        if option.means == "yes" and option.code in meant:  # "belum mati"
            return self._doubt(option.code)
        if option.code not in meant and (denials > _denials(title) or _rarely(said) > _rarely(title)):
            return Invalid(_CHOOSE)
        if (_BUT & set(said) or _both(said) or (denials and _rarely(said))) and not _both(title):
            return Invalid(_CHOOSE)
        idle = PADDING | _AROUND | {*title}
        more = {w for w in said if w not in idle and _says(w) not in _DENIES | _STATED | {"punya"}}
        others = [o for o in self.graded if o.code != option.code and more & _of(o)]
        if numbers - {"0", *title} or more & {w for names in self.named for name in names for w in words(name)}:
            return Invalid(_CHOOSE)
        if others:
            return self._doubt(option.code) if all(o.means == "yes" for o in others) else Invalid(_CHOOSE)
        return found

    def _agreed(self, code: str, meant: Sequence[str]) -> Outcome[str]:
        """What is meant instead by one who agrees; "Ada, belum aktif" may be, as it agrees first."""
        first = words(clean(next(o.title for o in self.graded if o.code == code)))[0]
        meant = meant if first in _DENIES or not meant else [*meant, code]
        return meant[0] if len(meant) == 1 else self.which(meant)

    def _worded(self, typed: str, asked: frozenset[str]) -> Outcome[str] | None:
        """The answer that has the typed words among its own, or as many things were named as it stands for; None where
        none has, or more was said than what the question itself says."""
        left, meant = typed_without(typed, [(phrase, {o.code}) for o in self.graded for phrase in o.words])
        count = 0
        if not meant:
            left, things = typed_without(typed, [(name, {n}) for n, some in enumerate(self.named) for name in some])
            count = len({n for one in things for n in one})
            meant = [{o.code for o in self.graded if o.span and o.span[0] <= count <= _upto(o)}] if count else []
        if not meant:
            return None
        both = set[str].intersection(*meant) or set[str].union(*meant)
        codes = [o.code for o in self.graded if o.code in both]
        more = [w for w in left if w not in _SMALL | _AROUND | asked or _says(w) in _DENIES]
        if any(_says(w) in _DENIES | _STATED or w in _PARTLY for w in more) or len(more) > len(meant):
            return None
        if len(codes) > 1:
            return self.which(codes)
        return self._doubt(codes[0]) if more or count or any(w in _HEDGES for w in left) else codes[0]

    def _surely(self, found: str, typed: str, own: frozenset[str], meaning: object) -> Outcome[str]:
        """An answer of whose sentence nothing strange is left; asked back where more of it tells than is strange."""
        telling = strange = 0
        hedged = False
        for word in (w for w in words(typed.replace("-", "")) if w.isalpha()):
            says = _says(word)
            hedged = hedged or word in _HEDGES | _OTHERS
            if word in _GOODS and meaning in ("in_progress", "expired"):
                strange += 1
            elif says in _TELLING or word in _BESIDE or _bare(word) & own - PADDING:
                telling += 1
            elif word not in _SMALL and says not in _IDLE:
                strange += 1
        if not strange and not hedged:
            return found
        return self._doubt(found) if telling > strange else Invalid(_CHOOSE)

    def _counted(self, typed: str, own: frozenset[str]) -> Outcome[str] | None:
        """The answer whose span holds the number that was typed; None where none was, or where it names a place."""
        typed = in_digits(typed)
        if _PLACE.search(typed):
            return None
        if re.search(r"\bkurang [0-9]", typed):  # so many are missing
            return Invalid(_CHOOSE)
        tops = [o.span[1] for o in self.graded if o.span]
        if None not in tops:  # "3 dari 10"
            typed = re.sub(rf"(?<=[0-9]) ?(?:dari|per|/) ?{max(n for n in tops if n is not None)}\b", "", typed)
        spans = list(found) if (found := spans_in(typed)) is not None else None
        if spans == []:
            return None
        if not spans or len(spans) > 1 or spans[0].kind in ("months", "rupiah") or re.search("%|persen", typed):
            return Invalid(_CHOOSE)
        span = spans[0]
        if Fraction(span.low).denominator > 1:  # half a ton
            return Invalid(_CHOOSE)
        low = floor(span.low) + 1 if span.open_low else ceil(span.low)
        high = inf if span.high == inf else ceil(span.high) - 1 if span.open_high else floor(span.high)
        fits = [o.code for o in self.graded if o.span and o.span[0] <= max(low, high) and _upto(o) >= low]
        strange = [w for w in words(typed) if w.isalpha() and w not in _SMALL | _COUNTING and not _bare(w) & own]
        if span.kind in COUNTED and not _bare(span.kind) & own:
            strange.append(span.kind)  # kilos, where it is pieces that are asked for
        if not fits or len(strange) > 1:
            return Invalid(_CHOOSE)
        if len(fits) > 1:
            return self.which(fits)
        return self._doubt(fits[0]) if strange else fits[0]

    def _doubt(self, code: str) -> Unsure[str]:
        return Unsure(code, t("Do you mean: {what}?", what=dict(self.choices)[code]))


_CHOOSE = t("Please choose one of these.")


def typed_without(typed: str, phrases: Sequence[tuple[str, set[T]]]) -> tuple[list[str], list[set[T]]]:
    """What is left of a cleaned text without the phrases that stand in it, the longest taken first, and what these are
    of."""
    rest = f" {' '.join(words(typed))} "
    of: dict[str, set[T]] = {}
    for phrase, meant in phrases:
        of[phrase] = of.get(phrase, set()) | meant
    found: list[set[T]] = []
    for phrase in sorted(of, key=len, reverse=True):
        if f" {phrase} " in rest:
            rest = rest.replace(f" {phrase} ", " , ")
            found.append(of[phrase])
    return words(rest), found


def _upto(option: Option) -> float:
    return inf if option.span is None or option.span[1] is None else option.span[1]


def _refuses(text: str) -> bool:
    """Nothing but a no: "mboten pak" isn't "Tidak berlaku lagi"."""
    said = {_says(w) for w in words(clean(text)) if w not in PADDING}
    return "tidak" in said and said <= {"tidak", "bisa", "bukan", "ya"}


def _says(word: str) -> str | None:
    """The meaning of a word for yes and no, slips forgiven where they aren't everyday words ("modal", no "medal")."""
    known = KNOWN.get(squeeze(word))
    near = None if known or word in COMMON else mark(word)
    return known or (near if near in _SLIPS else None)


def _denials(said: Sequence[str]) -> int:
    """How many of some words deny."""
    return sum(_says(w) in _DENIES for w in said)


def _rarely(said: Sequence[str]) -> int:
    """How many of some words take a part away; "kurang lebih 3" and "kurang dari 3" don't."""
    after = [*said[1:], ""]
    return sum(w in _RARELY and more not in ("dari", "lebih") for w, more in zip(said, after, strict=True))


def _both(said: Sequence[str]) -> bool:
    """Whether something is said to be there beside what isn't ("ada nib belum ada npwp"), or a part of it."""
    denied = False
    says = [_says(w) for w in said]
    if any(one in _DENIES and w in _WHOLE for one, w in zip(says, said[1:], strict=False)):
        return True
    for one, after in zip(says, [*says[1:], None], strict=True):
        if (one in _HAS and not denied) or (one == "sedang" and after in ("proses", "daftar")):
            return True
        denied = one in _DENIES or (denied and (one not in _HAS or after in _HAS))  # "belum pernah punya"
    return False


def _of(option: Option) -> set[str]:
    """The words of an answer."""
    return {*words(clean(option.title)), *words(" ".join(option.words))}


def _bare(word: str) -> frozenset[str]:
    """A word and what it is without its ending: "nibnya" is of "nib"."""
    return frozenset({word, squeeze(word), re.sub(r"(?:nya|ne|ku|mu|e)$", "", word)})
