"""Every transcript of `tests/talks`, played on WhatsApp instead of Telegram; `make test` plays a part of them there."""

from __future__ import annotations

import subprocess
import sys
import time

from drill.desk import HOUSE
from drill.scene import Result

NAME = "transcripts on whatsapp"
_PYTEST = ("-m", "pytest", "--show-capture=no", "-p", "no:cacheprovider", "tests/talks", "--on", "whatsapp")


def transcripts(seed: int) -> Result:
    """Play them once, one after the other; never raises for what came of it."""
    began = time.monotonic()
    played = subprocess.run([sys.executable, *_PYTEST], cwd=HOUSE, capture_output=True, text=True, check=False)
    lines = played.stdout.splitlines()
    result = Result(NAME, "SQLite", seed, "", done=lines[-1].partition(" in ")[0] if lines else "nothing was played")
    if played.returncode:
        result.failed += [line for line in lines if line.startswith(("FAILED", "ERROR"))] or [played.stderr[-500:]]
    result.seconds = time.monotonic() - began
    return result
