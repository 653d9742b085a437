"""The few next steps that help most, after a score. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.assess.instrument import Instrument, Level, Market, Recommendation
from bot.domain.assess.scoring import Answers, Score, holds


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation, and how low its indicator is; `gate` is the code of the gate it opens."""

    recommendation: Recommendation
    level: Level | None = None
    gate: str | None = None


def advise(instrument: Instrument, score: Score, answers: Answers) -> list[Advice]:
    """At most `instrument.advice`: closed gates first, then indicators that are low by their weighted gap, the widest
    first, then what its own conditions call for. An indicator that a gate speaks for isn't named again."""
    found = _of_gates(instrument, score, answers)
    spoken_for = {advice.recommendation.indicator for advice in found}
    low = [a for a in _of_indicators(instrument, score, answers) if a.recommendation.indicator not in spoken_for]
    general = [
        Advice(r) for r in instrument.recommendations if r.indicator is None and r.when and holds(r.when, answers)
    ]
    by_code = {advice.recommendation.code: advice for advice in reversed([*found, *low, *general])}
    return list(reversed(by_code.values()))[: instrument.advice]


def _of_gates(instrument: Instrument, score: Score, answers: Answers) -> list[Advice]:
    by_code = {r.code: r for r in instrument.recommendations}
    found: list[Advice] = []
    for gate in instrument.gates:
        if gate.code in score.failed:
            fitting = (by_code[code] for code in gate.recommend if holds(by_code[code].when, answers))
            found += [Advice(r, gate=gate.code) for r in list(fitting)[:1]]
    return found


def _of_indicators(instrument: Instrument, score: Score, answers: Answers) -> list[Advice]:
    of_gates = {code for gate in instrument.gates for code in gate.recommend}
    marks = sorted(score.marks.values(), key=lambda m: -m.weight * (100 - m.score))  # equals stay in their order
    found: list[Advice] = []
    for mark in marks:
        level = next((level for level in instrument.levels if mark.score < level.below), None)
        fitting = [
            r for r in instrument.recommendations
            if r.indicator == mark.indicator and not r.when and r.code not in of_gates
        ]  # fmt: skip
        if level is not None and fitting:
            found.append(Advice(fitting[0], level))
    return found


def strongest_and_weakest(score: Score) -> tuple[str, str] | None:
    """The indicators with the highest and the lowest score, the first of equals; None when fewer than two have one."""
    if len(score.marks) < 2:
        return None
    by_score = sorted(score.marks.values(), key=lambda mark: -mark.score)
    return by_score[0].indicator, min(reversed(by_score), key=lambda mark: mark.score).indicator


def markets(instrument: Instrument) -> list[Market]:
    """The notes on markets that may be shown."""
    return [market for market in instrument.markets if market.sure == "H" or market.approved]
