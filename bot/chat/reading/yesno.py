"""Yes and no as owners say it, in Indonesian and Malang Javanese (ngoko, krama, walikan).

Beside yes and no there are three answers that matter for every licence: not known, in progress, expired.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.chat.reading.outcome import Invalid, Reading, Unsure
from bot.chat.reading.slips import mender
from bot.chat.reading.words import canonical, clean, listed, single, skeletons_of, squeeze, stems, table
from bot.chat.text import t

Answer = Literal["yes", "no", "unsure", "in_progress", "expired"]

NO_ANSWER = t("Please answer *yes* or *no*.")
WRITE_IT = t("For this question, please write the word: *yes* or *no*.")

_KNOWN = table(
    {
        # ya and what agrees
        "ya": """
        ya y yaa yah yo yoi yoh yok iya iyo iyah iyes iye ye yes yess yup yep yap nggih inggih enggih injih
        njih nggeh nggehh inggeh nggi nggeh2 ngge gih nji enjeh oyi uyi ok oke okay okey okee oks oki okd sip
        siip sipp siap siyap betul betoel benar bener bnr btl leres setuju stuju setujuh acc deal cocok pas
        sesuai gas gass gaskeun gaspol lanjut lanjutkan lanjutken terus monggo mangga mongggo boleh bole blh
        bersedia sedia ikut ikutan hadir rawuh mau mw mo pengen pingin kepingin purun gelem kersa kerso gelam
        melok melu nderek ndherek tumut minat berminat tertarik cocog arep kepengen pengin ingin mlaku mlampah tentu
        pasti jelas valid true sae apik
        kirim kirimkan yakin simpan sahkan ikhlas gpp sudahbenar eh_he hooh heeh hehe_ sepakat mufakat diterima
        terima minta iy yasudah yaudah yasudahlah yaudahlah yoweslah dijalankan berjalan jalan buka baik bagus
        mantap mantab mantul ayo ayuk yuk hayuk hayo silakan silahkan datang dateng teko aman akur tepat
        insyaallah inshaallah siaap saestu tenan temenan estu ngoten mekaten sarujuk mathuk matuk cus cuss
        budal ayok iyak iyap jos joss kenek yowes yowis yawis yawes laksanakan langsung sah cucok wokeh hayu
        manut ngiring saguh enggeh injeh enjih sumangga sumonggo monggo2 kersoo ngersakaken kepareng
        """,
        "sudah": """
            sudah sdh sudh lawas udah udh uda dah suda sudahh sampun sampon sampung wis wes uwis uwes wus pun mpun
            wiss wess
            telah pernah rampung selesai lengkap beres komplit terbit keluar jadi kelar terdaftar""",
        "punya": """
        punya pny pnya darbe kagunganipun gadhahipun nduweni duweni duwe nduwe duwé gadhah gadah gadhahi
        kagungan ada adalah_ ono onok ana enten wonten ono_ mempunyai memiliki milik ad aya enek enten2 ndue
        """,
        "bisa": "bisa bs bsa pakai pake dapat dpt dapet oleh angsal pareng kenging kenging2 saged iyso isok "
        "isook sagetipun isa iso saget saged bsia mampu sanggup sempat",
        # tidak and what refuses
        "tidak": """
        tidak tdk tidk tdak gak ga gk g nggak ngga enggak engga engak kagak kaga ndak ndk nda tak ora ra
        mboten boten ngak gaak gag kgk kga dak no nope nggk enggk ndhak mbonten mbotn ogak nolak menolak tolak
        kadit tdk2 tidka gakk tiada tanpa never ndakk kosong nihil gada gaada gakada enggaklah tdkk moten
        mbten botenn mblenjani raono randuwe radue ogak gakk
        """,
        "belum": """belum blm blum belom blom lum durung during_ dereng urung gung drng drg drung dureng durong derengg
            duruung belon dereng2 drong dorong dorung deremg gurung gurong ngrung rung blon belm""",
        "bukan": "bukan bkn sanes seje dudu duduk bukn sanés ndudu",
        "jangan": "jangan jgn ojo malas aras arasen sungkan wegahh emohh emooh mohh ampun sampun_ojo jngn "
        "ojok emoh moh gamau ogah wegah ngga_mau batal batalkan cancel keberatan berhalangan sido_ wurung gagal "
        "stop males",
        "salah": "salah slh koreksi ubah ganti bedo beda benten lepat mboten_leres klentu kliru keliru "
        "klèntu luput false mleset",
        # not known
        "ragu": """
        mungkin mgkn mngkn bingung binggung ragu ragu2 lupa lali kesupen supe kesupèn embuh mbuh kirangan mboh
        wallahualam terserah trserah terserahh kayaknya koyoke koyok koyone koyoe kyknya kayake kayanya kayak kyk
        sepertinya spertinya
        ketoke ketokne kadose kadosipun sajake rasanya kyke kemungkinan barangkali pikir2 pikir mikir entah
        gatau gatauu pusing kaleh_ menawi mbokmenawi galau kurangtau mbohlah embuhlah ketingale tergantung
        gumantung seingat ingat inget kelingan emut kemutan kilap wikan duko dukane kayae kiro kintene kinten
        mikirne ketara ndak_tau bimbang sebagian separo kadang kadangkadang jarang mumet mangmang kadang
        embuhh embo mbohh embohh kesupe keselimur kelalen
        """,
        "tahu": "tahu tw mangertos mangerteni ngertosi_ reti ruh ero eroh priksa pirsa mirsani mudheng sumerep tau "
        "tauu ngerti ngertos paham faham mudeng mengerti eruh weruh ngerteni semerap yakin_",
        "nanti": "nanti besuk benjing mbenjing menko nanty nantiaja kapankapan lainkali nnti nti ntar mengko "
        "mengke mangke engko engke mene kapan2 besok sesuk suk",
        "dulu": "dulu dl dlu disik dhisik riyin rumiyin sek_ sik_ ndisik rumiyen sikik",
        "tanya": "tanya tny jelaskan takok takoni delok ndelok takon nakokno nakoni nanya bertanya tanyak "
        "tangklet nyuwun_pirsa dipikirkan dipertimbangkan pertimbangan timbang pikirkan mikirke "
        "musyawarah rembug ngomong ndelok ndeloken nyobak tanglet_ tangled tanglet cek ngecek cari "
        "nyari lihat liat ningali deloki dicek tanyakan konsultasi rundingan rembugan rembukan "
        "diskusi dipikir pikirkan pertimbangkan",
        # under way
        "proses": """
        proses progres progress otw prosess diproses memproses diurus ngurus urus mengurus ngurusi dirus
        urusan pengajuan pengurusan aju ajuk ajukan diajukan ngajukan mengajukan ngajuaken pendaftaran antri antre
        ngantri antrian nunggu menunggu tunggu nenggo nengga ngenteni enteni ngentosi ngrantos ditunggu
        verifikasi diverifikasi survei disurvei garap digarap nggarap garapan prosese proseske antrekan dibuatkan
        dibikinkan digawe digawekno dipundamel dipunurus ngurusaken dipunproses lampahaken ngurusno diurusno
        diurusne diurusi diperpanjang perpanjangan memperpanjang dilengkapi melengkapi upload diupload input
        dikerjakan mengerjakan dibuat pembuatan
        """,
        "daftar": "submit disubmit daftar ndaftarke ndaftarno daftarno daftaraken ndaftar mendaftar daftarkan "
        "ndaptar dftr didaftarkan daptar",
        "sedang": "sedang sdg seg saweg sawek nembe_ lagekan barusan wau ijek isik iseh lagi lg lgi masih msh "
        "sik tasik taksih tesih saweg sek isih jek lagek lage nembe baru bru tinggal jik tengah",
        "keluar": "keluar mijil medhal jadine turu_ keluar terbit jadi metu medal dados rampung selesai "
        "selese mari dadi turun cetak turunnya",
        # expired
        "mati": """
        mati kadaluwarso kadalwarso kedaluwarso kedaluarso kdaluarsa kadarluwarsa kelewat kliwat langkung_
        dicabut diblokir matek mateni_ kadaluwars kadalursa kadulwarsa kadalwursa kadaluarsae sedo_
        kadaluarsane mati kadaluwarsa kedaluwarsa kadaluarso kadarluarsa kadluarsa expired expire exp
        kedaluarsa hangus lewat modar pejah kaluwarsa telat nonaktif kadalwarsa
        """,
        "habis": "habis entekan telah_ sampunhabis enthek ntek habiss hbs abis entek telas entekk",
        "masa": "masa berlakunipun wektune wekdalipun tenggang masa_ masanya masane masa2 berlaku "
        "berlakunya berlakune aktif tanggalnya",
    }
)
ANSWERS = frozenset(_KNOWN)
"""The words that answer a yes-or-no question."""
_SKELETONS = skeletons_of(_KNOWN)
_LOOSE = listed(
    """
        pak bu bapak ibu mas mbak mba mbk kak kakak min mimin admin bang om tante cak ning sis gan bos bro dik
        dek sam ker pk buk dong donk deh sih kok lah nih kan lho loh tuh to lha aja saja ae wae mawon kemawon
        doang sekali banget semua kabeh sedaya semuanya kasih makasih trims suwun nuwun matur saya aku kulo
        kula kami kita ini itu iki iku niki niku punika yang yg untuk buat di ke dari dr insyaallah insya
        allah alhamdulillah data datanya sejak lama tahun lalu kemarin wingi bulan hari minggu kantor rumah
        kelurahan dinas oss online itreng nomer nomor nomere nomornya izinnya ijine surat suratnya suami bojo
        istri anak orang dulu sekarang saiki akan jadi kalau klo tapi meniko menika mekaten ngoten kantun kari
        tetapi nanging cuma hanya dan nya e ne apa sama beli ndamel bikin gawe pakai wonge pribadi namanya
        usaha sertifikat nib pirt halal merek qris npwp izin ijin satu dua betulbetul memang pancen wau tadi
        tau dengan nama alamat sanget masalah masalahe skip lewati
        """
)
_IDLE = frozenset(map(single, _LOOSE))
_HANDS = {"yes": "👍👌✅☑✔💯🆗🤝", "no": "👎❌✖🚫🙅", "unsure": "🤔🤷😕"}
_DOUBT = {"yes": t("Yes, is that right?"), "no": t("No, is that right?")}


_TAK_I = re.compile(
    r"(?<=\b(?:wi|we)s )tak\b|(?<=\b(?:sik|sek|mau) )tak\b|(?<=\b(?:lagi|arep|jare) )tak\b|"
    r"\btak (?=(?:n?g?urus|gawe|gowo|te?ko?kn?o?|takon|cek|delok|pikir|kirim|foto|jaluk|golek|coba|rembug)\w*)"
)
"""Javanese "tak" before a verb is I, not the tak that is no."""
_I_DID = re.compile(
    r"\b(?:sudah|udah|sdh|udh|wis|wes|sampun) (?:saya|aku|kulo|kula|ku)(?: sudah)? ?n?g?urus\b"
    r"(?!.*\b(?:belum|blm|durung|dereng|tunggu|nunggu|ngenteni|ngentosi|proses|lagi|sedang)\b)"
)

_JOINED = re.compile(
    r"\b(ga|gak|gk|ra|ora|tak|g(?!gelem))"
    r"(jadi|jd|bs|bisa|usah|mau|ada|punya|tau|tw|perlu|onok?|duwe|gelem|iso|oleh|eruh|ngerti|sido)\b"
)
_MEND = mender(
    {w: m for w, m in _KNOWN.items() if m in {"tidak", "belum", "bukan"} and not w.endswith("_")}
    | {w: "" for w in {*_KNOWN, *_LOOSE} if _KNOWN.get(w) not in {"tidak", "belum", "bukan"}}
    | {w: w for w in ("kurang", "kirang", "tahu", "yakin", "paham", "ngerti")}
)
"""A slip in a no must not leave a yes: "beum punya"."""

_IT_IS_ME = re.compile(
    r"(?:ini|iki|niki|punika)? ?(?:saya|aku|kulo|kula)(?: sendiri| dewe| piyambak)?(?: (?:pak|bu|mas|mbak|kak))?"
)


def read_yes_no(text: str, reading: Reading, *, thumb: bool = True) -> Answer | Invalid | Unsure[Answer]:
    """The answer to a yes-or-no question.

    Without `thumb` a bare 👍 isn't enough (consent, erasure, a review). A yes or no among many strange words is asked
    back.
    """
    return _read(text, thumb)


def doesnt_know(text: str) -> bool:
    """Whether somebody says that she doesn't know, and nothing else ("ga tau", "mboh", "masih bingung")."""
    _, said, _ = _prepared(text)
    marks = {w: _mark(w) for w in said}
    only = all(m in _NOT_KNOWING or (m is None and single(w) in _IDLE) for w, m in marks.items())
    return bool(said) and only and _read(text, thumb=False) == "unsure"


