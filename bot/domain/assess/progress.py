"""What is asked, what is still open, and how far one is: pure, for conversations about an assessment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.assess.instrument import Fact, Instrument, Item
from bot.domain.assess.scoring import Answers, holds


@dataclass(frozen=True, slots=True)
class Progress:
    """How many questions of an indicator are answered."""

    indicator: str
    done: int
    of: int


def asked(instrument: Instrument, answers: Answers, *, quick: bool = False, indicator: str | None = None) -> list[Item]:
    """The scored questions of this branch, in order; only the core ones where `quick`, only those of an `indicator`."""
    return [
        i
        for i in instrument.items
        if (i.core or not quick) and (indicator is None or i.indicator == indicator) and holds(i.when, answers)
    ]


def asked_of_profile(instrument: Instrument, answers: Answers, *, quick: bool = False) -> list[Fact]:
    """The profile questions of this branch, answered or not; only those that decide something where `quick`."""
    return [f for f in instrument.profile if (f.core or not quick) and holds(f.when, answers)]


def questions(instrument: Instrument, *, quick: bool = False, indicator: str | None = None) -> list[Item | Fact]:
    """What may be asked in some branch, the profile first, in an order in which no question looks ahead; of the items
    only those of an `indicator`, if one is given."""
    everything: tuple[Item | Fact, ...] = (*instrument.profile, *instrument.items)
    return [q for q in everything if (q.core or not quick)
            and (indicator is None or isinstance(q, Fact) or q.indicator == indicator)]  # fmt: skip


def missing(
    instrument: Instrument, answers: Answers, *, quick: bool = False, indicator: str | None = None
) -> list[Item | Fact]:
    """The `questions` of this branch that are still to be asked."""
    may = questions(instrument, quick=quick, indicator=indicator)
    return [q for q in may if q.code not in answers and holds(q.when, answers)]


def progress(instrument: Instrument, answers: Answers, *, quick: bool = False) -> list[Progress]:
    """How far each indicator is; one that has no question in this branch isn't there."""
    items = asked(instrument, answers, quick=quick)
    found = [
        Progress(
            i.code,
            sum(item.indicator == i.code and item.code in answers for item in items),
            sum(item.indicator == i.code for item in items),
        )
        for i in instrument.indicators
    ]
    return [one for one in found if one.of]


def bar(done: int, of: int, wide: int = 6) -> str:
    """▰▰▰▱▱▱; full only when all is done, and empty only when nothing is."""
    full = wide if done >= of else min(max(wide * done // of, min(done, 1)), wide - 1)
    return "▰" * full + "▱" * (wide - full)


def prefilled(
    instrument: Instrument, facts: Mapping[str, str | None], others: Mapping[tuple[str, str], str]
) -> dict[str, str]:
    """Answers to profile questions that are known: from facts of the business, from answers of other instruments (by
    instrument and item). What isn't one of the options is asked."""
    found: dict[str, str] = {}
    for fact in instrument.profile:
        known = facts.get(fact.fact) if fact.fact else None
        if known is None and fact.taken_from:
            known = others.get((fact.taken_from.instrument, fact.taken_from.item))
        if known is not None and known in {option.code for option in fact.options}:
            found[fact.code] = known
    return found
