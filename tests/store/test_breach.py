"""After a breach: who is affected is read from the audit, and each is told once, paced, and whoever can be told."""

from __future__ import annotations

import json
from datetime import timedelta

from typer.testing import CliRunner

from bot.chat.flow import Person
from bot.cli import app
from bot.domain import audit, breach, owners, people
from bot.domain.breach import Affected, Story
from bot.domain.db import Db
from bot.domain.tables import Lane
from tests.office import MONDAY
from tests.store.bench import Bench, SqliteBench, met, rows, write

HOUR = timedelta(hours=1)
STORY = Story("nomor HP", "ponsel petugas hilang", "akses sudah dicabut", "kantor dinas", MONDAY, MONDAY + 3 * HOUR)


LOOKS = (
    (9, "seen", 1, 0), (9, "unmasked", 1, 1), (8, "listed", 2, 2), (9, "seen", 3, 2), (9, "seen", 4, 3),
    (9, "seen", 5, -1), (9, "joined", 5, 1),
)  # fmt: skip


def filled(db: Db) -> None:
    """Officer 9 and officer 8 looked at some of five people, in and out of the time."""
    for i in range(5):
        contact = met(db, f"{i}")
        if i < 2:
            owners.register(db, Person(contact.person, "id", contact=contact.id), name="Siti", phone="+6281234567890",
                            village="35.73.01.1007", business="Kue", sector="pangan")  # fmt: skip
    people.set_reachable(db, 3, False)
    for actor, action, person, hours in LOOKS:
        db.now = MONDAY + hours * HOUR
        audit.note(db, actor, action, person, "owner")
    db.now = MONDAY + 5 * HOUR


def test_who_was_looked_at_is_affected(bench: Bench):
    def work(db: Db) -> None:
        filled(db)
        found = breach.by_looks(db, STORY.since, STORY.until)
        assert found == [
            Affected(1, 2, MONDAY + HOUR, "0812****890", True),
            Affected(2, 1, MONDAY + 2 * HOUR, "0812****890", True),
            Affected(3, 1, MONDAY + 2 * HOUR, "", False),
        ]
        assert [each.person for each in breach.by_looks(db, STORY.since, STORY.until, 8)] == [2]
        assert [each.person for each in breach.by_looks(db, STORY.since, STORY.until, after=1, limit=1)] == [2]
        assert [each.person for each in breach.everybody(db, MONDAY + HOUR)] == [1, 2, 3, 4, 5]
        assert [each.person for each in breach.everybody(db, MONDAY)] == []

    write(bench, work)


def test_each_is_told_once_and_not_all_at_the_same_moment(bench: Bench):
    def work(db: Db) -> None:
        filled(db)
        people.opt_out(db, 2, True)  # the law wants it told nevertheless
        assert breach.notify(db, STORY, [1, 2, 3]) == 2
        breach.notify(db, STORY, [1, 2, 3])
        put = rows(db, "outbox", "person_id", "lane", "due_at")
        assert put == [(1, Lane.ALERT, db.now), (2, Lane.ALERT, db.now + timedelta(seconds=0.1))]
        assert rows(db, "audit", "action", "person_id")[-2:] == [("breach.told", 1), ("breach.told", 2)]

    write(bench, work)


def test_ten_thousand_are_told_in_a_quarter_of_an_hour(sqlite: SqliteBench):
    def work(db: Db) -> float:
        people_ = [met(db, f"{i}").person for i in range(1000)]
        told = sum(breach.notify(db, STORY, people_[i : i + 500], i) for i in (0, 500))
        assert told == 1000
        last = max(rows(db, "outbox", "due_at"))
        return (last - db.now).total_seconds()

    assert write(sqlite, work)[0] < 100


def test_the_command_lists_drafts_and_sends_nothing_unasked(sqlite: SqliteBench):
    write(sqlite, filled)
    env = {"PENDAMPING_DATABASE__URL": sqlite.url, "PENDAMPING_DATABASE__KEYS": str(sqlite.folder / "keys")}
    command = ["breach", "--since", "2026-11-23T09:00", "--until", "2026-11-23T12:00"]
    listed = CliRunner().invoke(app, [*command, "--json"], env=env)
    assert [each["person"] for each in json.loads(listed.stdout)] == [1, 2, 3]
    drafted = CliRunner().invoke(app, command, env=env)
    assert "0812****890" in drafted.stdout
    assert "Subjek data yang terdampak: 3, di antaranya tidak terjangkau lewat chat: 1." in drafted.stdout
    assert "Antara 23 November 2026 pukul 09.00 dan 23 November 2026 pukul 12.00" in drafted.stdout
    told = [
        "--what",
        "nomor HP",
        "--how",
        "ponsel hilang",
        "--remedy",
        "akses dicabut",
        "--contact",
        "kantor",
        "--send",
    ]
    assert CliRunner().invoke(app, [*command, "--send"], env=env).exit_code == 2
    assert CliRunner().invoke(app, [*command, *told], env=env, input="n\n").exit_code == 1
    assert write(sqlite, lambda db: rows(db, "outbox", "id")) == [[]]
    sent = CliRunner().invoke(app, [*command, *told], env=env, input="y\n")
    assert sent.exit_code == 0, sent.output
    assert "2 notices are on their way" in sent.stdout
    assert write(sqlite, lambda db: rows(db, "outbox", "person_id")) == [[1, 2]]


def test_the_command_takes_whole_days_and_refuses_what_cannot_be_meant(sqlite: SqliteBench):
    write(sqlite, filled)
    env = {"PENDAMPING_DATABASE__URL": sqlite.url, "PENDAMPING_DATABASE__KEYS": str(sqlite.folder / "keys")}

    def asked(since: str, until: str, *more: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["breach", "--since", since, "--until", until, *more], env=env)
        return done.exit_code, done.output

    code, told = asked("2026-11-23", "2026-11-23", "--json")
    assert (code, [each["person"] for each in json.loads(told)]) == (0, [1, 2, 3, 4, 5])
    assert json.loads(told)[0]["last"] == "2026-11-23T10:00:00+07:00"
    for since, until in (("2026-11-23", "2026-11-22"), ("2026-11-23T09:00", "2026-11-23T09:00")):
        code, told = asked(since, until)
        assert (code, "--until lies before --since" in told) == (2, True)
    assert asked("yesterday", "2026-11-23")[0] == 2
    assert asked("2026-11-23", "2026-11-24", "--officer", "77") == (
        1, "There is no officer 77, and nobody of that number did anything.\n"
    )  # fmt: skip
    assert asked("2026-11-01", "2026-11-02", "--officer", "9") == (0, "Nobody was looked at in that time.\n")
    assert asked("2026-11-01", "2026-11-02", "--all") == (0, "Nobody was known by then.\n")
