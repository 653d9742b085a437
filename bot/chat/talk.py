"""A talk: a conversation at rest. This is all that is kept of it between two messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Answer:
    """One kept answer. `value` is JSON, read from `raw` by `reader` at `at` (ISO), and never read again."""

    raw: str
    value: Any
    reader: str
    at: str


@dataclass(slots=True)
class Pending:
    """A doubtful answer that was asked back: `value` and the `choices` (label as JSON, value) shown with it."""

    raw: str
    value: Any
    echo: Any
    choices: list[tuple[Any, Any]] = field(default_factory=list[tuple[Any, Any]])


def _pending(kept: list[Any]) -> Pending:
    raw, value, echo, choices = kept
    return Pending(raw, value, echo, [(label, choice) for label, choice in choices])


@dataclass(slots=True)
class Talk:
    """An open conversation: flow, answers by key, and the key of the question that waits (empty before the first).

    `given` are arguments not asked for yet, `changing` an answer that is being changed from the review (key and what
    it was), `away` says that the question is no longer the last thing on the screen, `touched` is her last message,
    `offered` when she was asked whether to go on, while that is the last thing on the screen; `stopping` while it is
    asked whether to stop. `first` is the flow that this one has sent her through before it could go on.
    """

    number: int
    flow: str
    opened: datetime
    touched: datetime
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    given: dict[str, str] = field(default_factory=dict[str, str])
    waiting: str = ""
    pending: Pending | None = None
    changing: tuple[str, Answer] | None = None
    last: str = ""
    away: bool = False
    offered: datetime | None = None
    stopping: bool = False
    first: str = ""

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "number": self.number,
            "flow": self.flow,
            "opened": self.opened.isoformat(),
            "touched": self.touched.isoformat(),
            "answers": {k: [a.raw, a.value, a.reader, a.at] for k, a in self.answers.items()},
        }
        if self.given:
            data["given"] = self.given
        if self.waiting:
            data["waiting"] = self.waiting
        if p := self.pending:
            data["pending"] = [p.raw, p.value, p.echo, p.choices]
        if self.changing:
            key, a = self.changing
            data["changing"] = [key, a.raw, a.value, a.reader, a.at]
        if self.last:
            data["last"] = self.last
        if self.away:
            data["away"] = True
        if self.offered:
            data["offered"] = self.offered.isoformat()
        if self.stopping:
            data["stopping"] = True
        if self.first:
            data["first"] = self.first
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Talk:
        changing = data.get("changing")
        return cls(
            number=data["number"],
            flow=data["flow"],
            opened=datetime.fromisoformat(data["opened"]),
            touched=datetime.fromisoformat(data["touched"]),
            answers={k: Answer(*a) for k, a in data["answers"].items()},
            given=data.get("given", {}),
            waiting=data.get("waiting", ""),
            pending=_pending(data["pending"]) if "pending" in data else None,
            changing=(changing[0], Answer(*changing[1:])) if changing else None,
            last=data.get("last", ""),
            away=data.get("away", False),
            offered=datetime.fromisoformat(data["offered"]) if "offered" in data else None,
            stopping=data.get("stopping", False),
            first=data.get("first", ""),
        )


@dataclass(slots=True)
class Missed:
    """What she said last and got no answer to: her `words`, kept for the officer who may answer them.

    `times` is how often in a row she wasn't understood, `offered` whether she was asked if an officer shall answer,
    `at` when (ISO).
    """

    words: str
    times: int = 0
    offered: bool = False
    at: str = ""


@dataclass(slots=True)
class Talks:
    """A person's talks: the open one, at most one parked under it, and what is left of the last one that ended.

    `ended` is number and last tap of a talk that is over, so that a second tap on its last button is only acknowledged.
    `missed` is there from words without an answer until the next message that is understood. `keys` says that the
    platform's button for sharing a number is still on her screen.
    """

    open: Talk | None = None
    parked: Talk | None = None
    ended: tuple[int, str] | None = None
    missed: Missed | None = None
    keys: bool = False

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if self.open:
            data["open"] = self.open.to_json()
        if self.parked:
            data["parked"] = self.parked.to_json()
        if self.ended:
            data["ended"] = list(self.ended)
        if m := self.missed:
            data["missed"] = [m.words, m.times, m.offered, m.at]
        if self.keys:
            data["keys"] = True
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Talks:
        ended = data.get("ended")
        return cls(
            open=Talk.from_json(data["open"]) if "open" in data else None,
            parked=Talk.from_json(data["parked"]) if "parked" in data else None,
            ended=(ended[0], ended[1]) if ended else None,
            missed=Missed(*data["missed"]) if "missed" in data else None,
            keys=data.get("keys", False),
        )

    def end(self) -> None:
        """The open talk is over; the parked one, if any, is open again."""
        if self.open:
            self.ended = (self.open.number, self.open.last)
        self.open, self.parked = self.parked, None
