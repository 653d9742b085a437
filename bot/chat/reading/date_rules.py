"""The rules by which days are found in a text: one pattern and one function for each way to name them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.chat.reading.date_words import DAYS
from bot.chat.reading.when import When, full_year, later, whole_day, whole_month, whole_week

_MONTH = r"(?:m(?P<mon>1[0-2]|[1-9])\b)"
_YEAR = r"(?P<y>(?:19|20)[0-9]{2}|'?[0-9]{2})"
_FEASTS: tuple[tuple[str, tuple[int, int]], ...] = (
    (r"malam tahun baru", (12, 31)),
    (r"tahun baru(?:an)?(?! ?(?:imlek|islam|hijri|jawa|saka|cina|china))|new ?year", (1, 1)),
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
    (r"hari santri(?: nasional)?", (10, 22)),
    (r"(?:hut|ulang tahun|hari jadi) (?:kota )?malang", (4, 1)),
    (r"valentine", (2, 14)),
)  # fmt: skip

_STEPS = {"depan": 1, "ini": 0, "lalu": -1, "kemarin": -1}
_Found = list[When]


@dataclass
class Scan:
    """What the rules found so far in one text."""

    today: date
    found: _Found
    doubtful: bool = False
    impossible: bool = False


class Said:
    """The groups of a match: "" for an absent one; ``day2`` is read under the name ``day``."""

    def __init__(self, match: re.Match[str] | None) -> None:
        assert match is not None
        self.whole = match[0]
        self._groups = {k: v for k, v in match.groupdict().items() if v is not None}

    def __getitem__(self, name: str) -> str:
        return self._groups.get(name) or self._groups.get(f"{name}2", "")


def _relative(scan: Scan, m: Said) -> None:
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
    scan.found.append(whole_day(scan.today + timedelta(offset)))


def _in_a_while(scan: Scan, m: Said) -> None:
    count = int(m["n"] or 1) * (1 if m["dir"] in {"lagi", "depan"} else -1)
    scan.doubtful |= m["dir"] == "depan"  # "2 minggu depan" may be in two weeks
    if abs(count) > 400:
        scan.doubtful = True
        return
    match m["of"]:
        case "hari":
            scan.found.append(whole_day(scan.today + timedelta(count)))
        case "minggu" | "pekan":
            scan.found.append(whole_day(scan.today + timedelta(7 * count)))
        case "bulan":
            scan.found.append(whole_day(later(scan.today, count)))
        case _:
            scan.found.append(whole_day(later(scan.today, 12 * count)))


def _two_whiles(scan: Scan, m: Said) -> None:
    """ "2-3 hari lagi": both days are offered."""
    for count in (m["n"], m["upto"]):
        _in_a_while(scan, Said(re.fullmatch(r"(?P<n>[0-9]+) (?P<of>.+) (?P<dir>.+)", f"{count} {m['of']} {m['dir']}")))


def _span(scan: Scan, m: Said) -> None:
    """ "minggu depan", "bulan ini", "tahun lalu"; with "awal" or "akhir" the day."""
    step = _STEPS[m["dir"]]
    if m["of"] in {"minggu", "pekan"}:
        monday = scan.today - timedelta(scan.today.weekday()) + timedelta(7 * step)
        if m["edge"] == "akhir":
            scan.found += [whole_day(monday + timedelta(5)), whole_day(monday + timedelta(6))]
            return
        scan.doubtful |= bool(m["edge"])
        scan.found.append(whole_week(monday))
        if m["of"] == "minggu" and m["dir"] in {"ini", "kemarin"}:  # also: this Sunday, last Sunday
            scan.found.append(whole_day(monday + timedelta(6)))
            scan.doubtful = True
    elif m["of"] == "bulan":
        first = later(scan.today.replace(day=1), step)
        _edge(scan, whole_month(first.year, first.month), m["edge"])
    else:
        year = scan.today.year + step
        _edge(scan, When(date(year, 1, 1), date(year, 12, 31), "year"), m["edge"])


def _edge(scan: Scan, when: When, edge: str) -> None:
    match edge:
        case "awal":
            scan.found.append(whole_day(when.first))
        case "akhir":
            scan.found.append(whole_day(when.last))
        case "tengah":
            scan.found.append(whole_day(when.first + timedelta(14)))
            scan.doubtful = True
        case _:
            scan.found.append(when)


def _bare_edge(scan: Scan, m: Said) -> None:
    """ "akhir bulan", "awal tahun", "akhir pekan"."""
    today = scan.today
    if m["of"] in {"minggu", "pekan"}:
        saturday = today + timedelta((5 - today.weekday()) % 7)
        scan.found += [whole_day(saturday), whole_day(saturday + timedelta(1))] if m["edge"] == "akhir" else []
    elif m["of"] == "bulan":
        ahead = 1 if m["edge"] == "awal" and today.day > 1 else 0
        first = later(today.replace(day=1), ahead)
        _edge(scan, whole_month(first.year, first.month), m["edge"])
    else:
        year = today.year + (1 if m["edge"] == "awal" else 0)
        _edge(scan, When(date(year, 1, 1), date(year, 12, 31), "year"), m["edge"])


def _weekday(scan: Scan, m: Said) -> None:
    name = "ahad" if m["day"] == "minggu" else m["day"]
    number, today = DAYS.index(name), scan.today
    monday = today - timedelta(today.weekday())
    ahead = today + timedelta((number - today.weekday() - 1) % 7 + 1)
    said = m["mod"]
    if "lalu" in said or "kemarin" in said:
        in_week = "minggu" in said or "pekan" in said
        past = monday + timedelta(number - 7) if in_week else today - timedelta((today.weekday() - number - 1) % 7 + 1)
        scan.found.append(whole_day(past))
    elif "depan" in said:
        scan.found.append(whole_day(monday + timedelta(7 + number)))
    elif "minggu ini" in said or "pekan ini" in said:
        scan.found.append(whole_day(monday + timedelta(number)))
        scan.doubtful |= monday + timedelta(number) < today
    else:
        scan.found.append(whole_day(ahead))
        if number == today.weekday() and "besok" not in said:
            scan.found.append(whole_day(today))


def _weekday_of_week(scan: Scan, m: Said) -> None:
    """ "minggu depan hari jumat" is "jumat minggu depan"."""
    said = f"{m['day']} minggu {m['mod']}"
    _weekday(scan, Said(re.fullmatch(r"(?P<day>[a-z]+)(?P<mod> .*)", said)))


def _exact(scan: Scan, day: int, month: int, year: int | None) -> None:
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
            scan.found.append(whole_day(found))
            scan.doubtful |= year is None and candidate > scan.today.year + 1
            scan.doubtful |= year is None and (found - scan.today).days > 351  # it was a few days ago
            scan.doubtful |= abs(candidate - scan.today.year) > 120
            return
    scan.impossible = True


def _day_month(scan: Scan, m: Said) -> None:
    year = full_year(m["y"]) if m["y"] else None
    if m["rel"]:
        year = scan.today.year + _STEPS[m["rel"]]
    _exact(scan, int(m["d"]), int(m["mon"]), year)
    if m["ago"] and scan.found:
        scan.found[-1] = whole_day(later(scan.found[-1].first, -12))


def _figures(scan: Scan, m: Said) -> None:
    _exact(scan, int(m["d"]), int(m["m"]), full_year(m["y"]) if m["y"] else None)


def _from_to(scan: Scan, m: Said) -> None:
    """ "1-3 desember", "tgl 5 atau 6": two days, and "tgl 5-12" may be the fifth of December."""
    year = full_year(m["y"]) if m["y"] else None
    for number in (m["d"], m["to"]):
        if m["mon"]:
            _exact(scan, int(number), int(m["mon"]), year)
        elif 1 <= int(number) <= 31:
            numbered(scan, Said(re.fullmatch(r"(?P<d>.+)", number)))
    if not m["mon"] and int(m["to"]) <= 12:
        _exact(scan, int(m["d"]), int(m["to"]), None)
    scan.doubtful = True


def _backwards(scan: Scan, m: Said) -> None:
    _exact(scan, int(m.whole[6:]), int(m.whole[4:6]), int(m.whole[:4]))
    scan.doubtful = True


def _compact(scan: Scan, m: Said) -> None:
    day, month, year = m.whole[:2], m.whole[2:4], m.whole[4:]
    _exact(scan, int(day), int(month), full_year(year))
    scan.doubtful |= len(year) == 2


def _month_year(scan: Scan, m: Said) -> None:
    """ "desember", "awal desember 2026", "desember tahun depan"; "des 26" may be a day or a year."""
    month, today = int(m["mon"]), scan.today
    year = today.year + (1 if month < today.month else 0)
    if m["rel"]:
        year = today.year + _STEPS[m["rel"]]
    if m["y"]:
        if len(m["y"].strip("'")) == 2:
            scan.doubtful = True
            _exact(scan, int(m["y"].strip("'")), month, None)
        year = full_year(m["y"])
    elif m["mod"].strip() == "depan":
        scan.doubtful = True
    elif m["mod"]:
        year = today.year - (month > today.month)
        scan.doubtful |= month == today.month
    _edge(scan, whole_month(year, month), m["edge"])


def _month_day(scan: Scan, m: Said) -> None:
    """ "desember 5": the day stands behind its month."""
    _exact(scan, int(m["d"]), int(m["mon"]), None)
    scan.doubtful = True


def _number_month(scan: Scan, m: Said) -> None:
    month, year = int(m["m"]), full_year(m["y"]) if m["y"] else scan.today.year
    if m["rel"]:
        year += _STEPS[m["rel"]]
    if not 1 <= month <= 12:
        scan.impossible = True
        return
    if not m["y"] and not m["rel"] and month < scan.today.month:
        year += 1
    _edge(scan, whole_month(year, month), m["edge"])


def numbered(scan: Scan, m: Said) -> None:
    """ "tanggal 5", "tgl 10 bulan depan", "tgl 5 bulan 12"; the next day of that number."""
    number, today = int(m["d"]), scan.today
    if not 1 <= number <= 31:
        scan.impossible = True
    elif m["month"]:
        _exact(scan, number, int(m["month"]), full_year(m["y"]) if m["y"] else None)
    elif m["rel"]:
        first = later(today.replace(day=1), _STEPS[m["rel"]])
        _exact(scan, number, first.month, first.year)
    else:
        ago = -1 if m["ago"] else 1
        for step in range(13):
            first = later(today.replace(day=1), step * ago)
            if number <= calendar.monthrange(first.year, first.month)[1]:
                found = first.replace(day=number)
                if found > today if ago == 1 else found < today:
                    scan.found.append(whole_day(found))
                    break
        if number == today.day and not m["ago"]:
            scan.found.insert(0, whole_day(today))


def _year_alone(scan: Scan, m: Said) -> None:
    year = full_year(m["y"])
    scan.found.append(When(date(year, 1, 1), date(year, 12, 31), "year"))
    scan.doubtful |= bool(m["edge"]) or len(m["y"]) < 4


def _feast(scan: Scan, m: Said) -> None:
    month, day = next(when for pattern, when in _FEASTS if re.fullmatch(pattern, m["feast"]))
    _exact(scan, day, month, int(m["y"]) if m["y"] else None)


def _eve(scan: Scan, m: Said) -> None:
    """ "malam jumat" is the evening of Thursday."""
    _weekday(scan, m)
    scan.found[:] = [whole_day(w.first - timedelta(1)) for w in scan.found]
    scan.doubtful = True


def _today(scan: Scan, m: Said) -> None:
    scan.found.append(whole_day(scan.today))


NAMES = "|".join(DAYS)
_MOD = (
    r"(?P<mod> (?:(?:yang |yg )?(?:depan|besok|ini|lalu|kemarin)\b|(?:minggu|pekan) (?:depan|ini|"
    r"lalu|kemarin)\b|yang akan depan|yad))?"
)
_REL = r"(?: ?,? ?tahun (?P<rel>depan|ini|lalu|kemarin))?"
_TO = r"(?:-|sampai|sampe|hingga|s/d|sd|dan|atau|&|,)"
_Rule = tuple[re.Pattern[str], Callable[[Scan, Said], None]]
RULES: tuple[_Rule, ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (rf"\b(?P<feast>{'|'.join(p for p, _ in _FEASTS)})\b(?: (?:tahun )?(?P<y>20[0-9]{{2}}))?", _feast),
        (rf"(?<![a-z0-9/.,-])(?P<n>[0-9]{{1,2}})(?: ?{_TO} ?| )(?P<upto>[0-9]{{1,2}}) ?"
            r"(?P<of>hari|minggu|pekan|bulan|tahun) (?:yang )?(?P<dir>lagi|lalu)\b", _two_whiles),
        (r"(?<![0-9/.-])(?P<y>(?:19|20)[0-9]{2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})(?![0-9/.-])", _figures),
        (r"(?<![0-9/.-])(?P<d>[0-9]{1,2}) ?[-/.] ?(?P<m>[0-9]{1,2}) ?[-/.] ?(?P<y>[0-9]{4}|"
            r"'?[0-9]{2})(?![0-9/-]|\.[0-9])", _figures),
        (r"(?<![0-9/.,-])(?P<d>[0-9]{1,2}) (?P<m>[0-9]{1,2}) (?P<y>(?:19|20)[0-9]{2}|[0-9]{2})(?![0-9/.,-])", _figures),
        (r"(?<![0-9/.,-])20[2-3][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9/.,-])", _backwards),
        (rf"(?<![0-9/.,-])(?P<d>[0-9]{{1,2}}) ?{_TO} ?(?P<to>[0-9]{{1,2}}) ?(?:bulan )?{_MONTH}(?: "
            rf"?{_YEAR}(?![0-9]))?", _from_to),
        (rf"\btanggal (?P<d>[0-9]{{1,2}}) ?{_TO} ?(?:tanggal )?(?P<to>[0-9]{{1,2}})(?![0-9]|[/.-][0-9])", _from_to),
        (r"(?<![0-9/.,-])[0-3][0-9][01][0-9](?:19|20)?[0-9]{2}(?![0-9/.,-])", _compact),
        (rf"(?<![0-9/.,-])(?P<d>[0-9]{{1,2}}) ?[-/.,]? ?(?:bulan )?{_MONTH}(?: ?[-/.,]? ?(?:tahun "
            rf")?(?<![0-9]){_YEAR}(?![0-9]))?{_REL}(?P<ago> lalu| kemarin)?", _day_month),
        (r"\bbulan (?P<rel>depan|ini|lalu|kemarin)[ ,;]*(?:di |pas |yang )?tanggal (?P<d>[0-9]{1,2})"
            r"(?![0-9]|[/.-][0-9])", numbered),
        (r"\btanggal (?P<d>[0-9]{1,2})(?![0-9]|[/.-][0-9])(?: bulan (?:(?P<month>[0-9]{1,2})\b(?: "
            r"(?:tahun )?(?P<y>20[0-9]{2}))?|(?P<rel>depan|ini|lalu|kemarin)\b))?(?P<ago> (?:yang "
            r")?(?:lalu|kemarin))?", numbered),
        (r"(?<![0-9/.,-])(?P<d>[0-9]{1,2}) bulan (?P<m>[0-9]{1,2})\b(?! ?(?:lagi|lalu|hari|minggu|pekan|bulan))"
            r"(?: (?:tahun )?(?P<y>20[0-9]{2})\b)?", _figures),
        (r"(?<![0-9/.,-])(?P<d>[0-9]{1,2}) ?[-/.] ?(?P<m>[0-9]{1,2})(?P<y>)(?![0-9/.-])", _figures),
        (r"(?<![0-9/.,-])(?P<m>[0-9]{1,2})[-/](?P<y>20[0-9]{2})(?![0-9/.-])|"
            r"(?:\b(?P<edge>awal|akhir|tengah) )?\bbulan (?P<m2>[0-9]{1,2})\b(?! ?(?:lagi|lalu))"
            r"(?: (?:tahun )?(?P<y2>20[0-9]{2})\b| tahun (?P<rel>depan|ini|lalu|kemarin))?", _number_month),
        (rf"{_MONTH} ?(?P<d>[1-9])(?![0-9./]| ?(?:atau|dan|-|sampai|sd|hari|minggu|bulan|tahun))", _month_day),
        (rf"(?:\b(?P<edge>awal|akhir|tengah) )?(?:di )?(?:bulan )?{_MONTH}(?: ?(?:tahun "
            rf")?(?<![0-9]){_YEAR}(?![0-9]))?{_REL}(?P<mod> (?:depan|lalu|kemarin))?", _month_year),
        (rf"\bmalam (?P<day>{NAMES}|minggu)\b{_MOD}", _eve),
        (rf"\b(?:minggu|pekan) (?P<mod>depan|ini|lalu|kemarin)[ ,;]*(?:di )?(?:hari (?P<day>minggu)|"
         rf"(?:hari )?(?P<day2>{NAMES}))\b"
            , _weekday_of_week),
        (rf"\bhari (?P<day>minggu)\b{_MOD}|\b(?:hari )?(?P<day2>{NAMES})\b{_MOD.replace('mod', 'mod2')}", _weekday),
        (r"\b(?P<day>minggu)\b(?P<mod> besok| (?:minggu|pekan) (?:depan|ini))(?! lusa)|"
            r"\b(?P<day2>minggu)[ ,]*(?=pagi|siang|sore|malam|;)(?P<mod2>)", _weekday),
        (r"\b(?P<n>[0-9]{1,3}) ?(?P<of>hari|minggu|pekan|bulan|tahun) (?:(?:ke|di) ?)?(?:yang "
            r")?(?P<dir>lagi|lalu|kemarin|depan)\b", _in_a_while),
        (r"\b(?:se|sak|sa)(?P<n>) ?(?P<of>hari|minggu|pekan|bulan|tahun) (?:yang )?"
            r"(?P<dir>lagi|lalu|depan)\b", _in_a_while),
        (r"(?:\b(?P<edge>awal|akhir|tengah) )?\b(?P<of>minggu|pekan|bulan|tahun) (?:yang |yg "
            r")?(?P<dir>depan|ini|lalu|kemarin)\b", _span),
        (r"\b(?P<edge>awal|akhir|tengah) (?P<of>minggu|pekan|bulan|tahun)\b(?! ?(?:19|20)[0-9]{2})", _bare_edge),
        (r"\b(?:hari ini|sekarang|besok lusa|lusa|besok|kemarin lusa|kemarin dulu|kemarin)\b", _relative),
        (r"\b(?:nanti|mengko|ngko|mengke|mangke|tadi|mau) ?(?:pagi|siang|sore|malam|bengi|awan)\b|\b(?:pagi|siang|sore|"
            r"malam) ini\b|\btoday\b", _today),
        (r"(?:\b(?P<edge>awal|akhir|tengah) )?\b(?:tahun )?(?P<y>20[0-9]{2}|19[4-9][0-9])(?: ?an)?\b(?![/.-])"
            r"(?P<edge2> (?:awal|akhir|tengah)\b)?|\btahun '?(?P<y2>[0-9]{2})(?: ?an)?(?![0-9/.:,-])", _year_alone),
    )
)  # fmt: skip
