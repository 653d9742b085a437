"""What `pendamping check` finds: settings, keys, database, catalogs, tokens."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Literal

from babel.messages.pofile import read_po

from bot.app import LOCALES
from bot.chat.seams import AccountRefused, Later
from bot.chat.text import Catalogs
from bot.config import Config
from bot.domain import inbox, regions, upgrade
from bot.domain.keys import anybody
from bot.run import channels_of, loopback

Level = Literal["ok", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: how bad, what was found, how to mend it."""

    level: Level
    what: str
    mend: str = ""


async def findings(config: Config, *, offline: bool = False) -> list[Finding]:
    """Everything there is to say, in the order in which one would mend it."""
    found = [*_settings(config), *_region(config), *_keys(config), *_database(config), *_catalogs(config)]
    if not config.simulated and not offline:
        found += await _accounts(config)
    return found


def _settings(config: Config) -> list[Finding]:
    if config.simulated:
        if not loopback(listen := config.simulator.listen):
            mend = "take an address of this machine only, like 127.0.0.1:8090"
            return [Finding("wrong", f"[simulator] listen: {listen} is open to others", mend)]
        return [Finding("note", "no bot has a token: the simulator will run", "set [telegram.owners] token_file")]
    desks = config.telegram.accounts()
    missing = [desk for desk in ("owners", "officers") if desk not in desks]
    told = [Finding("ok", f"settings: {config.office.name} ({config.office.region})")]
    return told + [
        Finding("note", f"the {desk}' bot has no token", f"set [telegram.{desk}] token_file") for desk in missing
    ]


def _region(config: Config) -> list[Finding]:
    """The office's region must be known to us or to the office's own table."""
    code = config.office.region
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{config.database.file}?mode=ro", uri=True)) as db:
        if db.execute("SELECT 1 FROM regions WHERE code LIKE ? LIMIT 1", (f"{code}.%",)).fetchone():
            return []
    try:
        regions.load(code)
    except ValueError as error:
        return [Finding("wrong", f"[office] region: {error}", "bring your own: pendamping regions import FILE.csv")]
    return []


def _keys(config: Config) -> list[Finding]:
    master, wrapped = config.database.keys / "master.key", config.database.keys / "wrapped.db"
    missing = Finding("wrong", f"{wrapped} is missing, nothing sealed can be read", "bring it back from the backup")
    if not master.exists():
        if wrapped.exists():
            return [
                Finding("wrong", f"{master} is missing, nothing sealed can be read", "bring it back from your safe")
            ]
        with suppress(sqlite3.Error):  # an old or damaged database: said below
            if anybody(config.database.file):
                return [missing]
        return [Finding("note", f"no keys in {config.database.keys} yet; the first start makes them")]
    if not wrapped.exists():
        return [missing]
    if master.stat().st_mode & 0o077:
        return [Finding("wrong", f"{master} can be read by others", f"chmod 400 {master}")]
    return [Finding("ok", f"keys: {config.database.keys}")]


def _database(config: Config) -> list[Finding]:
    file = config.database.file
    if not file.exists():
        can = os.access(next(p for p in file.absolute().parents if p.exists()), os.W_OK)
        made = Finding("note", f"no database at {file} yet; the first start makes it")
        return [made if can else Finding("wrong", f"{file} can't be made here", "see [database] url")]
    try:
        revision = upgrade.current(config.database.url)
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            sound = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return [Finding("wrong", f"{file} can't be read: {error}", "restore a backup: docs/operating.md")]
    if sound != "ok":
        return [Finding("wrong", f"{file} is damaged: {sound}", "restore a backup: docs/operating.md")]
    if revision != upgrade.LATEST:
        return [Finding("note", f"{file} is at revision {revision}; the next start upgrades it, keeping a copy")]
    return [Finding("ok", f"database: {file}, revision {revision}"), *_left_behind(config)]


_LEFT = "SELECT a.name, count(*) FROM inbox i JOIN accounts a ON a.id = i.account_id WHERE i.state = 0 GROUP BY a.name"


def _left_behind(config: Config) -> list[Finding]:
    """Messages to a bot that isn't in the settings (any more): nothing reads them."""
    ours = {inbox.HOUSE} | {channel.account for channel in channels_of(config, "http://-" if config.simulated else "")}
    with closing(sqlite3.connect(f"file:{config.database.file}?mode=ro", uri=True)) as db:
        waiting: list[tuple[str, int]] = db.execute(_LEFT).fetchall()
    return [
        Finding("note", f"{count} messages wait for {account}, which isn't in the settings", "set its token again")
        for account, count in waiting
        if account not in ours
    ]


def _catalogs(config: Config) -> list[Finding]:
    found: list[Finding] = []
    for i, language in enumerate(config.office.languages):
        path = LOCALES / f"{language}.po"
        if language == "en":
            found.append(Finding("ok", "catalog en: the texts themselves"))
        elif not path.exists():
            level: Level = "wrong" if i == 0 else "note"
            found.append(Finding(level, f"there is no catalog {path.name}", "see [office] languages"))
        else:
            with path.open("rb") as file:
                entries = [message for message in read_po(file) if message.id]
            empty = sum(not message.string or message.fuzzy for message in entries)
            level = "wrong" if empty and i == 0 else "note" if empty else "ok"
            found.append(Finding(level, f"catalog {language}: {len(entries)} texts, {empty} missing or doubtful"))
    return found


async def _accounts(config: Config) -> list[Finding]:
    found: list[Finding] = []
    for channel in channels_of(config):
        await channel.open(Catalogs({}, config.office.languages[0], config.office.zone))
        try:
            name = await channel.who()
            found.append(Finding("ok", f"{channel.account} is @{name}, for {channel.desk}"))
        except AccountRefused:
            mend = f"make a new token with @BotFather and set [telegram.{channel.desk}] token_file"
            found.append(Finding("wrong", f"{channel.account} ({channel.desk}): Telegram refuses the token", mend))
        except Later as later:
            told = f"{channel.account} ({channel.desk}): {channel.account.partition(':')[0]} can't be reached"
            found.append(Finding("wrong", f"{told}: {later.reason}", "check the network and api_url"))
        finally:
            await channel.close()
    return found
