"""Yes and no as owners say it, in Indonesian and Malang Javanese (ngoko, krama, walikan).

Beside yes and no there are three answers that matter for every licence: not known, in progress, expired.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.chat.reading.outcome import Invalid, Reading, Unsure
from bot.chat.reading.slips import mender
from bot.chat.reading.words import canonical, clean, single, skeletons_of, squeeze, stems
from bot.chat.reading.yesno_words import KNOWN, LOOSE
from bot.chat.text import t

Answer = Literal["yes", "no", "unsure", "in_progress", "expired"]

NO_ANSWER = t("Please answer *yes* or *no*.")
WRITE_IT = t("For this question, please write the word: *yes* or *no*.")

ANSWERS = frozenset(KNOWN)
"""The words that answer a yes-or-no question."""
_SKELETONS = skeletons_of(KNOWN)
_IDLE = frozenset(map(single, LOOSE))
_HANDS = {"yes": "👍👌✅☑✔💯🆗🤝", "no": "👎❌✖🚫🙅", "unsure": "🤔🤷😕"}
_DOUBT = {"yes": t("Yes, is that right?"), "no": t("No, is that right?")}


_TAK_I = re.compile(
    r"(?<=\b(?:wi|we)s )tak\b|(?<=\b(?:sik|sek|mau) )tak\b|(?<=\b(?:lagi|arep|jare) )tak\b|"
    r"\btak (?=(?:n?g?urus|gawe|gowo|te?ko?kn?o?|takon|cek|delok|pikir|kirim|foto|jaluk|golek|coba|rembug)\w*)"
)
"""Javanese "tak" before a verb is I, not the tak that is no."""
_SAYINGS = (
    (re.compile(r"\b(?:dengan|kanthi|kelawan) (?:sangat )?(?:senang|seneng|bungah) (?:hati|ati)\b"), "bersedia"),
    (re.compile(r"\b(?:senang|seneng) (?:sekali|banget|pol)\b"), "bersedia"),
    (re.compile(r"\b(?:kados|koyo|kaya) (?:ngoten|niku|mekaten|ngono|gitu)\b"), "ngoten"),
    (re.compile(r"\bno (?:problem|prob|worries)\b"), "setuju"),
)
"""Answers in more than one word, whose words alone say something else."""
_MADE = r"(?:n?daftar|proses|urus)"
_BY = r"(?:no|kan|ke|in|en|aken)"
_PLEASE = r"(?:boleh|tolong|monggo|mangga|sumangga|silakan|silahkan|lanjut|gas)"
_GO_ON = re.compile(
    r"^(?!.*\b(?:belum|blm|durung|dereng|lagi|lg|sedang|masih|msh|isih|taksih|tasih|saweg|nembe|sik|sek|jek|baru|tunggu|"
    r"nunggu|ngenteni|ngentosi|tidak|gak|ga|nggak|ora|mboten|jangan|ojo|kok|tinggal)\b)"
    rf"(?=.*\b(?:ya|yo|iya|iyo|nggih|inggih|injih|ok|oke|sip|siap|gaskan|setuju|{_PLEASE})\b|{_MADE}\w)"
    rf".*\b(?:(?:di|dipun )?{_MADE}{_BY}? (?:ae|wae|aja|saja|mawon|sekalian|sekarang)|{_MADE}{_BY}\b|"
    rf"{_PLEASE} (?:\w+ )?(?:di|dipun )?{_MADE}{_BY}?\b)"
)
"""Let it be done: "iyo wes daftarno", "oke proses aja". Isn't "sudah diproses"."""
_DONE = re.compile(r"\b(?:selesai|beres|rampung|kelar|mari|tuntas) (?:di|dipun )?(?:n?g?urus|proses|daftar)\w*")
_I_DID = re.compile(
    r"\b(?:sudah|udah|sdh|udh|wis|wes|sampun) (?:saya|aku|kulo|kula|ku)(?: sudah)? ?n?g?urus\b"
    r"(?!.*\b(?:belum|blm|durung|dereng|tunggu|nunggu|ngenteni|ngentosi|proses|lagi|sedang)\b)"
)

