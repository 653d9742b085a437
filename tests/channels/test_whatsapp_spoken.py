"""Our messages as WhatsApp's: in few bubbles, within its limits, with nobody's words turned into marks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import units
from bot.channels.whatsapp_drawing import marked, spoken
from bot.chat.messages import Attachment, Button, Message
from bot.chat.text import Drawn, Span, t

from .adapters import CATALOGS

USER, PHONE = "ID.8K2QX5M1R7T4W9Y3Z6B0N", "6281234567890"
YES, NO = Button(t("Yes"), "q1.y.mac"), Button("Tidak", "q1.n.mac")
TO = {"messaging_product": "whatsapp", "recipient_type": "individual", "recipient": USER}
PICTURE = Attachment(7, "kartu.png", "image", "image/png")
PAPER = Attachment(8, "data-saya.pdf", "document", "application/pdf")


def buttons(count: int, label: str = "Pilihan {}") -> tuple[Button, ...]:
    return tuple(Button(label.format(i), f"d{i}") for i in range(count))


def bodies(message: Message, address: str = USER, media: str = "") -> list[dict[str, Any]]:
    return [call.body for call in spoken(message, "id", CATALOGS, address, media)]


def drawn(message: Message, media: str = "") -> list[dict[str, Any]]:
    """The bubbles without what all of them have."""
    found = bodies(message, media=media)
    assert all(body.items() >= TO.items() for body in found)
    return [{name: value for name, value in body.items() if name not in TO} for body in found]


def rows(message: Message) -> list[dict[str, str]]:
    (body,) = drawn(message)
    assert body["interactive"]["type"] == "list"
    (section,) = body["interactive"]["action"]["sections"]
    return section["rows"]


def plain(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def reply(button: str, title: str) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": button, "title": title}}


def test_nothing_to_say_is_no_bubble() -> None:
    assert bodies(Message()) == []
    assert bodies(Message((" \n",))) == []


def test_words_go_in_one_bubble() -> None:
    message = Message(("hai", t("*Name:* {name}", name="Siti & <b>")))
    assert drawn(message) == [plain("hai\n\n🙏 *Nama 😀:* Siti & <b>")]


@pytest.mark.parametrize(
    ("address", "to"),
    [(USER, {"recipient": USER}), (PHONE, {"to": "+6281234567890"})],
)
def test_a_user_id_goes_before_a_number_that_needs_its_plus(address: str, to: dict[str, str]) -> None:
    (body,) = bodies(Message(("hai",)), address)
    assert {name: body[name] for name in ("to", "recipient") if name in body} == to


def test_up_to_three_short_choices_are_buttons() -> None:
    (body,) = drawn(Message(("Sudah jalan?",), (YES, NO)))
    assert body == {
        "type": "interactive",
        "interactive": {
            "type": "button",
            "body": {"text": "Sudah jalan?"},
            "action": {"buttons": [reply("q1.y.mac", "Ya"), reply("q1.n.mac", "Tidak")]},
        },
    }


@pytest.mark.parametrize(
    "choices",
    [buttons(4), buttons(10), buttons(3, "Dua puluh satu huruf{}"), (Button("Sama", "a"), Button("Sama", "b"))],
    ids=["four", "ten", "long", "twice the same"],
)
def test_what_no_buttons_can_hold_is_a_list(choices: tuple[Button, ...]) -> None:
    (body,) = drawn(Message(("Yang mana?",), choices))
    inside = body["interactive"]
    assert (inside["type"], inside["body"], inside["action"]["button"]) == ("list", {"text": "Yang mana?"}, "Choose")
    assert [row["id"] for row in rows(Message(("Yang mana?",), choices))] == [b.data for b in choices]


def test_a_row_shows_the_whole_of_a_long_label_under_its_beginning() -> None:
    label = "Makanan olahan dan minuman kemasan, termasuk katering"
    first, second = rows(Message(("Usahanya?",), (Button(label, "a"), Button("Jasa", "b"))))
    assert first == {"id": "a", "title": "Makanan olahan dan…", "description": label}
    assert second == {"id": "b", "title": "Jasa"}


def test_what_no_row_can_hold_is_numbered() -> None:
    (body,) = drawn(Message(("Yang mana?",), (Button("a" * 73, "a"), Button("b", "b"))))
    assert body == plain(f"Yang mana?\n\n1. {'a' * 73}\n2. b\n\nPlease answer with the number.")


def test_more_than_ten_choices_go_in_pages_that_come_round() -> None:
    choices = buttons(21)
    seen: list[str] = []
    first = 0
    for _ in range(3):
        *shown, more = rows(Message(("Yang mana?",), choices, first=first))
        assert len(shown) <= 9
        assert more["title"] == "Other choices"
        seen += [row["id"] for row in shown]
        name, _, place = more["id"].partition(".")
        assert name == "more"
        first = int(place)
    assert seen == [choice.data for choice in choices]
    assert first == 0


def test_a_page_that_isnt_there_is_the_first() -> None:
    assert rows(Message(("?",), buttons(11), first=999)) == rows(Message(("?",), buttons(11)))


def test_a_number_is_asked_for_only_where_the_address_tells_none() -> None:
    message = Message(("Nomor WhatsApp?",), (Button("Lewati", "s"),), share_phone=t("Share"))
    (asked,) = bodies(message, USER)
    assert asked["interactive"] == {
        "type": "request_contact_info",
        "body": {"text": "Nomor WhatsApp?\n\nOr type: Lewati"},
        "action": {"name": "request_contact_info"},
    }
    (known,) = bodies(message, PHONE)
    assert known["interactive"]["action"]["buttons"] == [reply("s", "Lewati")]


@pytest.mark.parametrize("address", [USER, PHONE])
def test_where_she_is_is_asked_for_by_whatsapp_s_own_button(address: str) -> None:
    (asked,) = bodies(Message(("Di mana usahanya?",), (Button("Lewati", "s"),), share_place=t("Share")), address)
    assert asked["interactive"] == {
        "type": "location_request_message",
        "body": {"text": "Di mana usahanya?\n\nOr type: Lewati"},
        "action": {"name": "send_location"},
    }


@pytest.mark.parametrize("op", ["answer", "unbutton", "typing"])
def test_what_whatsapp_doesnt_have_makes_no_bubble(op: Any) -> None:
    assert bodies(Message(("hai",), op=op)) == []


def test_what_was_read_is_told_along_with_the_answer() -> None:
    receipt, said = spoken(Message(("hai",), callback="wamid.1"), "id", CATALOGS, USER)
    assert receipt.may_fail
    assert receipt.body == {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}
    assert not said.may_fail


def test_typing_is_told_with_the_receipt() -> None:
    (call,) = spoken(Message(callback="wamid.1", op="typing"), "id", CATALOGS, USER)
    assert call.body["typing_indicator"] == {"type": "text"}


def test_an_edit_is_said_anew() -> None:
    assert [c.body["text"]["body"] for c in spoken(Message(("baru",), op="edit"), "id", CATALOGS, USER)] == ["baru"]


def test_a_file_goes_with_its_text_and_buttons_in_one_bubble() -> None:
    (card,) = drawn(Message(("Ini kartunya.",), file=PICTURE), "m1")
    assert card == {"type": "image", "image": {"id": "m1", "caption": "Ini kartunya."}}
    (paper,) = drawn(Message(file=PAPER), "m2")
    assert paper == {"type": "document", "document": {"id": "m2", "filename": "data-saya.pdf"}}
    (asked,) = drawn(Message(("Sudah benar?",), (YES, NO), file=PAPER), "m2")
    held = {"type": "document", "document": {"id": "m2", "filename": "data-saya.pdf"}}
    assert asked["interactive"]["header"] == held
    assert asked["interactive"]["body"] == {"text": "Sudah benar?"}
    (nameless,) = drawn(Message((), (YES, NO), file=PICTURE), "m1")
    assert nameless["interactive"]["body"] == {"text": "kartu.png"}


def test_what_doesnt_fit_under_a_file_follows_it() -> None:
    assert [body["type"] for body in drawn(Message(("a" * 1025,), file=PICTURE), "m")] == ["image", "text"]
    assert [body["type"] for body in drawn(Message(("a",), buttons(5), file=PICTURE), "m")] == ["image", "interactive"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*tebal* _miring_", "∗tebal∗ ˍmiringˍ"),
        ("**dua** ~~coret~~", "∗∗dua∗∗ ∼∼coret∼∼"),
        ("```kode\nkode```", "ˋˋˋkode\nkodeˋˋˋ"),
        ("> kutipan", "› kutipan"),
        ("5 * 3", "5 * 3"),
        ("siti_aminah_malang@contoh.id", "siti_aminah_malang@contoh.id"),
        ("https://oss.go.id/_a_/*b*", "https://oss.go.id/_a_/*b*"),
        ("2*3*4", "2*3*4"),
    ],
)
def test_nobodys_words_become_marks(text: str, shown: str) -> None:
    assert marked(Drawn(text)).text == shown


@pytest.mark.parametrize(
    ("text", "start", "length", "shown"),
    [
        ("nama Siti", 5, 4, "nama *Siti*"),
        ("a bc d", 1, 4, "a *bc* d"),
        ("satu\ndua", 0, 8, "*satu*\n*dua*"),
        ("ke-2 kali", 4, 5, "ke-2 *kali*"),
        ("kelurahan", 0, 4, "kelurahan"),
        ("nama *x", 0, 4, "*nama* ∗x"),
    ],
)
def test_bold_is_marked_where_whatsapp_shows_it(text: str, start: int, length: int, shown: str) -> None:
    assert marked(Drawn(text, (Span(start, length, "bold"),))).text == shown


def test_a_long_text_has_its_buttons_under_the_last_bubble() -> None:
    parts = ("a" * 3000, "b" * 900, "Sudah benar?")
    first, last = drawn(Message(parts, (YES, NO)))
    assert first == plain("a" * 3000)
    assert last["interactive"]["body"] == {"text": f"{'b' * 900}\n\nSudah benar?"}


WORDS = st.text(st.sampled_from("ab *_~`>😀\n"), max_size=600)
LABELS = st.text(st.sampled_from("ab c😀"), min_size=1, max_size=90)
PARTS = (WORDS.map(lambda words: words * 9) | WORDS.map(lambda words: t("*Name:* {name}", name=words))) | st.integers(
    0, 2000
).map(lambda count: "kata " * count)


def labelled(labels: list[str]) -> tuple[Button, ...]:
    return tuple(Button(label, f"d{place}") for place, label in enumerate(labels))


MESSAGES = st.builds(
    Message,
    st.lists(PARTS, max_size=4).map(tuple),
    st.lists(LABELS, max_size=14).map(labelled),
    share_phone=st.none() | st.just(t("Share")),
    share_place=st.none() | st.just(t("Share")),
    callback=st.sampled_from(["", "wamid.1"]),
    file=st.none() | st.just(PICTURE) | st.just(PAPER),
    first=st.integers(-1, 20),
)


@given(MESSAGES, st.sampled_from([USER, PHONE]))
@settings(deadline=None, max_examples=300)
def test_every_message_keeps_the_limits(message: Message, address: str) -> None:
    calls = spoken(message, "id", CATALOGS, address, "m")
    for call in calls:
        if not call.may_fail:
            keeps_the_limits(call.body)
    interactive = [call.body for call in calls if call.body.get("type") == "interactive"]
    assert not interactive or calls[-1].body is interactive[-1]


def keeps_the_limits(body: dict[str, Any]) -> None:
    if body["type"] == "text":
        assert body["text"]["body"].strip()
        assert units(body["text"]["body"]) <= 4096
        return
    if body["type"] in ("image", "document"):
        assert units(body[body["type"]].get("caption", "")) <= 1024
        return
    inside = body["interactive"]
    assert inside["body"]["text"].strip()
    assert units(inside["body"]["text"]) <= 1024
    action = inside["action"]
    if inside["type"] == "button":
        titles = [button["reply"]["title"] for button in action["buttons"]]
        assert len(set(titles)) == len(titles) <= 3
        assert all(1 <= units(title) <= 20 for title in titles)
    elif inside["type"] == "list":
        listed = [row for section in action["sections"] for row in section["rows"]]
        assert 1 <= len(listed) <= 10
        assert units(action["button"]) <= 20
        assert len({row["id"] for row in listed}) == len(listed)
        assert all(1 <= units(row["title"]) <= 24 for row in listed)
        assert all(units(row.get("description", "")) <= 72 and len(row["id"]) <= 200 for row in listed)


ACTIVE = re.compile(r"(?<![^\W_])([*_~`])(?=\S)[^\n]*?(?<=\S)\1(?![^\W_])")


@given(st.text(st.sampled_from("ab *_~`\n.>"), max_size=60), st.integers(0, 60), st.integers(0, 20))
@settings(deadline=None, max_examples=500)
def test_only_what_is_bold_is_marked(text: str, start: int, length: int) -> None:
    drawn = marked(Drawn(text, (Span(start, length, "bold"),)))
    left = drawn.text
    for span in reversed(drawn.spans):
        inside = left[span.start : span.start + span.length]
        assert re.fullmatch(r"\*\S(?:[^\n]*\S)?\*", inside)
        left = left[: span.start] + inside[1:-1] + left[span.start + span.length :]
    assert not ACTIVE.search(left)
    assert len(left) == len(text)
