"""What is asked often reads no table through, however many rows there are: the plan of every statement is looked at."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.util import await_, greenlet_spawn

from bot.chat.flow import Person
from bot.chat.messages import Message
from bot.domain import (
    consents,
    dead_letters,
    inbox,
    jobs,
    outbox,
    owners,
    people,
    postgres,
    reminders,
    talks,
    tickets,
    upgrade,
)
from bot.domain.db import Db
from bot.domain.engine import writing
from bot.domain.inbox import Letter
from bot.domain.keys import Keys, NoKey
from bot.domain.line import Line
from bot.domain.people import Contact
from bot.domain.prepared import Asked
from bot.domain.sockets import Sockets
from bot.domain.tables import Lane
from tests.office import MONDAY
from tests.store.bench import SqliteBench, message, met, minutes, write
from tests.store.server import Server

SITI = Person(1, "id", contact=1)
CONTACT = Contact(1, 1, 1, "7")
OLD = MONDAY - minutes(9_900)  # a hundredth of what is done is older
LETTER = Letter(1, 1, 1, 1, 55, "text")

OFTEN: dict[str, Callable[[Db], object]] = {
    "meet": met,
    "load": lambda db: people.load(db, 1, 1),
    "still": lambda db: people.still(db, CONTACT),
    "still, numbered": lambda db: (people.still if db.sole else people.still_numbered)(db, CONTACT),
    "contact of": lambda db: people.contact_of(db, 1),
    "reachable": lambda db: people.set_reachable(db, 1, True),
    "add": lambda db: inbox.add(db, CONTACT, message("u:1"), {}),
    "has": lambda db: inbox.has(db, 1, "u:1"),
    "payload": lambda db: inbox.payload(db, LETTER),
    "attempt": lambda db: (inbox.attempt(db, 1), inbox.attempts(db, 1)),
    "done": lambda db: inbox.done(db, LETTER, ""),
    "set aside": lambda db: inbox.set_aside(db, 1, "e"),
    "unfinished": inbox.unfinished,
    "oldest waiting": lambda db: inbox.oldest_waiting(db, [1, 2]),
    "aside": inbox.aside,
    "inbox purge": lambda db: inbox.purge(db, OLD, OLD, OLD),
    "talk": lambda db: talks.load(db, 1),
    "once": lambda db: db.once(1, "b"),
    "put": lambda db: outbox.put(db, CONTACT, Message(("a",)), "i1.0"),
    "put an edit": lambda db: outbox.put(db, CONTACT, Message(("a",), op="edit"), "i1.1", replaces=1),
    "claim": lambda db: outbox.claim(db, 1, (Lane.REPLY, Lane.ALERT), 50),
    "claim bulk": lambda db: outbox.claim(db, 1, (Lane.REMINDER, Lane.BROADCAST), 3),
    "waiting": lambda db: outbox.waiting(db, 1, (Lane.REPLY, Lane.ALERT), 100),
    "sent": lambda db: outbox.sent(db, [(1, 1, "")]),
    "give up": lambda db: outbox.give_up(db, 1, "never"),
    "outbox expire": outbox.expire,
    "outbox release": outbox.release,
    "on their way": lambda db: outbox.on_their_way(db, 1),
    "let go": lambda db: outbox.let_go(db, [1, 2]),
    "outbox depth": outbox.depth,
    "outbox dead": dead_letters.listed,
    "outbox purge": lambda db: outbox.purge(db, OLD),
    "foreign key": lambda db: db.execute(text("SELECT 1 FROM outbox WHERE replaces = :id"), {"id": 7}),
    "fire": reminders.fire,
    "drop": lambda db: reminders.drop(db, 1, "nudge", "7"),
    "jobs": lambda db: jobs.claim(db, 1),
    "jobs release": jobs.release,
    "owner": lambda db: (owners.known(db, SITI), owners.find(db, SITI)),
    "consent": lambda db: (consents.decisions(db, SITI), consents.asked_last(db, SITI)),
    "person": lambda db: people.load(db, 1, 1),
    "withhold": lambda db: outbox.withhold(db, 1, consents.BULK),
    "ticket": lambda db: tickets.open_of(db, SITI),
}
WRITES = [OFTEN[name] for name in ("add", "once", "put")]
"""What only inserts."""
often = pytest.mark.parametrize("work", OFTEN.values(), ids=OFTEN.keys())


def asked(db: Db, work: Callable[[Db], object]) -> list[tuple[str, Any]]:
    """The statements of a work that read, with what they were given."""
    found: list[tuple[str, Any]] = []
    raw: Any = db.connection.connection.driver_connection

    def reads(statement: str) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            found.append((statement, ()))

    if db.connection.dialect.name == "sqlite":  # some go to its driver directly; it tells them with their values
        raw.set_trace_callback(reads)
        with suppress(NoKey):
            work(db)
        raw.set_trace_callback(None)
        assert found or work in WRITES, "nothing was asked"
        return found

    import psycopg

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **how: Any) -> Self:
            if query.startswith(("SELECT", "UPDATE", "DELETE")):
                found.append((query, params))
            return super().execute(query, params, **how)

    usual, raw.cursor_factory = raw.cursor_factory, Noting
    with suppress(NoKey):  # what is sealed here was never sealed by anybody
        work(db)
    raw.cursor_factory = usual
    return found


@often
def test_on_sqlite(sqlite: SqliteBench, work: Callable[[Db], object]):
    def plans(db: Db) -> list[str]:
        met(db)
        raw: Any = db.connection.connection.driver_connection
        return [row[3] for s, p in asked(db, work) for row in raw.execute(f"EXPLAIN QUERY PLAN {s}", p)]

    (found,) = write(sqlite, plans)
    through = [step for step in found if step.startswith("SCAN") and "INDEX" not in step and "CONSTANT" not in step]
    assert through == [], found


# On PostgreSQL the plan depends on how much there is. These rows are of the shape that a million would have; the
# statistics then say that there are a million. Small tables may be read through: they are small.

FEW = ("accounts", "officers", "regions", "rules", "invites")
FILL = """
    INSERT INTO accounts (name) VALUES ('telegram:111'), ('house');
    INSERT INTO people (key_id, language, desk, met_at) SELECT md5(i::text), 'id', 'owners', {now} FROM {rows} i;
    INSERT INTO contacts (account_id, address, address_index, person_id, reachable)
        SELECT 1, 'x', i::text::bytea, i, true FROM {rows} i;
    INSERT INTO links (person_id, tries) SELECT i, 0 FROM {rows} i;
    INSERT INTO talks (person_id, state, touched_at) SELECT i, 'x', {now} FROM {rows} i;
    INSERT INTO inbox (account_id, key, person_id, contact_id, slot, kind, payload, state, attempts, received_at,
            done_at)
        SELECT 1, 'u:' || i, i, i, i % 64, 'text', CASE WHEN i % 10 = 0 THEN 'x'::bytea END,
            CASE WHEN i % 1000 = 0 THEN 0 WHEN i % 1000 = 1 THEN 2 ELSE 1 END, 1, {now}, {now} - i * interval '1 minute'
        FROM {rows} i;
    INSERT INTO outbox (account_id, contact_id, person_id, lane, op, body, body_version, origin, replaces, state,
            attempts, put_at, due_at, expires_at, done_at)
        SELECT 1, i, i, i % 4, 'send', 'x', 1, 'i' || i, CASE WHEN i % 100 = 0 THEN i - 1 END,
            CASE WHEN i % 200 = 0 THEN 0 WHEN i % 2000 = 1 THEN 1 WHEN i % 2000 = 2 THEN 3 ELSE 2 END,
            0, {now}, '2026-01-01', '2027-01-01', {now} - i * interval '1 minute' FROM {rows} i;
    INSERT INTO jobs (person_id, work, args, "then", state, attempts, due_at)
        SELECT i, 'w', 'x', '', CASE WHEN i % 1000 < 2 THEN i % 1000 ELSE 2 END, 1, {now} FROM {rows} i;
    INSERT INTO reminders (person_id, kind, key, data, due_at)
        SELECT i, 'nudge', '7', '{{}}', {now} + i * interval '1 minute' FROM {rows} i;
    INSERT INTO used_buttons (person_id, button, used_at) SELECT i, 'b', {now} FROM {rows} i;
    INSERT INTO owners (person_id, name, registered_at, changed_at) SELECT i, 'Siti'::bytea, {now}, {now} FROM {rows} i;
    INSERT INTO businesses (owner_id, name, sector, village, registered_at, changed_at)
        SELECT i, 'Kue'::bytea, 'pangan', '35.73', {now}, {now} FROM {rows} i;
    INSERT INTO consents (person_id, purpose, given, version, contact_id, at)
        SELECT i, 'service', true, '1', i, {now} FROM {rows} i;
    INSERT INTO tickets (person_id, about, opened_at, closed_at)
        SELECT i, 'asks', {now}, CASE WHEN i % 100 > 0 THEN {now} END FROM {rows} i;
    INSERT INTO wishes (person_id, topic, at) SELECT i, 'pelatihan', {now} FROM {rows} i;
    ANALYZE;
    UPDATE pg_class SET reltuples = reltuples * 1000000 / {count}
        WHERE relnamespace = 'public'::regnamespace AND relname NOT IN ({few});
