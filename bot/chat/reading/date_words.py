"""The words of the calendar, each in its many spellings: what the rules of dates see is written in one way."""

from __future__ import annotations

import re

from bot.chat.reading.numerals import NUMBER_WORDS, in_digits
from bot.chat.reading.slips import mender
from bot.chat.reading.words import canonical, skeletons_of, table

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
        "lagi": "lagi lg maneh malih lgi mnh mane engkas engkes kedepan",
        "sekarang": "sekarang skrg skrang saiki sakniki sapunika skr skarang skrng",
        "besok": "besok bsk bsok besuk mene sesuk ngesuk mbenjing benjing suk bessok mbesok besoknya esok isuk_ "
        "ngenjing mbesuk bsuk",
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
mend = mender(
    {w: m for w, m in _WORDS.items() if not w.endswith("_")}
    | NUMBER_WORDS
    | {w: w for w in ("belum", "tidak", "tahu", "nanti", "mungkin")}
    | {before + w: f"{before} {w}" for before in ("se", "sak") for w in ("minggu", "bulan", "tahun", "hari", "wulan")}
)
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
    text = re.sub(
        r"\b(se|sak|sa)(hari|hr|minggu|mgg|mggu|pekan|bulan|bln|tahun|thn|th|wulan|din[ao]|dinten|taun)\b",
        r"\1 \2",
        text,
    )
    text = re.sub(
        r"\b(?:nanti|nnti|nti|ntar|entar|engko|mengko|menko|ngko|mengke|mangke|tadi|td|mau|wau) ?"
        r"(?:pagi|pg|siang|sore|malam|mlm|malem|isuk|esuk|enjing|awan|sonten|m?bengi|n?dalu)\b",
        "hari ini",
        text,
    )
    text = re.sub(r"\b(?:yang akan datang|yad|y\.a\.d\.?|yg akan datang|akan datang)\b", "depan", text)
    text = re.sub(r"\b([a-z]{4,})2\b", r"\1", text)
    text = in_digits(text)
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
    known = canonical(word, _WORDS, _SKELETONS) or word
    return f"m{known}" if known.isdigit() else known
