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
