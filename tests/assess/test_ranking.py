"""The ranking and the counts: by each check's own version, and nothing hidden can be worked out."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain import consents
from bot.domain.assess import instruments, ranking, sheets
from bot.domain.db import Db
from tests.assess.test_assessments import CHECK, DAY, changed, database, example, finished, owner
from tests.office import Desk
from tests.talks.scripts import kept
from tests.talks.test_looking import joins
from tests.talks.test_ranking import CHECKED
from tests.transcript import Telegram


@pytest.fixture
def db(tmp_path: Path) -> Generator[Db]:
    with database(tmp_path) as found:
        instruments.ship(found)
        yield found


def renamed() -> dict[str, Any]:
    """A version in which a band and a gate have other codes."""
    text = changed("own", DAY.isoformat())
    for part in (*text["bands"], *text["gates"]):
        part["code"] = {"berkembang": "tumbuh", "nib": "nomor"}.get(part["code"], part["code"])
        part["closes"] = ["tumbuh" if one == "berkembang" else one for one in part.get("closes", [])]
        if not part["closes"]:
            del part["closes"]
    return text


def test_a_check_is_listed_in_the_words_of_its_own_version(db: Db):
    person, business = owner(db)
    finished(db, person, business, example("berkembang"))
    now = instruments.put(db, renamed())
    rows = list(sheets.ranking(db, now, ranking.ranked(db, "35.73"), {}, {}, ZoneInfo("Asia/Jakarta")))
    assert rows[0][7] == "Berkembang"
    assert str(rows[0][9]).startswith("NIB, ")


def test_the_list_in_the_chat_too(telegram: Telegram, desk: Desk):
    joins(telegram, desk)
    telegram(CHECKED)

    asyncio.run(desk.round(do=lambda db: instruments.put(db, renamed())))
    telegram("""
        petugas > /peringkat
        petugas < …
          1. Keripik Bu Siti (Purwantoro): 43, Berkembang; menurut pemilik 66; belum: NIB, …
    """)
    assert kept(desk, "assessments")


def test_who_took_back_her_leave_is_counted_no_more(db: Db):
    person, business = owner(db)
    finished(db, person, business, example("maju"))
    assert ranking.counts(db, "35.73", CHECK)
    consents.note(db, person, consents.SERVICE, "1", allowed=True)
    consents.note(db, person, consents.SERVICE, "1", allowed=False)
    assert ranking.counts(db, "35.73", CHECK) == []


def shown(row: Mapping[str, int]) -> tuple[int | None, ...]:
    return tuple(ranking._hidden(dict(row), ranking.FEWEST).values())  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(("levels", "most"), [(2, 30), (3, 24), (4, 9)])
def test_no_hidden_number_under_five_can_be_worked_out(levels: int, most: int):
    """By one who knows every row's total, and how numbers are hidden: two rows at least look the same, and of each
    number that is hidden they differ."""
    alike: dict[tuple[int, tuple[int | None, ...]], list[tuple[int, ...]]] = {}
    for row in product(range(most + 1), repeat=levels):
        seen = shown({str(n): number for n, number in enumerate(row)})
        assert all(number is None or number >= ranking.FEWEST for number in seen)
        alike.setdefault((sum(row), seen), []).append(row)
    for (total, seen), rows in alike.items():
        if 0 < total <= most:  # beyond it not every row was tried
            for n, number in enumerate(seen):
                assert number is not None or len({row[n] for row in rows}) > 1, rows


def test_the_next_ten_are_offered_until_the_last(telegram: Telegram, desk: Desk):
    joins(telegram, desk)

    def many(db: Db) -> None:
        for n in range(21):
            person, business = owner(db, str(100 + n))
            finished(db, person, business, example("berkembang"))

    asyncio.run(desk.round(do=many))
    telegram("""
        petugas > /peringkat
        petugas < Usaha menurut nilai yang dipastikan, cek lengkap. Ditampilkan 10 dari 21
          1. Kue …
          …
          …
          …
          …
          …
          …
          …
          …
          …
          [10 berikutnya] [Per kecamatan] [Per bidang usaha] [Per status] [Per syarat kurang] [Lihat jumlah]
    """)
    telegram("""
        petugas > [10 berikutnya]
        petugas < Usaha menurut nilai yang dipastikan, cek lengkap. Ditampilkan 11–20 dari 21
          11. Kue …
          …
          …
          …
          …
          …
          …
          …
          …
          …
          [10 berikutnya] …
    """)
    telegram("""
        petugas > [10 berikutnya]
        petugas < Usaha menurut nilai yang dipastikan, cek lengkap. Ditampilkan 21–21 dari 21
          21. Kue …
          [Per kecamatan] [Per bidang usaha] [Per status] [Per syarat kurang] [Lihat jumlah]
    """)