_JOINED = re.compile(
    r"\b(ga|gak|gk|ra|ora|tak|g(?!gelem))"
    r"(jadi|jd|bs|bisa|usah|mau|ada|punya|tau|tw|perlu|onok?|duwe|gelem|iso|oleh|eruh|ngerti|sido)\b"
)
_MEND = mender(
    {w: m for w, m in KNOWN.items() if m in {"tidak", "belum", "bukan"} and not w.endswith("_")}
    | {w: "" for w in {*KNOWN, *LOOSE} if KNOWN.get(w) not in {"tidak", "belum", "bukan"}}
    | {w: w for w in ("kurang", "kirang", "tahu", "yakin", "paham", "ngerti")}
)
"""A slip in a no must not leave a yes: "beum punya"."""

_IT_IS_ME = re.compile(
    r"(?:(?:pak|bu|mas|mbak|kak|maaf|oh) )?"
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
    marks = {w: mark(w) for w in said}
    only = all(m in _NOT_KNOWING or (m is None and single(w) in _IDLE) for w, m in marks.items())
    return bool(said) and only and _read(text, thumb=False) == "unsure"


_NOT_KNOWING = ("ragu", "tidak", "belum", "tahu", "sedang")


def _prepared(text: str) -> tuple[str, list[str], bool]:
    """The text with its slips put right, its words, and whether a slip stayed uncertain."""
    plain = clean(text)
    plain = re.sub(r"\b(?:he+[' ]?e+[hm]?|ho+[' ]?o+h?)\b(?! [a-z])", "iya", plain)
    plain = re.sub(r"\bin ?s[hy]a+ ?al+[ao]h?\b", "insyaallah", plain)
    for pattern, said_plainly in _SAYINGS:
        plain = pattern.sub(said_plainly, plain)
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
    marks = [mark(w) for w in said]
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


def mark(word: str) -> str | None:
    """The meaning of one word, None for one without."""
    if word not in KNOWN and single(word) in _IDLE:
        return None
    if (known := canonical(word, KNOWN, _SKELETONS)) is not None:
        return known
    if _YA.fullmatch(squeeze(word)):
        return "ya"
    if (bare := _CLITIC.sub("", word)) != word:
        return mark(bare)
    return "proses" if any(KNOWN.get(stem) == "proses" for stem in stems(word)) else None


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
    if _I_DID.search(said) or _GO_ON.search(said):
        return "yes"
    if _DONE.search(said) and not _has(marks, "belum", "tidak"):
        return "yes"
    if re.search(r"^(?:\w+ )?(?:tunggu|enteni|entenono|tenggo) (?:sebentar|bentar|sek|sik|dulu|ya|yo)\b", said):
        return "unsure"
    if re.search(
        r"^(?:\w+ )?(?:gimana|piye|pripun|yaopo|yoopo) (?:ya|yo|yah|nggih|enake|enaknya|baiknya)(?: \w+)?$", said
    ):
        return "unsure"
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
        r"keberatan|salah|"
        r"(?:ada|onok|enten|wonten) (?:\w+ )?(?:salah|keliru|kliru|klentu|lepat|luput|perlu \w+))|"
        r"\bgapapa\b|\brapopo\b|\b(?:ada|onok) yang salah",
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
    return "habis" in marks and (len(marks) < 4 or "masa" in marks or re.search(r"punya .*habis", line) is not None)


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
        or re.search(
            r"\bantara (?:iya|ya)\b|(?<!tidak )(?<!gak )(?<!ga )(?<!nggak )"
            r"\b(?:bisa|iso) (?:jadi|dadi|iya|ya|ugo|ugi)\b",
            said,
        )
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
