"""Promises broken on purpose: each drill must notice its own, or it proves nothing.

Set up in a drill's own process only (`drill.desk`), in place of the part that keeps the promise.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, update

import bot.app
from bot.channels import whatsapp_channel
from bot.chat.seams import Busy
from bot.domain import engine, in_hand, inbox, jobs, outbox, upgrade
from bot.domain.db import Db
from bot.domain.inbox import Letter
from bot.domain.outbox import Parcel
from bot.domain.people import Contact
from bot.domain.tables import Outgoing
from bot.domain.tables import outbox as rows
from bot.post import turn
from bot.post.intake import Flood, Intake
from bot.post.office import Office
from bot.post.sender import Sender
from bot.post.slots import Slots
from bot.post.sqlite import SqliteStore

_numbers = itertools.count()
_kept: set[Any] = set()


def _dedupe() -> None:
    """No delivery is ever taken for a second one."""
    add = inbox.add

    def always(db: Db, contact: Any, incoming: Any, raw: Any) -> Letter | None:
        return add(db, contact, replace(incoming, key=f"{incoming.key}.{os.getpid()}.{next(_numbers)}"), raw)

    inbox.add = always


def _acknowledge_first() -> None:
    """An update is acknowledged, and kept a little later."""
    deliver = Intake.deliver

    async def soon(self: Intake, raws: Any) -> None:
        async def keep() -> None:
            await asyncio.sleep(0.05)
            await deliver(self, raws)

        task = asyncio.create_task(keep())
        _kept.add(task)
        task.add_done_callback(_kept.discard)

    Intake.deliver = soon


def _the_long_way() -> None:
    """Everything goes to its slot: what is broken is there."""
    Intake._begin = lambda self, found: None  # pyright: ignore[reportPrivateUsage]


def _answered_first() -> None:
    """What is answered at once is sent before the commit, which takes its time."""
    at_once, commit = turn.at_once, SqliteStore._commit  # pyright: ignore[reportPrivateUsage]

    def early(db: Db, contact: Contact, incoming: Any, raw: Any, office: Office, sent: Any = ()) -> Any:
        kept = at_once(db, contact, incoming, raw, office, sent)
        if kept and isinstance(kept[1], turn.Turned) and kept[1].parcels:
            parcels, kept[1].parcels = kept[1].parcels, ()
            asyncio.get_running_loop().call_soon(office.senders[contact.account].take, parcels)
        return kept

    def late(self: SqliteStore) -> None:
        time.sleep(0.02)  # in the disk's thread
        commit(self)

    turn.at_once, SqliteStore._commit = early, late  # pyright: ignore[reportPrivateUsage]


def _kept_in_hand() -> None:
    """What waits in the sender's hands at a stop stays in flight."""

    async def nothing(self: Sender) -> None: ...

    Sender._give_back = nothing  # pyright: ignore[reportPrivateUsage]


def _done_first() -> None:
    """A row is marked done in a commit before its turn."""
    _the_long_way()
    took, done = turn.take, inbox.done

    async def attempt(self: Slots, letter: Letter) -> bool:
        store = self._office.store  # pyright: ignore[reportPrivateUsage]
        await store.write(lambda db: done(db, letter, ""), alone=True)
        turned = await store.turn(partial(took, letter=letter, office=self._office))  # pyright: ignore[reportPrivateUsage]
        self._wake(turned.bulk, turned.jobs, turned.put)  # pyright: ignore[reportPrivateUsage]
        return True

    inbox.done = lambda db, letter, said, emptied=False: True
    Slots._try = attempt  # pyright: ignore[reportPrivateUsage]


def _sent_first() -> None:
    """A message is written down as sent, and sent afterwards."""
    one = Sender._one  # pyright: ignore[reportPrivateUsage]

    async def send(self: Sender, parcel: Parcel) -> None:
        office = self._office  # pyright: ignore[reportPrivateUsage]
        await office.store.write(partial(outbox.sent, rows=[(parcel.id, parcel.person, "")]))
        await asyncio.sleep(0.02)
        await one(self, parcel)

    Sender._one = send  # pyright: ignore[reportPrivateUsage]


def _never_released() -> None:
    """What was in flight when the process ended stays so, and isn't found later either."""
    outbox.release = lambda db: 0
    outbox.let_go = lambda db, rows: None


def _sent_again() -> None:
    """Each start sends one message in seven once more."""
    release = outbox.release

    def again(db: Db) -> int:
        some = rows.c.state == Outgoing.SENT, rows.c.id % 7 == 0, rows.c.attempts == 1
        db.execute(update(rows).where(*some).values(state=Outgoing.READY, ext_id=None))
        return release(db)

    outbox.release = again


def _job_dropped() -> None:
    """What was at work when the process ended counts as done."""
    jobs.release = lambda db: 0


