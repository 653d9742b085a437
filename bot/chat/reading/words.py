"""Typed text made plain: what every reader does first.

Chat text comes with capitals, emoji, curly quotes, stretched vowels, zero-width and right-to-left marks, and digits of
other scripts. After `clean` a reader meets lower-case letters, ASCII digits and ordinary punctuation only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from rapidfuzz.distance import OSA

LONGEST = 600
"""Characters of the longest message that is read as an answer; a longer one is a forwarded text, not an answer."""

_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-"}
    | {"×": "x", "≤": "<=", "≥": ">=", "\n": " ; ", "\r": " ", "½": " 1/2 ", "¼": " 1/4 ", "¾": " 3/4 "}
)
_ODD = "\ufffd"
"""Stands for a number sign that can't be read safely (²,  ③, ⅞): a number beside it is not a number."""


def clean(text: str, *, cut: bool = False) -> str:
    """The text in lower case and ASCII digits, its blanks single.

    A text over `LONGEST` characters gives "" (a number read out of a long text would be a guess), or with `cut` its
    beginning.
    """
    if len(text) > LONGEST:
        if not cut:
            return ""
        text = text[:LONGEST]
    text = text.translate(_QUOTES)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", "".join(_plain(c) for c in text)).translate(_QUOTES)
    text = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text.lower()).split())
    return text[: 2 * LONGEST]


def _plain(char: str) -> str:
    if char.isascii():
        return char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char.isnumeric() or char.isdigit():
        return _ODD
    if unicodedata.category(char) in {"Cf", "Me", "Mn"}:
        return ""
    if unicodedata.category(char) in {"Cc", "Zs", "Zl", "Zp"}:
        return " "
    return char


def words(text: str) -> list[str]:
    """The words of a cleaned text, without punctuation; letters and digits are kept apart ("rt3" is "rt", "3")."""
    return re.findall(r"[a-z]+|[0-9]+", text.replace("'", ""))


Spellings = Mapping[str, Mapping[str, str]]
"""Skeleton, to the words that have it (doubled letters made single) and their meanings."""


def squeeze(word: str) -> str:
    """A stretched word in its normal length: "iyaaa" and "iyaa" give "iya"."""
    return re.sub(r"(.)\1+$", r"\1", re.sub(r"(.)\1{2,}", r"\1", word))


def skeleton(word: str) -> str:
    """A word without its vowels after the first letter and the n before a g, as in hurried typing: "mgkn"."""
    return word[:1] + re.sub(r"[aeiou]|n(?=g)", "", word[1:])


def canonical(word: str, known: Mapping[str, str], skeletons: Spellings) -> str | None:
    """What `known` has for a word, forgiving stretched letters, dropped vowels and one slip in a longer word."""
    for form in (word, squeeze(word)):
        if form in known:
            return known[form]
    if (meaning := hurried(word, skeletons)) is not None:
        return meaning
    stem = re.sub(r"(?:lah|nya|kan|ne|ke|no|i|e)$", "", re.sub(r"^(?:di|ke)(?=[b-df-hj-np-tv-z])", "", word))
    if (len(stem) > 3 or (len(stem) > 2 and word.endswith("lah"))) and stem in known:
        return known[stem]
    if len(word) < 5:
        return None
    near = {known[k] for k in known if abs(len(k) - len(word)) <= 1 and len(k) > 4 and OSA.distance(k, word) == 1}
    return near.pop() if len(near) == 1 else None


_SUFFIX = re.compile(r"(?:kan|ken|aken|ake|nono|ono|in|no|en|an|i|ne|e|nya|ku|mu)$")
_PREFIX = re.compile(r"^(?:dipun|di|ke|tak|ter|ber|nge|meng|ng|men|mem|me|n|m)(?=[a-z]{3})")
_NASAL = (("meny", "s"), ("ny", "s"), ("mem", "p"), ("men", "t"), ("meng", "k"), ("m", "p"), ("n", "t"), ("ng", "k"))
"""The first letter that a verb loses behind its nasal: "nulis" is of "tulis"."""


def stems(word: str) -> tuple[str, ...]:
    """What a verb of everyday Indonesian or Javanese may be made of, the most of it kept first.

    One ending (or two, as in "-kannya") and one beginning come off: "difotoin" gives "difoto", "fotoin" and "foto".
    Stems have four letters or more, three behind "di-".
    """
    if not 4 < len(word) < 24:
        return ()
    ended = [word]
    while len(ended) < 3 and (shorter := _SUFFIX.sub("", ended[-1])) != ended[-1] and len(shorter) > 3:
        ended.append(shorter)
    found = ended[1:]
    for form in ended:
        begun = _PREFIX.sub("", form)
        if begun != form:
            found.append(begun)
        found += [
            letter + form[len(n) :] for n, letter in _NASAL if form.startswith(n) and form[len(n) :][:1] in "aeiou"
        ]
    return tuple(dict.fromkeys(s for s in found if len(s) > 3 or (len(s) == 3 and word.startswith("di"))))


def skeletons_of(known: Mapping[str, str]) -> Spellings:
    """The words of a lookup by their skeletons, for `hurried`."""
    found: dict[str, dict[str, str]] = {}
    for word, meaning in known.items():
        found.setdefault(skeleton(single(word)), {})[single(word)] = meaning
    return found


def hurried(word: str, skeletons: Spellings) -> str | None:
    """The one meaning of a word of three letters or more with vowels left out or letters doubled ("sbtu", "sianng")."""
    word = single(word)
    if len(word) < 3:
        return None
    near = skeletons.get(skeleton(word), {})
    meant = {meaning for known, meaning in near.items() if _within(word, known)}
    return meant.pop() if len(meant) == 1 else None


def single(word: str) -> str:
    """A word with every doubled letter made one: "ddoong" gives "dong"."""
    return re.sub(r"(.)\1+", r"\1", word)


def _within(word: str, whole: str) -> bool:
    """Whether the letters of `word` stand in `whole`, in this order."""
    letters = iter(whole)
    return all(c in letters for c in word)


def table(rows: Mapping[str, str]) -> dict[str, str]:
    """A lookup from rows of "meaning": "word word word"."""
    return {word: meaning for meaning, line in rows.items() for word in line.split()}


def listed(text: str) -> frozenset[str]:
    """The words of a block of text, as a set."""
    return frozenset(text.split())


PADDING = listed(
    """
    pak bu bapak ibu mas mbak mba mbk kak kakak min mimin admin bang om tante cak ning sis gan bos bro dik dek sam ker
    ya yah yaa iya dong donk deh sih kok lah nih kan lho loh tuh to lha aja saja ae wae mawon kemawon doang
    terima kasih makasih trims tks thx trimakasih suwun nuwun matur maturnuwun assalamualaikum
    wassalam salam waalaikumsalam
    maaf mohon tolong permisi nyuwun sewu halo hai oh o eh hmm nggih njih ok oke insyaallah insya allah alhamdulillah
    saya aku kulo kula kami kita ini itu iki iku niki niku punika yang yg untuk utk buat di ke dari dr
    kalau kalo klo bisa bisanya mungkin adalah yaitu kira kiranya sekitar dgn dengan juga
    """
)
"""Words that carry no answer: forms of address, thanks, particles."""
