"""Phone numbers to E.164, wherever they stand in a message: "hp saya 0812-0000-1234 (istri)"."""

from __future__ import annotations

import re

import phonenumbers

from bot.chat.reading.outcome import Invalid, Reading, Unsure
from bot.chat.reading.slips import mender
from bot.chat.reading.words import clean, table, words
from bot.chat.text import t

SENDER = "sender"
"""Read instead of a number when the person means the one she is writing from ("pakai nomor ini")."""

NO_NUMBER = t("Which phone number? For example: 0812 3456 7890.")
NOT_A_NUMBER = t("That number doesn't seem complete. Please check it again. For example: 0812 3456 7890.")
FOREIGN = t("We can only use an Indonesian number. Please give a number that begins with 08 or +62.")

_DIGIT_WORDS = table(
    {
        "0": "nol kosong",
        "1": "satu siji",
        "2": "dua loro",
        "3": "tiga telu",
        "4": "empat papat",
        "5": "lima limo",
        "6": "enam nem",
        "7": "tujuh pitu",
        "8": "delapan wolu",
        "9": "sembilan songo sanga",
    }
)

_MEND = mender(_DIGIT_WORDS)

_THIS = re.compile(
    r"\b(?:nomor|nomer|nmr|no|hp|wa|whatsapp|kontak|telp|yang|sing|ingkang|pakai|pake|pke|gawe|"
    r"ngangge|chat|telegram|ya|nggih)?\s?"
    r"\b(?:ini|iki|niki|punika)\b"
)
_SAME = re.compile(r"\b(?:sama|sami|podo|padha|tetap|tetep)\b|\bnomor (?:wa|hp|telegram|chat) (?:saya|kulo|ku|aku)\b")
_USED = re.compile(
    r"\b(?:yang|yg|sing|ingkang) (?:saya|aku|tak|kulo|kula|di|dipun)? ?"
    r"(?:pakai|pake|pke|gunakan|gawe|enggo|nggo|agem|angge|ngangge|chat|wa)\b"
)
_OTHERS = re.compile(
    r"\b(?:istri|suami|bojo|anak|ibu saya|bapak saya|adik|kakak saya|tetangga|menantu|saudara|"
        r"teman|orang|nanti|lupa|lali|kesupen|belum"
    r"|tidak|gak|ga|nggak|ndak|ora|mboten|bukan|sanes|jangan|ojo|rusak|hilang|ganti|mati|tanya|masih|cari)\b"
)  # fmt: skip
_HELD_BACK = re.compile(
    r"[0-9](?:[a-z*#?][0-9a-z*#?]|[a-np-z]\b)|\batau\b|\b(?:bukan|jangan|sanes|ojo)[^0-9+]{0,12}[0-9+]"
)
_RUN = re.compile(r"\+?\(?\+?[0-9][0-9 .()-]*")
_BREAK = re.compile(r"(?<=[0-9]) +(?=(?:\+ ?62|62 ?8|0[2-9]))")


def read_phone(text: str, reading: Reading) -> str | Invalid | Unsure[str]:
    """The number in E.164 ("+6281234567890"), or `SENDER`; two numbers are asked back. A letter O is read as zero."""
    plain, slipped = _prepared(clean(text))
    if "\ufffd" in plain or re.search(r"[0-9] ?[?x*]{2,}", plain):  # "0812 0000 77??"
        return Invalid(NOT_A_NUMBER)
    runs = [part for run in _RUN.findall(plain) for part in _parted(run)]
    runs = [r for r in runs if len(re.sub("[^0-9]", "", r)) > 2 or len(runs) == 1]
    if not runs:
        return _without_digits(plain)
    read = [_number(run) for run in runs]
    numbers = list(dict.fromkeys(n for n in read if isinstance(n, str)))
    if len(numbers) > 1:
        return Unsure(numbers[0], t("Which number shall we use?"), tuple((shown(n), n) for n in numbers[:3]))
    if numbers:
        broken = any(
            isinstance(n, Invalid) and len(re.sub("[^0-9]", "", r)) > 6 for n, r in zip(read, runs, strict=True)
        )
        return _asked(numbers[0]) if broken or slipped or _HELD_BACK.search(plain) else numbers[0]
    if any(n == Invalid(FOREIGN) for n in read):
        return Invalid(FOREIGN)
    return Invalid(NOT_A_NUMBER)


