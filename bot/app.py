"""One running installation: the stations wired together, started and stopped in order."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

import handlers
from bot.channels.whatsapp_channel import WhatsAppChannel
from bot.chat.buttons import Buttons
from bot.chat.conversation import Rules
from bot.chat.flow import Flows
from bot.chat.seams import AccountRefused, Channel, Clock, Desk, Later, Raw, SystemClock
from bot.chat.text import Catalogs
from bot.clock import Ticks
from bot.config import Config, host_port
from bot.domain import (
    dated,
    erasure,
    faqs,
    inbox,
    jobs,
    media,
    outbox,
    people,
    places,
    regions,
    standing,
    unsealed,
    upgrade,
)
from bot.domain.assess import instruments
from bot.domain.db import Db, StoreDown
from bot.domain.engine import lock, looking
from bot.domain.inbox import Letter
from bot.domain.keys import keyring
from bot.domain.tables import Received
from bot.metrics import Metrics
from bot.post.commands import COMMANDS
from bot.post.intake import Intake
from bot.post.jobs import Runner
from bot.post.office import Bounds, Office
from bot.post.sender import Sender
from bot.post.slots import Slots
from bot.post.store import opened
from bot.post.uploads import KeptUploads
from bot.web.control import Control, socket_of
from bot.web.server import Door, Server

LOCALES = Path(__file__).resolve().parent.parent / "locales"
STOP_SECONDS = 8.0
CAREFUL_SECONDS = 3600.0
log: structlog.stdlib.BoundLogger = structlog.get_logger()


class CantStart(Exception):
    """Something in the settings or on this machine keeps the desk from starting; a sentence for the operator."""


class App:
    """The desk. `start`, `stop`; `settled` waits until nothing is left to do. The database may be new or older."""

    def __init__(
        self,
        config: Config,
        channels: Sequence[Channel],
        *,
        clock: Clock | None = None,
        flows: Flows | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self.config = config
        self.clock = clock or SystemClock()
        self.metrics = Metrics()
        self._channels = channels
        self._flows = flows or Flows.find(handlers)
        self._bounds = bounds or bounds_of(config)
        self.broken = asyncio.Event()
        """Set when a loop has ended by a bug: the process should end too, and start again."""
        self._tasks: list[asyncio.Task[Any]] = []
        self._senders: list[Sender] = []
        self._watchdog = threading.Event()

    async def start(self, *, serve: bool = True) -> None:
        """Open the database, take up what was left, begin. `serve`: also listen, tick, and watch.

        Raises `CantStart`, `Locked`, `NoKey`, `UpgradeFailed`, `StoreDown`, `sqlite3.Error` and `OSError`, everything
        closed again.
        """
        try:
            await self._start(serve)
        except BaseException:
            await self._end(0.0)
            raise

    async def _start(self, serve: bool) -> None:
        config = self.config
        if serve:
            await _try_port(config.web.listen)  # before what takes long
        url, keys = config.database.url, config.database.keys
        self.held = lock(url)  # before the upgrade: nobody else may be at work on it
        copied = upgrade.begin(url, keys, self.clock.now())
        if copied:
            log.info("upgraded", copy=str(copied))
        with looking(url) as connection:
            self.keys = keyring(keys, people.anybody(connection), config.database.master)
        self._running = keys / "running"
        careful = self._running.exists()
        self._running.touch()
        self.store = opened(url, self.keys, self.clock, on_commit=self._committed, held=self.held)
        catalogs = Catalogs.load(LOCALES, config.office.languages, config.office.zone)
        accounts, left = await self.store.write(self._take_up)
        rules = Rules(
            self._flows,
            Buttons(self.keys.buttons),
            catalogs,
            config.office.zone,
            config.office.region,
            {"name": config.office.name, "languages": " ".join(config.office.languages)},
            idle=timedelta(hours=config.talk.idle_hours),
            patience=timedelta(hours=config.talk.nudge_hours),
        )
        channels = dict(zip(accounts, self._channels, strict=True))
        files = media.folder(url, keys)
        self.office = Office(self.store, rules, self.clock, self.metrics, self._bounds, channels, media=files)
        self.slots = Slots(self.office, self.wake)
        self.runner = Runner(self.office, self.slots.put)
        self.ticks = Ticks(self.office, self.slots.put, self.wake, _backup_args(config))
        self.intakes: dict[str, Intake] = {}
        language = config.office.languages[0]
        for account, channel in channels.items():
            if isinstance(channel, WhatsAppChannel):
                channel.uploads = KeptUploads(self.store, account, self._bounds.store_retry)
            await channel.open(catalogs)
            self.intakes[channel.door] = Intake(self.office, channel, account, self.slots, language, self.wake)
            self.intakes[channel.door].at_once = not careful
            self._senders.append(Sender(self.office, channel, account))
            self.office.senders[account] = self._senders[-1]
        for sender in self._senders:
            self._spawn(sender.run(), "sender")
        self._spawn(self.runner.run(), "jobs")
        self.slots.put(left)
        if careful:
            log.warning("careful", seconds=CAREFUL_SECONDS, why="the last process ended in the middle of its work")
            self._spawn(self._careful(), "careful")
        await self._fill_regions()
        if serve:
            await self._serve(channels)

    async def _serve(self, channels: Mapping[int, Channel]) -> None:
        doors = {
            channel.door: Door(channel.signed, self.intakes[channel.door].deliver, channel.updates, channel.challenge)
            for channel in channels.values()
        }
        self.server = Server(doors, self._ready, self.metrics, self._measure)
        self.address = await self.server.start(self.config.web.listen)
        self.control = Control(socket_of(self.config.database.file), self.do)
        await self.control.start()
        for channel in channels.values():
            self._spawn(self._listen(channel), f"listen {channel.door}")
        self.ticks.start(self.config.backup.at)
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    async def _careful(self) -> None:
        """For a while every update is counted before its turn: one of them may have ended the last process."""
        await asyncio.sleep(CAREFUL_SECONDS)
        for intake in self.intakes.values():
            intake.at_once = True

    async def stop(self) -> None:
        """Take nothing more in, end what is under way, and close; within ten seconds."""
        await self._end(STOP_SECONDS)
        self._running.unlink(missing_ok=True)

    async def _end(self, seconds: float) -> None:
        """Close what is open, also after half a start; what is being sent has `seconds` to end."""
        self._watchdog.set()
        for intake in getattr(self, "intakes", {}).values():
            intake.open = False
        if hasattr(self, "ticks"):
            self.ticks.stop()
        if hasattr(self, "server"):
            self.server.refuse()
        if hasattr(self, "control"):
            await self.control.stop()
        for task in self._tasks:
            if task.get_name().startswith("listen"):
                task.cancel()
        if hasattr(self, "slots"):
            await self.slots.stop()
            await asyncio.gather(*(sender.stop(seconds) for sender in self._senders), self.runner.stop())
        if hasattr(self, "server"):
            await self.server.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for channel in self._channels:
            await channel.close()
        if hasattr(self, "store"):
            await self.store.close()
        elif hasattr(self, "held"):
            self.held.close()
        if hasattr(self, "keys"):
            self.keys.close()

    async def settled(self) -> None:
        """Wait until every row has had its turn, every job is done, and everything due is sent."""
        while True:
            await self.slots.settled()
            await self.runner.settled()
            await self.slots.settled()  # what a job came to is a turn
            for sender in self._senders:
                await sender.settled()
            if self.slots.waiting == 0:
                return  # what was sent or done may have brought new rows

    async def do(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """An operator's command (`bot.post.commands`); what it sets free is taken up at once."""
        if command == "ping":
            return {"pid": os.getpid()}
        answer = await self.store.write(partial(COMMANDS[command], **arguments), alone=True)
        if command == "officers invite":
            answer["link"] = await self._link("officers", f"join-code-{answer['code']}")
        if command == "quarantine replay":
            waiting = await self.store.write(inbox.unfinished)
            self.slots.put([letter for letter in waiting if letter.id in arguments["ids"]])
        self.wake()
        return answer

    async def _link(self, desk: Desk, payload: str) -> str:
        """A deep link to a desk's bot; empty when its platform can't be asked for its name."""
        for channel in self._channels:
            if channel.desk == desk:
                try:
                    return await channel.link(payload)
                except (Later, AccountRefused):
                    return ""
        return ""

    def wake(self, bulk: bool = True, jobs: bool = True, chats: Collection[int] | None = None) -> None:
        """There may be something to send (`chats`: to these contacts only) or to work on."""
        for sender in self._senders:
            sender.wake(chats, bulk=bulk)
        if jobs:
            self.runner.wake()

    def _take_up(self, db: Db) -> tuple[list[int], list[Letter]]:
        """What the last process left: its accounts, and rows in the middle of their way."""
        accounts = [people.account(db, channel.account) for channel in self._channels]
        people.account(db, inbox.HOUSE)
        dated.ship(db)
        instruments.ship(db)
        faqs.ship(db)
        erasure.again(db, self.config.office.zone)  # of an older copy: before anything else is done with them
        unsealed.seal(db)
        standing.begin(db, accounts)
        again, jobs_again = outbox.release(db), jobs.release(db)
        left = inbox.unfinished(db)
        if again or jobs_again or left:
            log.info("taken_up", inbox=len(left), outbox=again, jobs=jobs_again)
        self._known = {*accounts, people.account(db, inbox.HOUSE)}
        return accounts, [letter for letter in left if letter.account in self._known]

    async def _fill_regions(self) -> None:
        """The office's regions, at the first start. Their package is large, so it is read in a process of its own."""
        region = self.config.office.region
        if await self.store.write(lambda db: places.count(db, region)):
            return
        with TemporaryDirectory() as folder:
            file = Path(folder) / "regions.csv"
            command = (sys.executable, "-m", "bot.domain.regions", region, str(file))
            child = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
            _, told = await child.communicate()
            if child.returncode != 0:
                last = (told.decode(errors="replace").strip().splitlines() or [""])[-1]
                if last.startswith("ValueError: "):
                    why = last.removeprefix("ValueError: ")
                    raise CantStart(f"[office] region: {why} (your own: pendamping regions import FILE.csv)")
                log.error("no_regions", region=region, hint="pendamping regions import FILE.csv")
                return
            found = regions.read_csv(file)
        await self.store.write(lambda db: places.put(db, found))

    async def _listen(self, channel: Channel) -> None:
        intake = self.intakes[channel.door]

        async def deliver(raws: Sequence[Raw]) -> None:
            await asyncio.shield(intake.deliver(raws))  # who stops listening doesn't stop what was heard before

        while True:
            try:
                await channel.listen(deliver)
                return
            except AccountRefused as error:
                log.error("account_refused", account=channel.account, error=str(error), hint="pendamping check")
                await asyncio.sleep(60)

    async def _ready(self) -> str:
        try:
            async with asyncio.timeout(2):
                await self.store.write(lambda db: None)
        except (StoreDown, TimeoutError):
            return "store away"
        return ""

    async def _measure(self) -> None:
        def look(db: Db) -> tuple[list[Any], Any, int]:
            aside = sum(row.state == Received.QUARANTINED for row in inbox.aside(db))
            return outbox.depth(db), inbox.oldest_waiting(db, self._known), aside

        async with self.store.reads.connect() as connection:
            lanes, oldest, aside = await connection.run_sync(
                lambda reading: look(Db(reading, self.keys, self.clock.now()))
            )
        now = self.clock.now()
        self.metrics.measure(
            outbox={lane.name.lower(): (count, (now - since).total_seconds()) for lane, count, since in lanes},
            inbox=(self.slots.waiting, (now - oldest).total_seconds() if oldest else 0.0),
            quarantined=aside,
        )

    def _committed(self, works: int) -> None:
        self.metrics.commits.inc()
        self.metrics.group_size.observe(works)

    def _watch(self) -> None:
        """End the process when a turn doesn't end: the next start sets it aside after three times (rule 3)."""
        while not self._watchdog.wait(0.25):
            if self.store.busy_for() > self.config.limits.turn_kill_s:
                log.critical("turn_stuck", seconds=round(self.store.busy_for(), 1))
                sys.stderr.flush()
                os._exit(70)

    def _say_if_broken(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()):
            log.critical("loop_broken", task=task.get_name(), exc_info=error)
            self.broken.set()

    def _spawn(self, work: Any, name: str) -> None:
        task: asyncio.Task[Any] = asyncio.create_task(work, name=name)
        task.add_done_callback(self._say_if_broken)
        self._tasks.append(task)


