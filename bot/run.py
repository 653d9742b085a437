"""The process: builds what the configuration asks for, runs it until it is told to stop, and says how it ended."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import signal
import sqlite3
import sys
from collections.abc import Callable, Sequence

import structlog
import uvloop
from sqlalchemy.exc import DBAPIError

from bot.app import App, CantStart
from bot.channels.telegram_channel import TelegramChannel, library
from bot.channels.whatsapp_channel import WhatsAppChannel
from bot.chat.flow import Flows
from bot.chat.seams import Channel, Desk
from bot.config import Account, Config, WhatsApp, host_port
from bot.domain.db import StoreDown
from bot.domain.engine import Locked
from bot.domain.keys import NoKey
from bot.domain.upgrade import UpgradeFailed
from bot.simulator.clock import MovedClock
from bot.simulator.cloud_refusal import CloudRefusal
from bot.simulator.cloud_webhooks import verify
from bot.simulator.platform import Platform
from bot.simulator.server import Simulator

CANT_START = 3
"""Exit code: the database is in use or damaged, a port is taken, keys are missing, the upgrade failed."""
BROKE = 4
"""Exit code: a loop of the desk ended by a fault in the program; starting again takes up what was left."""
LATE = 1
"""Exit code: asked to stop, it took longer than `STOP_SECONDS`."""
STOP_SECONDS = 10.0
SIMULATED: dict[Desk, tuple[str, str]] = {
    "owners": ("1001:simulated", "pendamping_bot"),
    "officers": ("1002:simulated", "petugas_bot"),
}
SIMULATED_NUMBER = "100200300400500"
"""The office's number (its id) on the simulator's WhatsApp."""
_OPEN = "simulated"
log: structlog.stdlib.BoundLogger = structlog.get_logger()
Ready = Callable[[App, str], None]


def run(config: Config, *, ready: Ready | None = None, flows: Flows | None = None) -> int:
    """Run until SIGTERM or SIGINT; the exit code. `ready` is called once, with the simulator's address or ""."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_main(config, ready, flows))


def channels_of(config: Config, simulator: str = "") -> Sequence[Channel]:
    """The channels a configuration names; with the address of a simulator, the two bots and the number it plays."""
    if simulator:
        link_to = f"{simulator}/?bot={{name}}&start={{payload}}"
        named: dict[Desk, Account] = {"owners": config.telegram.owners, "officers": config.telegram.officers}
        bots = [
            TelegramChannel(token, desk, library(named[desk].library), simulator, link_to=link_to)
            for desk, (token, _) in SIMULATED.items()
        ]
        return [*bots, WhatsAppChannel(SIMULATED_NUMBER, _OPEN, _OPEN, _OPEN, api_url=simulator)]
    telegram = [
        TelegramChannel(
            account.token.get_secret_value(),
            desk,
            library(account.library),
            api_url=account.api_url,
            mode=account.mode,
            webhook_url=f"{config.web.public_url}/telegram/{desk}",
            webhook_secret=account.webhook_secret.get_secret_value(),
        )
        for desk, account in config.telegram.accounts().items()
    ]
    return [*telegram, whatsapp_of(config.whatsapp)] if config.whatsapp.access_token else telegram


def whatsapp_of(settings: WhatsApp) -> WhatsAppChannel:
    """The office's number on WhatsApp. Raises `ValueError` where something is `lacking`."""
    return WhatsAppChannel(
        settings.phone_number_id,
        settings.access_token.get_secret_value(),
        settings.app_secret.get_secret_value(),
        settings.verify_token.get_secret_value(),
        api_url=settings.api_url,
        api_version=settings.api_version,
        starts=settings.people_per_day,
    )


async def _main(config: Config, ready: Ready | None, flows: Flows | None) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    simulator: Simulator | None = None
    app: App | None = None

    async def invite(name: str) -> str:
        if app is None:
            raise ValueError("the desk isn't there yet")
        asked = {"name": name, "role": "petugas", "area": config.office.region}
        return str((await app.do("officers invite", asked))["link"])

    try:
        if config.simulated:
            simulator = Simulator(platform_of(config), zone=config.office.zone, invite=invite)
            await _begin(simulator, config.simulator.listen)
        channels = channels_of(config, simulator.url if simulator else "")
        app = App(config, channels, clock=simulator.platform.clock if simulator else None, flows=flows)
        await app.start()
        if simulator:
            await _bring_to(app, simulator)
    except (CantStart, Locked, NoKey, UpgradeFailed, StoreDown, DBAPIError, sqlite3.Error, OSError) as error:
        if simulator and simulator.url:
            await simulator.stop()
        said = error.orig if isinstance(error, DBAPIError) else error
        print(f"Pendamping can't start: {said}", file=sys.stderr)
        return CANT_START
    sys.setswitchinterval(0.0005)  # the thread that has waited for the disk waits no longer for the loop's interpreter
    gc.set_threshold(20_000, 20, 20)  # by itself it looks at every turn, for rings that hardly anything here makes
    gc.freeze()  # what a start made stays; walking through it again and again would cost every turn
    gc.enable()
    log.info("started", simulator=simulator.url if simulator else "", web=app.address)
    if ready:
        ready(app, simulator.url if simulator else "")
    told, broken = asyncio.create_task(stop.wait()), asyncio.create_task(app.broken.wait())
    await asyncio.wait((told, broken), return_when=asyncio.FIRST_COMPLETED)
    log.info("stopping")
    code = BROKE if app.broken.is_set() else 0
    told.cancel()
    broken.cancel()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await app.stop()
    except TimeoutError:
        log.error("stop_late", seconds=STOP_SECONDS)
        code = code or LATE
    if simulator:
        await simulator.stop()
    return code


def loopback(listen: str) -> bool:
    """Whether ``host:port`` can be reached from this machine only."""
    host, _ = host_port(listen)
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _begin(simulator: Simulator, listen: str) -> None:
    if not loopback(listen):
        raise CantStart(f"[simulator] listen: {listen} is not this machine's own address, like 127.0.0.1:8090")
    try:
        await simulator.start(listen)
    except OSError as error:
        raise CantStart(f"[simulator] listen: {listen} can't be had: {error.strerror or error}") from error


async def _bring_to(app: App, simulator: Simulator) -> None:
    """Have the simulator's WhatsApp bring to the desk what people say to the office's number, as Meta's pages do."""
    cloud = simulator.platform.cloud
    account = cloud.account(SIMULATED_NUMBER)
    assert cloud.get is not None
    url = f"http://{app.address}/whatsapp"
    try:
        await verify(cloud, account, url, _OPEN, cloud.get)
    except CloudRefusal as refused:
        log.error("whatsapp_not_brought", url=url, error=str(refused))


def platform_of(config: Config) -> Platform:
    """The simulator's platform, kept beside the database: two bots, a number, and a clock that can be put forward."""
    folder = config.database.file.parent
    folder.mkdir(parents=True, exist_ok=True)
    platform = Platform(folder / f"{config.database.file.stem}-phone.db", MovedClock())
    for desk, (token, username) in SIMULATED.items():
        platform.add_bot(token, username, "Pendamping" if desk == "owners" else "Meja Petugas")
    secrets = {"token": _OPEN, "secret": _OPEN, "verify": _OPEN}
    platform.cloud.add_account(SIMULATED_NUMBER, phone="622112345678", name=config.office.name, **secrets)
    return platform
