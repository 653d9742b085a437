"""What there is on WhatsApp's side: business numbers, the people they know, templates, media, webhooks on their way."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

from bot.simulator.refusal import Json

DAY = 24 * 3600
WINDOW = DAY
"""Seconds for which a person's message lets the business answer freely."""
UPLOAD_KEPT, INBOUND_KEPT = 30 * DAY, 7 * DAY
NOTICE_KEPT = 7 * DAY


@dataclass
class Account:
    """A business number: its id, the WhatsApp Business account (WABA) it belongs to, and the secrets of its app."""

    phone_number_id: str
    waba: str
    phone: str  # digits
    name: str
    token: str
    secret: str  # of the app: signs webhooks
    verify: str  # what the app proves itself with when a webhook is subscribed
    url: str = ""  # of the webhook; empty: nothing is delivered yet
    month: str = ""  # for which `served` counts
    served: int = 0  # delivered service messages of this month; the first ones are free

    @property
    def id(self) -> int:
        return int(self.phone_number_id)

    @property
    def username(self) -> str:
        """What the page calls it by, as it calls a bot by its user name."""
        return self.phone_number_id

    def json(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


@dataclass
class Contact:
    """One person as one business number knows her. Times are seconds since 1970."""

    account: int
    user: int
    phone: str
    generation: int = 0  # of her business-scoped id: a changed number makes a new one
    spoke: float = 0.0
    hidden: bool = False  # she has a user name and shows no number
    stopped: bool = False  # no marketing, by her phone's own menu
    offline: bool = False
    absent: bool = False  # her number isn't on WhatsApp
    undelivered: list[Json] = field(default_factory=list[Json])  # what her statuses need: id, pricing, callback data
    unread: list[Json] = field(default_factory=list[Json])

    @property
    def key(self) -> tuple[int, int]:
        return self.account, self.user

    @property
    def user_id(self) -> str:
        """The business-scoped user id (BSUID): country, dot, letters and digits."""
        digest = hashlib.sha256(f"{self.account}:{self.user}:{self.generation}".encode()).digest()
        return f"ID.{base64.b32encode(digest)[:22].decode()}"


@dataclass
class Template:
    """A message approved by the platform. `category` is UTILITY, MARKETING or AUTHENTICATION."""

    id: str
    waba: str
    name: str
    language: str
    category: str
    components: list[Json]
    parameter_format: str = "POSITIONAL"
    status: str = "PENDING"
    reason: str = "NONE"

    def json(self) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "parameter_format": self.parameter_format,
            "components": self.components,
            **({"rejected_reason": self.reason} if self.status == "REJECTED" else {}),
        }


@dataclass
class Media:
    """A file that can be fetched until `ends`; its bytes are the platform's file of the same id."""

    id: str
    account: int
    name: str
    ends: float


@dataclass
class Notice:
    """One thing that the business has to be told: a message, a status, or something about the account.

    `key` names the list of the webhook's value that `body` goes into; empty: `body` is the whole value.
    """

    number: int
    account: int
    user: int  # 0: about no person
    field: str
    key: str
    body: Json
    contacts: list[Json]
    message: int = 0  # the bubble that shows ticks for it
    made: float = 0.0
    tries: int = 0


def wamid(account: int, user: int, number: int) -> str:
    """The id of a message on the wire."""
    return f"wamid.{base64.b64encode(f'{account}|{user}|{number}'.encode()).decode()}"


def place(name: str) -> tuple[int, int, int] | None:
    """Account, user and message number of a message's id; None for one that was never given."""
    try:
        account, user, number = base64.b64decode(name.removeprefix("wamid."), validate=True).decode().split("|")
        return int(account), int(user), int(number)
    except ValueError:
        return None
