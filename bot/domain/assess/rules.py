"""What must hold in an instrument beyond its shape: references lead somewhere, weights sum up, gates are fair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from bot.domain.assess.instrument import Condition, Example, Fact, Gate, Instrument, Item, Option
from bot.domain.assess.scoring import score
from bot.domain.tables import Proof

BUTTONS = 3
"""So many options are buttons on WhatsApp, with shorter titles; more are a list."""
CAPTION = 20
PERMIT = {"yes", "no", "in_progress", "expired"}


def problems(instrument: Instrument) -> list[str]:
    """Lines of "path: reason"; none for an instrument that can be used."""
    found = [
        *_twice(instrument),
        *_weights(instrument),
        *(line for question in (*instrument.profile, *instrument.items) for line in _question(instrument, question)),
        *(line for item in instrument.items for line in _item(instrument, item)),
        *(line for gate in instrument.gates for line in _gate(instrument, gate)),
        *_recommendations(instrument),
    ]
    if not found:  # examples are only worked out on what is whole
        found += [line for name, e in instrument.examples.items() for line in _example(instrument, name, e)]
    return found


def _twice(instrument: Instrument) -> Iterator[str]:
    """Codes that are used twice."""
    parts: tuple[tuple[str, Iterable[str]], ...] = (
        ("indicators", (i.code for i in instrument.indicators)),
        ("bands", (b.code for b in instrument.bands)),
        ("gates", (g.code for g in instrument.gates)),
        ("items", (q.code for q in (*instrument.profile, *instrument.items))),
        ("recommendations", (r.code for r in instrument.recommendations)),
        *((q.code, (o.code for o in q.options)) for q in (*instrument.profile, *instrument.items)),
    )
    for name, codes in parts:
        yield from (f"{name}.{code}: there twice" for code, times in Counter(codes).items() if times > 1)


def _weights(instrument: Instrument) -> Iterator[str]:
    if (weights := sum(i.weight for i in instrument.indicators)) != 100:
        yield f"indicators: the weights come to {weights}, not to 100"
    least = [band.least for band in instrument.bands]
    if least[0] != 0 or least != sorted(set(least)):
        yield "bands: they begin at 0 and rise"
    if (below := [level.below for level in instrument.levels]) != sorted(set(below)):
        yield "levels: they rise"
    for indicator in instrument.indicators:
        if not any(item.indicator == indicator.code for item in instrument.items):
            yield f"indicators.{indicator.code}: no item belongs to it"


def _question(instrument: Instrument, question: Item | Fact) -> Iterator[str]:
    at = f"items.{question.code}"
    yield from _conditions(instrument, f"{at}.when", question.when, before=question.code)
    if len(question.options) <= BUTTONS:
        for option in question.options:
            if len(option.title) > CAPTION:
                yield f"{at}.options.{option.code}.title: a button has at most {CAPTION} characters"
    if question.permit and (lacking := PERMIT - {option.means for option in question.options}):
        yield f"{at}.options: a permit needs an option that means {', '.join(sorted(lacking))}"
    yield from _spans(at, question.options)


def _spans(at: str, options: tuple[Option, ...]) -> Iterator[str]:
    """A quantity belongs to one answer only."""
    before: Option | None = None
    for option in sorted((o for o in options if o.span), key=lambda o: o.span[0] if o.span else 0):
        least, most = option.span or (0, None)
        if most is not None and most < least:
            yield f"{at}.options.{option.code}.span: it ends before it begins"
        if before and before.span and (before.span[1] is None or before.span[1] >= least):
            yield f"{at}.options.{option.code}.span: {before.code} has a part of it"
        before = option


def _item(instrument: Instrument, item: Item) -> Iterator[str]:
    if item.indicator not in {i.code for i in instrument.indicators}:
        yield f"items.{item.code}.indicator: there is no indicator {item.indicator}"
    worth = [option.points for option in item.options if option.points is not None]
    if not worth or max(worth) == 0:
        yield f"items.{item.code}.options: no answer is worth a point"
    if item.named and not any(option.span for option in item.options):
        yield f"items.{item.code}.named: no option has a span that could be counted into"
    if item.known is not None:
        at = f"items.{item.code}.known"
        yield from _answers(instrument, f"{at}.option", item.code, [item.known.option])
        if item.evidence is not None and item.evidence.identifier != item.known.fact:
            yield f"{at}.fact: its evidence isn't the {item.known.fact}"


def _conditions(
    instrument: Instrument, at: str, conditions: tuple[Condition, ...], before: str | None = None
) -> Iterator[str]:
    """`before`: a question may only look at what is asked before it."""
    asked = [q.code for q in (*instrument.profile, *instrument.items)]
    for condition in conditions:
        if condition.item not in asked:
            yield f"{at}: there is no item {condition.item}"
        elif before is not None and asked.index(condition.item) >= asked.index(before):
            yield f"{at}: {condition.item} is not asked before {before}"
        else:
            yield from _answers(instrument, at, condition.item, condition.any_of)


def _answers(instrument: Instrument, at: str, item: str, answers: Iterable[str]) -> Iterator[str]:
    known = {option.code for option in instrument.question(item).options}
    yield from (f"{at}: {item} has no answer {answer}" for answer in answers if answer not in known)


def _gate(instrument: Instrument, gate: Gate) -> Iterator[str]:
    at = f"gates.{gate.code}"
    bands = {band.code for band in instrument.bands}
    yield from (f"{at}.closes: there is no band {code}" for code in gate.closes if code not in bands)
    if instrument.bands[0].code in gate.closes:
        yield f"{at}.closes: the lowest band can't be closed"
    known = {r.code for r in instrument.recommendations}
    yield from (f"{at}.recommend: there is no recommendation {code}" for code in gate.recommend if code not in known)
    if (gate.item is None) == (gate.least is None) or (gate.item is None) != (not gate.any_of):
        yield f"{at}: either an item with any_of, or least"
    elif gate.item is not None:
        if gate.item not in {q.code for q in (*instrument.profile, *instrument.items)}:
            yield f"{at}.item: there is no item {gate.item}"
        elif lines := list(_answers(instrument, f"{at}.any_of", gate.item, gate.any_of)):
            yield from lines
        else:
            yield from _fair(gate, instrument.question(gate.item).options)


def _fair(gate: Gate, options: tuple[Option, ...]) -> Iterator[str]:
    """An answer that is worth as much as one that passes has to pass: a better answer never lowers a band."""
    passing = [o.points for o in options if o.code in gate.any_of and o.points is not None]
    for option in options:
        if passing and option.points is not None and option.code not in gate.any_of and option.points >= min(passing):
            yield f"gates.{gate.code}.any_of: {option.code} is worth as much as an answer that passes, and doesn't"


def _recommendations(instrument: Instrument) -> Iterator[str]:
    indicators = {i.code for i in instrument.indicators}
    for one in instrument.recommendations:
        at = f"recommendations.{one.code}"
        if one.indicator is not None and one.indicator not in indicators:
            yield f"{at}.indicator: there is no indicator {one.indicator}"
        yield from _conditions(instrument, f"{at}.when", one.when)
        if one.button.does == "training" and not one.trainings:
            yield f"{at}.button: it leads to trainings, and there are none"
    if instrument.levels:
        of_gates = {code for gate in instrument.gates for code in gate.recommend}
        for_low = {r.indicator for r in instrument.recommendations if not r.when and r.code not in of_gates}
        yield from (f"indicators.{code}: no recommendation for it" for code in sorted(indicators - for_low))


def _example(instrument: Instrument, name: str, example: Example) -> Iterator[str]:
    at = f"examples.{name}"
    asked = {q.code for q in (*instrument.profile, *instrument.items)}
    if unknown := [code for code in example.answers if code not in asked]:
        yield f"{at}.answers: there is no item {', '.join(unknown)}"
        return
    lines = [line for q, a in example.answers.items() for line in _answers(instrument, f"{at}.answers", q, [a])]
    if lines:
        yield from lines
        return
    result = score(instrument, example.answers, proofs_of(example), quick=example.quick)
    for field, comes_to, said in (
        ("claimed", result.claimed.total, example.claimed),
        ("claimed_band", result.claimed.band, example.claimed_band),
        ("verified", result.verified.total, example.verified),
        ("verified_band", result.verified.band, example.verified_band),
    ):
        if comes_to != said:
            yield f"{at}.{field}: the answers come to {comes_to}, not to {said}"


def proofs_of(example: Example) -> dict[str, Proof]:
    """What officers have made of the evidence of an example."""
    return dict.fromkeys(example.confirmed, Proof.CONFIRMED) | dict.fromkeys(example.rejected, Proof.REJECTED)
