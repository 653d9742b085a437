"""The seams of the machine: what can be exchanged for another part or a small real fake.

`Clock` (time), `Channel` (a platform's account) and what they raise. Nothing here imports a platform's library.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from bot.chat.messages import Incoming, Message, Sent, Standing, Status
from bot.chat.text import Catalogs


class Clock(Protocol):
    """The only source of the time of day. Durations are measured with `time.monotonic`, which this is not about."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine


Because = Literal["", "window", "opted_out", "large", "template", "file"]


class Later(Exception):
    """A send can't happen now; try again in `seconds`.

    `counts` is False where the platform told us to wait (that is no failed attempt); `account` is True where the whole
    account has to wait, not only this chat; `alone` where really only this chat has to, and no other gets slower.
    `ids` are the bubbles of a long text that did go out. `because` "template": its template can't be used just now.
    """

    ids: tuple[str, ...] = ()

    def __init__(
        self,
        seconds: float,
        reason: str,
        *,
        counts: bool = True,
        account: bool = False,
        alone: bool = False,
        because: Because = "",
    ) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.reason = reason
        self.counts = counts
        self.account = account
        self.alone = alone
        self.because: Because = because


class Lost(Later):
    """The call was made, and its answer lost: the message may have gone out. `mark` is what it carried.

    A platform that tells about messages afterwards (`Status`) tells their marks too: it should be asked back there
    before the message is sent again, for as long as a dated rule says (`bot.domain.whatsapp.wait_for_status`).
    """

    def __init__(self, reason: str, *, mark: str = "") -> None:
        super().__init__(0.0, reason)
        self.mark = mark


class Never(Exception):
    """A send can't ever happen. `unreachable`: the address itself is dead (blocked, deactivated, not found).

    `because` "window": she hasn't written for so long that only a template may go; "opted_out": she has told the
    platform that she wants no such messages; "large": a file to be fetched has too many bytes; "file": the file that
    lies at the platform may be to blame.
    """

    def __init__(self, reason: str, *, unreachable: bool = False, because: Because = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.unreachable = unreachable
        self.because: Because = because


class AccountRefused(Exception):
    """The platform refuses the account itself (wrong token, revoked): the sender stops, nothing is consumed.

    `ids` as in `Later`.
    """

    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an account may speak: bulk is what the office starts; replies only obey what the platform says."""

    bulk_per_second: float = 28.0
    bulk_burst: int = 5
    bulk_in_flight: int = 3
    replies_in_flight: int = 50
    per_second: float = 0.0
    """Messages that may come and go together, where the platform limits that; 0: no limit."""
    chat_seconds: float = 0.0
    """Seconds between two messages to one person, where the platform limits that; 0: no limit."""
    chat_burst: int = 1
    """Messages to one person that may go before they have to keep that distance."""
    starts: int = 0
    """Where the platform lets the office begin only by templates: with how many people in 24 hours."""


Desk = Literal["owners", "officers"]
"""Which people an account is for. Owners and officers have two bots."""

Raw = Mapping[str, Any]
"""A platform's update, as its JSON object."""

Deliver = Callable[[Sequence[Raw]], Awaitable[None]]
"""Hands updates to the inbox. Returns after the commit; raises `Busy` when they can't be kept now."""


class Busy(Exception):
    """The inbox can't keep an update now (store away, queue full): the platform should bring it again later."""


class Channel(Protocol):
    """One account on one platform."""

    @property
    def account(self) -> str:
        """Platform and the account's own id (``telegram:123456789``), never the name of a config section."""
        ...

    @property
    def desk(self) -> Desk: ...

    @property
    def door(self) -> str:
        """Where the web server brings its webhook calls: ``owners``, ``officers`` (of Telegram), ``whatsapp``."""
        ...

    @property
    def pace(self) -> Pace: ...

    def heard(self, raw: Raw) -> Incoming | None:
        """Read an update; pure. None: nothing a person did (a channel post, our own message). Raises on nonsense."""
        ...

    def updates(self, body: Raw) -> tuple[Sequence[Raw], int]:
        """The single updates that a webhook call holds, each to be kept for itself, and how many were for an account
        that isn't this one (those are let go); pure. Raises nothing: what can't be taken apart is one update."""
        ...

    def status(self, raw: Raw) -> Status | None:
        """What an update tells about a message of ours; pure. None: it tells nothing of that. Raises on nonsense."""
        ...

    def standing(self, raw: Raw) -> Standing | None:
        """What an update tells about the account itself; pure. None: nothing of that. Raises on nonsense."""
        ...

    def failure(self, status: Status) -> Later | Never | AccountRefused:
        """What a status "failed" means for its sender, as if the send had been refused so; pure."""
        ...

    async def open(self, catalogs: Catalogs) -> None:
        """Get ready to send. Doesn't need the platform to be there."""
        ...

    async def send(
        self,
        address: str,
        message: Message,
        language: str,
        replaces: str | None = None,
        after: tuple[str, ...] = (),
        mark: str = "",
    ) -> Sent:
        """Draw and send one message. Raises `Later` (`Lost` where it may have gone out), `Never` or `AccountRefused`.

        `after` are the bubbles of it that an earlier try did send (`Later.ids`): they aren't sent again. Where the
        platform can carry it, bubble n is marked ``{mark}.{n}``, and its `Status` says so.
        """
        ...

    async def listen(self, deliver: Deliver) -> None:
        """Fetch updates until cancelled (polling), or make the platform bring them and return (webhook)."""
        ...

    async def fetch(self, file: str, most: int) -> bytes:
        """The content of a file that a person sent (`File.id`). Raises `Later`, `Never` (it isn't there any more, or
        because "large": it has more than `most` bytes, which are never read) or `AccountRefused`."""
        ...

    def signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a webhook call really comes from the platform; in constant time."""
        ...

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """The answer to a platform that asks whether a webhook's address is ours; None: it isn't one that may ask."""
        ...

    async def who(self) -> str:
        """The account's public name, asked of the platform. Raises `AccountRefused` or `Later`."""
        ...

    async def link(self, payload: str) -> str:
        """A deep link that starts a flow (``flow-key-value``). Raises as `who`."""
        ...

    async def close(self) -> None: ...
