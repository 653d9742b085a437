"""Keys: one for each person, wrapped by a master key that lies outside the database and its backup.

What a person says is sealed with her own key (AES-256-GCM); her key lies, wrapped, in a small store of its own. Taking
that one row away makes every copy of her data unreadable, in old backups too; a ledger beside it keeps the names of the
keys that were destroyed, so that a restore brings nobody back. Look-ups go by keyed HMAC, never by a bare hash: all
numbers of a district can be tried in seconds. The secrets of look-ups and buttons are wrapped like the keys, so that
they outlive the master key, which can be changed (`rotate`).
"""

from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
import threading
from collections import OrderedDict
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_DAY = "day-"
_NONCE = 12
_NAME = 16  # bytes of the name of a person's key
KEPT = 2_000
"""Of how many people a process remembers keys, their names and addresses: a cipher is large beside its key."""
HOUSE = "house"
"""The key of what belongs to no person (jobs of the house)."""
SECRETS = ("index", "buttons")
"""The secrets of look-ups and of buttons, kept like keys."""


class NoKey(Exception):
    """The key is gone (the person was erased) or doesn't fit: what it sealed can't be read any more."""


class Keys:
    """The keys in `folder`: the wrapped ones in ``wrapped.db``, and the master key (32 bytes, mode 0400) where it is
    told to be, else in ``master.key`` beside them. Safe to use from any thread; who needs a remembered key of a person,
    or a new one, never waits for the disk."""

    def __init__(self, folder: Path, master: Path | None = None) -> None:
        """Open the keys; a new folder gets new ones. Raises `NoKey` if one of the two is missing or doesn't fit."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path, wrapped = master or folder / "master.key", folder / "wrapped.db"
        _settle(path, wrapped)
        first = _master(path, wrapped)
        self.folder = folder
        self._wrap = AESGCM(_derive(first, b"wrap"))
        self.names: dict[int, str] = {}  # person -> key; whoever rolls a transaction back clears it
        self._cache: OrderedDict[str, AESGCM] = OrderedDict()
        self._lock = threading.Lock()
        self._db = _opened(wrapped)
        self._new: dict[str, bytes] = {}  # wrapped keys that aren't durable yet
        try:
            if not self._db.execute("SELECT 1 FROM keys WHERE id = ?", (HOUSE,)).fetchone():
                self._make(HOUSE)
            # Made of the first master key: as long as there were no rotations, it was them.
            self._index, self.buttons = (self._secret(name, _derive(first, name.encode())) for name in SECRETS)
            self.commit()
            self._cipher(HOUSE)
        except NoKey:
            self._db.close()
            raise
        _keep_master(path)

    def new(self) -> str:
        """A new key's name. It is kept for good at `commit`, which must come before anything it sealed is committed."""
        name = secrets.token_hex(_NAME)
        self._make(name)
        return name

    def of_day(self, at: datetime) -> str:
        """The name of the key of an instant's day (UTC), made when it is first asked for; kept at `commit`."""
        name = day_key(at)
        with self._lock:
            if name not in self._new and not self._db.execute("SELECT 1 FROM keys WHERE id = ?", (name,)).fetchone():
                self._make(name)
        return name

    def days_before(self, at: datetime) -> list[str]:
        """The names of the keys of the days before an instant's."""
        with self._lock:
            found = self._db.execute("SELECT id FROM keys WHERE id >= ? AND id < ?", (_DAY, day_key(at)))
            return [row[0] for row in found]

    @property
    def new_ones(self) -> bool:
        """Whether there are keys that aren't durable yet."""
        return bool(self._new)

    def commit(self) -> None:
        """Make the new keys durable, those of other threads too; cheap when there are none."""
        if not self._new:
            return
        with self._lock:
            if not (new := self._new.copy()):  # another thread has done it; and others may be made meanwhile
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("INSERT INTO keys VALUES (?, ?)", new.items())
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            for name in new:  # only now: whoever comes next waits for us, or tries again for those that failed
                del self._new[name]

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

    def seal_by(self, code: str, column: str, text: str) -> bytes:
        """Seal words with a code of 128 bits that nobody here keeps: whoever brings it can open them (`open_by`)."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + AESGCM(_derive(code.encode(), b"code")).encrypt(nonce, text.encode(), column.encode())

    def open_by(self, code: str, column: str, sealed: bytes) -> str:
        """What `seal_by` was given. Raises `NoKey`."""
        cipher = AESGCM(_derive(code.encode(), b"code"))
        try:
            return cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], column.encode()).decode()
        except InvalidTag as error:
            raise NoKey(column) from error

    def destroy(self, name: str, at: datetime) -> bool:
        """Take a person's key away for good, and note its name; doing it again does no harm.

        False: its bytes may still lie in the store's log because somebody is copying the store; try again.
        """
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.execute("INSERT OR IGNORE INTO erased VALUES (?, ?)", (name, at.astimezone(UTC).isoformat()))
                self._db.execute("DELETE FROM keys WHERE id = ?", (name,))
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._new.pop(name, None)
            self._cache.pop(name, None)
            self.names.clear()
        with closing(_opened(self.folder / "wrapped.db")) as db:  # its own: who waits for a reader holds nobody up
            return _emptied(db)

    def erased(self) -> list[str]:
        """The names of the keys that were destroyed."""
        with self._lock:
            return [row[0] for row in self._db.execute("SELECT id FROM erased")]

    def close(self) -> None:
        self.commit()
        self._db.close()

    def _make(self, name: str) -> None:
        key = AESGCM.generate_key(256)
        self._new[name] = _wrapped(self._wrap, name, key)
        self._remember(name, AESGCM(key))

    def _secret(self, name: str, first: bytes) -> bytes:
        """A secret of the installation, kept wrapped; `first` is what it is where it isn't kept yet."""
        row = self._db.execute("SELECT wrapped FROM keys WHERE id = ?", (name,)).fetchone()
        if row:
            return _unwrapped(self._wrap, name, row[0])
        self._new[name] = _wrapped(self._wrap, name, first)
        return first

    def _remember(self, name: str, cipher: AESGCM) -> AESGCM:
        self._cache[name] = cipher
        if len(self._cache) > KEPT:
            self._cache.popitem(last=False)
        return cipher

    def _cipher(self, name: str) -> AESGCM:
        if found := self._cache.get(name):
            with suppress(KeyError):  # another thread has just let go of it
                self._cache.move_to_end(name)
            return found
        with self._lock:
            row = self._db.execute("SELECT wrapped FROM keys WHERE id = ?", (name,)).fetchone()
            wrapped = row[0] if row else self._new.get(name)
            if wrapped is None:
                raise NoKey(name)
            return self._remember(name, AESGCM(_unwrapped(self._wrap, name, wrapped)))


