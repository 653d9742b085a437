"""Days as owners name them: "bsk", "senen depan", "tgl 5", "12/12/26", "seminggu lagi", "awal bulan depan".

Against the time the message was said. A bare weekday is the next one; "X depan" is that day of the next calendar
week; a bare day number is the next such day; figures are day, month, year. What can be two days is asked back.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.chat.reading.numerals import in_digits
from bot.chat.reading.outcome import Invalid, Reading, Unsure
from bot.chat.reading.words import canonical, clean, table
from bot.chat.text import Day, Text, t


@dataclass(frozen=True, slots=True)
class When:
    """A day, or a whole week (Monday to Sunday), month or year, from `first` to `last`."""

    first: date
    last: date
    unit: Literal["day", "week", "month", "year"] = "day"

    def __str__(self) -> str:
        """The short notation of the labelled phrases: ``2026-12-05``, ``2026-12``, ``2027``, or ``a/b`` for a week."""
        match self.unit:
            case "day":
                return self.first.isoformat()
            case "month":
                return self.first.isoformat()[:7]
            case "year":
                return f"{self.first.year:04}"
            case "week":
                return f"{self.first.isoformat()}/{self.last.isoformat()}"


NO_DATE = t("Which day? For example: next Monday, or 5 December.")
NO_SUCH_DATE = t("That date isn't on the calendar. Please check the day and the month.")

_WORDS = table(
    {
        "senin": "senin senen snin sen snen sennin isnin",
        "selasa": "selasa slasa sls selaso slso sel selasah",
        "rabu": "rabu rebo rbu rebu rab rabo",
        "kamis": "kamis kemis kms kam kamiz",
        "jumat": "jumat jemuah jmt jumuah jumah jum jemuwah jumaat jmat jemaat jumad jumt",
        "sabtu": "sabtu setu sbt septu saptu sab sebtu",
        "ahad": "ahad akad ngahad ahat ngaat ngakad",
        "minggu": "minggu mgg mggu minggunya minggune mingguan ming",
        "pekan": "pekan",
        "bulan": "bulan bln wulan sasi bulannya bulane bl",
        "tahun": "tahun thn taun th warsa tahunnya",
        "hari": "hari hr dina dino dinten harian",
        "depan": "depan dpn ngarep ngajeng mendatang dpan dep depannya ngarepe depn",
        "ini": "ini iki niki punika nih ikiy sekarang_",
        "lalu": "lalu kepungkur kepengker kapungkur",
        "lagi": "lagi lg maneh malih lgi mnh mane kedepan",
        "sekarang": "sekarang skrg skrang saiki sakniki sapunika skr skarang skrng",
        "besok": "besok bsk bsok besuk sesuk ngesuk mbenjing benjing suk bessok mbesok besoknya esok isuk_ ngenjing mbesuk bsuk",
        "lusa": "lusa luso emben mben lsa",
        "kemarin": "kemarin kmrn kemaren wingi kmaren kmren dek_wingi wingenane_ kmarin kemarn",
        "akhir": "akhir akir ahir pungkasan",
        "awal": "awal awwal",
        "tengah": "pertengahan tengah tengahan",
        "sebelum": "sebelum sblm sbelum sblum sebelom sakdurunge",
        "setelah": "setelah stlh stelah sesudah ssdh sakwise hbis hbs abis habis",
        "tanggal": "tanggal tgl tggl tangal tnggl tanggale tgal tg",
        "1": "januari jan januwari",
        "2": "februari feb pebruari febuari peb pebuari febr",
        "3": "maret mar mrt",
        "4": "april apr",
        "5": "mei may",
        "6": "juni jun",
        "7": "juli jul",
        "8": "agustus agt agu ags agst aug agus agsts",
        "9": "september sep sept spt",
        "10": "oktober okt oct octo october",
        "11": "november nov nopember nop",
        "12": "desember des dec december",
    }
)
_DAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "ahad")
_MONTH = r"(?:m(?P<mon>1[0-2]|[1-9])\b)"
_YEAR = r"(?P<y>(?:19|20)[0-9]{2}|'?[0-9]{2})"
_FEASTS: tuple[tuple[str, tuple[int, int]], ...] = (
    (r"malam tahun baru", (12, 31)),
    (r"tahun baru(?:an)?|new ?year", (1, 1)),
    (r"17 ?an|17 ?belasan|tujuh ?belasan|hut ri|agustusan|kemerdekaan|hari merdeka", (8, 17)),
    (r"(?:hari )?natal(?:an)?", (12, 25)),
    (r"hari ibu", (12, 22)),
    (r"(?:hari )?kartini(?:an)?", (4, 21)),
    (r"hari buruh|may ?day", (5, 1)),
    (r"hari pahlawan", (11, 10)),
    (r"(?:hari )?sumpah pemuda", (10, 28)),
    (r"hari batik(?: nasional)?", (10, 2)),
    (r"hari guru", (11, 25)),
    (r"hari lahir pancasila|hari pancasila", (6, 1)),
    (r"hari pendidikan(?: nasional)?|hardiknas", (5, 2)),
    (r"hari umkm(?: nasional)?", (8, 12)),
    (r"hari koperasi", (7, 12)),
    (r"valentine", (2, 14)),
)  # fmt: skip

_Found = list[When]


@dataclass
class _Scan:
    """What the rules found so far in one text."""

    today: date
    found: _Found
    doubtful: bool = False
    impossible: bool = False


class _Said:
    """The groups of a match: "" for an absent one; ``day2`` is read under the name ``day``."""

    def __init__(self, match: re.Match[str] | None) -> None:
        assert match is not None
        self.whole = match[0]
        self._groups = {k: v for k, v in match.groupdict().items() if v is not None}

    def __getitem__(self, name: str) -> str:
        return self._groups.get(name) or self._groups.get(f"{name}2", "")


def _day(day: date) -> When:
    return When(day, day)


def _week(monday: date) -> When:
    return When(monday, monday + timedelta(6), "week")


def _month(year: int, month: int) -> When:
    return When(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), "month")


def _later(day: date, months: int) -> date:
    """The same day of another month; 31 January and a month is the last of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _full_year(text: str) -> int:
    year = int(text.strip("'"))
    return year if year > 99 else year + (2000 if year < 50 else 1900)


