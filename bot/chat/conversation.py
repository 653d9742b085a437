"""What a message means, and what is said to it: the one place that decides.

Meaning, in this order: opt-out word, command, navigation word, button, open talk, a flow's word in free text, menu.
Pure but for what the flows themselves read and write through `db`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.chat.buttons import Answered, Buttons, Start, short
from bot.chat.flow import Asking, Changing, Chat, First, Flow, Flows, Person, Refused, Surroundings
from bot.chat.messages import Button, Incoming, Message
from bot.chat.questions import Line, Optional, Question, Review, Said
from bot.chat.reading import Reading, plain
from bot.chat.talk import Talk, Talks
from bot.chat.text import Catalogs, Lines, Words, caption, from_json, t


class Writes(Protocol):
    """What a conversation must know of the database: whether a flow wrote, how to undo it, which buttons were used."""

    def mark(self) -> None:
        """From here `wrote` and `undo` count."""
        ...

    def wrote(self) -> bool: ...

    def undo(self) -> None: ...

    def once(self, person: int, button: str) -> bool:
        """Record the use of a button; False when it was used before."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation's conversations have in common."""

    flows: Flows
    buttons: Buttons
    catalogs: Catalogs
    zone: ZoneInfo
    region: str
    office: Mapping[str, str] = field(default_factory=dict[str, str])
    idle: timedelta = timedelta(hours=12)
    patience: timedelta = timedelta(hours=24)
    number: Callable[[], int] = lambda: secrets.randbits(30) or 1


@dataclass(slots=True)
class Reply:
    """What a turn says, and a line for the log: outcome, flow and question."""

    messages: list[Message] = field(default_factory=list[Message])
    outcome: str = "answered"
    flow: str = ""
    question: str = ""


_NAVIGATION = {
    "kembali": "back", "sebelumnya": "back", "mundur": "back", "back": "back",
    "batal": "cancel", "cancel": "cancel", "batalkan": "cancel",
    "menu": "menu", "menu utama": "menu",
    "bantuan": "help", "help": "help", "tolong": "help",
    "lanjut": "resume", "lanjutkan": "resume", "continue": "resume",
    "mulai baru": "restart", "ulang dari awal": "restart", "start over": "restart",
}  # fmt: skip
_OPT_OUT = {"berhenti", "stop", "unsub", "unsubscribe", "jangan kirim lagi"}
_TALK_KEY = "~"  # the "question" that buttons about the talk itself answer


