"""Which of the offered labels a person means, by its name, a part of it, its number, or a quantity that fits in it.

Given the words on the buttons as she reads them; sure where one label only can be meant. Two or three are a doubt to be
asked back; nothing is guessed from words that no label has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.chat.reading import plain
from bot.chat.reading.numerals import in_digits
from bot.chat.reading.quantities import UNIT_WORDS, Span, spans_in
from bot.chat.reading.slips import COMMON
from bot.chat.reading.words import LONGEST, PADDING, Spellings, clean, hurried, listed, skeletons_of, squeeze, table
from bot.chat.reading.yesno import ANSWERS, doesnt_know
from bot.chat.text import t

WHICH = t("Which of these do you mean?")
Chosen = int | tuple[int, ...]
"""The position of one label; two or three positions, the likeliest first, where she has to say which; () for none."""

_LONGEST = 200  # characters of a label or an answer that are compared
_MOST_WORDS = 25
_MOST_LABELS = 100
_NEGATED = re.compile(
    r"\b(?:bukan|bkn|tidak|tdk|gak|ga|gk|nggak|ndak|enggak|ora|dudu|sanes|mboten|jangan|ojo|selain|kecuali|not)\b"
)
_ASKS = re.compile(
    r"\?|\b(?:apa|apakah|berapa|brp|gimana|bagaimana|kapan|di ?mana|kenapa|piye|pripun|piro|pinten|opo|nopo)\b"
    r"|\b(?:gak|ga|nggak|ndak|tidak|ora)$"
)
_ELSE = re.compile(
    r"(?:\b|se|per|sak)(?:hari|minggu|pekan|tahun|taun|dino|dinten|day|week|year)\w{0,3}\b|\b(?:hr|mgg|thn|th)\b"
    r"|[0-9] ?[mx]\b|\*"
)
"""An amount of money for another spell than the label's is another amount; M may be a million or a thousand of them."""
_SINCE = re.compile(r"\b(?:19|20)[0-9]{2}\b")
"""A year says since when, not how much."""
_NO_OTHERS = re.compile(
    r"\b(?:tidak|tdk|gak|ga|gk|nggak|ndak|ora|mboten|belum|blm|durung|dereng|tanpa|nol|0)(?: \w+)? "
    r"(?:karyawan|pegawai|pekerja|pembantu|anak ?buah|buruh|rewang)\w*"
)
_ALONE = re.compile(r"\b(?:sendiri\w*|sndiri\w*|sndr|dewe\w*|dhewe\w*|piyambak\w*|ijen\w*|alone|single fighter)\b")
_OWN = re.compile(r"\b(?:usaha|milik|rumah|punya|modal|uang|produksi|bikin|buat|karyawan)(?:ku|nya)? (?:\w+ )?sendiri")
_WITH_ONE = re.compile(
    r"(?:(?:saya|aku|kulo|ku) )?(?:dan|sama|karo|kalih|dengan|dgn|dibantu|plus|&|sm|ambek|mbek)? ?"
    r"(?:suami istri|suami|istri|bojo|ibu|anak|adik|kakak|mertua|keponakan)(?: (?:saya|aku|ku|kulo))?"
    r"(?: (?:aja|saja|tok|thok|ae))?"
)
_ORDINAL = re.compile(
    r"(?:(?:saya |aku |kulo )?(?:pilih |pilihan |milih )?(?:yang |yg |sing |ingkang )?"
    r"(?:(?:nomor|nomer|nmr|no|pilihan|opsi|urutan|baris|tombol)\.? ?(?:ke)?|ke) ?-? ?(?P<n>[0-9]{1,2})"
    r"|(?:pilih |pilihan |milih )?(?:yang |yg |sing |ingkang |tombol |nomor )?(?:paling )?"
    r"(?P<end>pertama|akhir|terakhir|trakhir|pungkasan|atas|bawah))"
)
_SPELLINGS = table(
    {
        "bapak": "bapak pak pk bpk",
        "ibu": "ibu bu buk ibuk",
        "saja": "saja aja ae wae mawon",
        "lainnya": "lainnya lain liyane sanesipun liane lainlain dll lainya",
        "belum": "belum blm blum blom durung dereng",
        "tidak": "tidak tdk gak ga gk nggak ndak ora mboten",
        "tahu": "tahu tau ngerti ngertos eruh",
        "makanan": "makanan mkn mknan panganan dhaharan",
        "minuman": "minuman ombenombenan",
        "fesyen": "fesyen fashion fasion fashen feshion",
    }
)
_LINKING = listed("dan atau the or and a of to di ke dari untuk yang yg sing bidang usaha jenis kayak seperti & jual")
_UNKNOWN = re.compile(r"\b(?:belum|tidak|kurang|not|don t|durung) (?:\w+ )?(?:tahu|tau|yakin|known|know|sure|ngerti)\b")