def _relative(scan: _Scan, m: _Said) -> None:
    days = {
        "hari ini": 0,
        "sekarang": 0,
        "lusa": 2,
        "besok lusa": 2,
        "besok": 1,
        "kemarin lusa": -2,
        "kemarin dulu": -2,
    }
    offset = days.get(m.whole, -1 if m.whole.startswith("kemarin") else 0)
    scan.found.append(_day(scan.today + timedelta(offset)))


def _in_a_while(scan: _Scan, m: _Said) -> None:
    count = int(m["n"] or 1) * (1 if m["dir"] == "lagi" else -1)
    if abs(count) > 400:
        scan.doubtful = True
        return
    match m["of"]:
        case "hari":
            scan.found.append(_day(scan.today + timedelta(count)))
        case "minggu" | "pekan":
            scan.found.append(_day(scan.today + timedelta(7 * count)))
        case "bulan":
            scan.found.append(_day(_later(scan.today, count)))
        case _:
            scan.found.append(_day(_later(scan.today, 12 * count)))


def _span(scan: _Scan, m: _Said) -> None:
    """ "minggu depan", "bulan ini", "tahun lalu"; with "awal" or "akhir" the day."""
    step = {"depan": 1, "ini": 0}.get(m["dir"], -1)
    if m["of"] in {"minggu", "pekan"}:
        monday = scan.today - timedelta(scan.today.weekday()) + timedelta(7 * step)
        if m["edge"] == "akhir":
            scan.found += [_day(monday + timedelta(5)), _day(monday + timedelta(6))]
            return
        scan.doubtful |= bool(m["edge"])
        scan.found.append(_week(monday))
        if m["of"] == "minggu" and m["dir"] in {"ini", "kemarin"}:  # also: this Sunday, last Sunday
            scan.found.append(_day(monday + timedelta(6)))
            scan.doubtful = True
    elif m["of"] == "bulan":
        first = _later(scan.today.replace(day=1), step)
        _edge(scan, _month(first.year, first.month), m["edge"])
    else:
        year = scan.today.year + step
        _edge(scan, When(date(year, 1, 1), date(year, 12, 31), "year"), m["edge"])


