"""Telegram's updates, as they come over the wire, and what is heard in them."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import telegram
from bot.chat.messages import File, Incoming, Kind

from .adapters import TOKEN, Make

WIRE = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "telegram").glob("*.json"))
}


def incoming(data: dict[str, Any] | None) -> Incoming | None:
    if data is None:
        return None
    read: dict[str, Any] = {**data, "at": datetime.fromisoformat(data["at"])}
    if "file" in data:
        read["file"] = File(**data["file"])
    return Incoming(**read)


@pytest.mark.parametrize("name", WIRE)
def test_an_update_is_heard(make: Make, name: str) -> None:
    channel = make(TOKEN, "owners", api_url="http://127.0.0.1:9")
    assert channel.heard(WIRE[name]["update"]) == incoming(WIRE[name]["heard"])


def test_the_wire_has_every_kind() -> None:
    assert {w["heard"]["kind"] for w in WIRE.values() if w["heard"]} == set(get_args(Kind)) - {
        "moved",
        "stopped",
        "resumed",
    }


MESSAGE = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "from": {"id": 5, "first_name": "A"}}


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": "7"},
        {"update_id": True},
        {"update_id": 1, "message": "hello"},
        {"update_id": 1, "message": {**MESSAGE, "text": {"a": 1}}},
        {"update_id": 1, "message": {**MESSAGE, "text": "a", "date": 10**20}},
        {"update_id": 1, "message": {**MESSAGE, "text": "a", "date": None}},
        {"update_id": 1, "message": {**MESSAGE, "text": "a", "chat": {"type": "private"}}},
        {"update_id": 1, "message": {**MESSAGE, "photo": 5}},
        {"update_id": 1, "message": {**MESSAGE, "photo": [{"file_id": 5}]}},
        {"update_id": 1, "message": {**MESSAGE, "location": {"latitude": 10**400, "longitude": 1}}},
        {"update_id": 1, "my_chat_member": {"chat": {"id": 5, "type": "private"}}},
    ],
)
def test_nonsense_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a Telegram update"):
        telegram.heard(raw)


def test_what_no_store_can_hold_is_replaced() -> None:
    told = telegram.heard({"update_id": 1, "message": {**MESSAGE, "text": "a\0b\ud83dc 😀"}})
    assert told is not None
    assert told.text == "a\ufffdb\ufffdc 😀"


NAMES = """
    update_id message callback_query edited_message my_chat_member chat from id type date message_id text caption
    contact photo document location sticker data new_chat_member status user_id is_bot phone_number latitude
    longitude file_id file_size width height first_name language_code
"""
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["private"])
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=6),
    max_leaves=20,
)


def hears_only_what_is_typed(raw: Any) -> None:
    try:
        told = telegram.heard(raw)
    except ValueError:
        return
    if told is None:
        return
    for f in fields(Incoming):
        value = getattr(told, f.name)
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
@settings(deadline=None, max_examples=300)
def test_any_json_is_read_or_refused(raw: Any) -> None:
    hears_only_what_is_typed(raw)


@given(st.data())
@settings(deadline=None, max_examples=500)
def test_any_update_with_one_thing_changed_is_read_or_refused(data: st.DataObject) -> None:
    raw = json.loads(json.dumps(data.draw(st.sampled_from(list(WIRE.values())))["update"]))
    at: Any = raw
    while True:
        step: Any = data.draw(st.sampled_from(keys(at)))
        if keys(at[step]) and data.draw(st.booleans()):
            at = at[step]
            continue
        if data.draw(st.booleans()):
            at[step] = data.draw(JSON)
        else:
            del at[step]
        break
    hears_only_what_is_typed(raw)


def keys(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(cast(dict[str, Any], value))
    return list(range(len(cast(list[Any], value)))) if isinstance(value, list) else []