BOUND_WORDS = UNIT_WORDS | listed(
    "sampai hingga di bawah atas dibawah diatas kurang lebih dari besar maksimal minimal more less than below above up"
    " over under at most least"
)
"""The words around the numbers of a label, which name nothing."""

_WAITS = re.compile(r"(?:belum|blm|blum|blom|durung|dereng|belom)(?: (?:pak|bu|mas|mbak|kak|e|o))?")
_UNCOUNTED = re.compile(
    r"\b(?:belum|blm|blum|tidak|tdk|gak|ga|nggak|ndak|ora|durung|dereng|mboten)(?: \w+)? "
    r"(?:di|ng|meng)?(?:h?itung|etung|catat|catet|rekap|hafal|apal)\w{0,3}$"
)


@dataclass(frozen=True, slots=True)
class _Label:
    folded: str
    words: frozenset[str]
    span: Span | None


@lru_cache(maxsize=64)
def _prepared(labels: tuple[str, ...]) -> tuple[_Label, ...]:
    """What a question's labels say; the spans only of the kind that most of them have."""
    spans = [found[0] if len(found := spans_in(clean(label[:_LONGEST])) or ()) == 1 else None for label in labels]
    kinds = Counter(span.kind for span in spans if span and span.kind)
    kind, count = kinds.most_common(1)[0] if kinds else ("", 0)
    prepared: list[_Label] = []
    for label, span in zip(labels, spans, strict=True):
        fits = span if span and count > 1 and span.kind == kind else None
        folded = plain.fold(label[:_LONGEST])
        words = (w for w in _contents(folded) if not fits or (w.isalpha() and w not in BOUND_WORDS))
        prepared.append(_Label(folded, frozenset(words), fits))
    return tuple(prepared)


def choose(text: str, labels: Sequence[str]) -> Chosen:
    """The label that is meant: its position when sure, two or three positions in doubt, () when none is found.

    A name typed in full is always sure. In a list of quantities a bare number may be the quantity or the position.
    """
    said = plain.fold(text[:_LONGEST]) if len(text) <= LONGEST else ""
    known = _prepared(tuple(labels[:_MOST_LABELS]))
    if not said:
        return ()
    exact = [i for i, label in enumerate(known) if label.folded == said]
    if exact:
        return exact[0]
    typed = clean(text)
    if len(said.split()) > _MOST_WORDS or (_ASKS.search(typed) and len(said.split()) > 2):
        return ()
    if (position := _position(typed, len(known))) is not None:
        return position
    if any(label.span for label in known):
        read = _fitted(typed, known)
        if read is not None:
            return read
    elif (digits := in_digits(said)).isascii() and digits.isdigit():
        return int(digits[:4]) - 1 if 1 <= int(digits[:4]) <= len(known) else _named(said, known)
    starts = [i for i, label in enumerate(known) if len(said) >= 3 and label.folded.startswith(said)]
    if len(starts) == 1:
        return starts[0]
    if (unknown := _not_known(typed, said, known)) is not None:
        return unknown
    return _named(said, known)


def _position(typed: str, count: int) -> int | None:
    """ "nomor 2", "yang ketiga", "yg terakhir": the place in the list is named."""
    plainly = re.sub(
        r"\b(?:pak|bu|mas|mbak|kak|aja|saja|ya)\b|[.,!)]", "", in_digits(re.sub(r"\bke(?=[a-z])", "ke ", typed))
    )
    match = _ORDINAL.fullmatch(" ".join(plainly.split()))
    if match is None:
        return None
    place = {"pertama": 1, "atas": 1}.get(match["end"], count) if match["end"] else int(match["n"])
    return place - 1 if 1 <= place <= count else None


def _doubt(several: Sequence[int]) -> Chosen:
    near = tuple(dict.fromkeys(several))
    return near[0] if len(near) == 1 else near if len(near) <= 3 else ()


