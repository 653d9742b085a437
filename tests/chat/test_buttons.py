"""A button names its question; only the person it was made for can press it, and it does a thing once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import handlers
from bot.chat.buttons import LIMIT, Answered, Buttons, Start, short
from bot.chat.conversation import Conversation
from bot.chat.flow import Chat, FlowError, Flows, Person, flow
from bot.chat.messages import Incoming
from bot.chat.questions import Number
from bot.chat.talk import Talks
from tests.chat.kernel import MONDAY, Notes, Siti, menu, signup

BUTTONS = Buttons(b"secret")
PEOPLE = st.integers(1, 2**62)
ANSWERS = st.builds(
    Answered, st.integers(1, 2**30), st.text(max_size=20).map(short), st.from_regex(r"[=a-z0-9.]{1,20}", fullmatch=True)
)
WORDS = st.from_regex(r"[A-Za-z0-9_.=]{1,8}", fullmatch=True)
KEYS = st.from_regex(r"[a-z0-9_.]{1,8}", fullmatch=True)
STARTS = st.builds(Start, KEYS, st.dictionaries(KEYS, WORDS, max_size=2))


def sign(person: int, tap: Answered | Start) -> str:
    if isinstance(tap, Start):
        return BUTTONS.start(person, tap.flow, tap.given)
    return BUTTONS._sign(person, f"q{tap.talk:x}.{tap.key}.{tap.code}")  # pyright: ignore[reportPrivateUsage]


@given(PEOPLE, ANSWERS | STARTS)
def test_what_was_signed_is_read_and_fits(person: int, tap: Answered | Start):
    data = sign(person, tap)
    assert BUTTONS.read(person, data) == tap
    assert len(data.encode()) <= LIMIT


@given(PEOPLE, PEOPLE, ANSWERS | STARTS)
def test_only_the_person_it_was_made_for_can_press_it(one: int, other: int, tap: Answered | Start):
    assert (BUTTONS.read(other, sign(one, tap)) == tap) == (one == other)


@given(PEOPLE, ANSWERS | STARTS, st.data())
def test_a_changed_byte_is_noticed(person: int, tap: Answered | Start, data: st.DataObject):
    signed = sign(person, tap)
    at = data.draw(st.integers(0, len(signed) - 1))
    other = data.draw(st.characters().filter(lambda c: c != signed[at]))
    assert BUTTONS.read(person, signed[:at] + other + signed[at + 1 :]) is None


@given(PEOPLE, st.text(st.characters()))
def test_nonsense_is_no_button(person: int, data: str):
    assert BUTTONS.read(person, data) is None


def test_another_installation_signs_otherwise():
    assert Buttons(b"other").read(7, BUTTONS.start(7, "menu", {})) is None


@pytest.mark.parametrize(
    ("name", "arguments"), [("a;b", {}), ("a", {"k": "x;y"}), ("a", {"k;": "x"}), ("a", {"k=": "x"})]
)
def test_what_could_be_read_otherwise_is_not_signed(name: str, arguments: dict[str, str]):
    with pytest.raises(ValueError, match="a button"):
        BUTTONS.start(7, name, arguments)


def test_a_button_that_would_be_too_long_is_not_signed():
    with pytest.raises(ValueError, match="at most"):
        BUTTONS.start(7, "enrol", {"note": "x" * 60})


def test_no_flow_of_the_product_has_a_name_too_long_for_a_button():
    for found in Flows.find(handlers).by_name.values():
        assert len(BUTTONS.start(2**62, found.name, {}).encode()) <= LIMIT


def answered() -> Siti:
    siti = Siti(signup)
    siti.says("/signup")
    siti.says("Siti")
    siti.taps("Yes")
    return siti


def test_a_double_tap_is_only_acknowledged():
    siti = answered()
    kept = siti.kept
    assert siti.taps("Yes", bubble=-2) == []
    assert [(m.op, m.callback) for m in siti.reply.messages] == [("answer", "c")]
    assert siti.kept == kept


def test_a_double_tap_on_the_last_button_of_a_talk_is_only_acknowledged():
    siti = answered()
    siti.taps("Food")
    siti.taps("All correct")
    assert siti.taps("All correct", bubble=-2) == []
    assert siti.reply.outcome == "repeated"
    assert siti.db.lines == ["Siti/True/food"]


def test_another_button_of_a_question_that_is_over_gets_the_current_one():
    siti = answered()
    assert siti.taps("No", bubble=-2) == ["That button belongs to an earlier question.", "Kind?"]
    assert siti.values["running"] is True


def test_a_button_of_an_old_talk_gets_the_current_question():
    siti = answered()
    siti.says("batal")
    siti.taps("Yes, stop")
    siti.says("/signup")
    assert siti.taps("Food", bubble=2) == ["That button belongs to an earlier question.", "Name?"]


def test_a_button_of_an_old_talk_gets_the_menu_when_nothing_is_open():
    siti = answered()
    siti.says("batal")
    siti.taps("Yes, stop")
    assert siti.taps("Food", bubble=2) == ["That button belongs to an earlier question.", "MENU"]


def test_a_foreign_button_changes_nothing():
    siti = answered()
    before = siti.values
    budi = Person(8, "en")
    said = Conversation(siti.rules, budi, talks := Talks(), siti.db, MONDAY).hear(
        Incoming("k", "b", "button", MONDAY, button=siti.seen[-1].buttons["Food"], callback="c")
    )
    assert said.outcome == "stale"
    assert talks == Talks()
    assert siti.values == before


def test_a_button_of_a_review_names_what_it_changes_also_after_a_deploy():
    def form(*more: str):
        @flow("form", command="form")
        def form(chat: Chat, db: Notes) -> None:
            for key in (*more, "a", "b"):
                chat.ask(Number(key, f"{key}?", label=key))
            chat.review("All right?")

        return form

    siti = Siti(form())
    for words in ("/form", "1", "2"):
        siti.says(words)
    review = len(siti.seen) - 1
    siti.deploy(form("x"))
    assert siti.says("hm") == ["x?"]
    siti.says("0")
    assert siti.taps("Change b", bubble=review) == ["b?"]


@flow("buy", once=True)
def buy(chat: Chat, db: Notes) -> None:
    db.write("bought")
    chat.say("BOUGHT")


def test_a_button_that_works_once():
    siti = Siti(buy)
    assert siti.starts("buy", n="1") == ["BOUGHT"]
    assert siti.starts("buy", n="1") == []
    assert siti.reply.outcome == "repeated"
    assert siti.starts("buy", n="2") == ["BOUGHT"], "another button is another use"
    assert siti.db.lines == ["bought", "bought"]


def test_a_double_tap_on_a_button_that_starts_a_flow_with_arguments_starts_it_once():
    siti = Siti(signup)
    siti.starts("signup", name="Siti")
    number = siti.open.number
    assert siti.starts("signup", name="Siti") == ["Running?"]
    assert (siti.open.number, siti.talks.parked) == (number, None)


def test_a_button_of_a_flow_that_is_gone_or_of_the_other_desk():
    @flow("secret", desk="officers")
    def secret(chat: Chat, db: Notes) -> None:
        chat.say("SECRET")

    siti = Siti(secret)
    assert siti.starts("secret")[-1] == "MENU"
    assert siti.starts("gone")[-1] == "MENU"


def test_keys_whose_short_forms_collide_are_told_to_the_developer():
    keys = [f"k{n}" for n in range(20_000)]
    last = {short(key): key for key in keys}
    one = next(key for key in keys if last[short(key)] != key)
    two = last[short(one)]

    @flow("twins", command="twins")
    def twins(chat: Chat, db: Notes) -> None:
        chat.ask(Number(one, "1?"))
        chat.ask(Number(two, "2?"))

    siti = Siti(twins)
    siti.says("/twins")
    with pytest.raises(FlowError, match="short form"):
        siti.says("1")


def test_the_menu_shows_what_she_can_start_now():
    @flow("never", title="Never", menu=3, when=lambda person, db: False)
    def never(chat: Chat, db: Notes) -> None:
        chat.say("NEVER")

    siti = Siti(signup, never)
    assert siti.says("menu") == ["MENU"]
    assert siti.labels == ["Sign up", "Help"]
    assert siti.taps("Sign up") == ["Hello!", "Name?"]
    assert menu.name == "menu"
