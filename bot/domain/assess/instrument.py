"""The shape of an instrument: what is asked, what answers are worth, what holds a band back, what is recommended.

An instrument is a JSON document that the office edits; nothing in it is evaluated. `read` refuses one that is wrong,
naming the item and the reason. Its schema is printed by `pendamping instrument schema`.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

SHIPPED = Path(__file__).parents[1] / "data"
"""Where the instruments lie that a new installation begins with: ``instrument_*.json``."""
SCHEMA = SHIPPED / "instrument.schema.json"

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,19}$")]
ItemCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
Words = Annotated[str, Field(min_length=1, max_length=600)]
Caption = Annotated[str, Field(min_length=1, max_length=20)]
"""On a button: WhatsApp takes 20 characters."""
Row = Annotated[str, Field(min_length=1, max_length=24)]
"""A row of a list: WhatsApp takes 24 characters."""


Phrase = Annotated[str, Field(pattern=r"^[a-z0-9]+( [a-z0-9]+)*$", max_length=40)]
"""Typed words, as they are compared: in small letters, without signs."""
Meaning = Literal["yes", "no", "in_progress", "expired", "unsure"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(_Part):
    """Holds when an item was answered with one of these codes; several conditions must all hold."""

    item: ItemCode
    any_of: Annotated[tuple[Code, ...], Field(min_length=1)]


class Option(_Part):
    """An answer. `points` None: it doesn't apply, and the item leaves the denominator. `means` is how "sedang diurus",
    "sudah mati" and plain yes and no are understood, `also` what may mean it, too, so that it is asked back; `span`:
    the quantities it stands for, from and (None: without end) to, where the question asks how many; `words`: what else
    is typed for it."""

    code: Code
    title: Row
    note: Annotated[str, Field(max_length=72)] = ""
    points: Annotated[int, Field(ge=0, le=4)] | None = None
    means: Meaning | None = None
    also: tuple[Meaning, ...] = ()
    span: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)] | None] | None = None
    words: Annotated[tuple[Phrase, ...], Field(max_length=80)] = ()


class Evidence(_Part):
    """What can be shown for an answer. Always optional; where it `counts`, the verified score takes the item in full
    only when an officer has confirmed it."""

    kind: Literal["photo", "number", "words", "photo_or_number"]
    ask: Words
    counts: bool = True
    identifier: Literal["nib", "npwp", "pirt", "bpom", "halal", "trademark", "hs"] | None = None


class Known(_Part):
    """A fact of the business that answers an item where it is noted, with this option; the fact is what is shown for
    it then."""

    fact: Literal["nib"]
    option: Code


class Item(_Part):
    """A scored question. `core`: asked in the quick check; `permit`: has answers for under way and expired; `known`:
    what answers it, so that it isn't asked; `named`: what is counted where it is named instead of a number, each by its
    names."""

    code: ItemCode
    indicator: ItemCode
    core: bool = False
    permit: bool = False
    when: tuple[Condition, ...] = ()
    text: Words
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=10)]
    evidence: Evidence | None = None
    known: Known | None = None
    named: tuple[Annotated[tuple[Phrase, ...], Field(min_length=1)], ...] = ()

    @cached_property
    def points(self) -> dict[str, int | None]:
        """What each answer is worth."""
        return {option.code: option.points for option in self.options}

    @cached_property
    def most(self) -> int:
        """What the best answer is worth."""
        return max(points or 0 for points in self.points.values())


class Source(_Part):
    """The answer of another instrument that answers a profile question."""

    instrument: Code
    item: ItemCode


class Fact(_Part):
    """A profile question, not scored. It is asked only where neither a `fact` of the business nor an answer of another
    instrument (`taken_from`) is known."""

    code: ItemCode
    text: Words
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=10)]
    when: tuple[Condition, ...] = ()
    fact: Literal["sector", "sales", "capital", "workers", "age"] | None = None
    taken_from: Source | None = None
    evidence: Evidence | None = None
    core: bool = False
    permit: bool = False


class Indicator(_Part):
    """What items are gathered under; `weight` is its part of 100."""

    code: ItemCode
    title: Annotated[str, Field(min_length=1, max_length=60)]
    short: Caption
    seed: str = ""
    weight: Annotated[int, Field(ge=1, le=100)]


class Band(_Part):
    """A result, from `least` points of 100 on."""

    code: Code
    title: Annotated[str, Field(min_length=1, max_length=40)]
    least: Annotated[int, Field(ge=0, le=100)]


class Level(_Part):
    """How low an indicator is, below so many of 100: it gets a recommendation."""

    code: Code
    title: Caption
    below: Annotated[int, Field(ge=1, le=100)]


class Gate(_Part):
    """What some bands are closed by: an item that isn't answered with one of `any_of`, or (`least`) an indicator below
    so many of 100. A gate on an item that isn't asked is open. `recommend`: the first whose conditions hold."""

    code: Code
    step: Annotated[str, Field(min_length=1, max_length=60)]
    closes: Annotated[tuple[Code, ...], Field(min_length=1)]
    item: ItemCode | None = None
    any_of: tuple[Code, ...] = ()
    least: Annotated[int, Field(ge=1, le=100)] | None = None
    recommend: tuple[Code, ...] = ()


