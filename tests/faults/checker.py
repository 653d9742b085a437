"""Compares what people did, what the platform saw and what the office wrote down, after any mishap.

Four classes, as in Jepsen's queue checker: `lost` (acknowledged and not done, or promised and not sent), `doubled`
(done twice, or sent again without having been in flight at a crash), `inverted` (a person's order changed),
`unexpected` (done or sent, and nobody asked for it or wrote it down).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.domain.engine import looking
from bot.domain.inbox import row_key
from bot.domain.keys import Keys
from bot.domain.tables import Outgoing, Received, accounts, consents, contacts, inbox, jobs, outbox, people
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


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person did that has one effect with her `number`, in the order of her deeds if it is `ordered`."""

    update: int
    chat: int
    number: str
    ordered: bool = True


_ITS = people.c.id == contacts.c.person_id


def check(
    platform: Platform,
    bot: Bot,
    first_update: int,
    url: str,
    keys: Path,
    *,
    flying: Mapping[int, int] | None = None,
    deeds: Collection[Deed] = (),
    aside: Collection[int] = (),
    let_go: Collection[int] = (),
) -> Verdict:
    """Compare everything since `first_update`, when nothing is under way any more. The office's process has ended.

    `flying` tells how often each outbox row was in flight at a crash; without it the office's own count of attempts is
    believed. `keys` is the folder of its keys. `aside` are updates that must be in quarantine, `let_go` what a flooder
    sent over the limit.
    """
    verdict = Verdict()
    with looking(url) as db, closing(Keys(keys)) as ring:

        def opened(key: str, column: str, sealed: bytes | None) -> int:
            return int(json.loads(ring.open(key, column, sealed))) if sealed else 0

        account = db.execute(select(accounts.c.id).where(accounts.c.name == f"telegram:{bot.id}")).scalar_one()
        number = {row_key(ring, account, f"u:{n}"): f"u:{n}" for n in range(first_update, bot.next_update)}
        columns = (inbox.c.key, inbox.c.state, inbox.c.person_id, inbox.c.id, inbox.c.done_at)
        received = db.execute(select(*columns).where(inbox.c.account_id == account).order_by(inbox.c.id)).all()
        said = select(*outbox.c["id", "state", "attempts", "ext_id"], contacts.c.address, people.c.key_id)
        said = said.select_from(outbox.join(contacts, contacts.c.id == outbox.c.contact_id).join(people, _ITS))
        said = said.where(outbox.c.op == "send")
        rows = [
            Row(
                row.id,
                opened(row.key_id, "contacts.address", row.address),
                row.state,
                row.attempts,
                opened(row.key_id, "outbox.ext_id", row.ext_id),
            )
            for row in db.execute(said.where(outbox.c.account_id == account).order_by(outbox.c.id))
        ]
        noted = select(contacts.c.address, people.c.key_id, consents.c.version)
        noted = noted.join(contacts, contacts.c.id == consents.c.contact_id).join(people, _ITS)
        noted = noted.where(consents.c.purpose == "drill")
        effects = [
            (opened(row.key_id, "contacts.address", row.address), row.version)
            for row in db.execute(noted.order_by(consents.c.id))
        ]
    waiting = {*platform.waiting.get(bot.id, {}), *let_go}
    acknowledged = [number for number in range(first_update, bot.next_update) if number not in waiting]
    verdict.updates = len(acknowledged)
    _updates(verdict, acknowledged, {number.get(row.key, ""): row.state for row in received}, aside)
    if flying is None:  # a clock that jumps tells nothing of order; then effects do
        _order(verdict, [(row.person_id, row.id, row.done_at) for row in received if row.done_at])
    came = {number.get(row.key, ""): place for place, row in enumerate(received)}
    _effects(verdict, effects, [deed for deed in deeds if deed.update not in waiting], came)
    sent = [(one.chat, one.message) for one in platform.sent if one.bot == bot.id and one.method == "sendMessage"]
    verdict.sends = len(sent)
    for chat in {chat for chat, _ in sent} | {row.chat for row in rows}:
        words = {number: str((b.message or {}).get("text")) for number, b in platform.chat(bot, chat).bubbles.items()}
        _chat(verdict, [row for row in rows if row.chat == chat], [m for c, m in sent if c == chat], words, flying)
    return verdict


def _updates(verdict: Verdict, acknowledged: Iterable[int], states: Mapping[str, int], aside: Collection[int]) -> None:
    for number in acknowledged:
        state = states.get(f"u:{number}")
        if state != (Received.QUARANTINED if number in aside else Received.DONE):
            verdict.lost.append(f"update {number}: {'not kept' if state is None else Received(state).name}")


def _order(verdict: Verdict, done: list[tuple[int, int, datetime]]) -> None:
    """Each person's updates were done in the order in which they came."""
    last: dict[int, datetime] = {}
    for person, id, at in done:
        if person in last and at < last[person]:
            verdict.inverted.append(f"inbox {id} of person {person} was done before an earlier one")
        last[person] = max(last.get(person, at), at)


def _effects(
    verdict: Verdict, effects: list[tuple[int, str]], deeds: Collection[Deed], came: Mapping[str, int]
) -> None:
    """Every deed had its effect, once, and each person's in the order in which they came to the office."""
    count = Counter(effects)
    asked = {(deed.chat, deed.number): deed for deed in deeds}
    verdict.lost += [f"deed {number} of {chat}: no effect" for chat, number in asked if not count[chat, number]]
    verdict.doubled += [f"deed {number} of {chat}: {n} effects" for (chat, number), n in count.items() if n > 1]
    verdict.unexpected += [
        f"effect {number} of {chat}: nobody did that" for chat, number in count.keys() - asked.keys()
    ]
    places: dict[int, list[int]] = defaultdict(list)
    for effect in dict.fromkeys(effects):
        deed = asked.get(effect)
        if deed and deed.ordered and (place := came.get(f"u:{deed.update}")) is not None:
            places[deed.chat].append(place)
    for chat, found in places.items():
        verdict.inverted += [f"effects of {chat}: {b} after {a}" for a, b in pairwise(found) if b < a]


def _chat(
    verdict: Verdict, rows: list[Row], said: list[int], words: Mapping[int, str], flying: Mapping[int, int] | None
) -> None:
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
            spare[words[row.bubble]] += row.attempts - 1 if flying is None else flying.get(row.id, 0)
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


def in_flight(url: str) -> list[int]:
    """The sends that were under way when the process died: ids of the outbox."""
    with looking(url) as db:
        return list(db.execute(select(outbox.c.id).where(outbox.c.state == Outgoing.LEASED)).scalars())


def under_way(url: str) -> int:
    """How many rows of the inbox, the outbox and the jobs are not done yet."""

    def open_in(table: Any, *states: int) -> Any:
        return select(func.count()).select_from(table).where(table.c.state.in_(states)).scalar_subquery()

    with looking(url) as db:
        return db.execute(select(open_in(inbox, 0) + open_in(outbox, 0, 1) + open_in(jobs, 0, 1))).scalar_one()