_NOT_KNOWING = ("ragu", "tidak", "belum", "tahu", "sedang")


def _prepared(text: str) -> tuple[str, list[str], bool]:
    """The text with its slips put right, its words, and whether a slip stayed uncertain."""
    plain = clean(text)
    plain = re.sub(r"\b(?:he+[' ]?e+[hm]?|ho+[' ]?o+h?)\b(?! [a-z])", "iya", plain)
    plain = re.sub(r"\bin ?s[hy]a+ ?al+[ao]h?\b", "insyaallah", plain)
    plain = _TAK_I.sub(lambda m: "aku " if m[0].endswith(" ") else "aku", plain)
    plain = re.sub(r"\b(ya|iya)/(tidak|gak|ga|tdk|no)\b", r"\1 atau \2", plain)
    plain = _JOINED.sub(r"\1 \2", plain)
    plain, slipped = _MEND(plain)
    return plain, re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])2\b", "", plain.replace("'", "").replace("-", " "))), slipped


def _read(text: str, thumb: bool) -> Answer | Invalid | Unsure[Answer]:
    plain, said, slipped = _prepared(text)
    if not said:
        number = plain.strip(" .)")
        return "yes" if number == "1" else "no" if number == "2" else _hand(plain, thumb)  # the first button is yes
    marks = [_mark(w) for w in said]
    if _IT_IS_ME.fullmatch(" ".join(said)):
        return "yes"
    read = _meaning([m for m in marks if m], " ".join(squeeze(w) for w in said))
    if read is None:
        return Invalid(NO_ANSWER)
    strange = sum(m is None and single(w) not in _IDLE for w, m in zip(said, marks, strict=True))
    asks = "?" in plain or (
        not re.search(r"\bapa[ -]?(?:apa|2)", plain)
        and bool(
            {"apa", "apakah", "gimana", "bagaimana", "piye", "kapan", "berapa", "dimana", "kenapa", "pripun"}
            & set(said)
        )
    )
    if (((strange > 2 or asks) and len(said) > 2) or slipped) and read in _DOUBT:
        return Unsure(read, _DOUBT[read])
    return read


