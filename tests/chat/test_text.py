"""Texts: drawn for each reader in her language; whatever the values, a reply is made."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.text import Catalogs, Day, Drawn, Lines, Moment, Rupiah, Span, Text, Value, fields, from_json, t, to_json
from tests.chat.kernel import ZONE

NAMES = st.sampled_from(["a", "b", "name", "x_1"])
TEMPLATES = st.lists(
    st.sampled_from(["*", "{a}", "{b}", "{name}", "{missing}", "{", "}", " ", "Word", "é", "🙏", "\n", "**", "{}"]),
    max_size=12,
).map("".join)
DAYS = st.dates(date(1, 1, 2), date(9999, 12, 30))
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001 - a bound
PLAIN = (
    st.text(max_size=8)
    | st.integers()
    | st.builds(Rupiah, st.integers())
    | st.builds(Day, DAYS)
    | st.builds(Moment, MOMENTS)
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    PLAIN,
    lambda inner: (
        st.builds(Text, TEMPLATES, st.dictionaries(NAMES, inner, max_size=3))
        | st.lists(st.builds(Text, TEMPLATES), max_size=3).map(lambda lines: Lines(tuple(lines)))
    ),
    max_leaves=6,
)
TEXTS = st.builds(Text, TEMPLATES, st.dictionaries(NAMES, VALUES, max_size=3))
ENGLISH = Catalogs({}, "en", ZONE)
BOTH = Catalogs({"id": {"Thank you, *{name}*.": "Terima kasih, *{name}*.", "yes": "ya"}}, "id", ZONE)


def check_spans(drawn: Drawn) -> None:
    end = 0
    for span in drawn.spans:
        assert end <= span.start
        assert span.length > 0
        end = span.start + span.length
    assert end <= len(drawn.text)


@given(TEXTS, st.sampled_from(["id", "jv", "en", "xx", ""]))
def test_drawing_never_raises_and_spans_lie_in_the_text(words: Text, language: str):
    check_spans(ENGLISH.draw(words, language))
    check_spans(ENGLISH.draw(Lines((words, "person *said* {this}", words)), language))


@given(st.dictionaries(st.text(max_size=5), TEMPLATES), TEXTS)
def test_drawing_never_raises_for_any_translation(translations: dict[str, str], words: Text):
    found = Catalogs({"id": translations | {words.msgid: "*{a}* {other} *"}}, "id", ZONE)
    check_spans(found.draw(words, "id"))


@given(VALUES)
def test_values_survive_their_json(value: Value):
    assert from_json(json.loads(json.dumps(to_json(value)))) == value


@given(TEMPLATES)
def test_places_are_found_in_a_template(template: str):
    assert fields(template) == {name for name in ("a", "b", "name", "missing") if "{" + name + "}" in template}


@given(st.text(max_size=20))
def test_nobodys_name_becomes_markup_or_a_place(name: str):
    drawn = ENGLISH.draw(t("Hello, *{name}*!", name=name), "en")
    assert drawn.text == f"Hello, {name}!"
    assert drawn.spans == ((Span(7, len(name), "bold"),) if name else ())


def test_one_text_two_readers():
    words = t("Thank you, *{name}*.", name="Siti")
    assert BOTH.draw(words, "id") == Drawn("Terima kasih, Siti.", (Span(14, 4, "bold"),))
    assert BOTH.draw(words, "en") == Drawn("Thank you, Siti.", (Span(11, 4, "bold"),))


def test_a_text_inside_a_text_is_translated_too():
    assert BOTH.draw(t("{what}!", what=t("yes")), "id").text == "ya!"


def test_a_language_without_the_entry_falls_back_to_the_main_one_then_to_english():
    assert BOTH.draw(t("yes"), "jv").text == "ya"
    assert BOTH.draw(t("nowhere"), "jv").text == "nowhere"


def test_what_a_person_typed_is_never_translated():
    assert BOTH.draw("yes", "id").text == "yes"


def test_values_as_they_are_written():
    at = datetime(2026, 12, 5, 2, 0, tzinfo=UTC)
    assert ENGLISH.show(Rupiah(1_500_000), "id") == "Rp1.500.000"
    assert ENGLISH.show(Rupiah(-500), "id") == "-Rp500"
    assert ENGLISH.show(Day(date(2026, 12, 5)), "id") == "5 Desember 2026"
    assert ENGLISH.show(Day(date(2026, 12, 5)), "en") == "5 December 2026"
    assert ENGLISH.show(Moment(at), "id") == "5 Desember 2026 pukul 09.00"
    assert ENGLISH.show(Moment(at), "en") == "5 December 2026 at 09.00"


def test_the_main_catalog_must_be_there_others_may_not(tmp_path: Path):
    (tmp_path / "id.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "yes"\nmsgstr "ya"\n', encoding="utf-8")
    loaded = Catalogs.load(tmp_path, ["id", "jv", "en"], ZONE)
    assert loaded.draw(t("yes"), "jv").text == "ya"
    assert loaded.draw(t("yes"), "en").text == "yes"
