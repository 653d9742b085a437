"""The registration that every contestant has: name, age, city, phone, a comment; one row at the end."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table

from bench.form import ASKED, CITIES, OLDEST, YOUNGEST
from bot.chat.flow import Chat, flow
from bot.chat.questions import Choice, Line, Number, Phone
from bot.chat.text import t
from bot.domain.db import Db

OWNERS = Table(
    "bench_owners",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("person_id", Integer, nullable=False),
    Column("name", String(80), nullable=False),
    Column("age", Integer, nullable=False),
    Column("city", String(20), nullable=False),
    Column("phone", LargeBinary, nullable=False),
    Column("comment", LargeBinary, nullable=False),
)


@flow("register", command="daftar")
def register(chat: Chat, db: Db) -> None:
    name = chat.ask(Line("name", t(ASKED["name"]), longest=80))
    age = chat.ask(Number("age", t(ASKED["age"]), least=YOUNGEST, most=OLDEST))
    city = chat.ask(Choice("city", t(ASKED["city"]), choices=CITIES))
    phone = chat.ask(Phone("phone", t(ASKED["phone"])))
    comment = chat.ask(Line("comment", t(ASKED["comment"])))

    person = chat.person.id
    row = {
        "person_id": person,
        "name": name,
        "age": age,
        "city": city,
        "phone": db.seal(person, "bench_owners.phone", phone),
        "comment": db.seal(person, "bench_owners.comment", comment),
    }
    db.insert(OWNERS, row)
    chat.say(t(ASKED["done"]))
