"""Running flows: what one turn runs, asks and says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.chat.buttons import Start
from bot.chat.flow import Asking, Changing, Chat, First, Flow, FlowError, Person, Refused, Surroundings, doubt_code
from bot.chat.messages import Attachment, Button, Incoming, Message
from bot.chat.questions import Line, Optional, Question, Review, Said
from bot.chat.reading import Invalid, Reading, Unsure, plain
from bot.chat.reading.intent import LABELS, read_intent
from bot.chat.rules import Reply, Rules, Writes
from bot.chat.talk import Missed, Talk, Talks
from bot.chat.text import Lines, Words, caption, from_json, t

_WISHES = re.compile(
    r"\b(?:mau|ingin|pengen|pingin|cara\w*|bagaimana|gimana|piye|pripun|kapan|apakah|bisa|tolong|mohon|minta|nyuwun|tanya|"
    r"takon|tangled|syarat\w*|berapa)\b", re.IGNORECASE
)  # fmt: skip
"""Words of asking and wishing. Without one of them a topic may well be a name: "Pelatihan Jahit Bu Siti"."""

KEPT_WORDS = 1000
"""Characters kept of what wasn't understood, for the officer who may answer it."""

_NO_WISH = {"luar_topik", "sapa", "terima_kasih", "menu"}


