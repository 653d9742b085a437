"""What a message means, and what is said to it: the one place that decides.

Meaning, in this order: opt-out word, command, navigation word, button, open talk, a flow's word or an intent in free
text, menu. What isn't understood twice in a row is offered to an officer.
Pure but for what the flows themselves read and write through `db`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.chat.buttons import Answered, Start, short
from bot.chat.flow import Asking, Changing, Chat, First, Flow, FlowError, Refused, doubt_code, is_doubt_code
from bot.chat.messages import MORE, Incoming
from bot.chat.questions import Review, Said
from bot.chat.reading import Invalid, Reading, Unsure, plain
from bot.chat.reading.intent import NOT_UNDERSTOOD, WHICH, read_intent
from bot.chat.reading.optout import read_optout, takes_consent_back
from bot.chat.reading.words import PADDING, listed
from bot.chat.reading.yesno import read_yes_no
from bot.chat.rules import Reply, Rules
from bot.chat.running import KEPT_WORDS, Running
from bot.chat.talk import Missed, Talk
from bot.chat.text import Words, caption, t

__all__ = ["Conversation", "Reply", "Rules"]

_NAVIGATION = {
    "kembali": "back", "sebelumnya": "back", "mundur": "back", "back": "back",
    "batal": "cancel", "cancel": "cancel", "batalkan": "cancel", "keluar": "cancel",
    "menu": "menu", "menu utama": "menu",
    "bantuan": "help", "help": "help", "tolong": "help",
    "lanjut": "resume", "lanjutkan": "resume", "continue": "resume",
    "mulai baru": "restart", "ulang dari awal": "restart", "start over": "restart",
}  # fmt: skip
_WISHING = listed("mau mo ingin pengen pingin pengin arep ape kepingin kepengen badhe ajeng nderek ikut coba")
_WORTH = 2  # answers that are not thrown away without asking
_BUTTONS = 3  # what WhatsApp shows under one bubble

_NOT_SAID = {"group", "blocked", "unblocked", "moved", "stopped", "resumed"}
_SPEAKS = {"text", "button", "contact", "photo", "document", "location"}
_TALK_KEY = "~"  # the "question" that buttons about the talk itself answer


def _core(words: str) -> str:
    """The words without politeness and wishing: "saya mau daftar pak" is "daftar"."""
    return " ".join(w for w in words.split() if w not in PADDING and w not in _WISHING)


class Conversation(Running):
    """One turn of one person: made with her talks, fed with one message or happening, gives a `Reply`."""

    def hear(self, incoming: Incoming) -> Reply:
        """The reply to a message or a tap."""
        self._present = True
        if self.person.leaving and incoming.kind not in _NOT_SAID and (leaving := self._named("leaving")):
            self._leave(leaving, incoming)
            return self._finish(incoming.callback)
        talk = self.talks.open
        if talk and incoming.kind != "button":
            seen = max(talk.touched, talk.offered or talk.touched)
            talk.away = talk.away or self.now - seen > self.rules.idle
        if talk:
            self._stopping, talk.stopping = talk.stopping, False
        if incoming.kind in _SPEAKS:
            missed, self.talks.missed = self.talks.missed, None
            if missed and missed.at and self.now - datetime.fromisoformat(missed.at) <= self.rules.idle:
                self._missed = missed
        match incoming.kind:
            case "text":
                self._text(incoming.text)
            case "button":
                self._tap(incoming.button)
            case "contact" | "photo" | "document" | "location":
                self._shared(incoming)
            case "group":
                self._reply.outcome = "group"
                if self._writes.once(self.person.id, "group"):  # others talk there; say it one time
                    self._say("group", t("I can only help in a private chat. Please write to me there."))
            case "edited":
                self._unread(t("I can't read a message that was changed. Please send it again as a new one."))
            case "other":
                self._unread(t("I can't read that yet. Please type it briefly."))
            case "blocked" | "unblocked" | "moved" | "stopped" | "resumed":
                self._reply.outcome = incoming.kind
        return self._finish(incoming.callback)

    def happen(self, name: str, data: Mapping[str, Any]) -> Reply:
        """The reply to something that isn't a message: a due reminder, a job's result. May be empty."""
        happening = self.rules.flows.happenings[name]
        if self.person.leaving and not happening.last:
            self._reply.outcome, self._reply.flow = "leaving", name
            return self._reply
        chat = Chat(self.person, self.talks.open or self._talk(name, {}), self._around(), None)
        self._writes.mark()
        try:
            happening.run(chat, self._db, data)
        except (Asking, Changing, First):
            raise FlowError(name, "", "what happens by itself can't ask; it can offer a flow that does") from None
        except Refused as refused:
            self._writes.undo()
            chat.said, chat.offers = [refused.text], []
        self._reply.outcome, self._reply.flow = "happened", name
        if chat.quiet:
            return self._reply
        self._said += chat.said
        self._offers += chat.offers
        self._files += chat.files
        if chat.goes_on:
            self._ask_to_go_on()
        elif chat.begins and self.talks.open is None:
            self._start(self.rules.flows.by_name[chat.begins[0]], chat.begins[1])
            self._reply.outcome, self._reply.flow = "happened", name
        else:
            self._repeat()
        return self._finish("")

    # What a message means

    def _text(self, text: str) -> None:
        words = plain.fold(text)
        if (right := self.rules.flows.word(self.person.desk, words)) and right.right:  # never an answer
            self._begin(right, {}, text)
            return
        wish = None
        leaves = self._stopping and not text.startswith("/")  # "ya, berhenti" to "shall we stop?" is about the talk
        if (words not in _NAVIGATION or self.talks.open is None) and not leaves:  # and so is "keluar"
            wish = read_optout(text.partition(" ")[0] if text.startswith("/") else text)
        back = self._back_again = self._named("start") if wish == "resume" else None
        if wish == "stop_all" and (meant := self._meant(text, words)):
            self._begin(meant, {}, text)
        elif wish and wish != "resume" and (stop := self._named("stop")):
            _, _, topic = wish.partition(":")
            self._start(stop, {"topic": topic} if topic else {})
        elif text.startswith("/"):
            self._command(text)
        elif words in _NAVIGATION:
            getattr(self, f"_{_NAVIGATION[words]}")()
        elif self.talks.open is not None:
            self._answer(Said(text=text), words)
        elif back:
            self._start(back, {})
        else:
            self._free(text, words)

    def _meant(self, text: str, words: str) -> Flow | None:
        """The flow that a wish to hear no more names itself, if there is one: "tarik izin", "hentikan semua"."""
        if text.startswith("/"):
            return None
        named = self.rules.flows.word(self.person.desk, words)
        return named or (self._named("withdraw") if takes_consent_back(text) else None)

    def _free(self, text: str, words: str) -> None:
        """Words that answer no question: a flow's word, an intent, yes or no to an officer, or not understood."""
        if found := self._worded(words) or self._worded(_core(words)):
            self._begin(found, {}, text)
            return
        intent = read_intent(text) if self.person.desk == "owners" else Invalid(NOT_UNDERSTOOD)
        if isinstance(intent, str) and (serving := self._serving(intent)):
            self._begin(serving[0], serving[1] | {"meant": intent}, text)
            return
        answer = read_yes_no(text, Reading(self.received, self.rules.zone, self.rules.region))
        if answer in ("yes", "no"):
            if self._missed and self._missed.offered and (officer := self._named("ask")):
                self._begin(officer, {}) if answer == "yes" else self._menu()
                return
            if (last := self._named("asked_last")) and last.when and last.when(self.person, self._db):
                self._begin(last, {"said": "yes" if answer == "yes" else "no"})
                return
        if isinstance(intent, Unsure) and self._which(intent, text):
            return
        if plain.yes_no(text) is not None:  # "oke" to what was said last
            self._menu()
        else:
            self._not_understood(text)

    def _begin(self, flow: Flow, given: Mapping[str, str], text: str = "") -> None:
        """Start a flow for a wish of hers; her own words, if it was words, are given as `heard`.

        One who asks for an officer after words without an answer asks about those.
        """
        given = dict(given)
        if text:
            given["heard"] = text[:KEPT_WORDS]
        missed = self._missed.words if self._missed else ""
        if flow.name in ("wish", "faq"):  # an officer may be asked the same; only a wish ends with that question
            offered = flow.name == "wish"
            self.talks.missed = Missed(text[:KEPT_WORDS] or missed, offered=offered, at=self.now.isoformat())
        if flow.name == "ask" and missed:
            given.setdefault("about", missed)
        self._start(flow, given)

    def _which(self, doubt: Unsure[str], text: str) -> bool:
        """Ask which intent is meant, with at most three buttons; False when nothing serves any of them."""
        buttons = [self._intent_button(label) for _, label in doubt.choices if self._serving(label)][:_BUTTONS]
        if not buttons:
            return False
        if len(buttons) < _BUTTONS and self._named("ask"):
            buttons.append(self._flow_button(caption("Officer"), "ask"))
        self._say("which", WHICH)
        self._offers += buttons
        self.talks.missed = Missed(text[:KEPT_WORDS], times=1, at=self.now.isoformat())
        return True

    def _command(self, text: str) -> None:
        command, _, rest = text[1:].strip().partition(" ")
        command = command.partition("@")[0].lower()
        if command == "start" and rest and self._link(rest.strip()):
            return
        if found := self._said_flow(text):
            self._begin(found, {})
        elif command in _NAVIGATION:
            getattr(self, f"_{_NAVIGATION[command]}")()
        else:
            self._not_understood(text)

    def _link(self, payload: str) -> bool:
        """A deep link ``flow`` or ``flow-key-value-key-value`` (Telegram allows 64 of A-Za-z0-9_-)."""
        name, *pairs = payload.split("-")
        found = self._named(name)
        if found is None or not found.link or len(pairs) % 2:
            return False
        self._start(found, dict(zip(pairs[::2], pairs[1::2], strict=True)))
        return True

    def _tap(self, data: str) -> None:
        if data.startswith(MORE):
            self._more(data.removeprefix(MORE))
            return
        tap = self.rules.buttons.read(self.person.id, data)
        open_talk = self.talks.open
        if isinstance(tap, Start):
            found = self._named(tap.flow)
            if found is None:
                self._stale()
            elif found.once and not self._writes.once(self.person.id, data):
                self._reply.outcome = "repeated"
            else:
                self._begin(found, tap.given)
        elif isinstance(tap, Answered):
            name = f"{tap.key}.{tap.code}"
            if open_talk and open_talk.number == tap.talk and self._on_screen(open_talk, tap):
                open_talk.last = name
                if tap.key != short(_TALK_KEY):
                    self._advance(Said(code=tap.code))
                else:
                    {"go": self._resume, "new": self._restart, "stop": self._stop}[tap.code]()
            elif (open_talk and (open_talk.number, open_talk.last) == (tap.talk, name)) or (
                self.talks.ended == (tap.talk, name)
            ):
                self._reply.outcome = "repeated"
            else:
                self._stale()
        else:
            self._stale()

    def _more(self, first: str) -> None:
        """Show other choices of the open question, on a platform that shows few at a time."""
        if self.talks.open is None or not re.fullmatch("[0-9]{1,3}", first):
            self._stale()
            return
        self._first = int(first)
        self._repeat()
        self._reply.outcome = "more"

    def _shared(self, incoming: Incoming) -> None:
        if self.talks.open is None:
            self._not_understood(incoming.text)
            return
        self._answer(Said(incoming.text, "", incoming.phone, incoming.own, incoming.file), "")

    def _answer(self, said: Said, words: str) -> None:
        """Words for the open talk; if its question is no longer on the screen, ask before taking them as its answer."""
        talk = self.talks.open
        assert talk is not None
        found = self._back_again or (self._worded(words) if words else None)
        if talk.away:
            if found:
                self._start(found, {})
                return
            self._say("away", t("Shall we go on where we stopped?"))
            self._ask_to_go_on()
            return
        if self._stopping and (read_optout(said.text) or plain.yes_no(said.text)):
            self._stop()
            return
        wish = plain.yes_no(said.text) if talk.offered or self._stopping else None
        if wish is False and self._stopping:
            self._resume()
            return
        if wish is not None:  # about going on, not about the question under it
            self._resume() if wish else self._menu()
            return
        before = talk.waiting
        self._advance(said)
        if not self._asked or before != talk.waiting:
            return
        refused = self._reply.outcome == "invalid"
        if refused and not found and not isinstance(self._asked[1], Review) and (label := self._wish(said.text)):
            found = self.rules.flows.intent(self.person.desk, label)
        if found and (refused or (self._back_again and talk.pending)):  # not an answer here, but surely a wish
            self._said, self._offers, self._asked, self._brief = [], [], None, False
            talk.pending, self.talks.missed = None, None
            self._begin(found, {}, said.text)

    def _ask_to_go_on(self) -> None:
        """Under "shall we go on?": the open question, and buttons to go on or to start over."""
        talk = self.talks.open
        self._repeat()
        if talk is None or self.talks.open is not talk:
            return
        talk.offered = self.now
        for code, name in (("go", caption("Go on")), ("new", caption("Start over"))):
            self._offers.append(self._button(talk, _TALK_KEY, code, name))

    # Navigation

    def _back(self) -> None:
        talk = self.talks.open
        if talk is None:
            self._menu()
        elif talk.flow not in self.rules.flows.by_name:
            self._advance(None)
        elif talk.changing:
            key, kept = talk.changing
            talk.answers[key] = kept
            talk.changing, talk.pending, talk.waiting = None, None, ""
            self._advance(None)
        else:
            path, _ = self._look(talk)
            if path:
                del talk.answers[path[-1]]
                talk.pending, talk.waiting = None, path[-1]
            else:
                self._say("asked", t("This is the first question. Type *batal* if you want to stop."))
            self._advance(None)

    def _look(self, talk: Talk) -> tuple[list[str], str]:
        """The keys with an answer on the way to the open question, and the flow that has to be done first, if any."""
        flow, first = self.rules.flows.by_name.get(talk.flow), ""
        chat = Chat(self.person, talk, self._around(), None)
        self._writes.mark()
        try:
            if flow:
                flow.run(chat, self._db)
        except First as needed:
            first = needed.flow
        except (Asking, Refused):
            pass
        self._writes.undo()
        return chat.path, first

    def _cancel(self) -> None:
        talk = self.talks.open
        if talk is None:
            self._say("cancelled", t("There is nothing to stop."))
            self._menu()
        elif talk.changing:
            self._back()
        elif len(talk.answers) >= _WORTH and not self._stopping and not self._keeps(talk):
            talk.stopping = True
            self._say("stopping", t("Shall we stop? What you have answered so far is then not kept.\n"
                                 "If you just leave it, it stays, and you can go on later."))  # fmt: skip
            for code, name in (("stop", caption("Yes, stop")), ("go", caption("Go on"))):
                self._offers.append(self._button(talk, _TALK_KEY, code, name))
        else:
            self._stop()

    def _stop(self) -> None:
        """End the open talk, and one that can't go on without it."""
        if (talk := self.talks.open) is not None:
            self.talks.end()
            if self.talks.open and self._look(self.talks.open)[1] == talk.flow:  # it can't go on without this one
                self.talks.end()
            again = t("All right, we stop here. You can start again whenever you like.")
            kept = t("All right, we stop here. Your answers are kept, you can go on whenever you like.")
            self._say("cancelled", kept if self._keeps(talk) else again)
            if self.talks.open:
                self._repeat(t("Now back to where we were."))
            else:
                self._menu()
            self._reply.outcome = "cancelled"

    def _keeps(self, talk: Talk) -> bool:
        """Whether what she has answered in a talk is kept whatever becomes of it."""
        flow = self.rules.flows.by_name.get(talk.flow)
        return flow is not None and flow.keeps

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
        self.talks.open = self._talk(talk.flow, {})
        self.talks.ended = (talk.number, talk.last)
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

    def _not_understood(self, text: str) -> None:
        officer, menu = self._named("ask"), self._named("menu")
        if self.talks.open or not officer or not menu:
            self._say("not_understood", t("Sorry, I don't understand that yet. Please choose one of these."))
            self._repeat() if self.talks.open else self._menu()
        else:
            if self._miss(text).offered:
                self._said.append(t("Sorry, I still don't understand.\nShall I pass it on to an officer?"))
                yes, no = caption("Yes, to an officer"), caption("Back to the menu")
                self._offers += [self._flow_button(yes, "ask"), self._flow_button(no, "menu")]
            else:
                self._said.append(NOT_UNDERSTOOD)
                self._offers += [
                    self._flow_button(caption("Menu"), "menu"),
                    self._flow_button(caption("Officer"), "ask"),
                ]
        self._reply.outcome = "not_understood"

    def _on_screen(self, talk: Talk, tap: Answered) -> bool:
        """Whether a tap is on the question that waits, on the doubt about its answer, or on "shall we go on?"."""
        if tap.key == short(_TALK_KEY):
            return self._stopping if tap.code == "stop" else self._stopping or talk.offered is not None
        return tap.key == short(talk.waiting) and (not is_doubt_code(tap.code) or (
            talk.pending is not None and tap.code == doubt_code(talk.pending, tap.code[1:].partition(".")[0])
        ))  # fmt: skip
