"""What WhatsApp tells of our messages afterwards: lost answers, failures, prices. Told twice and out of order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from bot.channels import whatsapp as wire
from bot.chat.messages import Message, Sent, Status
from bot.chat.seams import AccountRefused, Later, Lost, Never, Raw
from bot.domain import outbox, people
from bot.domain.db import Db
from bot.domain.tables import Lane, Outgoing, bubbles, contacts, costs, inbox
from bot.domain.tables import outbox as rows
from tests.fakes import FakeChannel
from tests.post.station import Post, Station


class Number(FakeChannel):
    """A number that is told of its messages; `marks` are what they carried."""

    account = "whatsapp:100"
    door = "whatsapp"

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[str] = []
        self.after_sent: list[tuple[str, ...]] = []
        self.loses = False

    def status(self, raw: Raw) -> Status | None:
        return wire.status(raw)

    def failure(self, status: Status) -> Later | Never | AccountRefused:
        return wire.verdict(0, *status.errors[0])

    async def send(
        self,
        address: str,
        message: Message,
        language: str,
        replaces: str | None = None,
        after: tuple[str, ...] = (),
        mark: str = "",
    ) -> Sent:
        self.marks.append(mark)
        if after:
            self.after_sent.append(after)
            return Sent(after[-1])
        if self.loses:
            await self.gate.wait()
            raise Lost("no answer")
        return await super().send(address, message, language, replaces, after, mark)


def told(mark: str, fate: str, code: int = 0, **pricing: Any) -> dict[str, Any]:
    one: dict[str, Any] = {"id": "wamid.X", "status": fate, "timestamp": "1795312800", "biz_opaque_callback_data": mark}
    one |= {"errors": [{"code": code, "title": "why"}]} if code else {}
    one |= {"pricing": pricing} if pricing else {}
    return {"to": "100", "status": one}


async def row(station: Station) -> Any:
    return await station.store.write(lambda db: db.execute(select(rows).order_by(rows.c.id.desc()).limit(1)).one())


async def said_satu(station: Station, number: Number) -> None:
    await station.start(channel=number)
    await station.hear("62812", "satu")
    await station.settled()


def test_a_status_never_makes_a_turn_and_says_once_what_was_delivered(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await said_satu(station, number)
        mark = f"{number.marks[0]}.0"
        price: dict[str, Any] = {"billable": True, "type": "regular", "category": "service"}
        seen = [told(mark, "read"), told(mark, "sent", **price), told(mark, "delivered", **price)]
        await station.intake.deliver([*seen, *seen])
        await station.intake.deliver(seen)
        await station.settled()

        def look(db: Db) -> tuple[Any, Any, int]:
            updates = db.execute(select(func.count()).select_from(inbox)).scalar_one()
            return db.execute(select(bubbles)).one(), db.execute(select(costs)).one(), updates

        bubble, cost, updates = await station.store.write(look)
        assert (bubble.fate, bubble.counted) == (4, True)
        assert (cost.count, cost.category, cost.billable, cost.lane) == (1, "service", True, 0)
        assert cost.flow == "satu"  # which has ended
        assert updates == 1

    post.run(work, started=False)


def test_a_lost_answer_that_a_status_tells_of_isnt_sent_again(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        number.trouble = lambda address, words: _raise(Lost("no answer"))
        await said_satu(station, number)
        assert (await row(station)).state == Outgoing.READY
        number.trouble = lambda address, words: None
        await station.intake.deliver([told(f"{number.marks[0]}.0", "sent")])
        await station.settled()
        assert (await row(station)).state == Outgoing.SENT
        assert number.sent == []
        assert len(number.after_sent) == 1

    post.run(work, started=False)


def test_a_lost_answer_whose_status_came_before_isnt_sent_again(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        number.loses = True
        number.gate.clear()
        await station.start(channel=number)
        await station.hear("62812", "satu")
        await station.slots.settled()
        await station.intake.deliver([told("1.1.0", "delivered")])
        number.gate.set()
        await station.settled()
        assert number.marks == ["1.1", "1.2"]
        assert (await row(station)).state == Outgoing.SENT
        assert number.sent == []

    post.run(work, started=False)


def test_a_lost_answer_that_nothing_tells_of_is_sent_once_more(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()

        def lost(address: str, words: str) -> None:
            number.trouble = lambda address, words: None
            raise Lost("no answer")

        number.trouble = lost
        await said_satu(station, number)
        assert number.to("62812") == []
        post.move(61)
        await station.settled()
        assert number.to("62812") == ["satu"]
        assert number.marks == ["1.1", "1.2"]

    post.run(work, started=False)


def test_a_failure_is_as_if_the_send_had_been_refused(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await said_satu(station, number)
        first = told("1.1.0", "failed", 131000)
        await station.intake.deliver([first, first])
        post.move(10)
        await station.settled()
        assert number.marks == ["1.1", "1.2"]
        await station.intake.deliver([first])  # of the attempt before: the one after it may be well
        await station.settled()
        assert (await row(station)).state == Outgoing.SENT
        await station.intake.deliver([told("1.2.0", "failed", 131026)])
        assert (await row(station)).state == Outgoing.DEAD

        def reachable(db: Db) -> bool:
            return db.execute(select(contacts.c.reachable)).scalar_one()

        assert await station.store.write(reachable) is False

    post.run(work, started=False)


def test_who_stops_marketing_at_the_platform_has_opted_out(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await said_satu(station, number)

        def announce(db: Db) -> None:
            contact = people.contact_of(db, 1)
            assert contact
            outbox.put(db, contact, Message(("kabar",)), "news:1", Lane.ALERT)

        await station.store.write(announce)
        await station.settled()
        await station.intake.deliver([told("2.1.0", "failed", 131050)])
        assert (await row(station)).state == Outgoing.DEAD
        assert await station.store.write(lambda db: people.opted_out(db, 1))

    post.run(work, started=False)


def test_a_failure_that_refuses_the_account_stops_it(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        await said_satu(station, number)
        await station.intake.deliver([told("1.1.0", "failed", 131042)])
        await station.hear("62812", "dua")
        await station.slots.settled()
        assert (await row(station)).state == Outgoing.READY
        assert number.to("62812") == ["satu"]

    post.run(work, started=False)


def _raise(error: Exception) -> None:
    raise error
