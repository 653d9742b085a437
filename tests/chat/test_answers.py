"""A conversation is a function of its answers: restart, edit, back, branches, deploys, arguments, loops."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.chat.flow import Chat, Flow, FlowError, flow
from bot.chat.messages import File
from bot.chat.questions import (
    Choice,
    Date,
    Line,
    Money,
    Number,
    Phone,
    Photo,
    Question,
    YesNo,
    optional,
)  # fmt: skip
from tests.chat.kernel import Notes, Siti, signup


def registered(siti: Siti) -> Siti:
    """Siti on the review, with a kind."""
    siti.says("/signup")
    siti.says("Siti")
    siti.taps("Yes")
    siti.taps("Food")
    return siti


def asking(*questions: Question[Any]) -> Flow:
    """A flow of just these questions that writes its answers' values."""

    @flow("plain", command="plain")
    def plain(chat: Chat, db: Notes) -> None:
        answers = [chat.ask(question) for question in questions]
        db.write(repr(answers))
        chat.say("DONE")

    return plain


def test_a_restart_has_nothing_to_restore():
    siti = Siti(signup)
    assert siti.says("/signup") == ["Hello!", "Name?"]
    assert siti.says("Siti") == ["Running?"]
    assert siti.labels == ["Yes", "No"]
    assert siti.says("yes") == ["Very good.", "Kind?"]
    assert siti.says("food") == ["All right?", "• name: Siti", "• running: Yes", "• kind: Food"]
    assert siti.labels == ["All correct", "Change name", "Change running", "Change kind"]
    assert siti.db.lines == []
    assert siti.taps("All correct") == ["Thank you, Siti."]
    assert siti.db.lines == ["Siti/True/food"]
    assert siti.talks.open is None


def test_an_edit_lands_back_on_the_review():
    siti = registered(Siti(signup))
    assert siti.taps("Change name") == ["Name?"]
    assert siti.says("Siti Aminah") == ["All right?", "• name: Siti Aminah", "• running: Yes", "• kind: Food"]
    assert siti.says("change kind") == ["Kind?"]
    assert siti.says("batik")[-1] == "• kind: Batik"
    siti.says("all correct")
    assert siti.db.lines == ["Siti Aminah/True/batik"]


@pytest.mark.parametrize("word", ["kembali", "batal"])
def test_an_edit_that_is_given_up_keeps_the_answer_and_the_review(word: str):
    siti = registered(Siti(signup))
    siti.taps("Change name")
    assert siti.says(word)[:2] == ["All right?", "• name: Siti"]


def test_a_finished_edit_is_not_given_up_later():
    siti = registered(Siti(signup))
    siti.taps("Change name")
    siti.says("Siti Aminah")
    assert siti.says("kembali") == ["Kind?"]
    assert siti.values["name"] == "Siti Aminah"
    siti.says("batal")
    assert siti.taps("Yes, stop")[-1] == "MENU"


def test_what_was_answered_is_not_thrown_away_without_asking():
    siti = registered(Siti(signup))
    assert siti.says("batal")[0].startswith("Shall we stop?")
    assert siti.taps("Go on") == ["All right?", "• name: Siti", "• running: Yes", "• kind: Food"]
    siti.says("batal")
    assert siti.says("no")[0] == "All right?"
    siti.says("batal")
    assert siti.says("menu")[0] == "MENU"
    assert siti.taps("Yes, stop", bubble=-2)[0] == "That button belongs to an earlier question."
    assert siti.talks.open is not None
    siti.says("batal")
    assert siti.says("yes")[-1] == "MENU"
    assert siti.talks.open is None


def test_back_takes_the_last_answer_away_and_asks_it_again():
    siti = registered(Siti(signup))
    assert siti.says("kembali") == ["Kind?"]
    assert siti.says("kembali") == ["Running?"]
    assert siti.says("kembali") == ["Name?"]
    assert siti.says("kembali") == ["This is the first question. Type batal if you want to stop.", "Name?"]


def test_back_from_a_question_whose_flow_is_gone_opens_the_menu():
    siti = registered(Siti(signup))
    siti.deploy()
    assert siti.says("kembali") == ["MENU"]
    assert siti.talks.open is None


def test_a_changed_branch_leaves_answers_off_the_path_alone():
    siti = registered(Siti(signup))
    siti.taps("Change running")
    assert siti.taps("No") == ["All right?", "• name: Siti", "• running: No"]
    assert siti.values["kind"] == "food"
    siti.taps("Change running")
    assert siti.taps("Yes")[-1] == "• kind: Food", "the answer is there again with its branch"
    siti.taps("Change running")
    siti.taps("No")
    siti.taps("All correct")
    assert siti.db.lines == ["Siti/False/None"]