def _edge(scan: _Scan, when: When, edge: str) -> None:
    match edge:
        case "awal":
            scan.found.append(_day(when.first))
        case "akhir":
            scan.found.append(_day(when.last))
        case "tengah":
            scan.found.append(_day(when.first + timedelta(14)))
            scan.doubtful = True
        case _:
            scan.found.append(when)


def _bare_edge(scan: _Scan, m: _Said) -> None:
    """ "akhir bulan", "awal tahun", "akhir pekan"."""
    today = scan.today
    if m["of"] in {"minggu", "pekan"}:
        saturday = today + timedelta((5 - today.weekday()) % 7)
        scan.found += [_day(saturday), _day(saturday + timedelta(1))] if m["edge"] == "akhir" else []
    elif m["of"] == "bulan":
        ahead = 1 if m["edge"] == "awal" and today.day > 1 else 0
        first = _later(today.replace(day=1), ahead)
        _edge(scan, _month(first.year, first.month), m["edge"])
    else:
        year = today.year + (1 if m["edge"] == "awal" else 0)
        _edge(scan, When(date(year, 1, 1), date(year, 12, 31), "year"), m["edge"])


def _weekday(scan: _Scan, m: _Said) -> None:
    name = "ahad" if m["day"] == "minggu" else m["day"]
    number, today = _DAYS.index(name), scan.today
    monday = today - timedelta(today.weekday())
    ahead = today + timedelta((number - today.weekday() - 1) % 7 + 1)
    said = m["mod"]
    if "lalu" in said or "kemarin" in said:
        in_week = "minggu" in said or "pekan" in said
        past = monday + timedelta(number - 7) if in_week else today - timedelta((today.weekday() - number - 1) % 7 + 1)
        scan.found.append(_day(past))
    elif "depan" in said:
        scan.found.append(_day(monday + timedelta(7 + number)))
    elif "minggu ini" in said or "pekan ini" in said:
        scan.found.append(_day(monday + timedelta(number)))
        scan.doubtful |= monday + timedelta(number) < today
    else:
        scan.found.append(_day(ahead))
        if number == today.weekday() and "besok" not in said:
            scan.found.append(_day(today))


def _exact(scan: _Scan, day: int, month: int, year: int | None) -> None:
    """A day and month; without a year the next such day."""
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        scan.impossible = True
        return
    for candidate in [year] if year is not None else range(scan.today.year, scan.today.year + 9):
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if year is not None or found >= scan.today:
            scan.found.append(_day(found))
            scan.doubtful |= year is None and candidate > scan.today.year + 1
            scan.doubtful |= year is None and (found - scan.today).days > 351  # it was a few days ago
            scan.doubtful |= abs(candidate - scan.today.year) > 120
            return
    scan.impossible = True


def _day_month(scan: _Scan, m: _Said) -> None:
    year = _full_year(m["y"]) if m["y"] else None
    if m["rel"]:
        year = scan.today.year + {"depan": 1, "ini": 0, "lalu": -1, "kemarin": -1}[m["rel"]]
    _exact(scan, int(m["d"]), int(m["mon"]), year)
    if m["ago"] and scan.found:
        scan.found[-1] = _day(_later(scan.found[-1].first, -12))


def _figures(scan: _Scan, m: _Said) -> None:
    _exact(scan, int(m["d"]), int(m["m"]), _full_year(m["y"]) if m["y"] else None)


