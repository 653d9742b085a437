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
    ya iya iyo nggih inggih ok oke okay sudah udah dah wis uwis belum blm durung dereng tidak tdk gak ga nggak ngga
    enggak ndak ora mboten bukan halo hai hi assalamualaikum assalamu alaikum waalaikumsalam permisi makasih trims suwun
    maaf mohon apa apaan apaya opo nopo gimana bagaimana piye pripun maksud maksudnya maksude kenapa mengapa knp kok
    siapa sopo sinten itu ini kah sih dong deh lah sik sek nanti sebentar bentar lanjut next skip terus test tes coba
    nama namanya jeneng saya aku kulo tau gatau tahu ngerti mengerti paham bingung lupa rahasia males malas mau pengen
    pingin nanya bertanya bisa boleh bantu dibantu bantuan daftar punya harus pakai pake kalau kalo buat untuk utk ktp
    """
)
"""Yes and no, greetings, questions back: nobody is called by these alone."""
_BESIDE = listed(
    """
    pak bu bapak ibu mas mbak kak kakak min admin yang yg sesuai lengkap asli panggilan ada tanya dulu siap selamat
    pagi siang sore malam terima kasih banyak
    """
)
"""What stands beside those. Some are names as well: Selamat, Kasih."""
_COURTESY = re.compile(r"selamat (?:pagi|siang|sore|malam)|terima kasih")
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
    folded = re.sub(r"['’`]", "", text.casefold())
    said = [_once(word) for word in re.findall(r"\w+", folded)]
    if not all(word in _NOTHINGS or word in _BESIDES for word in said):
        return False
    return any(word in _NOTHINGS for word in said) or bool(_COURTESY.search(folded))


def _once(word: str) -> str:
    """A word without its doubled letters: "iyaa", "hallo"."""
    return re.sub(r"(.)\1+", r"\1", word)


_NOTHINGS, _BESIDES = frozenset(map(_once, _NOTHING)), frozenset(map(_once, _BESIDE))


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
