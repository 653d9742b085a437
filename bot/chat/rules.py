"""What a conversation needs of its installation, and what it gives back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.chat.buttons import Buttons
from bot.chat.flow import Flows
from bot.chat.messages import Message
from bot.chat.text import Catalogs


class Writes(Protocol):
    """What a conversation must know of the database: whether a flow wrote, how to undo it, which buttons were used."""

    def mark(self) -> None:
        """From here `wrote` and `undo` count."""
        ...

    def wrote(self) -> bool: ...

    def undo(self) -> None: ...

    def once(self, person: int, button: str) -> bool:
        """Record the use of a button; False when it was used before."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation's conversations have in common."""

    flows: Flows
    buttons: Buttons
    catalogs: Catalogs
    zone: ZoneInfo
    region: str
    office: Mapping[str, str] = field(default_factory=dict[str, str])
    idle: timedelta = timedelta(hours=12)
    patience: timedelta = timedelta(hours=24)
    number: Callable[[], int] = lambda: secrets.randbits(30) or 1


@dataclass(slots=True)
class Reply:
    """What a turn says, and a line for the log: outcome, flow and question."""

    messages: list[Message] = field(default_factory=list[Message])
    outcome: str = "answered"
    flow: str = ""
    question: str = ""
