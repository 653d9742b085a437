"""What may lie open in the database, and so in every backup: each column with its reason."""

from __future__ import annotations

from sqlalchemy import JSON, String, select, update

from bot.chat.flow import Person
from bot.chat.messages import Message
from bot.domain import inbox, outbox, owners, people, unsealed
from bot.domain.db import Db
from bot.domain.tables import Received, businesses, contacts, metadata
from bot.domain.tables import inbox as received
from bot.domain.tables import outbox as outgoing
from bot.domain.tables import owners as owning
from tests.store.bench import Bench, message, met, write

SEALED_OR_PLAIN = {
    "accounts.name": "the platform's id of a bot",
    "people.key_id": "names a key",
    "people.language": "a code",
    "people.desk": "a code",
    "talks.flow": "a word of ours",
    "talks.waiting": "a word of ours",
    "inbox.key": "keyed HMAC of the platform's number of an update",
    "inbox.kind": "a word of ours",
    "inbox.error": "an error by kind and place, without its words",
    "outbox.op": "a word of ours",
    "outbox.origin": "a word of ours with ids",
    "outbox.error": "what the platform said of a send",
    "jobs.work": "a function of ours",
    "jobs.then": "a word of ours",
    "jobs.error": "an error by kind",
    "reminders.kind": "a word of ours",
    "reminders.key": "a word of ours with ids",
    "reminders.data": "ids only",
    "used_buttons.button": "a signed code",
    "owners.called": "bapak, ibu or nama",
    "businesses.sector": "a code",
    "businesses.village": "a code of a kelurahan",
    "businesses.rt": "a number of some hundred people's",
    "businesses.rw": "a number of some thousand people's",
    "businesses.sales": "a band",
    "businesses.capital": "a band",
    "businesses.workers": "a band",
    "businesses.age": "a band",
    "officers.role": "a code",
    "officers.area": "a code",
    "tickets.about": "a word of ours",
    "tickets.village": "a code of a kelurahan",
    "wishes.topic": "a label of ours",
    "invites.role": "a code",
    "invites.area": "a code",
    "consents.purpose": "a code",
    "consents.version": "of our text",
    "consents.message": "an inbox.key",
    "changes.fact": "a word of ours",
    "media.name": "keyed HMAC of the content",
    "media.kind": "a word of ours",
    "media.mime": "a type",
    "audit.action": "a word of ours",
    "audit.object": "table and id",
    "tallies.kind": "a word of ours",
    "tallies.village": "a code of a kecamatan",
    "tallies.sector": "a code",
    "erasing.key_id": "names a key that is about to go",
    "erasing.files": "names of files, keyed HMACs",
}
"""Columns with open text in tables about people, each with the reason why a backup may hold it after an erasure."""
OF_THE_OFFICE = {"rules", "regions", "instruments", "faqs"}
"""Tables that hold nothing about people."""


def test_what_a_person_says_or_is_called_is_sealed():
    open_text = {
        f"{each.name}.{column.name}"
        for each in metadata.sorted_tables
        for column in each.columns
        if isinstance(column.type, String | JSON) and each.name not in OF_THE_OFFICE
    }
    assert open_text - SEALED_OR_PLAIN.keys() - CODES == set()
    assert SEALED_OR_PLAIN.keys() - open_text == set()


CODES = {
    f"{name}.{column.name}"
    for name in ("assessments", "answers", "evidence", "costs", "standings", "uploads")
    if name in metadata.tables
    for column in metadata.tables[name].columns
    if isinstance(column.type, String | JSON)
}
"""Of the self-assessment: codes of items, answers and states; what is said in words is sealed there too. Of costs:
names of flows, and what the platform calls its prices; they are counted over everybody. Of standings: what the platform
says of the office's own account. Of uploads: a file's number at the platform, which only the office's token opens."""


def test_names_that_an_earlier_version_kept_open_are_sealed_at_the_first_start(bench: Bench):
    def older(db: Db) -> None:
        contact = met(db)
        owners.register(db, Person(contact.person, "id"), name="x", phone="", village="35", business="y", sector="jasa")
        db.execute(update(owning).values(name="Siti Ñ".encode()))
        db.execute(update(businesses).values(name=b"Kue"))

    def names(db: Db) -> tuple[str, str] | None:
        owner = owners.find(db, Person(1, "id"))
        return owner and (owner.name, owner.businesses[0].name)

    assert write(bench, older, unsealed.seal, unsealed.seal, names)[1:] == [2, 0, ("Siti Ñ", "Kue")]


def test_addresses_that_an_earlier_version_kept_open_are_sealed_too(bench: Bench):
    def older(db: Db) -> None:
        contact = met(db, "628123456789")
        letter = inbox.add(db, contact, message("m:wamid.1"), {})
        assert letter
        inbox.done(db, letter, "")
        outbox.put(db, contact, Message(("hai",)), "i1.0")
        db.execute(update(contacts).values(address=b"628123456789", address_index=b"628123456789"))
        db.execute(update(received).values(key="m:wamid.1"))
        db.execute(update(outgoing).values(ext_id=b"4711"))
        inbox.add_unreadable(db, contact.account, "u:2", {"what": 2}, "KeyError")
        house = db.seal(None, "inbox.payload", {"what": 2})
        db.execute(update(received).where(received.c.state == Received.UNREADABLE).values(payload=house))

    def found(db: Db) -> list[object]:
        contact = people.known(db, 1, "628123456789")
        sent = db.execute(select(outgoing.c.ext_id)).scalar_one()
        unread = [inbox.aside_payload(db, each.id) for each in inbox.aside(db)]
        return [contact, people.contact_of(db, 1), inbox.has(db, 1, "m:wamid.1"), outbox.ext_id(db, 1, sent), unread]

    (_, count, again, after) = write(bench, older, unsealed.seal, unsealed.seal, found)
    assert (count, again) == (3, 0)
    assert after[0] == after[1]
    assert after[2:] == [True, "4711", [{"what": 2}]]
