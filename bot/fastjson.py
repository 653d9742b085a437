"""JSON as the standard library has it, but quick: what is kept, sent and logged in every turn goes through here.

orjson does it, and where it would do something else, or refuses, the standard library does: numbers of more than 64
bits, half of a surrogate pair (both come from people's phones), keys that aren't text. Only a number that isn't one
(NaN), which JSON doesn't have, becomes null.

Beside the layers, like `bot.config`: it imports nothing of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import orjson

_AS_JSON = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
"""orjson would take more kinds of things than JSON has, and give back other ones."""
_LONG_NUMBER = re.compile(rb"\d{19}")
"""orjson makes a float of an integer that doesn't fit into 64 bits."""
_DEEP = 500
"""orjson reads what is nested more deeply than it, or the standard library, can write again."""
_standard = json.JSONEncoder(separators=(",", ":")).encode  # `json.dumps` would make one for every call


def encode(value: Any, default: Callable[[Any], Any] | None = None) -> bytes:
    """JSON without spaces, in UTF-8; `default` makes something else of what JSON doesn't have.

    Raises `TypeError` for that without it.
    """
    try:
        return orjson.dumps(value, default, _AS_JSON)
    except TypeError:
        if default is not None:
            return json.dumps(value, default=default, separators=(",", ":")).encode()
        return _standard(value).encode()


def decode(text: bytes) -> Any:
    """What JSON means. Raises `ValueError` for what isn't JSON, `RecursionError` where it is too deep."""
    if _LONG_NUMBER.search(text) is None and text.count(b"[") + text.count(b"{") < _DEEP:
        try:
            return orjson.loads(text)
        except ValueError:
            pass
    return json.loads(text)
