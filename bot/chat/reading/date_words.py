"""The words of the calendar, each in its many spellings: what the rules of dates see is written in one way."""

from __future__ import annotations

import re

from bot.chat.reading.numerals import NUMBER_WORDS, in_digits
from bot.chat.reading.slips import COMMON, mender
from bot.chat.reading.words import canonical, listed, skeletons_of, table

_WORDS = table(
    {
        "senin": "senin senen snn snin sen snen sennin isnin",
        "selasa": "selasa seloso slasa sls selaso slso sel selasah",
        "rabu": "rabu rebo rbu rebu rab rabo",
        "kamis": "kamis kemis kms kam kamiz",
        "jumat": "jumat jemuah jmt jumuah jumah jum jemuwah jumaat jmat jemaat jumad jumt",
        "sabtu": "sabtu setu sbt septu saptu sab sebtu",
        "ahad": "ahad akad ngahad ahat ngaat ngakad",
        "minggu": "minggu mgg mggu minggunya minggune mingguan ming",
        "pekan": "pekan",
        "bulan": "bulan bln wulan sasi sasine wulane bulannya bulane bl",
        "tahun": "tahun thn taun th warsa tahunnya",
        "hari": "hari hri hr dina dino dinten harian",
        "depan": "depan dpn ngarep ngajeng mendatang dpan dep depannya ngarepe depn",
        "ini": "ini iki niki punika nih ikiy sekarang_",
        "lalu": "lalu kepungkur kepengker kapungkur",
        "lagi": "lagi lg maneh malih lgi mnh mane engkas engkes kedepan",
        "sekarang": "sekarang skrg skrang saiki sakniki sakmeniko sakmenika sapunika skr skarang skrng",
        "besok": "besok bsk bsok besuk mene sesuk ngesuk mbenjing benjing suk bessok mbesok besoknya esok isuk_ "
        "keesokan ngenjing mbesuk bsuk",
        "lusa": "lusa luso emben mben lsa",
        "kemarin": "kemarin kmrn kemaren wingi kmaren kmren dek_wingi wingenane_ kmarin kemarn",
        "akhir": "akhir akir ahir pungkasan",
        "awal": "awal awwal",
        "tengah": "pertengahan tengah tengahan",
        "sebelum": "sebelum sblm sbelum sblum sebelom sakdurunge",
        "setelah": "setelah stlh stelah sesudah ssdh sakwise hbis hbs abis habis",
        "malam": "malam mlm malem mlem wengi",
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
_SKELETONS = skeletons_of(_WORDS)
_COUNTED = listed("hari hri hr dino dina dinten minggu mgg mggu pekan bulan bln wulan sasi tahun taun thn th")
_UNITS = "|".join(_COUNTED)
mend = mender(
    {w: m for w, m in _WORDS.items() if not w.endswith("_")}
    | NUMBER_WORDS
    | {w: w for w in ("belum", "tidak", "tahu", "nanti", "mungkin")}
    | {before + w: f"{before} {w}" for before in ("se", "sak") for w in _COUNTED}
    | {w: w for w in ("selapan", "saklapan", "sepasar", "sakpasar", "sewindu", "sakwindu", "dasawarsa", "sedekade")}
)
_PLAIN = COMMON | {"seminar", "sama", "aja", "hadir", "se", "sak", "sa", "lapan"}
"""Words that are no slip of another, however near they are: "rumah" isn't Friday (jumah)."""
_NAMED_SPANS = (
    (re.compile(r"\b(?:se|sak ?)lapan(?:an)?(?: din[ao]| dinten| hari)?\b"), "35 hari"),
    (
        re.compile(r"\b(?:se|sak ?)pasar(?:an)?(?: din[ao]| dinten| hari)?(?= (?:lagi|maneh|malih|mane|engkas))"),
        "5 hari",
    ),
    (re.compile(r"\b(?:se|sak)windu\b"), "8 tahun"),
    (re.compile(r"\b(?:satu |sak )?dasawarsa\b|\b(?:se|satu )dekade\b"), "10 tahun"),
    (
        re.compile(r"(?<![0-9] )\b(?:setengah|separo) (?:tahun|taun|thn|th)\b(?= (?:lagi|maneh|malih|lalu|kepungkur))"),
        "6 bulan",
    ),
)
"""The spans that have names of their own: a selapan is 35 days, a pasar 5, a windu 8 years."""
DAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "ahad")


def prepared(text: str) -> str:
    """The text with one spelling for each word of the calendar; a month is written m1 to m12."""
    text = text.replace("jum'at", "jumat").replace("jum at", "jumat")
    text = re.sub(r"\b(?:yg|sing)\b", "yang", text)
    text = re.sub(r"\b(?:kala|dek|dhek|rek) ?(?=wingi)", "", text)
    text = re.sub(r"\bwingi ?(?:uni|nane|ngenane|enane)\b|\bwingenan(?:e|ane)?\b", "kemarin lusa", text)
    text = re.sub(
        r"\b(?:tadi|td|mau|wau|wingi|kemarin|kmrn) ?(?:malam|mlm|malem|mbengi|bengi|dalu|ndalu)\b|\bsemalam\b",
        "kemarin",
        text,
    )
    text = re.sub(r"(?<=[a-z]) ?[.:=](?=[ 0-9]|$)", " ", text)  # "tgl. 5", "tanggal: 5"
    text = " ".join(text.split())
    for pattern, days in _NAMED_SPANS:
        text = pattern.sub(days, text)
    text = re.sub(rf"\b(se|sak|sa)({_UNITS})\b", r"\1 \2", text)
    text = re.sub(
        r"\b(?:nanti|nnti|nti|ntar|entar|engko|mengko|menko|ngko|mengke|mangke|tadi|td|mau|wau) ?"
        r"(?:pagi|pg|siang|sore|malam|mlm|malem|isuk|esuk|enjing|awan|sonten|m?bengi|n?dalu)\b",
        "hari ini",
        text,
    )
    text = re.sub(r"\b(?:di ?)?(?:akhir pekan|week ?end)\b", "akhir pekan", text)
    text = re.sub(r"\b(?:yang akan datang|yad|y\.a\.d\.?|yg akan datang|akan datang)\b", "mendatang", text)
    text = re.sub(r"\b([a-z]{4,})2\b", r"\1", text)
    text = in_digits(text)
    text = re.sub(r"(?<=[a-z])'(?=[0-9])", " '", text)
    text = re.sub(rf"\b((?:[0-9]+|se|sak|sa) ?(?:{_UNITS})) (?:mendatang|berikutnya)\b", r"\1 lagi", text)
    text = re.sub(
        r"\b((?:[0-9]+|se|sak) ?[a-z]+) (?:ke ?depan|ing ngarep|(?:dari|teko|soko) (?:sekarang|skrg|saiki))\b",
        r"\1 lagi",
        text,
    )
    text = re.sub(r"(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])", " ", text)
    text = re.sub(r"\b(?:suk|sesuk|mbesuk|m?benjing) (?=(?:dino |dinten |hari )?[a-z])", _unless_day, text)
    return re.sub(r"[a-z]+", _spelled, text)


def _unless_day(match: re.Match[str]) -> str:
    """Javanese "suk setu" is the next Saturday; elsewhere "suk" is tomorrow."""
    following = re.match(r"(?:dino |dinten |hari )?([a-z]+)", match.string[match.end() :])
    return "" if following and _WORDS.get(following[1]) in DAYS else match[0]


def _spelled(match: re.Match[str]) -> str:
    word = match[0]
    if word in _PLAIN and word not in _WORDS:
        return word
    known = canonical(word, _WORDS, _SKELETONS) or word
    return f"m{known}" if known.isdigit() else known