_CLITIC = re.compile(r"(?<=[a-z]{2})(?:deh|dong|donk|lah|kok|sih|kak|pak|bu|mas|mbak|aja|kan)$")
"""Particles and forms of address written onto their word: "okedeh", "belumkak"."""
_YA = re.compile(r"(?:i?y[aeiou]{1,3}|ok[aei]{0,2})[hkpsyz]{0,3}")
"""Yes in its many endings: "yaps", "iyak", "yupz", "okeh"."""


def _mark(word: str) -> str | None:
    """The meaning of one word, None for one without."""
    if word not in _KNOWN and single(word) in _IDLE:
        return None
    if (known := canonical(word, _KNOWN, _SKELETONS)) is not None:
        return known
    if _YA.fullmatch(squeeze(word)):
        return "ya"
    if (bare := _CLITIC.sub("", word)) != word:
        return _mark(bare)
    return "proses" if any(_KNOWN.get(stem) == "proses" for stem in stems(word)) else None


def _hand(plain: str, thumb: bool) -> Answer | Invalid:
    """An answer that is only a sign."""
    found: list[Answer] = [a for a in ("yes", "no", "unsure") if any(c in plain for c in _HANDS[a])]
    if len(found) != 1:
        return Invalid(NO_ANSWER)
    return found[0] if thumb or found[0] != "yes" else Invalid(WRITE_IT)


