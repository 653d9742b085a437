"""Work for jobs under test; run in their child process."""

from __future__ import annotations

import os
import sys
import time
from typing import Any


def double(n: int) -> dict[str, int]:
    print("chatter must not mix with the result")
    return {"n": 2 * n}


def fails() -> None:
    raise ValueError("with words that must not be kept")


def crashes() -> None:
    os.kill(os.getpid(), 9)


def leaves() -> None:
    os._exit(0)


def lists() -> Any:
    return [1, 2]


def eats() -> dict[str, int]:
    return {"n": len(bytearray(4 << 30))}


def sleeps() -> None:
    time.sleep(60)


def spins() -> None:
    while True:
        sys.getsizeof(0)


def draws(words: str) -> dict[str, Any]:
    """A result with a file."""
    content = words.encode() * 3
    return {"files": [{"name": "words.txt", "kind": "export", "mime": "text/plain", "content": content}], "n": 3}


def measures(content: bytes, n: int) -> dict[str, int]:
    """Work on a file that is kept already."""
    return {"n": len(content) * n}


def draws_too_much() -> dict[str, Any]:
    return {"files": [{"name": "x", "kind": "export", "mime": "x/x", "content": bytes((10 << 20) + 1)}]}
