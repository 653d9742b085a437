"""The wish to get no more messages, heard everywhere and at once; not fooled by *stok, keluar, berhenti kerja*.

A stop counts when it stands alone or is said of messages, info, this chat or the person's own number; said of work,
a shop, a contract or a bus it is something else.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from bot.chat.reading.slips import mender
from bot.chat.reading.words import clean, listed, squeeze, stems, table

Wish = Literal["stop_all", "stop_topic:pelatihan", "stop_topic:program", "stop_topic:asesmen", "resume"]

_WORDS = table(
    {
        "stop": """
        stop stopp setop stoop setopp berhenti brhenti berenti brenti brhnti henti hentikan hntikan dihentikan
        distop stopkan mandeg mandek leren unsubscribe unsub unsubs unsubscribed unsubcribe berentikan hentiin
        stopin brenti diberhentikan setopkan mandheg kendel berhentikan optout unsubscribed stopping distopin
        stopno mandegno nyetop
        """,
        "jangan": "jangan jgn jngn jangn ojo ampun aja_ jo jangann ojok",
        "tidak": "tidak tdk gak ga gk nggak ngga ndak enggak engga ora ra mboten boten tak emoh moh nda "
        "kagak gausah rausah gamau gakmau ogah wegah",
        "usah": "usah perlu prlu butuh mau ingin pengen gelem purun minat sudi kersa",
        "kirim": """
        kirim ngirim mengirim dikirim kirimi dikirimi kirimin ngirimi krm krim kirimkan dikirimkan ngirimin
        kirimno dikirimno broadcast bc brodcast sms japri chat wa whatsapp ngewa wasap hubungi dihubungi
        menghubungi ganggu diganggu mengganggu ingatkan diingatkan mengingatkan kabari dikabari ngabari
        ngechat chating chatting undang ngelingno tag spam nyepam ngubungi hubungin kintun kintuni dikintuni
        dipunkintuni ngintun ngintuni kintunan ajak diajak ngajak ngajaki telepon telpon nelpon telfon promosi
        promo dichat diwa undangan ngontak dikontak
        """,
        "pesan": """
        pesan pesen pesannya psn pesanku pesane info infonya informasi notif notifikasi notifikasinya notifnya
        berita beritanya broadcast langganan langganannya berlangganan layanan grup group grub pemberitahuan
        pengingat reminder kabar jadwal undangan bot wa chat chatnya bc pesanpesan milis daftar_ list otomatis
        otomatisnya nomor_ infone pesene newsletter iklan iklannya promosi promo siaran spam subscribe
        """,
        "matikan": "matikan matiin mateni pateni nonaktifkan nonaktif blokir block blok bisukan mute dimatikan "
        "patenono dinonaktifkan off offkan",
        "keluar": "keluar keluarkan metu kluar dikeluarkan leave kluarkan kluarin keluarin hapus_ undur mundur",
        "lagi": "kembali kembalikan lagi lg maneh malih lgi mane meneh",
        "cukup": "cukup cukupp wis_ uwis_ sampun_",
        "mulai": """
        mulai start aktifkan aktif hidupkan nyalakan buka lanjut lanjutkan langganan subscribe aktipkan uripno
        bukak diaktifkan aktifno sambung teruskan lanjutno ikutkan mulaikan gabung dimulai resume dihidupkan
        urupno unstop
        """,
    }
)
_TOPICS: dict[Wish, frozenset[str]] = {
    "stop_topic:pelatihan": listed(
        "pelatihan pelatian plthn latihan bimtek diklat kursus workshop kelas seminar webinar "
        "pelatihane pelatihannya bimteknya"
    ),
    "stop_topic:program": listed(
        "program ekspor expor export bazar bazaar pameran misi dagang matching buyer promosi bantuan kurasi programnya"
        " pamerane bazare luar negeri expo fasilitasi festival"
    ),
    "stop_topic:asesmen": listed(
        "asesmen asesment assessment assesment assesmen asesmennya penilaian nilai soal kuesioner "
        "kuisioner kuis cek naik evaluasi"
        " pertanyaan penilaiannya survei survey"
    ),
}
_MEND = mender(
    {w: name for name, names in _TOPICS.items() for w in names}
    | {w: w if len(w) > 4 else "" for w in _WORDS if _WORDS[w] not in {"jangan", "stop"}}
    | {w: _WORDS[w] for w in _WORDS if _WORDS[w] == "jangan"}
)
_CHATTY = listed(
    """
        ya yah y pak bu bapak ibu mas mbak kak min admin om dong donk deh sih aja saja ae wae mawon tolong
        mohon plis pls please segera terima kasih makasih suwun matur nuwun thx trims maaf nyuwun sewu saya aku
        kulo kula kami ini itu iki niku niki sekarang saiki dulu sek disik sudah sdh udah wis wes sampun pun
        semua semuanya kabeh sedaya nomor nomer hp ke dari di dan ok oke mau minta ingin pengen pingin tidak
        dengan untuk lah kok total permanen assalamualaikum selamat pagi siang sore malam halo hai aja ker sam
        salah sambung bukan yang the all me oh eh tok thok jenengan panjenengan dinas bot akun chat karo
        kalian sama langsung cepat berisik spam capek bosan risih banyak sekali banget terlalu kebanyakan berubah
        pikiran bos gan sis bro tante buk mimin dik dek juragan
        apapun dipun yo iyo ta rek cak ning nggih inggih po o se pisan wae thok mawon
        """
)
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
    r"penjualan|jualannya|pabrik|dapur|warung|kios|pelanggan\w*|pembeli\w*)\b"
)
_ASKS = re.compile(
    r"\?|\b(?:apakah|gimana|bagaimana|kalau|kalo|klo|kapan|dimana|mana|berapa|bolehkah|boleh|"
    r"piye|pripun|kenapa|kok bisa|cara|caranya|apa)\b"
)
_JOINED = (
    (re.compile(r"\b(ga|gak|ra|tak)(usah|mau|perlu)\b"), r"\1 \2"),
    (re.compile(r"\b([a-z]{4,})2\b"), r"\1"),
    (re.compile(r"\bun[ -]subs?cribe?\b"), "unsubscribe"),
    (re.compile(r"\bmisi dagang\b|\bluar negeri\b"), "ekspor"),
    (re.compile(r"\b(?:cek )?naik kelas\b"), "asesmen"),
    (re.compile(r"\bmboten sah\b"), "mboten usah"),
)
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
_NUMBERS = re.compile(
    r"\bhapus (?:\w+ ){0,3}(?:daftar|penerima|list|broadcast|grup)\b|\b(?:blokir|block|blok|"
    r"hapus) (?:saja |aja )?(?:nomor|nomer|no|hp|wa|kontak)(?: hp| wa)? (?:saya|ini|aku|kulo|"
    r"ku)\b"
)


_ALONE, _NOT, _USE, _AGAIN, _MESSAGE = 1, 2, 4, 8, 16
_SIGNALS = {
    "stop": _ALONE, "jangan": _ALONE, "matikan": _ALONE, "keluar": _ALONE, "mulai": _ALONE,
    "tidak": _NOT, "usah": _USE, "lagi": _AGAIN, "kirim": _MESSAGE, "pesan": _MESSAGE,
}  # fmt: skip
_ANY_FORM = re.compile(r"batal|cancel|cabut|tarik|hapus|blok|langgan|subs|ganggu|buka|lepas|hent|ber?nti|stop")


@lru_cache(maxsize=8192)
def _signal(word: str) -> int:
    """What a word, a slip forgiven, can bring to a wish."""
    if _ANY_FORM.search(word):
        return _ALONE
    for pattern, said_plainly in _JOINED:
        word = pattern.sub(said_plainly, word)
    signal = 0
    for part in (_MEND(word)[0]).split():
        form = part if part in _WORDS else squeeze(part)
        signal |= _SIGNALS.get(_WORDS.get(form, "") or _near(form), 0) | (_USE if form == "sah" else 0)
    return signal


def may_wish(text: str) -> bool:
    """Whether a text has words at all by which a wish is told: a cheap look, for most messages are about other things.

    True is a reason to read on, no more; False is final.
    """
    heard = 0
    for word in re.findall(r"[a-z]+", clean(text, cut=True).replace("'", "")):
        heard |= _signal(word)
        if heard & _ALONE:
            return True
    return bool((heard & _NOT and heard & (_USE | _AGAIN)) or (heard & _AGAIN and heard & _MESSAGE))


def read_optout(text: str) -> Wish | None:
    """What the person wishes about our messages, or None when the message is about something else."""
    return read_wish(text) if may_wish(text) else None


def read_wish(text: str) -> Wish | None:
    """As `read_optout`, without looking first whether it is worth it."""
    plain = re.sub(r"\bapa[ -]?(?:apa|pun)\b", "", clean(text, cut=True))
    for pattern, said_plainly in _JOINED:
        plain = pattern.sub(said_plainly, plain)
    plain = _MEND(plain)[0]
    said = [squeeze(w) if w not in _WORDS else w for w in re.findall(r"[a-z]+", plain.replace("'", ""))]
    if not said or len(said) > 40:
        return None
    marks = [_WORDS.get(w, "") or _near(w) for w in said]
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
        return None
    topic = _topic(said)
    return topic or "stop_all"


def _near(word: str) -> str:
    """A slip in the words for stopping, a form of the verbs for sending ("ngingetin", "dikirimin")."""
    stem = re.sub(r"(?:nya|ne|e)$", "", word)
    if len(stem) > 3 and stem in _WORDS:
        return _WORDS[stem]
    if len(word) > 4 and _SENDING.fullmatch(word):
        return "kirim"
    if any(_WORDS.get(s) == "stop" for s in stems(word)):
        return "stop"
    return (
        "stop"
        if re.fullmatch(r"b[eu]?r?h?[ei]nt[iy]i?|s[e]?to+pp?|uns[uo]bs?cri[bp]e?|h[ae]?nt[i]?k[ae]?n", word)
        else ""
    )


_SENDING = re.compile(
    r"(?:me|di|dipun|tak)?(?:ng|ny|n|m)?[aeiou]?"
    r"(?:kirim|krim|irim|kintun|intun|hubung|ubung|ngebel|bel|ganggu|gangu|inget|ingat|ngat|kabar|abar|chat|cet|undang|ajak|telp|telpon|telepon|tlp|wa|spam)"
    r"(?:i|in|an|kan|no|ke|aken|ne|e|ono|nono)?"
)


def _topic(said: list[str]) -> Wish | None:
    found: list[Wish] = [name for name, names in _TOPICS.items() if names & set(said)]
    return found[0] if found else None


def _topic_word(word: str) -> bool:
    return any(word in names for names in _TOPICS.values())


def _stops(said: list[str], marks: list[str], plain: str, line: str) -> bool:
    if line == "off":
        return True
    asks = bool(_ASKS.search(plain))
    elsewhere = bool(_ELSEWHERE.search(line))
    if _CONSENT.search(line) or _NUMBERS.search(line) or (_CANCELS.search(line) and not elsewhere):
        return not asks
    if _AT_LAST.search(plain) and not asks:
        return True
    about = _about_us(said, marks)
    if re.search(r"\bstop ?(?:kontak|map)|\bnon[ -]?stop|\b(?:dari|ikut) (?:pelatihan|bimtek|diklat|kelas)\b", line):
        return False
    if "stop" in marks:
        others = [w for w, m in zip(said, marks, strict=True) if not m and w not in _CHATTY and not _topic_word(w)]
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
        return not _ELSEWHERE.search(line)
    return _leaves(said, marks, plain, line, asks, elsewhere)


def _about_us(said: list[str], marks: list[str]) -> bool:
    return "pesan" in marks or "kirim" in marks or any(_topic_word(w) for w in said) or "jadwal" in said


def _refuses(said: list[str], marks: list[str], line: str) -> bool:
    """ "jangan kirim pesan lagi", "gak usah wa lagi", "tidak perlu info bazar lagi"."""
    spoken = " ".join(m or w for w, m in zip(said, marks, strict=True))
    if re.search(
        r"\b(?:jangan|tidak) lupa\b|\bjangan dulu\b|\bke nomor (?!ini|iki|niki|saya|aku|kulo)|\blewat\b|\bganti\b|"
        r"\bnanti saja\b|"
        r"\balamat\b|\bfoto\b",
        line,
    ):
        return False
    others = [w for w, m in zip(said, marks, strict=True) if not m and w not in _CHATTY and not _topic_word(w)]
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
        and any(_topic_word(w) for w in said)
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
    if "pesan" in marks or "kirim" in marks:
        return not elsewhere
    others = [w for w, m in zip(said, marks, strict=True) if not m and w not in _CHATTY and w != "daftar"]
    return not others and not any(_topic_word(w) for w in said) and len(said) < 6 and "mundur" not in said


def _resumes(said: list[str], marks: list[str], plain: str) -> bool:
    plain = re.sub(r"^(?:boleh|silakan|silahkan|monggo|mangga) ", "", plain)
    said = [w for w in said if w not in {"boleh", "silakan", "silahkan", "monggo", "mangga"}]
    marks = [_WORDS.get(w, "") or _near(w) for w in said]
    if re.search(r"\b(?:buka|lepas) blok\w*\b", plain):
        return True
    if (
        _ASKS.search(plain)
        or {"jangan", "tidak", "stop", "matikan", "keluar"} & set(marks)
        or re.search(r"\b(?:belum|batal|bukan)\b", plain)
    ):
        return False
    others = [w for w, m in zip(said, marks, strict=True) if not m and w not in _CHATTY]
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
    if {"kirimi", "dikirimi", "dikintuni"} & set(said) and "lagi" in marks and not others:
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
