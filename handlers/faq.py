"""What owners often ask, answered at once: in free words, from the list, or from a recommendation."""

from __future__ import annotations

from bot.chat.flow import Chat, flow
from bot.chat.messages import Button
from bot.chat.questions import Choice
from bot.chat.reading.intent import LABELS
from bot.chat.text import Day, Words, caption, t
from bot.domain import faqs, wishes
from bot.domain.db import Db
from bot.domain.faqs import Faq

INTENTS = ("nib", "pirt", "bpom", "halal", "merek", "kemasan", "modal", "pajak", "qris", "koperasi", "fasilitas_mcc")
"""Wishes in free words that are answered here; each is a topic of the same name."""
TOPICS: dict[str, Words] = {
    **{label: LABELS[label] for label in (*INTENTS, "ekspor", "pasar_pameran")},
    "kelas": caption("Moving up a class"),
    "layanan": caption("This service"),
}


@flow(
    "faq", command="faq", words=("faq", "tanya jawab", "tanya dulu", "tanya izin usaha", "info izin"),
    title=caption("Questions, answers"), menu=70, link=True, intents=INTENTS,
)  # fmt: skip
def faq(chat: Chat, db: Db) -> None:
    """`meant` is an intent's label with the words that were `heard`, `answer` the code of an answer."""
    shown = faqs.shown(db, chat.local.date())
    given = chat.talk.given
    if "meant" in given and "answer" not in given and not _led_by_words(chat, db, shown):
        return
    if known := next((f for f in shown if f.code == given.get("answer")), None):
        given.setdefault("topic", known.topic)
    topics = tuple((code, words) for code, words in TOPICS.items() if any(f.topic == code for f in shown))
    if not topics:
        chat.say(t("There are no answers here yet. Our officers like to help."), _officer(chat))
        return
    topic = chat.ask(Choice("topic", t("What would you like to know about?"), topics))
    choices = tuple((f.code, f.title) for f in shown if f.topic == topic)
    if len(choices) == 1:
        given.setdefault("answer", choices[0][0])
    code = chat.ask(Choice("answer", t("Which question is it?"), choices))
    _say(chat, next(f for f in shown if f.code == code), more=len(choices) > 1)


def _led_by_words(chat: Chat, db: Db, shown: list[Faq]) -> bool:
    """Take the topic that was meant, and the answer if the words ask for one. False where all is said: the answer they
    ask for isn't approved, or there is one only, which they don't ask for."""
    given = chat.talk.given
    topic = given["meant"]
    of_topic = [f for f in shown if f.topic == topic]
    waiting = [f for f in faqs.hidden(db, chat.local.date()) if f.topic == topic]
    found = faqs.meant([*of_topic, *waiting], given.get("heard", ""))
    if not of_topic or found in waiting:
        _not_yet(chat, db, topic)
        return False
    given.setdefault("topic", topic)
    if found:
        given.setdefault("answer", found.code)
    elif len(of_topic) == 1:
        only = of_topic[0]
        chat.say(
            t("Is this what you would like to know?"),
            chat.offer(only.title, "faq", answer=only.code),
            _officer(chat),
            chat.offer(caption("Menu"), "menu"),
        )
        return False
    return True


def _say(chat: Chat, found: Faq, more: bool) -> None:
    chat.say(
        t(
            "*{question}*\n{answer}\n\nIn force as of {day}.",
            question=found.question, answer=found.answer, day=Day(found.since),
        ),
        _officer(chat),
    )  # fmt: skip
    if more:
        chat.button(chat.offer(caption("Other questions"), "faq", meant=found.topic))
    chat.button(chat.offer(caption("Menu"), "menu"))


def _not_yet(chat: Chat, db: Db, topic: str) -> None:
    """The office hasn't approved an answer yet: an honest word, a note for the office, and an officer instead."""
    wishes.keep(db, chat.person, topic)
    chat.say(
        t("The office is still checking its answers on this: *{what}*\nAn officer can tell you already now.",
          what=TOPICS[topic]),
        _officer(chat),
        chat.offer(caption("Menu"), "menu"),
    )  # fmt: skip


def _officer(chat: Chat) -> Button:
    return chat.offer(caption("Ask an officer"), "ask")
