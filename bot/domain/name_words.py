"""The words by which officers find an owner: of her name and her businesses' names, as keyed HMACs.

The names themselves are sealed. Whole words only: docs/decisions/0013-audit.md says what such an index tells.
"""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import delete, func, select

from bot.domain.db import Db
from bot.domain.tables import businesses, name_words, owners

_MOST = 40
"""Words kept of one person."""
_BYTES = 16


def folded(text: str) -> list[str]:
    """The words of a name as they are compared: small letters and digits without accents, two or more to a word."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if unicodedata.category(c) != "Mn")
    return list(dict.fromkeys(re.findall(r"[^\W_]{2,}", plain)))


def put(db: Db, person: int) -> int:
    """Note the words of an owner's names anew, after one of them has changed. How many there are."""
    named = db.execute(select(owners.c.name).where(owners.c.person_id == person)).scalars().all()
    names = [db.open(person, "owners.name", name) for name in named]
    sold = db.execute(select(businesses.c.name).where(businesses.c.owner_id == person).order_by(businesses.c.id))
    names += [db.open(person, "businesses.name", name) for name in sold.scalars()]
    words = folded(" ".join(names))[:_MOST]
    db.execute(delete(name_words).where(name_words.c.person_id == person))
    if words:
        db.execute(name_words.insert(), [{"person_id": person, "word": _index(db, word)} for word in words])
    return len(words)


def found(db: Db, said: str) -> set[int]:
    """The people in whose names all the words of `said` are; nobody for no word."""
    words = {_index(db, word) for word in folded(said)}
    if not words:
        return set()
    having = select(name_words.c.person_id).where(name_words.c.word.in_(words)).group_by(name_words.c.person_id)
    return set(db.execute(having.having(func.count() == len(words))).scalars())


def fill(db: Db, limit: int = 200) -> int:
    """Note the words of owners who have none yet, registered by an earlier version. How many owners."""
    known = select(name_words.c.person_id).where(name_words.c.person_id == owners.c.person_id)
    rows = db.execute(select(owners.c.person_id).where(~known.exists()).order_by(owners.c.person_id).limit(limit))
    return sum(1 for person in rows.scalars().all() if put(db, person))


def _index(db: Db, word: str) -> bytes:
    return db.keys.index("name word", word)[:_BYTES]
