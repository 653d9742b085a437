"""A machine that answers us isn't answered for ever."""

from __future__ import annotations

from dataclasses import replace

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
