"""What `pendamping check` finds: settings, keys, database, catalogs, tokens."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from babel.messages.pofile import read_po
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.app import LOCALES
from bot.channels.whatsapp_channel import WhatsAppChannel
from bot.channels.whatsapp_graph import Refusal
from bot.channels.whatsapp_templates import USABLE, compare
from bot.channels.whatsapp_templates import wrong as wrong_with_templates
from bot.chat.seams import AccountRefused, Channel, Later
from bot.chat.text import Catalogs
from bot.config import Config
from bot.domain import inbox, people, regions, standing, tables, upgrade, windows
from bot.domain.assess import instruments
from bot.domain.db import StoreDown
from bot.domain.engine import is_sqlite, looking, named
from bot.domain.keys import held
from bot.domain.tables import Received
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
    kept = _unwritable(config) or [*_keys(config), *_database(config)]
    found = [*_settings(config), *_region(config), *kept, *_catalogs(config)]
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
    if config.whatsapp.access_token and not config.web.public_url.startswith("https://"):
        mend = "set [web] public_url, and at Meta the webhook to it and /whatsapp"
        told.append(Finding("wrong", "WhatsApp brings messages to an https address only", mend))
    return told + [
        Finding("note", f"the {desk}' bot has no token", f"set [telegram.{desk}] token_file") for desk in missing
    ]


def _region(config: Config) -> list[Finding]:
    """The office's region must be known to us or to the office's own table."""
    code = config.office.region
    with suppress(SQLAlchemyError, StoreDown), looking(config.database.url) as db:
        inside = tables.regions.c.code.startswith(f"{code}.")
        if db.execute(select(tables.regions.c.code).where(inside).limit(1)).first():
            return []
    try:
        regions.load(code)
    except ValueError as error:
        return [Finding("wrong", f"[office] region: {error}", "bring your own: pendamping regions import FILE.csv")]
    return []


def _unwritable(config: Config) -> list[Finding]:
    """What the desk couldn't write to, as whoever runs the check."""
    database = config.database
    paths = [database.keys, database.keys / "wrapped.db"]
    if database.url.startswith("sqlite:"):
        paths = [database.file.parent, database.file, *paths]
    locked = [path for path in paths if path.exists() and not os.access(path, os.W_OK)]
    return [
        Finding("wrong", f"{path} can't be written", "let the user write to it whom the desk runs as")
        for path in locked
    ]


def _keys(config: Config) -> list[Finding]:
    master, wrapped = config.database.master, config.database.keys / "wrapped.db"
    missing = Finding("wrong", f"{wrapped} is missing, nothing sealed can be read", "bring it back from the backup")
    if not master.exists():
        if wrapped.exists():
            return [
                Finding("wrong", f"{master} is missing, nothing sealed can be read", "bring it back from your safe")
            ]
        with suppress(SQLAlchemyError, StoreDown), looking(config.database.url) as db:  # otherwise it is said below
            if people.anybody(db):
                return [missing]
        return [Finding("note", f"no keys in {config.database.keys} yet; the first start makes them")]
    if not wrapped.exists():
        return [missing]
    try:
        held(config.database.keys)
    except sqlite3.Error as error:
        return [Finding("wrong", f"{wrapped} can't be read: {error}", "bring it back from the backup")]
    if master.stat().st_mode & 0o007:
        return [Finding("wrong", f"{master} can be read by others", f"chmod 400 {master}")]
    return [Finding("ok", f"keys: {config.database.keys}")]


def _database(config: Config) -> list[Finding]:
    url, file = config.database.url, config.database.file
    restore = "restore a backup: docs/operating.md"
    try:
        name = named(url)
    except StoreDown as error:
        return [Finding("wrong", f"[database] url: {error}", "make .venv/installed")]
    try:
        with suppress(sqlite3.Error):  # damaged keys are said above
            if strange := upgrade.strange(url, config.database.keys):
                return [Finding("wrong", strange, f"see [database] url, or {restore}")]
        if is_sqlite(url) and not file.exists():
            can = os.access(next(p for p in file.absolute().parents if p.exists()), os.W_OK)
            made = Finding("note", f"no database at {file} yet; the first start makes it")
            return [made if can else Finding("wrong", f"{file} can't be made here", "see [database] url")]
        revision = upgrade.current(url)
        if damage := _damage(url):
            return [Finding("wrong", f"{name} is damaged: {damage}", restore)]
    except DBAPIError as error:
        said = " ".join(str(error.orig).split())
        mend = restore if is_sqlite(url) else "see [database] url, and whether the server runs"
        return [Finding("wrong", f"{name} can't be read: {said}", mend)]
    if revision is None:
        return [Finding("note", f"nothing in {name} yet; the first start makes the tables")]
    if revision != upgrade.LATEST:
        copy = ", keeping a copy" if is_sqlite(url) else "; make a backup before"
        return [Finding("note", f"{name} is at revision {revision}; the next start upgrades it{copy}")]
    found = [
        Finding("ok", f"database: {name}, revision {revision}"),
        *_left_behind(config),
        *told(url),
        *_instruments(url),
    ]
    if config.backup.at and not is_sqlite(url) and shutil.which("pg_dump") is None:
        mend = "apt install postgresql-client; or look after backups yourself, and set [backup] at to nothing"
        found.append(Finding("note", "pg_dump isn't installed: there will be no daily copy", mend))
    return found


