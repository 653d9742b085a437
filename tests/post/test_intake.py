"""Intake: committed before it is acknowledged, once however often it comes, and never lost for being unreadable."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
import structlog

from bot.chat.flow import Person
from bot.chat.seams import Busy
from bot.clock import Ticks
from bot.domain import consents, inbox, reminders
from bot.domain.tables import Received
from tests.fakes import update
from tests.post.station import Bounds, Post, Station
from tests.store.bench import full_disk, rows


def test_it_is_committed_when_deliver_returns(post: Post):
    async def first(station: Station) -> None:
        await station.slots.stop()
        await station.intake.deliver([update(1, "1", "satu"), update(2, "2", "dua")])

    async def second(station: Station) -> None:
        assert [letter.person for letter in await station.store.write(inbox.unfinished)] == [1, 2]

    post.run(first)
    post.run(second)


def test_a_second_delivery_has_no_second_effect(post: Post):
    async def work(station: Station) -> None:
        one = update(1, "1", "satu")
        await asyncio.gather(*(station.intake.deliver([one]) for _ in range(5)))
        await station.intake.deliver([one, one])
        await station.settled()
        assert station.channel.to("1") == ["satu"]
        assert "\npendamping_duplicate_updates_total 6.0\n" in station.office.metrics.text().decode()

    post.run(work)
    post.run(work_again)
    assert post.words.ran == [(1, "satu")]


async def work_again(station: Station) -> None:
    await station.intake.deliver([update(1, "1", "satu")])
    await station.settled()
    assert station.channel.sent == []


def test_what_nobody_did_is_acknowledged_and_forgotten(post: Post):
    async def work(station: Station) -> None:
        await station.intake.deliver([{"update_id": 1}])
        assert await station.store.write(lambda db: rows(db, "inbox", "id")) == []

    post.run(work)


def test_an_unreadable_update_waits_until_its_reader_is_mended(post: Post):
    async def first(station: Station) -> None:
        bad = update(1, "7", "satu", nonsense=True)
        await station.intake.deliver([bad, update(2, "8", "dua")])
        await station.intake.deliver([bad])
        await station.settled()
        assert station.channel.sent == [("8", "dua")]
        (aside,) = await station.store.write(inbox.aside)
        assert (aside.state, aside.error) == (Received.UNREADABLE, "KeyError")

    async def mended(station: Station) -> None:
        station.channel.broken = False
        (aside,) = await station.store.write(inbox.aside)
        assert await station.store.write(lambda db: inbox.replay(db, [aside.id])) == 1
        await station.take_up()
        await station.settled()
        assert station.channel.sent == [("7", "satu")]
        kept = await station.store.write(lambda db: rows(db, "inbox", "state", "person_id"))
        assert sorted(kept) == [(1, 1), (1, 2)]
        await station.intake.deliver([update(1, "7", "satu")])  # it was kept under its own number all the time
        await station.hear(7, "dua")  # number 1 again, hence the same
        await station.settled()
        assert station.channel.sent == [("7", "satu")]

    post.run(first)
    post.run(mended)


def test_one_that_is_still_unreadable_goes_back_to_where_it_was_seen(post: Post):
    async def work(station: Station) -> None:
        await station.intake.deliver([update(1, "7", "satu", nonsense=True)])
        await station.store.write(lambda db: inbox.replay(db, [1]))
        await station.take_up()
        await station.settled()
        (aside,) = await station.store.write(inbox.aside)
        assert (aside.state, aside.attempts) == (Received.QUARANTINED, 3)
        assert station.channel.sent == []

    post.run(work)


def test_while_we_stop_or_have_too_much_the_platform_must_come_again(post: Post):
    post.bounds = Bounds(queue=2, flood_updates=1000, same_question=1000)

    async def work(station: Station) -> None:
        await station.slots.stop()  # nothing is done any more, so what comes has to wait
        await station.hear(1, "satu", "dua", "tiga")
        with pytest.raises(Busy, match="too much"):
            await station.hear(1, "empat")
        station.intake.open = False
        with pytest.raises(Busy, match="stopping"):
            await station.hear(1, "empat")
        assert len(await station.store.write(inbox.unfinished)) == 3

    post.run(work)


def test_while_the_store_is_away_the_platform_must_come_again(post: Post):
    async def work(station: Station) -> None:
        with full_disk(), pytest.raises(Busy, match="store"):
            await station.intake.deliver([update(1, "1", "satu")])
        await station.intake.deliver([update(1, "1", "satu")])
        await station.settled()
        assert station.channel.to("1") == ["satu"]

    post.run(work)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_flood_is_cut_off_told_once_and_harms_nobody_else(post: Post, at_once: bool):
    post.bounds = Bounds(flood_updates=20, flood_seconds=10, same_question=1000)

    async def work(station: Station) -> None:
        flood = [update(i, "1", "satu") for i in range(100)]
        for piece in [flood] if at_once else [[one] for one in flood]:
            await station.intake.deliver(piece)
        await station.intake.deliver([update(200, "2", "dua")])
        await station.settled()
        assert station.channel.to("1").count("satu") == 20
        assert len(station.channel.to("1")) == 21
        assert station.channel.to("2") == ["dua"]
        post.move(11)
        await station.intake.deliver([update(300, "1", "tiga", after=11)])
        await station.settled()
        assert station.channel.to("1")[-1] == "tiga"

    post.run(work)


def test_what_is_kept_at_the_sixth_try_counts_once_in_the_flood_limit(postgres: Post, emptied: str):
    with psycopg.connect(emptied, autocommit=True) as owner:
        owner.execute("""
            CREATE SEQUENCE tries;
            CREATE FUNCTION unlucky() RETURNS trigger AS $$ BEGIN
                IF nextval('tries') <= 5 THEN RAISE EXCEPTION 'as if' USING ERRCODE = '40001'; END IF;
                RETURN new;
            END $$ LANGUAGE plpgsql;
            CREATE CONSTRAINT TRIGGER unlucky AFTER INSERT ON inbox DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION unlucky();
        """)

    async def work(station: Station) -> None:
        await station.intake.deliver([update(1, 1, "satu")])
        await station.settled()
        assert station.channel.to("1") == ["satu"]

    postgres.bounds = Bounds(flood_updates=3, flood_seconds=10, same_question=1000)
    try:
        postgres.run(work)
    finally:
        with psycopg.connect(emptied, autocommit=True) as owner:
            owner.execute("DROP FUNCTION unlucky() CASCADE; DROP SEQUENCE tries")


# The clock


def test_a_tick_that_fails_is_told_in_the_log_and_has_its_turn_again(post: Post, monkeypatch: pytest.MonkeyPatch):
    async def broken(self: Ticks) -> None:
        raise OverflowError("siti")

    async def work(station: Station) -> None:
        ticks = Ticks(station.office, station.slots.put, station.runner.wake)
        with structlog.testing.capture_logs() as log:
            ticks.start()
            await asyncio.sleep(0.1)
            ticks.stop()
        assert [(line["event"], line["tick"], line["error"]) for line in log if line["log_level"] == "error"] == [
            ("tick_failed", "broken", "OverflowError")
        ]

    monkeypatch.setattr(Ticks, "idle", broken)
    post.run(work)


def test_what_is_due_happens_at_the_next_tick_and_once(post: Post):
    async def work(station: Station) -> None:
        ticks = Ticks(station.office, station.slots.put, station.runner.wake)
        await station.hear(1, "satu")
        due = post.clock.now() + timedelta(hours=1)
        await station.store.write(lambda db: reminders.put(db, 1, "happened", "7", due, {"n": 1}))
        assert await ticks.due() == 0
        post.move(3600)
        assert await ticks.due() == 1
        assert await ticks.due() == 0
        await station.settled()

    post.run(work)
    assert post.words.happened == [{"n": 1}]


def test_more_than_a_piece_that_is_due_at_once_all_happens(post: Post):
    async def work(station: Station) -> None:
        ticks = Ticks(station.office, station.slots.put, station.runner.wake)
        await station.hear(1, "satu")
        now = post.clock.now()
        await station.store.write(
            lambda db: [reminders.put(db, 1, "happened", str(n), now, {"n": n}) for n in range(501)]
        )
        assert await ticks.due() == 501
        await station.slots.settled()

    post.run(work)
    assert sorted(data["n"] for data in post.words.happened) == list(range(501))


def test_old_rows_go_in_pieces_until_none_is_left(post: Post):
    async def work(station: Station) -> None:
        ticks = Ticks(station.office, station.slots.put, station.runner.wake)
        for i in range(10):
            await station.hear(i, "satu")
        await station.settled()
        post.move(25 * 3600)
        await ticks.purge()
        assert await station.store.write(lambda db: set(rows(db, "inbox", "payload"))) == {None}
        post.move(31 * 24 * 3600)
        await ticks.purge()
        for table in ("inbox", "outbox"):
            assert await station.store.write(lambda db, table=table: rows(db, table, "id")) == []

    post.run(work)


def test_what_was_said_goes_with_its_days_also_where_its_row_stays(post: Post):
    post.bounds = replace(post.bounds, messages=timedelta(days=3), dedupe=timedelta(days=14))

    async def work(station: Station) -> None:
        ticks = Ticks(station.office, station.slots.put, station.runner.wake)

        async def left(days: int) -> tuple[list[bool], int]:
            post.move(days * 24 * 3600)
            await ticks.purge()
            said = await station.store.write(lambda db: rows(db, "inbox", "said"))
            sent = await station.store.write(lambda db: rows(db, "outbox", "id"))
            return [text is not None for text in said], len(sent)

        await station.hear(1, "satu")  # a stranger's words aren't kept
        await station.settled()
        siti = Person(1, "id", contact=1)
        await station.store.write(lambda db: consents.note(db, siti, consents.SERVICE, "1", allowed=True))
        await station.hear(1, "dua")
        await station.settled()
        assert await left(2) == ([False, True], 2)
        assert await left(2) == ([False, False], 0)
        await station.intake.deliver([update(1, "1", "satu")])  # still known as heard
        assert await left(9) == ([False, False], 0)
        assert await left(2) == ([], 0)

    post.run(work)


def test_the_daily_copy_is_a_job(post: Post):
    async def work(station: Station) -> None:
        folder = post.folder / "backups"
        args = {"url": f"sqlite:///{post.folder}/office.db", "keys": str(post.folder / "keys"), "folder": str(folder),
                "keep": 2}  # fmt: skip
        ticks = Ticks(station.office, station.slots.put, station.runner.wake, args)
        station.spawn(station.runner.run())
        for _ in range(3):
            await ticks.copy("02:30")
            station.runner.wake()
            await station.runner.settled()
            post.move(24 * 3600)
        assert sorted(p.name for p in folder.iterdir()) == [
            "office-20261124-090000.db", "office-20261125-090000.db", "wrapped.db"
        ]  # fmt: skip
        assert not [p for p in folder.rglob("*") if "master" in p.name]

    post.run(work)


def test_a_copy_is_made_once_a_day_also_for_a_night_when_nothing_ran(post: Post):
    folder = post.folder / "backups"
    args = {"url": f"sqlite:///{post.folder}/office.db", "keys": "keys", "folder": str(folder), "keep": 2}

    async def work(station: Station) -> None:
        ticks = Ticks(station.office, station.slots.put, station.runner.wake, args)

        async def asked(at: str = "10:00") -> int:
            await ticks.copy(at)
            return len(await station.store.write(lambda db: rows(db, "jobs", "id")))

        assert await asked() == 1  # 09.00: that of yesterday
        assert await asked() == 1  # asked for already, even if it fails
        post.move(3599)
        assert await asked() == 1
        post.move(1)
        assert await asked() == 2  # 10.00
        post.move(23 * 3600)
        assert await asked() == 2
        folder.mkdir()
        (folder / "office-20261124-095959.db").touch()  # too early to be today's
        (folder / "office-20991231-100000.db").touch()  # a clock was wrong once
        (folder / "other-20261124-110000.db").touch()
        post.move(5 * 3600)
        assert await asked() == 3
        post.move(24 * 3600)
        (folder / "office-20261125-110000.db").touch()  # made by hand
        assert await asked() == 3

    post.run(work)


def test_an_update_that_can_not_be_kept_as_hers_holds_nobody_back(post: Post):
    async def work(station: Station) -> None:
        await station.hear(1, "satu")
        await station.settled()
        with closing(sqlite3.connect(post.folder / "keys" / "wrapped.db")) as keys, keys:
            keys.execute("DELETE FROM keys WHERE id != 'house'")

    async def again(station: Station) -> None:
        await station.intake.deliver([update(50, "1", "dua"), update(51, "2", "tiga")])
        await station.settled()
        assert station.channel.to("2") == ["tiga"]
        [aside] = await station.store.write(inbox.aside)
        assert (aside.state, aside.error) == (Received.UNREADABLE, "NoKey")

    post.run(work)
    post.run(again)


def test_half_a_surrogate_pair_is_kept_as_it_came(post: Post):
    async def work(station: Station) -> None:
        await station.intake.deliver([update(1, "1", "satu", odd="\ud83d")])
        await station.settled()
        assert station.channel.to("1") == ["satu"]

    post.run(work)
