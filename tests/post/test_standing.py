"""How an account stands at its platform: refused, restricted, with another limit; told to officers once."""

from __future__ import annotations

import time
from typing import Any

from bot.channels import whatsapp_news
from bot.chat.flow import Person
from bot.chat.messages import Standing
from bot.chat.seams import AccountRefused, Later, Raw
from bot.check import told as told_to_operators
from bot.domain import officers, people, standing
from bot.domain.db import Db
from bot.domain.tables import Lane
from bot.domain.tables import outbox as rows
from bot.post.pacing import Pacing
from tests.post.station import Post, Station
from tests.post.test_whatsapp_statuses import row, told
from tests.post.test_whatsapp_windows import Starts, told_of


class Number(Starts):
    """A number that is told how it stands; `at` is how many seconds have been skipped for its pacing."""

    at = 0.0

    def standing(self, raw: Raw) -> Standing | None:
        return whatsapp_news.standing(raw)


async def with_admin(station: Station, number: Number) -> None:
    """Person 1 looks after the machine (on this account, for want of another); persons 2 and 3 wrote once."""
    await station.start(Pacing(number.pace, lambda: time.monotonic() + number.at), channel=number)
    for address in ("62811", "62812", "62813"):
        await station.hear(address, "satu")
    await station.settled()

    def employ(db: Db) -> None:
        contact = people.contact_of(db, 1)
        assert contact
        code = officers.invite(db, "Adi", "admin", "35.73")
        officers.join(db, Person(1, "id", contact=contact.id), code)

    await station.store.write(employ)


async def alerts(station: Station) -> list[Any]:
    alerted = rows.select().where(rows.c.person_id == 1, rows.c.lane == Lane.ALERT)
    return await station.store.write(lambda db: list(db.execute(alerted).all()))


def refused(address: str, words: str) -> None:
    raise AccountRefused("190 Session has expired")


async def again(station: Station, number: Number) -> None:
    """A minute later the account is tried once more."""
    number.at += 61
    station.wake()
    await station.settled()


