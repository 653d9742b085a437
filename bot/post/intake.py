"""Intake: an update is committed to the inbox before its platform is told that we have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.chat.messages import Incoming, Message
from bot.chat.seams import Busy, Channel, Raw
from bot.chat.text import t
from bot.domain import inbox, outbox, people
from bot.domain.db import Db, StoreDown
from bot.domain.inbox import Letter
from bot.post.office import Office
from bot.post.slots import Slots

log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(slots=True)
class _Heard:
    """An update on its way in: what was understood of it, or why nothing was."""

    raw: Raw
    key: str
    incoming: Incoming | None
    error: str = ""
    flood: bool = False


class Intake:
    """The door of one channel account."""

    def __init__(
        self, office: Office, channel: Channel, account: int, slots: Slots, language: str, wake: Callable[[], None]
    ) -> None:
        self._office = office
        self._channel = channel
        self._account = account
        self._slots = slots
        self._language = language
        self._flood = Flood(office.bounds.flood_updates, office.bounds.flood_seconds)
        self._wake = wake
        self.open = True

    async def deliver(self, raws: Sequence[Raw]) -> None:
        """Keep updates; returns after the commit. Raises `Busy` when the store is away, the queue full, or we stop."""
        if not self.open or self._slots.waiting > self._office.bounds.queue:
            raise Busy("stopping" if not self.open else "too much is waiting")
        here: Counter[str] = Counter()
        heard = [found for raw in raws if (found := self._hear(raw, here)) is not None]
        if not heard:
            return
        try:
            letters = await self._office.store.write(lambda db: self._keep(db, heard))
        except StoreDown as error:
            raise Busy("the store is away") from error
        for found, letter in zip(heard, letters, strict=True):
            if letter is None and not found.flood:
                self._office.metrics.duplicates.inc()
            elif letter is not None:
                self._flood.count(found.incoming.address if found.incoming else "", self._office.clock.now())
                platform = self._channel.account.partition(":")[0]
                self._office.metrics.updates.labels(platform, self._channel.desk, letter.kind).inc()
            if found.error:
                log.error("unreadable", account=self._account, key=found.key, error=found.error)
        self._slots.put([letter for letter in letters if letter is not None and letter.person])
        if any(found.flood for found in heard):
            self._wake()

    def _hear(self, raw: Raw, here: Counter[str]) -> _Heard | None:
        """Read an update; what can't be read is kept as it is. None: nothing a person did, or too much of it.

        `here` counts what each address has in this delivery so far: a platform may bring a hundred at once.
        """
        try:
            incoming = self._channel.heard(raw)
        except Exception as error:  # a bug or a new kind of update: keep it, replay it when the reader is mended
            key = f"u:{raw.get('update_id', hash(repr(raw)))}"
            return _Heard(raw, key[:120], None, type(error).__name__)
        if incoming is None:
            return None
        here[incoming.address] += 1
        if not self._flood.full(incoming.address, self._office.clock.now(), here[incoming.address]):
            return _Heard(raw, incoming.key, incoming)
        self._office.metrics.floods.inc()
        tell = self._flood.tell(incoming.address, self._office.clock.now())
        return _Heard(raw, incoming.key, incoming, flood=True) if tell else None

    def _keep(self, db: Db, heard: list[_Heard]) -> list[Letter | None]:
        return [self._keep_one(db, found) for found in heard]

    def _keep_one(self, db: Db, found: _Heard) -> Letter | None:
        if found.incoming is None:
            id = inbox.add_unreadable(db, self._account, found.key, found.raw, found.error)
            return None if id is None else Letter(id, self._account, 0, 0, 0, "unreadable")
        contact = people.meet(db, self._account, found.incoming, self._channel.desk, self._language)
        if found.flood:
            slowly = t("That is a lot of messages at once. Please wait a moment, then write again.")
            outbox.put(db, contact, Message((slowly,)), f"flood:{found.key}")
            return None
        return inbox.add(db, contact, found.incoming, found.raw)


class Flood:
    """Counts an address's updates: at most `most` in `seconds`; what is more is left aside, told once a minute."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._window = timedelta(seconds=seconds)
        self._counts: dict[str, tuple[datetime, int]] = {}
        self._told: dict[str, datetime] = {}

    def full(self, address: str, now: datetime, more: int) -> bool:
        """Whether `more` of this address would be too many."""
        since, count = self._counts.get(address, (now, 0))
        return (count if now - since < self._window else 0) + more > self._most

    def count(self, address: str, now: datetime) -> None:
        since, count = self._counts.get(address, (now, 0))
        self._counts[address] = (since, count + 1) if now - since < self._window else (now, 1)
        if len(self._counts) > 50_000:
            self._counts = {a: c for a, c in self._counts.items() if now - c[0] < self._window}
            self._told = {a: at for a, at in self._told.items() if now - at < timedelta(minutes=1)}

    def tell(self, address: str, now: datetime) -> bool:
        """Whether to tell this address now that it is too fast."""
        told = self._told.get(address)
        if told and now - told < timedelta(minutes=1):
            return False
        self._told[address] = now
        return True