def _from_to(scan: _Scan, m: _Said) -> None:
    """ "1-3 desember", "tgl 5 atau 6": two days, and "tgl 5-12" may be the fifth of December."""
    year = _full_year(m["y"]) if m["y"] else None
    for number in (m["d"], m["to"]):
        if m["mon"]:
            _exact(scan, int(number), int(m["mon"]), year)
        elif 1 <= int(number) <= 31:
            _numbered(scan, _Said(re.fullmatch(r"(?P<d>.+)", number)))
    if not m["mon"] and int(m["to"]) <= 12:
        _exact(scan, int(m["d"]), int(m["to"]), None)
    scan.doubtful = True


def _backwards(scan: _Scan, m: _Said) -> None:
    _exact(scan, int(m.whole[6:]), int(m.whole[4:6]), int(m.whole[:4]))
    scan.doubtful = True


def _compact(scan: _Scan, m: _Said) -> None:
    day, month, year = m.whole[:2], m.whole[2:4], m.whole[4:]
    _exact(scan, int(day), int(month), _full_year(year))
    scan.doubtful |= len(year) == 2


def _month_year(scan: _Scan, m: _Said) -> None:
    """ "desember", "awal desember 2026", "desember tahun depan"; "des 26" may be a day or a year."""
    month, today = int(m["mon"]), scan.today
    year = today.year + (1 if month < today.month else 0)
    if m["rel"]:
        year = today.year + {"depan": 1, "ini": 0, "lalu": -1, "kemarin": -1}[m["rel"]]
    if m["y"]:
        if len(m["y"].strip("'")) == 2:
            scan.doubtful = True
            _exact(scan, int(m["y"].strip("'")), month, None)
        year = _full_year(m["y"])
    elif m["mod"]:
        scan.doubtful = True
    _edge(scan, _month(year, month), m["edge"])


def _number_month(scan: _Scan, m: _Said) -> None:
    month, year = int(m["m"]), _full_year(m["y"]) if m["y"] else scan.today.year
    if not 1 <= month <= 12:
        scan.impossible = True
        return
    if not m["y"] and month < scan.today.month:
        year += 1
    scan.found.append(_month(year, month))


def _numbered(scan: _Scan, m: _Said) -> None:
    """ "tanggal 5", "tgl 10 bulan depan", "tgl 5 bulan 12"; the next day of that number."""
    number, today = int(m["d"]), scan.today
    if not 1 <= number <= 31:
        scan.impossible = True
    elif m["month"]:
        _exact(scan, number, int(m["month"]), _full_year(m["y"]) if m["y"] else None)
    elif m["rel"]:
        first = _later(today.replace(day=1), {"depan": 1, "ini": 0}.get(m["rel"], -1))
        _exact(scan, number, first.month, first.year)
    else:
        ago = -1 if m["ago"] else 1
        for step in range(13):
            first = _later(today.replace(day=1), step * ago)
            if number <= calendar.monthrange(first.year, first.month)[1]:
                found = first.replace(day=number)
                if found > today if ago == 1 else found < today:
                    scan.found.append(_day(found))
                    break
        if number == today.day and not m["ago"]:
            scan.found.insert(0, _day(today))


def _year_alone(scan: _Scan, m: _Said) -> None:
    year = int(m["y"])
    scan.found.append(When(date(year, 1, 1), date(year, 12, 31), "year"))


def _feast(scan: _Scan, m: _Said) -> None:
    month, day = next(when for pattern, when in _FEASTS if re.fullmatch(pattern, m["feast"]))
    _exact(scan, day, month, int(m["y"]) if m["y"] else None)


def _eve(scan: _Scan, m: _Said) -> None:
    """ "malam jumat" is the evening of Thursday."""
    _weekday(scan, m)
    scan.found[:] = [_day(w.first - timedelta(1)) for w in scan.found]
    scan.doubtful = True


def _today(scan: _Scan, m: _Said) -> None:
    scan.found.append(_day(scan.today))


