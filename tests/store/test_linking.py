"""Two people become one: nothing of either is left behind, and everything opens with the key that stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from sqlalchemy import LargeBinary, func, select

from bot.chat.flow import Person
from bot.chat.messages import Message
from bot.chat.talk import Talk, Talks
from bot.domain import consents, dated, erasure, inbox, jobs, linking, outbox, people, reminders, talks, tickets
from bot.domain.db import Db
from bot.domain.keys import NoKey
from bot.domain.tables import metadata
from tests.office import MONDAY
from tests.store.bench import Bench, message, met, write

T = TypeVar("T")
DAY = date(2026, 11, 23)
RULE = {"minutes": 10, "tries": 5, "hours": 1}
NEVER_THERE = {"owners", "officers", "businesses", "media", "assessments", "changes", "name_words", "invites"}
"""Tables with rows of those only who aren't joined to somebody else: registered ones stay, officers aren't joined."""


def lived(db: Db, address: str) -> Person:
    """Somebody who has left rows wherever a person who isn't registered can."""
    contact = met(db, address)
    person = Person(contact.person, "id", contact=contact.id)
    letter = inbox.add(db, contact, message(f"u:{address}", address=address), {"update_id": int(address)})
    assert letter
    inbox.done(db, letter, f"halo dari {address}")
    assert inbox.add(db, contact, message(f"u:{address}1", address=address), {"update_id": int(address) + 1})
    outbox.put(db, contact, Message((f"untuk {address}",)), f"hello:{address}")
    outbox.put(db, met(db, "77"), Message((f"tentang {address}",)), f"alert:{address}", about=person.id)
    talks.save(db, person.id, Talks(open=Talk(7, "register", MONDAY, MONDAY, given={"heard": address})), False)
    jobs.put(db, "tests.work:double", {"n": 1}, person=person.id)
    reminders.put(db, person.id, "nudge", "7", MONDAY, {"talk": 7})
    tickets.open_ticket(db, person, "asks", f"tolong {address}")
    consents.note(db, person, consents.SERVICE, "1.0", allowed=True)
    db.insert(metadata.tables["wishes"], {"person_id": person.id, "topic": "pelatihan", "at": MONDAY})
    db.once(person.id, "b")
    return person


def both(db: Db) -> tuple[Person, Person]:
    dated.put(db, "link", date(2026, 1, 1), RULE, "tests")
    return lived(db, "1"), lived(db, "20")


def one(bench: Bench, work: Callable[[Db], T]) -> T:
    return write(bench, work)[0]


def joined(bench: Bench) -> tuple[Person, Person]:
    """The first stays, whoever typed."""

    def work(db: Db) -> tuple[Person, Person]:
        first, other = both(db)
        code, minutes = linking.show(db, first, DAY)
        assert minutes == 10
        assert linking.use(db, other, code, DAY) == "joined"
        return first, other

    return one(bench, work)


def test_no_column_names_the_one_who_is_no_more(bench: Bench) -> None:
    kept, gone = joined(bench)

    def left(db: Db) -> list[str]:
        places = [(c, select(func.count()).where(c == gone.id)) for _, c in linking.moved()]
        return [str(column) for column, count in places if db.execute(count).scalar_one()]

    assert one(bench, left) == []
    assert one(bench, lambda db: kept_tables(db, kept.id)) >= {
        each.name for each, _ in linking.moved() if each.name not in NEVER_THERE
    }


def kept_tables(db: Db, person: int) -> set[str]:
    """The tables that hold rows of a person."""
    found = ((each, erasure.of(each, person)) for each in metadata.sorted_tables)
    return {each.name for each, whose in found if whose is not None and db.execute(select(each).where(whose)).first()}


def test_all_of_it_opens_with_the_key_that_stays(bench: Bench) -> None:
    kept, gone = joined(bench)

    def shut(db: Db) -> list[str]:
        found: list[str] = []
        for each in metadata.sorted_tables:
            whose = erasure.of(each, kept.id)
            sealed = [c for c in each.c if isinstance(c.type, LargeBinary) and c.type.length is None]
            if whose is None or not sealed:
                continue
            for row in db.execute(select(*sealed).where(whose)).mappings():
                for column in sealed:
                    try:
                        if row[column]:
                            db.open(kept.id, f"{each.name}.{column.name}", row[column])
                    except NoKey:
                        found.append(f"{each.name}.{column.name}")
        return found

    assert one(bench, shut) == []
    assert one(bench, lambda db: [each.files for each in erasure.left(db)]) == [()], "her key is to be destroyed"
    assert gone.id != kept.id


