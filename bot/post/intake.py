"""Intake: an update is committed to the inbox before its platform is told that we have it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.messages import Incoming, Message
from bot.chat.seams import Busy, Channel, Raw
from bot.chat.text import t
from bot.domain import inbox, outbox, people
from bot.domain.db import Db, StoreDown
from bot.domain.inbox import Letter
from bot.domain.keys import KEPT
from bot.domain.people import Contact
from bot.domain.prepared import Torn
from bot.post import turn
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
    failed: Exception | None = None  # its turn was tried at once


class Intake:
    """The door of one channel account."""

    def __init__(
        self,
        office: Office,
        channel: Channel,
        account: int,
        slots: Slots,
        language: str,
        wake: Callable[[], None],
        *,
        at_once: bool = True,
    ) -> None:
        """`at_once`: a known person's turn may be done in the commit that keeps her update. Not where the last process
        ended in the middle of its work: a turn that ends the process must have been counted before (rule 3)."""
        self._office = office
        self._channel = channel
        self._account = account
        self._slots = slots
        self._language = language
        self._flood = Flood(office.bounds.flood_updates, office.bounds.flood_seconds)
        self._wake = wake
        self._known: dict[str, Contact] = {}  # by address: whom we heard of last
        self.at_once = at_once
        self.open = True

    async def deliver(self, raws: Sequence[Raw]) -> None:
        """Keep updates; returns after the commit. Raises `Busy` when the store is away, the queue full, or we stop."""
        if not self.open or self._slots.waiting > self._office.bounds.queue:
            raise Busy("stopping" if not self.open else "too much is waiting")
        heard = [found for raw in raws if (found := self._hear(raw)) is not None]
        try:
            if len(heard) == 1:
                turned = [await self._turned(heard[0])]
            else:
                turned = await _all_of(self._turned(found) for found in heard)
            await self._keep_for_later([found for found, over in zip(heard, turned, strict=True) if not over])
        except StoreDown as error:
            raise Busy("the store is away") from error

    async def _turned(self, found: _Heard) -> bool:
        """Keep an update and do its turn in one commit, where nothing else of that person is under way.

        False when that can't be: then it is kept first, and has its turn in its slot.
        """
        contact = self._known.get(found.incoming.address) if self.at_once and found.incoming else None
        if found.incoming is None or contact is None:
            return False
        at = _done_at(found.incoming, self._office.clock.now())
        if self._flood.full(contact.address, at) or not self._slots.begin(contact.person):
            return False
        # An answer to this may be put in the sender's hands only when the one before is known to have gone out.
        sender = self._office.senders.get(self._account) if self._office.store.sole else None
        sent = sender.take_sent() if sender else []
        work = partial(
            turn.at_once, contact=contact, incoming=found.incoming, raw=found.raw, office=self._office, sent=sent
        )
        try:
            kept = await self._office.store.turn(work)
        except StoreDown:
            raise
        except people.Gone:
            del self._known[contact.address]
            return False
        except Exception as error:
            found.failed = error
            return False
        else:
            sent = []
            if kept is None:
                self._office.metrics.duplicates.inc()
                return True
            self._flood.count(contact.address, at)
            self._heard(kept[0])
            self._slots.turned(*kept)
            return True
        finally:
            if sender and sent:
                sender.sent(sent)
            self._slots.end(contact.person)

    async def _keep_for_later(self, heard: list[_Heard]) -> None:
        if not heard:
            return
        letters = await self._all(heard)
        for found, letter in zip(heard, letters, strict=True):
            if found.error:
                log.error("unreadable", account=self._account, key=found.key, error=found.error)
            if found.flood:
                self._office.metrics.floods.inc()
            elif letter is None:
                self._office.metrics.duplicates.inc()
            else:
                self._heard(letter)
                self._remember(found, letter)
        for found, letter in zip(heard, letters, strict=True):
            if letter is not None and letter.person:
                if found.failed:
                    await self._slots.failed(letter, found.failed)
                else:
                    self._slots.put([letter])
        if any(found.flood for found in heard):
            self._wake()

    async def _all(self, heard: list[_Heard]) -> list[Letter | None]:
        write = self._office.store.write
        try:
            return await write(lambda db: [self._keep_hers(db, found) for found in heard])
        except StoreDown:
            raise
        except Exception:  # one of them can't be kept: each by itself, to find out which
            return await write(lambda db: [self._keep(db, found) for found in heard])

    def _heard(self, letter: Letter) -> None:
        platform = self._channel.account.partition(":")[0]
        self._office.metrics.updates.labels(platform, self._channel.desk, letter.kind).inc()

    def _remember(self, found: _Heard, letter: Letter) -> None:
        """Whose address it is, so that the next update of it can be turned at once."""
        if found.incoming and letter.person:
            address = found.incoming.address
            self._known[address] = Contact(letter.contact, letter.person, self._account, address)
            if len(self._known) > KEPT:
                del self._known[next(iter(self._known))]

    def _hear(self, raw: Raw) -> _Heard | None:
        """Read an update; what can't be read is kept as it is. None: nothing a person did."""
        try:
            incoming = self._channel.heard(raw)
        except Exception as error:  # a bug or a new kind of update: keep it, replay it when the reader is mended
            whole = json.dumps(raw, sort_keys=True, default=repr)
            key = f"u:{raw.get('update_id', hashlib.blake2s(whole.encode()).hexdigest())}"
            return _Heard(raw, key[:120], None, type(error).__name__)
        return None if incoming is None else _Heard(raw, incoming.key, incoming)

    def _keep(self, db: Db, found: _Heard) -> Letter | None:
        """Keep one update. One that can't be kept as its person's (her key is gone) is kept as unreadable: it must not
        hold back the others of its delivery, or come again for ever."""
        db.mark()
        try:
            return self._keep_hers(db, found)
        except (StoreDown, SQLAlchemyError, sqlite3.Error, Torn):
            raise
        except Exception as error:
            db.undo()
            found.error = type(error).__name__
            id = inbox.add_unreadable(db, self._account, found.key, found.raw, found.error)
            return None if id is None else Letter(id, self._account, 0, 0, 0, "unreadable")

    def _keep_hers(self, db: Db, found: _Heard) -> Letter | None:
        found.flood = False
        if found.incoming is None:
            id = inbox.add_unreadable(db, self._account, found.key, found.raw, found.error)
            return None if id is None else Letter(id, self._account, 0, 0, 0, "unreadable")
        contact = people.meet(db, self._account, found.incoming, self._channel.desk, self._language)
        address, at = found.incoming.address, _done_at(found.incoming, db.now)
        if not self._flood.full(address, at):
            letter = inbox.add(db, contact, found.incoming, found.raw)
            if letter is not None:
                self._flood.count(address, at)
            return letter
        if inbox.has(db, self._account, found.key):
            return None
        found.flood = True
        if self._flood.tell(address, db.now):
            slowly = t("That is a lot of messages at once. Please wait a moment, then write again.")
            outbox.put(db, contact, Message((slowly,)), f"flood:{found.key}")
        return None


