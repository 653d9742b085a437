"""Ten times killed under load: nothing acknowledged is lost, nothing is done twice, every answer arrives."""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path

from tests.faults import checker
from tests.faults.load import under_load
from tests.faults.office import machine

PEOPLE = 30
KILLS = 10
QUIET = "SELECT (SELECT count(*) FROM inbox WHERE state = 0) + (SELECT count(*) FROM outbox WHERE state IN (0, 1))"


def test_killed_ten_times_under_load(tmp_path: Path):
    seed = 20261122
    flying: list[int] = []

    async def run() -> checker.Verdict:
        chance = random.Random(seed)
        async with machine(tmp_path) as (office, phones):
            await office.start()

            async def kills() -> None:
                for _ in range(KILLS):
                    await asyncio.sleep(0.1 + chance.random())
                    await office.kill()
                    flying.append(len(checker.in_flight(office.url)))
                    await office.start()

            await under_load(phones, PEOPLE, seed, kills)
            await office.until(QUIET, 0)
            assert await office.end(signal.SIGTERM) == 0, office.log()[-2000:]
            assert office.rows("SELECT count(*), count(DISTINCT person_id) FROM owners") == [(PEOPLE, PEOPLE)]
            assert office.rows("SELECT count(*), count(DISTINCT owner_id) FROM businesses") == [(PEOPLE, PEOPLE)]
            assert office.rows("SELECT count(*) FROM talks WHERE flow IS NOT NULL") == [(0,)]
            return office.check()

    verdict = asyncio.run(run())
    assert verdict.clean, verdict
    assert verdict.updates >= PEOPLE * 8
    assert verdict.repeats <= sum(flying)


def test_a_polite_stop_under_load_repeats_and_loses_nothing(tmp_path: Path):
    async def run() -> checker.Verdict:
        chance = random.Random(7)
        async with machine(tmp_path) as (office, phones):
            await office.start()

            async def stops() -> None:
                for _ in range(3):
                    await asyncio.sleep(0.5 + chance.random())
                    assert await office.end(signal.SIGTERM, within=10.0) == 0, office.log()[-2000:]
                    assert checker.in_flight(office.url) == []
                    await office.start()

            await under_load(phones, PEOPLE, 7, stops)
            await office.until(QUIET, 0)
            assert await office.end(signal.SIGTERM) == 0
            return office.check()

    verdict = asyncio.run(run())
    assert verdict.clean, verdict
    assert verdict.repeats == 0


def test_a_second_process_does_not_start(tmp_path: Path):
    async def run() -> None:
        async with machine(tmp_path) as (office, _):
            await office.start()
            second = await office.launch()
            async with asyncio.timeout(30):
                assert await second.wait() == 3
            assert "open in another process" in office.log()
            assert office.process
            assert office.process.returncode is None
            assert await office.end(signal.SIGTERM) == 0

    asyncio.run(run())
