"""The words by which a wish about our messages is told, in their many spellings and with their affixes."""

from __future__ import annotations

import re
from typing import Literal

from bot.chat.reading.slips import mender
from bot.chat.reading.words import listed, table

Wish = Literal["stop_all", "stop_topic:pelatihan", "stop_topic:program", "stop_topic:asesmen", "resume"]

WORDS = table(
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
        "usah": "usah perlu prlu berkenan bersedia berminat kerso butuh mau ingin pengen gelem purun minat sudi kersa",
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
TOPICS: dict[Wish, frozenset[str]] = {
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
mend = mender(
    {w: name for name, names in TOPICS.items() for w in names}
    | {w: w if len(w) > 4 else "" for w in WORDS if WORDS[w] not in {"jangan", "stop"}}
    | {w: WORDS[w] for w in WORDS if WORDS[w] == "jangan"}
    | dict.fromkeys(("asap", "ojek", "dingin", "gratis"), "")
)
CHATTY = listed(
    """
        ya yah y pak bu bapak ibu mas mbak kak min admin om dong donk deh sih aja saja ae wae mawon tolong
        tlg tlong tulung plis coba berkenan
        mohon plis pls please segera terima kasih makasih suwun matur nuwun thx trims maaf nyuwun sewu saya aku
        kulo kula kami ini itu iki niku niki sekarang saiki dulu sek disik sudah sdh udah wis wes sampun pun
        semua semuanya kabeh sedaya nomor nomer hp ke dari di dan ok oke mau minta ingin pengen pingin tidak
        dengan untuk lah kok total permanen assalamualaikum selamat pagi siang sore malam halo hai aja ker sam
        salah sambung bukan yang the all me oh eh tok thok jenengan panjenengan dinas bot akun chat karo
        kalian sama langsung cepat berisik spam capek bosan risih banyak sekali banget terlalu kebanyakan berubah
        pikiran bos gan sis bro tante buk mimin dik dek juragan
        e ne apapun dipun yo iyo ta rek cak ning nggih inggih po o se pisan wae thok mawon
        """
)
SPELLED = re.compile(r"\b(?:[a-z][ .-]){3,}[a-z]\b")
"""A word in single letters: "s t o p"."""
JOINED = (
    (re.compile(r"\b(ga|gak|ra|tak)(usah|mau|perlu)\b"), r"\1 \2"),
    (re.compile(r"\b([a-z]{4,})2\b"), r"\1"),
    (re.compile(r"\bun[ -]subs?cribe?\b"), "unsubscribe"),
    (re.compile(r"\bopt[ -]?out\b"), "optout"),
    (re.compile(r"\bmisi dagang\b|\bluar negeri\b"), "ekspor"),
    (re.compile(r"\b(?:cek )?naik kelas\b"), "asesmen"),
    (re.compile(r"\bmboten sah\b"), "mboten usah"),
    (re.compile(r"\b(?:dikasih|kasih|dikei|ngasih) (?:tau|tahu|eruh)\b"), "dikabari"),
    (re.compile(r"\b(jangan|jgn|ojo|ampun|usah|perlu) (?:di)?kontak(?:in|i)?\b"), r"\1 hubungi"),
)
"""Words written apart or together, and what is said in two words."""


def near(word: str) -> str:
    """A verb of stopping, sending, switching off or on, with what is put before and behind it ("distopno")."""
    stem = re.sub(r"(?:a?nipun|ipun|nya|ne|e)$", "", word)
    if len(stem) > 3 and stem in WORDS:
        return WORDS[stem]
    if len(word) > 4:
        for mark, pattern in _VERBS:
            if pattern.fullmatch(word):
                return mark
    return ""


_ENDINGS = r"(?:kan|in|i|an|no|na|ne|ke|aken|ake|en|ono|nono|lah)?"
_VERBS = tuple(
    (mark, re.compile(f"(?:{pattern})" + _ENDINGS * 2))
    for mark, pattern in (
        ("kirim", r"(?:me|di|dipun|tak)?(?:ng|ny|n|m)?[aeiou]?(?:kirim|krim|irim|kintun|intun|hubung|ubung|ngebel|bel|"
            r"ganggu|gangu|inget|ingat|ngat|kabar|abar|chat|cet|undang|ajak|telp|telpon|telepon|tlp|wa|spam|"
            r"info(?=kan|in|no))"),
        ("stop", r"(?:di|dipun|nge|ng|ny|meng|pem|mem|ter)?(?:s[e]?to+pp?|b[eu]?r?h?[ei]nt[iy]|h[ae]?nt[i]?|mandh?eg|"
            r"kendel|leren|uns[uo]bs?cri[bp]e?)"),
        ("stop", r"(?:di)?sudah(?=i)"),
        ("matikan", r"(?:di|dipun|me|mem|n|ng)?(?:mati|pateni|pati|nonaktif|bisu|mute|blokir|blok)(?=[kina]|$)"),
        ("mulai", r"(?:di|dipun|me|meng|men|ng|n|tak)?(?:akti[fp]|nyala|yala|h?idup|urip|urup|lanjut|sambung|mulai)"),
        ("mulai", r"(?:di|dipun|me|ne|n)terus(?=[kin])|terus(?=k|in|no)"),
    )
)  # fmt: skip


def topic_word(word: str) -> bool:
    return any(word in names for names in TOPICS.values())
