"""WhatsApp's webhook calls, as they come over the wire, and what is heard in them."""

from __future__ import annotations

import hmac
import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import whatsapp
from bot.channels.whatsapp_channel import WhatsAppChannel
from bot.chat.messages import Fate, File, Incoming, Kind, Status
from bot.chat.seams import Raw

from .test_telegram_heard import JSON, keys

NUMBER = "106540352242922"
WIRE: dict[str, Any] = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "whatsapp").glob("*.json"))
}
SECRET = "rahasia-aplikasi"


def incoming(data: dict[str, Any] | None) -> Incoming | None:
    if data is None:
        return None
    read: dict[str, Any] = {**data, "at": datetime.fromisoformat(data["at"])}
    if "file" in data:
        read["file"] = File(**data["file"])
    return Incoming(**read)


def told(data: dict[str, Any]) -> Status:
    read: dict[str, Any] = {**data, "at": datetime.fromisoformat(data["at"])}
    read["errors"] = tuple((code, said) for code, said in data.get("errors", ()))
    return Status(**read)


def apart(envelope: Any) -> list[Raw]:
    return whatsapp.updates(envelope, NUMBER)[0]


@pytest.mark.parametrize("name", WIRE)
def test_a_webhook_call_is_heard(name: str) -> None:
    wire = WIRE[name]
    raws, foreign = whatsapp.updates(wire["envelope"], NUMBER)
    assert [whatsapp.heard(raw) for raw in raws] == [incoming(data) for data in wire["heard"]]
    statuses = [status for raw in raws if (status := whatsapp.status(raw))]
    assert statuses == [told(data) for data in wire.get("statuses", ())]
    assert foreign == wire.get("foreign", 0)


def test_the_wire_has_every_kind_that_whatsapp_has() -> None:
    assert {h["kind"] for w in WIRE.values() for h in w["heard"] if h} == set(get_args(Kind)) - {"blocked", "unblocked"}
    assert {s["fate"] for w in WIRE.values() for s in w.get("statuses", ())} == set(get_args(Fate))


def test_an_update_goes_through_json_and_is_heard_the_same() -> None:
    for raw in apart(WIRE["many_in_one"]["envelope"]):
        assert whatsapp.heard(json.loads(json.dumps(raw))) == whatsapp.heard(raw)


@pytest.mark.parametrize(
    "envelope",
    [
        {},
        {"entry": []},
        {"entry": "x"},
        {"entry": [1]},
        {"entry": [{"id": "1"}]},
        {"entry": [{"changes": [5]}]},
        {"entry": [{"changes": [{"field": "messages"}]}]},
        {"entry": [{"changes": [{"field": "messages", "value": {"messages": [{"type": "text"}]}}]}]},
        {"unreadable": "bm90IGpzb24="},
    ],
)
def test_what_is_no_envelope_is_kept_and_refused(envelope: Any) -> None:
    (raw,) = apart(envelope)
    assert whatsapp.status(raw) is None
    with pytest.raises(ValueError, match="not a WhatsApp update"):
        whatsapp.heard(raw)


MESSAGE = {"from": "6281234567890", "id": "wamid.x", "timestamp": "1795312800", "type": "text", "text": {"body": "hai"}}


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"from": ""},
        {"from": "abc"},
        {"timestamp": "soon"},
        {"timestamp": None},
        {"timestamp": "1" * 30},
        {"type": None},
        {"text": {"body": 5}},
        {"text": "hai"},
        {"type": "interactive", "interactive": {"type": "list_reply"}},
        {"type": "location", "location": {"latitude": "north"}},
        {"type": "contacts", "contacts": []},
    ],
)
def test_nonsense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a WhatsApp update"):
        whatsapp.heard({"to": NUMBER, "message": MESSAGE | change})


def test_what_no_store_can_hold_is_replaced() -> None:
    heard = whatsapp.heard({"to": NUMBER, "message": MESSAGE | {"text": {"body": "a\0b\ud83dc 😀"}}})
    assert heard is not None
    assert heard.text == "a\ufffdb\ufffdc 😀"


