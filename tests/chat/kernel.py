"""The kernel with nothing around it: a database that is a list, and a person whose talks are JSON between messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from bot.chat.buttons import Buttons
from bot.chat.conversation import Conversation
from bot.chat.flow import Chat, Flow, Flows, Happening, Person, flow
from bot.chat.messages import File, Incoming, Kind
from bot.chat.questions import Choice, Line, YesNo
from bot.chat.rules import Reply, Rules
from bot.chat.talk import Talk, Talks
from bot.chat.text import Catalogs, t

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 09.00 WIB
ZONE = ZoneInfo("Asia/Jakarta")


class Notes:
    """A database of lines that can be marked and taken back to the mark."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.used: set[tuple[int, str]] = set()
        self._mark = 0

    def write(self, line: str) -> None:
        self.lines.append(line)

    def mark(self) -> None:
        self._mark = len(self.lines)

    def wrote(self) -> bool:
        return len(self.lines) != self._mark

    def undo(self) -> None:
        del self.lines[self._mark :]

    def once(self, person: int, button: str) -> bool:
        new = (person, button) not in self.used
        self.used.add((person, button))
        return new


def rules(flows: Iterable[Flow | Happening], **changed: Any) -> Rules:
    """Rules without translations (what is read are the msgids), with talk numbers counted from 1."""
    numbers = count(1)
    return replace(
        Rules(Flows(flows), Buttons(b"secret"), Catalogs({}, "en", ZONE), ZONE, "35.73", number=lambda: next(numbers)),
        **changed,
    )


@dataclass
class Bubble:
    """What she sees: the lines of one message and its buttons by label."""

    lines: list[str]
    buttons: dict[str, str]


class Siti:
    """Somebody who chats. Her talks go through JSON between any two messages, as they do in the database."""

    def __init__(self, *flows: Flow | Happening, **changed: Any) -> None:
        self.rules = rules([*flows, *BASICS], **changed)
        self.person = Person(7, "en")
        self.db = Notes()
        self.now = MONDAY
        self.kept = "{}"
        self.seen: list[Bubble] = []
        self.reply = Reply()

    def deploy(self, *flows: Flow | Happening) -> None:
        """Another version of the flows, with the same secret."""
        self.rules = replace(self.rules, flows=Flows([*flows, *BASICS]))

    @property
    def talks(self) -> Talks:
        return Talks.from_json(json.loads(self.kept))

    @property
    def open(self) -> Talk:
        """The open talk."""
        found = self.talks.open
        assert found is not None, "no talk is open"
        return found

    @property
    def values(self) -> dict[str, Any]:
        """The kept answers of the open talk."""
        return {key: answer.value for key, answer in self.open.answers.items()}

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def hears(self, kind: Kind, **what: Any) -> list[str]:
        """Let one thing happen; the lines of the answer."""
        talks = self.talks
        incoming = Incoming("k", "a", kind, self.now, **what)
        self.reply = Conversation(self.rules, self.person, talks, self.db, self.now).hear(incoming)
        return self._keep(talks)

    def happens(self, name: str, data: Mapping[str, Any] | None = None) -> list[str]:
        talks = self.talks
        self.reply = Conversation(self.rules, self.person, talks, self.db, self.now).happen(name, data or {})
        return self._keep(talks)

    def _keep(self, talks: Talks) -> list[str]:
        self.kept = json.dumps(talks.to_json())
        assert len(self.reply.messages) <= 1, "one bubble a turn"
        for message in self.reply.messages:
            lines = [self.draw(part) for part in message.parts]
            if message.op == "send":
                labels = {self.draw(button.label): button.data for button in message.buttons}
                assert len(labels) == len(message.buttons), "two buttons of the same name"
                self.seen.append(Bubble([line for text in lines for line in text.split("\n")], labels))
                return self.seen[-1].lines
        return []

    def draw(self, words: Any) -> str:
        return self.rules.catalogs.draw(words, self.person.language).text

    def says(self, text: str) -> list[str]:
        return self.hears("text", text=text)

    def taps(self, label: str, bubble: int = -1) -> list[str]:
        """Tap a button of the last bubble she got, or of an earlier one."""
        return self.hears("button", button=self.seen[bubble].buttons[label], callback="c")

    def starts(self, name: str, /, **given: str) -> list[str]:
        """Tap a button that starts a flow."""
        return self.hears("button", button=self.rules.buttons.start(self.person.id, name, given), callback="c")

    def sends(self, file: File) -> list[str]:
        return self.hears("photo", file=file)

    @property
    def labels(self) -> list[str]:
        """The buttons of her last bubble."""
        return list(self.seen[-1].buttons)


@flow("menu", desk=None, covers=True)
def menu(chat: Chat, db: Notes) -> None:
    chat.say("MENU")
    for found in chat.menu():
        if found.title:
            chat.button(chat.offer(found.title, found.name))


@flow("help", desk=None, words=("info",), title="Help", menu=9)
def help(chat: Chat, db: Notes) -> None:
    chat.say("HELP")


@flow("stop", desk=None, covers=True)
def stop(chat: Chat, db: Notes) -> None:
    db.write("stop")
    chat.say("STOPPED")


@flow("start", desk=None, command="start", words=("halo",))
def start(chat: Chat, db: Notes) -> None:
    chat.say("WELCOME")


BASICS = (menu, help, stop, start)

KINDS = (("food", "Food"), ("batik", "Batik"))


@flow("signup", command="signup", words=("sign up",), title="Sign up", menu=1, link=True)
def signup(chat: Chat, db: Notes) -> None:
    """Three questions, one of them only on one branch; a review; one line written."""
    chat.say("Hello!")
    name = chat.ask(Line("name", "Name?", label="name"))
    running = chat.ask(YesNo("running", "Running?", label="running"))
    if running:
        chat.say("Very good.")
    kind = chat.ask(Choice("kind", "Kind?", KINDS, label="kind")) if running else None
    chat.review("All right?")

    db.write(f"{name}/{running}/{kind}")
    chat.say(t("Thank you, {name}.", name=name))
