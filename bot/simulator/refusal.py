"""What the platform answers when it won't: `Refusal`, and the readers of a call's parameters that raise it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

Json = dict[str, Any]
Params = Mapping[str, Any]
"""A call's parameters: JSON values, or strings where they came from a form (lists and objects then as JSON text)."""


class Upload(NamedTuple):
    """A file that comes with a call; a plain (name, bytes, MIME type) will do."""

    name: str
    data: bytes
    mime: str


Files = Mapping[str, tuple[str, bytes, str]]
"""Uploads by the name of their form field."""


class Refusal(Exception):
    """An answer other than ok: an HTTP status, the platform's sentence, and `retry_after` in seconds with a 429."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after

    def envelope(self) -> Json:
        """The Bot API's JSON for it."""
        body: Json = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad(what: str) -> Refusal:
    """A 400, as the Bot API words it."""
    return Refusal(400, f"Bad Request: {what}")


def flood(seconds: int) -> Refusal:
    """A 429 that asks to wait."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", seconds)


def whole(params: Params, key: str, default: int = 0) -> int:
    """A whole number, also from a form's string. Raises `Refusal`."""
    value = params.get(key)
    if value is None or value == "":
        return default
    if isinstance(value, int):
        return int(value)
    try:
        return int(str(value))
    except ValueError:
        raise bad(f"{key} must be a number") from None


def flag(params: Params, key: str) -> bool:
    """A yes or no: true, "true", "yes", "1"."""
    return str(params.get(key, "")).lower() in {"true", "yes", "1"}


def string(params: Params, key: str) -> str:
    """A string, "" when not given; numbers are taken as they are written. Raises `Refusal` on broken Unicode."""
    value = params.get(key)
    words = "" if value is None else str(value)
    try:
        words.encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    return words


def structure(params: Params, key: str) -> Any:
    """A list or an object, as JSON or as JSON text; None when not given. Raises `Refusal`."""
    value = params.get(key)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad(f"can't parse {key} JSON object") from None


def rows_of(value: Any, what: str) -> list[list[Any]]:
    """A list of lists. Raises `Refusal` naming `what`."""
    if not isinstance(value, list):
        raise bad(f"field {what!r} must be of type Array".replace("'", '"'))
    rows = cast(list[Any], value)
    if not all(isinstance(row, list) for row in rows):
        raise bad(f"field {what!r} must be an Array of Arrays".replace("'", '"'))
    return rows
