"""Ask first, then write: on the real database every way of writing before the last question is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.chat.conversation import Conversation, Reply
from bot.chat.flow import Chat, FlowError, Flows, Person, Refused, flow
from bot.chat.messages import Incoming
from bot.chat.questions import Line, Number
from bot.chat.talk import Talks
from bot.chat.text import Text
from bot.domain import inbox, places, upgrade
from bot.domain.db import Db
from bot.domain.engine import writing
from bot.domain.keys import Keys
from bot.domain.tables import accounts, regions
from tests.chat.kernel import BASICS, MONDAY, rules
from tests.office import Desk
from tests.transcript import Telegram


class Base(DeclarativeBase): ...


class Account(Base):
    """The table of accounts, as the ORM sees it."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Db]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/office.db"
        upgrade.upgrade(url, MONDAY)
    else:
        url = request.getfixturevalue("emptied")
    engine, keys = writing(url), Keys(tmp_path / "keys")
    with engine.connect() as connection, connection.begin() as transaction:
        made = Db(connection, keys, MONDAY)
        made.insert(accounts, {"name": "first"})
        yield made
        transaction.rollback()
    engine.dispose()
    keys.close()


def names(db: Db) -> list[str]:
    return list(db.execute(select(accounts.c.name).order_by(accounts.c.id)).scalars())


def by_orm(db: Db) -> None:
    db.session.add(Account(name="second"))


def by_orm_flushed(db: Db) -> None:
    db.session.add(Account(name="second"))
    db.session.flush()


def by_orm_changed(db: Db) -> None:
    db.session.scalars(select(Account).where(Account.name == "first")).one().name = "second"


def by_core(db: Db) -> None:
    db.execute(insert(accounts).values(name="second"))


def by_update(db: Db) -> None:
    db.execute(update(accounts).where(accounts.c.name == "first").values(name="second"))


def by_delete(db: Db) -> None:
    db.execute(delete(accounts))


def by_text(db: Db) -> None:
    db.execute(text("INSERT INTO accounts (name) VALUES ('second')"))


def by_hand(db: Db) -> None:
    driver: Any = db.connection.connection.driver_connection
    driver.execute("INSERT INTO accounts (name) VALUES ('second')")


WAYS = [by_orm, by_orm_flushed, by_orm_changed, by_core, by_update, by_delete, by_text, by_hand]


def hear(db: Db, talks: Talks, words: str, run: Callable[[Chat, Db], None]) -> Reply:
    listening = rules([flow("early", command="early")(run), *BASICS])
    person = Person(1, "en")
    return Conversation(listening, person, talks, db, MONDAY).hear(Incoming("k", "a", "text", MONDAY, text=words))


@pytest.mark.parametrize("write", WAYS)
def test_a_write_before_a_question_is_told_to_the_developer(db: Db, write: Callable[[Db], None]):
    def early(chat: Chat, db: Db) -> None:
        chat.ask(Line("name", "Name?"))
        write(db)
        chat.ask(Number("age", "Age?"))

    talks = Talks()
    hear(db, talks, "/early", early)
    with pytest.raises(FlowError, match=r"flow 'early', question 'age': .*wrote before its last question"):
        hear(db, talks, "Siti", early)


@pytest.mark.parametrize("write", WAYS)
def test_a_write_after_the_last_question_is_right(db: Db, write: Callable[[Db], None]):
    def late(chat: Chat, db: Db) -> None:
        chat.ask(Line("name", "Name?"))
        write(db)

    talks = Talks()
    hear(db, talks, "/early", late)
    assert hear(db, talks, "Siti", late).outcome == "finished"
    db.flush()
    assert names(db) in (["first", "second"], ["second"], [])


def test_a_flow_that_asks_the_database_for_nothing_costs_it_nothing(db: Db):
    asked: list[str] = []
    event.listen(db.connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
    if db.connection.dialect.name == "sqlite":
        raw: Any = db.connection.connection.driver_connection
        raw.set_trace_callback(asked.append)
    db.mark()
    assert not db.wrote()
    db.undo()
    db.mark()
    assert asked == []
    db.unmark()
    db.execute(delete(accounts))
    assert not any("SAVEPOINT" in statement for statement in asked)


def test_a_flow_may_read_before_it_asks(db: Db):
    def reads(chat: Chat, db: Db) -> None:
        count = db.execute(select(func.count()).select_from(regions)).scalar_one()
        assert db.session.scalars(select(Account)).one().name == "first"
        chat.ask(Number(f"more.{count}", "More?"))

    talks = Talks()
    assert hear(db, talks, "/early", reads).outcome == "asked"
    assert hear(db, talks, "3", reads).outcome == "finished"


@pytest.mark.parametrize("write", WAYS)
def test_a_refusal_takes_every_kind_of_write_back_and_nothing_else(db: Db, write: Callable[[Db], None]):
    def refused(chat: Chat, db: Db) -> None:
        chat.ask(Line("name", "Name?"))
        write(db)
        raise Refused("FULL")

    talks = Talks()
    db.insert(accounts, {"name": "of this turn"})
    hear(db, talks, "/early", refused)
    reply = hear(db, talks, "Siti", refused)
    assert reply.outcome == "refused"
    assert talks.open is None
    db.flush()
    assert names(db) == ["first", "of this turn"]


def test_a_refusal_with_a_key_can_be_mended_in_the_same_transaction(db: Db):
    def refused(chat: Chat, db: Db) -> None:
        name = chat.ask(Line("name", "Name?"))
        by_core(db) if name == "Siti" else db.session.add(Account(name=name))
        if name == "Siti":
            raise Refused("TAKEN", "name")

    talks = Talks()
    for words in ("/early", "Siti", "Budi"):
        hear(db, talks, words, refused)
    db.flush()
    assert names(db) == ["first", "Budi"]


def test_a_session_that_a_flow_rolls_back_undoes_only_its_own_work(desk: Desk):
    @flow("clumsy", command="clumsy")
    def clumsy(chat: Chat, db: Db) -> None:
        db.execute(insert(regions), {"code": "99", "name": "kept", "kind": "kota"})
        try:
            db.session.execute(text("insert into regions (code) values (null)"))
        except IntegrityError:
            db.session.rollback()
        chat.say(Text("done"))

    desk.flows = Flows([clumsy])
    Telegram(desk)("""
        > /clumsy
        < done
    """)
    assert asyncio.run(desk.round(do=lambda db: places.name(db, "99"))) == "Kota kept"


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_flow_that_ends_the_transaction_fails_alone_and_is_set_aside(desk: Desk, end: str):
    @flow("bold", command="bold")
    def bold(chat: Chat, db: Db) -> None:
        db.execute(insert(regions), {"code": "99", "name": "lost", "kind": "kota"})
        with suppress(Exception):
            getattr(db.connection, end)()
        chat.say(Text("done"))

    @flow("fine", command="fine")
    def fine(chat: Chat, db: Db) -> None:
        chat.say(Text("fine"))

    desk.flows = Flows([bold, fine])
    desk.bounds = replace(desk.bounds, retries=(0.01, 0.01))
    Telegram(desk)("""
        > /bold
        < Maaf, …
        > /fine
        < fine
    """)
    assert asyncio.run(desk.round(do=lambda db: places.name(db, "99"))) == "99"
    assert asyncio.run(desk.round(do=lambda db: [row.error[:6] for row in inbox.aside(db)])) == ["Misuse"]