def _any_order() -> None:
    """Of the rows that wait for a slot the newest goes first."""
    _the_long_way()
    put, pending = Slots.put, dict[int, list[Letter]]()

    def gather(self: Slots, letters: Any) -> None:
        pending.setdefault(id(self), []).extend(letters)
        asyncio.get_running_loop().call_later(0.05, flush, self)

    def flush(self: Slots) -> None:
        found, pending[id(self)] = pending.get(id(self), []), []
        put(self, reversed(found))

    Slots.put = gather


def _never_again() -> None:
    """A message that was refused for now is written down as sent."""

    def dropped(db: Db, parcel: Parcel, **_: Any) -> bool:
        outbox.sent(db, [(parcel.id, parcel.person, "")])
        return True

    outbox.put_back = dropped


def _busy_swallowed() -> None:
    """An update that can't be kept is acknowledged like any other."""
    deliver = Intake.deliver

    async def swallowed(self: Intake, raws: Any) -> None:
        try:
            await deliver(self, raws)
        except Busy:
            return

    Intake.deliver = swallowed


def _no_attempts() -> None:
    """The tries of a row aren't counted before it is tried."""
    inbox.attempt = lambda db, row: inbox.attempts(db, row)


def _no_flood() -> None:
    """Nobody is ever too fast."""
    Flood.full = lambda self, address, at: False


def _impatient() -> None:
    """A reply that a second was too long for is dropped."""
    put = outbox.put

    def short(db: Db, *args: Any, **named: Any) -> None:
        put(db, *args, **{**named, "expires": db.now})

    def later(db: Db, contact: Any, message: Any, origin: str, *_: Any) -> None:
        short(db, contact, message, origin)

    outbox.put, in_hand.answer = short, later


def _abrupt() -> None:
    """SIGTERM ends the process where it stands."""
    from drill import desk

    run = desk.run

    def deaf(*args: Any, ready: Callable[[Any, str], None], **named: Any) -> int:
        def unmannerly(app: Any, url: str) -> None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, os._exit, 0)
            ready(app, url)

        return run(*args, ready=unmannerly, **named)

    desk.run = deaf


def _no_lock() -> None:
    """A second process may open the same database."""

    class Nothing:
        def close(self) -> None: ...

    def unlocked(url: str) -> Any:
        held = engine.lock
        if engine.is_sqlite(url):
            return Nothing()
        from bot.domain import postgres

        postgres._ONE_PROCESS = os.getpid()  # pyright: ignore[reportPrivateUsage]
        return held(url)

    def own_socket(database: Path) -> Path:
        return database.with_name(f"{os.getpid()}.socket")

    bot.app.lock = unlocked
    bot.app.socket_of = own_socket  # it would notice as well, later


def _half_upgrade() -> None:
    """An upgrade commits each of its statements by itself."""

    def each(connection: Any, *_: Any) -> None:
        raw = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            if raw.in_transaction:
                raw.execute("COMMIT")
                raw.execute("BEGIN IMMEDIATE")
        else:
            raw.commit()

    upgrade.LATEST = ""
    event.listen(Engine, "after_cursor_execute", each)


def _half_copy() -> None:
    """A copy is written under its final name."""
    from drill import desk

    desk.COPIER = "tests.faults.work:half_copy"


def _no_pace() -> None:
    """A number on WhatsApp sends as fast as it can."""
    whatsapp_channel._PER_SECOND = 0.0  # pyright: ignore[reportPrivateUsage]


def _no_chat_pace() -> None:
    """One person on WhatsApp is sent as much as there is."""
    whatsapp_channel._CHAT_SECONDS = 0.0  # pyright: ignore[reportPrivateUsage]


BREAKS: dict[str, Callable[[], None]] = {
    "dedupe": _dedupe,
    "acknowledge-first": _acknowledge_first,
    "answered-first": _answered_first,
    "give-back": _kept_in_hand,
    "done-first": _done_first,
    "sent-first": _sent_first,
    "release": _never_released,
    "sent-again": _sent_again,
    "jobs": _job_dropped,
    "order": _any_order,
    "give-up": _never_again,
    "busy": _busy_swallowed,
    "attempts": _no_attempts,
    "flood": _no_flood,
    "expiry": _impatient,
    "stop": _abrupt,
    "lock": _no_lock,
    "upgrade": _half_upgrade,
    "copy": _half_copy,
    "pace": _no_pace,
    "chats": _no_chat_pace,
}

ONLY_SQLITE = {"answered-first", "give-back"}
"""Promises about what is done at once, which is only there."""


def do(broken: str) -> None:
    """Break the promise of that name in this process. Raises `KeyError` for one there isn't."""
    BREAKS[broken]()
