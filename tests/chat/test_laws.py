"""Laws: whatever is said, in whatever order, to whatever flow."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.chat.flow import Chat, Flow, Refused, flow
from bot.chat.questions import Choice, Date, Line, Money, Number, Phone, Question, YesNo, optional
from bot.chat.talk import Answer, Pending, Talk, Talks
from tests.chat.kernel import MONDAY, Notes, Siti

CHOICES = (("a", "Alpha"), ("b", "Beta"), ("c", "Gamma"))
MAKERS: tuple[Callable[[str], Question[Any]], ...] = (
    lambda key: Line(key, f"{key}?", label=key),
    lambda key: YesNo(key, f"{key}?", label=key),
    lambda key: Choice(key, f"{key}?", CHOICES, label=key),
    lambda key: Number(key, f"{key}?", most=50),
    lambda key: Money(key, f"{key}?", label=key),
    lambda key: Date(key, f"{key}?", label=key),
    lambda key: Phone(key, f"{key}?", label=key),
    lambda key: optional(Choice(key, f"{key}?", CHOICES, label=key)),
    lambda key: optional(Line(key, f"{key}?")),
)
WORDS = st.sampled_from(
    ["ya", "tidak", "1", "2", "7", "alpha", "Beta", "besok", "5-12-2026", "081234567890", "lewati", "sudah benar",
     "all correct", "change k0", "change k1", "kembali", "batal", "menu", "lanjut", "mulai baru", "/made", "/other",
     "berhenti", "bantuan", "info", "halo", "/start", "/start made-k0-2", "apa?", "", "🙏", "x" * 5000]
)  # fmt: skip


@st.composite
def shapes(draw: st.DrawFn) -> tuple[list[tuple[int, int]], bool, bool]:
    """Questions by kind, each shown only when the answer before that many places is truthy; a review; a refusal."""
    steps = draw(st.lists(st.tuples(st.integers(0, len(MAKERS) - 1), st.integers(0, 2)), min_size=1, max_size=6))
    return steps, draw(st.booleans()), draw(st.booleans())


def made(shape: tuple[list[tuple[int, int]], bool, bool], name: str) -> Flow:
    steps, review, refuses = shape

    @flow(name, command=name, words=(f"mau {name}",), title=name.title(), menu=5, link=True)
    def run(chat: Chat, db: Notes) -> None:
        chat.say(f"{name}!")
        values: list[Any] = []
        for n, (kind, back) in enumerate(steps):
            if back and n >= back and not values[n - back]:
                values.append(None)
            else:
                values.append(chat.ask(MAKERS[kind](f"k{n}")))
        if review:
            chat.review("Right?")
        db.write(name)
        if refuses and values[0] in (True, "a", 1):
            raise Refused("REFUSED", "k0")
        chat.say("END")

    return run


class AnyConversation(RuleBasedStateMachine):
    """Never raises; after every turn a question is on the screen or no talk is open; a replay shows the same screen."""

    @initialize(one=shapes(), other=shapes())
    def begin(self, one: Any, other: Any) -> None:
        self.siti = Siti(made(one, "made"), made(other, "other"))
        self.siti.says("/made")

    @rule(words=WORDS)
    def say(self, words: str) -> None:
        before = self.siti.open.waiting if self.siti.talks.open else ""
        self.siti.says(words)
        self.screen(before)

    @rule(words=st.text(max_size=30))
    def say_anything(self, words: str) -> None:
        self.siti.says(words)

    @rule(which=st.integers(0, 20), bubble=st.integers(1, 3))
    def tap(self, which: int, bubble: int) -> None:
        labels = [label for seen in self.siti.seen[-bubble : -bubble + 1 or None] for label in seen.buttons]
        if labels:
            self.siti.taps(labels[which % len(labels)], -bubble)

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.siti.later(hours=hours)

    @rule(one=shapes())
    def deploy(self, one: Any) -> None:
        self.siti.deploy(made(one, "made"))

    def screen(self, before: str) -> None:
        if self.siti.reply.outcome in ("asked", "invalid", "refused") and self.siti.talks.open:
            assert self.siti.reply.question == self.siti.open.waiting

    @invariant()
    def replays(self) -> None:
        if not hasattr(self, "siti"):
            return
        talks = self.siti.talks
        assert Talks.from_json(json.loads(json.dumps(talks.to_json()))) == talks
        if talks.open and talks.open.flow in self.siti.rules.flows.by_name:
            assert talks.open.waiting, "an open talk waits for something"
        if talks.parked:
            assert talks.open, "nothing is parked under nothing"
            assert talks.parked.number != talks.open.number

    @rule()
    def look_twice(self) -> None:
        """Whatever leads nowhere shows the same question as often as it comes."""
        self.siti.hears("other", what="sticker")  # after a deploy this may be the end of a talk
        first = self.siti.hears("other", what="sticker")
        kept, lines = self.siti.kept, list(self.siti.db.lines)
        assert self.siti.hears("other", what="sticker") == first
        assert self.siti.kept == kept
        assert self.siti.db.lines == lines


AnyConversation.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestAnyConversation = AnyConversation.TestCase


@settings(max_examples=60, deadline=None)
@given(shapes(), st.lists(WORDS, max_size=12))
def test_a_golden_flow_writes_only_at_its_end(shape: Any, said: list[str]):
    """One line is written for each time the end was reached, none for a refusal."""
    siti = Siti(made(shape, "made"))
    ends = 0
    for words in ["/made", *said]:
        ends += "END" in siti.says(words)
        assert siti.db.lines.count("made") == ends


KEYS = st.text(min_size=1, max_size=5)
JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
MOMENTS = st.datetimes(timezones=st.just(MONDAY.tzinfo))
KEPT = st.builds(Answer, st.text(max_size=5), JSON, st.sampled_from(["line", "choice"]), st.just(MONDAY.isoformat()))
DOUBTS = st.builds(Pending, st.text(max_size=5), JSON, JSON, st.lists(st.tuples(JSON, JSON), max_size=3))
TALKS = st.builds(
    Talk,
    number=st.integers(1, 2**30),
    flow=KEYS,
    opened=MOMENTS,
    touched=MOMENTS,
    answers=st.dictionaries(KEYS, KEPT, max_size=3),
    given=st.dictionaries(KEYS, KEYS, max_size=2),
    waiting=st.text(max_size=5),
    pending=st.none() | DOUBTS,
    changing=st.none() | st.tuples(KEYS, KEPT),
    last=st.text(max_size=5),
    away=st.booleans(),
    offered=st.none() | MOMENTS,
)


@given(st.builds(Talks, st.none() | TALKS, st.none() | TALKS, st.none() | st.tuples(st.integers(), KEYS)))
def test_talks_survive_their_json(talks: Talks):
    assert Talks.from_json(json.loads(json.dumps(talks.to_json()))) == talks
