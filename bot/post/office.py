"""What the stations share: the store, the rules of conversation, the channels, and the numbers that bound them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from bot.chat.conversation import Rules
from bot.chat.seams import Channel, Clock
from bot.domain.outbox import Parcel, Sent
from bot.domain.verdicts import Outcome
from bot.metrics import Metrics
from bot.post.store import Store


@dataclass(frozen=True, slots=True)
class Bounds:
    """Numbers from the configuration: [limits] and [retention]. Seconds where not said otherwise."""

    flood_updates: int = 20
    flood_seconds: float = 10
    queue: int = 10_000
    same_question: int = 10
    turn_warn: float = 0.05
    reply_expires: timedelta = timedelta(minutes=15)
    retries: tuple[float, ...] = (1.0, 5.0)  # pauses before the second and third try of a turn
    store_retry: float = 1.0
    payload: timedelta = timedelta(hours=24)
    messages: timedelta = timedelta(days=30)
    dedupe: timedelta = timedelta(days=14)
    quarantine: timedelta = timedelta(days=30)
    tickets: timedelta = timedelta(days=365)
    wishes: timedelta = timedelta(days=365)
    copies: timedelta = timedelta(days=30)
    notice: timedelta = timedelta(days=30)
    budget: int = 0  # rupiah a month for WhatsApp; 0: no limit


class Sends(Protocol):
    """The sender of an account, as the other stations see it."""

    def take(self, parcels: Sequence[Parcel]) -> None:
        """Send what was put in its hands."""
        ...

    def free(self, contact: int) -> bool:
        """Whether, as far as it was told, no answer waits in that chat, and nothing of it is in its hands."""
        ...

    def wake(self, chats: Collection[int] | None = None, *, bulk: bool = False) -> None:
        """There may be something to send to these contacts, or (None) to anybody."""
        ...

    def heard(self, count: int) -> None:
        """So many messages came in."""
        ...

    def told(self, outcome: Outcome) -> None:
        """What the platform told afterwards of what was sent."""
        ...

    def take_sent(self) -> list[Sent]:
        """Outbox rows that went out, with their ids at the platform, for whoever writes that down before it does."""
        ...

    def sent(self, rows: Sequence[Sent]) -> None:
        """They weren't written down after all."""
        ...

    def noted(self, rows: Sequence[Sent]) -> None:
        """They are written down."""
        ...


@dataclass(frozen=True, slots=True)
class Office:
    """One running installation, without its loops."""

    store: Store
    rules: Rules
    clock: Clock
    metrics: Metrics
    bounds: Bounds = field(default_factory=Bounds)
    channels: Mapping[int, Channel] = field(default_factory=dict[int, Channel])  # by account id
    senders: dict[int, Sends] = field(default_factory=dict[int, Sends])  # by account id
    media: Path = Path("media")
    """Where the sealed files lie (`bot.domain.media.folder`)."""
