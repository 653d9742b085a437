"""A machine that answers us isn't answered for ever."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import timedelta

from bot.post.intake import Flood
from bot.post.loops import Loops
from tests.office import MONDAY
from tests.post.station import Post, Station

HELD = "It seems that we don't understand each other just now. Please write again in a few minutes."


def test_the_same_question_again_and_again_stops_with_one_sentence(post: Post) -> None:
    post.bounds = replace(post.bounds, same_question=10)

    async def work(station: Station) -> None:
        for _ in range(20):
            await station.hear("1", "satu")
            await station.settled()
        assert station.channel.to("1") == ["satu"] * 11 + [HELD]
        await station.hear("2", "satu")
        await station.settled()
        assert station.channel.to("2") == ["satu"]
        post.move(121)
        await station.hear("1", "satu")
        await station.settled()
        assert station.channel.to("1")[-1] == "satu"

    post.run(work)


def test_other_questions_and_slow_ones_are_no_loop(post: Post) -> None:
    post.bounds = replace(post.bounds, same_question=10)

    async def work(station: Station) -> None:
        for _ in range(12):
            await station.hear("1", "satu", "dua")
        for _ in range(12):
            await station.hear("2", "satu")
            post.move(7)
        await station.settled()
        assert HELD not in station.channel.to("1") + station.channel.to("2")

    post.run(work)


def test_whoever_was_silent_for_long_is_forgotten() -> None:
    """An office hears a whole province in a year; what it remembers is of the last minute."""
    flood, loops = Flood(20, 10), Loops(10)
    sizes: list[int] = []
    for who in range(20_000):
        at = MONDAY + timedelta(seconds=who)
        flood.count(str(who), at)
        loops.asked(who, "satu", at)
        if who % 500 == 0:
            sizes.append(max(len(pickle.dumps(flood)), len(pickle.dumps(loops))))
    assert max(sizes[6:]) < 2 * max(sizes[:6])
