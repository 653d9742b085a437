"""A turn that ends the process, or never ends, is set aside once it was counted three times; its neighbours never are.

The first time nothing is kept of it: it is done in the commit that keeps it (docs/decisions/0014-at-once.md).
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from bot.domain.tables import Received
from tests.faults.office import machine

NEIGHBOURS = 12
ASIDE = "SELECT count(*) FROM inbox WHERE state = 2"
OPEN = "SELECT (SELECT count(*) FROM inbox WHERE state = 0) + (SELECT count(*) FROM outbox WHERE state IN (0, 1))"


@pytest.mark.parametrize(("word", "code"), [("mati", 9), ("macet", 70)])
def test_a_deadly_turn_is_set_aside_and_harms_nobody_else(tmp_path: Path, word: str, code: int):
    async def run() -> None:
        command = ("-m", "tests.faults.deadly", "{config}")
        async with asyncio.timeout(90), machine(tmp_path, "turn_kill_s = 1.5", command) as (office, phones):
            # All of it is there before the first start, so it comes in one piece, and the turns in one group.
            people = [await phones.person(f"Orang {n}") for n in range(NEIGHBOURS)]
            poisoned = await phones.person("Siti")
            for person in people[: NEIGHBOURS // 2]:
                await person.say("/bantuan")
            await poisoned.say(word)
            await poisoned.say("/bantuan")
            for person in people[NEIGHBOURS // 2 :]:
                await person.say("/bantuan")

            codes: list[int] = []
            while len(codes) < 6:
                await office.start()
                assert office.process
                while office.process.returncode is None and office.rows(ASIDE) == [(0,)]:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                if office.process.returncode is None:
                    break
                codes.append(office.process.returncode)
            assert codes == [code] * 4, office.log()[-3000:]

            for person in people:
                await person.hears("daftar")
            heard = await poisoned.hears("daftar")
            assert "gangguan" in str(heard[0]["text"]), heard
            await office.until(OPEN, 0)
            assert office.rows("SELECT state, attempts FROM inbox WHERE state != 1") == [(Received.QUARANTINED, 3)]
            (most,) = office.rows("SELECT max(attempts) FROM inbox WHERE state = 1")[0]
            assert most <= 2, "a neighbour was counted for what it didn't do"
            assert await office.end(signal.SIGTERM) == 0
            verdict = office.check()
            assert len(verdict.lost) == 1  # the one that was set aside
            assert [*verdict.doubled, *verdict.inverted, *verdict.unexpected] == []

    asyncio.run(run())
