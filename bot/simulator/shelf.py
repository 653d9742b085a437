"""Where the simulator keeps its state: a small SQLite file of its own, or nowhere.

It survives the death of the process at any moment (``kill -9``), not a power cut: ``synchronous=OFF`` is enough for a
toy platform that lives in the same process as the bot it plays to.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Shelf:
    """Things by kind and key, each JSON or bytes. What is put is written by `save`, all of it in one transaction.

    Without a path nothing is kept. The file is opened when it is needed, also after `close`.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._open: sqlite3.Connection | None = None
        self._changed: dict[tuple[str, str], str | bytes | None] = {}

    def put(self, kind: str, key: object, value: Any) -> None:
        """Keep a value that is JSON, or bytes."""
        if self._path is not None:
            self._changed[kind, str(key)] = value if isinstance(value, bytes) else json.dumps(value)

    def drop(self, kind: str, key: object) -> None:
        if self._path is not None:
            self._changed[kind, str(key)] = None

    def save(self) -> None:
        """Write what was put and dropped since the last time."""
        if self._path is None or not self._changed:
            return
        db = self._db(self._path)
        db.execute("BEGIN IMMEDIATE")
        for (kind, key), body in self._changed.items():
            if body is None:
                db.execute("DELETE FROM kept WHERE kind = ? AND key = ?", (kind, key))
            else:
                db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (kind, key, body))
        db.execute("COMMIT")
        self._changed.clear()

    def all(self, kind: str) -> Iterator[tuple[str, Any]]:
        """The kept things of a kind, as (key, value)."""
        if self._path is None:
            return
        rows = self._db(self._path).execute("SELECT key, body FROM kept WHERE kind = ?", (kind,)).fetchall()
        for key, body in rows:
            yield key, body if isinstance(body, bytes) else json.loads(body)

    def close(self) -> None:
        self.save()
        if self._open is not None:
            self._open.close()
            self._open = None

    def _db(self, path: Path) -> sqlite3.Connection:
        if self._open is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            db = self._open = sqlite3.connect(path, isolation_level=None)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=OFF")
            table = "kept (kind TEXT, key TEXT, body, PRIMARY KEY (kind, key)) WITHOUT ROWID"
            db.execute(f"CREATE TABLE IF NOT EXISTS {table}")
        return self._open
