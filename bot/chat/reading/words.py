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


def squeeze(word: str) -> str:
    """A stretched word in its normal length: "iyaaa" and "iyaa" give "iya"."""
    return re.sub(r"(.)\1+$", r"\1", re.sub(r"(.)\1{2,}", r"\1", word))


def skeleton(word: str) -> str:
    """A word without its vowels after the first letter, as in hurried typing: "bagaimana" gives "bgmn"."""
    return word[:1] + re.sub(r"[aeiou]", "", word[1:])


def canonical(word: str, known: Mapping[str, str], skeletons: Mapping[str, str]) -> str | None:
    """What `known` has for a word, forgiving stretched letters, dropped vowels and one slip in a longer word."""
    for form in (word, squeeze(word)):
        if form in known:
            return known[form]
    if word in skeletons:
        return skeletons[word]
    stem = re.sub(r"(?:lah|nya|kan|ne|ke|no|i|e)$", "", re.sub(r"^(?:di|ke)(?=[b-df-hj-np-tv-z])", "", word))
    if len(stem) > 3 and stem in known:
        return known[stem]
    if len(word) < 5:
        return None
    near = {known[k] for k in known if abs(len(k) - len(word)) <= 1 and len(k) > 4 and OSA.distance(k, word) == 1}
    return near.pop() if len(near) == 1 else None


def skeletons_of(known: Mapping[str, str]) -> dict[str, str]:
    """The vowel-free spellings (three letters or more) that can mean one thing only."""
    found: dict[str, set[str]] = {}
    for word, meaning in known.items():
        found.setdefault(skeleton(word), set()).add(meaning)
    return {k: v.pop() for k, v in found.items() if len(v) == 1 and len(k) > 2 and k not in known}


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
