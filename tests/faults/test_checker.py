"""The checker finds what there is to find: each class of harm, done by hand to a database that was in order."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.keys import Keys
from tests.faults.checker import Deed, Verdict, check
from tests.office import OWNERS, Desk

PEOPLE, ROUNDS = 3, 3
EFFECT = """
    INSERT INTO consents (person_id, purpose, given, version, contact_id, at)
    SELECT person_id, 'drill', 1, '{}', id, '2026-11-23' FROM contacts WHERE id = 1
"""


@pytest.fixture
def before(desk: Desk) -> int:
    """The first update of a desk where some people have asked for help a few times."""
    first = desk.platform.bots[OWNERS].next_update
    people = [desk.platform.add_user(f"Orang {n}").id for n in range(PEOPLE)]
    for _ in range(ROUNDS):
        for person in people:
            desk.platform.say(person, "/bantuan", bot=desk.platform.bots[OWNERS])
        asyncio.run(desk.round())
    asyncio.run(desk.updates("owners"))  # asking on from there confirms the last ones
    return first


def judged(desk: Desk, first: int, *harm: str, deeds: tuple[Deed, ...] = ()) -> Verdict:
    path = Path(desk.config.database.url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as db, closing(Keys(keys(desk))) as ring, db:
        names = dict(db.execute("SELECT id, key_id FROM people"))

        def as_id(person: int, id: int) -> bytes:
            return ring.seal(names[person], "outbox.ext_id", f'"{id}"'.encode())

        db.create_function("as_id", 2, as_id)
        for statement in harm:
            assert db.execute(statement).rowcount > 0
    bot = desk.platform.bots[OWNERS]
    return check(desk.platform, bot, first, f"sqlite:///{path}", keys(desk), flying={}, deeds=deeds)


def keys(desk: Desk) -> Path:
    return Path(desk.config.database.keys)


def deed(desk: Desk, first: int, number: str, after: int = 0) -> Deed:
    """What the person of contact 1 did, `after` so many updates."""
    return Deed(first + after, next(iter(desk.platform.users)), number)


def test_what_is_in_order_is_found_so(desk: Desk, before: int):
    found = judged(desk, before, EFFECT.format(1), deeds=(deed(desk, before, "1"),))
    assert found.clean, found
    assert (found.updates, found.sends, found.repeats) == (PEOPLE * ROUNDS,) * 2 + (0,)


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        ("DELETE FROM inbox WHERE id = 3", "lost"),
        ("UPDATE inbox SET state = 2 WHERE id = 3", "lost"),
        ("UPDATE outbox SET state = 1 WHERE id = 2", "lost"),
        (
            "UPDATE outbox SET ext_id = as_id(person_id, 999) WHERE id = 2",
            "lost",
        ),
        (
            "UPDATE outbox SET ext_id = as_id(person_id, 8 - 2 * (id / 4 + 1)) WHERE id IN (1, 4)",
            "inverted",
        ),
        (EFFECT.format(7), "unexpected"),
    ],
)
def test_a_harm_is_found(desk: Desk, before: int, harm: str, kind: str):
    assert judged(desk, before).clean
    assert getattr(judged(desk, before, harm), kind), harm


def test_effects_are_counted_and_in_order(desk: Desk, before: int):
    one, two = deed(desk, before, "1"), deed(desk, before, "2", after=PEOPLE)
    assert judged(desk, before, deeds=(one,)).lost
    assert judged(desk, before, EFFECT.format(2), EFFECT.format(1), deeds=(one, two)).inverted
    assert judged(desk, before, EFFECT.format(1), deeds=(one, two)).doubled


def test_a_second_sending_is_allowed_to_what_was_in_flight_only(desk: Desk, before: int):
    person = next(iter(desk.platform.users))
    platform, bot = desk.platform, desk.platform.bots[OWNERS]
    said = next(sent for sent in platform.sent if sent.chat == person)
    asyncio.run(platform.call(OWNERS, "sendMessage", said.params))
    url = desk.config.database.url
    assert check(platform, bot, before, url, keys(desk), flying={}).doubled
    found = check(platform, bot, before, url, keys(desk), flying={1: 1})
    assert (found.clean, found.repeats) == (True, 1)
    asyncio.run(platform.call(OWNERS, "sendMessage", {"chat_id": person, "text": "siapa?"}))
    assert check(platform, bot, before, url, keys(desk), flying={1: 1}).unexpected
