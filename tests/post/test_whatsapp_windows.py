"""What the office starts on WhatsApp: plain within 24 hours of her last message, else as a template, in bounds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.channels import whatsapp as wire
from bot.chat.messages import Message, Sent, Template
from bot.chat.seams import Never, Pace
from bot.domain import costs, dated, outbox, people
from bot.domain.db import Db
from bot.domain.tables import Lane, Outgoing
from bot.domain.tables import costs as table
from bot.domain.tables import outbox as rows
from tests.office import MONDAY
from tests.post.station import Post, Station
from tests.post.test_whatsapp_statuses import Number, row, told

ZONE = ZoneInfo("Asia/Jakarta")


class Starts(Number):
    """Keeps how each message went."""

    def __init__(self, starts: int = 250) -> None:
        super().__init__()
        self.pace = Pace(starts=starts)
        self.ways: list[Template | None] = []

    async def send(
        self,
        address: str,
        message: Message,
        language: str,
        replaces: str | None = None,
        after: tuple[str, ...] = (),
        mark: str = "",
    ) -> Sent:
        self.ways.append(message.template)
        return await super().send(address, message, language, replaces, after, mark)


async def told_of(station: Station, person: int, lane: Lane, origin: str) -> None:
    def put(db: Db) -> None:
        contact = people.contact_of(db, person)
        assert contact
        outbox.put(db, contact, Message(("kabar",)), origin, lane, expires=db.now + timedelta(days=10))

    await station.store.write(put)
    await station.settled()


async def met(station: Station, number: Starts, *who: str) -> None:
    await station.start(channel=number)
    for address in who:
        await station.hear(address, "satu")
    await station.settled()
    number.ways.clear()


def test_the_office_writes_freely_for_a_day_and_by_template_afterwards(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Starts()
        await met(station, number, "62812")
        await told_of(station, 1, Lane.ALERT, "change:1")
        post.move(24 * 3600)
        await told_of(station, 1, Lane.ALERT, "change:2")
        await told_of(station, 1, Lane.REMINDER, "i9.0")
        assert [way and way.name for way in number.ways] == [None, "pendamping_kabar", "pendamping_lanjut"]

    post.run(work, started=False)


def test_a_reply_never_goes_as_a_template(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Starts()
        await met(station, number, "62812")
        post.move(30 * 3600)
        await told_of(station, 1, Lane.REPLY, "change:1")
        assert number.ways == [None]

    post.run(work, started=False)


def test_a_window_that_the_platform_finds_closed_makes_it_a_template(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Starts()
        await met(station, number, "62812")
        await told_of(station, 1, Lane.ALERT, "change:1")
        await station.intake.deliver([told("2.1.0", "failed", 131047)])
        await station.settled()
        assert [way and way.name for way in number.ways] == [None, "pendamping_kabar"]
        assert (await row(station)).state == Outgoing.SENT

    post.run(work, started=False)


def test_so_does_one_that_it_finds_closed_at_once(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Starts()
        await met(station, number, "62812")

        def closed(address: str, words: str) -> None:
            number.trouble = lambda address, words: None
            raise Never("131047 Re-engagement message", because="window")

        number.trouble = closed
        await told_of(station, 1, Lane.ALERT, "change:1")
        assert [way and way.name for way in number.ways] == [None, "pendamping_kabar"]
        assert (await row(station)).state == Outgoing.SENT

    post.run(work, started=False)


def test_only_a_message_of_hers_opens_the_window_and_from_when_she_wrote_it(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Starts()
        await met(station, number, "6281200001")
        number.heard = wire.heard
        post.move(40 * 3600)
        now = int(post.clock.now().timestamp())
        wish = {"wa_id": "6281200001", "category": "marketing_messages", "value": "resume", "timestamp": str(now)}
        late = {"from": "6281200001", "id": "wamid.1", "type": "text", "text": {"body": "dua"}}
        fresh = late | {"id": "wamid.2", "timestamp": str(now - 3600)}
        names: list[str | None] = []
        for what in (
            {"preference": wish},
            {"message": late | {"timestamp": str(now - 39 * 3600)}},  # brought only now
            {"message": fresh},
            {"message": late | {"id": "wamid.3", "timestamp": str(now - 38 * 3600)}},
        ):
            await station.intake.deliver([{"to": "100", **what}])
            await station.settled()
            number.ways.clear()
            await told_of(station, 1, Lane.ALERT, f"change:{len(names)}")
            names += [way and way.name for way in number.ways]
        assert names == ["pendamping_kabar", "pendamping_kabar", None, None]

    post.run(work, started=False)


def test_no_more_people_are_begun_with_in_a_day_than_may_be(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Starts(starts=1)
        await met(station, number, "62811", "62812")
        post.move(30 * 3600)
        for person in (1, 2):
            await told_of(station, person, Lane.ALERT, f"change:{person}")
        await told_of(station, 1, Lane.ALERT, "change:3")  # she is begun with already
        assert number.to("62811") == ["satu", "kabar", "kabar"]
        assert number.to("62812") == ["satu"]
        post.move(24 * 3600 + 1)
        await station.settled()
        assert number.to("62812") == ["satu", "kabar"]

    post.run(work, started=False)


def test_a_spent_budget_stops_what_the_office_starts_and_no_answer(post: Post) -> None:
    post.bounds = type(post.bounds)(flood_updates=1000, retries=(0.01, 0.01), store_retry=0.01, budget=1000)

    async def work(station: Station) -> None:
        number = Starts()
        await met(station, number, "62812")

        def spend(db: Db) -> None:
            dated.put(db, costs.TARIFFS, MONDAY.date() - timedelta(days=40), {"service": 400}, "tarif")
            cost = {"account_id": station.account, "day": db.now.date(), "flow": "", "lane": 0, "category": "service",
                    "tariff": "regular", "billable": True, "count": 3}  # fmt: skip
            db.execute(table.insert(), cost)

        await station.store.write(spend)
        assert await station.store.write(lambda db: costs.rupiah(db, db.now.date())) == 1200
        await told_of(station, 1, Lane.REMINDER, "i9.0")
        waiting = await row(station)
        assert (waiting.state, waiting.error) == (Outgoing.READY, "the month's budget is spent")
        await station.hear("62812", "dua")
        await station.settled()
        assert number.to("62812") == ["satu", "dua"]

    post.run(work, started=False)


def test_a_month_ends_where_the_office_is(post: Post) -> None:
    async def work(station: Station) -> None:
        await station.start(channel=Starts())

        def spend(db: Db) -> list[bool]:
            dated.put(db, costs.TARIFFS, MONDAY.date() - timedelta(days=40), {"service": 400}, "tarif")
            cost = {"account_id": station.account, "day": date(2026, 11, 30), "flow": "", "lane": 0,
                    "category": "service", "tariff": "regular", "billable": True, "count": 2}  # fmt: skip
            db.execute(table.insert(), [cost, cost | {"flow": "bantuan"}])
            ends = datetime(2026, 11, 30, 17, tzinfo=UTC)  # midnight in Jakarta
            found: list[bool] = []
            for db.now in (ends - timedelta(seconds=1), ends):
                found.append(costs.over(db, 1600, ZONE))
            return found

        assert await station.store.write(spend) == [True, False]

    post.run(work, started=False)


def test_a_category_without_a_tariff_counts_as_the_dearest(post: Post) -> None:
    async def work(station: Station) -> None:
        await station.start(channel=Starts())

        def spend(db: Db) -> list[int]:
            dated.put(db, costs.TARIFFS, MONDAY.date() - timedelta(days=40), {"service": 400}, "tarif")
            cost = {"account_id": station.account, "day": db.now.date(), "flow": "", "lane": 0, "category": "unknown",
                    "tariff": "regular", "billable": True, "count": 2}  # fmt: skip
            db.execute(table.insert(), cost)
            return [costs.over(db, budget, ZONE) for budget in (0, 800, 801)]

        assert await station.store.write(spend) == [False, True, False]
        assert await station.store.write(lambda db: db.execute(rows.select()).all()) == []

    post.run(work, started=False)