def _has(marks: list[str], *wanted: str) -> bool:
    return any(m in wanted for m in marks)


def _meaning(marks: list[str], said: str) -> Answer | None:
    """What the meanings of the words say together; the more special answer first."""
    line = " ".join(marks)
    if re.search(
        r"\b(?:ya|iya|iyo|nggih) ?(?:atau|utowo|apa|opo) ?(?:tidak|gak|ga|nggak|ora|mboten)\b", said
    ) or re.fullmatch(r"(?:lha |lah )?(?:yo|ya) ?(?:opo|nopo|apa|piye)(?: .*)?", said):
        return None
    if re.search(r"\b(?:belum|tidak) (?:masa )?(?:mati|habis)", line) or re.search(
        r"\b(?:mau|hampir|meh|arep|ape|segera|akan) (?:habis|entek|mati|expired|kad[ae]?lu?\w+)\b", said
    ):
        return "yes"  # still valid
    if _expired(marks, line, said):
        return "expired"
    if re.search(
        r"\bbaru (?:mau|akan|arep|ape) |\b(?:mau|akan|arep|ape|kate|badhe|rencana\w*|pengen|"
        r"perlu) (?:\w+ )?(?:urus|ngurus|diurus|"
        r"buat|bikin|gawe|ndaftar|daftar|proses|diproses|diperpanjang|perpanjang)",
        said,
    ):
        return "no" if "baru" in said or not _has(marks, "ya", "sudah") else "yes"
    if _I_DID.search(said):
        return "yes"
    if _has(marks, "proses") and not re.search(r"\b(?:belum|tidak|jangan)(?: \w+)? (?:proses|daftar)", line):
        done = re.search(r"\b(?:sudah|ya) (?:keluar|sudah)$", line) and not _has(marks, "sedang", "belum")
        if not done:
            return "in_progress"
    if _has(marks, "sedang") and re.search(r"\b(?:damel|gawe|bikin|buat)\b", said):
        return "in_progress"
    if _under_way(line):
        return "in_progress"
    if _not_known(marks, line, said):
        return "unsure"
    if re.search(
        r"\b(?:tidak|tdk|ora|ra|ga|gak|gk|mboten|ndak|nggak) ?(?:apa|papa|o?popo|opo opo|nopo|punopo|masalah|"
        r"keberatan|salah)|\bgapapa\b|\brapopo\b|\b(?:ada|onok) yang salah",
        said,
    ):
        return "no" if re.search(r"(?<!tidak )(?<!gak )\bada yang salah", said) else "yes"
    if re.search(r"^(?:masih masa)|sedang masa", line) and not _has(marks, "tidak", "belum"):
        return "yes"
    if _has(marks, "tidak", "belum", "bukan", "jangan", "salah") or re.search(r"\b(?:kurang|krg|kirang) \w+", said):
        return "no"
    if _has(marks, "nanti"):
        return "unsure"
    if _has(marks, "sudah", "ya", "punya", "bisa", "keluar"):
        return "yes"
    if line in {"tahu", "daftar"}:
        return "yes"
    return None