def test_what_both_asked_and_decided_is_kept_once(bench: Bench) -> None:
    kept, _ = joined(bench)

    def found(db: Db) -> tuple[list[str], int, bool, int]:
        tables = metadata.tables
        asked = db.execute(select(tables["tickets"]).where(tables["tickets"].c.closed_at.is_(None))).all()
        words = [str(db.open(kept.id, "tickets.words", row.words)) for row in asked]
        wishes = db.execute(select(func.count()).select_from(tables["wishes"])).scalar_one()
        given = consents.decisions(db, kept)[consents.SERVICE].given
        waiting = tables["inbox"].c.slot != inbox.people.slot(kept.id)
        return words, wishes, given, len(db.execute(select(tables["inbox"].c.id).where(waiting)).all())

    assert one(bench, found) == (["tolong 1\ntolong 20"], 1, True, 0)


def test_a_message_that_went_out_meanwhile_is_written_down(bench: Bench) -> None:
    """The sender knows it as the other person's."""

    def work(db: Db) -> tuple[int, str | None]:
        first, other = both(db)
        code, _ = linking.show(db, first, DAY)
        (parcel, *_) = [p for p in outbox.claim(db, 1, list(outbox.EXPIRY), 9) if p.person == other.id]
        assert linking.use(db, other, code, DAY) == "joined"
        outbox.sent(db, [(parcel.id, other.id, "m77")])
        box = metadata.tables["outbox"]
        row = db.execute(select(box.c.state, box.c.ext_id).where(box.c.id == parcel.id)).one()
        return row.state, outbox.ext_id(db, first.id, row.ext_id)

    assert one(bench, work) == (2, "m77")


def test_a_row_that_waits_finds_its_new_person(bench: Bench) -> None:
    def work(db: Db) -> tuple[int, int]:
        first, other = both(db)
        letters = {letter.person: letter for letter in inbox.unfinished(db)}
        code, _ = linking.show(db, first, DAY)
        linking.use(db, other, code, DAY)
        found = inbox.moved(db, letters[other.id])
        assert found
        assert inbox.moved(db, letters[first.id]) is None
        assert inbox.payload(db, found) == {"update_id": 21}
        return found.person, first.id

    here, there = one(bench, work)
    assert here == there


def test_where_she_wants_news_and_the_greater_count_of_wrong_codes_are_kept(bench: Bench) -> None:
    def work(db: Db) -> tuple[int | None, int, bool]:
        first, other = both(db)
        code, _ = linking.show(db, first, DAY)
        assert linking.use(db, other, "0" * 8 if code != "0" * 8 else "1" * 8, DAY) == "unknown"
        linking.prefer(db, other, linking.contact(db, other))
        assert linking.use(db, other, code, DAY) == "joined"
        row = db.execute(select(metadata.tables["links"])).one()
        return row.contact_id - other.contact, row.tries, row.tried_at is not None

    assert one(bench, work) == (0, 1, True)


def test_what_is_preferred_by_the_one_who_stays_is_preferred(bench: Bench) -> None:
    def work(db: Db) -> int:
        first, other = both(db)
        code, _ = linking.show(db, first, DAY)
        for person in (first, other):
            linking.prefer(db, person, linking.contact(db, person))
        assert linking.use(db, other, code, DAY) == "joined"
        return db.execute(select(metadata.tables["links"].c.contact_id)).scalar_one() - first.contact

    assert one(bench, work) == 0


def test_the_chat_with_the_notes_cuts_off_all_others_also_those_that_blocked_us(bench: Bench) -> None:
    def work(db: Db) -> tuple[list[int], set[int]]:
        first, other = both(db)
        third = lived(db, "300")
        for each in (other, third):
            code, _ = linking.show(db, first, DAY)
            assert linking.use(db, each, code, DAY) == "joined"
        people.set_reachable(db, other.contact, False)
        linking.part(db, first)
        left = [each.id - first.contact for each in linking.of(db, first.id)]
        return left, {met(db, address).person for address in ("20", "300")} & {first.id, other.id, third.id}

    assert one(bench, work) == ([0], set())


def test_a_chat_that_was_joined_leaves_alone(bench: Bench) -> None:
    def work(db: Db) -> bool:
        first, other = both(db)
        third = lived(db, "300")
        for each in (other, third):
            code, _ = linking.show(db, first, DAY)
            assert linking.use(db, each, code, DAY) == "joined"
        linking.part(db, replace(third, id=first.id))
        return [each.id for each in linking.of(db, first.id)] == [first.contact, other.contact]

    assert one(bench, work)
