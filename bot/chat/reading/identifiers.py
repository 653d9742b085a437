"""Numbers on papers: NIK, NIB, NPWP, P-IRT, halal, BPOM, merek, KBLI, QRIS. Is it right, to be looked at, or wrong?

Formats change, so a number of an unknown form is kept and marked `check` for an officer; only what can't be the number
asked for (digits missing, a 40th of a month) is `wrong`, and the person is told what is odd.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.chat.reading.outcome import Invalid, Reading
from bot.chat.reading.words import clean
from bot.chat.text import Text, t

State = Literal["ok", "check", "wrong"]
Kind = Literal["nik", "nib", "npwp", "pirt", "halal", "bpom", "merek", "kbli", "nmid"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A number as it is kept (`value`, without blanks) and how far it can be trusted; `odd` says what isn't usual.

    `until` is the last day a P-IRT holds, `version` the year of the KBLI.
    """

    kind: Kind
    value: str
    state: State
    odd: Text | None = None
    until: date | None = None
    version: int | None = None


NO_IDENTIFIER = t("Please type the number itself.")


def _digits(text: str) -> str:
    """The digits of a number; a letter O among digits is a zero."""
    return re.sub(r"[^0-9]", "", re.sub(r"(?<=[0-9])o|o(?=[0-9])", "0", text))


def _length(name: str, want: int, got: int) -> Text:
    return t("{name} has {want} digits, we received {got}. Please check it again.", name=name, want=want, got=got)


def check_nik(text: str, reading: Reading) -> Checked:
    """16 digits: region of first registration, birthday (women: day + 40), serial. Of the region only the province is
    judged: kabupaten and kecamatan are split and renamed."""
    value = _digits(text)
    if len(value) != 16:
        return Checked("nik", value, "wrong", _length("NIK", 16, len(value)))
    born = born_on(value, reading.at.astimezone(reading.zone).date())
    if born is None or value[12:] == "0000" or value[:2] not in _PROVINCES or value[2:4] == "00":
        return Checked("nik", value, "wrong", t("Some digits of this NIK don't fit together. Please check it again."))
    return Checked("nik", value, "ok")


_PROVINCES = frozenset(
    str(number)
    for some in (
        range(11, 20),
        (21,),
        range(31, 37),
        range(51, 54),
        range(61, 66),
        range(71, 77),
        (81, 82),
        range(91, 98),
    )
    for number in some
)
"""Kemendagri's numbers of the provinces, with the old ones of Papua."""


def born_on(nik: str, today: date) -> date | None:
    """The birthday that a NIK tells, taken for the youngest it can be; None if there is no such day."""
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    born = _date(2000 + year, month, day - 40 if day > 40 else day)
    return born if born is None or born <= today else _date(1900 + year, month, born.day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def check_nib(text: str, reading: Reading) -> Checked:
    """13 digits, no known check digit."""
    value = _digits(text)
    if len(value) != 13:
        return Checked("nib", value, "wrong", _length("NIB", 13, len(value)))
    if len(set(value)) == 1:
        return Checked("nib", value, "check", t("All digits of this number are the same."))
    return Checked("nib", value, "ok")


def check_npwp(text: str, reading: Reading) -> Checked:
    """16 digits, or the old 15 which get a 0 in front; 22 is a branch (NITKU). The old form has a check digit."""
    value = _digits(text)
    if len(value) == 22:
        return Checked("npwp", value, "check", t("22 digits is a branch number (NITKU). An officer will look at it."))
    if len(value) not in {15, 16}:
        return Checked("npwp", value, "wrong", t("NPWP has 15 or 16 digits, we received {got}.", got=len(value)))
    value = value.zfill(16)
    if value.startswith("0") and not _luhn(value[1:10]):
        return Checked(
            "npwp", value, "check", t("The check digit of this NPWP doesn't fit. An officer will look at it.")
        )
    if not value.startswith("0") and check_nik(value, reading).state == "wrong":
        return Checked(
            "npwp", value, "check", t("This 16-digit NPWP doesn't look like a NIK. An officer will look at it.")
        )
    return Checked("npwp", value, "ok")


def _luhn(digits: str) -> bool:
    """The ninth digit of an old NPWP is the Luhn check digit of the eight before it."""
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(digits)]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def check_pirt(text: str, reading: Reading) -> Checked:
    """15 digits, kind of packing first (1-8), the last two the year it ends; another length is kept for an officer."""
    value = _digits(text)
    if len(value) != 15:
        if 12 <= len(value) <= 20:
            odd = t("P-IRT usually has 15 digits, we received {got}. An officer will look at it.", got=len(value))
            return Checked("pirt", value, "check", odd)
        return Checked("pirt", value, "wrong", _length("P-IRT", 15, len(value)))
    year = 2000 + int(value[13:])
    until = date(year, 12, 31)
    value = f"{value[:13]}-{value[13:]}"
    if value[0] not in "12345678":
        return Checked(
            "pirt", value, "check", t("The first digit of a P-IRT is 1 to 8. An officer will look at it."), until
        )
    today = reading.at.astimezone(reading.zone).date()
    if year < today.year:
        return Checked(
            "pirt", value, "check", t("This P-IRT ended in {year}. We can help to renew it.", year=year), until
        )
    if year > today.year + 6:
        return Checked("pirt", value, "check", t("A P-IRT holds for 5 years; this one says {year}.", year=year), until)
    return Checked("pirt", value, "ok", None, until)


