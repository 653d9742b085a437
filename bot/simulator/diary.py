"""What happened, in the order it happened, as the lines that a test's transcript is written with.

The chats themselves don't tell it: a bubble shows how it stands now, a tap or a block leaves none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.simulator.refusal import Json

LONGEST = 4000
"""Notes that are kept; the oldest are forgotten first."""

_SECRET = re.compile(r"(?<=-)[0-9a-f]{32}$")  # of an invitation: good once, so not worth pasting


@dataclass(frozen=True, slots=True)
class Note:
    """One line, or what one bubble said. `at` in seconds since 1970; `user` 0 where time itself passed.

    `mark` as in a transcript: ``>`` a person did something, ``<`` the bot said something, ``~`` time was moved.
    """

    at: float
    bot: int
    user: int
    mark: Literal[">", "<", "~"]
    lines: list[str]


def done(kind: str, body: Json) -> str:
    """The line of a person's doing, from the update that it made; a comment where the language has no words for it."""
    if kind == "callback_query":
        rows: list[list[Json]] = body["message"].get("reply_markup", {}).get("inline_keyboard", [])
        labels = [key["text"] for row in rows for key in row if key.get("callback_data") == body["data"]]
        return f"[{labels[0]}]" if labels else f"# a tap that no button holds: {body['data']}"
    if kind == "my_chat_member":
        if body["chat"]["type"] != "private":
            return "# the bot was added to a group"
        return "(blokir)" if body["new_chat_member"]["status"] == "kicked" else "(buka blokir)"
    words = " ".join(_SECRET.sub("{code}", body.get("text", "")).split())
    if kind == "edited_message":
        return f"(ubah: {words})"
    if body["chat"]["type"] != "private":
        return f"(grup {words})"
    return words or _thing(body)


def _thing(body: Json) -> str:
    if contact := body.get("contact"):
        own = contact.get("user_id") == body["from"]["id"]
        return f"(nomor {contact['phone_number']})" if own else f"(nomor orang lain {contact['phone_number']})"
    for key, line in {"photo": "(foto)", "sticker": "(stiker)", "voice": "(suara)", "location": "(lokasi)"}.items():
        if key in body:
            return line
    return "# a document was sent"


def said(content: Json) -> list[str]:
    """The lines of a bot's new bubble: its text, then its buttons."""
    lines = [line for line in content.get("text", "").splitlines() if line.strip()]
    rows: list[list[Json]] = content.get("reply_markup", {}).get("inline_keyboard", [])
    if labels := [f"[{key['text']}]" for row in rows for key in row]:
        lines.append(" ".join(labels))
    return lines