def _fitted(typed: str, known: tuple[_Label, ...]) -> Chosen | None:
    """Where the typed quantity fits among the spans of the labels; None when no quantity was typed."""
    kind = next(label.span.kind for label in known if label.span)
    spans = _people(typed) if kind == "people" else spans_in(re.sub(r"\brp\.? ?(?=[0-9])", "rp ", typed))
    if not spans:
        return None if spans is not None else ()
    if re.search(r"\b(?:bukan|bkn|dudu|sanes|selain|kecuali|jangan|not)\b", typed):
        return ()
    if "%" in typed or (kind == "rupiah" and (_ELSE.search(typed) or _nearly_else(typed))):
        return ()
    if len(spans) == 1 and not spans[0].kind:
        return _bare(typed, spans[0], known, kind)
    spans = tuple(_as(span, kind) for span in spans)
    if any(span.kind != kind for span in spans):
        return ()
    if len(spans) == 2 and kind == "people":
        both = Span(kind, spans[0].low + spans[1].low, spans[0].high + spans[1].high)
        spans = (both, *spans)
    return _doubt([i for span in spans for i in _holding(span, known)])


def _nearly_else(typed: str) -> bool:
    """Whether a word is a slip of "setahun" and its like, which makes another amount."""
    spells = ("sehari", "seminggu", "setahun", "pertahun", "perhari", "perminggu", "tahunan", "harian", "mingguan")
    said = [w for w in re.findall(r"[a-z]{5,10}", typed) if w not in COMMON]
    return any(OSA.distance(w, spell, score_cutoff=1) < 2 for w in said for spell in spells)


def _people(typed: str) -> tuple[Span, ...] | None:
    """As `spans_in`, for people: alone, with a husband, and workers who may be meant beside the owner."""
    if _NO_OTHERS.search(typed):
        return (Span("people", Fraction(1), Fraction(1)),)
    spans = spans_in(typed)
    if spans is None:
        return None
    if not spans and _ALONE.search(typed) and not _NEGATED.search(typed) and not _OWN.search(typed):
        return (Span("people", Fraction(1), Fraction(1)),)
    if not spans and _WITH_ONE.fullmatch(re.sub(r"^cuma |^hanya |^mek ", "", plain.fold(typed))):
        return (Span("people", Fraction(2), Fraction(2)),)
    return spans


def _as(span: Span, kind: str) -> Span:
    if span.kind == "others" and kind == "people":  # "3 karyawan", and the owner beside them
        return Span(kind, span.low, span.high + 1, span.open_low, span.open_high)
    return span


def _sizes(known: tuple[_Label, ...]) -> list[Fraction]:
    """What one of each unit on the labels is in the base unit, the most frequent first."""
    counts: Counter[Fraction] = Counter()
    for label in known:
        if label.span:
            for word in re.findall(r"\b[a-z]+\b", label.folded):
                one = spans_in(f"1 {word}") or ()
                if len(one) == 1 and one[0].kind == label.span.kind:
                    counts[Fraction(one[0].low)] += 1
    return [size for size, _ in counts.most_common()]


def _holding(span: Span, known: tuple[_Label, ...]) -> list[int]:
    """The labels the span lies in; if in none, those it touches."""
    inside = [i for i, label in enumerate(known) if label.span and label.span.holds(span)]
    return inside or [i for i, label in enumerate(known) if label.span and label.span.meets(span)]


def _bare(typed: str, span: Span, known: tuple[_Label, ...], kind: str) -> Chosen | None:
    """A number without a unit: a quantity in one of the labels' units, or the place in the list."""
    if kind != "rupiah" and _SINCE.search(typed):
        return ()
    strange = [w for w in re.findall(r"[a-z]+", in_digits(typed)) if w not in PADDING and w not in _ABOUT]
    if strange or (kind != "rupiah" and span.low >= 1000):
        return None
    sizes = [Fraction(1)] if kind == "rupiah" and span.low >= 1000 else _sizes(known)
    scaled = [replace(span, kind=kind, low=span.low * size, high=span.high * size) for size in sizes]
    fits = [i for one in scaled for i in _holding(one, known)]
    digits = re.fullmatch(r"([0-9]{1,3})[.)]?", in_digits(typed))
    place = [int(digits[1]) - 1] if digits and kind != "people" and 1 <= int(digits[1]) <= len(known) else []
    return _doubt([*fits, *place])


