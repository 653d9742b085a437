"""Talks nest once, grow idle, and are asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.chat.flow import Chat, FlowError, Refused, flow, happening
from bot.chat.questions import Line, Number, YesNo
from tests.chat.kernel import Notes, Siti, signup


@flow("enrol", command="enrol", link=True)
def enrol(chat: Chat, db: Notes) -> None:
    seats = chat.ask(Number("seats", "Seats?"))
    if not any("/" in line for line in db.lines):
        chat.first("signup")
    chat.ask(YesNo("sure", "Sure?"))
    db.write(f"enrolled {seats}")
    chat.say("ENROLLED")


@flow("quick", command="quick")
def quick(chat: Chat, db: Notes) -> None:
    chat.ask(Line("word", "Word?"))
    chat.say("QUICK")


def test_another_flow_parks_the_open_talk_and_its_end_brings_it_back():
    siti = Siti(signup, quick)
    siti.says("/signup")
    siti.says("Siti")
    assert siti.says("/quick") == ["Word?"]
    assert siti.talks.parked is not None
    assert siti.says("x") == ["QUICK", "Now back to where we were.", "Running?"]
    assert siti.labels == ["Yes", "No"]
    assert siti.says("no")[:2] == ["All right?", "• name: Siti"]


def test_cancelling_brings_the_parked_talk_back():
    siti = Siti(signup, quick)
    siti.says("/signup")
    siti.says("/quick")
    assert siti.says("batal")[-2:] == ["Now back to where we were.", "Name?"]
    assert siti.says("batal")[-1] == "MENU"
    assert siti.talks.open is None


def test_a_refused_talk_brings_the_parked_one_back():
    @flow("full", command="full")
    def full(chat: Chat, db: Notes) -> None:
        chat.ask(Line("word", "Word?"))
        raise Refused("FULL")

    siti = Siti(signup, full)
    siti.says("/signup")
    siti.says("/full")
    assert siti.says("x") == ["FULL", "Now back to where we were.", "Name?"]


def test_a_flow_without_questions_does_not_park():
    siti = Siti(signup)
    siti.says("/signup")
    assert siti.says("/start") == ["WELCOME", "Name?"]
    assert siti.says("Siti") == ["Running?"]


def test_a_command_of_the_open_or_the_parked_talk_goes_on_with_it():
    siti = Siti(signup, quick)
    siti.says("/signup")
    siti.says("Siti")
    assert siti.says("/signup") == ["Running?"]
    siti.says("/quick")
    assert siti.says("/signup") == ["Running?"], "the parked talk, with its answers"
    assert siti.says("no")[0] == "All right?"
    assert siti.taps("All correct")[-1] == "Word?", "and the other one was parked meanwhile"


def test_a_third_flow_leaves_the_first_one_parked():
    siti = Siti(signup, quick, enrol)
    siti.says("/signup")
    siti.says("/quick")
    siti.says("/enrol")
    parked = siti.talks.parked
    assert siti.open.flow == "enrol"
    assert parked is not None
    assert parked.flow == "signup"


def test_another_flow_first():
    siti = Siti(signup, enrol)
    siti.says("/enrol")
    assert siti.says("2") == ["Hello!", "Name?"]
    for words in ("Siti", "no"):
        siti.says(words)
    assert siti.taps("All correct") == ["Thank you, Siti.", "Now back to where we were.", "Sure?"]
    assert siti.says("yes") == ["ENROLLED"]
    assert siti.db.lines == ["Siti/False/None", "enrolled 2"]


def test_another_flow_first_from_the_first_line_on():
    siti = Siti(signup, enrol)
    assert siti.starts("enrol", seats="2") == ["Hello!", "Name?"]
    assert siti.says("Siti") == ["Running?"]
    siti.says("no")
    assert siti.taps("All correct")[-1] == "Sure?"
    assert siti.values == {"seats": 2}


def test_another_flow_first_that_is_under_way_goes_on_where_it_was():
    siti = Siti(signup, enrol)
    siti.says("/signup")
    siti.says("Siti")
    assert siti.starts("enrol", seats="2") == ["Running?"]
    siti.says("no")
    assert siti.taps("All correct")[-1] == "Sure?"


def test_cancelling_what_must_be_done_first_cancels_what_needs_it():
    siti = Siti(signup, enrol)
    siti.says("/enrol")
    siti.says("2")
    assert siti.says("batal")[-1] == "MENU"
    assert (siti.talks.open, siti.talks.parked) == (None, None)


# Idle


def test_after_twelve_hours_a_text_is_not_the_answer():
    siti = Siti(signup)
    siti.says("/signup")
    siti.later(hours=11)
    assert siti.says("Siti") == ["Running?"]
    siti.later(hours=13)
    assert siti.says("no") == ["Shall we go on where we stopped?", "Running?"]
    assert siti.labels == ["Yes", "No", "Go on", "Start over"]
    assert siti.values == {"name": "Siti"}


@pytest.mark.parametrize("yes", ["ya", "oke", "lanjut", "[Go on]"])
def test_yes_to_going_on_is_no_answer_to_the_question(yes: str):
    siti = Siti(signup)
    siti.says("/signup")
    siti.later(hours=13)
    siti.says("halooo")
    assert (siti.taps("Go on") if yes[0] == "[" else siti.says(yes)) == ["Name?"]
    assert siti.labels == []
    assert siti.says("Ya") == ["Running?"], "asked again, it is what she says it is"


def test_no_to_going_on_opens_the_menu_and_keeps_the_talk():
    siti = Siti(signup)
    siti.says("/signup")
    siti.later(hours=13)
    siti.says("halooo")
    assert siti.says("tidak") == ["MENU"]
    assert siti.open.waiting == "name"
    assert siti.says("Siti")[0] == "Shall we go on where we stopped?"


def test_an_answer_to_the_question_under_it_is_taken():
    siti = Siti(signup)
    siti.says("/signup")
    siti.later(hours=13)
    siti.says("halooo")
    assert siti.says("Siti") == ["Running?"]


def test_starting_over_forgets_the_answers():
    siti = Siti(signup)
    siti.says("/signup")
    siti.says("Siti")
    siti.later(hours=13)
    siti.says("no")
    assert siti.taps("Start over") == ["Hello!", "Name?"]
    assert siti.values == {}
    assert siti.taps("Start over", bubble=-2) == [], "a double tap starts over once"


def test_a_double_tap_on_going_on_is_only_acknowledged():
    siti = Siti(signup)
    siti.says("/signup")
    siti.later(hours=13)
    siti.says("halooo")
    siti.taps("Go on")
    assert siti.taps("Go on", bubble=-2) == []


def test_a_tap_names_its_question_and_is_taken_after_any_time():
    siti = Siti(signup)
    siti.says("/signup")
    siti.says("Siti")
    siti.later(days=30)
    assert siti.taps("No")[0] == "All right?"


def test_a_wish_after_twelve_hours_is_followed():
    siti = Siti(signup)
    siti.says("/signup")
    siti.later(hours=13)
    assert siti.says("info") == ["HELP", "Name?"]


def test_after_the_menu_a_text_is_not_the_answer():
    siti = Siti(signup)
    siti.says("/signup")
    assert siti.says("menu") == ["MENU"]
    assert siti.says("Siti")[0] == "Shall we go on where we stopped?"


def test_a_stop_word_is_heard_before_the_open_question_and_does_not_insist():
    siti = Siti(signup)
    siti.says("/signup")
    assert siti.says("STOP!") == ["STOPPED"]
    assert siti.open.waiting == "name"


# Happenings


@happening("news")
def news(chat: Chat, db: Notes, data: Mapping[str, Any]) -> None:
    chat.say("NEWS")


@happening("asks")
def asks(chat: Chat, db: Notes, data: Mapping[str, Any]) -> None:
    chat.ask(Line("word", "Word?"))


@happening("full")
def full(chat: Chat, db: Notes, data: Mapping[str, Any]) -> None:
    db.write("taken")
    raise Refused("FULL")


@happening("go on")
def go_on(chat: Chat, db: Notes, data: Mapping[str, Any]) -> None:
    chat.ask_to_go_on("Go on?")


@happening("nothing")
def nothing(chat: Chat, db: Notes, data: Mapping[str, Any]) -> None:
    chat.say("never heard")
    chat.silence()


def test_what_happens_is_told_and_the_open_question_comes_again():
    siti = Siti(signup, news)
    assert siti.happens("news") == ["NEWS"]
    siti.says("/signup")
    siti.says("Siti")
    assert siti.happens("news") == ["NEWS", "Running?"]


def test_what_happens_is_not_her_last_message():
    siti = Siti(signup, news)
    siti.says("/signup")
    touched = siti.open.touched
    siti.later(hours=11)
    siti.happens("news")
    assert siti.open.touched == touched
    siti.later(hours=2)
    assert siti.says("Siti")[0] == "Shall we go on where we stopped?"


def test_what_happens_can_be_silent():
    siti = Siti(signup, nothing)
    siti.says("/signup")
    assert siti.happens("nothing") == []


def test_what_happens_cannot_ask():
    siti = Siti(asks)
    with pytest.raises(FlowError, match="'asks'"):
        siti.happens("asks")


def test_what_happens_can_be_refused():
    siti = Siti(full)
    assert siti.happens("full") == ["FULL"]
    assert siti.db.lines == []


def test_being_asked_to_go_on():
    siti = Siti(signup, go_on)
    siti.says("/signup")
    siti.later(hours=25)
    assert siti.happens("go on") == ["Go on?", "Name?"]
    assert siti.labels == ["Go on", "Start over"]
    assert siti.says("iya") == ["Name?"]


def test_an_answer_soon_after_being_asked_to_go_on_is_taken():
    siti = Siti(signup, go_on)
    siti.says("/signup")
    siti.later(hours=25)
    siti.happens("go on")
    siti.later(hours=1)
    assert siti.says("Siti") == ["Running?"]


def test_being_asked_to_go_on_with_nothing():
    siti = Siti(go_on)
    assert siti.happens("go on") == ["Go on?"]
    assert siti.labels == []


def test_what_is_not_text_gets_a_word_and_the_question():
    siti = Siti(signup)
    siti.says("/signup")
    assert siti.hears("other", what="sticker") == ["I can't read that yet. Please type it briefly.", "Name?"]
    assert siti.hears("edited", text="Siti")[-1] == "Name?"
    assert siti.hears("location", latitude=-7.9, longitude=112.6) == ["Please type the answer in words.", "Name?"]
    assert siti.hears("blocked") == []
    assert siti.hears("group")[0].startswith("I can only help in a private chat.")
    assert siti.hears("group") == [], "people talk with each other there"
    assert siti.values == {}