class Conversation:
    """One turn of one person: made with her talks, fed with one message or happening, gives a `Reply`."""

    def __init__(self, rules: Rules, person: Person, talks: Talks, db: Any, now: datetime) -> None:
        self.rules = rules
        self.person = person
        self.talks = talks
        self.now = now
        self._db = db
        self._writes: Writes = db
        self._said: list[Words] = []
        self._offers: list[Button] = []
        self._asked: tuple[Talk, Question[Any]] | None = None
        self._reply = Reply()

    def hear(self, incoming: Incoming) -> Reply:
        """The reply to a message or a tap."""
        idle = self.talks.open is not None and self.now - self.talks.open.touched > self.rules.idle
        if idle and self.talks.open and incoming.kind != "button":
            self.talks.open.away = True
        match incoming.kind:
            case "text":
                self._text(incoming.text)
            case "button":
                self._tap(incoming.button)
            case "contact" | "photo" | "document" | "location":
                self._shared(incoming)
            case "group":
                self._say("group", t("I can only help in a private chat. Please write to me there."))
            case "edited":
                self._unread(t("I can't read a message that was changed. Please send it again as a new one."))
            case "other":
                self._unread(t("I can't read that yet. Please type it briefly."))
            case "blocked" | "unblocked":
                self._reply.outcome = incoming.kind
        return self._finish(incoming.callback)

    def happen(self, name: str, data: Mapping[str, Any]) -> Reply:
        """The reply to something that isn't a message: a due reminder, a job's result. May be empty."""
        happening = self.rules.flows.happenings[name]
        chat = Chat(self.person, self.talks.open or self._talk(name, {}), self._around(), None)
        self._writes.mark()
        happening.run(chat, self._db, data)
        self._reply.outcome, self._reply.flow = "happened", name
        if chat.quiet:
            return self._reply
        self._said += chat.said
        self._offers += chat.offers
        self._repeat()
        return self._finish("")

    # What a message means

    def _text(self, text: str) -> None:
        words = plain.fold(text)
        if words in _OPT_OUT and (stop := self._named("stop")):
            self._start(stop, {})
        elif text.startswith("/"):
            self._command(text)
        elif words in _NAVIGATION:
            getattr(self, f"_{_NAVIGATION[words]}")()
        elif self.talks.open is not None:
            self._answer(Said(text=text), words)
        elif found := self.rules.flows.word(self.person.desk, words):
            self._start(found, {})
        else:
            self._not_understood()

    def _command(self, text: str) -> None:
        command, _, rest = text[1:].strip().partition(" ")
        command = command.partition("@")[0].lower()
        if command == "start" and rest and self._link(rest.strip()):
            return
        found = self.rules.flows.command(self.person.desk, command)
        if found:
            self._start(found, {})
        elif command in _NAVIGATION:
            getattr(self, f"_{_NAVIGATION[command]}")()
        else:
            self._not_understood()

    def _link(self, payload: str) -> bool:
        """A deep link ``flow`` or ``flow-key-value-key-value`` (Telegram allows 64 of A-Za-z0-9_-)."""
        name, *pairs = payload.split("-")
        found = self._named(name)
        if found is None or not found.link or len(pairs) % 2:
            return False
        self._start(found, dict(zip(pairs[::2], pairs[1::2], strict=True)))
        return True

    def _tap(self, data: str) -> None:
        tap = self.rules.buttons.read(self.person.id, data)
        open_talk = self.talks.open
        if isinstance(tap, Start):
            found = self._named(tap.flow)
            if found is None:
                self._stale()
            elif found.once and not self._writes.once(self.person.id, data):
                self._reply.outcome = "repeated"
            else:
                self._start(found, tap.given)
        elif isinstance(tap, Answered):
            name = f"{tap.key}.{tap.code}"
            if open_talk and open_talk.number == tap.talk and tap.key == short(_TALK_KEY):
                self._resume() if tap.code == "go" else self._restart()
            elif open_talk and open_talk.number == tap.talk and short(open_talk.waiting) == tap.key:
                open_talk.last = name
                self._advance(Said(code=tap.code))
            elif (open_talk and (open_talk.number, open_talk.last) == (tap.talk, name)) or (
                self.talks.ended == (tap.talk, name)
            ):
                self._reply.outcome = "repeated"
            else:
                self._stale()
        else:
            self._stale()

    def _shared(self, incoming: Incoming) -> None:
        if self.talks.open is None:
            self._not_understood()
            return
        self._answer(Said(incoming.text, "", incoming.phone, incoming.own, incoming.file), "")

    def _answer(self, said: Said, words: str) -> None:
        """Words for the open talk; if its question is no longer on the screen, ask before taking them as its answer."""
        talk = self.talks.open
        assert talk is not None
        found = self.rules.flows.word(self.person.desk, words) if words else None
        if talk.away:
            if found:
                self._start(found, {})
                return
            self._say("away", t("Shall we go on where we stopped?"))
            self._advance(None)
            for code, name in (("go", caption("Go on")), ("new", caption("Start over"))):
                self._offers.append(self._button(talk, _TALK_KEY, code, name))
            return
        before = (talk.waiting, talk.pending)
        self._advance(said)
        refused = self._asked and self._reply.outcome == "invalid" and before[0] == talk.waiting
        if refused and found:  # not an answer here, but surely a wish
            self._said, self._offers, self._asked = [], [], None
            self._start(found, {})

    # Navigation

    def _back(self) -> None:
        talk = self.talks.open
        if talk is None:
            self._menu()
        elif talk.changing:
            key, kept = talk.changing
            talk.answers[key] = kept
            talk.changing, talk.pending, talk.waiting = None, None, ""
            self._advance(None)
        else:
            path = self._path(talk)
            if path:
                del talk.answers[path[-1]]
                talk.pending, talk.waiting = None, ""
            else:
                self._say("asked", t("This is the first question. Type *batal* if you want to stop."))
            self._advance(None)

    def _path(self, talk: Talk) -> list[str]:
        """The keys with an answer on the way to the open question."""
        chat = Chat(self.person, talk, self._around(), None)
        self._writes.mark()
        try:
            self.rules.flows.by_name[talk.flow].run(chat, self._db)
        except Asking:
            return chat.path
        except (Changing, First, Refused):
            pass
        self._writes.undo()
        return []

    def _cancel(self) -> None:
        talk = self.talks.open
        if talk is None:
            self._say("cancelled", t("There is nothing to stop."))
            self._menu()
        elif talk.changing:
            self._back()
        else:
            self.talks.end()
            self._say("cancelled", t("All right, we stop here. You can start again whenever you like."))
            if self.talks.open:
                self._repeat(t("Now back to where we were."))
            else:
                self._menu()
            self._reply.outcome = "cancelled"

    def _menu(self) -> None:
        if found := self._named("menu"):
            self._start(found, {})

    def _help(self) -> None:
        if found := self._named("help"):
            self._start(found, {})

    def _resume(self) -> None:
        if self.talks.open is None:
            self._menu()
        else:
            self._advance(None)

    def _restart(self) -> None:
        talk = self.talks.open
        if talk is None:
            self._menu()
            return
        fresh = self._talk(talk.flow, {})
        self.talks.open = fresh
        self._advance(None)

    def _stale(self) -> None:
        self._say("stale", t("That button belongs to an earlier question."))
        if self.talks.open:
            self._repeat()
        else:
            self._menu()
        self._reply.outcome = "stale"

    def _unread(self, words: Words) -> None:
        self._say("unread", words)
        if self.talks.open:
            self._repeat()
        self._reply.outcome = "unread"

    def _not_understood(self) -> None:
        self._say("not_understood", t("Sorry, I don't understand that yet. Please choose one of these."))
        if self.talks.open:
            self._repeat()
        else:
            self._menu()
        self._reply.outcome = "not_understood"

    # Running flows

    def _start(self, flow: Flow, given: Mapping[str, str]) -> None:
        before = self.talks.open
        if before and before.flow == flow.name and not given:
            self._advance(None)
            return
        talk = self._talk(flow.name, given)
        if self._run(flow, talk, None):
            if before and flow.covers:
                before.away = True
            else:
                self._repeat()
            return
        if before and self.talks.parked is None and self.talks.open is before:
            self.talks.parked = before
        self.talks.open = talk

    def _advance(self, said: Said | None) -> None:
        """Run the open talk, with an answer or to ask its question again."""
        talk = self.talks.open
        assert talk is not None
        flow = self.rules.flows.by_name.get(talk.flow)
        if flow is None:  # a deploy took the flow away
            self.talks.end()
            self._menu()
        elif self._run(flow, talk, said):
            self.talks.end()
            if self.talks.open:
                self._repeat(t("Now back to where we were."))

    def _run(self, flow: Flow, talk: Talk, said: Said | None) -> bool:
        """Run a flow from its top; True when it came to its end."""
        self._reply.flow, self._reply.question = flow.name, talk.waiting
        talk.touched, talk.away = self.now, False
        for _ in range(8):  # each further run is caused by a change, a refusal or a flow to do first
            chat = Chat(self.person, talk, self._around(), said)
            said = None
            self._writes.mark()
            try:
                flow.run(chat, self._db)
            except Asking as asking:
                self._said += chat.said
                self._offers += chat.offers
                if asking.why is not None:
                    self._said.append(asking.why)
                self._reply.outcome = "invalid" if asking.why is not None else "asked"
                self._asked = (talk, asking.question)
                return False
            except Changing:
                talk.waiting = ""
            except Refused as refused:
                self._writes.undo()
                self._said.append(refused.text)
                self._reply.outcome = "refused"
                if refused.key is None:
                    return True
                for key in (refused.key, "review"):
                    talk.answers.pop(key, None)
                talk.waiting = ""
            except First as first:
                self._writes.undo()
                self._said += chat.said
                other = self.rules.flows.by_name[first.flow]
                inner = self._talk(other.name, first.given)
                if not self._run(other, inner, None):
                    self.talks.parked, self.talks.open = talk, inner
                    return False
            else:
                self._said += chat.said
                self._offers += chat.offers
                if self._reply.outcome != "refused":
                    self._reply.outcome = "finished"
                return True
        raise RuntimeError(f"flow {flow.name!r} does not come to an end")

    def _repeat(self, words: Words | None = None) -> None:
        """Ask the open question once more, under what has just been said."""
        if self.talks.open is None or self._asked is not None:
            return
        outcome, flow = self._reply.outcome, self._reply.flow
        if words is not None:
            self._said.append(words)
        self._advance(None)
        self._reply.outcome, self._reply.flow = outcome, flow

    # Making the reply

    def _say(self, outcome: str, words: Words) -> None:
        self._reply.outcome = outcome
        self._said.append(words)

    def _finish(self, callback: str) -> Reply:
        parts, buttons, share_phone = list(self._said), list(self._offers), None
        if self._asked:
            talk, question = self._asked
            self._reply.question = question.key
            if pending := talk.pending:
                parts.append(from_json(pending.echo))
                offered = [(f"={i}", from_json(words)) for i, (words, _) in enumerate(pending.choices)]
                last = ("=n", caption("None of these") if offered else caption("No"))
                options = [*(offered or [("=y", caption("Yes, that's right"))]), last]
            else:
                parts.append(_asked_words(question))
                options = list(question.options())
                share_phone = question.share_phone()
            buttons = [*(self._button(talk, question.key, code, words) for code, words in options), *buttons]
        if parts:
            self._reply.messages = [Message(tuple(parts), tuple(buttons), share_phone, callback)]
        elif callback:
            self._reply.messages = [Message(callback=callback, op="answer")]
        return self._reply

    def _button(self, talk: Talk, key: str, code: str, words: Words) -> Button:
        return Button(words, self.rules.buttons.answer(self.person.id, talk.number, key, code))

    def _named(self, name: str) -> Flow | None:
        found = self.rules.flows.by_name.get(name)
        return found if found and found.desk in (self.person.desk, None) else None

    def _talk(self, flow: str, given: Mapping[str, str]) -> Talk:
        return Talk(self.rules.number(), flow, opened=self.now, touched=self.now, given=dict(given))

    def _around(self) -> Surroundings:
        rules, person = self.rules, self.person
        return Surroundings(
            reading=Reading(self.now, rules.zone, rules.region),
            draw=lambda words: rules.catalogs.draw(words, person.language).text,
            button=lambda flow, given: rules.buttons.start(person.id, flow, given),
            wrote=self._writes.wrote,
            menu=lambda: [f for f in rules.flows.menu(person.desk) if f.when is None or f.when(person, self._db)],
            asks=self._asks,
            office=rules.office,
            patience=rules.patience,
        )

    def _asks(self, question: Question[Any], text: str) -> list[Button] | None:
        """Buttons to offer when words given to an open question look like a wish or a question; None if they don't."""
        asked = question.asked if isinstance(question, Optional) else question
        if not isinstance(asked, Line):
            return None
        found = self.rules.flows.word(self.person.desk, plain.fold(text))
        if found and found.title:
            return [Button(found.title, self.rules.buttons.start(self.person.id, found.name, {}))]
        return [] if found or text.rstrip().endswith("?") else None


def _asked_words(question: Question[Any]) -> Words:
    if not isinstance(question, Review):
        return question.text
    listed = (t("• {what}: {value}", what=name, value=value) for _, name, value in question.answers)
    return Lines((question.text, *listed))
