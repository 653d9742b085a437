"""Sending to WhatsApp: what goes over the wire, and what becomes of every refusal."""

from __future__ import annotations

import asyncio
import hashlib
import traceback
from typing import Any

import pytest

from bot.channels import whatsapp
from bot.channels.whatsapp_channel import WhatsAppChannel
from bot.channels.whatsapp_graph import Refusal
from bot.chat.messages import Attachment, Button, Message, Sent
from bot.chat.seams import AccountRefused, Later, Lost, Never

from .adapters import CATALOGS
from .fake_api import DROP, HANG, Answer
from .fake_graph import SECRET, SETTINGS, TOKEN, FakeGraph, ok, opened, refusal

USER = "ID.8K2QX5M1R7T4W9Y3Z6B0N"
HELLO = Message(("hai",))
LONG = Message(("a" * 4096 + "\n" + "b" * 4096, "c"), (Button("Ya", "y"),))
CARD = Attachment(7, "kartu usaha.png", "image", "image/png", b"\x89PNG" * 500)


def sent(message: Message, *answers: tuple[str, Answer], **more: Any) -> tuple[Sent, FakeGraph]:
    async def run() -> tuple[Sent, FakeGraph]:
        async with opened() as (channel, graph):
            for what, answer in answers:
                graph.will(what, answer)
            return await channel.send(USER, message, "id", **more), graph

    return asyncio.run(run())


def failed(*answers: Answer, message: Message = HELLO, **more: Any) -> Exception:
    with pytest.raises((Later, Never, AccountRefused)) as caught:
        sent(message, *(("messages", answer) for answer in answers), **more)
    told = "".join(traceback.format_exception(caught.value))
    assert TOKEN not in told
    assert SECRET not in told
    return caught.value


@pytest.mark.parametrize(
    "change",
    [{"phone_number_id": "+62811"}, {"access_token": ""}, {"app_secret": ""}, {"verify_token": ""}],
    ids=lambda change: next(iter(change)),
)
def test_a_number_needs_its_id_and_its_secrets(change: dict[str, str]) -> None:
    names = ("phone_number_id", "access_token", "app_secret", "verify_token")
    settings = [change.get(name, setting) for name, setting in zip(names, SETTINGS, strict=True)]
    with pytest.raises(ValueError, match=r"phone_number_id|WhatsApp needs"):
        WhatsAppChannel(settings[0], settings[1], settings[2], settings[3])


def test_a_message_carries_its_mark() -> None:
    told, graph = sent(LONG, mark="77")
    assert [body["biz_opaque_callback_data"] for body in graph.sent()] == ["77.0", "77.1", "77.2"]
    assert told.ids == ("wamid.101", "wamid.102", "wamid.103")
    assert "biz_opaque_callback_data" not in sent(HELLO)[1].sent()[0]


@pytest.mark.parametrize("answer", [ok({"success": True}), refusal(100), refusal(190, status=401), DROP])
def test_a_receipt_along_the_way_may_fail(answer: Answer) -> None:
    told, graph = sent(Message(("hai",), callback="wamid.7"), ("receipt", answer))
    assert told.id
    assert [body["message_id"] for body in graph.receipts()] == ["wamid.7"]


def test_that_it_was_read_is_told_once_for_a_text_in_several_bubbles() -> None:
    long = Message(LONG.parts, LONG.buttons, callback="wamid.7")
    _, graph = sent(long)
    assert (len(graph.sent()), len(graph.receipts())) == (3, 1)
    _, graph = sent(long, after=("wamid.101",))
    assert (len(graph.sent()), len(graph.receipts())) == (2, 0)


@pytest.mark.parametrize("op", ["answer", "typing"])
def test_a_receipt_alone_is_no_message(op: Any) -> None:
    told, graph = sent(Message(callback="wamid.7", op=op))
    assert (told, graph.sent()) == (Sent(), [])
    assert ("typing_indicator" in graph.receipts()[0]) == (op == "typing")