def reads_only_what_is_typed(raw: Any) -> None:
    try:
        heard = whatsapp.heard(raw)
        status = whatsapp.status(raw)
    except ValueError:
        return
    if status is not None:
        assert status.fate in get_args(Fate)
        assert status.at.tzinfo is UTC
    if heard is None:
        return
    for f in fields(Incoming):
        value = getattr(heard, f.name)
        if f.name == "kind":
            assert value in get_args(Kind)
        elif f.name == "at":
            assert value.tzinfo is UTC
        elif f.name in ("latitude", "longitude"):
            assert value is None or type(value) is float
        elif f.name == "own":
            assert type(value) is bool
        elif f.name == "file":
            assert value is None or (type(value.id) is str and type(value.size) is int)
        else:
            assert value.encode() == value.encode()  # a string that any wire carries


@given(JSON)
@settings(deadline=None, max_examples=200)
def test_any_json_is_taken_apart(raw: Any) -> None:
    if isinstance(raw, dict):
        for one in apart(cast(Raw, raw)):
            reads_only_what_is_typed(one)


@given(st.data())
@settings(deadline=None, max_examples=500)
def test_any_envelope_with_one_thing_changed_is_read_or_refused(data: st.DataObject) -> None:
    envelope = json.loads(json.dumps(data.draw(st.sampled_from(list(WIRE.values())))["envelope"]))
    place: Any = envelope
    while True:
        step: Any = data.draw(st.sampled_from(keys(place)))
        if keys(place[step]) and data.draw(st.integers(0, 3)):
            place = place[step]
            continue
        if data.draw(st.booleans()):
            place[step] = data.draw(JSON)
        else:
            del place[step]
        break
    for raw in apart(envelope):
        reads_only_what_is_typed(raw)


BODY = json.dumps(WIRE["text"]["envelope"]).encode()
SIGNATURE = "sha256=" + hmac.new(SECRET.encode(), BODY, "sha256").hexdigest()
NAME = "X-Hub-Signature-256"


def channel() -> WhatsAppChannel:
    return WhatsAppChannel(NUMBER, "token", SECRET, "verify", api_url="http://127.0.0.1:9")


@pytest.mark.parametrize("name", [NAME, NAME.lower(), NAME.upper()])
def test_a_signed_call_is_ours(name: str) -> None:
    assert channel().signed({name: SIGNATURE}, BODY)


def test_one_changed_byte_is_seen_wherever_it_is() -> None:
    ours = channel()
    for at in range(len(BODY)):
        assert not ours.signed({NAME: SIGNATURE}, BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :])
    for at in range(len(SIGNATURE)):
        other = SIGNATURE[:at] + chr(ord(SIGNATURE[at]) ^ 1) + SIGNATURE[at + 1 :]
        assert not ours.signed({NAME: other}, BODY)


@pytest.mark.parametrize(
    "headers",
    [{}, {NAME: ""}, {NAME: "sha256="}, {NAME: SIGNATURE[7:]}, {NAME: SIGNATURE + "0"}, {NAME: "sha256=é\udcff"}],
)
def test_without_the_signature_nothing_is_ours(headers: dict[str, str]) -> None:
    assert not channel().signed(headers, BODY)


def test_without_a_secret_nothing_is_signed() -> None:
    empty = "sha256=" + hmac.new(b"", BODY, "sha256").hexdigest()
    assert not whatsapp.signed({NAME: empty}, BODY, "")


ASKED = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "verify"}


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (ASKED, "1158201444"),
        (ASKED | {"hub.verify_token": "verify "}, None),
        (ASKED | {"hub.verify_token": "é"}, None),
        (ASKED | {"hub.mode": "unsubscribe"}, None),
        ({"hub.challenge": "1"}, None),
        ({}, None),
    ],
)
def test_whoever_knows_the_token_is_answered(query: dict[str, str], answer: str | None) -> None:
    assert channel().challenge(query) == answer


def test_without_a_token_nobody_is_answered() -> None:
    assert whatsapp.challenge(ASKED | {"hub.verify_token": ""}, "") is None