def test_a_changed_branch_asks_what_it_needs():
    siti = Siti(signup)
    siti.says("/signup")
    siti.says("Siti")
    siti.taps("No")
    siti.taps("Change running")
    assert siti.taps("Yes") == ["Very good.", "Kind?"]
    assert siti.taps("Batik")[-1] == "• kind: Batik"


NAME, AGE, TOWN = Line("name", "Name?"), Number("age", "Age?"), Line("town", "Town?")


def test_a_deploy_adds_a_question_before_the_one_that_waits():
    siti = Siti(asking(NAME, TOWN))
    siti.says("/plain")
    siti.says("Siti")
    siti.deploy(asking(NAME, AGE, TOWN))
    assert siti.says("Malang") == ["Age?"], "the new question is asked"
    assert siti.says("40") == ["DONE"], "and what she had answered meanwhile isn't asked again"
    assert siti.db.lines == ["['Siti', 40, 'Malang']"]


def test_a_deploy_adds_a_question_after_the_one_that_waits():
    siti = Siti(asking(NAME, TOWN))
    siti.says("/plain")
    siti.deploy(asking(NAME, TOWN, AGE))
    assert siti.says("Siti") == ["Town?"]
    assert siti.says("Malang") == ["Age?"]


def test_a_deploy_removes_an_answered_question_and_the_one_that_waits():
    siti = Siti(asking(NAME, AGE, TOWN))
    siti.says("/plain")
    siti.says("Siti")
    siti.deploy(asking(TOWN))
    assert siti.says("40") == ["Town?"], "what she says to a question that is gone answers no other one"
    siti.says("Malang")
    assert siti.db.lines == ["['Malang']"]


def test_a_deploy_removes_all_that_was_left_to_ask():
    siti = Siti(asking(NAME, TOWN))
    siti.says("/plain")
    siti.says("Siti")
    siti.deploy(asking(NAME))
    assert siti.says("kembali") == ["Name?"]
    assert siti.db.lines == []


def test_a_deploy_moves_questions_and_answers_follow_their_key():
    siti = Siti(asking(NAME, AGE, TOWN))
    siti.says("/plain")
    siti.says("Siti")
    siti.says("40")
    siti.deploy(asking(TOWN, AGE, NAME))
    assert siti.says("Malang") == ["DONE"]
    assert siti.db.lines == ["['Malang', 40, 'Siti']"]


KEPT: list[tuple[Question[Any], str]] = [
    (Line("x", "X?"), "batik"),
    (Choice("x", "X?", (("food", "Food"), ("batik", "Batik"))), "batik"),
    (YesNo("x", "X?"), "yes"),
    (Number("x", "X?"), "40"),
    (Money("x", "X?"), "5000"),
    (Date("x", "X?"), "5-12-2026"),
    (Phone("x", "X?"), "081234567890"),
    (optional(Line("x", "X?")), "skip"),
]
IDS = [f"{type(question).__name__}" for question, _ in KEPT]


@pytest.mark.parametrize("before", KEPT, ids=IDS)
@pytest.mark.parametrize("after", KEPT, ids=IDS)
def test_a_deploy_changes_the_type_under_a_key(before: tuple[Question[Any], str], after: tuple[Question[Any], str]):
    siti = Siti(asking(before[0], Line("y", "Y?")))
    siti.says("/plain")
    assert siti.says(before[1]) == ["Y?"]
    siti.deploy(asking(after[0], Line("y", "Y?")))
    same = before[0].reader == after[0].reader and (before[1] != "skip" or after[1] == "skip")
    assert siti.says("z") == (["DONE"] if same else ["X?"]), "an answer of another kind is asked for again"


def test_a_skipped_answer_is_asked_again_when_it_is_no_longer_optional():
    siti = Siti(asking(optional(Line("x", "X?")), TOWN))
    siti.says("/plain")
    siti.taps("Skip")
    siti.deploy(asking(Line("x", "X?"), TOWN))
    assert siti.says("Malang") == ["X?"]


def test_a_deploy_takes_a_choice_away():
    siti = Siti(asking(Choice("kind", "Kind?", (("food", "Food"), ("batik", "Batik"))), TOWN))
    siti.says("/plain")
    siti.says("batik")
    siti.deploy(asking(Choice("kind", "Kind?", (("food", "Food"),)), TOWN))
    assert siti.says("Malang") == ["Kind?"]
    assert siti.says("food") == ["DONE"]


