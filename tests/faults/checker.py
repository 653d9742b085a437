"""Compares what the platform saw with what the office wrote down, after any mishap.

Four classes, as in Jepsen's queue checker: `lost` (acknowledged and not done, or promised and not sent), `doubled`
(sent again without having been in flight at a crash), `inverted` (a person's order changed), `unexpected` (sent
without being written down).
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from bot.domain.tables import Outgoing, Received
from bot.simulator.platform import Platform
from bot.simulator.things import Bot


@dataclass
class Verdict:
    """What was found wrong, in words. `repeats` are sends that a crash allows: they were in flight."""

    lost: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    inverted: list[str] = field(default_factory=list[str])
    unexpected: list[str] = field(default_factory=list[str])
    updates: int = 0
    sends: int = 0
    repeats: int = 0

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.inverted or self.unexpected)


@dataclass(frozen=True)
class Row:
    """An outbox row as the checker needs it; `bubble` is the platform's number of what was sent."""

    id: int
    chat: int
    state: int
    attempts: int
    bubble: int


def check(platform: Platform, bot: Bot, first_update: int, database: Path) -> Verdict:
    """Compare everything since `first_update`, when nothing is under way any more. The office's process has ended."""
    verdict = Verdict()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        account = db.execute("SELECT id FROM accounts WHERE name = ?", (f"telegram:{bot.id}",)).fetchone()[0]
        received = db.execute(
            "SELECT key, state, person_id, id, done_at FROM inbox WHERE account_id = ? ORDER BY id", (account,)
        ).fetchall()
        rows = [
            Row(id, int(chat), state, attempts, int(ext or 0))
            for id, chat, state, attempts, ext in db.execute(
                "SELECT outbox.id, address, state, attempts, ext_id FROM outbox JOIN contacts ON "
                "contacts.id = contact_id WHERE outbox.account_id = ? AND op = 'send' ORDER BY outbox.id", (account,)
            )
        ]  # fmt: skip
    waiting = platform.waiting.get(bot.id, {})
    acknowledged = [number for number in range(first_update, bot.next_update) if number not in waiting]
    verdict.updates = len(acknowledged)
    _updates(verdict, acknowledged, {key: state for key, state, *_ in received})
    _order(verdict, [(person, id, done) for _, _, person, id, done in received if done])
    said = [(sent.chat, sent.message) for sent in platform.sent if sent.bot == bot.id and sent.method == "sendMessage"]
    verdict.sends = len(said)
    for chat in {chat for chat, _ in said} | {row.chat for row in rows}:
        words = {number: str((b.message or {}).get("text")) for number, b in platform.chat(bot, chat).bubbles.items()}
        _chat(verdict, [row for row in rows if row.chat == chat], [m for c, m in said if c == chat], words)
    return verdict


def _updates(verdict: Verdict, acknowledged: Iterable[int], states: dict[str, int]) -> None:
    for number in acknowledged:
        state = states.get(f"u:{number}")
        if state != Received.DONE:
            verdict.lost.append(f"update {number}: {'not kept' if state is None else Received(state).name}")


def _order(verdict: Verdict, done: list[tuple[int, int, str]]) -> None:
    """Each person's updates were done in the order in which they came."""
    last: dict[int, str] = defaultdict(str)
    for person, id, at in done:
        if at < last[person]:
            verdict.inverted.append(f"inbox {id} of person {person} was done before an earlier one")
        last[person] = max(last[person], at)


def _chat(verdict: Verdict, rows: list[Row], said: list[int], words: dict[int, str]) -> None:
    """One chat: `said` are the platform's numbers of what arrived, in order."""
    arrived = Counter(said)
    written = {row.bubble for row in rows if row.bubble}
    spare = Counter[str]()
    for row in rows:
        if row.state != Outgoing.SENT:
            verdict.lost.append(f"outbox {row.id}: {Outgoing(row.state).name}")
        elif not arrived[row.bubble]:
            verdict.lost.append(f"outbox {row.id}: noted as sent, never arrived")
        else:
            spare[words[row.bubble]] += row.attempts - 1
    sent = [row.bubble for row in rows if row.state == Outgoing.SENT]
    verdict.inverted += [f"outbox: {b} after {a}" for a, b in pairwise(sent) if b <= a]
    known = {words[number] for number in written if number in words}
    for number in said:
        if number in written:
            continue
        if spare[words[number]] > 0:
            spare[words[number]] -= 1
            verdict.repeats += 1
        elif words[number] in known:
            verdict.doubled.append(f"message {number}: said again, and was never in flight at a crash")
        else:
            verdict.unexpected.append(f"message {number}: nobody wrote it down")


def in_flight(database: Path) -> int:
    """How many sends were under way when the process died."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return db.execute("SELECT count(*) FROM outbox WHERE state = ?", (int(Outgoing.LEASED),)).fetchone()[0]
