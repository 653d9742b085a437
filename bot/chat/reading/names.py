"""Names that people are shown under: clean, short, and not the office's own words in disguise (threat T11)."""

from __future__ import annotations

import re
import unicodedata

from bot.chat.reading.plain import clean
from bot.chat.reading.words import listed

LONGEST = 64
_RESERVED = listed(
    """
    petugas admin administrator dinas pendamping diskopindag diskoperindag diskopumkm pemkot pemkab pemprov pemerintah
    pemda moderator operator kominfo bappeda official telegram whatsapp pengawas inspektorat
    """
)
_BEGINS = ("petugas", "admin", "diskop", "pemkot", "pendamping")
"""Also at the beginning of longer words: "petugasmalang"."""
_NOTHING = listed(
    """
    ya iya iyo nggih inggih ok oke okay siap sudah udah dah wis uwis belum blm durung dereng tidak tdk gak ga nggak ngga
    enggak ndak ora mboten bukan halo hallo hai hi assalamualaikum selamat pagi siang sore malam permisi terima kasih
    makasih trims suwun maaf apa apaan opo nopo gimana bagaimana piye pripun maksud maksudnya maksude kenapa mengapa knp
    kok siapa sopo sinten itu ini kah sih dong deh lah dulu sik sek nanti lanjut next terus test tes coba p nama namanya
    jeneng asma lengkap asli panggilan saya aku kulo tau tahu ngerti mengerti paham bingung lupa rahasia males malas mau
    pengen pingin tanya nanya bertanya bisa boleh bantu dibantu bantuan daftar punya ada harus pakai pake kalau kalo
    buat untuk utk yang yg sesuai ktp pak bu bapak ibu mas mbak kak min admin
    """
)
"""Words that nobody is called by when they stand alone: yes and no, greetings, questions back."""
_LOOKS = {
    "a": "аαɑᴀ4@", "b": "вьƅ8", "c": "сϲᴄ¢", "d": "ԁɗđᴅ", "e": "еєεɛᴇ3€", "g": "ɡɢ9", "h": "һнհʜ", "i": "іıɩιɪӏɫłlⲓ1!|",
    "j": "јϳ", "k": "кκᴋ", "m": "мᴍ", "n": "пիոηɴ", "o": "оοօσɵøᴏ0", "p": "рρᴘ", "q": "ԛ", "r": "гʀ", "s": "ѕꜱ5$",
    "t": "тτᴛ7", "u": "υսᴜʋ", "v": "νѵᴠ", "w": "ԝѡωɯᴡ", "x": "хχ", "y": "уүγʏ", "z": "ᴢ2",
}  # fmt: skip
_ALIKE = str.maketrans({sign: letter for letter, signs in _LOOKS.items() for sign in signs})
_BETWEEN = re.compile(r"[\s_.,\-·•|/:;()\[\]]+")


def official(name: str) -> bool:
    """Whether a name passes for the office or its people: one of its words, also spelled with look-alikes ("аdmin",
    "4dm1n"), letter by letter ("a d m i n"), with signs between or hidden characters."""
    folded = unicodedata.normalize("NFKD", clean(name)).casefold()
    folded = "".join(c for c in folded if unicodedata.category(c) not in ("Mn", "Me"))
    words = _BETWEEN.split(folded)
    spelled = "".join(word if len(word) == 1 else f" {word} " for word in words).split()
    return any(_is_one(word) for word in (*words, *spelled, re.sub(r"\s+", "", folded)))


def says_nothing(text: str) -> bool:
    """Whether no word of a text can be a name or an answer in words: "apa ya", "halo kak", "gak tau"."""
    said = re.findall(r"\w+", text.casefold())
    return bool(said) and all(word in _NOTHING for word in said)


def _is_one(word: str) -> bool:
    """Whether a folded word is a reserved one, with digits read as letters, and without them ("admin1")."""
    for form in (word, word.strip("0123456789")):
        letters = _looks(form)
        if letters in _KNOWN or letters.startswith(_BEGINNINGS):
            return True
    return False


def _looks(word: str) -> str:
    """What a word looks like: plain letters, no doubled ones."""
    letters = re.sub(r"[^a-z]", "", word.translate(_ALIKE)).replace("rn", "m")
    return re.sub(r"(.)\1+", r"\1", letters)


_KNOWN = frozenset(map(_looks, _RESERVED))
_BEGINNINGS = tuple(map(_looks, _BEGINS))


def display(name: str) -> str:
    """What a platform calls somebody, as we may show it: one clean line, at most `LONGEST` characters; empty where it
    passes for the office."""
    shown = clean(clean(name)[:LONGEST])
    return "" if official(shown) else shown


def latin(name: str) -> bool:
    """Whether every letter is a Latin one, as on a KTP."""
    return all(unicodedata.name(c, "").startswith("LATIN ") for c in name if c.isalpha())