def _expired(marks: list[str], line: str, said: str) -> bool:
    if re.search(r"\b(?:belum|tidak) (?:mati|habis)", line):
        return False
    if _has(marks, "mati") or re.search(
        r"\b(?:belum|blm|durung|dereng|tidak|lupa|perlu|harus) (?:di)?(?:perpanjang|pun perpanjang)\w*\b", said
    ):
        return True
    if re.search(r"\b(?:tidak|bukan)(?: punya)? masa\b", line):
        return True
    return "habis" in marks and (len(marks) < 4 or "masa" in marks)


def _under_way(line: str) -> bool:
    """ "sudah daftar tapi belum keluar", "baru daftar", "tinggal terbit"."""
    return bool(
        re.search(r"\b(?:sedang|sudah)\b.*\bdaftar\b", line)
        or re.search(r"\bdaftar\b.*\bbelum\b", line)
        or (re.search(r"\bbelum (?:sudah|keluar)\b", line) and "sudah" in line.split()[:1])
        or (re.search(r"^(?:sedang (?:sudah|keluar))", line) and "masa" not in line)
    )  # fmt: skip


def _not_known(marks: list[str], line: str, said: str) -> bool:
    if re.search(
        r"\b(?:gak|ga|gk|ndak) tau (?:n?duwe|mel[uo]k?|n?derek|ngurus|gawe|oleh|ndaftar|teko|entuk|nyoba|njajal|"
        r"dodol\w*|ikut|dapat|daftar)\b",
        said,
    ):
        return False
    if re.search(r"\b(?:durung|dereng|urung|gung|ora|ra) (?:nate|tau|tahu)\b", said) and "ngerti" not in said:
        return False  # Javanese: "tau" is ever, so "durung tau" is never yet
    if (
        _has(marks, "ragu", "tanya")
        or (marks and set(marks) <= {"sedang"})
        or re.fullmatch(r"(?:sik|sek) (?:yo|ya)", said)
        or re.search(r"\bantara (?:iya|ya)\b|\b(?:bisa|iso) (?:jadi|dadi|iya|ya|ugo|ugi)\b", said)
        or re.search(r"\bpaling (?:yo|ya|iyo|iya|wis|wes|sudah|udah|sampun|durung|belum|dereng|gak|ora)\b", said)
    ):
        return True  # "sik", "sek" alone ask for patience
    if re.search(
        r"\b(?:kurang|krg|kirang) (?:tahu|tau|yakin|paham|jelas|faham|priksa|pirsa|eruh|mudh?eng|"
        r"\w*nger(?:ti|tos))\b",
        said,
    ):
        return True
    if re.search(r"\b(?:tidak|belum|bukan)\b.*\btahu\b", line) or re.search(
        r"\b(?:tidak|ga|gak|nggak|belum|blm|durung|dereng|ora|mboten) (?:bisa|iso|saget|bs) "
        r"(?:n?jawab|menjawab|mutus\w*)\b|\b(?:tidak|belum) (?:bisa )?yakin\b",
        said,
    ):
        return True
    if re.search(
        r"\b(?:tidak|ga|gak|gk|nggak|ngga|tdk|ndak|belum|blm|kurang|mboten|ora|durung|dereng|kirang|"
        r"engga|enggak|ra) (?:yakin|pasti|jelas|mesti|mesthi)\b",
        said,
    ):
        return True
    if "nanti" in marks and not _has(marks, "tidak", "belum", "ya", "sudah"):
        return True
    return bool(re.search(r"\bdulu$", line)) and not _has(
        marks, "tidak", "jangan", "belum", "bukan", "ya", "sudah", "punya"
    )
