"""JSON goes out and comes back as the standard library has it, only quicker."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import fastjson

_TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)  # also halves of surrogate pairs
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS
_VALUES = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4))


class Lane(IntEnum):
    REPLY = 0


@given(_VALUES)
def test_what_goes_out_comes_back(value: Any):
    text = fastjson.encode(value)
    assert fastjson.decode(text) == json.loads(text) == value


@given(_VALUES, st.booleans())
def test_it_reads_what_others_wrote(value: Any, plain: bool):
    text = json.dumps(value, ensure_ascii=plain).encode("utf-8", "surrogatepass")
    assert fastjson.decode(text) == json.loads(text)


@pytest.mark.parametrize(
    "text", [b"9" * 19, b"9" * 20, b"-" + b"9" * 30, b"[1e400]", b'"\\ud800"', b"NaN", b'{"a":1,"a":2}']
)
def test_what_is_odd_is_read_as_ever(text: bytes):
    assert repr(fastjson.decode(text)) == repr(json.loads(text))


def test_what_it_reads_it_can_write():
    for deep in (10, 400, 990, 1010, 1023, 5000):
        try:
            value = fastjson.decode(b"[" * deep + b"]" * deep)
        except RecursionError:
            continue
        assert fastjson.encode([value])


@pytest.mark.parametrize("text", [b"", b"{", b"[1,]", b"\xff", b"undefined"])
def test_what_isnt_json_is_said(text: bytes):
    with pytest.raises(ValueError):  # noqa: PT011 - as the standard library
        fastjson.decode(text)


def test_keys_and_states_are_as_in_the_standard_library():
    value = {"lane": Lane.REPLY, 1: "one", "pair": (1, 2)}
    assert fastjson.encode(value) == json.dumps(value, separators=(",", ":")).encode()


@pytest.mark.parametrize("value", [datetime(2026, 11, 23, tzinfo=UTC), b"bytes", {1, 2}, object()])
def test_what_json_doesnt_have_is_refused_unless_it_is_told_what_to_make_of_it(value: Any):
    with pytest.raises(TypeError):
        fastjson.encode({"value": value})
    assert fastjson.encode({"value": value, "long": 2**70}, lambda _: "odd") == b'{"value":"odd","long":%d}' % 2**70