def shown(number: str) -> str:
    """The number as people write it: "+6281200001234" is "0812-0000-1234"."""
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL)


def _prepared(text: str) -> tuple[str, bool]:
    """The text with O for zero and spelled digits put right, links to WhatsApp opened; and whether a slip is left."""
    text = re.sub(r"(?:https?://)?(?:api\.)?(?:wa\.me|whatsapp\.com/send)/?(?:\?phone=)?\+?(?=[0-9])", " ; ", text)
    text = re.sub(
        r"(?<![0-9])(\+?62 ?[0-9]{2,4}|[0o][0-9o]{2,4})[/_*]([0-9o]{3,4})[/_*]([0-9o]{3,5})(?![0-9])", r"\1-\2-\3", text
    )
    text = re.sub(r"(?<![a-z0-9])[0-9o][0-9o .+()-]{5,}(?![a-z])", lambda m: m[0].replace("o", "0"), text)
    text = re.sub(r"(?<=[0-9])o+(?=[0-9])", lambda m: "0" * len(m[0]), text)
    text = re.sub(r"(?<=08)[li](?=[0-9])", "1", text)
    text = re.sub(r"(?<![0-9])(0[0-9]{3})((?:, ?[0-9]{3,4}){2})(?![0-9])", lambda m: m[0].replace(",", " "), text)
    pieces: list[str] = re.findall(r"[a-z]+|[^a-z]+", text)
    slipped = False
    if sum(p in _DIGIT_WORDS for p in pieces) > 2:
        mended, slipped = _MEND(text)
        pieces = re.findall(r"[a-z]+|[^a-z]+", mended)
        spelled = [_DIGIT_WORDS.get(p, p) for p in pieces]
        text = "".join(p for i, p in enumerate(spelled) if not (p == " " and _between_digits(spelled, i)))
    return text, slipped


def _between_digits(pieces: list[str], at: int) -> bool:
    return 0 < at < len(pieces) - 1 and pieces[at - 1][-1:].isdigit() and pieces[at + 1][:1].isdigit()


def _parted(run: str) -> list[str]:
    """Numbers written one after another with only a blank between them."""
    parts = [p.strip(" .-()") for p in _BREAK.split(run.strip())]
    if len(parts) > 1 and all(len(re.sub("[^0-9]", "", p)) >= 9 for p in parts):
        return parts
    return [run.strip(" .-")]


def _number(run: str) -> str | Invalid:
    abroad = run.lstrip("(").startswith("+")
    digits = re.sub("[^0-9]", "", run)
    if digits.startswith("00") and len(digits) > 10:
        abroad, digits = True, digits[2:]
    if digits.startswith("62") and (abroad or len(digits) > 9):
        digits = "0" + digits[2:].lstrip("0")
    elif abroad:
        return Invalid(FOREIGN) if _possible_abroad(digits) else Invalid(NOT_A_NUMBER)
    elif digits.startswith("8"):
        digits = "0" + digits
    if digits.startswith("08"):
        if not re.fullmatch(r"08[1-35-9][0-9]{7,10}", digits):
            return Invalid(NOT_A_NUMBER)
    elif not re.fullmatch(r"0[2-79][0-9]{7,10}", digits):
        return Invalid(NOT_A_NUMBER)
    try:
        number = phonenumbers.parse(digits, "ID")
    except phonenumbers.NumberParseException:
        return Invalid(NOT_A_NUMBER)
    if not phonenumbers.is_valid_number(number):
        return Invalid(NOT_A_NUMBER)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _possible_abroad(digits: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse("+" + digits))
    except phonenumbers.NumberParseException:
        return False


def _without_digits(plain: str) -> str | Invalid:
    said = " ".join(words(plain))
    if _OTHERS.search(said):
        return Invalid(NO_NUMBER)
    return SENDER if _THIS.search(said) or _USED.search(said) or _SAME.search(said) else Invalid(NO_NUMBER)


def _asked(number: str) -> Unsure[str]:
    return Unsure(number, t("{number}, is that right?", number=shown(number)))


def phone_masked(phone: str) -> str:
    """``+6281234567890`` as everybody is shown it, ``0812****890``: the first four and the last three digits of what is
    dialled here."""
    local = re.sub(r"^\+62", "0", phone)
    return local if len(local) < 9 else f"{local[:4]}****{local[-3:]}"