class Running:
    """One turn of one person: runs the flows of her talks and gathers what they say into one `Reply`."""

    def __init__(
        self, rules: Rules, person: Person, talks: Talks, db: Any, now: datetime, received: datetime | None = None
    ) -> None:
        """`received` is when her message came, if that was earlier: "tomorrow" counts from there."""
        self.rules = rules
        self.person = person
        self.talks = talks
        self.now = now
        self.received = received or now
        self._db = db
        self._writes: Writes = db
        self._said: list[Words] = []
        self._offers: list[Button] = []
        self._files: list[Attachment] = []
        self._asked: tuple[Talk, Question[Any]] | None = None
        self._brief = False  # whether what is asked has just been asked
        self._first = 0  # the choice to begin with: those before it have just been shown
        self._reply = Reply()
        self._back_again: Flow | None = None  # the flow for one whose words can mean that she wants our news again
        self._stopping = False  # whether she was asked before this message if it shall end here
        self._missed: Missed | None = None  # what she got no answer to before this message
        self._left = False  # whether this chat isn't hers any more: nothing is asked in it
        self._present = False  # whether this turn is something she did

    def _leave(self, leaving: Flow, incoming: Incoming) -> None:
        """One who asked to be erased says something: no talk goes on, whatever it is. She can take it back, and see
        what is kept until it is gone (UU 27/2022 Pasal 7)."""
        self.talks.open = self.talks.parked = None
        tap = self.rules.buttons.read(self.person.id, incoming.button) if incoming.button else None
        found, given = self._said_flow(incoming.text), {"heard": incoming.text[:KEPT_WORDS]}
        if isinstance(tap, Start):
            found, given = self._named(tap.flow), tap.given
        if found and found.right == "last":
            self._start(found, given)
        else:
            self._start(leaving, {})

    def _said_flow(self, text: str) -> Flow | None:
        """The flow that somebody names by its command or by one of its words."""
        flows, desk = self.rules.flows, self.person.desk
        if text.startswith("/"):
            return flows.command(desk, text[1:].strip().partition(" ")[0].partition("@")[0].lower())
        return flows.word(desk, plain.fold(text))

    def _start(self, flow: Flow, given: Mapping[str, str]) -> None:
        before, parked = self.talks.open, self.talks.parked
        if before and _same(before, flow, given):
            self._advance(None)
            return
        if parked and _same(parked, flow, given):
            self.talks.open, self.talks.parked = parked, before
            self._advance(None)
            return
        talk = self._talk(flow.name, given)
        if self._run(flow, talk, None):
            if before and flow.covers:
                before.away = True
            else:
                self._repeat()
            return
        if self.talks.parked is not talk:  # else another flow comes first, and is open already
            self.talks.open, self.talks.parked = talk, parked or before

    def _advance(self, said: Said | None) -> None:
        """Run the open talk, with an answer or to ask its question again."""
        talk = self.talks.open
        assert talk is not None
        flow = self.rules.flows.by_name.get(talk.flow)
        if flow is None:  # a deploy took the flow away
            self.talks.end()
            if self.talks.open:
                self._repeat(t("Now back to where we were."))
            else:
                self._menu()
        elif self._run(flow, talk, said):
            self.talks.end()
            if self.talks.open:
                self._repeat(t("Now back to where we were."))

    def _run(self, flow: Flow, talk: Talk, said: Said | None) -> bool:
        """Run a flow from its top; True when it came to its end."""
        self._reply.flow, self._reply.question = flow.name, talk.waiting
        talk.away, talk.offered = False, None
        if self._present:
            talk.touched = self.now
        refusal = ""
        heard = said
        for _ in range(8):  # each further run is caused by a change, a refusal or a flow to do first
            chat = Chat(self.person, talk, self._around(talk), said)
            said = None
            self._writes.mark()
            try:
                flow.run(chat, self._db)
            except Asking as asking:
                self._said += chat.said
                self._offers += chat.offers
                self._asked = (talk, asking.question)
                self._reply.outcome = "refused" if refusal else "asked"
                if asking.refused is not None:
                    self._not_taken(talk, asking.question, asking.refused, heard)
                return False
            except Changing:
                pass
            except Refused as refused:
                self._writes.undo()
                self._said.append(refused.text)
                self._reply.outcome = "refused"
                if refused.key is None:
                    return True
                for key in (refused.key, "review"):
                    talk.answers.pop(key, None)
                refusal = talk.waiting = refused.key
            except First as first:
                self._writes.undo()
                self._said += chat.said
                if talk.first == first.flow:  # she has been through it, and it didn't help
                    self._reply.outcome = "refused"
                    return True
                talk.first = first.flow
                other = self.rules.flows.by_name[first.flow]
                inner = self._under_way(other, talk) or self._talk(other.name, first.given)
                if not self._run(other, inner, None):
                    self.talks.parked, self.talks.open = talk, inner
                    return False
            else:
                if chat.lets_go:
                    self.talks.parked = None
                    self.talks.open = talk if self.talks.open is talk else None
                self._left = self._left or chat.leaves
                self._said += chat.said
                self._offers += chat.offers
                self._files += chat.files
                if self._reply.outcome != "refused":
                    self._reply.outcome = "finished"
                return True
        raise FlowError(flow.name, refusal, "the flow doesn't come to an end; does it ask what it refuses?")

    def _not_taken(self, talk: Talk, question: Question[Any], refused: Invalid, said: Said | None) -> None:
        """Say why an answer wasn't taken; from the second time in a row on, with the ways out of the question."""
        self._said.append(refused.why)
        self._brief = True
        if refused.told:
            return
        self._reply.outcome = "invalid"
        officer = self._named("ask")
        if said is None or said.code or officer is None or talk.flow == officer.name:
            return
        what = f"{self._drawn(question.label)}: " if question.label else ""
        if self._miss(what + said.text).offered:
            self._said.append(
                t("If this is difficult, our officers can help.\nOr type *kembali* to go back, *batal* to stop.")
            )
            self._offers.append(self._flow_button(caption("Ask an officer"), officer.name))

    def _miss(self, words: str) -> Missed:
        """Remember words without an answer; the second time in a row an officer is offered."""
        before = self._missed or Missed("")
        whole = f"{before.words} / {words}".strip(" /")[-KEPT_WORDS:]
        missed = self.talks.missed = Missed(whole, before.times + 1, before.times > 0, self.now.isoformat())
        return missed

    def _drawn(self, words: Words) -> str:
        return self.rules.catalogs.draw(words, self.rules.catalogs.main).text

    def _under_way(self, flow: Flow, but: Talk) -> Talk | None:
        """A talk of this flow that she had begun already."""
        return next(
            (t for t in (self.talks.open, self.talks.parked) if t and t is not but and t.flow == flow.name), None
        )

    def _repeat(self, words: Words | None = None) -> None:
        """Ask the open question once more, under what has just been said."""
        if self.talks.open is None or self._asked is not None or self._left:
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
                offered = [(str(i), from_json(words)) for i, (words, _) in enumerate(pending.choices)]
                last = ("n", caption("None of these") if offered else caption("No"))
                options = [*(offered or [("y", caption("Yes, that's right"))]), last]
                options = [(doubt_code(pending, code), words) for code, words in options]
            else:
                whole = _asked_words(question, self._brief)
                parts.append((question.brief or question.text) if self._first else whole)
                options = list(question.options())
                share_phone = question.share_phone()
            buttons = [*(self._button(talk, question.key, code, words) for code, words in options), *buttons]
        if parts:
            wanted = self._asked is not None and self._asked[1].share_phone() is not None
            away = self.talks.keys and not wanted
            self.talks.keys = wanted and (self.talks.keys or share_phone is not None)
            *before, file = [*self._files] or [None]
            said = Message(tuple(parts), tuple(buttons), share_phone, away, callback, file=file, first=self._first)
            self._reply.messages = [*(Message(file=first) for first in before), said]
        elif callback:
            self._reply.messages = [Message(callback=callback, op="answer")]
        return self._reply

    def _button(self, talk: Talk, key: str, code: str, words: Words) -> Button:
        return Button(words, self.rules.buttons.answer(self.person.id, talk.number, key, code))

    def _menu(self) -> None:
        if found := self._named("menu"):
            self._start(found, {})

    def _worded(self, words: str) -> Flow | None:
        """The flow that these words start; one that isn't in the menu only while its `when` holds."""
        found = self.rules.flows.word(self.person.desk, words)
        here = found is None or found.menu or found.when is None or found.when(self.person, self._db)
        return found if here else None

    def _named(self, name: str) -> Flow | None:
        found = self.rules.flows.by_name.get(name)
        return found if found and found.desk in (self.person.desk, None) else None

    def _talk(self, flow: str, given: Mapping[str, str]) -> Talk:
        return Talk(self.rules.number(), flow, opened=self.now, touched=self.now, given=dict(given))

    def _around(self, talk: Talk | None = None) -> Surroundings:
        rules, person = self.rules, self.person
        return Surroundings(
            now=self.now,
            reading=Reading(self.received, rules.zone, rules.region),
            draw=lambda words: rules.catalogs.draw(words, person.language).text,
            button=lambda flow, given: rules.buttons.start(person.id, flow, given),
            wrote=self._writes.wrote,
            menu=lambda: [f for f in rules.flows.menu(person.desk) if f.when is None or f.when(person, self._db)],
            under_way=lambda: [t.flow for t in (self.talks.open, self.talks.parked) if t and t is not talk],
            asks=self._asks,
            office=rules.office,
            patience=rules.patience,
        )

    def _asks(self, question: Question[Any], text: str) -> list[Button] | None:
        """Buttons to offer when words given to an open question look like a wish or a question; None if they don't."""
        asked = question.asked if isinstance(question, Optional) else question
        if not isinstance(asked, Line):
            return None
        found = self._worded(plain.fold(text))
        if found and found.title:
            return [Button(found.title, self.rules.buttons.start(self.person.id, found.name, {}))]
        if found or self._back_again:
            return []
        if asked.reader != "line":  # a line of its own kind, as the question to an officer, may be a wish in full
            return None
        if label := self._wish(text):
            return [self._intent_button(label)]
        return [] if text.rstrip().endswith("?") else None

    # Wishes in free text

    def _serving(self, label: str) -> tuple[Flow, dict[str, str]] | None:
        """The flow that serves an intent, with what it is given; one that notes the wish where nothing serves it."""
        if found := self.rules.flows.intent(self.person.desk, label):
            return found, {"meant": label} if len(found.intents) > 1 else {}
        noting = self._named("wish")
        return (noting, {"topic": label}) if noting and label not in _NO_WISH else None

    def _wish(self, text: str) -> str | None:
        """The intent of words that were meant as an answer, if they wish or ask for something and it is a sure one."""
        if self.person.desk != "owners" or not _WISHES.search(text):
            return None
        label = read_intent(text)
        return label if not isinstance(label, Invalid | Unsure) and self._serving(label) else None

    def _intent_button(self, label: str) -> Button:
        serving = self._serving(label)
        assert serving is not None
        return Button(LABELS[label], self.rules.buttons.start(self.person.id, serving[0].name, serving[1]))

    def _flow_button(self, words: Words, flow: str) -> Button:
        return Button(words, self.rules.buttons.start(self.person.id, flow, {}))


def _same(talk: Talk, flow: Flow, given: Mapping[str, str]) -> bool:
    """Whether a talk was started like this, or is of this flow where nothing is given."""
    kept = talk.given | {key: answer.raw for key, answer in talk.answers.items()}
    return talk.flow == flow.name and all(kept.get(key) == value for key, value in given.items())


def _asked_words(question: Question[Any], brief: bool) -> Words:
    if not isinstance(question, Review):
        return question.brief if brief and question.brief is not None else question.text
    listed = (t("• {what}: {value}", what=name, value=value) for _, name, value in question.answers)
    return Lines((question.text, *listed))
