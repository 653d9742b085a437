"""What answers come to. Pure, exact, and the same on every channel: whole numbers and fractions, never floats.

Points of an item are 0 to 4 and counted in halves, because the verified score takes an unconfirmed item by half. An
indicator's score is 100 x points / highest points; the total is their weighted mean, of the exact scores, the weights
of indicators without an item shared out in proportion. Both are rounded half up. Gates look at the rounded scores,
which are those that people see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.assess.instrument import Condition, Fact, Gate, Instrument, Item
from bot.domain.tables import Proof

Answers = Mapping[str, str]
"""Codes of the chosen options by item, those of the profile too."""
Proofs = Mapping[str, Proof]
"""What officers made of what was shown, by item; an item that isn't there was never shown."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What an indicator came to: `got` of `most` half points; `weight` in percent, as it counts in the total."""

    indicator: str
    got: int
    most: int
    weight: Fraction

    @property
    def score(self) -> int:
        """0 to 100."""
        return half_up(Fraction(100 * self.got, self.most))


@dataclass(frozen=True, slots=True)
class Score:
    """A total of 0 to 100 and its band. `failed`: gates that aren't open; `held`: those of them that keep it from the
    band that its total alone would have. An indicator without an answered item has no mark."""

    total: int
    band: str
    marks: Mapping[str, Mark]
    failed: tuple[str, ...]
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What an owner claims, and what of it counts as verified."""

    claimed: Score
    verified: Score


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def holds(conditions: tuple[Condition, ...], answers: Answers) -> bool:
    """Whether every condition holds."""
    return not conditions or all(answers.get(c.item) in c.any_of for c in conditions)


def counts(question: Item | Fact) -> bool:
    """Whether the verified score and its gates need evidence for it."""
    return question.evidence is not None and question.evidence.counts


def score(instrument: Instrument, answers: Answers, proofs: Proofs | None = None, *, quick: bool = False) -> Result:
    """The result of answers, of the core items only where `quick`.

    Items that aren't asked in this branch, or aren't answered, don't count. Raises `KeyError` for an unknown answer.
    """
    claimed: dict[str, list[int]] = {}
    verified: dict[str, list[int]] = {}
    proofs = proofs or {}
    for item in instrument.items:
        if item.code not in answers or (quick and not item.core) or not holds(item.when, answers):
            continue
        if (answer := answers[item.code]) not in item.points:
            raise KeyError(f"{item.code}: {answer}")
        if (worth := item.points[answer]) is None:
            continue
        most = 2 * item.most
        _add(claimed, item.indicator, 2 * worth, most)
        _add(verified, item.indicator, worth * (_halves(proofs.get(item.code)) if counts(item) else 2), most)
    return Result(
        _scored(instrument, claimed, answers, None),
        _scored(instrument, verified, answers, proofs),
    )


def _halves(proof: Proof | None) -> int:
    """How many halves of an item whose evidence counts: shown, asked again or never shown is one half."""
    return 2 if proof is Proof.CONFIRMED else 0 if proof is Proof.REJECTED else 1


def _add(sums: dict[str, list[int]], indicator: str, got: int, most: int) -> None:
    sum = sums.setdefault(indicator, [0, 0])
    sum[0] += got
    sum[1] += most


def _scored(instrument: Instrument, sums: Mapping[str, list[int]], answers: Answers, proofs: Proofs | None) -> Score:
    there = [(i.code, i.weight, *sums[i.code]) for i in instrument.indicators if i.code in sums]
    weights = sum(weight for _, weight, _, _ in there)
    marks = {code: Mark(code, got, most, Fraction(100 * weight, weights)) for code, weight, got, most in there}
    total = half_up(sum((m.weight * m.got / m.most for m in marks.values()), Fraction(0)))
    failed = [gate for gate in instrument.gates if not _open(instrument, gate, answers, proofs, marks)]
    closed = {band for gate in failed for band in gate.closes}
    reached = [band for band in instrument.bands if band.least <= total]
    given = [band for band in reached if band.code not in closed]
    kept_from = {band.code for band in reached if band.least > given[-1].least}
    return Score(
        total,
        given[-1].code,
        marks,
        tuple(gate.code for gate in failed),
        tuple(gate.code for gate in failed if kept_from & set(gate.closes)),
    )


def _open(
    instrument: Instrument, gate: Gate, answers: Answers, proofs: Proofs | None, marks: Mapping[str, Mark]
) -> bool:
    """Whether a gate is open; with `proofs`, an item whose evidence counts must have been confirmed."""
    if gate.item is None:
        return all(mark.score >= (gate.least or 0) for mark in marks.values())
    question = instrument.question(gate.item)
    if not holds(question.when, answers):
        return True
    if answers.get(gate.item) not in gate.any_of:
        return False
    return proofs is None or not counts(question) or proofs.get(gate.item) is Proof.CONFIRMED