async def _all_of(tries: Iterable[Awaitable[bool]]) -> list[bool]:
    """Wait for all, then raise the first error."""
    results = await asyncio.gather(*tries, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if isinstance(result, bool)]


def _done_at(incoming: Incoming, now: datetime) -> datetime:
    """When a person did this: an outage brings many hours at once, and a tap doesn't tell its own time."""
    return now if incoming.kind == "button" else min(incoming.at, now)


class Flood:
    """Counts what an address does: at most `most` in `seconds`; what is more is left aside, told once a minute."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._window = timedelta(seconds=seconds)
        self._counts: dict[str, tuple[datetime, int]] = {}
        self._told: dict[str, datetime] = {}

    def full(self, address: str, at: datetime) -> bool:
        """Whether one more of this address, done `at`, would be too many."""
        since, count = self._counts.get(address, (at, 0))
        return abs(at - since) < self._window and count >= self._most

    def count(self, address: str, at: datetime) -> None:
        since, count = self._counts.get(address, (at, 0))
        self._counts[address] = (since, count + 1) if abs(at - since) < self._window else (at, 1)
        if len(self._counts) > 50_000:
            self._counts = {a: c for a, c in self._counts.items() if at - c[0] < self._window}
            self._told = {a: told for a, told in self._told.items() if at - told < timedelta(minutes=1)}

    def tell(self, address: str, now: datetime) -> bool:
        """Whether to tell this address now that it is too fast."""
        told = self._told.get(address)
        if told and now - told < timedelta(minutes=1):
            return False
        self._told[address] = now
        return True
