"""An operator's command from outside: asked of the process that has the database open, or done here when none has."""

from __future__ import annotations

from typing import Any

from bot.chat.seams import SystemClock
from bot.config import Config
from bot.domain import people, upgrade
from bot.domain.db import Db
from bot.domain.engine import Locked, lock, looking, named, writing
from bot.domain.keys import keyring
from bot.post.commands import COMMANDS
from bot.web.control import ask

BEFORE = ("officers invite", "regions import", "instrument list", "instrument show", "faq list")
"""What may be done before the first start; for the others there would be nothing to look at."""


async def operate(config: Config, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The command's answer. Raises `ValueError` with what was wrong, `OSError` if the running desk doesn't answer.

    Where it is done here, also what opening keys and database raises: `NoKey`, `UpgradeFailed`, `StoreDown`, and
    errors of the driver.
    """
    url = config.database.url
    if command not in BEFORE and upgrade.current(url) is None:
        raise ValueError(f"Nothing has been started here: there is nothing in {named(url)} yet.")
    try:
        held = lock(url)
    except Locked:
        return await ask(config.database.file, command, arguments)
    try:
        now = SystemClock().now()
        upgrade.begin(url, config.database.keys, now)
        with looking(url) as connection:
            keys = keyring(config.database.keys, people.anybody(connection), config.database.master)
        engine = writing(url)
        try:
            with engine.begin() as connection:
                answer = COMMANDS[command](Db(connection, keys, now), **arguments)
                keys.commit()
        finally:
            engine.dispose()
            keys.close()
        return answer
    finally:
        held.close()