def check_halal(text: str, reading: Reading) -> Checked:
    """``ID`` and 17 digits (14 to 20 are kept); a KH number (Ketetapan Halal) isn't the certificate's number."""
    if re.search(r"\bkh\b|ketetapan", text):
        odd = t("This looks like a KH number. The halal certificate number begins with ID.")
        return Checked("halal", re.sub(r"[^a-z0-9]", "", text).upper(), "wrong", odd)
    value = _digits(text)
    begins = bool(re.search(r"\bid[ .:-]*[0-9]", text))
    if not 14 <= len(value) <= 20:
        odd = t("The halal number is ID and 17 digits, we received {got} digits.", got=len(value))
        return Checked("halal", f"ID{value}", "wrong", odd)
    if len(value) != 17 or not begins:
        odd = t("The halal number is ID and 17 digits, we received {got} digits.", got=len(value))
        return Checked(
            "halal", f"ID{value}", "check", odd if len(value) != 17 else t("The halal number begins with ID.")
        )
    return Checked("halal", f"ID{value}", "ok")


def check_bpom(text: str, reading: Reading) -> Checked:
    """``MD`` (made here) or ``ML`` (imported) and 12 digits, newer ones up to 17; cosmetics and remedies are marked."""
    match = re.search(r"\b(md|ml|na|tr|sd|si)[ .:-]*((?:[0-9o][ .-]?)+)", text)
    if match is None:
        odd = t("The BPOM number begins with MD or ML. Please type it with its letters.")
        return Checked("bpom", _digits(text), "wrong", odd)
    letters, value = match[1].upper(), _digits(match[2])
    if letters not in {"MD", "ML"}:
        odd = t("{letters} isn't a food number (MD or ML). An officer will look at it.", letters=letters)
        return Checked("bpom", letters + value, "check", odd)
    if not 12 <= len(value) <= 17:
        return Checked("bpom", letters + value, "wrong", _length(f"BPOM {letters}", 12, len(value)))
    if len(value) != 12:
        odd = t("BPOM numbers usually have 12 digits, we received {got}. An officer will look at it.", got=len(value))
        return Checked("bpom", letters + value, "check", odd)
    return Checked("bpom", letters + value, "ok")


def check_merek(text: str, reading: Reading) -> Checked:
    """A certificate (IDM and 9 digits) or an application (JID, DID and the year); other forms go to an officer."""
    value = re.sub(r"\b(?:merek|merk|nomor|nomer|no|sertifikat|permohonan|pendaftaran)\b|[^a-z0-9]", "", text).upper()
    if len(value) < 8 or not re.search(r"[0-9]{4}", value):
        odd = t("The trademark number has at least 8 characters, for example IDM000123456.")
        return Checked("merek", value, "wrong", odd)
    if re.fullmatch(r"IDM[0-9]{9}|[JDMR](?:ID)?(?:19|20)[0-9]{2}[0-9]{4,9}", value):
        return Checked("merek", value, "ok")
    return Checked(
        "merek", value, "check", t("We don't know this form of trademark number. An officer will look at it.")
    )


_KBLI_OF = {2020: frozenset({"10391", "10392"}), 2025: frozenset({"10307", "10308"})}
"""Codes that stand in one edition only (a few that owners here have; the lists differ in many more)."""


def check_kbli(text: str, reading: Reading) -> Checked:
    """5 digits and the edition: what is said (2020, 2025), what the code tells, otherwise left open for an officer."""
    said = re.search(r"\b(2009|2015|2017|2020|2025)\b", text)
    value = _digits(text.replace(said[0], " ", 1) if said and len(_digits(text)) > 5 else text)
    if len(value) != 5:
        return Checked("kbli", value, "wrong", _length("KBLI", 5, len(value)))
    version = int(said[1]) if said else next((y for y, codes in _KBLI_OF.items() if value in codes), None)
    if version == 2025:
        return Checked("kbli", value, "ok", version=2025)
    if version is not None:
        odd = t("KBLI {version} was replaced by KBLI 2025, the code may have changed.", version=version)
        return Checked("kbli", value, "check", odd, version=version)
    return Checked("kbli", value, "ok")


def check_nmid(text: str, reading: Reading) -> Checked:
    """The merchant's number on a QRIS sticker: ``ID`` and 13 digits."""
    value = _digits(text)
    if len(value) != 13:
        odd = t("The NMID is ID and 13 digits, we received {got} digits.", got=len(value))
        return Checked("nmid", f"ID{value}", "wrong", odd)
    return Checked("nmid", f"ID{value}", "ok")


CHECKS: dict[Kind, Callable[[str, Reading], Checked]] = {
    "nik": check_nik,
    "nib": check_nib,
    "npwp": check_npwp,
    "pirt": check_pirt,
    "halal": check_halal,
    "bpom": check_bpom,
    "merek": check_merek,
    "kbli": check_kbli,
    "nmid": check_nmid,
}


def check(kind: Kind, text: str, reading: Reading) -> Checked:
    """What to make of a number of this kind."""
    return CHECKS[kind](clean(text), reading)


def reader(kind: Kind) -> Callable[[str, Reading], Checked | Invalid]:
    """A reader of this kind of number: `wrong` is Invalid, `check` is taken and left to an officer."""

    def read_identifier(text: str, reading: Reading) -> Checked | Invalid:
        if not re.search(r"[0-9]", clean(text)):
            return Invalid(NO_IDENTIFIER)
        checked = check(kind, text, reading)
        return Invalid(checked.odd) if checked.state == "wrong" and checked.odd else checked

    return read_identifier


def masked(value: str) -> str:
    """A number as everybody is shown it: ``3573********0001``; of one with less than 12 characters (a digit was
    forgotten) no more than its last third."""
    if len(value) < 12:
        shown = len(value) // 3
        return "*" * (len(value) - shown) + value[len(value) - shown :]
    return value[:4] + "*" * (len(value) - 8) + value[-4:]
