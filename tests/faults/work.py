"""What the children of jobs do in drills."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any


def slowly(seconds: float, number: str) -> dict[str, Any]:
    """Take a while."""
    time.sleep(seconds)
    return {"number": number}


def half_copy(url: str, keys: str, folder: str, keep: int, stamp: str) -> dict[str, str]:
    """A backup as it must not be: under its final name from the first byte on."""
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    source = Path(url.removeprefix("sqlite:///"))
    data = source.read_bytes() if source.exists() else b"x" * 400_000
    done = into / (f"{source.stem}-{stamp}.db" if source.exists() else f"{source.name.partition('?')[0]}-{stamp}.dump")
    with done.open("wb") as file:
        for start in range(0, len(data), 4096):
            file.write(data[start : start + 4096])
            file.flush()
            time.sleep(0.02)
    return {"copy": str(done)}
