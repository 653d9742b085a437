"""An office that many have spoken to: ``python -m bench.fill FILE KEYS COUNT`` puts contacts into a database.

As the first message of each would have left them: a person with a key of her own, a contact with her name, a talk that
is over. Chat ids go from `FIRST` on. The process that is measured never sees this one's memory.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.chat.seams import SystemClock
from bot.chat.talk import Talks
from bot.domain.keys import Keys
from bot.domain.people import address_index

FIRST = 10_000_000
_CHUNK = 20_000
_PEOPLE = "INSERT INTO people (id, key_id, language, desk, met_at) VALUES (?, ?, 'id', 'owners', ?)"
_CONTACTS = (
    "INSERT INTO contacts (account_id, address, address_index, person_id, reachable, name) VALUES (?, ?, ?, ?, 1, ?)"
)
_TALKS = "INSERT INTO talks (person_id, state, touched_at) VALUES (?, ?, ?)"


def rows(keys: Keys, account: int, first: int, at: str, people: range) -> Iterator[tuple[Any, ...]]:
    """What a person's three rows hold, one person after the other."""
    over = json.dumps(Talks().to_json(), separators=(",", ":")).encode()
    for number in people:
        key, person = keys.new(), first + number
        name = keys.seal(key, "contacts.name", b'"Siti Aminah"')
        address = str(FIRST + number)
        sealed = keys.seal(key, "contacts.address", json.dumps(address).encode())
        contact = (account, sealed, address_index(keys, account, address), person, name)
        yield (person, key, at), contact, (person, keys.seal(key, "talks.state", over), at)


def fill(file: Path, folder: Path, count: int) -> None:
    at = SystemClock().now().replace(tzinfo=None).isoformat(" ")
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous=OFF")
        account = db.execute("SELECT id FROM accounts WHERE name LIKE 'telegram:%'").fetchone()[0]
        first = db.execute("SELECT coalesce(max(id), 0) + 1 FROM people").fetchone()[0]
        for start in range(0, count, _CHUNK):
            with closing(Keys(folder)) as keys:  # anew for each chunk: it remembers every key it made
                some = list(rows(keys, account, first, at, range(start, min(count, start + _CHUNK))))
                keys.commit()
            db.execute("BEGIN")
            for i, statement in enumerate((_PEOPLE, _CONTACTS, _TALKS)):
                db.executemany(statement, (row[i] for row in some))
            db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


if __name__ == "__main__":
    fill(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
