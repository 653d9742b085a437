"""Buttons that name what they are for, and that only the person they were made for can press.

Telegram gives a button 64 bytes, and anybody who has seen a message could send its bytes back later. So a button's
data is a short payload and a MAC over payload and person. Two kinds of payload: an answer to a question of a talk,
and the start of a flow with arguments.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

LIMIT = 64
"""Bytes of a button's data on Telegram (`callback_data`)."""
_MAC_BYTES = 8
_ROOM = LIMIT - 12  # a dot and 11 characters of MAC


@dataclass(frozen=True, slots=True)
class Answered:
    """A tap that answers question `key` (as `short` writes it) of talk `talk` with choice `code`."""

    talk: int
    key: str
    code: str


@dataclass(frozen=True, slots=True)
class Start:
    """A tap that starts `flow` with arguments, which are answers given in advance."""

    flow: str
    given: Mapping[str, str] = field(default_factory=dict[str, str])


Tap = Answered | Start


@lru_cache(maxsize=4096)
def short(key: str) -> str:
    """A question's key in five characters; collisions inside one flow are found when the flow asks."""
    return base64.b32hexencode(hashlib.blake2s(key.encode(), digest_size=3).digest()).decode().rstrip("=").lower()


class Buttons:
    """Signs and reads the data of buttons with a secret of the installation."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def answer(self, person: int, talk: int, key: str, code: str) -> str:
        return self._sign(person, f"q{talk:x}.{short(key)}.{code}")

    def start(self, person: int, flow: str, given: Mapping[str, str]) -> str:
        if ";" in "".join([flow, *given, *given.values()]) or any("=" in key for key in given):
            raise ValueError(f"no ; in what a button starts, no = in a key: {flow!r} {dict(given)!r}")
        return self._sign(person, "f" + ";".join([flow, *(f"{k}={v}" for k, v in given.items())]))

    def read(self, person: int, data: str) -> Tap | None:
        """What a tap means; None when it wasn't made here for this person, or is damaged."""
        payload, dot, mac = data.rpartition(".")
        if not dot or not hmac.compare_digest(mac.encode(), self._mac(person, payload).encode()):
            return None
        if payload.startswith("q"):
            talk, key, code = payload[1:].split(".", 2)
            return Answered(int(talk, 16), key, code)
        flow, *pairs = payload[1:].split(";")
        return Start(flow, dict(pair.split("=", 1) for pair in pairs))

    def _sign(self, person: int, payload: str) -> str:
        if len(payload.encode()) > _ROOM:
            raise ValueError(f"a button's payload has at most {_ROOM} bytes: {payload!r}")
        return f"{payload}.{self._mac(person, payload)}"

    def _mac(self, person: int, payload: str) -> str:
        digest = hmac.digest(self._secret, f"{person}|{payload}".encode(), "sha256")[:_MAC_BYTES]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
