"""Sending to Telegram: what goes over the wire, and what becomes of every refusal."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import Any

import pytest

from bot.chat.messages import Attachment, Button, Message, Sent
from bot.chat.seams import AccountRefused, Later, Never
from bot.chat.text import t

from .adapters import CATALOGS, TOKEN, Make
from .fake_api import DROP, HANG, Answer, FakeApi, fake_api, ok, opened, refusal

SECRET = TOKEN.partition(":")[2]
HELLO = Message(("hai",))
LONG = Message(("a" * 4096 + "\n" + "b" * 4096 + "\n" + "c",), (Button("Ya", "y"),))


def sent(make: Make, message: Message, *answers: tuple[str, Answer], **more: Any) -> tuple[Sent, FakeApi]:
    """Send a message, Telegram giving these answers to these methods."""

    async def run() -> tuple[Sent, FakeApi]:
        async with opened(make) as (channel, api):
            for method, answer in answers:
                api.will(method, answer)
            return await channel.send("5", message, "id", **more), api

    return asyncio.run(run())


def failed(make: Make, answer: Answer, message: Message = HELLO) -> Exception:
    with pytest.raises((Later, Never, AccountRefused)) as caught:
        sent(make, message, ("sendMessage", answer))
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return caught.value


def test_an_account_is_named_by_its_number(make: Make) -> None:
    channel = make(TOKEN, "officers", api_url="http://127.0.0.1:9")
    assert (channel.account, channel.desk) == ("telegram:7300400500", "officers")
    with pytest.raises(ValueError, match="BotFather") as caught:
        make(SECRET, "owners", api_url="http://127.0.0.1:9")
    assert SECRET not in str(caught.value)


def test_a_message_goes_over_the_wire(make: Make) -> None:
    message = Message(("🙏 hai", t("*Name:* {name}", name="Siti & <b>")), (Button(t("Yes"), "7.y"),))
    told, api = sent(make, message)
    assert told == Sent("101")
    ((method, params),) = api.calls
    assert method == "sendMessage"
    assert params == {
        "chat_id": 5,
        "text": "🙏 hai\n\n🙏 Nama 😀: Siti & <b>",
        "entities": [{"type": "bold", "offset": 11, "length": 8}],
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": [[{"text": "Ya", "callback_data": "7.y"}]]},
    }


PICTURE = Attachment(3, "kartu.png", "image", "image/png", b"\x89PNG a picture")
PAPER = Attachment(4, "data saya.pdf", "document", "application/pdf", b"%PDF a paper")


@pytest.mark.parametrize(
    ("file", "method", "name"), [(PICTURE, "sendPhoto", "photo"), (PAPER, "sendDocument", "document")]
)
def test_a_file_goes_with_its_text_and_buttons(make: Make, file: Attachment, method: str, name: str) -> None:
    told, api = sent(make, Message((t("*Name:* {name}", name="Siti"),), (Button(t("Yes"), "7.y"),), file=file))
    assert told == Sent("101")
    assert api.calls == [
        (
            method,
            {
                "chat_id": 5,
                name: (file.name, file.content),
                "caption": "🙏 Nama 😀: Siti",
                "caption_entities": [{"type": "bold", "offset": 3, "length": 8}],
                "reply_markup": {"inline_keyboard": [[{"text": "Ya", "callback_data": "7.y"}]]},
            },
        )
    ]


def test_what_is_too_long_for_a_caption_follows_its_file(make: Make) -> None:
    told, api = sent(make, Message(("a" * 1025,), (Button("Ya", "y"),), file=PAPER))
    assert told == Sent("102", ("101", "102"))
    assert [(method, sorted(params)) for method, params in api.calls] == [
        ("sendDocument", ["chat_id", "document"]),
        ("sendMessage", ["chat_id", "link_preview_options", "reply_markup", "text"]),
    ]


def test_a_file_that_is_refused_is_never_sent(make: Make) -> None:
    with pytest.raises(Never, match=r"(?i)PHOTO_INVALID_DIMENSIONS"):
        sent(make, Message(file=PICTURE), ("sendPhoto", refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")))


def test_a_caption_whose_styles_are_refused_goes_plain(make: Make) -> None:
    wrong = refusal(400, "Bad Request: can't parse entities: ENTITY_BOUNDS_INVALID")
    told, api = sent(make, Message((t("*Name:* {name}", name="Siti"),), file=PICTURE), ("sendPhoto", wrong))
    assert told == Sent("101")
    assert ["caption_entities" in params for _, params in api.calls] == [True, False]


@pytest.mark.parametrize(
    ("op", "replaces", "method", "told"),
    [
        ("edit", "17", "editMessageText", Sent("17")),
        ("unbutton", "17", "editMessageReplyMarkup", Sent("17")),
        ("typing", None, "sendChatAction", Sent()),
        ("answer", None, "answerCallbackQuery", Sent()),
    ],
)
def test_the_other_operations(make: Make, op: Any, replaces: str | None, method: str, told: Sent) -> None:
    got, api = sent(make, Message(("hai",), callback="42" if op == "answer" else "", op=op), replaces=replaces)
    assert [name for name, _ in api.calls] == [method]
    assert got == told


def test_nothing_to_say_asks_nothing(make: Make) -> None:
    told, api = sent(make, Message())
    assert (told, api.calls) == (Sent(), [])


@pytest.mark.parametrize(
    "answer",
    [
        ok(True),
        refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid"),
        refusal(429, "Too Many Requests: retry after 9", retry_after=9),
        refusal(401, "Unauthorized"),
        DROP,
    ],
)
def test_a_tap_acknowledged_along_the_way_may_fail(make: Make, answer: Answer) -> None:
    told, api = sent(make, Message(("hai",), callback="42"), ("answerCallbackQuery", answer))
    assert told == Sent("101")
    assert api.asked("answerCallbackQuery") == [{"callback_query_id": "42"}]


def test_a_tap_can_be_acknowledged_without_a_word(make: Make) -> None:
    told, api = sent(make, Message(callback="42"))
    assert (told, api.calls) == (Sent(), [("answerCallbackQuery", {"callback_query_id": "42"})])


@pytest.mark.parametrize("seconds", [1, 37])
def test_flood_control_is_obeyed_and_not_counted(make: Make, seconds: int) -> None:
    answer = refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
    error = failed(make, answer)
    assert isinstance(error, Later)
    assert (error.seconds, error.counts, error.account) == (seconds, False, False)


@pytest.mark.parametrize(
    ("answer", "counts"),
    [
        (refusal(429, "Too Many Requests: later"), False),
        (refusal(500, "Internal Server Error: restart"), True),
        (refusal(502, "Bad Gateway"), True),
        (Answer("<html>" + "x" * 5000, 502, "text/html"), True),
        (Answer("<html>Selamat datang di WiFi</html>", type="text/html"), True),
        (Answer("<html>Caf\u00e9</html>", 502, "text/html", "latin-1"), True),
        (Answer("[1]"), True),
        (Answer('{"ok":true}'), True),
        (Answer('{"ok":false}', 503), True),
        (Answer('{"ok":false,"description":null}', 503), True),
        (Answer("", 502), True),
        (Answer("tidak ada", 418, "text/plain"), True),
        (DROP, True),
    ],
)
def test_what_may_go_better_later(make: Make, answer: Answer, counts: bool) -> None:
    error = failed(make, answer)
    assert isinstance(error, Later)
    assert error.counts is counts
    assert 1.0 <= error.seconds <= 30.0
    assert len(error.reason) <= 200


@pytest.mark.parametrize(
    ("status", "said", "unreachable"),
    [
        (403, "Forbidden: bot was blocked by the user", True),
        (403, "Forbidden: user is deactivated", True),
        (403, "Forbidden: bot can't initiate conversation with a user", True),
        (403, "Forbidden: bot was kicked from the supergroup chat", True),
        (400, "Bad Request: chat not found", True),
        (400, "Bad Request: PEER_ID_INVALID", True),
        (400, "Bad Request: BUTTON_DATA_INVALID", False),
        (400, "Bad Request: message text is empty", False),
        (400, "Bad Request: message is too long", False),
    ],
)
def test_what_can_never_go(make: Make, status: int, said: str, unreachable: bool) -> None:
    error = failed(make, refusal(status, said))
    assert isinstance(error, Never)
    assert error.unreachable is unreachable


def test_a_group_that_moved_is_unreachable(make: Make) -> None:
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    error = failed(make, refusal(400, said, migrate_to_chat_id=-1002000300400))
    assert isinstance(error, Never)
    assert error.unreachable


@pytest.mark.parametrize(("status", "said"), [(401, "Unauthorized"), (404, "Not Found")])
def test_a_refused_token_stops_the_account(make: Make, status: int, said: str) -> None:
    assert isinstance(failed(make, refusal(status, said)), AccountRefused)


@pytest.mark.parametrize("op", ["edit", "unbutton"])
def test_an_edit_that_changes_nothing_is_done(make: Make, op: Any) -> None:
    said = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
    answers = [(method, refusal(400, said)) for method in ("editMessageText", "editMessageReplyMarkup")]
    told, _ = sent(make, Message(("hai",), op=op), *answers, replaces="17")
    assert told == Sent("17")


def test_an_acknowledgement_that_comes_too_late_is_done(make: Make) -> None:
    answer = refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    assert sent(make, Message(callback="42", op="answer"), ("answerCallbackQuery", answer))[0] == Sent()


def test_styles_that_are_refused_are_left_out_and_told(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    answer = refusal(400, "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 3")
    told, api = sent(make, Message((t("*Name:* {name}", name="Siti"),)), ("sendMessage", answer))
    first, second = api.asked("sendMessage")
    assert told == Sent("101")
    assert first.pop("entities")
    assert first == second
    assert [record.levelname for record in caplog.records if record.name.startswith("bot.")] == ["ERROR"]


def test_styles_that_are_not_there_are_not_left_out_again(make: Make) -> None:
    assert isinstance(failed(make, refusal(400, "Bad Request: can't parse entities")), Never)


def test_a_long_text_goes_on_where_it_stopped(make: Make) -> None:
    async def run() -> tuple[Sent, list[dict[str, Any]]]:
        async with opened(make) as (channel, api):
            api.will("sendMessage", ok({"message_id": 70}), refusal(429, "Too Many Requests", retry_after=2))
            with pytest.raises(Later) as caught:
                await channel.send("5", LONG, "id")
            assert (caught.value.ids, caught.value.seconds, caught.value.counts) == (("70",), 2, False)
            api.will("sendMessage", DROP)
            with pytest.raises(Later) as again:
                await channel.send("5", LONG, "id", after=caught.value.ids)
            assert again.value.ids == ("70",)
            return await channel.send("5", LONG, "id", after=again.value.ids), api.asked("sendMessage")

    told, asked = asyncio.run(run())
    assert [call["text"][0] for call in asked] == ["a", "b", "b", "b", "c"]
    assert told == Sent("102", ("70", "101", "102"))
    assert ["reply_markup" in call for call in asked] == [False, False, False, False, True]


def test_of_a_text_that_fails_at_once_no_part_is_told(make: Make) -> None:
    error = failed(make, DROP, LONG)
    assert isinstance(error, Later)
    assert error.ids == ()


def test_an_unreachable_telegram_is_later(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def run() -> None:
        channel = make(TOKEN, "owners", api_url="http://127.0.0.1:9")
        await channel.open(CATALOGS)
        try:
            await channel.send("5", Message(("hai",), callback="42"), "id")
        finally:
            await channel.close()

    with pytest.raises(Later) as caught:
        asyncio.run(run())
    assert SECRET not in "".join(traceback.format_exception(caught.value)) + caplog.text


def test_a_failed_send_takes_its_acknowledgement_along(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot")
    answers = (("answerCallbackQuery", HANG), ("sendMessage", refusal(403, "Forbidden: user is deactivated")))
    with pytest.raises(Never):
        sent(make, Message(("hai",), callback="42"), *answers)
    assert [
        r for r in caplog.records if r.name.startswith("bot.")
    ] == []  # one left behind would have failed when the channel closed


def test_many_sends_at_once_are_each_answered(make: Make) -> None:
    async def run() -> tuple[list[str], list[str]]:
        async with opened(make) as (channel, api):
            told = await asyncio.gather(*(channel.send("5", Message((f"no {n}",)), "id") for n in range(60)))
            return [s.id for s in told], [call["text"] for call in api.asked("sendMessage")]

    ids, texts = asyncio.run(run())
    assert len(set(ids)) == 60
    assert sorted(texts) == sorted(f"no {n}" for n in range(60))


def test_only_an_open_channel_sends(make: Make) -> None:
    async def run() -> FakeApi:
        async with fake_api() as api:
            channel = make(TOKEN, "owners", api_url=api.url)
            with pytest.raises(RuntimeError, match="open"):
                await channel.send("5", HELLO, "id")
            await channel.close()
            await channel.open(CATALOGS)
            await channel.close()
            with pytest.raises(Later):
                await channel.send("5", HELLO, "id")
            return api

    assert asyncio.run(run()).calls == []