_NAMES = "|".join(_DAYS)
_MOD = r"(?P<mod> (?:(?:yang |yg )?(?:depan|besok|ini|lalu|kemarin)\b|(?:minggu|pekan) (?:depan|ini|lalu|kemarin)\b|yang akan depan|yad))?"
_REL = r"(?: ?,? ?tahun (?P<rel>depan|ini|lalu|kemarin))?"
_TO = r"(?:-|sampai|sampe|hingga|s/d|sd|dan|atau|&|,)"
_Rule = tuple[re.Pattern[str], Callable[[_Scan, _Said], None]]
_RULES: tuple[_Rule, ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (rf"\b(?P<feast>{'|'.join(p for p, _ in _FEASTS)})\b(?: (?:tahun )?(?P<y>20[0-9]{{2}}))?", _feast),
        (r"(?<![0-9/.-])(?P<y>20[0-9]{2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})(?![0-9/.-])", _figures),
        (r"(?<![0-9/.-])(?P<d>[0-9]{1,2}) ?[-/.] ?(?P<m>[0-9]{1,2}) ?[-/.] ?(?P<y>[0-9]{4}|'?[0-9]{2})(?![0-9/-]|\.[0-9])", _figures),
        (r"(?<![0-9/.,-])(?P<d>[0-9]{1,2}) (?P<m>[0-9]{1,2}) (?P<y>(?:19|20)[0-9]{2}|[0-9]{2})(?![0-9/.,-])", _figures),
        (r"(?<![0-9/.,-])20[2-3][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9/.,-])", _backwards),
        (rf"(?<![0-9/.,-])(?P<d>[0-9]{{1,2}}) ?{_TO} ?(?P<to>[0-9]{{1,2}}) ?(?:bulan )?{_MONTH}(?: ?{_YEAR}(?![0-9]))?", _from_to),
        (rf"\btanggal (?P<d>[0-9]{{1,2}}) ?{_TO} ?(?:tanggal )?(?P<to>[0-9]{{1,2}})(?![0-9]|[/.-][0-9])", _from_to),
        (r"(?<![0-9/.,-])[0-3][0-9][01][0-9](?:20)?[0-9]{2}(?![0-9/.,-])", _compact),
        (rf"(?<![0-9/.,-])(?P<d>[0-9]{{1,2}}) ?[-/.,]? ?(?:bulan )?{_MONTH}(?: ?[-/.,]? ?(?:tahun )?(?<![0-9]){_YEAR}(?![0-9]))?{_REL}(?P<ago> lalu| kemarin)?", _day_month),
        (r"\btanggal (?P<d>[0-9]{1,2})(?![0-9]|[/.-][0-9])(?: bulan (?:(?P<month>[0-9]{1,2})\b(?: (?:tahun )?(?P<y>20[0-9]{2}))?|(?P<rel>depan|ini|lalu|kemarin)\b))?(?P<ago> (?:yang )?(?:lalu|kemarin))?", _numbered),
        (r"(?<![0-9/.,-])(?P<d>[0-9]{1,2}) ?[-/.] ?(?P<m>[0-9]{1,2})(?P<y>)(?![0-9/.-])", _figures),
        (r"(?<![0-9/.,-])(?P<m>[0-9]{1,2})[-/](?P<y>20[0-9]{2})(?![0-9/.-])|\bbulan (?P<m2>[0-9]{1,2})\b(?P<y2>)", _number_month),
        (rf"(?:\b(?P<edge>awal|akhir|tengah) )?(?:bulan )?{_MONTH}(?: ?(?:tahun )?(?<![0-9]){_YEAR}(?![0-9]))?{_REL}(?P<mod> (?:depan|lalu|kemarin))?", _month_year),
        (rf"\bmalam (?P<day>{_NAMES}|minggu)\b{_MOD}", _eve),
        (rf"\bhari (?P<day>minggu)\b{_MOD}|\b(?:hari )?(?P<day2>{_NAMES})\b{_MOD.replace('mod', 'mod2')}", _weekday),
        (r"\b(?P<day>minggu)\b(?P<mod> besok| (?:minggu|pekan) (?:depan|ini))(?! lusa)|\b(?P<day2>minggu) (?=pagi|siang|sore|malam|tanggal)(?P<mod2>)", _weekday),
        (r"\b(?P<n>[0-9]{1,3}) ?(?P<of>hari|minggu|pekan|bulan|tahun) (?:(?:ke|di) ?)?(?:yang )?(?P<dir>lagi|lalu|kemarin)\b", _in_a_while),
        (r"\b(?:se|sak|sa)(?P<n>) ?(?P<of>hari|minggu|pekan|bulan|tahun) (?:yang )?(?P<dir>lagi|lalu)\b", _in_a_while),
        (r"(?:\b(?P<edge>awal|akhir|tengah) )?\b(?P<of>minggu|pekan|bulan|tahun) (?:yang |yg )?(?P<dir>depan|ini|lalu|kemarin)\b", _span),
        (r"\b(?P<edge>awal|akhir|tengah) (?P<of>minggu|pekan|bulan|tahun)\b", _bare_edge),
        (r"\b(?:hari ini|sekarang|besok lusa|lusa|besok|kemarin lusa|kemarin dulu|kemarin)\b", _relative),
        (r"\b(?:nanti|mengko|tadi|mau) ?(?:pagi|siang|sore|malam|bengi|awan)\b|\b(?:pagi|siang|sore|malam) ini\b|\btoday\b", _today),
        (r"\b(?:tahun )?(?P<y>20[0-9]{2})\b(?![/.-])", _year_alone),
    )
)  # fmt: skip
_CLOCK = re.compile(
    r"\b(?:jam|jm|pukul|pkl|tabuh)\b\.? ?(?:setengah )?[0-9]{1,2}(?:[.:][0-9]{2})?(?: (?:kurang|lebih|lewat) [0-9]+)?"
    r"(?: ?(?:-|sampai|sd|s/d) ?[0-9]{1,2}(?:[.:][0-9]{2})?)?|\b[0-9]{1,2}:[0-9]{2}\b"
)
_NOT_ON = re.compile(
    r"\b(?:setelah|sesudah|sebelum|habis|hbs|abis|bakda|bubar|bar|sakwise|sakdurunge|pasca|usai|selesai)\b"
)
_BUT = re.compile(
    r"\b(?:tidak|tdk|gak|ga|nggak|ndak|ora|mboten|jangan|bukan|selain|kecuali|ojo|atau|antara|sampai|sd|mulai|hingga|kalau tidak|paling lambat"
    r"|sekitar|mungkin|kira|kayaknya)\b|s/d"
)  # fmt: skip


