"""Instruments are data: those that ship are whole, and a wrong one is refused with the item and the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.domain import classes, owners
from bot.domain.assess.instrument import SCHEMA, SHIPPED, BadInstrument, Instrument, read, read_file, schema, shipped
from bot.domain.assess.scoring import counts
from handlers.business import NAMES

Document = dict[str, Any]


def document(name: str = "naik_kelas") -> Document:
    return read_file(SHIPPED / f"instrument_{name}.json")


def one(parts: list[Document], code: str) -> Document:
    return next(part for part in parts if part["code"] == code)


def refused(change: Callable[[Document], object], name: str = "naik_kelas") -> list[str]:
    """The problems of a shipped instrument after a change."""
    changed = document(name)
    change(changed)
    with pytest.raises(BadInstrument) as caught:
        read(changed)
    return caught.value.problems


def naik_kelas() -> Instrument:
    return next(i for i in shipped() if i.code == "naik-kelas")


def test_both_instruments_ship_with_all_their_questions():
    by_code = {i.code: i for i in shipped()}
    assert set(by_code) == {"naik-kelas", "ekspor"}
    assert len(by_code["naik-kelas"].items) == 33
    assert len(by_code["ekspor"].items) == 14
    assert [i.weight for i in by_code["naik-kelas"].indicators] == [25, 20, 15, 10, 15, 15]


def test_the_schema_in_the_repository_is_the_models():
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema()


def test_every_permit_can_be_under_way_and_expired():
    permits = [item for i in shipped() for item in i.items if item.permit]
    assert {p.code for p in permits} == {"A1", "A2", "A3", "A4", "A5", "A6", "B4", "X5", "X6"}
    for permit in permits:
        means = {option.means: option.points for option in permit.options}
        best = max(option.points or 0 for option in permit.options)
        assert (means["in_progress"] or 0) < best > (means["expired"] or 0), permit.code


def test_the_profile_speaks_in_the_codes_of_a_business():
    for question in naik_kelas().profile:
        if question.fact:
            assert {o.code for o in question.options} == {code for code, _ in NAMES[question.fact]}, question.code
    assert {b.code for b in classes.SALES} < {o.code for o in naik_kelas().question("P2").options}
    assert {q.fact for q in naik_kelas().profile if q.fact} <= set(owners.Facts.__annotations__)


def test_only_what_must_be_shown_counts_as_evidence():
    by_code = {item.code: counts(item) for item in naik_kelas().items}
    assert [code for code in ("B2", "B3", "C4", "D2", "E2", "F1", "F3", "F5") if by_code[code]] == []
    assert all(by_code[code] for code in ("A1", "A3", "C1", "E4"))


BAD: list[tuple[Callable[[Document], object], str]] = [
    (lambda d: d["indicators"][0].update(weight=24), "indicators: the weights come to 99, not to 100"),
    (lambda d: one(d["items"], "A1").update(indicator="Z"), "items.A1.indicator: there is no indicator Z"),
    (lambda d: one(d["items"], "B2").update(code="B1"), "items.B1: there twice"),
    (lambda d: one(d["items"], "A3")["when"][0].update(any_of=["roti"]), "items.A3.when: P1 has no answer roti"),
    (lambda d: one(d["items"], "A3")["when"][0].update(item="A9"), "items.A3.when: there is no item A9"),
    (lambda d: one(d["items"], "A3")["when"][0].update(item="A4"), "items.A3.when: A4 is not asked before A3"),
    (lambda d: one(d["items"], "A3")["options"].pop(3), "items.A3.options: a permit needs an option that means"),
    (lambda d: one(one(d["items"], "A4")["options"], "ada").update(points=5), "items.A4.options.ada.points: Input"),
    (lambda d: one(one(d["items"], "A4")["options"], "ada").update(points="4 + 1"), "items.A4.options.ada.points:"),
    (lambda d: one(one(d["items"], "F2")["options"], "1-3").update(span=[1, 4]), "items.F2.options.4-10.span: 1-3 has"),
    (lambda d: one(one(d["items"], "F2")["options"], "4-10").update(span=[4, None]), "items.F2.options.gt10.span: 4-1"),
    (lambda d: one(one(d["items"], "F2")["options"], "1-3").update(span=[3, 1]), "items.F2.options.1-3.span: it ends"),
    (lambda d: one(one(d["items"], "F2")["options"], "1-3").update(span=[-1, 1]), "items.F2.options.1-3.span.0: Inp"),
    (lambda d: one(d["items"], "B2")["options"][0].update(title="x" * 21), "items.B2.options.selalu.title: a but"),
    (lambda d: one(d["items"], "A4")["options"][0].update(title="x" * 25), "items.A4.options.ada.title: String"),
    (lambda d: [o.update(points=0) for o in one(d["items"], "B2")["options"]], "items.B2.options: no answer is wo"),
    (lambda d: one(d["items"], "B2").update(txet="?"), "items.B2.txet: Extra inputs are not permitted"),
    (lambda d: one(d["items"], "B2").pop("text"), "items.B2.text: Field required"),
    (lambda d: one(d["gates"], "nib").update(item="A9"), "gates.nib.item: there is no item A9"),
    (lambda d: one(d["gates"], "nib").update(any_of=["habis"]), "gates.nib.any_of: ada is worth as much as an an"),
    (lambda d: one(d["gates"], "nib").update(least=40), "gates.nib: either an item with any_of, or least"),
    (lambda d: one(d["gates"], "nib").update(closes=["belum"]), "gates.nib.closes: the lowest band"),
    (lambda d: one(d["gates"], "nib").update(closes=["juara"]), "gates.nib.closes: there is no band juara"),
    (lambda d: d["gates"].append("min(indicator)>=40"), "gates.3: Input should be an object"),
    (lambda d: d["bands"][0].update(least=1), "bands: they begin at 0 and rise"),
    (lambda d: d["recommendations"].pop(5), "indicators.C: no recommendation for it"),
    (lambda d: one(d["recommendations"], "nib").update(indicator="Z"), "recommendations.nib.indicator: there is"),
    (lambda d: d["examples"]["maju"]["answers"].update(A1="entah"), "examples.maju.answers: A1 has no answer"),
    (lambda d: d["examples"]["maju"].update(claimed=98), "examples.maju.claimed: the answers come to 97, not"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BAD, ids=[said for _, said in BAD])
def test_a_bad_one_is_refused_with_the_item_and_the_reason(change: Callable[[Document], object], said: str):
    problems = refused(change)
    assert any(line.startswith(said) for line in problems), problems


def test_what_is_no_json_or_no_document_is_refused(tmp_path: Path):
    (tmp_path / "a.json").write_text('{"code":\n "x",,}', encoding="utf-8")
    with pytest.raises(BadInstrument, match="line 2"):
        read_file(tmp_path / "a.json")
    (tmp_path / "b.json").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInstrument, match="no UTF-8"):
        read_file(tmp_path / "b.json")
    nothing: list[Any] = [[], "x", None, 7]
    for nonsense in nothing:
        with pytest.raises(BadInstrument):
            read(nonsense)
