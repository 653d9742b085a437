"""The three outcomes of a reader: a value, `Invalid`, `Unsure`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from bot.chat.text import Text, Words

T_co = TypeVar("T_co", covariant=True)


class Invalid(Exception):
    """This answer can't be used; `why` tells the person, kindly and without blame. Returned or raised.

    `told`: `why` is something she has asked for ("read it all"), so the answer wasn't a wrong one.
    """

    def __init__(self, why: Text, *, told: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.told = told

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Invalid) and other.why == self.why

    def __hash__(self) -> int:
        return hash(self.why.msgid)


@dataclass(frozen=True, slots=True)
class Unsure(Generic[T_co]):
    """Probably `value`, but it must be asked back: `echo` is the question ("Rp10.000.000, is that right?").

    With `choices` (label, value) the person picks one of them; without, she answers yes or no.
    """

    value: T_co
    echo: Text
    choices: tuple[tuple[Words, T_co], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader may need to know beside the text: when it was said, and where the office is."""

    at: datetime  # aware
    zone: ZoneInfo
    region: str  # Kemendagri code of the office, e.g. "35.73"
