"""What an answer can come to: a value, a reason why not, a doubt, a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from bot.chat.flow import Chat, Flow, FlowError, Refused, flow
from bot.chat.questions import Choice, Draw, Line, Number, Outcome, Question, Said, YesNo
from bot.chat.reading import Invalid, Reading, Unsure
from bot.chat.text import Rupiah, t
from tests.chat.kernel import Notes, Siti, signup


@dataclass(frozen=True, slots=True)
class Price(Question[int]):
    """Sure of digits, unsure of digits with a "k", torn between two readings of digits with an "m"."""

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[int]:
        text = said.text.strip()
        digits, unit = text.rstrip("km"), text[-1:]
        if not digits.isdecimal():
            return Invalid(t("Digits, please."))
        amount = int(digits)
        if unit == "k":
            return Unsure(amount * 1000, t("{amount}, is that right?", amount=Rupiah(amount * 1000)))
        if unit == "m":
            both = ((t("{a} million", a=amount), amount * 10**6), (t("{a} billion", a=amount), amount * 10**9))
            return Unsure(both[0][1], t("Million or billion?"), both)
        return amount

    def restore(self, kept: Any) -> int:
        return int(kept)


def pricing(price: Question[Any]) -> Flow:
    @flow("price", command="price")
    def pricing(chat: Chat, db: Notes) -> None:
        chat.ask(Line("what", "What?"))
        db.write(repr(chat.ask(price)))
        chat.say("DONE")

    return pricing


@pytest.fixture
def siti() -> Siti:
    siti = Siti(pricing(Price("price", "Price?")))
    siti.says("/price")
    assert siti.says("Batik") == ["Price?"]
    return siti


def test_a_value_is_kept_with_what_was_typed(siti: Siti):
    siti.says("500")
    assert siti.db.lines == ["500"]


def test_an_answer_that_cannot_be_used_is_told_why_and_asked_again(siti: Siti):
    assert siti.says("much") == ["Digits, please.", "Price?"]
    assert siti.reply.outcome == "invalid"
    assert siti.open.waiting == "price"


@pytest.mark.parametrize("yes", ["[Yes, that's right]", "ya", "betul"])
def test_a_doubt_is_settled_by_yes(siti: Siti, yes: str):
    assert siti.says("500k") == ["Rp500.000, is that right?"]
    assert siti.labels == ["Yes, that's right", "No"]
    pending = siti.open.pending
    assert pending is not None
    assert (pending.raw, pending.value) == ("500k", 500_000)
    assert (siti.taps(yes.strip("[]")) if yes[0] == "[" else siti.says(yes)) == ["DONE"]
    assert siti.db.lines == ["500000"]


@pytest.mark.parametrize("no", ["[No]", "bukan", "tidak"])
def test_a_doubt_is_undone_by_no(siti: Siti, no: str):
    siti.says("500k")
    assert (siti.taps(no.strip("[]")) if no[0] == "[" else siti.says(no)) == ["Price?"]
    assert siti.open.pending is None
    siti.says("7")
    assert siti.db.lines == ["7"]


def test_a_doubt_is_settled_by_a_new_answer(siti: Siti):
    siti.says("500k")
    assert siti.says("600") == ["DONE"]
    assert siti.db.lines == ["600"]


def test_a_doubt_is_replaced_by_a_new_doubt(siti: Siti):
    siti.says("500k")
    assert siti.says("700k") == ["Rp700.000, is that right?"]
    siti.says("ya")
    assert siti.db.lines == ["700000"]


@pytest.mark.parametrize("choice", ["[2 billion]", "2 billion", "2"])
def test_a_doubt_is_settled_by_a_choice(siti: Siti, choice: str):
    assert siti.says("2m") == ["Million or billion?"]
    assert siti.labels == ["2 million", "2 billion", "None of these"]
    assert (siti.taps(choice.strip("[]")) if choice[0] == "[" else siti.says(choice)) == ["DONE"]
    assert siti.db.lines == [str(2 * 10**9)]


def test_none_of_the_choices_asks_again(siti: Siti):
    siti.says("2m")
    assert siti.taps("None of these") == ["Price?"]


def test_yes_to_a_choice_of_two_is_no_answer(siti: Siti):
    siti.says("2m")
    assert siti.says("ya") == ["Digits, please.", "Price?"]


def test_a_button_of_an_earlier_doubt_does_not_settle_a_later_one(siti: Siti):
    siti.says("2m")
    siti.says("3m")
    assert siti.taps("2 billion", bubble=-2)[-1] == "Million or billion?"
    assert siti.labels[0] == "3 million"
    assert siti.reply.outcome == "stale"
    siti.taps("3 million")
    assert siti.db.lines == [str(3 * 10**6)]


@pytest.mark.parametrize("label", ["No", "Yes, that's right"])
def test_a_double_tap_under_a_doubt_is_only_acknowledged(siti: Siti, label: str):
    siti.says("500k")
    siti.taps(label)
    assert siti.taps(label, bubble=2) == []
    assert [(m.op, m.callback) for m in siti.reply.messages] == [("answer", "c")]


def test_an_option_of_the_question_itself_is_an_answer_while_a_doubt_is_open():
    @dataclass(frozen=True, slots=True)
    class Torn(YesNo):
        def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[bool]:
            if said.text == "maybe":
                return Unsure(True, t("Yes, is that right?"))
            return YesNo.read(self, said, reading, draw)

    siti = Siti(pricing(Torn("price", "Sure?")))
    siti.says("/price")
    siti.says("Batik")
    siti.says("maybe")
    assert siti.taps("No", bubble=-2) == ["DONE"], "the No of the question, not of the doubt"
    assert siti.db.lines == ["False"]


def test_a_doubt_outlives_a_deploy_that_changes_its_question(siti: Siti):
    siti.says("2m")
    siti.deploy(pricing(Choice("price", "Price?", (("low", "Low"),))))
    assert siti.taps("2 million") == ["Price?"]
    siti.says("low")
    assert siti.db.lines == ["'low'"]


# A refusal


def booking(seats: list[int], key: str | None) -> Flow:
    @flow("book", command="book")
    def book(chat: Chat, db: Notes) -> None:
        chat.say("Welcome!")
        day = chat.ask(Number("day", "Day?", label="day"))
        chat.say("Nearly done.")
        chat.ask(Line("who", "Who?", label="who"))
        chat.review("All right?")
        db.write(f"begun {day}")
        if day not in seats:
            raise Refused("That day is full.", key)
        db.write(f"booked {day}")
        chat.say("BOOKED")

    return book


def test_a_refusal_with_a_key_undoes_tells_and_asks_that_key_again():
    siti = Siti(booking([5], "day"))
    for words in ("/book", "4", "Siti"):
        siti.says(words)
    assert siti.taps("All correct") == ["That day is full.", "Day?"]
    assert siti.reply.outcome == "refused"
    assert siti.db.lines == [], "what was written is taken back"
    assert siti.says("5") == ["All right?", "• day: 5", "• who: Siti"], "the other answers are kept"
    assert siti.taps("All correct") == ["BOOKED"]
    assert siti.db.lines == ["begun 5", "booked 5"]


def test_a_refusal_without_a_key_undoes_tells_and_ends_the_talk():
    siti = Siti(booking([5], None))
    for words in ("/book", "4", "Siti"):
        siti.says(words)
    assert siti.taps("All correct") == ["That day is full."]
    assert siti.reply.outcome == "refused"
    assert siti.db.lines == []
    assert siti.talks.open is None


def test_a_refusal_of_a_question_that_is_never_asked_is_told_to_the_developer():
    @flow("odd", command="odd")
    def odd(chat: Chat, db: Notes) -> None:
        chat.ask(Number("day", "Day?"))
        raise Refused("FULL", "nowhere")

    siti = Siti(odd)
    siti.says("/odd")
    with pytest.raises(FlowError, match=r"'odd'.*'nowhere'"):
        siti.says("4")


# A wish or a question in an open line


def test_a_wish_typed_into_a_line_is_asked_back():
    siti = Siti(signup)
    siti.says("/signup")
    assert siti.says("info") == ['Should "info" be your answer?']
    assert siti.labels == ["Yes, that's right", "No", "Help"]
    assert siti.taps("Help") == ["HELP", 'Should "info" be your answer?'], "the open doubt comes again"
    assert siti.says("ya") == ["Running?"]
    assert siti.values == {"name": "info"}


def test_a_question_typed_into_a_line_is_asked_back():
    siti = Siti(signup)
    siti.says("/signup")
    assert siti.says("Do I have to pay? ") == ['Should "Do I have to pay?" be your answer?']
    assert siti.says("tidak") == ["Name?"]
    assert siti.says("Siti") == ["Running?"]


def test_a_wish_that_is_no_answer_here_is_followed():
    siti = Siti(signup)
    for words in ("/signup", "Siti"):
        siti.says(words)
    assert siti.says("info") == ["HELP", "Running?"]


def test_a_line_that_is_only_a_name_is_not_asked_back():
    siti = Siti(signup)
    siti.says("/signup")
    assert siti.says("Info Batik") == ["Running?"]
