"""The catalogs: everything people read is there in Indonesian, whole, and nothing that nobody says any more."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.chat.text import fields

HOUSE = Path(__file__).parents[2]
LOCALES = HOUSE / "locales"
CAPTION = 20  # characters of a button on WhatsApp
PARTIAL = sorted(path for path in LOCALES.glob("*.po") if path.stem != "id")


@cache
def said() -> dict[str, list[str]]:
    """Every msgid in the code, with the places that say it."""
    return found("t") | found("caption")


@cache
def found(function: str) -> dict[str, list[str]]:
    """The msgids that `function` is called with."""
    places: dict[str, list[str]] = {}
    for folder in ("bot", "handlers"):
        for file, line, msgid, _, _ in extract_from_dir(
            HOUSE / folder, [("**.py", "python")], keywords={function: None}
        ):
            assert isinstance(msgid, str), f"{folder}/{file}:{line}: one msgid, and nothing else that is text"
            places.setdefault(msgid, []).append(f"{folder}/{file}:{line}")
    assert places
    return places


def entries(path: Path) -> dict[str, Message]:
    """The entries of a catalog by msgid."""
    with path.open("rb") as file:
        return {str(message.id): message for message in read_po(file, abort_invalid=True) if message.id}


def test_everything_that_is_said_is_in_the_indonesian_catalog():
    known = entries(LOCALES / "id.po")
    missing = {msgid: places for msgid, places in said().items() if msgid not in known or not known[msgid].string}
    assert missing == {}


def test_the_catalog_holds_nothing_that_nobody_says():
    assert set(entries(LOCALES / "id.po")) - set(said()) == set()


@pytest.mark.parametrize("path", [LOCALES / "id.po", *PARTIAL], ids=lambda path: path.stem)
def test_a_translation_is_finished_and_keeps_its_places(path: Path):
    for msgid, message in entries(path).items():
        assert not message.fuzzy, f"still fuzzy: {msgid}"
        assert isinstance(message.string, str), f"one translation, no plural forms: {msgid}"
        if message.string:
            assert fields(message.string) == fields(msgid), f"other {{places}} than {msgid!r}"
            assert message.string == message.string.strip(), f"space around: {msgid}"


@pytest.mark.parametrize("path", [LOCALES / "id.po", *PARTIAL], ids=lambda path: path.stem)
def test_a_button_is_short_enough_for_whatsapp(path: Path):
    known = entries(path)
    for msgid in found("caption"):
        if msgid in known:
            drawn = str(known[msgid].string)
            for place in fields(drawn):
                drawn = drawn.replace("{" + place + "}", "")
            assert len(drawn) <= CAPTION, f"{len(drawn)} characters: {drawn}"


def test_a_msgid_is_there_once():
    for path in [LOCALES / "id.po", *PARTIAL]:
        listed = path.read_text(encoding="utf-8").count('\nmsgid "')
        assert listed == len(entries(path)) + 1, f"{path.name}: an entry is there twice, or one is commented out"


@pytest.mark.parametrize("path", PARTIAL, ids=lambda path: path.stem)
def test_another_language_translates_only_what_is_said(path: Path):
    assert set(entries(path)) - set(said()) == set()
