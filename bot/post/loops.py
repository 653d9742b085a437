"""What stops two machines that answer each other: the same question to the same person, again and again."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.keys import KEPT

MINUTE = timedelta(minutes=1)
HELD = timedelta(minutes=2)
"""How long a person isn't answered then."""


class Loops:
    """Counts how often a person was asked the same in a minute; more than `most` times, and she is held."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._asked: dict[int, tuple[str, datetime, int]] = {}
        self._held: dict[int, datetime] = {}
        self._room = KEPT

    def asked(self, person: int, question: str, now: datetime) -> None:
        """She was asked this question (flow and key; empty: she was told something that asks nothing)."""
        before, since, count = self._asked.get(person, ("", now, 0))
        same = question == before and now - since < MINUTE
        since, count = (since, count + 1) if same else (now, 1)
        self._asked[person] = (question, since, count)
        if count > self._most:
            self._held[person] = now + HELD
            self._asked.pop(person, None)
        if len(self._asked) > self._room:
            self._asked = {who: seen for who, seen in list(self._asked.items()) if now - seen[1] < MINUTE}
            self._held = {who: until for who, until in list(self._held.items()) if until > now}
            self._room = max(KEPT, 2 * len(self._asked))

    def held(self, person: int, now: datetime) -> bool:
        """Whether she isn't answered now."""
        until = self._held.get(person)
        if until is not None and until <= now:
            self._held.pop(person, None)  # the loop and the store both ask
            return False
        return until is not None
