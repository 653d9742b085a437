"""Where a platform shows few choices at a time, others are asked for with a button that answers nothing."""

from __future__ import annotations

import pytest

from bot.chat.flow import Chat, flow
from bot.chat.messages import MORE, Message
from bot.chat.questions import Choice, Line
from tests.chat.kernel import Notes, Siti

CITIES = tuple((f"c{i}", f"City {i}") for i in range(12))


@flow("move", words=("move",))
def move(chat: Chat, db: Notes) -> None:
    name = chat.ask(Line("name", "Who moves?"))
    chat.say("Nearly done.")
    city = chat.ask(Choice("city", "Where to, of all these cities?", CITIES, brief="Where to?"))
    db.write(f"{name}: {city}")


def test_other_choices_of_the_open_question_are_shown_and_answer_it():
    siti = Siti(move)
    siti.hears("text", text="move")
    siti.hears("text", text="Siti")
    assert siti.hears("button", button=f"{MORE}9")[-1:] == ["Where to?"]
    (shown,) = siti.reply.messages
    assert (shown.first, len(shown.buttons), siti.reply.outcome) == (9, 12, "more")
    assert siti.values == {"name": "Siti"}
    siti.hears("button", button=shown.buttons[10].data)
    assert siti.db.lines == ["Siti: c10"]


@pytest.mark.parametrize("data", [MORE, f"{MORE}x", f"{MORE}-1", f"{MORE}9999", f"{MORE}٩"])
def test_what_no_channel_made_belongs_to_no_question(data: str):
    siti = Siti(move)
    siti.hears("text", text="move")
    siti.hears("button", button=data)
    assert siti.reply.outcome == "stale"


def test_without_a_question_there_are_no_choices():
    siti = Siti(move)
    siti.hears("button", button=f"{MORE}9")
    assert siti.reply.outcome == "stale"


def test_where_to_begin_is_kept_until_it_is_sent():
    assert Message.from_json(Message(("a",), first=9).to_json()) == Message(("a",), first=9)
    assert "first" not in Message(("a",)).to_json()
