"""A server's socket with somebody in between who can cut the line at a word."""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

NAME = ".s.PGSQL.5432"


class Proxy:
    """Passes on what clients and the server in `folder` say to each other."""

    def __init__(self, folder: Path) -> None:
        self._server = folder / NAME
        self._folder = Path(tempfile.mkdtemp(prefix="px-"))
        self._cut: tuple[bytes, bool] | None = None
        self._door = socket.socket(socket.AF_UNIX)
        self._lines: list[socket.socket] = []

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def cut_at(self, word: bytes, *, arrives: bool) -> None:
        """The next time a client says this, its line is cut, before or after the server has heard and answered it."""
        self._cut = (word, arrives)

    def __enter__(self) -> Proxy:
        self._door.bind(str(self._folder / NAME))
        self._door.listen()
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._door.close()
        for line in self._lines:
            line.close()
        shutil.rmtree(self._folder)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                self._lines += [client, server]
                threading.Thread(target=self._up, args=(client, server), daemon=True).start()
                threading.Thread(target=self._down, args=(client, server), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65536):
                if self._cut and self._cut[0] in said:
                    (_, arrives), self._cut = self._cut, None
                    client.shutdown(socket.SHUT_RDWR)  # whatever the server answers now is lost
                    if arrives:
                        server.sendall(said)
                    break
                server.sendall(said)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _down(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while answer := server.recv(65536):
                client.sendall(answer)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
