"""Intake: an update is committed to the inbox before its platform is told that we have it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.messages import Incoming, Message
from bot.chat.seams import Busy, Channel, Raw
from bot.chat.text import t
from bot.domain import engine, inbox, outbox, people
from bot.domain.db import Db, StoreDown
from bot.domain.inbox import Letter
from bot.domain.keys import KEPT
from bot.domain.people import Contact
from bot.domain.prepared import Torn
from bot.post import turn
from bot.post.fates import Fates
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
    turned: turn.Turned | Exception | None = None  # its turn was done at once, or what it failed with
    begun: int = 0  # whose turn it is that is done at once, where only the store could tell
    first: bool = False  # it isn't being kept by another delivery
    counted: bool = False  # in the flood limit, however often its transaction is run again
    told: bool | None = None  # whether it is this one on which she is told that it was too much


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
        """`at_once`: a person's turn may be done in the commit that keeps her update. Not where the last process
        ended in the middle of its work: a turn that ends the process must have been counted before (rule 3)."""
        self._office = office
        self._channel = channel
        self._account = account
        self._slots = slots
        self._language = language
        self._flood = Flood(office.bounds.flood_updates, office.bounds.flood_seconds)
        self._wake = wake
        self._told = Fates(office, channel, account)
        self._known: dict[str, Contact] = {}  # by address: whom we heard of last
        self._arriving: Counter[str] = Counter()  # addresses of what is being kept for its slot
        self._keeping: set[str] = set()  # keys of what is being kept
        self._turning: dict[str, list[int]] = {}  # addresses of what is with the store as a turn, and of whose
        self._complained = float("-inf")  # when it was last logged that nothing can be kept
        self.at_once = at_once
        self.open = True

    async def deliver(self, raws: Sequence[Raw]) -> None:
        """Keep updates; returns after the commit. Raises `Busy` when the store is away, the queue full, or we stop."""
        if not self.open or self._slots.waiting > self._office.bounds.queue:
            raise Busy("stopping" if not self.open else "too much is waiting")
        told, stands, raws = self._told.taken(raws)
        heard = [found for raw in raws if (found := self._hear(raw)) is not None]
        for found in heard:
            found.first = found.key not in self._keeping
            self._keeping.add(found.key)
        if sender := self._office.senders.get(self._account):
            sender.heard(len(heard))
        # Given to the store in the order they came, before anything else can be: that is the order of a person's turns.
        # What is with the store as a turn of hers isn't in order with what is written; so it is one or the other.
        works: list[Awaitable[None]] = [self._told.keep(told)] if told else []
        works += [self._told.stand(stands)] if stands else []
        later: list[_Heard] = []
        looked_for: set[str] = set()
        for found in heard:
            address = found.incoming.address if found.incoming else ""
            if address in looked_for:
                continue
            if contact := self._begin(found):
                works.append(self._at_once(found, contact))
            elif whose := self._turning.get(address):
                works.append(self._keep_behind(found, address, whose[0]))
            elif self._first(found):
                if later:
                    works.append(self._keep_for_later(later))
                    later = []
                looked_for.add(address)
                hers = [one for one in heard if one.incoming and one.incoming.address == address]
                works.append(self._keep_for_later(hers, self._keep_first))
            else:
                later.append(found)
        if later:
            works.append(self._keep_for_later(later))
        try:
            if len(works) == 1:
                await works[0]
            else:
                await _all_of(works)
        except StoreDown as error:
            if (now := asyncio.get_running_loop().time()) - self._complained >= 1.0:  # a platform tries many at once
                self._complained = now
                log.warning("store_down", account=self._account, error=str(error))
            raise Busy("the store is away") from error
        finally:
            self._keeping.difference_update(found.key for found in heard if found.first)

    def _first(self, found: _Heard) -> bool:
        """Whether it is known only to the store whose update this is, and her turn may be done right there."""
        if not self.at_once or not self._office.store.sole or found.incoming is None:
            return False
        return found.incoming.address not in self._known and found.incoming.address not in self._arriving

    def _begin(self, found: _Heard) -> Contact | None:
        """Whose turn can be done in the commit that keeps her update: nothing else of hers is under way. None for an
        update that is kept first, and has its turn in its slot."""
        if not self.at_once or found.incoming is None:
            return None
        address = found.incoming.address
        contact = self._known.get(address)
        if contact is None or address in self._arriving or address in self._turning:
            return None
        now = self._office.clock.now()
        at = inbox.done_at(found.incoming, now)
        full = self._flood.full(address, at) or self._slots.loops.held(contact.person, now)
        return contact if not full and self._slots.begin(contact.person) else None

    def _at_once(self, found: _Heard, contact: Contact) -> Awaitable[None]:
        assert found.incoming is not None
        # An answer to this may be put in the sender's hands only when the one before is known to have gone out.
        sender = self._office.senders.get(self._account)
        sent = sender.take_sent() if sender and self._office.store.sole else []
        work = partial(
            turn.at_once, contact=contact, incoming=found.incoming, raw=found.raw, office=self._office, sent=sent
        )
        self._turning.setdefault(contact.address, []).append(contact.person)
        return self._turned(found, found.incoming, contact, sent, self._office.store.turn(work, contact.person))

    async def _turned(
        self,
        found: _Heard,
        incoming: Incoming,
        contact: Contact,
        sent: Sequence[outbox.Sent],
        work: Awaitable[tuple[Letter, turn.Turned | Exception | None] | None],
    ) -> None:
        try:
            kept = await work
        except StoreDown:
            raise
        except Exception as error:  # it wasn't hers any more, or her turn did what undid even its keeping
            self._known.pop(contact.address, None)
            found.turned = None if isinstance(error, people.Gone) else error
            await self._keep_for_later([found])
        else:
            if sent:
                self._office.senders[self._account].noted(sent)
                sent = ()
            if kept is None:
                self._office.metrics.duplicates.inc()
                self._wake()  # or it was this one, kept by a commit whose answer was lost: then hers waits
                return
            letter, turned = kept
            if turned is None:
                self._known.pop(contact.address, None)
            else:
                self._know(contact)
            self._go_on(letter, turned)
            self._flood.count(contact.address, inbox.done_at(incoming, self._office.clock.now()))
            self._count(letter)
        finally:
            if sent:
                self._office.senders[self._account].sent(sent)
            self._turned_over(contact.address)
            self._slots.end(contact.person)

    def _turned_over(self, address: str) -> None:
        self._turning[address].pop()
        if not self._turning[address]:
            del self._turning[address]

    def _keep_for_later(
        self, heard: list[_Heard], keep: Callable[[Db, list[_Heard]], list[Letter | None]] | None = None
    ) -> Awaitable[None]:
        addresses = Counter(found.incoming.address for found in heard if found.incoming)
        self._arriving.update(addresses)
        return self._kept(heard, addresses, self._office.store.write(partial(keep or self._keep_all, heard=heard)))

    async def _kept(
        self, heard: list[_Heard], addresses: Counter[str], together: Awaitable[list[Letter | None]]
    ) -> None:
        try:
            self._put(heard, await self._letters(heard, together))
        finally:
            self._arriving -= addresses
            for found in heard:
                self._end(found)

    def _keep_behind(self, found: _Heard, address: str, person: int) -> Awaitable[None]:
        """Keep an update for its slot, behind what is with the store as a turn of hers."""
        self._turning[address].append(person)
        kept = self._office.store.turn(partial(self._keep_all, heard=[found]), person)
        return self._kept_behind(found, address, kept)

    async def _kept_behind(self, found: _Heard, address: str, kept: Awaitable[list[Letter | None]]) -> None:
        try:
            self._put([found], await self._letters([found], kept))
        finally:
            self._turned_over(address)

    def _keep_all(self, db: Db, heard: list[_Heard]) -> list[Letter | None]:
        return [self._keep_hers(db, found) for found in heard]

    def _keep_first(self, db: Db, heard: list[_Heard]) -> list[Letter | None]:
        """Keep somebody's updates and, where nothing else of hers is under way, do the turn of the first as well."""
        found, *rest = heard
        found.turned = None
        letter = self._keep_hers(db, found)
        if letter is None or not letter.fresh or not self._begins(found, letter.person):
            return [letter, *self._keep_all(db, rest)]
        try:
            found.turned = turn.take(db, letter, self._office)
        except (StoreDown, Torn):
            raise
        except Exception as error:
            if engine.is_stores(error):
                raise
            db.start_over()
            letter = self._keep_hers(db, found)
            found.turned = error
        return [letter, *self._keep_all(db, rest)]

    def _begins(self, found: _Heard, person: int) -> bool:
        """Let a person's turn be done at once; False where something of hers is under way."""
        if found.begun != person:  # another's, when this was tried before and undone
            self._end(found)
            found.begun = person if self._slots.begin(person) else 0
        return found.begun != 0

    def _end(self, found: _Heard) -> None:
        if found.begun:
            self._slots.end(found.begun)
            found.begun = 0

    async def _letters(self, heard: list[_Heard], together: Awaitable[list[Letter | None]]) -> list[Letter | None]:
        try:
            return await together
        except StoreDown:
            raise
        except Exception as error:  # one of them can't be kept: each by itself, to find out which
            for found in heard:
                if found.begun and not isinstance(found.turned, Exception):
                    found.turned = error
            return await self._office.store.write(lambda db: [self._keep(db, found) for found in heard])

    def _put(self, heard: list[_Heard], letters: list[Letter | None]) -> None:
        for found, letter in zip(heard, letters, strict=True):
            if found.error:
                log.error("unreadable", account=self._account, key=found.key, error=found.error)
            if found.flood:
                self._office.metrics.floods.inc()
            elif letter is None:
                self._office.metrics.duplicates.inc()
            else:
                self._count(letter)
                self._remember(found, letter)
        for found, letter in zip(heard, letters, strict=True):
            if letter is not None and letter.person:
                self._go_on(letter, found.turned)
        if any(found.flood for found in heard):
            self._wake()

    def _go_on(self, letter: Letter, turned: turn.Turned | Exception | None) -> None:
        """With what is kept: its turn is done, has failed, or is to come."""
        if turned is None:
            self._slots.put([letter])
        elif isinstance(turned, Exception):
            self._slots.failed(letter, turned)
        else:
            self._slots.turned(letter, turned)

    def _count(self, letter: Letter) -> None:
        platform = self._channel.account.partition(":")[0]
        self._office.metrics.heard(platform, self._channel.desk, letter.kind).inc()

    def _remember(self, found: _Heard, letter: Letter) -> None:
        """Whose address it is, so that the next update of it can be turned at once."""
        if found.incoming and letter.person:
            self._know(Contact(letter.contact, letter.person, self._account, found.incoming.address))

    def _know(self, contact: Contact) -> None:
        self._known.pop(contact.address, None)
        self._known[contact.address] = contact  # as the last one heard of
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
        address, at = found.incoming.address, inbox.done_at(found.incoming, db.now)
        loops = self._slots.loops.held(contact.person, self._office.clock.now())
        if not loops and (found.counted or not self._flood.full(address, at)):
            letter = inbox.add(db, contact, found.incoming, found.raw)
            if letter is not None:
                if not found.counted:
                    found.counted = True
                    self._flood.count(address, at)
            elif found.first:  # or it was this one, kept by a commit whose answer was lost
                letter = inbox.waits(db, self._account, found.key)
                letter = None if letter and self._slots.has(letter) else letter
            return letter
        if inbox.has(db, self._account, found.key):
            return None
        found.flood = True
        if found.told is None:
            found.told = self._flood.tell(address, db.now)
        if found.told:
            slowly = t("That is a lot of messages at once. Please wait a moment, then write again.")
            unlike = t("It seems that we don't understand each other just now. Please write again in a few minutes.")
            outbox.put(
                db,
                contact,
                Message((unlike if loops else slowly,)),
                f"flood:{inbox.row_key(db.keys, self._account, found.key)}",
            )
        return None


