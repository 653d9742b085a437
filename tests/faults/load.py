"""People who register, as fast as a seeded chance lets them, and go on asking until they are told to stop."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from bot.simulator.client import Client, Person

PATIENCE = 60.0  # seconds; a killed process needs some to come back
NAMES = ("Siti", "Budi", "Wati", "Agus", "Rini", "Joko", "Dewi", "Eko", "Sri", "Tono")


def steps(number: int) -> list[tuple[str, str]]:
    """What one person writes, and words of what must come back."""
    name = f"{NAMES[number % 10]} {'abcdefghij'[number // 10 % 10] * 3}"
    return [
        ("/daftar", "setuju?"),
        ("setuju", "nama lengkap"),
        (name, "Salam kenal"),
        ("1", "omor HP"),
        (f"0812345{number:05}", "kelurahan"),
        ("Purwantoro", "nama usaha"),
        (f"Warung {number}", "bidang apa"),
        ("1", "omzet"),
        ("2 juta", "Modal usaha"),
        ("10 juta", "Berapa orang"),
        ("1 orang", "Sudah berapa lama"),
        ("2 tahun", "NIB"),
        ("lewati", "Mohon dicek"),
        ("ya", "Terima kasih"),
    ]


async def live(person: Person, number: int, over: asyncio.Event, chance: random.Random) -> None:
    """One person's day: registers, then looks at her profile again and again; her last look is after `over`."""
    for words, wanted in steps(number):
        await asyncio.sleep(chance.random() * 0.4)
        await person.say(words)
        await person.hears(wanted, within=PATIENCE)
    while True:
        last = over.is_set()
        await asyncio.sleep(chance.random() * 0.4)
        await person.say("profil")
        await person.hears(f"Warung {number}", within=PATIENCE)
        if last:
            return


async def under_load(phones: Client, people: int, seed: int, meanwhile: Callable[[], Awaitable[object]]) -> None:
    """Let so many people live their day while something happens; returns when each has seen the end of it."""
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for number in range(people):
            person = await phones.person(f"Orang {number}")
            group.create_task(live(person, number, over, random.Random(seed * 1000 + number)))
        try:
            await meanwhile()
        finally:
            over.set()