_ABOUT = listed("cuma hanya baru sudah udah udh sdh masih total kira kurang lebih mungkin ada jumlahnya mek wis wes")


def _not_known(typed: str, said: str, known: tuple[_Label, ...]) -> int | None:
    """The label that says so, when she doesn't know."""
    unknown = [i for i, label in enumerate(known) if _UNKNOWN.search(label.folded)]
    if len(unknown) != 1 or re.search("[0-9]", in_digits(typed)):
        return None
    waits = _WAITS.fullmatch(said) or _UNCOUNTED.search(said) or _UNKNOWN.search(said)
    return unknown[0] if waits or doesnt_know(typed) else None


def _contents(folded: str) -> list[str]:
    """The words that say something, in one spelling."""
    return [_SPELLINGS.get(w, w) for w in folded.split() if w not in _LINKING]


def _named(said: str, known: tuple[_Label, ...]) -> Chosen:
    """The label most of whose words were typed, a slip or an ending forgiven."""
    vocabulary = frozenset(w for label in known for w in label.words)
    every = [squeeze(w) for w in _contents(re.sub(r"\b(lain)[ -]+lain\b", r"\1", said))]
    content = [w for w in every if w in vocabulary or _SPELLINGS.get(w, w) in vocabulary or w not in PADDING]
    heard = [_near(_SPELLINGS.get(w, w), vocabulary) for w in content]
    covers = [sum(1 for near in heard if near & label.words) for label in known]
    most = max(covers, default=0)
    if not most or len(content) - most > most:
        return ()
    matched = frozenset(w for near in heard for w in near)
    best = [i for i, n in enumerate(covers) if n == most]
    words = frozenset(w for i in best for w in known[i].words)
    if matched & words <= ANSWERS and (most < len(heard) or not words <= ANSWERS):
        return ()  # "siap" agrees, and isn't "siap saji"
    full = [i for i in best if known[i].words - PADDING <= matched and known[i].words]
    best = full if len(full) == 1 and most == len(heard) else best
    if all(not _NEGATED.search(known[i].folded) for i in best) and _NEGATED.search(said):
        return ()
    others = [
        i
        for i, n in enumerate(covers)
        if n and any(near & known[i].words for near in heard if not near & known[best[0]].words)
    ]
    return _doubt([*best, *others])


@lru_cache(maxsize=64)
def _stems(vocabulary: frozenset[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for word in vocabulary:
        found.setdefault(_stem(word), set()).add(word)
    return found


@lru_cache(maxsize=64)
def _skeletons(vocabulary: frozenset[str]) -> Spellings:
    return skeletons_of({w: w for w in vocabulary if len(w) > 3})


def _near(word: str, vocabulary: frozenset[str]) -> frozenset[str]:
    """The words of the labels that a typed word stands for: itself, with another ending, hurried, or with one slip."""
    if word in vocabulary:
        return frozenset({word})
    stem = _stem(word)
    same = set(_stems(vocabulary).get(stem, ())) if len(stem) > 2 else set[str]()
    if len(stem) > 3:
        same |= {w for w in vocabulary if w.startswith(stem)}
    if same:
        return frozenset(same)
    if word in ANSWERS:
        return frozenset()
    if (short := hurried(word, _skeletons(vocabulary))) is not None:
        return frozenset({short})
    if len(word) < 4 or (len(word) < 6 and word in COMMON):
        return frozenset()
    room = 2 if len(word) > 7 else 1
    alike = [w for w in vocabulary if len(w) > 3 and w[0] == word[0]]
    found = process.extract(word, alike, scorer=OSA.distance, score_cutoff=room, limit=4)
    near = frozenset(w for w, distance, _ in found if distance == found[0][1])
    return near if len(word) > 4 else frozenset(w for w in near if len(w) != len(word) or sorted(w) == sorted(word))


def _stem(word: str) -> str:
    """A word without the endings and beginnings of everyday speech: "kemasannya", "dagangan", "perdagangan"."""
    bare = re.sub(r"(?:nya|ne|ku|mu|e)$", "", word) if len(word) > 5 else word
    bare = re.sub(r"(?:an|kan|in|i)$", "", bare) if len(bare) > 5 else bare
    return re.sub(r"^(?:pe[rnm]|ber|ke|di|me[nm]?|ng)(?=[bcdfghjklmnpqrstvwz])", "", bare) if len(bare) > 6 else bare
