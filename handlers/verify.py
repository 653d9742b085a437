"""Officers look at evidence: what an owner claims and shows, then a word on it, one after the other."""

from __future__ import annotations

from bot.chat.buttons import Buttons
from bot.chat.flow import Chat, Person, flow
from bot.chat.messages import Attachment, Button, Message
from bot.chat.questions import Choice, Line
from bot.chat.text import Lines, Text, Words, caption, t
from bot.domain import outbox, owners, people
from bot.domain.assess import evidence, instruments
from bot.domain.assess.evidence import Decided, Shown
from bot.domain.db import Db
from bot.domain.officers import Officer
from bot.domain.tables import Lane
from handlers import officers as desk

DECISIONS = (("yes", caption("Agree")), ("again", caption("Ask again")), ("no", caption("Reject")))
REASONS: dict[str, Text] = {
    "dark": caption("Hard to read"),
    "differs": caption("The number differs"),
    "else": caption("Of something else"),
    "old": caption("No longer valid"),
}
OTHER = "other"


@flow(
    "verify", command="verifikasi", words=("verifikasi", "periksa bukti"), title=caption("Check evidence"), menu=20,
    when=desk.may(evidence.DECIDE), desk="officers",
)  # fmt: skip
def verify(chat: Chat, db: Db) -> None:
    """The oldest evidence of his area that nobody looks at; his for a while."""
    officer = desk.who(chat, db, evidence.DECIDE)
    if officer is not None:
        _next(chat, db, officer)


@flow("verify_decide", desk="officers")
def verify_decide(chat: Chat, db: Db) -> None:
    """A decision on what was `shown`, then the next one at once."""
    officer = desk.who(chat, db, evidence.DECIDE)
    if officer is None:
        return
    given = chat.talk.given.get("shown", "")
    shown = int(given) if given.isascii() and given.isdecimal() else 0
    decision = chat.ask(Choice("decision", t("What do you decide?"), DECISIONS))
    if decision == "yes":
        decided, reason = evidence.confirm(db, officer, shown), ""
    else:
        reason = _reason(chat)
        decide = evidence.ask_again if decision == "again" else evidence.reject
        decided = decide(db, officer, shown, _kept(reason))
    told = _tell_her(db, decided, decision, reason)
    chat.say(t("Noted, and the owner is told.") if told else t("Noted. The owner can't be reached in a chat now."))
    _next(chat, db, officer)


def _reason(chat: Chat) -> Words:
    choices = (*REASONS.items(), (OTHER, caption("Another reason")))
    code = chat.ask(Choice("reason", t("Why? The owner will read it."), choices))
    if code != OTHER:
        return REASONS[code]
    return chat.ask(Line("other", t("Why? She will read it, so please be kind and clear.")))


def _kept(reason: Words) -> str:
    """A reason as it is kept: the officer's own words, or the code of a usual one."""
    return next((code for code, words in REASONS.items() if words == reason), str(reason))


def _next(chat: Chat, db: Db, officer: Officer) -> None:
    """Show the next one with its three buttons."""
    left = evidence.waiting(db, officer)
    shown = evidence.take(db, officer)
    if shown is None:
        chat.say(t("No evidence waits in your area. 🙏"))
        return
    question, answer = _claim(db, shown)
    name, village = _business(db, shown)
    lines: list[Words] = [
        t("{n} to look at. The oldest: {name}, {village}", n=left, name=name, village=village),
        question,
        t("The owner's answer: *{answer}*", answer=answer),
    ]
    if shown.words:
        lines += [t("What the owner shows:"), shown.words]
    chat.say(Lines(tuple(lines)))
    if shown.media is not None:
        chat.attach(Attachment(shown.media, "bukti.jpg", "image", "image/jpeg", of=shown.person))
    for code, words in DECISIONS:
        chat.button(chat.offer(words, "verify_decide", shown=str(shown.id), decision=code))


def _claim(db: Db, shown: Shown) -> tuple[str, str]:
    """The question, and the answer she gave, in the words of her check's version."""
    question = instruments.of(db, shown.instrument, shown.version).question(shown.item)
    titles = {option.code: option.title for option in question.options}
    return question.text.partition("\n")[0], titles.get(shown.answer, shown.answer)


def _business(db: Db, shown: Shown) -> tuple[str, str]:
    owner = owners.find(db, Person(shown.person, ""))
    found = next((one for one in owner.businesses if one.id == shown.business), None) if owner else None
    return (found.name, found.village) if found else ("-", "-")


def _tell_her(db: Db, decided: Decided, decision: str, reason: Words) -> bool:
    """What came of it, kindly; also when she wants no news: it is what she asked for. False where she has no chat."""
    shown = decided.shown
    contact = people.contact_of(db, shown.person)
    if contact is None:
        return False
    question, answer = _claim(db, shown)
    name, _ = _business(db, shown)
    said: list[Words] = []
    buttons: tuple[Button, ...] = ()
    if decision == "yes":
        said.append(t("Good news: an officer has confirmed your answer.\n{question} *{answer}*",
                      question=question, answer=answer))  # fmt: skip
    else:
        asked = (
            t("An officer would like to see this once more.\n{question}\nThe officer's note: {reason}",
              question=question, reason=_value(reason))
            if decision == "again"
            else t("An officer couldn't confirm this yet.\n{question}\nThe officer's note: {reason}\n"
                   "Another photo or number is welcome at any time.", question=question, reason=_value(reason))
        )  # fmt: skip
        said.append(asked)
        start = {"check": str(shown.assessment), "item": shown.item, "again": shown.item}
        buttons = (
            Button(caption("Send another"), Buttons(db.keys.buttons).start(shown.person, "assess_proof", start)),
        )
    if decided.after != decided.before:
        said.append(t("The confirmed score of {business} is now {total} of 100.", business=name, total=decided.after))
    outbox.put(db, contact, Message(tuple(said), buttons), f"evidence:{shown.id}", Lane.ALERT)
    return True


def _value(reason: Words) -> str | Text:
    return reason if isinstance(reason, str | Text) else "-"
