"""A desk that is killed: a process of its own takes updates in, and gets SIGKILL as soon as it has acknowledged them.

Nothing it says arrives: its platform accepts every call and never answers. What is to be seen is what the next desk on
the same folder makes of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.simulator.platform import Platform
from tests.office import Desk


def kills(desk: Desk, door: str) -> None:
    """Have what the platform holds for a door taken in by a desk that is killed then."""
    told = {
        "folder": str(desk.folder), "library": desk.library, "url": desk.config.database.url,
        "whatsapp": desk.number is not None, "at": desk.clock.at.isoformat(), "door": door,
        "updates": list(asyncio.run(desk.updates(door))),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-m", __name__], input=json.dumps(told), text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL


async def _killed(told: dict[str, Any]) -> None:
    desk = Desk(Path(told["folder"]), None, None, told["library"], told["url"], told["whatsapp"])
    desk.clock.at = datetime.fromisoformat(told["at"])
    app = desk.app()
    await app.start(serve=False)
    _hangs(desk.platform)
    for update in told["updates"]:
        await app.intakes[told["door"]].deliver([update])
    os.kill(os.getpid(), signal.SIGKILL)


def _hangs(platform: Platform) -> None:
    platform.faults.order("hang")
    platform.cloud.faults.order("hang")


if __name__ == "__main__":
    asyncio.run(_killed(json.load(sys.stdin)))
