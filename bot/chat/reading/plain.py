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
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\uffff"
    "\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    # a joiner, unless it is inside an emoji
    "|\u200d(?![\u2600-\u27bf\U0001f000-\U0001faff])|(?<![\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])\u200d"
)
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """One line, NFC, decimal digits of every script as ASCII, without control, bidi and zero-width characters or heaps
    of combining marks (threat T11). What was cleaned stays as it is."""
    text = _HIDDEN.sub("", text[:LONGEST])
    if not text.isascii():
        text = "".join(map(_ascii_digit, unicodedata.normalize("NFC", _marked(text))))
        text = unicodedata.normalize("NFC", _marked(text))
    return _SPACES.sub(" ", text).strip()


def _ascii_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _marked(text: str) -> str:
    """A text with at most two combining marks in a row."""
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") and char != "\ufe0f" else 0
        if marks <= 2:
            kept.append(char)
    return "".join(kept)


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