@pytest.mark.parametrize(
    ("code", "outcome", "more"),
    [
        (0, AccountRefused, {}),
        (3, AccountRefused, {}),
        (10, AccountRefused, {}),
        (190, AccountRefused, {}),
        (200, AccountRefused, {}),
        (299, AccountRefused, {}),
        (368, AccountRefused, {}),
        (131031, AccountRefused, {}),
        (131042, AccountRefused, {}),
        (130497, AccountRefused, {}),
        (4, Later, {"counts": False, "account": True}),
        (80007, Later, {"counts": False, "account": True}),
        (130429, Later, {"counts": False, "account": True}),
        (131048, Later, {"counts": False, "account": False, "seconds": 3600.0}),
        (131064, Later, {"counts": False, "account": False, "seconds": 3600.0}),
        (131049, Later, {"seconds": 86400.0}),
        (131056, Later, {"seconds": 4.0, "counts": False, "alone": True, "account": False}),
        (131000, Later, {"counts": True}),
        (131016, Later, {}),
        (131057, Later, {"account": True}),
        (1, Later, {}),
        (2, Later, {}),
        (133004, Later, {}),
        (131026, Never, {"unreachable": True}),
        (131047, Never, {"because": "window", "unreachable": False}),
        (131050, Never, {"because": "opted_out"}),
        (130472, Never, {}),
        (131051, Never, {}),
        (131053, Never, {}),
        (131008, Never, {}),
        (131009, Never, {}),
        (100, Never, {"unreachable": False, "because": "file"}),
        (131021, Never, {}),
        (131062, Never, {}),
        (132000, Never, {}),
        (132001, Later, {"counts": False, "alone": True, "because": "template"}),
        (132015, Later, {"counts": False, "alone": True, "because": "template"}),
        (132016, Later, {"counts": False, "alone": True, "because": "template"}),
        (999999, Never, {}),
    ],
)
def test_each_code_has_its_outcome(code: int, outcome: type[Exception], more: dict[str, Any]) -> None:
    error = failed(refusal(code, "said"))
    assert type(error) is outcome
    assert {name: getattr(error, name) for name in more} == more
    again = whatsapp.verdict(0, code, "said")  # as a status "failed" tells it
    assert type(again) is outcome


def test_a_wrong_number_of_ours_kills_no_message() -> None:
    said = "Unsupported post request. Object with ID '106' does not exist, cannot be loaded due to missing permissions"
    assert isinstance(failed(refusal(100, said)), AccountRefused)


def test_too_many_to_one_person_wait_longer_each_time_and_only_she() -> None:
    async def run() -> list[float]:
        async with opened() as (channel, graph):
            waits: list[float] = []
            for _ in range(3):
                graph.will("messages", refusal(131056))
                with pytest.raises(Later) as caught:
                    await channel.send(USER, HELLO, "id")
                waits.append(caught.value.seconds)
            graph.will("messages", refusal(131056))
            with pytest.raises(Later) as other:
                await channel.send("6285600001111", HELLO, "id")
            waits.append(other.value.seconds)
            await channel.send(USER, HELLO, "id")
            graph.will("messages", refusal(131056))
            with pytest.raises(Later) as caught:
                await channel.send(USER, HELLO, "id")
            return [*waits, caught.value.seconds]

    assert asyncio.run(run()) == [4.0, 16.0, 64.0, 4.0, 4.0]


@pytest.mark.parametrize(
    "answer",
    [
        DROP,
        Answer("<html>" + "x" * 5000, 502, "text/html"),
        Answer("", 504),
        Answer("<html>Selamat datang di WiFi</html>", type="text/html"),
        Answer("[1]"),
        Answer("{}"),
        ok({"messages": []}),
        Answer('{"messages": [{}]}'),
    ],
)
def test_a_lost_answer_is_told_as_lost(answer: Answer) -> None:
    error = failed(answer, mark="77")
    assert isinstance(error, Lost)
    assert (error.mark, error.counts) == ("77.0", True)
    assert len(error.reason) <= 200


def test_an_answer_that_never_comes_is_lost() -> None:
    async def run() -> None:
        async with opened(read_seconds=0.05) as (channel, graph):
            graph.will("messages", HANG)
            with pytest.raises(Lost):
                await channel.send(USER, HELLO, "id")

    asyncio.run(run())


def test_what_never_reached_anybody_isnt_lost() -> None:
    async def run() -> None:
        channel = WhatsAppChannel(*SETTINGS, api_url="http://127.0.0.1:9")
        await channel.open(CATALOGS)
        try:
            with pytest.raises(Later) as caught:
                await channel.send(USER, HELLO, "id")
            assert not isinstance(caught.value, Lost)
        finally:
            await channel.close()

    asyncio.run(run())


def test_a_refusal_by_something_before_the_api_is_final() -> None:
    assert isinstance(failed(Answer("no", 418, "text/plain")), Never)
    assert isinstance(failed(Answer("no", 401, "text/plain")), AccountRefused)
    busy = failed(Answer("no", 429, "text/plain"))
    assert isinstance(busy, Later)
    assert not busy.counts


def test_a_file_is_uploaded_once() -> None:
    async def run() -> FakeGraph:
        async with opened() as (channel, graph):
            for _ in range(3):
                await channel.send(USER, Message(("Ini kartunya.",), file=CARD), "id")
            return graph

    graph = asyncio.run(run())
    (upload,) = [body for what, body in graph.calls if what == "media"]
    assert upload["messaging_product"] == "whatsapp"
    assert upload["type"] == "image/png"
    assert upload["file"] == ("kartu usaha.png", "image/png", CARD.content)
    assert [body["image"]["id"] for body in graph.sent()] == ["media.101"] * 3


