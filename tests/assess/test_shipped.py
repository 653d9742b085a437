"""Instruments that ship: what an installation has already is never changed, so what changes ships as a new version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from bot.domain.assess import assessments as checks
from bot.domain.assess import instruments
from bot.domain.assess.instrument import Instrument, shipped
from bot.domain.db import Db
from bot.domain.engine import writing
from bot.domain.tables import instruments as rows
from tests.assess.test_assessments import CHECK, DAY, MONDAY, changed, database, example, finished, owner
from tests.assess.test_commands import Place

SHIPPED = {
    ("ekspor", "2"): "fdb73cedbe017c2060321c955d18101161455a11b91c1ee50f121d982237b24c",
    ("naik-kelas", "2"): "18bd772a7c868f57a12a2b44de76034fddeaa88cc99db3710990c4cf5284dd23",
}
"""What each version is. One that was given out is never changed: another content is another version, from its own day
on, and stands here beside it."""


def pinned(one: Instrument) -> str:
    document = one.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def test_what_ships_has_a_new_version_where_it_has_changed():
    assert {(one.code, one.version): pinned(one) for one in shipped()}.items() <= SHIPPED.items()


@pytest.fixture
def db(tmp_path: Path) -> Generator[Db]:
    with database(tmp_path) as found:
        yield found


def test_an_installation_gets_the_new_version_and_its_checks_stay_with_theirs(db: Db):
    instruments.put(db, changed("1", "2026-11-01"))
    person, business = owner(db)
    begun = checks.start(db, person, business, "naik-kelas", "full", CHECK.since.replace(day=2))
    assert instruments.ship(db) == 2
    assert instruments.unused(db.connection) == []
    assert (checks.start(db, person, business, "naik-kelas", "full", DAY).id, begun.version) == (begun.id, "1")
    checks.give_up(db, person, begun.id)
    assert finished(db, person, business, example("maju")).version == CHECK.version


@pytest.mark.parametrize("other", [{"document": {"title": "Cek kita"}}, {"version": "own"}])
def test_one_whose_version_or_day_is_taken_is_told(db: Db, other: dict[str, Any]):
    instruments.ship(db)
    assert instruments.unused(db.connection) == []
    db.execute(update(rows).where(rows.c.code == CHECK.code).values(**other))
    assert instruments.ship(db) == 0
    assert instruments.unused(db.connection) == [CHECK]


def test_before_the_first_start_nothing_is_told(db: Db):
    db.execute(delete(rows))
    assert instruments.unused(db.connection) == []


def test_operators_are_told(tmp_path: Path):
    place = Place(tmp_path)
    assert "isn't used" not in place.do("check", "--offline")
    place.do("instrument", "list")
    engine = writing(f"sqlite:///{tmp_path}/office.db")
    with engine.begin() as connection:
        connection.execute(delete(rows))
        other = CHECK.model_dump(mode="json") | {"title": "Cek kita"}
        row = {"code": CHECK.code, "version": CHECK.version, "since": CHECK.since, "document": other}
        connection.execute(insert(rows).values(put_at=MONDAY, **row))
    engine.dispose()
    told = place.do("check", "--offline")
    assert f"the instrument naik-kelas {CHECK.version} that ships isn't used" in told
