"""What goes through a number: both directions together, and one person who is sent too much."""

from __future__ import annotations

from bot.channels.whatsapp import PAIR, verdict
from bot.chat.seams import Later, Pace
from bot.domain.tables import Outgoing
from bot.post.pacing import Pacing
from tests.post.station import Post, Station
from tests.post.test_whatsapp_statuses import Number, row


class Hand:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_both_directions_use_up_what_may_go_through() -> None:
    hand = Hand()
    pacing = Pacing(Pace(per_second=80.0, replies_in_flight=1000), hand)
    gone = 0
    for _ in range(10 * 60):  # as fast as it may for ten seconds, with half as many coming in
        if fits := pacing.replies():
            pacing.passed(fits)
            gone += fits
        pacing.passed(1)
        hand.now += 1 / 60
    assert 10 * 80 <= gone + 600 <= 10 * 80 + 80
    assert gone < 300


def test_a_full_number_tells_when_there_is_room() -> None:
    hand = Hand()
    pacing = Pacing(Pace(per_second=80.0), hand)
    assert pacing.full_for() == 0.0
    pacing.passed(60)
    assert (pacing.replies(), pacing.bulks()) == (0, 0)
    hand.now += pacing.full_for() + 1e-9
    assert pacing.replies() == 1


def test_one_person_is_sent_a_burst_and_then_a_message_at_its_time() -> None:
    hand = Hand()
    pacing = Pacing(Pace(chat_seconds=6.0, chat_burst=40), hand)
    gone = 0
    for _ in range(60):  # one a second
        gone += not pacing.said(1)
        hand.now += 1.0
    assert 49 <= gone <= 50
    assert pacing.said(2) == 0.0
    while wait := pacing.said(1):
        hand.now += wait + 1e-9
    assert 5.9 < pacing.said(1) <= 6.0
    pacing.said_more(1, 2)
    assert 17.9 < pacing.said(1) <= 18.0


def test_what_one_person_may_not_be_sent_yet_holds_back_only_her(post: Post) -> None:
    async def work(station: Station) -> None:
        number, hand = Number(), Hand()
        pacing = Pacing(Pace(chat_seconds=6.0, chat_burst=2), hand)
        hand.now += 10.0  # the bucket for what the office starts isn't empty any more
        await station.start(pacing, number)
        await station.hear("62811", "satu", "dua", "tiga", "empat")
        await station.hear("62812", "satu")
        await station.settled()
        assert number.to("62811") == ["satu", "dua"]
        assert number.to("62812") == ["satu"]
        for _ in range(2):
            hand.now += 6.1
            post.move(6.1)
            await station.settled()
        assert number.to("62811") == ["satu", "dua", "tiga", "empat"]

    post.run(work, started=False)


def test_who_is_sent_too_much_waits_alone_and_loses_no_try(post: Post) -> None:
    async def work(station: Station) -> None:
        number = Number()
        wrong = verdict(400, PAIR, "too many")
        assert isinstance(wrong, Later)

        def trouble(address: str, words: str) -> None:
            if address == "62811":
                raise wrong

        number.trouble = trouble
        await station.start(channel=number)
        for _ in range(10):  # more often than there are tries
            await station.hear("62811", "satu")
            post.move(20)
            await station.settled()
        waiting = await row(station)
        assert waiting.state == Outgoing.READY
        await station.hear("62812", "dua")
        await station.settled()
        assert number.to("62812") == ["dua"]
        number.trouble = lambda address, words: None
        post.move(20)
        await station.settled()
        assert number.to("62811")[:1] == ["satu"]

    post.run(work, started=False)