async def _try_port(listen: str) -> None:
    host, port = host_port(listen)
    try:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port)
    except OSError as error:
        raise CantStart(f"[web] listen: {listen} can't be had: {error.strerror or error}") from error
    server.close()
    await server.wait_closed()


def bounds_of(config: Config) -> Bounds:
    """The stations' numbers, from the configuration."""
    limits, retention = config.limits, config.retention
    return Bounds(
        flood_updates=limits.flood_updates,
        flood_seconds=limits.flood_seconds,
        queue=limits.queue,
        same_question=limits.same_question,
        turn_warn=limits.turn_warn_ms / 1000,
        reply_expires=timedelta(minutes=limits.reply_expires_minutes),
        payload=timedelta(hours=retention.payload_hours),
        messages=timedelta(days=retention.messages_days),
        dedupe=timedelta(days=retention.dedupe_days),
        quarantine=timedelta(days=retention.quarantine_days),
        tickets=timedelta(days=retention.tickets_days),
        wishes=timedelta(days=retention.wishes_days),
        copies=timedelta(days=retention.copies_days),
        notice=timedelta(days=retention.notice_days),
        budget=config.whatsapp.monthly_budget,
    )


def _backup_args(config: Config) -> dict[str, Any]:
    return {
        "url": config.database.url,
        "keys": str(config.database.keys),
        "folder": str(config.backup.folder),
        "keep": config.backup.keep,
    }
