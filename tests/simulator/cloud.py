"""An office's number on the simulator's WhatsApp, and the API called as a plain function."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from bot.simulator.cloud_api import Call
from bot.simulator.cloud_things import Account
from bot.simulator.platform import Platform

Json = dict[str, Any]
NUMBER, WABA, TOKEN, SECRET, VERIFY = "100200300400500", "900800700600500", "EAAtoken", "app-secret", "verify-me"
PHONE = "622112345678"
SITI = "+6281234567890"


def add(platform: Platform) -> Account:
    """The office's number."""
    return platform.cloud.add_account(
        NUMBER, phone=PHONE, name="Pendamping", token=TOKEN, secret=SECRET, verify=VERIFY, waba=WABA
    )


class Graph:
    """The Cloud API of one platform. Answers are (HTTP status, JSON); `told` is what the office was told since."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.account = add(platform)

    def __call__(
        self,
        verb: str,
        path: str,
        body: Json | None = None,
        *,
        token: str = TOKEN,
        query: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> tuple[int, Json]:
        call = Call(verb, path.split("/"), body or {}, query or {}, files or {}, "http://127.0.0.1:1")
        return asyncio.run(self.platform.cloud.call(token, call))

    def send(self, kind: str = "text", what: Any = None, to: str = SITI, **more: Any) -> tuple[int, Json]:
        """A message to Siti."""
        whom = {"to": to} if to else {}
        body = {"messaging_product": "whatsapp", **whom, "type": kind, kind: what or {"body": "Halo"}, **more}
        return self("POST", f"{NUMBER}/messages", body)

    def id(self, kind: str = "text", what: Any = None, **more: Any) -> str:
        """The id of an accepted message."""
        status, found = self.send(kind, what, **more)
        assert status == 200, found
        return found["messages"][0]["id"]

    def code(self, kind: str = "text", what: Any = None, **more: Any) -> int:
        """The code that a message is refused with; 0 where it is accepted."""
        _, found = self.send(kind, what, **more)
        return found["error"]["code"] if "error" in found else 0

    def template(self, name: str = "pengingat", category: str = "UTILITY", **more: Any) -> None:
        """A template with one variable and two quick replies."""
        buttons = [{"type": "QUICK_REPLY", "text": "Ya"}, {"type": "QUICK_REPLY", "text": "Nanti"}]
        parts: list[Json] = [
            {"type": "BODY", "text": "Halo {{1}}, ada kabar.", "example": {"body_text": [["Siti"]]}},
            {"type": "FOOTER", "text": "Balas STOP untuk berhenti"},
            {"type": "BUTTONS", "buttons": buttons},
        ]
        body = {"name": name, "language": "id", "category": category, "components": parts, **more}
        status, found = self("POST", f"{WABA}/message_templates", body)
        assert status == 200, found

    def told(self) -> list[tuple[str, Mapping[str, Any]]]:
        """What the office was told since the last time, piece by piece."""
        return [piece for _, body in self.platform.cloud.envelopes() for piece in pieces(body)]

    def statuses(self) -> list[tuple[str, int]]:
        """The statuses among it: state, and the code of its error (0 without one)."""
        found = [body for kind, body in self.told() if kind == "statuses"]
        return [(one["status"], one["errors"][0]["code"] if "errors" in one else 0) for one in found]


def filled(name: str = "pengingat", *values: str, payloads: tuple[str, ...] = ()) -> Json:
    """A template to send."""
    texts = [{"type": "text", "text": value} for value in values or ("Siti",)]
    keys = [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(i),
            "parameters": [{"type": "payload", "payload": payload}],
        }
        for i, payload in enumerate(payloads)
    ]
    return {"name": name, "language": {"code": "id"}, "components": [{"type": "body", "parameters": texts}, *keys]}


def pieces(body: bytes) -> list[tuple[str, Mapping[str, Any]]]:
    """The single messages, statuses and others of an envelope, as (list or field, body)."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for entry in json.loads(body)["entry"]:
        for change in entry["changes"]:
            value = change["value"]
            lists = [key for key in ("messages", "statuses", "user_preferences") if key in value]
            found += [(key, one) for key in lists for one in value[key]]
            if not lists:
                found.append((change["field"], value))
    return found
