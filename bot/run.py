"""The process: builds what the configuration asks for, runs it until it is told to stop, and says how it ended."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Sequence

import structlog
import uvloop

from bot.app import App
from bot.channels.telegram_ptb import PtbChannel
from bot.chat.flow import Flows
from bot.chat.seams import Channel, Desk
from bot.config import Config
from bot.domain.keys import NoKey
from bot.domain.upgrade import UpgradeFailed
from bot.post.sqlite import Locked
from bot.simulator.clock import MovedClock
from bot.simulator.platform import Platform
from bot.simulator.server import Simulator

CANT_START = 3
"""Exit code: another process has the database, a port is taken, keys are missing, the upgrade failed."""
STOP_SECONDS = 10.0
SIMULATED: dict[Desk, tuple[str, str]] = {
    "owners": ("1001:simulated", "pendamping_bot"),
    "officers": ("1002:simulated", "petugas_bot"),
}
log: structlog.stdlib.BoundLogger = structlog.get_logger()
Ready = Callable[[App, str], None]


def run(config: Config, *, ready: Ready | None = None, flows: Flows | None = None) -> int:
    """Run until SIGTERM or SIGINT; the exit code. `ready` is called once, with the simulator's address or ""."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_main(config, ready, flows))


def channels_of(config: Config, simulator: str = "") -> Sequence[Channel]:
    """The channels a configuration names; with the address of a simulator, the two bots it plays."""
    if simulator:
        return [
            PtbChannel(token, desk, api_url=simulator, link_to=f"{simulator}/?bot={{name}}&start={{payload}}")
            for desk, (token, _) in SIMULATED.items()
        ]
    return [
        PtbChannel(
            account.token.get_secret_value(),
            desk,
            api_url=account.api_url,
            mode=account.mode,
            webhook_url=f"{config.web.public_url}/telegram/{desk}",
            webhook_secret=account.webhook_secret.get_secret_value(),
        )
        for desk, account in config.telegram.accounts().items()
    ]


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
            await simulator.start(config.simulator.listen)
        channels = channels_of(config, simulator.url if simulator else "")
        app = App(config, channels, clock=simulator.platform.clock if simulator else None, flows=flows)
        await app.start()
    except (Locked, NoKey, UpgradeFailed, OSError) as error:
        print(f"Pendamping can't start: {error}", file=sys.stderr)
        return CANT_START
    if ready:
        ready(app, simulator.url if simulator else "")
    log.info("started", simulator=simulator.url if simulator else "", web=app.address)
    told, broken = asyncio.create_task(stop.wait()), asyncio.create_task(app.broken.wait())
    await asyncio.wait((told, broken), return_when=asyncio.FIRST_COMPLETED)
    log.info("stopping")
    code = 1 if broken.done() else 0
    told.cancel()
    broken.cancel()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await app.stop()
    except TimeoutError:
        log.error("stop_late", seconds=STOP_SECONDS)
        code = 1
    if simulator:
        await simulator.stop()
    return code


def platform_of(config: Config) -> Platform:
    """The simulator's platform, kept beside the database, with the two bots and a clock that can be put forward."""
    folder = config.database.file.parent
    folder.mkdir(parents=True, exist_ok=True)
    platform = Platform(folder / f"{config.database.file.stem}-phone.db", MovedClock())
    for desk, (token, username) in SIMULATED.items():
        platform.add_bot(token, username, "Pendamping" if desk == "owners" else "Meja Petugas")
    return platform