@pytest.mark.parametrize(
    ("mark", "error", "seconds"),
    [
        ("7.1.0", 131056, 4.0),
        ("7.3.0", 131056, 64.0),
        ("7.4000.0", 131056, 900.0),
        ("", 131056, 4.0),
        ("7.1.0", -1, None),
    ],
)
def test_a_failure_told_afterwards_waits_longer_each_time(mark: str, error: int, seconds: float | None) -> None:
    errors: list[Any] = [{"code": error}] if error > 0 else [{"title": "no code"}]
    one = {"id": "wamid.X", "status": "failed", "timestamp": "1795312800", "biz_opaque_callback_data": mark}
    channel = WhatsAppChannel("100", "token", "secret", "word")
    status = channel.status({"status": one | {"errors": errors}})
    assert status
    wrong = channel.failure(status)
    assert getattr(wrong, "seconds", None) == seconds
    assert isinstance(wrong, Later if seconds else Never)


@pytest.mark.parametrize("error", [{}, {"code": None}, {"code": "x"}, "words", None])
def test_what_failed_without_a_code_has_failed(error: Any) -> None:
    one = {"id": "wamid.X", "status": "failed", "timestamp": "1795312800", "errors": [error]}
    status = whatsapp.status({"status": one})
    assert status
    assert (status.fate, status.errors) == ("failed", ((whatsapp.NO_CODE, ""),))


def test_a_file_that_is_gone_is_uploaded_anew() -> None:
    async def run() -> FakeGraph:
        async with opened() as (channel, graph):
            message = Message(file=CARD)
            await channel.send(USER, message, "id")
            graph.will("messages", refusal(131026))  # no matter of the file
            with pytest.raises(Never):
                await channel.send(USER, message, "id")
            graph.will("messages", refusal(131053, "media not found"))
            with pytest.raises(Later):
                await channel.send(USER, message, "id")
            await channel.send(USER, message, "id")
            graph.will("messages", refusal(131053))
            graph.will("messages", refusal(131053))
            with pytest.raises(Later):
                await channel.send(USER, message, "id")
            with pytest.raises(Never):
                await channel.send(USER, message, "id")
            return graph

    assert len([what for what, _ in asyncio.run(run()).calls if what == "media"]) == 3


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refusal(190, status=401), AccountRefused),
        (refusal(131053, "mime"), Never),
        (DROP, Later),
        (ok({"id": 5}), Later),
        (ok({}), Later),
    ],
)
def test_an_upload_that_fails_sends_nothing(answer: Answer, outcome: type[Exception]) -> None:
    with pytest.raises(outcome) as caught:
        sent(Message(file=CARD), ("media", answer))
    assert not isinstance(caught.value, Lost)


CONTENT = b"\xff\xd8 a photo" * 200


def downloaded(told: dict[str, Any], files: dict[str, bytes] | None = None, largest: int = 10_000) -> bytes:
    async def run() -> bytes:
        async with opened() as (channel, graph):
            graph.files = {"one": CONTENT} if files is None else files
            told.setdefault("url", "{}/files/one")
            graph.will("1003", *[ok(told | {"url": told["url"].format(graph.url)})] * 2)
            return await channel.graph.download("1003", largest)

    return asyncio.run(run())


def test_a_file_is_fetched_in_two_steps_with_the_token() -> None:
    assert downloaded({"file_size": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}) == CONTENT
    assert downloaded({}) == CONTENT


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"file_size": 10_001}, 413),
        ({"sha256": "0" * 64}, 502),
        ({"url": "https://example.org/file"}, 403),
        ({"url": "https://lookaside.fbsbx.com.example.org/file"}, 403),
        ({"url": "http://lookaside.fbsbx.com@example.org/"}, 403),
        ({"url": "file:///etc/passwd"}, 403),
        ({"url": ""}, 403),
        ({"url": "{}/files/gone"}, 404),
    ],
)
def test_what_isnt_the_file_is_refused(told: dict[str, Any], status: int) -> None:
    with pytest.raises(Refusal) as caught:
        downloaded(told)
    assert caught.value.status == status


def test_a_file_larger_than_it_was_told_to_be_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        downloaded({"file_size": 5}, {"one": b"x" * 100_000}, 5_000)
    assert caught.value.status == 413


def test_the_number_tells_who_it_is_and_where_to_write_to() -> None:
    async def run() -> tuple[str, str]:
        async with opened() as (channel, _):
            return await channel.who(), await channel.link("register")

    who, link = asyncio.run(run())
    assert who == "Diskopindag +62 811-3000-1111"
    assert link == "https://wa.me/6281130001111?text=/start%20register"


@pytest.mark.parametrize("code", [190, 100])
def test_a_refused_account_says_so(code: int) -> None:
    async def run() -> None:
        async with opened() as (channel, graph):
            graph.will(SETTINGS[0], refusal(code, "Object with ID does not exist"))
            await channel.who()

    with pytest.raises(AccountRefused):
        asyncio.run(run())
