"""Wishes said in free words: with nothing open, and in place of an answer. And the words that stop us."""

from __future__ import annotations

import pytest

from bot.chat.flow import Chat, FlowError, Flows, flow
from bot.chat.questions import Choice, Line
from tests.chat.kernel import KINDS, Notes, Siti, signup


class Told(Line):
    """A line of its own kind."""


@flow("ask", words=("petugas",), title="Officer", intents=("bicara_petugas",))
def ask(chat: Chat, db: Notes) -> None:
    db.write(chat.ask(Told("about", "About what?")))
    chat.say("TOLD")


@flow("wish")
def wish(chat: Chat, db: Notes) -> None:
    db.write("wish " + chat.ask(Line("topic", "Which?")))
    chat.say("NOTED")


@flow("thanks", words=("suwun",), intents=("terima_kasih",))
def thanks(chat: Chat, db: Notes) -> None:
    chat.say("WELCOME, " + chat.talk.given.get("heard", "nobody"))


@flow("shop", command="shop")
def shop(chat: Chat, db: Notes) -> None:
    chat.ask(Choice("kind", "Kind?", KINDS))
    db.write(chat.ask(Line("name", "Name?")))
    chat.say("DONE")


@pytest.fixture
def siti() -> Siti:
    return Siti(signup, ask, wish, thanks, shop)


def named(siti: Siti) -> Siti:
    """Siti at the name of her shop."""
    siti.says("/shop")
    siti.taps("Food")
    return siti


def test_an_intent_has_one_flow():
    @flow("other", intents=("bicara_petugas",))
    def other(chat: Chat, db: Notes) -> None: ...

    with pytest.raises(FlowError, match="'bicara_petugas' already starts 'ask'"):
        Flows([ask, other])


def test_a_sure_intent_starts_the_flow_that_serves_it_with_her_words(siti: Siti):
    assert siti.says("matur nuwun nggih") == ["WELCOME, matur nuwun nggih"]
    assert siti.says("mau bicara sama petugas") == ["About what?"]
    assert siti.says("is it free?") == ["TOLD"], "a question is what is wanted there"
    assert siti.db.lines == ["is it free?"]


def test_an_intent_that_nothing_serves_is_a_wish(siti: Siti):
    assert siti.says("cara urus halal") == ["NOTED"]
    assert siti.db.lines == ["wish halal"]
    assert siti.says("ya") == ["TOLD"]
    assert siti.db.lines == ["wish halal", "cara urus halal"]


def test_without_these_flows_there_is_the_menu():
    siti = Siti(signup)
    for words in ("cara urus halal", "mau bicara sama petugas", "pelatihan", "jadi gimana", "jadi gimana"):
        assert siti.says(words)[1:] == ["MENU"]
    assert siti.talks.missed is None


def test_the_missed_words_are_kept_within_bounds(siti: Siti):
    siti.says("a b " * 1000)
    siti.says("c d " * 1000)
    missed = siti.talks.missed
    assert missed is not None
    assert (len(missed.words), missed.times, missed.offered) == (1000, 2, True)
    assert siti.taps("Yes, to an officer") in (["TOLD"], ["About what?"])


@pytest.mark.parametrize("name", ["Pelatihan Jahit Bu Siti", "Kopi Halal", "Batik Ekspor", "Petugas Kebersihan Jaya"])
def test_a_name_that_sounds_like_a_topic_is_a_name(siti: Siti, name: str):
    assert named(siti).says(name) == ["DONE"]
    assert siti.db.lines == [name]


@pytest.mark.parametrize("name", ["Mau Ngopi", "Info Kita", "Bisa Jaya", "Tolong Menolong"])
def test_a_name_with_a_word_of_wishing_is_a_name(siti: Siti, name: str):
    assert named(siti).says(name) == ["DONE"]


def test_a_wish_in_place_of_a_name_is_asked_back(siti: Siti):
    named(siti)
    assert siti.says("mau bicara sama petugas") == ['Should "mau bicara sama petugas" be your answer?']
    assert siti.labels == ["Yes, that's right", "No", "Talk to an officer"]
    assert siti.taps("Talk to an officer") == ["About what?"]
    assert siti.says("x")[:2] == ["TOLD", "Now back to where we were."]


def test_a_wish_that_nothing_serves_is_asked_back_and_noted(siti: Siti):
    named(siti)
    siti.says("gimana cara urus halal")
    assert siti.taps("About halal") == ["NOTED", 'Should "gimana cara urus halal" be your answer?']
    assert siti.says("ya") == ["DONE"]
    assert siti.db.lines == ["wish halal", "gimana cara urus halal"]


def test_a_wish_in_place_of_a_choice_is_followed(siti: Siti):
    siti.says("/shop")
    assert siti.says("mau bicara sama petugas") == ["About what?"]
    siti.says("x")
    assert siti.open.flow == "shop"


@pytest.mark.parametrize("words", ["halal", "dekat kantor", "gimana cara urus halal"])
def test_what_only_sounds_like_a_wish_is_an_answer_that_does_not_fit(siti: Siti, words: str):
    siti.says("/shop")
    assert siti.says(words) == ["Please choose one of these.", "Kind?"]


# Stop words


@pytest.mark.parametrize("words", ["stop", "BERHENTI!", "jangan kirim pesan lagi", "ojo ngirim wa maneh", "/stop"])
def test_stop_is_heard_at_once_and_everywhere(siti: Siti, words: str):
    assert siti.says(words) == ["STOPPED"]
    named(siti)
    assert siti.says(words) == ["STOPPED"]
    assert siti.open.waiting == "name"


@pytest.mark.parametrize("name", ["Stok Jaya", "Stop Motion Studio", "Kedai Berhenti Sejenak"])
def test_a_name_is_no_stop(siti: Siti, name: str):
    assert named(siti).says(name) == ["DONE"]


def test_keluar_leaves_the_open_talk_and_with_nothing_open_it_is_a_stop(siti: Siti):
    named(siti)
    assert siti.says("keluar")[0] == "All right, we stop here. You can start again whenever you like."
    assert siti.says("keluar") == ["STOPPED"]


def test_a_stop_of_one_kind_says_which(siti: Siti):
    siti.says("stop info pelatihan")
    assert siti.db.lines == ["stop"]


@pytest.mark.parametrize("words", ["mulai", "start", "kirim info lagi", "unstop"])
def test_whoever_wants_to_hear_from_us_again_is_heard(siti: Siti, words: str):
    assert siti.says(words) == ["WELCOME"]
    siti.says("/shop")
    assert siti.says(words) == ["WELCOME", "Kind?"]
    siti.taps("Food")
    assert siti.says(words) == ["WELCOME", "Name?"], "not the name of a shop"
    assert siti.says("Batik") == ["DONE"]


def test_a_choice_called_like_that_is_still_a_choice():
    @flow("check", command="check")
    def check(chat: Chat, db: Notes) -> None:
        chat.say(chat.ask(Choice("go", "Ready?", (("go", "Mulai"), ("later", "Nanti saja")))))

    siti = Siti(check)
    siti.says("/check")
    assert siti.says("mulai") == ["go"]
