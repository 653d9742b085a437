"""What a platform tells of our messages afterwards (statuses), and of our account: noted, never a turn.

A message makes three statuses. What comes while others are being noted is noted together afterwards.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog

from bot.chat.messages import Standing
from bot.chat.seams import Channel, Raw
from bot.domain import standing, whatsapp
from bot.domain.whatsapp import Told
from bot.post.office import Office

log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Fates:
    """The statuses of one channel account, and its standing."""

    def __init__(self, office: Office, channel: Channel, account: int) -> None:
        self._office = office
        self._channel = channel
        self._account = account
        self._waiting: list[Told] = []
        self._next: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    def taken(self, raws: Sequence[Raw]) -> tuple[list[Told], list[Standing], Sequence[Raw]]:
        """The statuses among updates, what is told of the account, and the other updates."""
        told: list[Told] = []
        stands: list[Standing] = []
        rest: list[Raw] = []
        for raw in raws:
            try:
                status, stand = self._channel.status(raw), self._channel.standing(raw)
            except ValueError as error:  # nothing that anybody waits for; what isn't told is found out in other ways
                log.warning("unreadable_status", account=self._account, error=str(error))
                continue
            if stand is not None:
                stands.append(stand)
            elif status is None:
                rest.append(raw)
            else:
                told.append(Told(status, self._channel.failure(status) if status.fate == "failed" else None))
        return told, stands, rest

    async def keep(self, told: Sequence[Told]) -> None:
        """Note statuses; returns after the commit. Raises `StoreDown`."""
        self._waiting.extend(told)
        if self._next is None:
            self._next = asyncio.create_task(self._note(), name="note statuses")
        await asyncio.shield(self._next)

    async def stand(self, told: Sequence[Standing]) -> None:
        """Note what is told of the account itself; returns after the commit. Raises `StoreDown`."""
        for one in told:
            log.info("standing", account=self._account, about=one.about, state=one.state, wrong=one.wrong)
        if await self._office.store.write(partial(standing.note, account=self._account, told=told)):
            self._wake()

    def _wake(self) -> None:
        for sender in self._office.senders.values():
            sender.wake()

    async def _note(self) -> None:
        async with self._one_at_a_time:
            told, self._waiting, self._next = self._waiting, [], None
            zone, budget = self._office.rules.zone, self._office.bounds.budget
            work = partial(whatsapp.note, account=self._account, told=told, zone=zone, budget=budget)
            outcome = await self._office.store.write(work)
            self._office.metrics.statuses.observe(len(told))
        for found in told:
            if found.status.fate == "failed":
                log.warning(
                    "failed", account=self._account, mark=found.status.mark, codes=[e[0] for e in found.status.errors]
                )
        if sender := self._office.senders.get(self._account):
            sender.told(outcome)
        if outcome.due:  # officers may be served by another one
            self._wake()
