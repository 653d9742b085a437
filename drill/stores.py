"""The two kinds of store that are drilled: an upgraded database with the office's regions, copied for each run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

from tests.office import make_template
from tests.store.server import Server

_TEMPLATE = "office"


class Store(Protocol):
    """A kind of store; `server` is what keeps it, where there is one."""

    @property
    def name(self) -> str: ...

    @property
    def server(self) -> Server | None: ...

    def database(self, folder: Path) -> AbstractContextManager[str]:
        """A fresh upgraded database: its url. Its keys are in `folder`."""
        ...

    def close(self) -> None: ...


class Sqlite:
    """A file in the folder of the run."""

    name = "SQLite"
    server = None

    def __init__(self) -> None:
        self.template = Path(mkdtemp(prefix="drill-"))
        make_template(self.template)

    @contextmanager
    def database(self, folder: Path) -> Generator[str]:
        shutil.copytree(self.template, folder, dirs_exist_ok=True)
        yield f"sqlite:///{folder}/office.db"

    def close(self) -> None:
        shutil.rmtree(self.template)


class Postgresql:
    """A database of a server of our own."""

    name = "PostgreSQL"

    def __init__(self) -> None:
        self.server = Server()
        os.environ["PATH"] = f"{self.server.binaries}:{os.environ['PATH']}"  # pg_dump of the same version
        self._template = Path(mkdtemp(prefix="drill-"))
        self.server.do(f"CREATE DATABASE {_TEMPLATE}")
        make_template(self._template, self.server.url(_TEMPLATE))

    @contextmanager
    def database(self, folder: Path) -> Generator[str]:
        shutil.copytree(self._template, folder, dirs_exist_ok=True)
        with self.server.database(_TEMPLATE) as url:
            yield url

    def close(self) -> None:
        self.server.stop()
        shutil.rmtree(self._template)
