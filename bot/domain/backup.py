"""Backups: a consistent copy of the database, and the newest wrapped keys. Never the master key.

Only the newest copy of the wrapped keys is kept, so that taking a person's key away reaches every old copy of the
database as well.
"""

from __future__ import annotations

from pathlib import Path

from bot.domain.engine import path_of
from bot.domain.upgrade import copy


def backup(url: str, keys: str, folder: str, keep: int, stamp: str) -> dict[str, str]:
    """Copy database and wrapped keys into `folder`, keeping the newest `keep` copies. `stamp`: ``20261122-023000``.

    Runs beside the working process; meant for a job. Answers where the copy lies.
    """
    source, into = path_of(url), Path(folder)
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = copy(source, into / f"{source.stem}-{stamp}.db.part")
    wrapped = copy(Path(keys) / "wrapped.db", into / "wrapped.db.part")
    wrapped.rename(into / "wrapped.db")
    done = part.rename(into / f"{source.stem}-{stamp}.db")
    for old in sorted(into.glob(f"{source.stem}-*.db"))[:-keep]:
        old.unlink()
    return {"copy": str(done)}
