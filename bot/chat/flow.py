"""A conversation is a function of its answers.

A flow is a plain function that asks and, at its end, writes. It runs from its top at every message: a question whose
key has an answer returns it, the first one without ends the run and is what the person sees. So a restart has nothing
to restore, and a new version of a flow takes over talks that are open.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any, Literal, TypeVar, cast

from bot.chat.buttons import short
from bot.chat.messages import Attachment, Button
from bot.chat.questions import Draw, Optional, Question, Review, Said
from bot.chat.reading import Invalid, Reading, Unsure, plain
from bot.chat.reading.rest import read_rest, split_answer
from bot.chat.reading.yesno import read_yes_no
from bot.chat.seams import Desk
from bot.chat.talk import Answer, Pending, Talk
from bot.chat.text import Words, from_json, t, to_json

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever speaks to us, from the first message. `name` is only what the platform calls them.
    `agreed`: what they say may be noted (they allow it, or it is an officer's work).
    `leaving`: when she is erased, as she asked; until then nothing is done with what is kept.
    `number`: the phone she writes from (+62…), where the platform tells it.
    """

    id: int
    language: str
    desk: Desk = "owners"
    contact: int = 0
    name: str = ""
    agreed: bool = False
    leaving: datetime | None = None
    number: str = ""


class FlowError(Exception):
    """A mistake in a flow, told to its developer with flow and key."""

    def __init__(self, flow: str, key: str, problem: str) -> None:
        super().__init__(f"flow {flow!r}, question {key!r}: {problem}")


