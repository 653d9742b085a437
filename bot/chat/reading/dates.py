"""Days as owners name them: "bsk", "senen depan", "tgl 5", "12/12/26", "seminggu lagi", "awal bulan depan".

Against the time the message was said. A bare weekday is the next one; "X depan" is that day of the next calendar
week; a bare day number is the next such day; figures are day, month, year. What can be two days is asked back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.chat.reading.date_rules import NAMES, RULES, Said, Scan, numbered
from bot.chat.reading.date_words import DAYS, mend, prepared
from bot.chat.reading.outcome import Invalid, Reading, Unsure
from bot.chat.reading.when import When, whole_day
from bot.chat.reading.words import clean
from bot.chat.text import Day, Text, t

NO_DATE = t("Which day? For example: next Monday, or 5 December.")
NO_SUCH_DATE = t("That date isn't on the calendar. Please check the day and the month.")

_CLOCK = re.compile(
    r"\b(?:jam|jm|pukul|pkl|tabuh)\b\.? ?(?:setengah )?[0-9]{1,2}(?:[.:][0-9]{2})?(?: (?:kurang|lebih|lewat) [0-9]+)?"
    r"(?: ?(?:-|sampai|sd|s/d) ?[0-9]{1,2}(?:[.:][0-9]{2})?)?|\b[0-9]{1,2}:[0-9]{2}\b"
)
_NOT_ON = re.compile(
    r"\b(?:setelah|sesudah|sebelum|habis|hbs|abis|bakda|bubar|bar|sakwise|sakdurunge|pasca|usai|selesai|rampung|mari)\b"
    r"(?! ?(?:,|sholat|solat|(?:d?z|d|l)?h?[uo]h[uo]r|ng?as?h?ar|ash?ar|mah?gh?rib|isyak?|subuh|jumatan)).*;"
)
"""After or before a day: the day is named behind such a word. "Besok habis dzuhur" is tomorrow."""
_BUT = re.compile(
    r"\b(?:tidak|tdk|gak|ga|nggak|ndak|ora|mboten|jangan|bukan|selain|kecuali|ojo|atau|antara|"
        r"sampai|sd|mulai|hingga|kalau tidak|paling lambat"
    r"|sekitar|mungkin|kira|kayaknya|legi|pahing|paing|pon|wage|kliwon"
    r"|tiap|setiap|saben)\b|s/d|\b(hari|minggu|bulan|tahun)-\1\b"
)  # fmt: skip


def read_date(text: str, reading: Reading) -> When | Invalid | Unsure[When]:
    """The day (week, month, year) an answer names, seen from the day it was said in the office's zone."""
    mended, slipped = mend(clean(text))
    plain = prepared(mended)
    if not plain or "\ufffd" in plain:
        return Invalid(NO_DATE)
    scan = Scan(reading.at.astimezone(reading.zone).date(), [], doubtful=slipped)
    rest = _CLOCK.sub(" , ", plain)
    try:
        for pattern, rule in RULES:
            rest = pattern.sub(lambda m, rule=rule: _take(scan, m, rule), rest)
    except (ValueError, OverflowError):
        return Invalid(NO_SUCH_DATE)
    return _outcome(scan, rest, plain)


def _take(scan: Scan, match: re.Match[str], rule: Callable[[Scan, Said], None]) -> str:
    rule(scan, Said(match))
    return " ; "


def _outcome(scan: Scan, rest: str, plain: str) -> When | Invalid | Unsure[When]:
    if scan.impossible:
        return Invalid(NO_SUCH_DATE)
    if scan.found and _NOT_ON.search(rest):
        return _asked(scan.found[0]) if re.search(r"[0-9]", plain) else Invalid(NO_DATE)
    if not scan.found:
        return _bare(scan, rest)
    several = list(dict.fromkeys(scan.found))
    if len(several) > 1 and not scan.doubtful:
        several = _agreed(several, plain)
    if len(several) > 1:
        return Unsure(several[0], t("Which day do you mean?"), tuple((describe(w), w) for w in several[:3]))
    left = re.search(r"[0-9]", rest) or re.search(
        r"\b(?:minggu|pekan|bulan|tahun|depan|lagi|lalu|ahad|lusa|awal|akhir)\b", rest
    )
    if several[0].last < scan.today:
        plain = plain.replace("mulai", "")  # "mulai 2019" says when a business began; "mulai besok" is open
    if scan.doubtful or left or _BUT.search(plain):
        return _asked(several[0])
    return several[0]


