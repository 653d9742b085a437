"""Pendamping itself with the flow of the bench: the process of `pendamping run`, its loop, stations and settings."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path


def main() -> int:
    os.umask(0o077)  # this and the next as the command does
    gc.disable()
    import bench.flows
    from bot import log
    from bot.chat.flow import Flows
    from bot.config import load
    from bot.run import run

    config = load(Path(sys.argv[1]))
    log.setup()
    return run(config, ready=lambda app, simulator: print("Ready", flush=True), flows=Flows.find(bench.flows))


if __name__ == "__main__":
    sys.exit(main())
