"""What comes in from a chat and what goes out to one, the same for every channel.

A channel turns its platform's JSON into an `Incoming` and draws a `Message` in its platform's calls; nothing between
the two knows which platform it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.chat.text import Words, from_json, to_json

Kind = Literal[
    "text",  # typed words; also a caption without a file we can use
    "button",  # a tap on one of our buttons; `button` holds its data
    "contact",  # a shared phone number
    "photo",
    "document",
    "location",
    "edited",  # an earlier message was changed; `text` holds the new words
    "blocked",  # the person blocked us
    "unblocked",
    "group",  # somebody spoke to us in, or added us to, a group
    "moved",  # the same person has another address from now on; `also` holds it
    "stopped",  # she has told the platform that she wants nothing that the office starts
    "resumed",  # … that she wants it again
    "other",  # sticker, voice, poll…: understood as "something", named in `what`
]


@dataclass(frozen=True, slots=True)
class File:
    """A file at the platform, to be fetched by its `id` in a job. `size` in bytes, 0 when not told."""

    id: str
    size: int = 0
    mime: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a person did.

    `key` is unique within the channel account (Telegram: ``u:<update_id>``), `address` is where an answer goes
    (Telegram: the chat's id), `at` is the platform's time, UTC.
    """

    key: str
    address: str
    kind: Kind
    at: datetime
    text: str = ""
    button: str = ""
    callback: str = ""  # acknowledge a tap under this id
    message: str = ""  # the platform's id of the message (of a tap: the message that holds the button)
    phone: str = ""  # kind "contact": as the platform writes it
    own: bool = False  # kind "contact": the number is the sender's own
    file: File | None = None
    latitude: float | None = None
    longitude: float | None = None
    name: str = ""  # what the platform calls the person; never shown to others as a checked name
    language: str = ""  # what the platform says of the app's language, e.g. "id", "en"
    what: str = ""  # kind "other": the platform's word for it, e.g. "sticker"
    number: str = ""  # the sender's own phone number (+62…), where the platform tells it with whatever she does
    also: str = ""  # another address of hers on this account: WhatsApp's number beside its user id


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a message. `data` comes back as `Incoming.button` when it is tapped (at most 64 bytes)."""

    label: Words
    data: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes out with a message: a picture that is shown, or a document to be kept.

    `media` is its row in the table `media`, `name` what the person's phone calls it ("data-saya.pdf"). In the outbox
    there is only this; the sender puts the `content` in right before it is sent, so a channel is never without it.
    `of` is the person whose file it is, where an officer is shown somebody else's.
    """

    media: int
    name: str
    kind: Literal["image", "document"]
    mime: str
    content: bytes = field(default=b"", repr=False, compare=False)
    of: int = 0

    def to_json(self) -> list[Any]:
        """All but the content."""
        return [self.media, self.name, self.kind, self.mime, *([self.of] if self.of else [])]

    @classmethod
    def from_json(cls, data: list[Any]) -> Attachment:
        """What `to_json` wrote."""
        media, name, kind, mime, *of = data
        return cls(media, name, kind, mime, of=of[0] if of else 0)


@dataclass(frozen=True, slots=True)
class Template:
    """A message that the platform has approved, by its name there: all that may go where a person hasn't written for
    long. `words`: what would have been said stands in it."""

    name: str
    language: str
    words: bool = False


MORE = "more."
"""Begins the data of a button that a channel adds itself, where a platform shows few choices at a time: the place of
the first choice to be shown next follows ("more.9"). It answers nothing, so it isn't signed."""

Op = Literal[
    "send",
    "edit",  # new text and buttons for the message that row `replaces` sent
    "unbutton",  # take its buttons away
    "answer",  # only acknowledge `callback`
    "typing",
]


@dataclass(frozen=True, slots=True)
class Message:
    """What the bot says in one bubble: paragraphs, then one button a row; neutral, its texts still lazy.

    `share_phone` is the label of a platform's "share my phone number" button, where it has one; `share_place` of the
    one that shares where she is; `no_keys` takes such a button away again. `callback` is a tap to acknowledge along the
    way (losing that is harmless, so it needs no row of its own). With a `file` the text is its caption, where it fits
    (see the channels), with the buttons under it.
    `first` is the choice to begin with on a platform that shows few at a time (`MORE`).
    """

    parts: tuple[Words, ...] = ()
    buttons: tuple[Button, ...] = ()
    share_phone: Words | None = None
    no_keys: bool = False
    callback: str = ""
    op: Op = "send"
    file: Attachment | None = None
    first: int = 0
    share_place: Words | None = None
    template: Template | None = None  # set by the sender, right before it is sent

    def to_json(self) -> dict[str, Any]:
        """As kept in the outbox, without what is empty."""
        data: dict[str, Any] = {}
        if self.parts:
            data["parts"] = [to_json(p) for p in self.parts]
        if self.buttons:
            data["buttons"] = [[to_json(b.label), b.data] for b in self.buttons]
        if self.share_phone is not None:
            data["share_phone"] = to_json(self.share_phone)
        if self.share_place is not None:
            data["share_place"] = to_json(self.share_place)
        if self.no_keys:
            data["no_keys"] = True
        if self.callback:
            data["callback"] = self.callback
        if self.op != "send":
            data["op"] = self.op
        if self.file is not None:
            data["file"] = self.file.to_json()
        if self.first:
            data["first"] = self.first
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Message:
        """What `to_json` wrote, of this or an earlier version (`BODY_VERSION`)."""
        return cls(
            parts=tuple(from_json(p) for p in data.get("parts", ())),
            buttons=tuple(Button(from_json(label), tap) for label, tap in data.get("buttons", ())),
            share_phone=from_json(data["share_phone"]) if "share_phone" in data else None,
            no_keys=data.get("no_keys", False),
            callback=data.get("callback", ""),
            op=data.get("op", "send"),
            file=Attachment.from_json(data["file"]) if "file" in data else None,
            first=data.get("first", 0),
            share_place=from_json(data["share_place"]) if "share_place" in data else None,
        )


BODY_VERSION = 1
"""Version of `Message.to_json`, kept beside every outbox row."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the platform answered: its id of the message (empty where it gives none)."""

    id: str = ""
    ids: tuple[str, ...] = field(default=())  # all of them, where a long text went in several


@dataclass(frozen=True, slots=True)
class Standing:
    """What a platform tells of our account itself.

    `about` is what it tells of: "account", "number", "tier" (how many people may be begun with in 24 hours: `state` is
    the number), ``template <name> <language>``, or a field we don't know. `state` and `why` are the platform's own
    words. `wrong`: somebody has to do something about it. `at` is when it came to be so, None where that isn't told.
    """

    about: str
    state: str
    why: str = ""
    wrong: bool = False
    at: datetime | None = None


Fate = Literal["sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True)
class Status:
    """What a platform tells, later and perhaps more than once or out of order, about a message of ours.

    `id` is the platform's id of the message, `mark` what we had it carry (`Channel.send`), `errors` its numbers and
    words of what went wrong. `billable` is None where nothing is told about the price; `category` is what it is charged
    as ("service", "utility"…), `tariff` by which rule ("regular", "free_customer_service", "free_entry_point").
    """

    id: str
    fate: Fate
    at: datetime
    address: str = ""
    mark: str = ""
    billable: bool | None = None
    category: str = ""
    tariff: str = ""
    errors: tuple[tuple[int, str], ...] = ()