class Refused(Exception):
    """The world has changed since the questions were asked (seat gone, number taken): tells the person.

    What the flow wrote is undone. With `key` that question is asked again, otherwise the talk ends.
    """

    def __init__(self, text: Words, key: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.key = key


Run = Callable[["Chat", Any], None]
When = Callable[[Person, Any], bool]
Happen = Callable[["Chat", Any, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Flow:
    """A registered flow; see `flow`."""

    name: str
    run: Run
    command: str = ""
    words: tuple[str, ...] = ()
    title: Words | None = None
    menu: int = 0
    when: When | None = None
    desk: Desk | None = "owners"
    link: bool = False
    once: bool = False
    covers: bool = False
    intents: tuple[str, ...] = ()
    right: Literal["", "now", "last"] = ""
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """A registered answer to something that isn't a message (a due reminder, a job's result); see `happening`."""

    name: str
    run: Happen
    last: bool = False


def flow(
    name: str, *, command: str = "", words: Iterable[str] = (), title: Words | None = None, menu: int = 0,
    when: When | None = None, desk: Desk | None = "owners", link: bool = False, once: bool = False,
    covers: bool = False, intents: Iterable[str] = (), right: Literal["", "now", "last"] = "", keeps: bool = False,
) -> Callable[[Run], Flow]:  # fmt: skip
    """Make a function ``(chat, db) -> None`` a flow.

    It is started by ``/command``, by typing one of `words`, by a button, by the menu (place `menu`, 0 is not there;
    shown while `when` holds; out of the menu, its words start it only then), and if `link` by a deep link. `desk` is
    whose bot knows it, None for both. `once`: one button starts it one time only. `covers`: an open question isn't
    repeated under what it says.
    `intents` are the wishes in free text that it serves (labels of `reading.intent`). `right`: hers by law, so its
    `words` are never an answer ("now"); she has it also while she waits to be erased ("last").
    `keeps`: it keeps each answer when it is given, so that *batal* loses none.
    """
    return lambda run: Flow(
        name, run, command, tuple(words), title, menu, when, desk, link, once, covers, tuple(intents), right, keeps,
    )  # fmt: skip


def happening(name: str, *, last: bool = False) -> Callable[[Happen], Happening]:
    """Make a function ``(chat, db, data) -> None`` the answer to a reminder or a job's result; `last` as a flow's."""
    return lambda run: Happening(name, run, last)


class Flows:
    """All flows and happenings of the product, by name, command and word."""

    def __init__(self, found: Iterable[Flow | Happening]) -> None:
        self.by_name: dict[str, Flow] = {}
        self.happenings: dict[str, Happening] = {}
        self._commands: dict[tuple[Desk, str], Flow] = {}
        self._words: dict[tuple[Desk, str], Flow] = {}
        self._intents: dict[tuple[Desk, str], Flow] = {}
        for item in found:
            names: dict[str, Any] = self.by_name if isinstance(item, Flow) else self.happenings
            if item.name in names:
                raise FlowError(item.name, "", "the name is taken")
            names[item.name] = item
            if isinstance(item, Flow):
                self._register(item)

    def _register(self, item: Flow) -> None:
        desks: tuple[Desk, ...] = (item.desk,) if item.desk else ("owners", "officers")
        for desk in desks:
            commands = [item.command] if item.command else []
            for table, keys in (
                (self._commands, commands), (self._words, item.words), (self._intents, item.intents),
            ):  # fmt: skip
                for key in keys:
                    if (desk, key) in table:
                        raise FlowError(item.name, "", f"{key!r} already starts {table[desk, key].name!r}")
                    table[desk, key] = item

    @classmethod
    def find(cls, package: ModuleType) -> Flows:
        """Every flow and happening in the modules of a package: adding a file adds the feature."""
        modules = [
            importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)
        ]
        return cls(
            item
            for module in modules
            for item in vars(module).values()
            if isinstance(item, Flow | Happening) and item.run.__module__ == module.__name__
        )

    def command(self, desk: Desk, command: str) -> Flow | None:
        return self._commands.get((desk, command))

    def word(self, desk: Desk, word: str) -> Flow | None:
        return self._words.get((desk, word))

    def intent(self, desk: Desk, label: str) -> Flow | None:
        """The flow that serves an intent, if there is one yet."""
        return self._intents.get((desk, label))

    def menu(self, desk: Desk) -> list[Flow]:
        """The flows of a desk's menu, in order."""
        return sorted((f for f in self.by_name.values() if f.menu and f.desk in (desk, None)), key=lambda f: f.menu)


class Asking(BaseException):
    """A run came to a question without an answer. Not an `Exception`, so that no flow catches it by accident."""

    def __init__(self, question: Question[Any], refused: Invalid | None = None) -> None:
        super().__init__(question.key)
        self.question = question
        self.refused = refused


class Changing(BaseException):
    """A run has to start again: an answer on the review is to be changed."""


class First(BaseException):
    """A run can't go on before another flow is done."""

    def __init__(self, flow: str, given: Mapping[str, str]) -> None:
        super().__init__(flow)
        self.flow = flow
        self.given = given


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run may look at and do beyond its answers: reading, drawing and signing, and whether it has written."""

    now: datetime
    reading: Reading
    draw: Draw
    button: Callable[[str, Mapping[str, str]], str]
    wrote: Callable[[], bool]
    menu: Callable[[], list[Flow]]
    under_way: Callable[[], list[str]]
    asks: Callable[[Question[Any], str], list[Button] | None]
    office: Mapping[str, str]
    patience: timedelta


class Chat:
    """What a flow talks through: `say`, `ask`, `review`, and who, when and where it is.

    `now` is UTC, `local` the same instant on the office's clock; `patience` is how long an open talk is left alone.
    """

    def __init__(self, person: Person, talk: Talk, around: Surroundings, said: Said | None) -> None:
        self.person = person
        self.now = around.now
        self.local = around.now.astimezone(around.reading.zone)
        self.zone, self.region = around.reading.zone, around.reading.region
        self.office, self.patience = around.office, around.patience
        self.said: list[Words] = []
        self.offers: list[Button] = []
        self.files: list[Attachment] = []
        self.path: list[str] = []
        self.quiet = self.goes_on = self.lets_go = self.leaves = False
        self.begins: tuple[str, Mapping[str, str]] | None = None
        self._talk = talk
        self._around = around
        self._heard = said
        self._answers: list[tuple[str, Words, Words]] = []
        self._keys: set[str] = set()
        self._rest: tuple[str, Words] = ("", "")

    def say(self, words: Words, *offers: Button) -> None:
        """Say something, with buttons under it if there are any (`offer`). Shown once, before the next question."""
        self.said.append(words)
        self.offers.extend(offers)

    def offer(self, words: Words, flow: str, /, **given: str) -> Button:
        """A button that starts a flow, with answers given in advance."""
        return Button(words, self._around.button(flow, given))

    def button(self, button: Button) -> None:
        """One more button under what is said."""
        self.offers.append(button)

    def attach(self, file: Attachment) -> None:
        """Send a file of hers (a row of `media`) with what is said; the text stands under the last one."""
        self.files.append(file)

    def menu(self) -> list[Flow]:
        """What this person can start now, in the menu's order."""
        return self._around.menu()

    def under_way(self) -> list[str]:
        """The flows of talks that she has begun and not ended, the open one first; without the one that runs."""
        return self._around.under_way()

    def first(self, flow: str, /, **given: str) -> None:
        """Do another flow before this one can go on.

        This one comes back when that is done, and ends if it still can't go on.
        """
        raise First(flow, given)

    def let_go(self) -> None:
        """Give up the talk that is parked under this one, or still open beside it."""
        self.lets_go = True

    def leave(self) -> None:
        """This chat isn't hers any more: what is open isn't asked again here."""
        self.leaves = True

    def silence(self) -> None:
        """Say nothing at all this time, and don't repeat the open question (a happening that no longer matters)."""
        self.quiet = True

    def ask_to_go_on(self, words: Words) -> None:
        """In a happening: ask whether the open talk goes on; its question and buttons for it come under the words."""
        self.said.append(words)
        self.goes_on = True

    def begin(self, flow: str, /, **given: str) -> None:
        """In a happening: begin a flow under the words, where nothing is open."""
        self.begins = flow, given

    @property
    def talk(self) -> Talk:
        """The talk this runs in; in a happening the one that is open, or a new one nobody has seen."""
        return self._talk

    def ask(self, question: Question[T]) -> T:
        """The answer to a question; ends the run when there is none yet."""
        key, talk = question.key, self._talk
        if (code := short(key)) in self._keys:
            raise FlowError(talk.flow, key, "asked twice in one run, or its short form is another question's")
        self._keys.add(code)
        kept = talk.answers.get(key)
        if kept is not None:
            try:
                return self._pass(question, _restore(question, kept))
            except (ValueError, TypeError, KeyError):  # the question means something else since a deploy: ask it
                del talk.answers[key]
        if self._around.wrote():
            raise FlowError(talk.flow, key, "the flow wrote before its last question; ask first, then write")
        if key in talk.given and not question.only_here:
            given = talk.given.pop(key)
            outcome = question.read(Said(text=given, code=given), self._around.reading, self._around.draw)
            if not isinstance(outcome, Invalid | Unsure):
                return self._keep(question, outcome, given)
        if key == talk.waiting:
            self.said.clear()  # she has seen what was said before this question
            self.offers.clear()
            if self._heard is not None:
                said, self._heard = self._heard, None
                return self._hear(question, said)
            raise Asking(question)
        if talk.waiting and talk.pending is None and self._heard and (said := self._heard.code or self._heard.text):
            talk.given.setdefault(talk.waiting, said)  # a deploy put this before what she has just answered
        talk.waiting, talk.pending = key, None
        self._take_rest(question)
        raise Asking(question)

    def _part(self, question: Question[Any], said: Said) -> Said:
        """What of a message answers this question; the rest may answer the next one."""
        if not said.text or said.code or self._talk.changing:
            return said

        def read(text: str, reading: Reading) -> Any:
            return question.read(Said(text=text), reading, self._around.draw)

        return replace(said, text=split_answer(read, said.text, self._around.reading)[0])

    def _take_rest(self, question: Question[Any]) -> None:
        """If what was left of the answer before surely answers this question, ask whether both were meant."""
        (rest, before), self._rest = self._rest, ("", "")
        asked = question.asked if isinstance(question, Optional) else question
        if not rest or not asked.takes_rest:
            return

        def read(text: str, reading: Reading) -> Any:
            return asked.read(Said(text=text), reading, self._around.draw)

        value = read_rest(read, rest, self._around.reading, asked.names())
        if value is not None:
            echo = t("{first}, and then {second}: is that right?", first=before, second=asked.show(value))
            self._talk.pending = Pending(rest, question.keep(value), to_json(echo))

    def review(self, words: Words) -> None:
        """Show every labelled answer and ask whether all is right; each can be changed. Above: ask. Below: write."""
        self.ask(Review("review", words, answers=tuple(self._answers)))

    def _hear(self, question: Question[T], said: Said) -> T:
        talk = self._talk
        if talk.pending is not None:
            raw, settled = talk.pending.raw, _settle(talk.pending, said, self._around)
            talk.pending = None
            if settled is _NEITHER:
                raise Asking(question)
            if settled is not _OTHER:
                try:
                    return self._keep(question, question.restore(settled), raw)
                except (ValueError, TypeError, KeyError):  # the question means something else since a deploy
                    raise Asking(question) from None
        if (change := question.change(said, self._around.reading, self._around.draw)) is not None:
            self._change(change)
        part = self._part(question, said)
        outcome = question.read(part, self._around.reading, self._around.draw)
        if isinstance(outcome, Invalid):
            raise Asking(question, outcome)
        if isinstance(outcome, Unsure):
            doubt = cast(Unsure[T], outcome)
        elif (other := self._around.asks(question, said.text)) is not None:
            doubt = Unsure(outcome, t('Should "{words}" be your answer?', words=said.text.strip()))
            self.offers.extend(other)
        else:
            value = self._keep(question, outcome, part.text or said.code or said.phone)
            self._rest = (said.text[len(part.text) :].strip(" .,;/\n"), question.show(value))
            return value
        choices = [(to_json(words), question.keep(value)) for words, value in doubt.choices]
        talk.pending = Pending(said.text, question.keep(doubt.value), to_json(doubt.echo), choices)
        raise Asking(question)

    def _keep(self, question: Question[T], value: T, raw: str) -> T:
        talk = self._talk
        talk.answers[question.key] = Answer(raw, question.keep(value), question.reader, self.now.isoformat())
        talk.waiting, talk.pending, talk.changing = "", None, None
        return self._pass(question, value)

    def _pass(self, question: Question[T], value: T) -> T:
        self.path.append(question.key)
        self.said.clear()  # only what comes after the last kept answer is new to her
        self.offers.clear()
        if question.label is not None:
            self._answers.append((question.key, question.label, question.show(value)))
        return value

    def _change(self, key: str) -> None:
        if (kept := self._talk.answers.pop(key, None)) is not None:
            self._talk.changing = (key, kept)
        self._talk.waiting = key
        raise Changing


def _restore(question: Question[T], kept: Answer) -> T:
    """The value of an answer. Raises as `Question.restore`, also for an answer to another kind of question."""
    if kept.reader != question.reader:
        raise TypeError(f"read by {kept.reader}, not by {question.reader}")
    return question.restore(kept.value)


def doubt_code(pending: Pending, choice: str) -> str:
    """The code of a button under a doubt: it names what was doubted, so that it can't settle a later doubt."""
    return f"={choice}.{short(pending.raw)}"


def is_doubt_code(code: str) -> bool:
    return code.startswith("=")


_NEITHER, _OTHER = object(), object()


def _settle(pending: Pending, said: Said, around: Surroundings) -> Any:
    """The value a doubtful answer comes to; `_NEITHER` when she says no to it, `_OTHER` if she said something else."""
    if is_doubt_code(said.code):
        code = said.code[1:].partition(".")[0]
        return _NEITHER if code == "n" else pending.value if code == "y" else pending.choices[int(code)][1]
    if said.code:
        return _OTHER
    found = plain.choose(said.text, [around.draw(from_json(words)) for words, _ in pending.choices])
    if found is not None:
        return pending.choices[found][1]
    answer = read_yes_no(said.text, around.reading)
    if answer == "no":
        return _NEITHER
    return pending.value if answer == "yes" and not pending.choices else _OTHER
