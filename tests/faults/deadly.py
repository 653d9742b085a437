"""The real process with two flows more: one that ends it and one that never ends. ``python -m … config.toml``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import handlers
from bot import log
from bot.chat.flow import Chat, Flows, flow
from bot.config import load
from bot.run import run


@flow("deadly", words=("mati",))
def deadly(chat: Chat, db: Any) -> None:
    os._exit(9)


@flow("stuck", words=("macet",))
def stuck(chat: Chat, db: Any) -> None:
    time.sleep(600)


def main() -> None:
    log.setup()
    found = Flows.find(handlers)
    flows = Flows([*found.by_name.values(), *found.happenings.values(), deadly, stuck])
    raise SystemExit(run(load(Path(sys.argv[1])), ready=lambda app, _: print("Ready.", flush=True), flows=flows))


if __name__ == "__main__":
    main()
