"""Small real fakes: a platform's account whose updates are plain, and whose troubles are ordered in advance."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.chat.messages import Incoming, Message, Sent, Standing, Status
from bot.chat.seams import AccountRefused, Deliver, Desk, Later, Never, Pace, Raw
from bot.chat.text import Catalogs
from tests.office import MONDAY


class FakeChannel:
    """An account that keeps what it sends in `sent` (address, first words).

    An update is ``{"update_id", "from", "text"}``; with ``"nonsense"`` reading it fails, as long as `broken`.
    `trouble(address, words)` is asked before each send and may raise; while `gate` is closed, sends hang.
    """

    account = "telegram:111"
    desk: Desk = "owners"
    door = "owners"

    def __init__(self, pace: Pace | None = None) -> None:
        self.pace = pace or Pace()
        self.sent: list[tuple[str, str]] = []
        self.files: list[bytes] = []
        self.stored: dict[str, bytes] = {}
        self.after: list[tuple[str, ...]] = []
        self.broken = True
        self.trouble: Callable[[str, str], None] = lambda address, words: None
        self.gate = asyncio.Event()
        self.gate.set()
        self.news = asyncio.Event()
        self.flying = 0
        self.most_flying = 0

    def heard(self, raw: Raw) -> Incoming | None:
        if raw.get("nonsense") and self.broken:
            raise KeyError("nonsense")
        if "from" not in raw:
            return None
        kind = raw.get("kind", "text")
        at = MONDAY + timedelta(seconds=raw.get("after", 0))
        also = str(raw.get("also", ""))
        return Incoming(f"u:{raw['update_id']}", str(raw["from"]), kind, at, str(raw.get("text", "")), also=also)

    def updates(self, body: Raw) -> tuple[Sequence[Raw], int]:
        return [body], 0

    def status(self, raw: Raw) -> Status | None: ...

    def standing(self, raw: Raw) -> Standing | None: ...

    def failure(self, status: Status) -> Later | Never | AccountRefused:
        return Never("the fake tells of no failure")

    async def open(self, catalogs: Catalogs) -> None: ...

    async def send(
        self,
        address: str,
        message: Message,
        language: str,
        replaces: str | None = None,
        after: tuple[str, ...] = (),
        mark: str = "",
    ) -> Sent:
        words = str(getattr(message.parts[0], "msgid", message.parts[0]))
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            self.after.append(after)
            self.trouble(address, words)
            await self.gate.wait()
            self.sent.append((address, words))
            self.files += [message.file.content] if message.file else []
            self.news.set()
        finally:
            self.flying -= 1
        return Sent(str(len(self.sent)))

    async def listen(self, deliver: Deliver) -> None: ...

    def signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        return True

    def challenge(self, query: Mapping[str, str]) -> str | None: ...

    async def who(self) -> str:
        return "fake_bot"

    async def link(self, payload: str) -> str:
        return f"https://example.org/{payload}"

    async def fetch(self, file: str, most: int) -> bytes:
        """What is `stored` under that id; other ids are "later", "large", or gone."""
        if file == "later":
            raise Later(1.0, "busy")
        if (content := self.stored.get(file)) is None:
            raise Never(file, because="large" if file == "large" else "")
        assert len(content) <= most
        return content

    async def close(self) -> None: ...

    def to(self, address: str) -> list[str]:
        """What was sent to one address, in order."""
        return [words for where, words in self.sent if where == address]


def update(number: int, sender: str | int, text: str, **more: Any) -> dict[str, Any]:
    """An update of a `FakeChannel`."""
    return {"update_id": number, "from": str(sender), "text": text, **more}
