"""What a platform's refusal does to a message: it waits, is given up, or goes another way.

The same whether the platform refused it at once or told so afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.chat.messages import Standing, Template
from bot.chat.seams import AccountRefused, Later, Never
from bot.domain import consents, outbox, people, standing
from bot.domain.db import Db
from bot.domain.tables import Lane

WINDOW = "window"
"""The reason of a row that may go as a template only."""
Wrong = Later | Never | AccountRefused
Back = Callable[[float, str, bool], bool]
"""Puts a row back: for so many seconds, why, and whether that was a try. False when it was its last."""


@dataclass(slots=True)
class Outcome:
    """What the sender has to know: whether something is to be sent or was given up, how long it has to wait, and what
    the platform says where it refuses the account."""

    due: bool = False
    dead: bool = False
    bulk_waits: float = 0.0
    all_wait: float = 0.0
    refused: str = ""

    def add(self, wrong: Wrong) -> Outcome:
        """What a refusal means for every message."""
        if isinstance(wrong, AccountRefused):
            self.refused = str(wrong)
        elif isinstance(wrong, Later):
            if wrong.account:
                self.all_wait = max(self.all_wait, wrong.seconds)
            if not wrong.counts and not wrong.alone:
                self.bulk_waits = max(self.bulk_waits, wrong.seconds)
        return self


@dataclass(frozen=True, slots=True)
class Refused:
    """The row that was refused; `template` is what it went by, where it went by one."""

    id: int
    person: int
    contact: int
    lane: Lane
    template: Template | None


def follow(db: Db, account: int, row: Refused, wrong: Wrong, back: Back, outcome: Outcome) -> None:
    """Do to a row what its refusal asks for, and add to the `outcome`."""
    if isinstance(wrong, AccountRefused):
        if outcome.refused != str(wrong):
            told = Standing(standing.SENDING, str(wrong).partition(" ")[0], str(wrong), wrong=True)
            outcome.due |= standing.note(db, account, [told])
        back(0.0, "account refused", False)
    elif isinstance(wrong, Later):
        alive = back(wrong.seconds, wrong.reason, wrong.counts)
        outcome.dead |= not alive
        if wrong.because == "template" and row.template:
            outcome.due |= standing.refused(db, account, row.template, wrong.reason)
    elif wrong.because == "window" and row.lane != Lane.REPLY:
        alive = back(0.0, WINDOW, True)
        outcome.dead |= not alive
        outcome.due |= alive
    else:
        outbox.give_up(db, row.id, wrong.reason)
        if wrong.unreachable:
            people.set_reachable(db, row.contact, False)
        if wrong.because == "opted_out":  # she has told the platform: as if she had told us
            consents.stop(db, people.load(db, row.person, row.contact)[0])
    outcome.add(wrong)