class Offer(_Part):
    """A training or a help of the office, by its topic."""

    code: Code
    title: Annotated[str, Field(min_length=1, max_length=100)]


class Action(_Part):
    """The button of a recommendation; it records `wish`."""

    title: Caption
    does: Literal["training", "help", "officer"]
    wish: Annotated[str, Field(pattern=r"^[a-z0-9_:-]{1,40}$")]


class Recommendation(_Part):
    """What helps: for an indicator that is low, for a gate, or (neither) when its conditions hold."""

    code: Code
    indicator: ItemCode | None = None
    when: tuple[Condition, ...] = ()
    message: Words
    quick_win: Words
    trainings: tuple[Offer, ...] = ()
    help: tuple[Offer, ...] = ()
    button: Action
    faqs: tuple[Code, ...] = ()


class Market(_Part):
    """A note on a market, shown with the result where it is `sure` (H) or approved by the office."""

    market: Annotated[str, Field(min_length=1, max_length=40)]
    text: Words
    since: date
    source: Annotated[str, Field(min_length=1, max_length=200)]
    sure: Literal["H", "M", "L"]
    approved: bool = False


class Offered(_Part):
    """From which total of another instrument this one is offered by itself."""

    instrument: Code
    least: Annotated[int, Field(ge=0, le=100)]


class Example(_Part):
    """A worked example; a document whose own examples don't come out is refused."""

    title: Annotated[str, Field(min_length=1, max_length=100)]
    quick: bool = False
    answers: dict[ItemCode, Code]
    confirmed: tuple[ItemCode, ...] = ()
    rejected: tuple[ItemCode, ...] = ()
    claimed: int
    claimed_band: Code
    verified: int
    verified_band: Code


class Instrument(_Part):
    """A version of a self-assessment, for new assessments from the day `since` on ("berlaku per")."""

    code: Code
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9.\-]{1,20}$")]
    since: date
    title: Annotated[str, Field(min_length=1, max_length=60)]
    source: Annotated[str, Field(min_length=1, max_length=300)]
    recheck_months: Annotated[int, Field(ge=1, le=60)] = 6
    evidence_months: Annotated[int, Field(ge=1, le=120)] = 24
    advice: Annotated[int, Field(ge=1, le=3)] = 3
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    levels: tuple[Level, ...] = ()
    gates: tuple[Gate, ...] = ()
    profile: tuple[Fact, ...] = ()
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    recommendations: tuple[Recommendation, ...] = ()
    markets: tuple[Market, ...] = ()
    offered: Offered | None = None
    examples: dict[str, Example] = {}

    def question(self, code: str) -> Item | Fact:
        """An item or a profile question. Raises `KeyError`."""
        return self._questions[code]

    @cached_property
    def _questions(self) -> dict[str, Item | Fact]:
        return {question.code: question for question in (*self.profile, *self.items)}

    def band(self, code: str) -> Band:
        """Raises `KeyError`."""
        return {band.code: band for band in self.bands}[code]


class BadInstrument(ValueError):
    """A document that can't be an instrument: `problems` are lines of "path: reason"."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read(document: Any) -> Instrument:
    """The instrument of a JSON document. Raises `BadInstrument`."""
    from bot.domain.assess.rules import problems  # it knows the parts above

    try:
        instrument = Instrument.model_validate_json(json.dumps(document))
    except ValidationError as error:
        raise BadInstrument([f"{_path(document, e['loc'])}: {e['msg']}" for e in error.errors()]) from None
    if found := problems(instrument):
        raise BadInstrument(found)
    return instrument


def read_file(path: Path) -> Any:
    """The JSON document of a file. Raises `BadInstrument` with the line where it isn't JSON, `OSError`."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BadInstrument([f"line {error.lineno}: {error.msg}"]) from None
    except UnicodeDecodeError as error:
        raise BadInstrument([f"byte {error.start}: no UTF-8"]) from None


@cache
def shipped() -> tuple[Instrument, ...]:
    """The instruments that come with Pendamping."""
    return tuple(read(read_file(path)) for path in sorted(SHIPPED.glob("instrument_*.json")))


def schema() -> dict[str, Any]:
    """The JSON Schema of an instrument."""
    return Instrument.model_json_schema()


def _path(document: Any, places: tuple[int | str, ...]) -> str:
    """A place in a document as a person finds it: items by their codes instead of their numbers."""
    path: list[str] = []
    at = document
    for place in places:
        at = _inside(at, place)
        named = cast(dict[str, Any], at).get("code") if isinstance(at, dict) and isinstance(place, int) else None
        path.append(str(named or place))
    return ".".join(path) or "the document"


def _inside(of: Any, place: int | str) -> Any:
    try:
        return of[place]
    except (KeyError, IndexError, TypeError):  # what is missing has no inside
        return None
