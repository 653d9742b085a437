"""The platform is as strict as the real one: what it takes, what it refuses, and in which words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.simulator.platform import Platform

from .conftest import OFFICERS, Call, MovedClock

ME = 700_000_001


def keys(data: str) -> str:
    return json.dumps({"inline_keyboard": [[{"text": "Ya", "callback_data": data}]]})


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("sendMessage", {"text": "x"}, 400, "chat_id is empty"),
    ("sendMessage", {"chat_id": 5, "text": "x"}, 400, "chat not found"),
    ("sendMessage", {"chat_id": "siti", "text": "x"}, 400, "chat not found"),
    ("sendMessage", {"chat_id": ME}, 400, "message text is empty"),
    ("sendMessage", {"chat_id": ME, "text": " \n "}, 400, "message text is empty"),
    ("sendMessage", {"chat_id": ME, "text": "x" * 4097}, 400, "message is too long"),
    ("sendMessage", {"chat_id": ME, "text": "😀" * 2049}, 400, "message is too long"),
    ("sendMessage", {"chat_id": ME, "text": "\ud800"}, 400, "strings must be encoded in UTF-8"),
    ("sendMessage", {"chat_id": ME, "text": "x", "parse_mode": "Wiki"}, 400, "unsupported parse_mode"),
    ("sendMessage", {"chat_id": ME, "text": "x", "entities": "[{"}, 400, "can't parse entities"),
    (
        "sendMessage",
        {"chat_id": ME, "text": "Hai", "entities": [{"type": "bold", "offset": 2, "length": 2}]},
        400,
        "ends after the end of the text at UTF-16 offset 3",
    ),
    (
        "sendMessage",
        {"chat_id": ME, "text": "😀!", "entities": [{"type": "bold", "offset": 1, "length": 1}]},
        400,
        "in a middle of a UTF-16 symbol",
    ),
    ("sendMessage", {"chat_id": ME, "text": "<b>Siti", "parse_mode": "HTML"}, 400, "Can't find end tag"),
    ("sendMessage", {"chat_id": ME, "text": "a < b", "parse_mode": "HTML"}, 400, "can't parse entities"),
    ("sendMessage", {"chat_id": ME, "text": "<b>x</i>", "parse_mode": "HTML"}, 400, "Unmatched end tag"),
    ("sendMessage", {"chat_id": ME, "text": "x</b>", "parse_mode": "HTML"}, 400, "Unexpected end tag"),
    ("sendMessage", {"chat_id": ME, "text": "<h1>x</h1>", "parse_mode": "HTML"}, 400, 'Unsupported start tag "h1"'),
    ("sendMessage", {"chat_id": ME, "text": "x", "reply_markup": keys("")}, 400, "BUTTON_DATA_INVALID"),
    ("sendMessage", {"chat_id": ME, "text": "x", "reply_markup": keys("é" * 33)}, 400, "BUTTON_DATA_INVALID"),
    (
        "sendMessage",
        {"chat_id": ME, "text": "x", "reply_markup": '{"inline_keyboard": [[{"text": "Ya"}]]}'},
        400,
        "unallowed in the inline keyboard",
    ),
    ("sendMessage", {"chat_id": ME, "text": "x", "reply_markup": "[1]"}, 400, "object expected as reply markup"),
    ("sendMessage", {"chat_id": ME, "text": "x", "reply_markup": '{"keyboard": []}'}, 400, "no buttons"),
    ("sendPhoto", {"chat_id": ME}, 400, "there is no photo in the request"),
    ("sendPhoto", {"chat_id": ME, "photo": "F9-no"}, 400, "wrong file identifier"),
    ("sendPhoto", {"chat_id": ME, "photo": "x", "caption": "x" * 1025}, 400, "message caption is too long"),
    ("sendDocument", {"chat_id": ME, "document": "attach://a"}, 400, "there is no document in the request"),
    ("editMessageText", {"chat_id": ME, "message_id": 99, "text": "x"}, 400, "message to edit not found"),
    ("editMessageText", {"chat_id": ME, "message_id": 1, "text": "x"}, 400, "message can't be edited"),
    ("deleteMessage", {"chat_id": ME, "message_id": 99}, 400, "message to delete not found"),
    ("answerCallbackQuery", {"callback_query_id": "1"}, 400, "query is too old"),
    ("sendChatAction", {"chat_id": ME, "action": "dancing"}, 400, "wrong parameter action"),
    ("getFile", {"file_id": "nothing"}, 400, "wrong file_id"),
    ("setWebhook", {"url": "http://example.com/"}, 400, "bad webhook"),
    ("setWebhook", {"url": "http://127.0.0.1/", "secret_token": "a b"}, 400, "unallowed characters"),
    ("setMyCommands", {"commands": '[{"command": "Daftar!", "description": "x"}]'}, 400, "BOT_COMMAND_INVALID"),
    ("sendPigeon", {}, 404, "method not found"),
]


@pytest.mark.parametrize(("method", "params", "status", "words"), REFUSED)
def test_what_is_refused(
    platform: Platform, call: Call, method: str, params: dict[str, Any], status: int, words: str
) -> None:
    platform.start(ME)

    got, body = call(method, **params)

    assert (got, body["error_code"], body["ok"]) == (status, status, False)
    assert words in body["description"]
    assert platform.sent == []


@pytest.mark.parametrize(("token", "status"), [("999:unknown", 401), ("nonsense", 404), ("111:other", 401)])
def test_a_wrong_token_is_refused_as_the_real_one_does(call: Call, token: str, status: int) -> None:
    assert call("getMe", token=token)[0] == status


def test_a_text_may_have_4096_units_counted_in_utf16(platform: Platform, call: Call) -> None:
    platform.start(ME)
    assert call("sendMessage", chat_id=ME, text="😀" * 2048)[0] == 200
    assert call("sendMessage", chat_id=str(ME), text="x" * 4096, reply_markup=keys("d" * 64))[0] == 200


def test_a_bot_cannot_write_first(platform: Platform, call: Call) -> None:
    status, body = call("sendMessage", chat_id=ME, text="Selamat pagi")
    assert (status, body["description"]) == (403, "Forbidden: bot can't initiate conversation with a user")

    platform.start(ME)
    assert call("sendMessage", chat_id=ME, text="Selamat pagi")[0] == 200
    assert call("sendMessage", token=OFFICERS, chat_id=ME, text="Selamat pagi")[0] == 403


def test_who_blocked_or_left_cannot_be_written_to(platform: Platform, call: Call) -> None:
    platform.start(ME)
    platform.block(ME)
    assert call("sendMessage", chat_id=ME, text="x")[1]["description"] == "Forbidden: bot was blocked by the user"
    with pytest.raises(ValueError, match="blocked"):
        platform.say(ME, "halo")

    platform.unblock(ME)
    assert call("sendMessage", chat_id=ME, text="x")[0] == 200
    platform.deactivate(ME)
    assert call("sendMessage", chat_id=ME, text="x")[1]["description"] == "Forbidden: user is deactivated"


def test_html_becomes_text_and_entities_in_utf16(platform: Platform, call: Call) -> None:
    platform.start(ME)
    source = "  😀 <b>Siti &amp; <i>Budi</i></b> &copy; <a href='https://contoh.id/?a=1&amp;b=2'>peta</a>"

    _, body = call("sendMessage", chat_id=ME, text=source, parse_mode="HTML")

    assert body["result"]["text"] == "😀 Siti & Budi &copy; peta"
    assert body["result"]["entities"] == [
        {"type": "bold", "offset": 3, "length": 11},
        {"type": "italic", "offset": 10, "length": 4},
        {"type": "text_link", "url": "https://contoh.id/?a=1&b=2", "offset": 22, "length": 4},
    ]


def test_space_around_a_text_goes_and_its_entities_move(platform: Platform, call: Call) -> None:
    platform.start(ME)
    bold = [{"type": "bold", "offset": 1, "length": 5}]
    _, body = call("sendMessage", chat_id=ME, text="\n Hai \n", entities=json.dumps(bold))
    assert body["result"]["text"] == "Hai"
    assert body["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 3}]


def test_edits(platform: Platform, call: Call) -> None:
    platform.start(ME)
    number = call("sendMessage", chat_id=ME, text="Setuju?", reply_markup=keys("ya"))[1]["result"]["message_id"]
    same = call("editMessageText", chat_id=ME, message_id=number, text="Setuju?", reply_markup=keys("ya"))
    assert same[0] == 400
    assert "message is not modified" in same[1]["description"]

    without = call("editMessageText", chat_id=ME, message_id=number, text="Setuju?")[1]["result"]
    assert "reply_markup" not in without
    again = call("editMessageReplyMarkup", chat_id=ME, message_id=number, reply_markup=keys("b"))[1]["result"]
    assert again["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "b"
    assert call("deleteMessage", chat_id=ME, message_id=number)[1]["result"] is True
    assert call("editMessageReplyMarkup", chat_id=ME, message_id=number)[0] == 400


def test_a_message_with_a_reply_keyboard_cannot_be_edited(platform: Platform, call: Call) -> None:
    platform.start(ME)
    board = {"keyboard": [[{"text": "Bagikan nomor", "request_contact": True}]], "resize_keyboard": True}
    number = call("sendMessage", chat_id=ME, text="Nomor HP?", reply_markup=board)[1]["result"]["message_id"]
    assert call("editMessageText", chat_id=ME, message_id=number, text="x")[0] == 400

    chat = platform.chats[111, ME]
    assert chat.keyboard == board
    call("sendMessage", chat_id=ME, text="Terima kasih", reply_markup={"remove_keyboard": True})
    assert chat.keyboard is None


def test_a_tap_has_to_be_answered_within_a_minute(platform: Platform, call: Call, clock: MovedClock) -> None:
    platform.start(ME)
    number = call("sendMessage", chat_id=ME, text="Setuju?", reply_markup=keys("ya"))[1]["result"]["message_id"]
    first, second = platform.tap(ME, number, "Ya"), platform.tap(ME, number, "ya")
    clock.move(60)
    assert call("answerCallbackQuery", callback_query_id=first, text="Baik")[1]["result"] is True
    clock.move(1)
    status, body = call("answerCallbackQuery", callback_query_id=second)
    assert (status, "query is too old" in body["description"]) == (400, True)


def test_files_go_up_and_come_down(platform: Platform, call: Call, png: bytes) -> None:
    platform.start(ME)
    photo = call("sendPhoto", chat_id=ME, caption="Denah", files={"photo": ("d.png", png, "image/png")})[1]["result"]
    assert [(size["width"], size["height"]) for size in photo["photo"]] == [(320, 160), (400, 200)]

    again = call("sendPhoto", chat_id=ME, photo=photo["photo"][-1]["file_id"])
    assert again[0] == 200
    foreign = call("getFile", token=OFFICERS, file_id=photo["photo"][-1]["file_id"])
    assert foreign[0] == 400

    found = call("getFile", file_id=photo["photo"][-1]["file_id"])[1]["result"]
    assert found["file_size"] == len(png)
    broken = call("sendPhoto", chat_id=ME, files={"photo": ("d.png", b"text", "image/png")})
    assert "IMAGE_PROCESS_FAILED" in broken[1]["description"]
    paper = call(
        "sendDocument", chat_id=ME, document="attach://f", files={"f": ("Laporan.pdf", b"%PDF", "application/pdf")}
    )
    assert paper[1]["result"]["document"]["file_name"] == "Laporan.pdf"


def test_rates_are_off_until_switched_on(platform: Platform, call: Call, clock: MovedClock) -> None:
    platform.start(ME)
    assert {call("sendMessage", chat_id=ME, text="x")[0] for _ in range(60)} == {200}

    platform.limits.on()
    assert [call("sendMessage", chat_id=ME, text="x")[0] for _ in range(21)] == [200] * 20 + [429]
    _, body = call("sendMessage", chat_id=ME, text="x")
    assert body["parameters"]["retry_after"] == 6  # asked inside the 3 seconds: longer
    clock.move(5.9)
    assert call("sendMessage", chat_id=ME, text="x")[1]["parameters"]["retry_after"] == 4
    clock.move(4)
    assert call("sendMessage", chat_id=ME, text="x")[0] == 200


def test_the_bulk_rate_does_not_bind_answers(platform: Platform, call: Call, clock: MovedClock) -> None:
    people = [platform.add_user(f"Orang {n}").id for n in range(40)]
    for person in people:
        platform.start(person)
    clock.move(3600)
    platform.limits.on()
    assert [call("sendMessage", chat_id=person, text="Info")[0] for person in people].count(429) == 10

    platform.say(people[-1], "halo")
    assert call("sendMessage", chat_id=people[-1], text="Halo")[0] == 200


def test_what_was_sent_is_listed_in_order(platform: Platform, call: Call, clock: MovedClock) -> None:
    platform.start(ME)
    call("sendMessage", chat_id=ME, text="satu")
    clock.move(2)
    call("sendMessage", chat_id=ME, text="")
    call("sendChatAction", chat_id=ME, action="typing")
    call("editMessageText", chat_id=ME, message_id=2, text="dua")
    assert [(one.method, one.chat, one.message, one.at) for one in platform.sent] == [
        ("sendMessage", ME, 2, 1000.0),
        ("sendChatAction", ME, 0, 1002.0),
        ("editMessageText", ME, 2, 1002.0),
    ]
    assert platform.sent[-1].params["text"] == "dua"
