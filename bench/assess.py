"""What a check costs, beside what is promised of it: ``python -m bench.assess [PEOPLE]``; exit code 1 where that isn't
kept.

Turns are those of the product in this process, on SQLite, one desk for all of them; counted is the CPU of a turn, its
reading, flow, sealing and statements: of each turn the best of all people's, and of those the median. CPU elsewhere is
the best of ten.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter, defaultdict, deque
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.drawing import cpu
from bench.report import Limit
from bot.app import App
from bot.chat.flow import Chat, flow
from bot.chat.questions import Line
from bot.domain.assess import results
from bot.domain.assess.progress import asked
from bot.domain.assess.scoring import score
from bot.domain.dated import SHIPPED
from bot.domain.db import Db
from bot.domain.people import Contact
from bot.files import drawing
from bot.post import turn
from handlers.assess_questions import each
from tests.assess.test_drawing import DAYS, LAW, plain, told
from tests.chat.kernel import Notes, Siti
from tests.office import Desk, make_template
from tests.talks.assess_scripts import CHECK, CORE, MIDDLE, QUICK, part, taps
from tests.talks.scripts import NO_NIB, REGISTERED, untold
from tests.talks.test_whatsapp import delivered
from tests.transcript import Chats, parse

TIMES = 1.3
"""A turn of a questionnaire costs at most so many times one of a registration."""
MOST_MS, MOST_KB = 300.0, 30.0
"""Of the picture."""
REPLAY_MS = 1.0
MESSAGES = 14
"""Delivered on WhatsApp for the quick check without evidence, the picture too."""
QUESTIONNAIRE = ("assess", "assess_part")
FULL = f"""
    > cek lengkap
    > [Kemasan]
    > [Buku atau Excel]
    {part("C").partition(chr(10))[2]}
    {part("A")}
    {part("B")}
    {part("D")}
    {part("E")}
    {part("F")}
"""
BRIEF = f"""
    > cek naik kelas
    {taps(*CORE)}
"""


class Lasting(Desk):
    """A desk whose App stays from one step to the next, as a desk does that nobody restarts."""

    running: App

    async def begin(self) -> None:
        self.running = self.app()
        await self.running.start(serve=False)

    async def round(self, *, times: int = 1, do: Any = None, tick: bool = False) -> None:
        for desk, intake in self.running.intakes.items():
            await intake.deliver(list(await self.updates(desk)))
        await self.running.settled()


def turns(people: int) -> dict[str, float]:
    """Milliseconds of a turn of each flow, the median: of a registration, a quick check and a full one.

    Everybody says the same. A machine that others use too is slow for a while, so each turn is the fastest of them.
    """
    spent: defaultdict[str, list[list[float]]] = defaultdict(list)
    said: Counter[tuple[int, str]] = Counter()

    def at_once(db: Db, contact: Contact, **more: Any) -> Any:
        began = time.thread_time()
        found = was(db, contact, **more)
        now = time.thread_time()
        if found is not None and isinstance(turned := found[1], turn.Turned) and turned.question:
            place = said[contact.person, turned.flow]
            said[contact.person, turned.flow] += 1
            of = spent[turned.flow]
            of.extend([] for _ in range(place + 1 - len(of)))
            of[place].append((now - began) * 1000)
        return found

    was, turn.at_once = turn.at_once, at_once
    try:
        with TemporaryDirectory() as folder, redirect_stdout(StringIO()):
            make_template(Path(folder) / "template")
            asyncio.run(_chat(Lasting(Path(folder) / "desk", Path(folder) / "template"), people))
    finally:
        turn.at_once = was
    for name, of in spent.items():
        assert {len(some) for some in of} == {people}, f"not everybody had the same turns of {name!r}"
    return {name: median(min(some) for some in of) for name, of in spent.items()}


class _Talks(Chats):
    async def play(self, script: str, who: str) -> None:
        for step in parse(script):
            step.who = who
            if step.mark == ">":
                await self._do(step)
                await self.desk.round()


async def _chat(desk: Lasting, people: int) -> None:
    talks = _Talks(desk)
    await desk.begin()
    try:
        for n in range(people):
            who = f"siti{'abcdefghijklmnopqrstuvwxyz'[n]}"
            for script in (REGISTERED, FULL, "> [Lihat hasil]", BRIEF):
                await talks.play(script, who)
    finally:
        await desk.running.stop()


def replayed() -> float:
    """Milliseconds in which all answers of a full check are gone through again, above the question that waits."""
    spent: list[float] = []
    profile = {fact.code: MIDDLE.get(fact.code, fact.options[0].code) for fact in CHECK.profile}

    @flow("check", command="check")
    def check(chat: Chat, db: Notes) -> None:
        began = time.thread_time()
        deque(each(chat, CHECK, profile), maxlen=0)
        spent.append(time.thread_time() - began)
        chat.ask(Line("end", "Anything else?"))

    siti = Siti(check)
    siti.says("/check")
    for item in asked(CHECK, MIDDLE):
        siti.taps(next(option.title for option in item.options if option.code == MIDDLE[item.code]))
    assert len(siti.values) == 31
    for _ in range(10):
        siti.says("/check")
    return min(spent) * 1000


def messages() -> int:
    """Delivered on WhatsApp during a quick check of one who is registered and has no NIB: it is a question more."""
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        make_template(Path(folder) / "template")
        desk = Desk(Path(folder) / "desk", Path(folder) / "template", whatsapp=True)
        chats = Chats(desk, "whatsapp", numbers=True)
        chats(untold(NO_NIB))
        before = delivered(desk)
        chats(f"> cek naik kelas\n{taps(*QUICK)}")
    return delivered(desk) - before


def main(people: int) -> int:
    rules = {rule["name"]: rule["value"] for rule in json.loads(SHIPPED.read_text(encoding="utf-8"))}
    marks = told((85, 60, 40, 100, 20, 55), (50, 60, 30, 80, 35, 10))
    result = drawing.Result(marks, DAYS, plain, rules[results.COLORS], "Dinas", LAW)
    image = drawing.picture(result)
    spent = turns(people)
    register = spent["register"]
    limits = [
        *(Limit(f"a turn of {name}, times one of a registration ({register:.2f} ms)", spent[name] / register, TIMES,
                unit="x") for name in QUESTIONNAIRE),
        Limit("31 answers replayed", replayed(), REPLAY_MS, unit=" ms"),
        Limit("31 answers scored", cpu(lambda: score(CHECK, MIDDLE)), REPLAY_MS, unit=" ms"),
        Limit("picture, CPU", cpu(lambda: drawing.picture(result)), MOST_MS, unit=" ms"),
        Limit("picture", len(image) / 1000, MOST_KB, unit=" kB"),
        Limit("quick check, messages delivered on WhatsApp", messages(), MESSAGES),
    ]  # fmt: skip
    for limit in limits:
        name, figure, bound = limit.words()
        print(f"{'held' if limit.held else 'BROKEN':8}{name}: {figure} ({bound})")
    return 0 if all(limit.held for limit in limits) else 1


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if sys.argv[1:] else 20))
