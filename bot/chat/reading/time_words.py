"""The words about the time of day, each in its many spellings: what the reader of times sees is written in one way."""

from __future__ import annotations

import re

from bot.chat.reading.numerals import NUMBER_WORDS, in_digits
from bot.chat.reading.slips import mender
from bot.chat.reading.words import table

_WORDS = table(
    {
        "pagi": "pagi pgi esuk isuk enjing enjang pagian pg pagii morning",
        "siang": "siang awan siyang siangan sing_ siangg",
        "sore": "sore sonten petang soree sorean",
        "malam": "malam mlm bengi dalu malem wengi malm ndalu",
        "dini": "dini",
        "am": "am",
        "pm": "pm",
        "jam": "jam jm pukul pkl tabuh pk j jamnya jame puku pukl jaam pukuL",
        "setengah": "setengah stgh stengah setengh separo set stg seteng setenga sth stngh",
        "kurang": "kurang krg kirang krang",
        "lebih": "lebih lbh lewat luwih langkung lwt punjul liwat",
        "seperempat": "seperempat seprapat prapat",
        "sampai": "sampai sampe smp smpe sampek hingga nganti ngantos sd tekan sampeyan_ to",
        "setelah": "setelah sesudah stlh habis hbs abis bakda bakdo bada bubar bar sakwise selesai usai "
        "sehabis ba'da badha rampung mari",
        "sebelum": "sebelum sblm sakdurunge sakdurung sadurunge sebelom saderenge",
        "mulai": "mulai mule wiwit dari",
        "antara": "antara antawis",
        "maksimal": "maksimal",
        "minimal": "minimal",
        "dzuhur": "dzuhur zuhur dhuhur duhur luhur lohor zhuhur dzuhr zuhr duhuran zduhur dhuhr dzohor lohur",
        "ashar": "ashar asar ngasar ashr asyar asr ngashar",
        "maghrib": "maghrib magrib mahgrib magrip maghrip mahrib",
        "isya": "isya isa isyak ngisak isak isyaa isya' ngisa",
        "subuh": "subuh shubuh subh subuhan sholatsubuh",
        "jumatan": "jumatan jumaatan",
        "tepat": "tepat teng pas persis",
        "menit": "menit mnt menitan",
    }
)
mend = mender(
    {w: m for w, m in _WORDS.items() if not w.endswith("_") and len(w) > 1}
    | NUMBER_WORDS
    | {
        w: w
        for w in (
            "atas",
            "bawah",
            "lambat",
            "paling",
            "tengah",
            "diatas",
            "dibawah",
            "hari",
            "selesai",
            "belum",
            "durung",
            "durunge",
            "telat",
        )
    }
)


_OPEN_SHUT = re.compile(
    r"\b((?:buka|bukak|mulai|start|wiwit|mbuka)[a-z]*\b[^;?]{0,30}?[0-9][^;?]{0,20}?),? ?"
    r"(?:dan|lan|lalu|terus|trus|sampai)? ?"
    r"\b(?:tutup|tutupe|tutupnya|nutup|selesai|selesainya|rampung|bubar|kelar|bubare) "
    r"(?=(?:jam|jm|pukul|pkl|tabuh)? ?[0-9])"
)
"""Opening hours: "buka jam 6 pagi tutup jam 2 siang"."""


def prepared(text: str) -> str:
    """The text with one spelling for each word about time, its numbers as digits, days of the month taken out."""
    text = text.replace("ba'da", "bakda").replace("jum'at", "jumat").replace("isya'", "isya")
    text = re.sub(r"\bs\.? ?/? ?d\b\.?|\b(?:sampai|sampe|hingga) dengan\b", " sampai ", text)
    text = re.sub(r"\bsak?k?'? ?(?=durung)", "sak", text)
    text = re.sub(r"\bam (?=[0-9])", "jam ", text)
    text = re.sub(r"\b(?:kurang|krg|krang|kirang) ?(?:lebih|lbh|langkung)\b|\bkurleb\b", "sekitar", text)
    text = re.sub(r"\b(pagi|siang|sore)2\b|\b(pagi)-pagi\b", r"\1\2", text)
    text = re.sub(r"\b(?:s[ho]+lat|salat|sembahyang|waktu) (?=[a-z])", "", text)
    text = re.sub(r"\b(?:setelah|habis|bakda|sehabis|sesudah|bubar|bar|abis|selesai) jumat\b", "bakda jumatan", text)
    text = re.sub(
        r"\b(?:tgl|tanggal) ?[0-9]{1,2}(?:[/-][0-9]{1,2})*|\b[0-9]{1,2} (?:jan|feb|mar|apr|mei|jun|"
        r"jul|agu|agt|sept?|okt|nov|des)(?:uari|ruari|et|il|i|stus|ember|ober)?\b",
        " ",
        text,
    )
    text = _OPEN_SHUT.sub(r"\1 sampai ", text)
    text = re.sub(r"\b(?:stg|1/2|½)\b", "setengah", text)
    text = re.sub(r"(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])", " ", in_digits(text))
    text = re.sub(r"[a-z]+", lambda m: _WORDS.get(m[0], m[0]), text)
    text = re.sub(
        r"\bhari (?:senin|selasa|rabu|kamis|jumat|sabtu|minggu)\b|\b(?:senin|selasa|rabu|kamis|jumat|sabtu)\b",
        " ",
        text,
    )
    text = re.sub(
        r"\b(seperempat|(?:[0-9]{1,2}(?: menit)?)) (lebih|kurang) (?:dari )?jam (\d{1,2})\b(?! ?[.:0-9])",
        r"jam \3 \2 \1",
        text,
    )
    text = re.sub(
        r"\b(lebih|kurang) (seperempat|[0-9]{1,2}(?: menit)?) (?:mulai )?jam ([0-9]{1,2})\b(?! ?[.:0-9])",
        r"jam \3 \1 \2",
        text,
    )
    return " ".join(re.sub(r"\b([ap])\.m\.?", r"\1m", text).split())