def test_an_account_that_is_refused_is_told_of_once_until_it_is_mended(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await with_admin(station, number)
        for count in (1, 2):
            number.trouble = refused
            await station.hear("62812", "dua")
            await station.settled()
            await again(station, number)
            assert len(await alerts(station)) == count
            (known,) = await station.store.write(standing.wrong)
            assert known[:4] == ("whatsapp:100", "sending", "190", "190 Session has expired")
            (seen,) = told_to_operators(f"sqlite:///{post.folder}/office.db")
            assert (seen.level, seen.what[:34]) == ("wrong", "whatsapp:100: sending is 190 since")
            number.trouble = lambda address, words: None
            post.move(1)
            await again(station, number)
            await station.settled()
            assert await station.store.write(standing.wrong)  # accepted; whether it goes out is told by a status
            await station.intake.deliver([told(f"{number.marks[-1]}.0", "sent")])
            assert await station.store.write(standing.wrong) == []
            post.move(1)
        assert number.to("62812") == ["satu", "dua", "dua"]

    post.run(work, started=False)


def test_where_no_status_tells_an_accepted_send_has_mended_it(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        number.account, number.door = "telegram:111", "owners"
        await with_admin(station, number)
        number.trouble = refused
        await station.hear("62812", "dua")
        await station.settled()
        assert len(await station.store.write(standing.wrong)) == 1
        number.trouble = lambda address, words: None
        post.move(1)
        await again(station, number)
        assert await station.store.write(standing.wrong) == []

    post.run(work, started=False)


def test_a_status_can_tell_of_it_too(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await with_admin(station, number)
        failed = told("2.1.0", "failed", 131042)
        await station.intake.deliver([failed])
        await station.intake.deliver([failed, told("3.1.0", "failed", 131042)])
        assert len(await alerts(station)) == 1
        post.move(1)
        await station.intake.deliver([told("1.1.0", "read")])  # it went out before
        assert len(await station.store.write(standing.wrong)) == 1
        await again(station, number)
        await station.intake.deliver([told(f"{number.marks[-1]}.0", "delivered")])
        assert await station.store.write(standing.wrong) == []

    post.run(work, started=False)


def test_what_is_accepted_each_minute_and_fails_afterwards_alerts_once(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await with_admin(station, number)
        await station.hear("62812", "dua")
        await station.settled()
        for _ in range(4):
            post.move(61)
            await station.intake.deliver([told(f"{number.marks[-1]}.0", "failed", 131042)])
            await again(station, number)
            await station.settled()
        assert len(await alerts(station)) == 1

    post.run(work, started=False)


def test_a_template_that_goes_out_again_stands_wrong_no_longer(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await with_admin(station, number)
        post.move(30 * 3600)

        def no_such(address: str, words: str) -> None:
            number.trouble = lambda address, words: None
            raise Later(1.0, "132001 no such template", counts=False, alone=True, because="template")

        number.trouble = no_such
        await told_of(station, 2, Lane.ALERT, "change:1")
        assert [one[2] for one in await station.store.write(standing.wrong)] == ["REFUSED"]
        post.move(7 * 3600)  # it is tried again
        station.wake()
        await station.settled()
        assert await station.store.write(standing.wrong) == []

    post.run(work, started=False)


def test_a_template_that_a_status_tells_to_be_refused_is_noted_too(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await with_admin(station, number)
        post.move(30 * 3600)
        await told_of(station, 2, Lane.ALERT, "change:1")
        await station.intake.deliver([told(f"{number.marks[-1]}.0", "failed", 132015)])
        (seen,) = await station.store.write(standing.wrong)
        assert seen[1:3] == ("template pendamping_kabar id", "REFUSED")

    post.run(work, started=False)


def test_a_start_finds_out_anew(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await with_admin(station, number)
        number.trouble = refused
        await station.hear("62812", "dua")
        await station.settled()
        await station.store.write(lambda db: standing.begin(db, [station.account]))
        assert await station.store.write(standing.wrong) == []

    post.run(work, started=False)


def news(field: str, time: int = 0, **value: Any) -> Raw:
    return {"field": field, "value": value, "time": time}


def test_what_is_told_twice_late_or_again_alerts_once_and_what_is_new_once_more(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await with_admin(station, number)
        now = int(post.clock.now().timestamp())
        locked, freed = {"event": "ACCOUNT_RESTRICTION"}, {"event": "ACCOUNT_RESTORED"}
        counts: list[int] = []
        for told_now in (
            [news("account_update", now, **locked)] * 2,
            [news("account_update", now - 60, **freed)],  # came late
            [news("account_update", now, **locked)],
            [news("account_update", now + 60, **freed)],
            [news("account_update", now + 120, **locked)],
        ):
            post.move(1)
            await station.intake.deliver(told_now)
            await station.settled()
            counts.append(len(await alerts(station)))
        assert counts == [1, 1, 1, 1, 2]

    post.run(work, started=False)


def test_the_platform_s_own_limit_of_people_holds_before_the_settings(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number(starts=1)
        await with_admin(station, number)
        await station.intake.deliver([news("business_capability_update", max_daily_conversation_per_phone=2)])
        post.move(30 * 3600)
        for person in (1, 2, 3):
            await told_of(station, person, Lane.ALERT, f"change:{person}")
        assert [len(number.to(address)) for address in ("62811", "62812", "62813")] == [2, 2, 1]
        assert (await row(station)).error == "tier is full"

    post.run(work, started=False)


def test_news_that_cannot_be_read_hold_nothing_up(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await with_admin(station, number)
        await station.intake.deliver([news("business_capability_update"), news("something_new", event="HELLO")])
        found = await station.store.write(lambda db: db.execute(standing.standings.select()).all())
        assert [(one.about, one.state, one.wrong) for one in found] == [("something_new", "HELLO", False)]

    post.run(work, started=False)
