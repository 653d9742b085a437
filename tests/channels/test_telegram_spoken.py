"""Our messages as calls of the Bot API."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import Call, clean, split, spoken, units
from bot.chat.messages import Button, Message
from bot.chat.text import Drawn, Span, t

from .adapters import CATALOGS

QUIET = {"link_preview_options": {"is_disabled": True}}
YES = Button(t("Yes"), "7.run.y.mac")
NO = Button("No <b>", "7.run.n.mac")
INLINE = {
    "inline_keyboard": [
        [{"text": "Ya", "callback_data": "7.run.y.mac"}],
        [{"text": "No <b>", "callback_data": "7.run.n.mac"}],
    ]
}
NO_KEYS = {"remove_keyboard": True}
PLACE = {
    "keyboard": [[{"text": "Bagikan", "request_location": True}]],
    "one_time_keyboard": True,
    "resize_keyboard": True,
}
PHONE = {
    "keyboard": [[{"text": "Bagikan", "request_contact": True}]],
    "one_time_keyboard": True,
    "resize_keyboard": True,
}


def draw(message: Message, replaces: str | None = None) -> list[Call]:
    return spoken(message, "id", CATALOGS, "5", replaces)


@pytest.mark.parametrize(
    ("message", "replaces", "calls"),
    [
        (Message(), None, []),
        (
            Message(("hai", "apa kabar")),
            None,
            [Call("sendMessage", {"chat_id": 5, "text": "hai\n\napa kabar", **QUIET})],
        ),
        (
            Message(("hai",), (YES, NO)),
            None,
            [Call("sendMessage", {"chat_id": 5, "text": "hai", **QUIET, "reply_markup": INLINE})],
        ),
        (
            Message(("nomor?",), share_phone=t("Share")),
            None,
            [Call("sendMessage", {"chat_id": 5, "text": "nomor?", **QUIET, "reply_markup": PHONE})],
        ),
        (
            Message(("di mana?",), share_place=t("Share")),
            None,
            [Call("sendMessage", {"chat_id": 5, "text": "di mana?", **QUIET, "reply_markup": PLACE})],
        ),
        (
            Message(("nomor?",), (YES, NO), share_phone=t("Share")),
            None,
            [
                Call("sendMessage", {"chat_id": 5, "text": "nomor?", **QUIET, "reply_markup": PHONE}),
                Call("sendMessage", {"chat_id": 5, "text": "Atau pilih:", **QUIET, "reply_markup": INLINE}),
            ],
        ),
        (
            Message(("baik",), no_keys=True),
            None,
            [Call("sendMessage", {"chat_id": 5, "text": "baik", **QUIET, "reply_markup": NO_KEYS})],
        ),
        (
            Message(("baik",), (YES, NO), no_keys=True),
            None,
            [
                Call("sendMessage", {"chat_id": 5, "text": "baik", **QUIET, "reply_markup": NO_KEYS}),
                Call("sendMessage", {"chat_id": 5, "text": "Please choose:", **QUIET, "reply_markup": INLINE}),
            ],
        ),
        (
            Message(("baik", "lalu?"), (YES, NO), no_keys=True),
            None,
            [
                Call("sendMessage", {"chat_id": 5, "text": "baik", **QUIET, "reply_markup": NO_KEYS}),
                Call("sendMessage", {"chat_id": 5, "text": "lalu?", **QUIET, "reply_markup": INLINE}),
            ],
        ),
        (
            Message(("hai",), callback="42"),
            None,
            [
                Call("answerCallbackQuery", {"callback_query_id": "42"}, may_fail=True),
                Call("sendMessage", {"chat_id": 5, "text": "hai", **QUIET}),
            ],
        ),
        (
            Message(("baru",), (YES, NO), op="edit"),
            "17",
            [
                Call(
                    "editMessageText",
                    {"chat_id": 5, "text": "baru", **QUIET, "reply_markup": INLINE, "message_id": 17},
                )
            ],
        ),
        (Message(("baru",), op="edit"), None, [Call("sendMessage", {"chat_id": 5, "text": "baru", **QUIET})]),
        (
            Message(("nomor?",), share_phone=t("Share"), op="edit"),
            "17",
            [Call("sendMessage", {"chat_id": 5, "text": "nomor?", **QUIET, "reply_markup": PHONE})],
        ),
        (Message(op="unbutton"), "17", [Call("editMessageReplyMarkup", {"chat_id": 5, "message_id": 17})]),
        (Message(op="unbutton"), None, []),
        (Message(op="answer", callback="42"), None, [Call("answerCallbackQuery", {"callback_query_id": "42"})]),
        (
            Message(("Sudah.",), op="answer", callback="42"),
            None,
            [Call("answerCallbackQuery", {"callback_query_id": "42", "text": "Sudah."})],
        ),
        (Message(op="typing"), None, [Call("sendChatAction", {"chat_id": 5, "action": "typing"})]),
    ],
)
def test_a_message_as_calls(message: Message, replaces: str | None, calls: list[Call]) -> None:
    assert draw(message, replaces) == calls


def test_entities_count_utf16_units() -> None:
    (call,) = draw(Message(("👍🏽 halo", t("*Name:* {name}", name="Siti *Aminah* <i>"))))
    assert call.params["text"] == "👍🏽 halo\n\n🙏 Nama 😀: Siti *Aminah* <i>"
    # 9 units of the first paragraph, 2 of the blank line, 3 of the hands and a space
    assert call.params["entities"] == [{"type": "bold", "offset": 14, "length": 8}]


def styled(params: dict[str, Any]) -> list[str]:
    """What Telegram would show in a style; fails on an entity that ends inside a character."""
    wire = params["text"].encode("utf-16-le")
    return [
        wire[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le") for e in params.get("entities", [])
    ]


PEOPLES = st.text(max_size=60) | st.text("*_`[]()<>&{}\\|~ @#/🙏😀\u202e\u200b\ud83d\0\n", max_size=40)


@given(PEOPLES, PEOPLES, PEOPLES)
@settings(deadline=None, max_examples=300)
def test_peoples_words_are_never_markup(before: str, name: str, pressed: str) -> None:
    (call,) = draw(Message((before, t("*Name:* {name}", name=name)), (Button(pressed, "x"),)))
    assert call.params["text"] == f"{clean(before)}\n\n🙏 Nama 😀: {clean(name)}"
    assert styled(call.params) == ["Nama 😀:"]
    assert "parse_mode" not in call.params
    call.params["text"].encode()  # any wire carries it
    call.params["reply_markup"]["inline_keyboard"][0][0]["text"].encode()


def test_a_long_text_is_split_at_a_line_with_the_buttons_last() -> None:
    line = "Keripik tempe 😀 Rp15.000 tersedia setiap hari"
    calls = draw(Message(("\n".join([line] * 200), t("*Name:* {name}", name="Siti")), (YES, NO)))
    texts = [call.params["text"] for call in calls]
    assert len(texts) == 3
    assert "\n".join(texts).splitlines() == [line] * 200 + ["", "🙏 Nama 😀: Siti"]
    assert all(units(text) <= 4096 for text in texts)
    assert [call.params.get("reply_markup") for call in calls] == [None, None, INLINE]
    assert [styled(call.params) for call in calls] == [[], [], ["Nama 😀:"]]


def test_a_long_edit_goes_on_in_new_messages() -> None:
    calls = draw(Message(("a" * 5000,), (YES, NO), op="edit"), "17")
    assert [(c.method, len(c.params["text"])) for c in calls] == [("editMessageText", 4096), ("sendMessage", 904)]
    assert calls[1].params["reply_markup"] == INLINE


@pytest.mark.parametrize(
    ("drawn", "limit", "pieces"),
    [
        (Drawn("satu dua\ntiga empat"), 12, [Drawn("satu dua"), Drawn("tiga empat")]),
        (Drawn("satu dua tiga"), 9, [Drawn("satu dua"), Drawn("tiga")]),
        (Drawn("😀😀😀"), 3, [Drawn("😀"), Drawn("😀"), Drawn("😀")]),
        (Drawn("abcdefg"), 3, [Drawn("abc"), Drawn("def"), Drawn("g")]),
        (  # the line end inside the style is no place to cut
            Drawn("ab cd\nef gh", (Span(3, 8, "bold"),)),
            9,
            [Drawn("ab"), Drawn("cd\nef gh", (Span(0, 8, "bold"),))],
        ),
        (  # a style with nothing before it that alone is too long
            Drawn("abcdef", (Span(0, 6, "bold"),)),
            4,
            [Drawn("abcd", (Span(0, 4, "bold"),)), Drawn("ef", (Span(0, 2, "bold"),))],
        ),
        (Drawn("xabcdef", (Span(1, 4, "bold"),)), 4, [Drawn("x"), Drawn("abcd", (Span(0, 4, "bold"),)), Drawn("ef")]),
        (Drawn("a\n\n\n\n\n\n\nb"), 4, [Drawn("a"), Drawn("b")]),
        (Drawn(" \n "), 9, []),
        (Drawn(" \n \n \n \n"), 4, []),
    ],
)
def test_where_a_text_is_cut(drawn: Drawn, limit: int, pieces: list[Drawn]) -> None:
    assert split(drawn, limit) == pieces


@st.composite
def drawn_texts(draw: st.DrawFn) -> Drawn:
    text = draw(st.text(st.sampled_from("ab😀 \n"), min_size=1, max_size=80))
    spans: list[Span] = []
    at = 0
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(at, len(text)))
        length = draw(st.integers(0, len(text) - start))
        if length:
            spans.append(Span(start, length, "bold"))
        at = start + length
    return Drawn(text, tuple(spans))


def letters(text: str) -> str:
    return "".join(text.split())


@given(drawn_texts(), st.integers(2, 30))
@settings(deadline=None, max_examples=500)
def test_a_split_loses_no_letter_and_no_style(drawn: Drawn, limit: int) -> None:
    pieces = split(drawn, limit)
    assert all(0 < units(p.text) <= limit for p in pieces)
    assert letters("".join(p.text for p in pieces)) == letters(drawn.text)
    bold = [drawn.text[s.start : s.start + s.length] for s in drawn.spans]
    still = [p.text[s.start : s.start + s.length] for p in pieces for s in p.spans]
    assert letters("".join(still)) == letters("".join(bold))


@pytest.mark.parametrize(
    ("labels", "widths"),
    [
        (["ok", *"abcdefg"], [1] * 8),
        (["Sudah benar", *"abcdefgh"], [1, 2, 2, 2, 2]),
        (["Sudah benar", *"abcdefghi"], [1, 2, 2, 2, 2, 1]),
        (["ok", "a label of a row of its own", *"abcdefgh"], [1] * 10),
    ],
)
def test_many_short_buttons_stand_two_a_row_under_the_first(labels: list[str], widths: list[int]) -> None:
    (call,) = draw(Message(("Right?",), tuple(Button(label, label) for label in labels)))
    rows = call.params["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == widths
    assert [key["text"] for row in rows for key in row] == labels
