"""The wish to get no more messages, heard everywhere and at once; not fooled by *stok, keluar, berhenti kerja*.

A stop counts when it stands alone or is said of messages, info, this chat or the person's own number; said of work,
a shop, a contract or a bus it is something else.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.chat.reading.optout_words import CHATTY, JOINED, SPELLED, TOPICS, WORDS, Wish, mend, near, topic_word
from bot.chat.reading.words import clean, listed, squeeze

_OTHERS = (
    r"(?:di)?(?:kirim|kintun|ngirim|antar)\w* (?:barang|paket|pesanan|gas|order|uang|foto|berkas|bahan|makanan)\w*|"
    r"facebook\w*|fb|instagram\w*|ig(?:ku|e)?|shope+\w*|wifi|indihome|koran|wa bisnis|langganan susu"
)
"""Messages of others, and what is sent that is no message."""
_THINGS = re.compile(rf"\b(?:{_OTHERS})\b")
# What a stop is said of when it isn't said of our messages.
_ELSEWHERE = re.compile(
    r"\b(?:kontak|kontrak|map|shopee|tokopedia|tiktok|gojek|grab|lazada|kerja\w*|bekerja|"
    r"karyawan\w*|pegawai|usahanya|usaha|produksi\w*|jualan|dagang"
    r"|berjualan|pandemi|covid|kontraknya|ruko|toko|distributor|supplier|pemasok|reseller|"
    r"listrik|mesin|halte|bus|angkot|motor|merek|merk|brand|kopi"
    r"|nib|sertifikat\w*|kota|rumah|jawaban|isi|ngisi|mengisi|isinya|tengah|non|nonstop|sebentar|"
    r"seminggu|sebulan|sementara|sampai|minggu|tahun|bulan|hari"
    r"|istirahat|besok|nanti|langganan (?:di|listrik|koran|wifi|indihome|internet|majalah)|kos|"
    r"kuliah|sekolah|merokok|hujan|macet|produknya|order\w*|pesanan|bahan|gas|pln"
    r"|kredit|pinjaman|cicilan|bank|kur|koperasi|arisan|stok|stock|foto\w*|berkas|data_|lampu|"
    rf"{_OTHERS}|ojek|aplikasi|pungli|preman|penipu\w*|kompor|"
    r"penjualan|jualannya|pabrik|dapur|warung|kios|pelanggan\w*|pembeli\w*)\b"
)
_ASKS = re.compile(
    r"\?|\b(?:apakah|gimana|bagaimana|kalau|kalo|klo|kapan|dimana|mana|berapa|bolehkah|boleh|"
    r"piye|pripun|kenapa|kok bisa|cara|caranya|apa)\b"
)
_AVERSE = listed("emoh moh wegah ogah gamau gakmau")
_CANCELS = re.compile(
    r"\b(?:batal\w*|cancel|(?:tidak|gak|ga|nggak|ndak|ora|mboten) (?:mau|ingin|jadi|usah|gelem|"
    r"purun)?) ?(?:ber)?(?:langganan|subscri\w*)\b"
)
_AT_LAST = re.compile(r"[,;.!] ?(?:(?:tolong|mohon|jadi|minta) )?(?:stop|berhenti|hentikan|dihentikan|unsub\w*)[.! ]*$")
_UNDONE = re.compile(
    r"\b(?:batal(?:kan)?|cancel|(?:tidak|gak|ga|nggak|ndak|ora|mboten) (?:jadi|sido|sios)|sido) (?:\w+ )?(?:stop|"
    r"berhenti|unsub\w*)$"
)
_KEEP_ON = re.compile(r"\bjangan (?:(?:pernah|sampai|di|malah|ikut) )?stop\b")
"""The stop that is not to be: "jangan berhenti kirim info"."""
_START = listed("mulai start subscribe unstop resume aktifkan")
_CONSENT = re.compile(
    r"\b(?:tarik|menarik|cabut|mencabut|batalkan|batal)\w* (?:\w+ )?(?:persetujuan|ijin|izin|consent|setuju)\b"
    r"|\b(?:persetujuan|(?:izin|ijin) (?:data|saya|kulo|ku)) (?:data )?(?:saya |kulo |ku )?(?:di)?(?:cabut|tarik)\b"
    r"(?! (?:usaha|oss))"
)
_OUT = re.compile(
    r"\b(?:saya|aku|kulo|mau|ingin|tolong|minta)?\s?(?:keluar(?:kan|in)?|dikeluarkan|metu|leave|undur diri|mundur)\b"
)
_ERASE = r"(?:di|dipun|meng|ng)?(?:hapus|apus|busek|coret|copot|keluar|kluar|metu)(?:kan|in|no|en|i|ke|aken|na)?"
_NUMBERS = re.compile(
    rf"\b{_ERASE} (?!data|akun|foto|produk|jawaban|pendaftaran)(?:(?!data|foto|produk|jawaban)\w+ ){{0,4}}"
    r"(?:daftar|penerima|list|broadcast|grup|group|kontak)\b(?! (?:pelatihan|peserta|tunggu|hadir|antri\w*|anggota|"
    r"koperasi|bimtek|harga|produk|umkm|usaha))"
    r"|\b(?:blokir|block|blok|hapus|apus|busek) (?:saja |aja )?(?:nomor|nomer|no|hp|wa|kontak)(?: hp| wa)? "
    r"(?:saya|ini|aku|kulo|ku)\b|\b(?:jangan|ojo|ampun) (?:pakai|gunakan|gawe|simpan) "
    r"nom[eo]r(?:ku| (?:saya|ini|aku|kulo))"
    rf"|\bnom[eo]r(?:ku| (?:hp |wa )?(?:saya|ini|aku|kulo|iki)) (?:tolong |mohon |minta )?{_ERASE}\b(?! (?:dulu|sek))"
)
"""Off a list of ours: "hapus nomor saya dari daftar", "nomorku hapusen"."""


_ALONE, _NOT, _USE, _AGAIN, _MESSAGE = 1, 2, 4, 8, 16
_SIGNALS = {
    "stop": _ALONE, "jangan": _ALONE, "matikan": _ALONE, "keluar": _ALONE, "mulai": _ALONE,
    "tidak": _NOT, "usah": _USE, "lagi": _AGAIN, "kirim": _MESSAGE, "pesan": _MESSAGE,
}  # fmt: skip
_ANY_FORM = re.compile(
    r"batal|cancel|apus|busek|coret|copot|optout|cabut|tarik|hapus|blok|langgan|subs|ganggu|buka|lepas|hent|ber?nti|stop"
)


@lru_cache(maxsize=8192)
def _signal(word: str) -> int:
    """What a word, a slip forgiven, can bring to a wish."""
    if _ANY_FORM.search(word):
        return _ALONE
    for pattern, said_plainly in JOINED:
        word = pattern.sub(said_plainly, word)
    signal = 0
    for part in (mend(word)[0]).split():
        form = part if part in WORDS else squeeze(part)
        signal |= _SIGNALS.get(WORDS.get(form, "") or near(form), 0) | (_USE if form == "sah" or form in _AVERSE else 0)
    return signal


def _joined(plain: str) -> str:
    return SPELLED.sub(lambda m: re.sub("[ .-]", "", m[0]), plain)


def may_wish(text: str) -> bool:
    """Whether a text has words at all by which a wish is told: a cheap look, for most messages are about other things.

    True is a reason to read on, no more; False is final.
    """
    heard = 0
    for word in re.findall(r"opt[ -]?out|[a-z]+", _joined(clean(text, cut=True).replace("'", ""))):
        heard |= _signal(word)
        if heard & _ALONE:
            return True
    return bool((heard & _NOT and heard & (_USE | _AGAIN)) or (heard & _AGAIN and heard & _MESSAGE))


def takes_consent_back(text: str) -> bool:
    """Whether a wish to hear no more is one to take consent back: "cabut persetujuan saya"."""
    words = re.findall(r"[a-z]+", _joined(clean(text, cut=True)).replace("'", ""))
    return bool(_CONSENT.search(" ".join(words)))


def read_optout(text: str) -> Wish | None:
    """What the person wishes about our messages, or None when the message is about something else."""
    return read_wish(text) if may_wish(text) else None


def read_wish(text: str) -> Wish | None:
    """As `read_optout`, without looking first whether it is worth it."""
    plain = re.sub(r"\bapa[ -]?(?:apa|pun)\b", "", _joined(clean(text, cut=True)))
    for pattern, said_plainly in JOINED:
        plain = pattern.sub(said_plainly, plain)
    plain = mend(plain)[0]
    said = [squeeze(w) if w not in WORDS else w for w in re.findall(r"[a-z]+", plain.replace("'", ""))]
    if not said or len(said) > 40:
        return None
    marks = [WORDS.get(w, "") or near(w) for w in said]
    line = " ".join(said)
    if re.search(
        r"\b(?:bantuan|program|pelatihan|kursus|kegiatan)\w*(?: \w+)? (?:sudah|sdh|udah|wis|"
        r"wes) (?:berhenti|stop|di\w+)\b",
        line,
    ):
        return None
    if _UNDONE.search(line):
        return "resume" if len(said) < 5 else None
    if _KEEP_ON.search(" ".join(m or w for w, m in zip(said, marks, strict=True))):
        return None
    if _resumes(said, marks, plain):
        return "resume"
    if not _stops(said, marks, plain, line):
        return _in_a_clause(plain) if not _ASKS.search(plain) else None
    return _topic(said) or "stop_all"


def _in_a_clause(plain: str) -> Wish | None:
    """ "Sudah tutup usaha saya, stop kirim pesan": why, and then the wish, said of messages in its own clause."""
    for clause in re.split(r"[,;.!]|\b(?:jadi|makanya|soalnya|karena)\b", plain)[:6]:
        said = re.findall(r"[a-z]+", clause.replace("'", ""))
        marks = [WORDS.get(w, "") or near(w) for w in said]
        if clause != plain and _about_us(said, marks) and _stops(said, marks, clause.strip(), " ".join(said)):
            return _topic(said) or "stop_all"
    return None


def _topic(said: list[str]) -> Wish | None:
    found: list[Wish] = [name for name, names in TOPICS.items() if names & set(said)]
    return found[0] if found else None


def _stops(said: list[str], marks: list[str], plain: str, line: str) -> bool:
    if line == "off":
        return True
    asks = bool(_ASKS.search(plain))
    elsewhere = bool(_ELSEWHERE.search(line))
    if line in {"mute", "bisukan"}:
        return True
    if _CONSENT.search(line) or _NUMBERS.search(line) or (_CANCELS.search(line) and not elsewhere):
        return not asks
    if _AT_LAST.search(plain) and not asks:
        return True
    about = _about_us(said, marks)
    if re.search(
        r"\bstop ?(?:kontak|map)|\bnon[ -]?stop|\bstop di jam|\b(?:dari|ikut) (?:pelatihan|bimtek|diklat|kelas)\b", line
    ):
        return False
    if "stop" in marks:
        others = [w for w, m in zip(said, marks, strict=True) if not m and w not in CHATTY and not topic_word(w)]
        if asks and not re.search(r"\b(?:tolong|mohon)\b", line):
            return False
        if re.search(r"(?:^|[,;.!] ?)(?:stop|berhenti|unsub\w*)(?:[.!,;]|$)", plain) and len(said) < 14:
            return True
        if elsewhere and not ("kirim" in marks and _topic(said)):
            return False
        return not others or (about and len(others) <= 3)
    if _refuses(said, marks, line) and not asks:
        return True
    if "matikan" in marks and not asks and about:
        others = [w for w, m in zip(said, marks, strict=True) if not m and w not in CHATTY and not topic_word(w)]
        return not elsewhere and len(others) < 2
    return _leaves(said, marks, plain, line, asks, elsewhere)


def _about_us(said: list[str], marks: list[str]) -> bool:
    return "pesan" in marks or "kirim" in marks or any(topic_word(w) for w in said) or "jadwal" in said


def _refuses(said: list[str], marks: list[str], line: str) -> bool:
    """ "jangan kirim pesan lagi", "gak usah wa lagi", "tidak perlu info bazar lagi"."""
    spoken = " ".join(m or w for w, m in zip(said, marks, strict=True))
    if re.search(
        r"\b(?:jangan|tidak|ojo|ampun) (?:lupa|lali|supe|kesupen)\b|"
        r"\b(?:jangan|ojo|ampun) \w+ (?:suami|istri|anak|bojo)\b|"
        r"\bjangan dulu\b|\bke nomor (?!ini|iki|niki|saya|aku|kulo)|\blewat\b|\bganti\b|"
        r"\bnanti saja\b|"
        r"\balamat\b|\bfoto\b",
        line,
    ):
        return False
    others = [w for w, m in zip(said, marks, strict=True) if not m and w not in CHATTY and not topic_word(w)]
    if ("lagi" not in marks or "lagi di " in line) and re.search(r"\b(?:malam|pagi|siang|jam|sekarang)\b", line):
        return False  # "jangan telepon sekarang"
    if _THINGS.search(line):
        return False
    if _AVERSE & set(said) and re.search(r"\bdi\w+", line) and "kirim" in marks and not others:
        return True  # "ogah diganggu"; "gak dikirim" may be a complaint
    if re.search(r"\bjangan (?:\w+ )?(?:kirim|pesan)\b", spoken):
        if not others and not re.search(r"\b(?:dulu|disik|dhisik|sek|rumiyin)\b", line):
            return True
        return (
            "lagi" in marks
            or line in {"jangan kirim", "jangan wa"}
            or bool(
                re.search(
                    r"\b(?:saya|aku|kulo|ganggu|terus|pesan\w*|info\w*|broadcast|promosi)\b|^(?:wis|wes|pun|sampun)\b",
                    line,
                )
            )
        )
    if re.search(r"\btidak (?:(?:usah|lagi) ?)+(?:\w+ )?(?:kirim|pesan)\b", spoken):
        return True
    if re.search(r"\btidak kirim\b", spoken) and "lagi" in marks and not others:
        return True
    if (
        re.search(r"\btidak (?:usah|lagi)\b", spoken)
        and any(topic_word(w) for w in said)
        and {"kirim", "pesan"} & set(marks)
    ):
        return True
    if re.search(r"\b(?:kirim|pesan)\b.*\btidak usah\b", spoken) and "kirim" in marks:
        return True
    if re.search(r"\b(?:mengganggu|ganggu|terganggu)\b", line) and "pesan" in marks:
        return bool(re.search(r"\b(?:tolong|mohon|jangan|sudah)\b|\bterganggu\b", line))
    return False


def _leaves(said: list[str], marks: list[str], plain: str, line: str, asks: bool, elsewhere: bool) -> bool:
    """ "saya keluar", "keluarkan saya dari grup", "saya undur diri dari layanan ini"."""
    if "keluar" not in marks or asks or re.search(r"\b(?:belum|blm|sudah|durung|dereng) (?:\w+ )?keluar\b", line):
        return False
    if not _OUT.search(line):
        return False
    others = [w for w, m in zip(said, marks, strict=True) if not m and w not in CHATTY and w not in {"daftar", "teko"}]
    if "pesan" in marks or "kirim" in marks:
        return not elsewhere and len(others) < 2
    return not others and not any(topic_word(w) for w in said) and len(said) < 6 and "mundur" not in said


def _resumes(said: list[str], marks: list[str], plain: str) -> bool:
    plain = re.sub(r"^(?:boleh|silakan|silahkan|monggo|mangga) ", "", plain)
    said = [w for w in said if w not in {"boleh", "silakan", "silahkan", "monggo", "mangga"}]
    marks = [WORDS.get(w, "") or near(w) for w in said]
    if re.search(r"\b(?:buka|lepas) blok\w*\b", plain):
        return True
    if (
        _ASKS.search(plain)
        or {"jangan", "tidak", "stop", "matikan", "keluar"} & set(marks)
        or re.search(r"\b(?:belum|batal|bukan)\b", plain)
    ):
        return False
    others = [w for w, m in zip(said, marks, strict=True) if not m and w not in CHATTY]
    if others and not set(others) <= {
        "dapat",
        "dapet",
        "terima",
        "daftar",
        "menerima",
        "nerima",
        "oleh",
        "angsal",
        "entuk",
        "ikut",
    }:
        return False
    if "mulai" in marks and all(m in {"mulai", ""} for m in marks) and "langganan" not in said:
        start = [w for w, m in zip(said, marks, strict=True) if m]
        return len(start) == 1 and start[0] in _START and not others and "saya" not in said[:1]
    about = "pesan" in marks or "langganan" in said
    if ("daftar" in said and not about) or {"sampun", "sudah"} & set(said):
        return False
    if {"langganan", "berlangganan"} & set(said) and not others:
        return True
    if {"kirimi", "dikirimi", "dikintuni", "dikabari", "dihubungi"} & set(said) and "lagi" in marks and not others:
        return True
    if "mulai" in marks and (about or "lagi" in marks):
        return ("lanjut" not in said and "lanjutkan" not in said) or about
    return (
        "lagi" in marks
        and about
        and bool(
            {"kirim", "mulai"} & set(marks) or set(others) or {"mau", "minta", "ingin", "pengen", "terima"} & set(said)
        )
    )