def test_a_deploy_takes_the_whole_flow_away():
    siti = Siti(signup)
    siti.says("/signup")
    siti.deploy()
    assert siti.says("Siti") == ["MENU"]
    assert siti.talks.open is None


def test_arguments_are_answers_given_in_advance():
    siti = Siti(signup)
    assert siti.starts("signup", kind="batik", name="Siti") == ["Running?"]
    assert siti.says("yes")[-1] == "• kind: Batik"
    assert siti.says("kembali") == ["Kind?"], "and can be changed like any other answer"


def test_a_deep_link_gives_answers_in_advance():
    siti = Siti(signup)
    assert siti.says("/start signup-name-Siti-running-y") == ["Very good.", "Kind?"]


@pytest.mark.parametrize("payload", ["signup-name", "nothing", "menu", "-", "signup--"])
def test_a_deep_link_that_says_nothing_is_a_plain_start(payload: str):
    siti = Siti(signup)
    assert siti.says(f"/start {payload}") in (["WELCOME"], ["Hello!", "Name?"])


def test_an_argument_that_is_no_answer_is_asked():
    siti = Siti(signup)
    assert siti.starts("signup", name="Siti", running="perhaps") == ["Running?"]


def test_an_argument_never_answers_the_review():
    """A link made by somebody else can't register her with his answers."""
    siti = Siti(signup)
    assert siti.says("/start signup-name-Budi-running-n-review-ok")[0] == "All right?"
    assert siti.db.lines == []


def test_a_long_questionnaire_is_a_loop():
    @flow("long", command="long")
    def long(chat: Chat, db: Notes) -> None:
        points = [chat.ask(Number(f"q.{n}", f"Q{n}?", most=4)) for n in range(40)]
        db.write(str(sum(points)))

    siti = Siti(long)
    siti.says("/long")
    for n in range(39):
        assert siti.says(str(n % 5)) == [f"Q{n + 1}?"]
    siti.says("0")
    assert siti.db.lines == [str(sum(n % 5 for n in range(39)))]


def test_replay_never_reads_a_text_again():
    """ "Besok" stays the day it meant when it was said."""
    siti = Siti(asking(Date("day", "Day?"), TOWN))
    siti.says("/plain")
    siti.says("besok")
    assert siti.open.answers["day"].raw == "besok"
    assert siti.open.answers["day"].reader == "date"
    siti.later(days=3)
    siti.says("Malang")
    siti.taps("Go on")
    siti.says("Malang")
    assert siti.db.lines == [repr([date(2026, 11, 24), "Malang"])]


def test_a_better_reader_does_not_change_old_answers():
    siti = Siti(asking(Line("x", "X?", check=str.lower), TOWN))
    siti.says("/plain")
    siti.says("Batik")
    siti.deploy(asking(Line("x", "X?", check=str.upper), TOWN))
    siti.says("Malang")
    assert siti.db.lines == ["['batik', 'Malang']"]


def test_optional_questions_can_be_skipped_by_tap_and_by_word():
    siti = Siti(asking(optional(YesNo("a", "A?")), optional(Line("b", "B?")), optional(Photo("c", "C?"))))
    siti.says("/plain")
    assert siti.labels == ["Yes", "No", "Skip"]
    siti.taps("Skip")
    siti.says("lewati")
    siti.sends(File("f", 10, "image/jpeg", 3, 4))
    assert siti.db.lines == [repr([None, None, File("f", 10, "image/jpeg", 3, 4)])]


def test_a_flow_that_asks_one_key_twice_is_told_so():
    siti = Siti(asking(NAME, Line("name", "Again?")))
    siti.says("/plain")
    with pytest.raises(FlowError, match=r"'plain'.*'name'"):
        siti.says("Siti")


def test_what_is_said_is_shown_once():
    @flow("chatty", command="chatty")
    def chatty(chat: Chat, db: Notes) -> None:
        chat.say("1")
        chat.ask(Number("a", "A?"))
        chat.say("2")
        chat.say("3")
        chat.ask(Number("b", "B?"))
        chat.say("4")

    siti = Siti(chatty)
    assert siti.says("/chatty") == ["1", "A?"]
    assert siti.says("x") == ["Please type a number from 0 to 1000000.", "A?"]
    assert siti.says("5") == ["2", "3", "B?"]
    assert siti.says("x") == ["Please type a number from 0 to 1000000.", "B?"]
    assert siti.says("kembali") == ["A?"], "what was said before it she has seen"
    assert siti.says("6") == ["2", "3", "B?"]
    assert siti.says("6") == ["4"]
