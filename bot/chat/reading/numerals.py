"""Number words into digits, Indonesian and Javanese (ngoko and krama), up to 999; larger ones keep their unit word.

"tiga ratus lima puluh ribu" becomes "350 ribu", "telung yuta" becomes "3 yuta", "sejuta" becomes "1 juta".
"""

from __future__ import annotations

import re

from bot.chat.reading.words import table

# Each word in a small code: digits, T(en) puluh, B(elas), H(undred) ratus; so a number is one regular expression.
_CODES = table(
    {
        "1": "satu siji setunggal",
        "2": "dua loro rong kalih kaleh",
        "3": "tiga telu telung tigang tigo",
        "4": "empat papat patang sekawan pat",
        "5": "lima limo limang gangsal",
        "6": "enam enem nem nenem nemang",
        "7": "tujuh pitu pitung",
        "8": "delapan lapan wolu wolung",
        "9": "sembilan sanga songo sangang songang",
        "T": "puluh puluhan poloh puloh dasa doso",
        "B": "belas belasan las welas",
        "H": "ratus ratusan atus",
        "1T": "sepuluh sepuloh sedasa sedoso",
        "1B": "sebelas sewelas",
        "1H": "seratus satus",
        "2B": "rolas",
        "2T1": "selikur",
        "2T2": "rolikur",
        "2T3": "telulikur",
        "2T4": "patlikur",
        "2T5": "selawe",
        "2T6": "nemlikur",
        "2T7": "pitulikur",
        "2T8": "wolulikur",
        "2T9": "sangalikur songolikur",
        "5T": "seket",
        "6T": "suwidak sewidak",
    }
)
_WHOLE = table(
    {
        "0": "nol",
        "1 ribu": "seribu sewu sakewu",
        "1 juta": "sejuta sejt sakyuta sayuta sakyuto",
        "1 miliar": "semiliar semilyar",
    }
)
_UNITS = ("ribu", "ewu", "juta", "yuta", "yuto", "miliar", "milyar")

NUMBER_WORDS: dict[str, str] = {w: f"number {c}" for w, c in (_CODES | _WHOLE).items()}
"""The words above with what they stand for, for `slips`."""

_PARTS = re.compile("|".join(sorted({*_CODES, *_WHOLE, *_UNITS}, key=len, reverse=True)))
_PIECE = re.compile(r"[a-z]+|[0-9]+(?:[.,][0-9]+)*|[^a-z0-9]+")
_NUMBER = re.compile(r"(?:([1-9])H)?(?:([1-9])T([1-9])?|([1-9])B|([1-9]))?")


def in_digits(text: str) -> str:
    """A cleaned text with its number words as digits; everything else stays as it is."""
    out: list[str] = []
    run = ""  # the codes read so far; blanks between them are taken in
    held = ""  # the blank behind the run
    pieces = _split(text)
    for at, piece in enumerate(pieces):
        code = _CODES.get(piece)
        if code is None and len(piece) == 1 and piece in "123456789" and _next_word(pieces, at) in {"H", "T", "B"}:
            code = piece
        if code is not None:
            run, held = run + code, ""
        elif run and piece.isspace():
            held = piece
        else:
            out += [_digits(run), held, _WHOLE.get(piece, piece)]
            run = held = ""
    return "".join([*out, _digits(run), held])


def _split(text: str) -> list[str]:
    """The pieces of a text; words written as one ("limaratusribu") come apart."""
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        parts = _PARTS.findall(piece) if 6 < len(piece) < 60 and piece.isalpha() and piece not in _CODES else []
        if len(parts) > 1 and "".join(parts) == piece:
            pieces += [p for part in parts for p in (part, " ")][:-1]
        else:
            pieces.append(piece)
    return pieces


def _next_word(pieces: list[str], at: int) -> str | None:
    rest = [p for p in pieces[at + 1 : at + 3] if not p.isspace()]
    return _CODES.get(rest[0]) if rest else None


def _digits(run: str) -> str:
    """The numbers of a run of codes: "3H5T" is "350", "23" (two three) is "2 3"; what is no number is "?"."""
    numbers: list[str] = []
    at = 0
    while at < len(run):
        found = _NUMBER.match(run, at)
        if found is None or found.end() == at:
            numbers.append("?")
            at += 1
            continue
        hundreds, tens, ones, teen, single = (int(g or 0) for g in found.groups())
        numbers.append(str(100 * hundreds + 10 * tens + ones + (10 + teen if teen else 0) + single))
        at = found.end()
    return " ".join(numbers)