def _damage(url: str) -> str:
    """What SQLite finds broken in its file; a server looks after itself, and we ask only for what we rely on."""
    with looking(url) as db:
        if is_sqlite(url):
            found = str(db.exec_driver_sql("PRAGMA quick_check(1)").scalar())
            return "" if found == "ok" else found
        return "" if db.exec_driver_sql("SHOW track_counts").scalar() == "on" else "track_counts is off"


def _left_behind(config: Config) -> list[Finding]:
    """Messages to a bot that isn't in the settings (any more): nothing reads them."""
    ours = {inbox.HOUSE} | {channel.account for channel in channels_of(config, "http://-" if config.simulated else "")}
    name = tables.accounts.c.name
    waiting = select(name, func.count()).join_from(tables.inbox, tables.accounts).group_by(name)
    with looking(config.database.url) as db:
        found = db.execute(waiting.where(tables.inbox.c.state == Received.WAITING))
        left = [(account, count) for account, count in found if account not in ours]
    return [
        Finding("note", f"{count} messages wait for {account}, which isn't in the settings", "set its token again")
        for account, count in left
    ]


def told(url: str) -> list[Finding]:
    """What platforms have told of our accounts, and nobody has mended."""
    mend = "see it at the platform; it goes from here when the platform says so, or takes what is sent"
    with looking(url) as db:
        return [
            Finding(
                "wrong", " ".join(f"{account}: {about} is {state} since {at:%Y-%m-%d %H.%M} UTC {why}".split()), mend
            )
            for account, about, state, why, at in standing.wrong(db)
        ]


def _instruments(url: str) -> list[Finding]:
    """Self-assessments that came with this version and aren't used, as the office has another one in their place."""
    mend = "look at it with `pendamping instrument diff`, and import it with a version and a day of its own"
    with looking(url) as db:
        return [
            Finding("note", f"the instrument {one.code} {one.version} that ships isn't used: another is there", mend)
            for one in instruments.unused(db)
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
            name = name if channel.door == "whatsapp" else f"@{name}"
            found.append(Finding("ok", f"{channel.account} is {name}, for {channel.desk}"))
            if isinstance(channel, WhatsAppChannel):
                found += await _templates(channel, config.whatsapp.waba_id)
        except AccountRefused as refused:
            found.append(_refused(channel, refused))
        except Later as later:
            told = f"{channel.account} ({channel.desk}): {channel.account.partition(':')[0]} can't be reached"
            found.append(Finding("wrong", f"{told}: {later.reason}", "check the network and api_url"))
        finally:
            await channel.close()
    return found


async def _templates(channel: WhatsAppChannel, account: str) -> list[Finding]:
    """What of the office's templates can't be sent: such messages wait until the person writes."""
    if not account:
        return [
            Finding("note", "[whatsapp] waba_id isn't set: templates can't be looked at", "see Meta's page of the app")
        ]
    try:
        found = compare(windows.templates(), await channel.graph.templates(account))
    except Refusal as refusal:
        why, mend = wrong_with_templates(refusal)
        return [Finding("wrong", f"templates can't be looked at: {why}", mend)]
    mend = {"missing": "pendamping whatsapp templates push"}
    wrong = [
        Finding(
            "wrong",
            f"template {f.name} ({f.language}) is {f.state} {f.why}".strip(),
            mend.get(f.state, "see it at Meta"),
        )
        for f in found
        if f.state not in USABLE
    ]
    return wrong or [Finding("ok", f"templates: {len(found)}")]


def _refused(channel: Channel, refused: AccountRefused) -> Finding:
    if channel.door == "whatsapp":
        mend = "see [whatsapp] access_token, app_secret and phone_number_id at Meta"
        return Finding("wrong", f"{channel.account}: WhatsApp refuses the account: {refused}", mend)
    mend = f"make a new token with @BotFather and set [telegram.{channel.desk}] token_file"
    return Finding("wrong", f"{channel.account} ({channel.desk}): Telegram refuses the token", mend)