def day_key(at: datetime) -> str:
    """The name of the key of an instant's day (UTC)."""
    return f"{_DAY}{at.astimezone(UTC):%Y-%m-%d}"


def keyring(folder: Path, people: bool, master: Path | None = None) -> Keys:
    """The keys of a database, which holds `people` or not. Raises `NoKey` also when it does and the folder no keys."""
    if people and not (folder / "wrapped.db").exists():
        raise NoKey(_bring_back(folder / "wrapped.db"))
    return Keys(folder, master)


def held(folder: Path) -> int:
    """How many people's keys are kept in a folder, which may not be there."""
    wrapped = folder / "wrapped.db"
    if not wrapped.exists():
        return 0
    with closing(sqlite3.connect(f"file:{wrapped}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM keys WHERE length(id) = ?", (2 * _NAME,)).fetchone()[0])


def rotate(folder: Path, master: Path | None = None) -> int:
    """Make a new master key and wrap everything with it; how many keys. The caller keeps everybody else away.

    The new one lies in ``master.key.next`` until all is wrapped with it, which is one commit. Killed at any point, the
    next start finds out by which of the two the keys are wrapped, and drops the other. Raises `NoKey` and `OSError`.
    """
    Keys(folder, master).close()  # settles what was begun before, and gives the secrets their rows
    path = master or folder / "master.key"
    fresh = secrets.token_bytes(32)
    before, after = (AESGCM(_derive(key, b"wrap")) for key in (path.read_bytes(), fresh))
    _put(_next(path), fresh)
    with closing(_opened(folder / "wrapped.db")) as db:
        rows = db.execute("SELECT id, wrapped FROM keys").fetchall()
        db.execute("BEGIN IMMEDIATE")
        again = ((_wrapped(after, name, _unwrapped(before, name, wrapped)), name) for name, wrapped in rows)
        db.executemany("UPDATE keys SET wrapped = ? WHERE id = ?", again)
        db.execute("COMMIT")
        _emptied(db)
    _replace(_next(path), path)
    return len(rows)


