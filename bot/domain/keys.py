"""Keys: one for each person, wrapped by a master key that lies outside the database and its backup.

What a person says is sealed with her own key (AES-256-GCM); her key lies, wrapped, in a small store of its own. Taking
that one row away makes every copy of her data unreadable, in old backups too. Look-ups go by keyed HMAC, never by a
bare hash: all numbers of a district can be tried in seconds.
"""

from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
import threading
from collections import OrderedDict
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12
KEPT = 20_000
"""Keys, and names of keys, that a process remembers: those of the people who wrote last."""
HOUSE = "house"
"""The key of what belongs to no person (unreadable updates, jobs of the house)."""


class NoKey(Exception):
    """The key is gone (the person was erased) or doesn't fit: what it sealed can't be read any more."""


class Keys:
    """The keys in `folder`: ``master.key`` (32 bytes, mode 0400) and ``wrapped.db``. Safe to use from any thread."""

    def __init__(self, folder: Path) -> None:
        """Open the keys; a new folder gets new ones. Raises `NoKey` if one of the two is missing or doesn't fit."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        master = _master(folder)
        self._wrap = AESGCM(_derive(master, b"wrap"))
        self._index = _derive(master, b"index")
        self.buttons = _derive(master, b"buttons")
        self.names: dict[int, str] = {}  # person -> key; whoever rolls a transaction back clears it
        self._cache: OrderedDict[str, AESGCM] = OrderedDict()
        self._lock = threading.Lock()
        self._db = sqlite3.connect(folder / "wrapped.db", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.execute("CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID")
        self._new: dict[str, bytes] = {}  # wrapped keys that aren't durable yet
        if not self._db.execute("SELECT 1 FROM keys WHERE id = ?", (HOUSE,)).fetchone():
            self._make(HOUSE)
            self.commit()
        try:
            self._cipher(HOUSE)
        except NoKey:
            self._db.close()
            raise
        _keep_master(folder)

    def new(self) -> str:
        """A new key's name. It is kept for good at `commit`, which must come before anything it sealed is committed."""
        name = secrets.token_hex(16)
        with self._lock:
            self._make(name)
        return name

    def commit(self) -> None:
        """Make the new keys durable, those of other threads too; cheap when there are none."""
        with self._lock:
            if not self._new:
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("INSERT INTO keys VALUES (?, ?)", self._new.items())
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._new.clear()  # only now: whoever comes next tries again for those that failed

    def seal(self, name: str, column: str, plain: bytes) -> bytes:
        """Seal bytes for one column with the key `name`."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._cipher(name).encrypt(nonce, plain, f"{column}|{name}".encode())

    def open(self, name: str, column: str, sealed: bytes) -> bytes:
        """What `seal` was given. Raises `NoKey`."""
        try:
            return self._cipher(name).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], f"{column}|{name}".encode())
        except InvalidTag as error:
            raise NoKey(column) from error

    def index(self, kind: str, value: str) -> bytes:
        """32 bytes to look `value` up by (HMAC-SHA256 with a secret of the installation)."""
        return hmac.digest(self._index, f"{kind}|{value}".encode(), "sha256")

    def close(self) -> None:
        self.commit()
        self._db.close()

    def _make(self, name: str) -> None:
        key, nonce = AESGCM.generate_key(256), os.urandom(_NONCE)
        self._new[name] = nonce + self._wrap.encrypt(nonce, key, name.encode())
        self._remember(name, AESGCM(key))

    def _remember(self, name: str, cipher: AESGCM) -> AESGCM:
        self._cache[name] = cipher
        if len(self._cache) > KEPT:
            self._cache.popitem(last=False)
        return cipher

    def _cipher(self, name: str) -> AESGCM:
        with self._lock:
            if found := self._cache.get(name):
                self._cache.move_to_end(name)
                return found
            row = self._db.execute("SELECT wrapped FROM keys WHERE id = ?", (name,)).fetchone()
            if row is None:
                raise NoKey(name)
            try:
                key = self._wrap.decrypt(row[0][:_NONCE], row[0][_NONCE:], name.encode())
            except InvalidTag as error:
                raise NoKey("the master key doesn't open the wrapped keys") from error
            return self._remember(name, AESGCM(key))


def keyring(folder: Path, people: bool) -> Keys:
    """The keys of a database, which holds `people` or not. Raises `NoKey` also when it does and the folder no keys."""
    if people and not (folder / "wrapped.db").exists():
        raise NoKey(_bring_back(folder / "wrapped.db"))
    return Keys(folder)


def _bring_back(wrapped: Path) -> str:
    return f"{wrapped} is missing, without it nothing sealed can be read: bring it back from the backup"


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"pendamping|" + purpose).derive(master)


def _master(folder: Path) -> bytes:
    """The master key. A new one is ``master.key.new`` until there are wrapped keys: killed between, it begins again."""
    path, wrapped, fresh = folder / "master.key", folder / "wrapped.db", folder / "master.key.new"
    if path.exists():
        if not wrapped.exists():
            raise NoKey(_bring_back(wrapped))
    elif wrapped.exists():
        if not fresh.exists():
            raise NoKey(f"{path} is missing, but wrapped keys lie beside it: bring it back from where you keep it")
        path = fresh
    else:
        fresh.unlink(missing_ok=True)
        fresh.write_bytes(secrets.token_bytes(32))
        fresh.chmod(0o400)
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        path = fresh
    key = path.read_bytes()
    if len(key) != 32:
        raise NoKey(f"{path} doesn't hold 32 bytes")
    return key


def _keep_master(folder: Path) -> None:
    """The last step of making keys: from now on one of the two without the other is refused."""
    fresh = folder / "master.key.new"
    if fresh.exists() and not (folder / "master.key").exists():
        fresh.rename(folder / "master.key")
