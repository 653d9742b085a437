"""One process that is measured: started, waited for, looked at from outside, ended whatever happens."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

HOUSE = Path(__file__).parents[1]
START_SECONDS = 30.0
# A start is measured as an installation has it: compiled before, whatever is set here.
_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(HOUSE), "PYTHONDONTWRITEBYTECODE": ""}
_TICK = os.sysconf("SC_CLK_TCK")


class Died(Exception):
    """A process ended, or didn't become ready; holds the end of its log."""


class Process:
    """A process that is ready; how long that took, in seconds, is in `ready`."""

    def __init__(self, pid: int, ready: float) -> None:
        self.pid = pid
        self.ready = ready

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def memory(self) -> float:
        """Resident megabytes now."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


@asynccontextmanager
async def running(command: Sequence[str], log: Path) -> AsyncGenerator[Process]:
    """Start ``python COMMAND`` where its log lies, and wait for its word "Ready". Raises `Died`."""
    began = time.perf_counter()
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=log.parent, env=_ENVIRONMENT, stdout=asyncio.subprocess.PIPE, stderr=out
        )
    try:
        assert process.stdout
        try:
            async with asyncio.timeout(START_SECONDS):
                said = await process.stdout.readline()
        except TimeoutError:
            said = b""
        if said != b"Ready\n":
            raise Died(f"{' '.join(command)}: not ready\n{tail(log)}")
        yield Process(process.pid, time.perf_counter() - began)
        if process.returncode is not None:
            raise Died(f"{' '.join(command)}: ended\n{tail(log)}")
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            if code := await process.wait():
                raise Died(f"{' '.join(command)}: exit code {code}\n{tail(log)}")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def python(*command: str) -> None:
    """Run ``python COMMAND`` to its end. Raises `Died`."""
    process = await asyncio.create_subprocess_exec(sys.executable, *command, env=_ENVIRONMENT)
    try:
        if await process.wait():
            raise Died(" ".join(command))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def tail(log: Path) -> str:
    """The end of a log, without what only tells how things go."""
    lines = log.read_text(errors="replace").splitlines(keepends=True)
    return "".join(line for line in lines if '"level":"info"' not in line)[-2000:]


async def others(seconds: float = 2.0) -> float:
    """Which share of this machine's processors is in use now, before anything of ours runs."""

    def idle() -> tuple[int, int]:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return fields[3] + fields[4], sum(fields)

    before = idle()
    await asyncio.sleep(seconds)
    after = idle()
    return 1 - (after[0] - before[0]) / max(1, after[1] - before[1])


def free_port() -> int:
    """A port nobody listens at now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