async def _all_of(works: Iterable[Awaitable[None]]) -> None:
    """Wait for all, then raise the first error."""
    for result in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result


class Flood:
    """Counts what an address does: at most `most` in `seconds`; what is more is left aside, told once a minute."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._window = timedelta(seconds=seconds)
        self._counts: dict[str, tuple[datetime, int]] = {}
        self._told: dict[str, datetime] = {}
        self._room = KEPT

    def full(self, address: str, at: datetime) -> bool:
        """Whether one more of this address, done `at`, would be too many."""
        since, count = self._counts.get(address, (at, 0))
        return abs(at - since) < self._window and count >= self._most

    def count(self, address: str, at: datetime) -> None:
        since, count = self._counts.get(address, (at, 0))
        self._counts[address] = (since, count + 1) if abs(at - since) < self._window else (at, 1)
        if len(self._counts) > self._room:
            self._counts = {a: c for a, c in self._counts.items() if at - c[0] < self._window}
            self._told = {a: told for a, told in self._told.items() if at - told < timedelta(minutes=1)}
            self._room = max(KEPT, 2 * len(self._counts))  # not at every message, where many are heard in that time

    def tell(self, address: str, now: datetime) -> bool:
        """Whether to tell this address now that it is too fast."""
        told = self._told.get(address)
        if told and now - told < timedelta(minutes=1):
            return False
        self._told[address] = now
        return True