"""
COUNT = 10_000


@pytest.fixture(scope="module")
def million(server: Server) -> str:
    """The url of a database that is, to its planner, that of a province."""
    server.do("CREATE DATABASE million")
    upgrade.upgrade(server.url("million"), MONDAY)
    few = ", ".join(f"'{name}'" for name in FEW)
    fill = FILL.format(rows=f"generate_series(1, {COUNT})", count=COUNT, few=few, now=f"timestamptz '{MONDAY}'")
    server.do(*(part for part in fill.split(";\n") if part.strip()), within="million")
    return server.url("million")


@pytest.fixture
def full(million: str, tmp_path: Path) -> Iterator[Db]:
    engine, keys = writing(million), Keys(tmp_path / "keys")
    with engine.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql("SET enable_seqscan = on")  # the planner is to choose; ours is off for other reasons
        yield Db(connection, keys, MONDAY)
        transaction.rollback()
    engine.dispose()
    keys.close()


def plan(connection: Connection, statement: str, parameters: Any) -> str:
    raw: Any = connection.connection.driver_connection
    return "\n".join(row[0] for row in raw.execute(f"EXPLAIN (COSTS ON) {statement}", parameters))


@often
def test_on_postgresql(full: Db, work: Callable[[Db], object]):
    for statement, parameters in asked(full, work):
        found = plan(full.connection, statement, parameters)
        through = [name for name in re.findall(r"Seq Scan on (\w+)", found) if name not in FEW]
        assert through == [], f"{statement}\n{found}"


def past_the_cursors(url: str, folder: Path, work: Callable[[Db], object]) -> set[str]:
    """The statements of a work that go to the server as they do in the event loop (`bot.domain.line`)."""
    found: set[str] = set()
    engine, keys = postgres.working(url), Keys(folder / "keys")

    class Noting(Line):
        async def send(self, asked: Sequence[Asked]) -> Any:
            found.update(one.statement.decode() for one in asked)
            return await super().send(asked)

    def run() -> None:
        with engine.connect() as connection, connection.begin():
            raw: Any = connection.connection.driver_connection
            raw.line = Noting(raw, Sockets())
            raw.line.begin(Asked(b"BEGIN"))
            with suppress(NoKey):
                work(Db(connection, keys, MONDAY))
            await_(raw.line.flush())
            await_(raw.line.tell(b"ROLLBACK"))

    asyncio.run(greenlet_spawn(run))
    keys.close()
    return {statement for statement in found if statement.startswith(("SELECT", "UPDATE", "DELETE"))}


@often
def test_so_it_is_with_a_plan_that_is_made_once_for_any_values(
    full: Db, million: str, tmp_path: Path, work: Callable[[Db], object]
):
    raw: Any = full.connection.connection.driver_connection
    for statement in past_the_cursors(million, tmp_path / "loop", work):
        found = "\n".join(row[0] for row in raw.execute(f"EXPLAIN (GENERIC_PLAN) {statement}"))
        through = [name for name in re.findall(r"Seq Scan on (\w+)", found) if name not in FEW]
        assert through == [], f"{statement}\n{found}"


@pytest.mark.parametrize("lanes", [(Lane.REPLY, Lane.ALERT), (Lane.REMINDER, Lane.BROADCAST)])
def test_a_claim_stops_at_what_it_takes_also_when_nobody_has_counted_the_rows_yet(emptied: str, lanes: Any):
    """A broadcast puts a million rows at once, and the statistics are from before."""
    engine = writing(emptied)
    with engine.connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql("ANALYZE")
        db = Db(connection, Keys.__new__(Keys), MONDAY)
        ((statement, parameters),) = asked(db, lambda db: outbox.claim(db, 1, lanes, 50))
        found = plan(connection, statement, parameters)
        transaction.rollback()
    engine.dispose()
    assert "Index Scan using ix_outbox_ready on outbox " in found, found
    assert "Sort" not in found, found
    assert "Join Filter: ((other" not in found, found
    assert found.count("SubPlan") >= 4, found  # each a look at one place in an index, for as many rows as are taken


def test_a_statement_without_an_index_would_be_seen(full: Db):
    found = plan(full.connection, "SELECT id FROM inbox WHERE kind = 'text'", None)
    assert "Seq Scan on inbox" in found
    assert re.search(r"rows=\d{7}\b", found), found  # a million of them, the planner believes
