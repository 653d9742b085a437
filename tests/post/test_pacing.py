"""Pacing, on a clock of its own: never over the limit in any second, and slower after the platform complained."""

from __future__ import annotations

import pytest

from bot.chat.seams import Pace
from bot.post.pacing import Pacing


class Stopwatch:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def spend_all(pacing: Pacing, watch: Stopwatch, seconds: float, step: float = 0.01) -> list[float]:
    """Send as much as may be sent, asking every `step` seconds; when each went out."""
    began: list[float] = []
    end = watch.at + seconds
    while watch.at < end:
        if (count := pacing.bulks()) > 0:
            pacing.spend(count)
            began += [watch.at] * count
        watch.at += step
    return began


def most_in_a_second(began: list[float]) -> int:
    return max(sum(at <= other < at + 1.0 for other in began) for at in began)


@pytest.mark.parametrize("step", [0.001, 0.01, 0.037, 0.25, 0.9])
@pytest.mark.parametrize("burst", [1, 5, 28])
def test_never_over_the_limit_in_any_second(step: float, burst: int):
    watch = Stopwatch()
    began = spend_all(Pacing(Pace(bulk_burst=burst, bulk_in_flight=50), watch), watch, 20, step)
    assert most_in_a_second(began) <= 28


def test_after_a_quiet_hour_too():
    watch = Stopwatch()
    pacing = Pacing(Pace(bulk_in_flight=50), watch)
    spend_all(pacing, watch, 2)
    watch.at += 3600
    assert most_in_a_second(spend_all(pacing, watch, 5)) <= 28


def test_asked_often_enough_the_limit_is_used():
    watch = Stopwatch()
    began = spend_all(Pacing(Pace(bulk_in_flight=50), watch), watch, 60)
    assert len(began) >= 60 * 27


def test_a_process_that_starts_makes_no_burst():
    watch = Stopwatch()
    pacing = Pacing(Pace(bulk_in_flight=50), watch)
    assert pacing.bulks() == 0
    watch.at += 1 / 28 + 0.001
    assert pacing.bulks() == 1


def test_no_more_in_flight_than_allowed():
    watch = Stopwatch()
    pacing = Pacing(Pace(), watch)
    watch.at += 60
    assert pacing.bulks() == 3
    pacing.bulk = 2
    assert pacing.bulks() == 1
    pacing.bulk = 3
    assert pacing.bulks() == 0
    assert pacing.replies() == 50
    pacing.replying = 48
    assert pacing.replies() == 2


def test_when_told_to_wait_bulk_stops_and_replies_go_on():
    watch = Stopwatch()
    pacing = Pacing(Pace(bulk_in_flight=50), watch)
    spend_all(pacing, watch, 2)
    pacing.told_to_wait(10)
    assert spend_all(pacing, watch, 9.9) == []
    assert pacing.replies() == 50
    assert pacing.next_bulk() <= 0.2


def test_afterwards_it_goes_on_slower_and_regains_its_pace():
    watch = Stopwatch()
    pacing = Pacing(Pace(bulk_in_flight=50), watch)
    pacing.told_to_wait(1)
    watch.at += 1
    soon = spend_all(pacing, watch, 10)
    assert 10 * 28 * 0.7 * 0.9 < len(soon) < 10 * 28 * 0.8
    watch.at += 600
    assert len(spend_all(pacing, watch, 10)) >= 10 * 27


def test_a_shorter_wait_does_not_shorten_a_longer_one():
    watch = Stopwatch()
    pacing = Pacing(Pace(), watch)
    pacing.told_to_wait(60)
    pacing.told_to_wait(1)
    pacing.stop_all(60)
    pacing.stop_all(1)
    watch.at += 59
    assert (pacing.bulks(), pacing.replies()) == (0, 0)
    watch.at += 2
    assert pacing.replies() == 50


def test_an_account_that_is_refused_sends_nothing():
    watch = Stopwatch()
    pacing = Pacing(Pace(), watch)
    watch.at += 60
    pacing.stop_all(60)
    assert (pacing.bulks(), pacing.replies()) == (0, 0)
    watch.at += 60
    assert (pacing.bulks(), pacing.replies()) == (3, 50)
