"""Plain readers: exact words and digits, nothing guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import phonenumbers

from bot.chat.reading.outcome import Invalid
from bot.chat.text import t

LONGEST = 4096
_HIDDEN = re.compile(
    "[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200c\u200e-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_MARKS = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """One line, NFC, without control, bidi and zero-width characters or heaps of combining marks (threat T11)."""
    text = unicodedata.normalize("NFC", text[:LONGEST])
    return _SPACES.sub(" ", _MARKS.sub(r"\1", _HIDDEN.sub("", text))).strip()


def fold(text: str) -> str:
    """For comparing: clean, lower case, without the punctuation around words."""
    return _SPACES.sub(" ", re.sub(r"[^\w\s]", " ", clean(text).casefold())).strip()


def choose(text: str, labels: Sequence[str]) -> int | None:
    """The position of the label that was typed, by its words or by its number (1 is the first)."""
    said = fold(text)
    if not said:
        return None
    folded = [fold(words) for words in labels]
    if said in folded:
        return folded.index(said)
    if said.isascii() and said.isdigit() and 1 <= int(said[:4]) <= len(labels):
        return int(said[:4]) - 1
    near = [i for i, words in enumerate(folded) if len(said) >= 3 and words.startswith(said)]
    return near[0] if len(near) == 1 else None


_YES = {"ya", "iya", "y", "yes", "betul", "benar", "sudah", "setuju", "ok", "oke", "nggih", "inggih", "sudah benar"}
_NO = {"tidak", "tdk", "t", "no", "bukan", "belum", "gak", "nggak", "ndak", "mboten", "ora"}


def yes_no(text: str) -> bool | None:
    said = fold(text)
    return True if said in _YES else False if said in _NO else None


def skips(text: str, label: str) -> bool:
    return fold(text) in {fold(label), "lewati", "skip", "lewat"} or text.strip() == "-"


def whole(text: str) -> int | None:
    digits = clean(text).replace(" ", "")
    if re.fullmatch(r"\d{1,3}(\.\d{3})+", digits):
        digits = digits.replace(".", "")
    return int(digits) if re.fullmatch(r"[0-9]{1,15}", digits) else None


def phone(text: str) -> str | Invalid:
    """A mobile or landline number of any country, Indonesian when no country is written, as E.164."""
    digits = re.sub(r"[^\d+]", "", clean(text))
    if len(digits) < 6:
        return Invalid(t("Please type the phone number, for example 081234567890."))
    try:
        number = phonenumbers.parse(
            digits if digits[0] in "+0" else ("+" + digits if digits.startswith("62") else "0" + digits), "ID"
        )
    except phonenumbers.NumberParseException:
        return Invalid(t("Please type the phone number, for example 081234567890."))
    if not phonenumbers.is_possible_number(number):
        return Invalid(t("A mobile number usually has 10 to 13 digits; this one has {n}.", n=len(digits)))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
