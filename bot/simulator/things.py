"""What there is on the platform: bots, users, chats with their bubbles, taps, files, updates on their way."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from bot.simulator.bell import Bell
from bot.simulator.refusal import Json, Params


def kept(thing: Any) -> Json:
    """A thing as it is kept: the fields that its constructor takes."""
    return {f.name: getattr(thing, f.name) for f in fields(thing) if f.init}


@dataclass
class Bot:
    token: str
    username: str
    name: str
    next_update: int
    allowed: list[str] = field(default_factory=list[str])  # empty: everything
    url: str = ""  # of the webhook; empty: polling
    secret: str = ""
    connections: int = 40
    last_error: str = ""
    last_error_at: int = 0
    commands: list[Json] = field(default_factory=list[Json])
    bell: Bell = field(default_factory=Bell, init=False)
    poll: int = field(default=0, init=False)  # number of the newest getUpdates; an older one is ended by it
    handed: int = field(default=0, init=False)  # the highest update id that a getUpdates was given

    @property
    def id(self) -> int:
        return int(self.token.split(":")[0])

    def json(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


@dataclass
class User:
    """Somebody with the platform's app. `phone` as the platform writes it: digits with the country's code."""

    id: int
    first_name: str
    language_code: str = "id"
    phone: str = ""
    deactivated: bool = False

    def json(self) -> Json:
        found: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.language_code:
            found["language_code"] = self.language_code
        return found


@dataclass
class Bubble:
    """A message of a chat. `seq` is the platform's counter at its last change; deleted ones stay without a message."""

    id: int
    seq: int
    message: Json | None
    editable: bool = True  # a message that brought a reply keyboard can't be edited


@dataclass
class Query:
    """A tap on an inline button, until and after the bot has answered it. `at` is its time in seconds since 1970."""

    id: str
    bot: int
    chat: int
    message_id: int
    data: str
    at: float
    seq: int
    answered: bool = False
    text: str = ""
    alert: bool = False


@dataclass
class Chat:
    """A bot's chat with a person (its id is the user's) or a group (negative id, with a title)."""

    bot: int
    id: int
    title: str = ""
    started: bool = False  # the person has written, so the bot may
    blocked: bool = False
    last_message: int = 0
    keyboard: Json | None = None  # the reply keyboard that the bot gave
    folded: bool = False  # it is put away, and the keyboard button brings it back
    seq: int = 0
    bubbles: dict[int, Bubble] = field(default_factory=dict[int, Bubble], init=False)
    taps: list[Query] = field(default_factory=list[Query], init=False)
    waiting: list[int] = field(default_factory=list[int], init=False)  # ids of its updates on their way, in order
    spoke: float | None = field(default=None, init=False)  # monotonic time of the person's last doing
    typing: float = field(default=0.0, init=False)  # monotonic time until which the bot shows as typing
    bell: Bell = field(default_factory=Bell, init=False)

    @property
    def key(self) -> tuple[int, int]:
        return self.bot, self.id

    @property
    def private(self) -> bool:
        return self.id > 0


@dataclass
class Waiting:
    """An update on its way to a bot; it is given up after `expires` (seconds since 1970)."""

    update: Json
    chat: int
    expires: float


@dataclass
class Stored:
    """A file at the platform; its id is only good for the bot it was made for."""

    id: str
    bot: int
    path: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class Sent:
    """One accepted call that a person notices. `at` is monotonic; `message` 0 where it is about none."""

    method: str
    bot: int
    chat: int
    message: int
    params: Params
    at: float
