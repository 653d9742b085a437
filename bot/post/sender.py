"""The sender of one channel account: takes rows from the outbox, speaks to the platform, writes down what came of it.

No transaction is open while it waits for the network. A crash repeats at most what was in flight.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

import structlog

from bot.chat.messages import Message, Template
from bot.chat.seams import AccountRefused, Channel, Later, Lost, Never
from bot.domain import media, outbox, standing, whatsapp, windows
from bot.domain.db import Db, StoreDown
from bot.domain.keys import NoKey
from bot.domain.outbox import Parcel
from bot.domain.tables import Lane
from bot.domain.verdicts import Outcome, Refused, Wrong, follow
from bot.post.office import Office
from bot.post.pacing import Pacing
from bot.post.store import Work, insist

log: structlog.stdlib.BoundLogger = structlog.get_logger()
T = TypeVar("T")
_REPLIES = (Lane.REPLY, Lane.ALERT)
_BULK = (Lane.REMINDER, Lane.BROADCAST)
_ANY = 0  # a chat that isn't known
_MANY = 100  # rows left behind, whose chats are told apart
_POLL = 1.0  # seconds; rows that become due are found without being told
_REFUSED_PAUSE = 60.0
_CALLED = {Later: "later", Never: "never", AccountRefused: "account_refused"}


class Sender:
    """One loop, and one task for each call in flight."""

    def __init__(
        self,
        office: Office,
        channel: Channel,
        account: int,
        pacing: Pacing | None = None,
    ) -> None:
        self._office = office
        self._channel = channel
        self._account = account
        self._pacing = pacing or Pacing(channel.pace)
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_hand: deque[Parcel] = deque()  # leased, and waiting for room
        self._chats: dict[int, int] = {}  # rows we took -> their chat, until what came of them is written down
        self._strays: dict[int, int] = {}  # the same of rows on their way, as the database said last, we haven't taken
        self._found: set[int] = set()  # strays that wait in the outbox again: who brings one now brings it too late
        self._sent: list[outbox.Sent] = []  # rows to be written down as sent
        self._noting: asyncio.Task[None] | None = None
        self._stopping = False
        self._refused = False  # whether the platform refused the account when something was sent last
        self._bulk_waits = True  # whether bulk may be waiting: at first, at each poll, when told, after a full claim
        self._replies_wait = True  # the same of replies, while one is left behind, and after one was put back
        self._news = 0  # how often we were told that there may be replies
        self._waits = {_ANY: 0}  # chats in which a reply may wait -> the news that told so
        self._polled = 0.0  # when it was looked last for what nobody told of
        self._quiet = asyncio.Event()
        self._ended_run = asyncio.Event()
        self._ended_run.set()

    def wake(self, chats: Collection[int] | None = None, *, bulk: bool = False) -> None:
        """There may be something to send in these chats (None: in any); `bulk`: also of what the office starts."""
        self._wait_in((_ANY,) if chats is None else chats)
        self._bulk_waits = self._bulk_waits or bulk
        self._look()

    def _wait_in(self, chats: Iterable[int]) -> None:
        self._news += 1
        self._waits.update(dict.fromkeys(chats, self._news))
        self._replies_wait = True

    def _look(self) -> None:
        self._quiet.clear()
        self._wake.set()

    def take(self, parcels: Sequence[Parcel]) -> None:
        """Send what was put in our hands, now or as soon as there is room."""
        parcels = [parcel for parcel in parcels if parcel.id not in self._found]
        self._quiet.clear()
        self._hold(parcels)
        if self._in_hand or self._pacing.replies() < len(parcels):
            self._in_hand.extend(parcels)
            self._wake.set()
        else:
            self._begin(parcels)

    def free(self, contact: int) -> bool:
        """Whether, as far as we were told, no answer waits in that chat, and nothing of it is in our hands."""
        waits = contact in self._waits or _ANY in self._waits
        return not waits and contact not in self._chats.values() and contact not in self._strays.values()

    def _hold(self, parcels: Iterable[Parcel]) -> None:
        self._chats.update({parcel.id: parcel.contact for parcel in parcels})

    def _over(self, rows: Iterable[int]) -> None:
        """What came of these rows is written down."""
        for row in rows:
            self._chats.pop(row, None)

    def sent(self, rows: Sequence[outbox.Sent]) -> None:
        """These rows went out, under these ids: that is to be written down."""
        self._sent.extend(rows)
        if self._sent and self._noting is None:
            self._noting = asyncio.create_task(self._note_sent(), name="note sent")

    def take_sent(self) -> list[outbox.Sent]:
        """What was sent and isn't being written down yet, for somebody who writes it down before us."""
        rows, self._sent = self._sent, []
        return rows

    def noted(self, rows: Sequence[outbox.Sent]) -> None:
        """Somebody has written these down."""
        self._over(row for row, *_ in rows)

    def heard(self, count: int) -> None:
        """So many messages came in, which use up what may go through the account."""
        self._pacing.passed(count)

    def told(self, outcome: Outcome) -> None:
        """What the platform told afterwards of what we sent: wait, stop, or send again."""
        if outcome.refused:
            self._refused = True
            self._pacing.stop_all(_REFUSED_PAUSE)
            log.error("account_refused", account=self._channel.account, hint="pendamping check")
        if outcome.all_wait:
            self._pacing.stop_all(outcome.all_wait)
        if outcome.bulk_waits:
            self._pacing.told_to_wait(outcome.bulk_waits)
        if outcome.due:
            self.wake(bulk=True)

    async def run(self) -> None:
        """Send until cancelled or stopped."""
        self._ended_run.clear()
        try:
            await self._run()
        finally:
            self._ended_run.set()

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            wait = _POLL
            try:
                wait = await self._round()
            except StoreDown as error:
                log.warning("store_down", account=self._account, error=str(error))
            if self._wake.is_set():
                continue
            if self._idle() and (not self._bulk_waits or self._pacing.paused()):
                self._quiet.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    def _idle(self) -> bool:
        return not self._tasks and not self._in_hand and self._noting is None

    async def settled(self) -> None:
        """Wait until nothing is due and nothing is in flight."""
        await self._quiet.wait()

    async def stop(self, seconds: float) -> None:
        """Begin nothing new; give what is in flight `seconds` to end."""
        self._stopping = True
        self._wake.set()
        try:
            async with asyncio.timeout(seconds):
                await self._ended_run.wait()  # a round that is taking rows begins their sends
                await self._give_back()
                if self._tasks:
                    await asyncio.wait(self._tasks)
                if self._noting:
                    await asyncio.wait([self._noting])
        except TimeoutError:
            log.warning("stop_sender", account=self._account, in_flight=len(self._tasks))
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._noting:
            self._noting.cancel()
            await asyncio.wait([self._noting])

    async def _round(self) -> float:
        """Begin what may begin now; seconds until it is worth looking again without being woken."""
        write, now = self._office.store.write, asyncio.get_running_loop().time()
        if poll := now - self._polled >= _POLL:
            self._replies_wait = self._bulk_waits = True
        while self._in_hand and self._pacing.replies() > 0:
            self._begin([self._in_hand.popleft()])
        if self._pacing.stopped():
            await self._give_back()
        if poll:
            await self._find(await write(partial(outbox.on_their_way, account=self._account)))
            self._polled = now
        if self._replies_wait and (most := self._pacing.replies()) > 0:
            self._replies_wait = False  # before the claim: who wakes us meanwhile may have more than it sees
            news = self._news
            try:
                parcels, left = await write(partial(self._replies, most=most))
            except StoreDown:
                self._replies_wait = True
                raise
            self._hold(parcels)
            self._waits = {chat: told for chat, told in self._waits.items() if told > news}
            if left:
                self._wait_in(left)
            self._begin(parcels)
        if self._bulk_waits and not self._stopping and (most := self._pacing.bulks()) > 0:
            self._bulk_waits = False
            try:
                parcels = await write(partial(outbox.claim, account=self._account, lanes=_BULK, most=most))
            except StoreDown:
                self._bulk_waits = True
                raise
            self._pacing.spend(len(parcels))
            self._hold(parcels)
            self._begin(parcels)
            self._bulk_waits = self._bulk_waits or len(parcels) == most
        if wait := self._pacing.full_for():
            return min(wait, _POLL)
        return min(self._pacing.next_bulk(), _POLL) if self._bulk_waits and self._pacing.room() else _POLL

    def _replies(self, db: Db, most: int) -> tuple[list[Parcel], list[int]]:
        """What is taken, and where something is left: what waits behind another one goes when that has gone."""
        parcels = outbox.claim(db, self._account, _REPLIES, most)
        left = outbox.waiting(db, self._account, _REPLIES, _MANY)
        return parcels, left if len(left) < _MANY else [_ANY]

    async def _find(self, leased: Mapping[int, int]) -> None:
        """Have what is on its way, as the database says, and in nobody's hands, now as a poll ago, wait again: it was
        taken by a commit that came through without a word. From the first look on its chat isn't free, so that no turn
        that was told otherwise is still at work when it waits."""
        strays = {row: chat for row, chat in leased.items() if row not in self._chats}
        lost, self._strays = {row: chat for row, chat in strays.items() if row in self._strays}, strays
        if lost:
            self._found.update(lost)  # at once: the word may still come
            self._wait_in(lost.values())
            await self._note(partial(outbox.let_go, rows=sorted(lost)))
            self._bulk_waits = True
            log.warning("found", account=self._account, rows=sorted(lost))

    async def _give_back(self) -> None:
        """What waits in our hands waits in the outbox from now on."""
        if self._in_hand:
            parcels, self._in_hand = list(self._in_hand), deque()
            await self._note(partial(_put_back, parcels=parcels))
            self._wait_in(parcel.contact for parcel in parcels)
            self._over(parcel.id for parcel in parcels)

    def _begin(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            bulk = parcel.lane in _BULK
            self._pacing.bulk += bulk
            self._pacing.replying += not bulk
            if wait := self._pacing.said(parcel.contact):
                work = self._wait(parcel, wait, "enough was said to her")
            else:
                self._pacing.passed(1)
                work = self._one(parcel)
            task = asyncio.create_task(work, name=f"send {parcel.id}")
            self._tasks.add(task)
            task.add_done_callback(partial(self._ended, bulk))

    def _ended(self, bulk: bool, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._pacing.bulk -= bulk
        self._pacing.replying -= not bulk
        if not task.cancelled() and (error := task.exception()):
            # Its row stays on its way until the next start: tried again here, it might be sent again without end.
            log.error("send_broken", account=self._account, error=type(error).__name__)
        self._look()

    async def _wait(self, parcel: Parcel, seconds: float, why: str) -> None:
        """It may not go yet, which is no attempt."""
        back = partial(outbox.put_back, parcel=parcel, seconds=seconds, reason=why, counts=False)
        await self._note(partial(back, after=parcel.after))
        self._wait_in([parcel.contact])
        self._over([parcel.id])
        log.info("waits", row=parcel.id, account=self._account, why=why)

    async def _one(self, parcel: Parcel) -> None:
        outcome, message, doubtful = "sent", parcel.message, None
        try:
            message = await self._filled(parcel)
            after, mark = parcel.after, whatsapp.mark(parcel.id, parcel.attempts)
            if parcel.lane != Lane.REPLY and self._channel.pace.starts:
                way = await self._note(self._way(parcel))
                if way.wait:
                    await self._wait(parcel, way.wait, way.reason)
                    return
                message = replace(message, template=way.template)
                doubtful = way.template if way.doubtful else None
            if parcel.attempts > 1:  # what a status has told of meanwhile isn't sent again
                after = await self._note(partial(whatsapp.out, row=parcel.id, after=after))
            sent = await self._channel.send(parcel.address, message, parcel.language, parcel.replaces, after, mark)
        except Lost as lost:
            outcome = "lost"
            if not await self._note(partial(whatsapp.wait_for_status, parcel=parcel, lost=lost)):
                outcome = "dead"
        except (Later, Never, AccountRefused) as wrong:
            outcome = _CALLED[type(wrong)]
            self.told(Outcome().add(wrong))
            after = parcel.after if isinstance(wrong, Never) else wrong.ids or parcel.after
            came = await self._note(
                partial(_followed, account=self._account, parcel=parcel, wrong=wrong, by=message.template, after=after)
            )
            outcome = "dead" if came.dead else outcome
            if came.due:  # officers may be served by another sender
                for sender in self._office.senders.values():
                    sender.wake()
        except Exception as error:  # a bug in drawing or in a library: this row must not stop the others
            outcome = "broken"
            reason = f"broken: {type(error).__name__}"
            back = partial(
                outbox.put_back,
                parcel=parcel,
                seconds=5.0 * parcel.attempts,
                reason=reason,
                counts=True,
                after=parcel.after,
            )
            if not await self._note(back):
                outcome = "dead"
        else:
            self.sent([(parcel.id, parcel.person, sent.id)])
            if self._refused and self._channel.door != "whatsapp":  # there only a status tells that it went out
                self._refused = False
                await self._note(lambda db: standing.mended(db, self._account, db.now))
            if doubtful:
                await self._note(partial(standing.taken, account=self._account, template=doubtful))
            if sent.ids:
                self._pacing.said_more(parcel.contact, len(sent.ids) - len(after) - 1)
        if outcome != "sent":
            self._wait_in([parcel.contact])
            self._over([parcel.id])
        self._office.metrics.sent(outcome).inc()
        level = log.info if outcome in ("sent", "later", "lost") else log.warning
        level("send", row=parcel.id, account=self._account, contact=parcel.contact, lane=parcel.lane.name.lower(),
              attempt=parcel.attempts, outcome=outcome)  # fmt: skip

    def _way(self, parcel: Parcel) -> Work[windows.Way]:
        starts, budget, zone = self._channel.pace.starts, self._office.bounds.budget, self._office.rules.zone
        return partial(windows.way, parcel=parcel, account=self._account, starts=starts, budget=budget, zone=zone)

    async def _note_sent(self) -> None:
        """Write down what was sent, together what was sent while the last were written down."""
        try:
            while self._sent:
                rows, self._sent = self._sent, []
                await self._note(partial(outbox.sent, rows=rows))
                self._over(row for row, *_ in rows)
        finally:
            self._noting = None
            self._look()  # what waits behind it in its chat may go now

    async def _filled(self, parcel: Parcel) -> Message:
        """The message with what is in its file, unsealed only now. Raises `Never` when that isn't kept any more."""
        file = parcel.message.file
        if file is None:
            return parcel.message
        try:
            keys, kept = await self._note(lambda db: (db.keys, media.find(db, file.of or parcel.person, file.media)))
            if kept is None:
                raise FileNotFoundError
            content = await asyncio.to_thread(media.read, keys, self._office.media, kept)
        except (FileNotFoundError, NoKey):
            raise Never("its file isn't kept any more") from None
        return replace(parcel.message, file=replace(file, content=content))

    async def _note(self, work: Work[T]) -> T:
        """Write down what came of a send. However long the store is away: forgetting it would send twice."""
        return await insist(self._office.store, work, self._office.bounds.store_retry)


def _followed(
    db: Db, account: int, parcel: Parcel, wrong: Wrong, by: Template | None, after: tuple[str, ...]
) -> Outcome:
    def back(seconds: float, reason: str, counts: bool) -> bool:
        return outbox.put_back(db, parcel, seconds, reason, counts, after)

    outcome = Outcome()
    follow(db, account, Refused(parcel.id, parcel.person, parcel.contact, parcel.lane, by), wrong, back, outcome)
    return outcome


def _put_back(db: Db, parcels: Sequence[Parcel]) -> None:
    for parcel in parcels:
        outbox.put_back(db, parcel, 0.0, "the account waits", counts=False)
