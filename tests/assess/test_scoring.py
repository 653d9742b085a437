"""The score: exact, monotone, between 0 and 100, and what an owner claims apart from what is verified."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.assess.advice import advise, markets, strongest_and_weakest
from bot.domain.assess.instrument import Instrument, Item, shipped
from bot.domain.assess.progress import Progress, asked, asked_of_profile, bar, missing, prefilled, progress
from bot.domain.assess.rules import proofs_of
from bot.domain.assess.scoring import Result, Score, half_up, holds, score
from bot.domain.tables import Proof

INSTRUMENTS = {i.code: i for i in shipped()}
CHECK = INSTRUMENTS["naik-kelas"]
EXPORT = INSTRUMENTS["ekspor"]
PROFILE = dict.fromkeys(("P2", "P3", "P4", "P5", "P6"), "any")
DOCS = Path(__file__).parents[2] / "docs"
MARK = r"([\d.]+)/(\d+) \| (\d+)"
EXAMPLES = [(i, name) for i in shipped() for name in i.examples]


@dataclass(frozen=True)
class Assessment:
    """An instrument with answers to what it asks in some branch, some of them missing, and with proofs."""

    instrument: Instrument
    answers: dict[str, str]
    proofs: dict[str, Proof]
    quick: bool


def made(seed: int) -> tuple[Assessment, Random]:
    """An assessment of chance, all of it from one number: ten thousand have to be quick."""
    random = Random(seed)
    instrument = random.choice(list(INSTRUMENTS.values()))
    gaps = random.choice((0, 0.1, 0.5))
    answers: dict[str, str] = {}
    for question in (*instrument.profile, *instrument.items):
        if holds(question.when, answers) and (question.code.startswith("P") or random.random() >= gaps):
            answers[question.code] = random.choice(question.options).code
    proofs = {code: random.choice(list(Proof)) for code in answers if random.random() < 0.6}
    return Assessment(instrument, answers, proofs, random.random() < 0.3), random


def scored(one: Assessment) -> Result:
    return score(one.instrument, one.answers, one.proofs, quick=one.quick)


def places(instrument: Instrument) -> dict[str, int]:
    return {band.code: place for place, band in enumerate(instrument.bands)}


@settings(max_examples=10_000, deadline=None)
@given(st.integers(0, 2**48))
def test_laws_of_ten_thousand_assessments(seed: int):
    one, random = made(seed)
    result = scored(one)
    in_bounds(one, result)
    # A round trip through what is stored gives exactly the same.
    stored = json.loads(json.dumps([one.answers, one.proofs]))
    proofs = {code: Proof(state) for code, state in stored[1].items()}
    assert scored(replace(one, answers=stored[0], proofs=proofs)) == result
    # What is verified is never more than what is claimed.
    assert result.verified.total <= result.claimed.total
    assert places(one.instrument)[result.verified.band] <= places(one.instrument)[result.claimed.band]
    assert set(result.claimed.failed) <= set(result.verified.failed)
    assert len(advise(one.instrument, result.claimed, one.answers)) <= 3
    for better in improved(one, random):
        not_lower(one, result, better)


def in_bounds(one: Assessment, result: Result) -> None:
    """Between 0 and 100, also when worked out in another way; the weights of what is missing are shared out."""
    instrument, place = one.instrument, places(one.instrument)
    for part in (result.claimed, result.verified):
        assert 0 <= part.total <= 100
        assert all(0 <= mark.score <= 100 for mark in part.marks.values())
        assert sum((mark.weight for mark in part.marks.values()), Fraction(0)) == (100 if part.marks else 0)
        weights = {i.code: i.weight for i in instrument.indicators if i.code in part.marks}
        plain = sum((Fraction(weights[code] * m.got * 100, m.most) for code, m in part.marks.items()), Fraction(0))
        assert part.total == (half_up(plain / sum(weights.values())) if weights else 0)
        assert instrument.bands[place[part.band]].least <= part.total
        assert set(part.held) <= set(part.failed)
        assert bool(part.held) == any(b.least <= part.total for b in instrument.bands[place[part.band] + 1 :])


def improved(one: Assessment, random: Random) -> list[Assessment]:
    """The same with one answer that is worth as much or more, and with one more proof."""
    answered = [i for i in asked(one.instrument, one.answers, quick=one.quick) if i.code in one.answers]
    if not answered:
        return []
    item = random.choice(answered)
    worth = item.points[one.answers[item.code]]
    better = [o.code for o in item.options if worth is not None and o.points is not None and o.points >= worth]
    found = [replace(one, proofs=one.proofs | {item.code: Proof.CONFIRMED})]
    return found + ([replace(one, answers=one.answers | {item.code: random.choice(better)})] if better else [])


def not_lower(one: Assessment, before: Result, better: Assessment) -> None:
    after, place = scored(better), places(one.instrument)
    for was, now in ((before.claimed, after.claimed), (before.verified, after.verified)):
        assert now.total >= was.total, better
        assert place[now.band] >= place[was.band], better


def test_halves_are_rounded_up():
    assert [half_up(Fraction(n, 2)) for n in (0, 1, 2, 3, 199, 200)] == [0, 1, 1, 2, 100, 100]
    assert half_up(Fraction(4499, 1000)) == 4


def test_an_indicator_without_a_question_gives_its_weight_to_the_others():
    service = CHECK.examples["jasa"]
    marks = score(CHECK, service.answers).claimed.marks
    assert "C" not in marks
    assert marks["A"].weight == Fraction(2500, 85)


def test_what_does_not_apply_leaves_the_denominator():
    assert score(CHECK, {"P1": "siapsaji", "A1": "ada", "A3": "tidak_wajib"}).claimed.marks["A"].most == 8
    assert score(CHECK, {"P1": "siapsaji", "A1": "ada", "A3": "belum"}).claimed.marks["A"].most == 16


def test_answers_of_another_branch_do_not_count():
    answers = {"P1": "jasa", "A1": "ada"}
    assert score(CHECK, answers | {"C1": "cetak", "A3": "belum"}) == score(CHECK, answers)


def test_nothing_answered_is_nothing():
    assert score(CHECK, {}).claimed == Score(0, "belum", {}, ("nib",), ())
    with pytest.raises(KeyError, match="A1: entah"):
        score(CHECK, {"A1": "entah"})


@pytest.mark.parametrize(
    ("proof", "got"), [(None, 4), (Proof.CLAIMED, 4), (Proof.AGAIN, 4), (Proof.CONFIRMED, 8), (Proof.REJECTED, 0)]
)
def test_evidence_counts_full_half_or_nothing(proof: Proof | None, got: int):
    answers = {"P1": "jasa", "A1": "ada"}
    result = score(CHECK, answers, {"A1": proof} if proof is not None else {})
    assert (result.verified.marks["A"].got, result.verified.marks["A"].most) == (got, 8)
    assert ("nib" in result.verified.failed) == (proof is not Proof.CONFIRMED)
    assert (result.claimed.marks["A"].got, result.claimed.failed) == (8, ())
    assert score(CHECK, {"P1": "jasa", "B2": "selalu"}).verified.marks["B"].score == 100  # nothing is to be shown


def test_export_needs_a_confirmed_permit_of_food_only():
    example = EXPORT.examples["uji-pasar"]
    proofs = proofs_of(example)
    assert score(EXPORT, example.answers, proofs).verified.failed == ()
    assert score(EXPORT, example.answers, {**proofs, "A3": Proof.CLAIMED}).verified.failed == ("izin_edar",)
    without = {k: v for k, v in example.answers.items() if k != "A3"}
    assert score(EXPORT, without, proofs).claimed.failed == ("izin_edar",)
    assert score(EXPORT, without | {"P1": "kriya"}, proofs).claimed.failed == ()
    held = score(EXPORT, example.answers | {"X5": "proses"}, proofs).claimed
    assert (held.band, held.held) == ("potensial", ("akses",))


# Worked examples


@pytest.mark.parametrize(("instrument", "name"), EXAMPLES, ids=[name for _, name in EXAMPLES])
def test_a_worked_example_comes_out_as_the_page_says(instrument: Instrument, name: str):
    example = instrument.examples[name]
    result = score(instrument, example.answers, proofs_of(example), quick=example.quick)
    page = (DOCS / "instrument.md").read_text(encoding="utf-8")
    part = re.search(rf"^### `{name}`.*?(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
    assert part, "the page has no such example"
    rows = re.findall(
        r"^\| ([A-Z]) .*?\| ([\d.]+)/(\d+) \| (\d+) \| .*?\| ([\d.]+)/(\d+) \| (\d+) \|", part[0], re.MULTILINE
    )
    shown = {row[0]: tuple(map(float, row[1:])) for row in rows}
    for code, mark in result.claimed.marks.items():
        other = result.verified.marks[code]
        assert shown[code] == (mark.got / 2, mark.most / 2, mark.score, other.got / 2, other.most / 2, other.score)
    assert set(shown) == set(result.claimed.marks)
    for one in (result.claimed, result.verified):
        assert f"**{one.total}** → *{instrument.band(one.band).title}*" in part[0]


def test_the_draft_keeps_the_results_of_its_sanity_runs():
    expected = {"pemula": 16, "berkembang": 66, "maju": 97, "maju-tanpa-nib": 93, "jasa": 66}
    assert {name: CHECK.examples[name].claimed for name in expected} == expected


def test_examples_answer_everything_that_is_asked():
    for instrument, name in EXAMPLES:
        answers = instrument.examples[name].answers
        assert [q.code for q in missing(instrument, answers) if isinstance(q, Item)] == [], name


# What a conversation needs


@pytest.mark.parametrize(
    ("sector", "whole", "quick"),
    [
        ("pangan", 31, 12),
        ("siapsaji", 28, 12),
        ("fesyen", 30, 11),
        ("kriya", 30, 11),
        ("jasa", 23, 8),
        ("dagang", 23, 8),
    ],
)
def test_how_many_questions_a_branch_has(sector: str, whole: int, quick: int):
    assert len(asked(CHECK, {"P1": sector})) == whole
    assert len(asked(CHECK, {"P1": sector}, quick=True)) == quick
    assert [f.code for f in asked_of_profile(CHECK, {}, quick=True)] == ["P1"]


def test_the_next_question_and_how_far_one_is():
    answers = {"P1": "jasa"}
    assert [q.code for q in missing(CHECK, {}, quick=True)][:1] == ["P1"]
    assert missing(CHECK, answers, quick=True)[0] == CHECK.question("A1")
    assert missing(CHECK, answers | PROFILE, indicator="E")[0] == CHECK.question("E1")
    answers |= {"A1": "ada", "A2": "aktif"}
    assert progress(CHECK, answers)[0] == Progress("A", 2, 4)
    assert [p.indicator for p in progress(CHECK, answers)] == ["A", "B", "D", "E", "F"]
    assert missing(CHECK, CHECK.examples["jasa"].answers | PROFILE) == []


def test_a_bar_is_full_only_at_the_end():
    assert [bar(n, 40) for n in (0, 1, 20, 39, 40)] == ["▱▱▱▱▱▱", "▰▱▱▱▱▱", "▰▰▰▱▱▱", "▰▰▰▰▰▱", "▰▰▰▰▰▰"]


def test_what_is_known_is_not_asked():
    facts = {"sector": "kriya", "sales": "lt5", "capital": None, "workers": "nonsense"}
    assert prefilled(CHECK, facts, {}) == {"P1": "kriya", "P2": "lt5"}
    others = {("naik-kelas", "A3"): "pirt", ("ekspor", "A3"): "md"}
    assert prefilled(EXPORT, {"sector": "pangan"}, others) == {"P1": "pangan", "A3": "pirt"}


# Advice


def test_gates_come_first_and_then_the_widest_weighted_gap():
    def codes(name: str) -> list[str]:
        answers = CHECK.examples[name].answers
        return [a.recommendation.code for a in advise(CHECK, score(CHECK, answers).claimed, answers)]

    assert codes("pemula") == ["nib", "izin-edar", "kualitas"]
    assert codes("berkembang") == ["kemasan", "kualitas", "distribusi"]
    assert codes("pirt-habis") == ["izin-perpanjang"]
    assert codes("maju") == []
    answers = CHECK.examples["maju"].answers | {"P6": "belum"}
    assert [a.recommendation.code for a in advise(CHECK, score(CHECK, answers).claimed, answers)] == ["pembukuan"]


def test_the_strongest_and_the_weakest():
    assert strongest_and_weakest(score(CHECK, CHECK.examples["berkembang"].answers).claimed) == ("A", "C")
    assert strongest_and_weakest(score(CHECK, {"P1": "jasa", "A1": "ada"}).claimed) is None


def test_notes_on_markets_are_shown_when_they_are_sure_or_approved():
    assert {m.sure for m in markets(EXPORT)} == {"H"}
    approved = EXPORT.markets[2].model_copy(update={"approved": True})
    assert approved in markets(EXPORT.model_copy(update={"markets": (approved,)}))