def _agreed(several: list[When], plain: str) -> list[When]:
    """A weekday and a date that fit are one answer ("jumat tanggal 27"), and so are a day and its own month."""
    days = [w for w in several if w.unit == "day"]
    if len(days) == 1 and all(w.first <= days[0].first <= w.last for w in several):
        return days
    weekday = re.search(rf"\b(?:{NAMES}|minggu)\b", plain)
    if weekday and len(days) == len(several):
        number = DAYS.index("ahad" if weekday[0] == "minggu" else weekday[0])
        exact = [w for w in days if re.search(rf"\b0?{w.first.day}\b", plain) and w.first.weekday() == number]
        if len(exact) == 1:
            return exact
    return several


def _bare(scan: Scan, rest: str) -> When | Invalid | Unsure[When]:
    """No rule applied: a number alone is a day of the month, "minggu" alone a Sunday; both are asked back."""
    alone = re.sub(r"\b(?:ya|pak|bu|mas|mbak|kak|saja|aja|mungkin)\b|[;.,!?]", " ", rest).split()
    if len(alone) == 1 and re.fullmatch(r"[0-9]{1,2}", alone[0]):
        number = re.fullmatch(r"(?P<d>[0-9]+)", alone[0])
        if number:
            numbered(scan, Said(number))
        return Invalid(NO_SUCH_DATE) if scan.impossible else _asked(scan.found[0])
    if "minggu" in alone and len(alone) < 4 and not {"se", "sak", "sa"} & set(alone) and not re.search("[0-9]", rest):
        sunday = scan.today + timedelta((6 - scan.today.weekday() - 1) % 7 + 1)
        return _asked(whole_day(sunday))
    return Invalid(NO_DATE)


def describe(when: When) -> Text:
    """The day with its weekday, or the span, for an echo: "Monday, 30 November 2026"."""
    match when.unit:
        case "day":
            return t("{weekday}, {day}", weekday=_WEEKDAYS[when.first.weekday()], day=Day(when.first))
        case "month":
            return t("{month} {year}", month=_MONTHS[when.first.month - 1], year=when.first.year)
        case "year":
            return t("the year {year}", year=when.first.year)
        case "week":
            return t("the week of {first} to {last}", first=Day(when.first), last=Day(when.last))


def _asked(when: When) -> Unsure[When]:
    return Unsure(when, t("{when}, is that right?", when=describe(when)))


def read_day(text: str, reading: Reading) -> date | Invalid | Unsure[date]:
    """As `read_date`, where a single day is needed: a week, month or year is answered by asking for the day."""
    read = read_date(text, reading)
    if isinstance(read, Invalid):
        return read
    if isinstance(read, Unsure):
        days = tuple((label, w.first) for label, w in read.choices if w.unit == "day")
        return Unsure(read.value.first, read.echo, days) if read.value.unit == "day" else Invalid(WHICH_DAY)
    return read.first if read.unit == "day" else Invalid(WHICH_DAY)


WHICH_DAY = t("Which day exactly? For example: 5 December.")
_WEEKDAYS = (
    t("Monday"), t("Tuesday"), t("Wednesday"), t("Thursday"), t("Friday"), t("Saturday"), t("Sunday"),
)  # fmt: skip
_MONTHS = (
    t("January"), t("February"), t("March"), t("April"), t("May"), t("June"),
    t("July"), t("August"), t("September"), t("October"), t("November"), t("December"),
)  # fmt: skip