def _opened(wrapped: Path) -> sqlite3.Connection:
    db = sqlite3.connect(wrapped, check_same_thread=False, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID")
    db.execute("CREATE TABLE IF NOT EXISTS erased (id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID")
    return db


def _emptied(db: sqlite3.Connection) -> bool:
    """Take what was overwritten out of the log too. False: somebody is reading."""
    return db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


def _wrapped(wrap: AESGCM, name: str, key: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + wrap.encrypt(nonce, key, name.encode())


def _unwrapped(wrap: AESGCM, name: str, wrapped: bytes) -> bytes:
    try:
        return wrap.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], name.encode())
    except InvalidTag as error:
        raise NoKey("the master key doesn't open the wrapped keys") from error


def _bring_back(wrapped: Path) -> str:
    return f"{wrapped} is missing, without it nothing sealed can be read: bring it back from the backup"


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"pendamping|" + purpose).derive(master)


def _master(path: Path, wrapped: Path) -> bytes:
    """The master key. A new one is ``master.key.new`` until there are wrapped keys: killed between, it begins again."""
    fresh = _new(path)
    if path.exists():
        if not wrapped.exists() and not _given(path, wrapped):
            raise NoKey(_bring_back(wrapped))
    elif wrapped.exists():
        if not fresh.exists():
            raise NoKey(f"{path} is missing, but there are wrapped keys: bring it back from where you keep it")
        path = fresh
    else:
        fresh.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _put(fresh, secrets.token_bytes(32))
        path = fresh
    if path.stat().st_mode & 0o007:
        raise NoKey(f"{path} can be read by everybody on this machine: chmod 400")
    key = path.read_bytes()
    if len(key) != 32:
        raise NoKey(f"{path} doesn't hold 32 bytes")
    return key


def _given(path: Path, wrapped: Path) -> bool:
    """Whether a master key without wrapped keys is one that an operator has put elsewhere, for a new installation.

    Once the keys are made they are looked for: a database with people is refused without them (`keyring`).
    """
    return path.parent != wrapped.parent


def _new(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _next(path: Path) -> Path:
    return path.with_name(path.name + ".next")


def _put(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
    path.chmod(0o400)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _replace(path: Path, by: Path) -> None:
    path.replace(by)
    folder = os.open(by.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _settle(path: Path, wrapped: Path) -> None:
    """End a rotation that was killed: the master key that the keys are wrapped with stays, the other one goes."""
    following = _next(path)
    if not following.exists() or not wrapped.exists():
        return
    with closing(_opened(wrapped)) as db:
        row = db.execute("SELECT wrapped FROM keys WHERE id = ?", (HOUSE,)).fetchone()
    try:
        _unwrapped(AESGCM(_derive(following.read_bytes(), b"wrap")), HOUSE, row[0] if row else bytes(_NONCE))
    except NoKey:
        following.unlink()
    else:
        _replace(following, path)


def _keep_master(path: Path) -> None:
    """The last step of making keys: from now on one of the two without the other is refused."""
    if _new(path).exists() and not path.exists():
        _replace(_new(path), path)