def read_date(text: str, reading: Reading) -> When | Invalid | Unsure[When]:
    """The day (week, month, year) an answer names, seen from the day it was said in the office's zone."""
    plain = _prepared(clean(text))
    if not plain or "\ufffd" in plain:
        return Invalid(NO_DATE)
    scan = _Scan(reading.at.astimezone(reading.zone).date(), [])
    rest = _CLOCK.sub(" ; ", plain)
    try:
        for pattern, rule in _RULES:
            rest = pattern.sub(lambda m, rule=rule: _take(scan, m, rule), rest)
    except (ValueError, OverflowError):
        return Invalid(NO_SUCH_DATE)
    return _outcome(scan, rest, plain)


def _take(scan: _Scan, match: re.Match[str], rule: Callable[[_Scan, _Said], None]) -> str:
    rule(scan, _Said(match))
    return " ; "


def _prepared(text: str) -> str:
    """The text with one spelling for each word of the calendar; a month is written m1 to m12."""
    text = text.replace("jum'at", "jumat").replace("jum at", "jumat")
    text = re.sub(r"\b(?:kala|dek|dhek|rek) ?(?=wingi)", "", text)
    text = re.sub(r"\bwingi ?(?:uni|nane|ngenane|enane)\b", "kemarin lusa", text)
    text = (
        re.sub(r"\b(?:ke ?depan|ing ngarep)\b", "lagi", text) if re.search(r"[0-9] ?[a-z]+ ke ?depan", text) else text
    )
    text = re.sub(r"\b(se|sak|sa)(hari|minggu|pekan|bulan|tahun|wulan|dina|taun)\b", r"\1 \2", text)
    text = re.sub(r"\b(?:yang akan datang|yad|y\.a\.d\.?|yg akan datang|akan datang)\b", "depan", text)
    text = re.sub(r"\b([a-z]{4,})2\b", r"\1", text)
    text = in_digits(text)
    text = re.sub(r"(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])", " ", text)
    return re.sub(r"[a-z]+", _spelled, text)


