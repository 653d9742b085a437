"""What a free message wants, as one of the product's intents.

Every word is reduced to its meaning (slips, dropped vowels and Javanese words forgiven), meanings speak for intents
with a weight, and the distance between the best two decides: go there, offer two or three, or own up.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.chat.reading.intent_words import MEANINGS, PHRASES, SPEAKS
from bot.chat.reading.outcome import Invalid, Unsure
from bot.chat.reading.words import PADDING, clean, hurried, skeletons_of, squeeze, stems
from bot.chat.text import Text, t

LABELS: Mapping[str, Text] = {
    "lihat_pelatihan": t("See trainings"),
    "daftar_pelatihan": t("Join a training"),
    "batal_pelatihan": t("Cancel a training"),
    "status_pelatihan": t("My enrolment"),
    "sertifikat_pelatihan": t("Training certificate"),
    "asesmen": t("Readiness check"),
    "hasil_asesmen": t("My check's result"),
    "nib": t("About NIB"),
    "pirt": t("About P-IRT"),
    "halal": t("About halal"),
    "bpom": t("About BPOM"),
    "merek": t("About trademarks"),
    "kemasan": t("About packaging"),
    "foto_branding": t("Photos and logo"),
    "ekspor": t("About export"),
    "pasar_pameran": t("Fairs and buyers"),
    "modal": t("Capital and loans"),
    "pajak": t("About tax"),
    "qris": t("About QRIS"),
    "koperasi": t("About cooperatives"),
    "jualan_online": t("Selling online"),
    "fasilitas_mcc": t("Rooms at MCC"),
    "pendampingan": t("Ask for a mentor"),
    "bicara_petugas": t("Talk to an officer"),
    "keluhan": t("Make a complaint"),
    "hapus_data": t("My data: see, erase"),
    "ubah_data": t("Change my data"),
    "bahasa": t("Choose language"),
    "menu": t("Menu"),
    "sapa": t("Just saying hello"),
    "terima_kasih": t("Just saying thanks"),
    "luar_topik": t("Something else"),
    "status_permohonan": t("My request"),
    "daftar_umkm": t("Register my business"),
}
"""The intents and the words on their buttons (at most 20 characters in every language)."""

NOT_UNDERSTOOD = t("Sorry, I don't understand yet. Please choose one, or say it in other words.")
WHICH = t("Which of these do you mean?")

_SURE_SCORE, _SURE_MARGIN, _OFFER_SCORE = 2.5, 0.9, 1.0
_PHRASES = tuple((re.compile(pattern), f" {meaning} ") for pattern, meaning in PHRASES)
_SKELETONS = skeletons_of(MEANINGS)
_LONG = [w for w in MEANINGS if len(w) > 4]


def _weights() -> list[tuple[str, frozenset[str], float]]:
    return [
        (label, frozenset(said.split("+")), float(weight))
        for label, line in SPEAKS.items()
        for said, weight in (cue.split(":") for cue in line.split())
    ]


_WEIGHTS = _weights()


_BARE_ONLY = frozenset({"other", "sapa", "terimakasih", "luar", "apa", "saya", "mana", "baru"})
"""Meanings of words that no verb is made of."""


@lru_cache(maxsize=4096)
def _meaning(word: str) -> str | None:
    """The meaning of one word. Words are short (`clean` bounds the text), so the cache is too."""
    for form in (word, squeeze(word), re.sub(r"(?:nya|ku|mu|ne|e|kah|lah|an)$", "", word) if len(word) > 5 else word):
        if form in MEANINGS:
            return MEANINGS[form]
    if word in PADDING or len(word) < 3:
        return None
    for stem in stems(word):
        if stem in MEANINGS and MEANINGS[stem] not in _BARE_ONLY:
            return MEANINGS[stem]
    if (meaning := hurried(word, _SKELETONS)) is not None:
        return meaning
    if not 5 < len(word) < 24:
        return None
    near = process.extract(word, _LONG, scorer=OSA.distance, score_cutoff=1 if len(word) < 10 else 2, limit=3)
    found = {MEANINGS[n] for n, d, _ in near if n[0] == word[0] and d == near[0][1]}
    return found.pop() if len(found) == 1 else None


def scores(text: str) -> dict[str, float]:
    """How much a message speaks for each intent (0 and more)."""
    plain = clean(text, cut=True).replace("'", "")
    for pattern, meaning in _PHRASES:
        plain = pattern.sub(meaning, plain)
    heard = [_meaning(w) for w in re.findall(r"[a-z]+", plain)]
    said = {m for m in heard if m}
    if "sapa" in said and said <= {"sapa", "admin"}:  # "halo admin"
        said = {"sapa"}
    found: dict[str, float] = {}
    for label, needs, weight in _WEIGHTS:
        if needs <= said:
            found[label] = found.get(label, 0.0) + weight
    if "terima_kasih" in found and max(found.values()) < 2:
        return {"terima_kasih": found["terima_kasih"]}
    if set(found) == {"sapa"} and len(heard) > 2 and "sapa" not in heard[:2]:
        return {}  # a greeting comes first; elsewhere it is a slip of another word
    if len(found) > 1 and set(found) - {"sapa", "terima_kasih"}:
        found.pop("sapa", None)
        found.pop("terima_kasih", None)
    return found


def read_intent(text: str, labels: Collection[str] | None = None) -> str | Invalid | Unsure[str]:
    """The intent of a free message: sure, two or three to choose from, or `Invalid` when nothing is recognised.

    `labels` are the intents that can be offered (default: all of `LABELS`).
    """
    found = sorted(((s, name) for name, s in scores(text).items() if labels is None or name in labels), reverse=True)
    if not found or found[0][0] < _OFFER_SCORE:
        return Invalid(NOT_UNDERSTOOD)
    best, name = found[0]
    second = found[1][0] if len(found) > 1 else 0.0
    if name in {"sapa", "terima_kasih"} or (best >= _SURE_SCORE and best - second >= _SURE_MARGIN):
        return name
    near = [n for s, n in found[:3] if s >= best * 0.3]
    return Unsure(name, WHICH, tuple((LABELS[n], n) for n in near))
