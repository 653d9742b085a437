"""The process that is drilled: the real App with a few flows more, whose effects can be counted.

It is forked from a server that has imported everything, so that a start takes a tenth of a second and a drill can
afford hundreds of them.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import bot.app
import handlers
from bot import log
from bot.app import LOCALES
from bot.channels import telegram_channel
from bot.chat.flow import Chat, Flows, Person, flow, happening
from bot.chat.questions import Line
from bot.chat.seams import Pace
from bot.chat.text import Catalogs
from bot.config import Config, load
from bot.domain import backup, jobs
from bot.domain.db import Db
from bot.domain.tables import consents
from bot.run import run
from drill import breaks, points

HOUSE = Path(__file__).parents[1]
SAID = "Tercatat {}"
"""What the flows say; the place is the number that was given."""
PURPOSE = "drill"
COPIER = backup.WORK


@dataclass(frozen=True, slots=True)
class Orders:
    """How a desk runs: its settings, its clock's file; the point at which it dies and at which pass; what is broken.

    `careful` are the seconds for which it is careful after an unclean end, `in_flight` how many answers may be on their
    way at once (0: as many as ever).
    """

    config: Path
    clock: Path
    log: Path
    die_at: str = ""
    passes: int = 1
    broken: str = ""
    careful: float = bot.app.CAREFUL_SECONDS
    in_flight: int = 0


# Each effect is a row that nothing keeps from being there twice, and a sentence with its number.


def _note(db: Db, person: Person, number: str) -> None:
    """Not `bot.domain.consents`, which would not add it twice."""
    row = {"person_id": person.id, "contact_id": person.contact, "purpose": PURPOSE, "version": number}
    db.insert(consents, {**row, "given": True, "at": db.now})


@flow("count", link=True)
def count(chat: Chat, db: Db) -> None:
    number = chat.ask(Line("n", "?"))
    _note(db, chat.person, number)
    chat.say(SAID.format(number))


@flow("work", link=True)
def work(chat: Chat, db: Db) -> None:
    number = chat.ask(Line("n", "?"))
    jobs.put(db, "tests.faults.work:slowly", {"seconds": 0.15, "number": number}, person=chat.person.id, then="worked")
    chat.silence()


@happening("worked")
def worked(chat: Chat, db: Db, data: Mapping[str, Any]) -> None:
    _note(db, chat.person, data["number"])
    chat.say(SAID.format(data["number"]))


@flow("copy", link=True)
def copy(chat: Chat, db: Db) -> None:
    stamp = chat.ask(Line("n", "?"))
    jobs.put(db, COPIER, {**_copies, "stamp": stamp})
    chat.silence()


@flow("deadly", link=True)
def deadly(chat: Chat, db: Db) -> None:
    chat.ask(Line("n", "?"))
    os._exit(9)


@flow("stuck", link=True)
def stuck(chat: Chat, db: Db) -> None:
    chat.ask(Line("n", "?"))
    time.sleep(600)


@flow("wrong", link=True)
def wrong(chat: Chat, db: Db) -> None:
    number = chat.ask(Line("n", "?"))
    _note(db, chat.person, number)
    raise RuntimeError("on purpose")


_copies: dict[str, Any] = {}
_FLOWS = (count, work, worked, copy, deadly, stuck, wrong)


class Jumping:
    """The machine's clock and as many seconds beside it as a file says, eight bytes that the drill writes."""

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._ahead = mmap.mmap(opened.fileno(), 8)

    def now(self) -> datetime:
        (seconds,) = struct.unpack("d", self._ahead[:8])
        return datetime.now(UTC) + timedelta(seconds=seconds)  # noqa: TID251 - a clock asks the machine


def main(orders: Orders, told: Connection) -> None:
    """Run a desk by `orders` until it is told to stop; `told` hears where it listens, or is closed when it can't."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # when the drill is gone, however it went, the desk goes too
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the drill ends it
    os.setpgid(0, 0)  # so that it can be killed with the children of its jobs
    into = os.open(orders.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(into, 2)
    log.setup()
    os.chdir(orders.config.parent)
    os.environ["PYTHONPATH"] = str(HOUSE)  # for the children of jobs
    clock = Jumping(orders.clock)
    bot.app.SystemClock = lambda: clock
    config = load(orders.config, {})
    _copies.update(_backup(config))
    bot.app.CAREFUL_SECONDS = orders.careful
    if orders.in_flight:
        telegram_channel.Pace = partial(Pace, replies_in_flight=orders.in_flight)
    if orders.broken:
        breaks.do(orders.broken)
    if orders.die_at:
        points.arm(orders.die_at, orders.passes)
    found = Flows.find(handlers)
    flows = Flows([*found.by_name.values(), *found.happenings.values(), *_FLOWS])
    code = run(config, ready=lambda app, _: told.send(app.address), flows=flows)
    told.close()
    os._exit(code)  # as it would be, without the ceremonies of a fork


def _backup(config: Config) -> dict[str, Any]:
    url, folder = config.database.url, config.backup.folder
    return {"url": url, "keys": str(config.database.keys), "folder": str(folder), "keep": config.backup.keep}


def _warm() -> None:
    """What every start would do anew: import what is imported late, read the catalogs."""
    for late in ("bot.channels.telegram_ptb", "bot.post.sqlite", "bot.post.postgres", "sqlalchemy.orm"):
        import_module(late)
    settings = Config()
    Catalogs.load(LOCALES, settings.office.languages, settings.office.zone)


_warm()