def _spelled(match: re.Match[str]) -> str:
    word = match[0]
    if word in {
        "seminar",
        "mari",
        "mana",
        "maaf",
        "sama",
        "aja",
        "semua",
        "hadir",
        "harus",
        "bahan",
        "dengan",
        "selama",
    }:
        return word
    known = canonical(word, _WORDS, {}) or word
    return f"m{known}" if known.isdigit() else known


def _outcome(scan: _Scan, rest: str, plain: str) -> When | Invalid | Unsure[When]:
    if scan.impossible:
        return Invalid(NO_SUCH_DATE)
    if scan.found and _NOT_ON.search(plain):
        return _asked(scan.found[0]) if re.search(r"[0-9]", plain) else Invalid(NO_DATE)
    if not scan.found:
        return _bare(scan, rest)
    several = list(dict.fromkeys(scan.found))
    if len(several) == 2 and not scan.doubtful:
        several = _agreed(several, plain)
    if len(several) > 1:
        return Unsure(several[0], t("Which day do you mean?"), tuple((describe(w), w) for w in several[:3]))
    left = re.search(r"[0-9]", rest) or re.search(r"\b(?:minggu|bulan|tahun|depan|lagi|lalu|ahad|lusa)\b", rest)
    if scan.doubtful or left or _BUT.search(plain):
        return _asked(several[0])
    return several[0]


def _agreed(pair: list[When], plain: str) -> list[When]:
    """A weekday and a date that fit are one answer: "jumat tanggal 27"; "desember" repeated by its day too."""
    a, b = pair
    for day, other in ((a, b), (b, a)):
        if day.unit == "day" and other.unit != "day" and other.first <= day.first <= other.last:
            return [day]
    weekday = re.search(rf"\b(?:{_NAMES}|minggu)\b", plain)
    if weekday and a.unit == b.unit == "day" and re.search(r"tanggal|m[0-9]|[0-9]", plain):
        number = _DAYS.index("ahad" if weekday[0] == "minggu" else weekday[0])
        exact = [w for w in pair if re.search(rf"\b0?{w.first.day}\b", plain)]
        if len(exact) == 1 and exact[0].first.weekday() == number:
            return exact
    return pair


def _bare(scan: _Scan, rest: str) -> When | Invalid | Unsure[When]:
    """No rule applied: a number alone is a day of the month, "minggu" alone a Sunday; both are asked back."""
    alone = re.sub(r"\b(?:ya|pak|bu|mas|mbak|kak|saja|aja|mungkin)\b|[;.,!?]", " ", rest).split()
    if len(alone) == 1 and re.fullmatch(r"[0-9]{1,2}", alone[0]):
        number = re.fullmatch(r"(?P<d>[0-9]+)", alone[0])
        if number:
            _numbered(scan, _Said(number))
        return Invalid(NO_SUCH_DATE) if scan.impossible else _asked(scan.found[0])
    if "minggu" in alone and len(alone) < 4 and not {"se", "sak", "sa"} & set(alone) and not re.search("[0-9]", rest):
        sunday = scan.today + timedelta((6 - scan.today.weekday() - 1) % 7 + 1)
        return _asked(_day(sunday))
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
