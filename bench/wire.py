"""HTTP/1.1 for the emulator: as little of it as both sides need, so that the emulator isn't what is measured.

Only for the well-behaved clients and servers of this bench on one machine.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_PART = re.compile(r'name="(\w+)"[^\r]*\r\n(?:[^\r]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"

Called = Callable[[str, Mapping[str, Any]], bytes]
"""Answers a call of the Bot API: its method and parameters in, the JSON of its result out."""


def messages(buffer: bytearray) -> Iterator[tuple[bytes, bytes]]:
    """Head and body of every whole message in the buffer, which are taken out of it."""
    while (end := buffer.find(b"\r\n\r\n")) >= 0:
        head = bytes(buffer[:end])
        start = end + 4
        if _CHUNKED.search(head):
            found = _dechunked(buffer, start)
            if found is None:
                return
            body, stop = found
        else:
            length = _LENGTH.search(head)
            stop = start + (int(length[1]) if length else 0)
            if len(buffer) < stop:
                return
            body = bytes(buffer[start:stop])
        del buffer[:stop]
        yield head, body


def _dechunked(buffer: bytearray, at: int) -> tuple[bytes, int] | None:
    """A chunked body and where it ends; None when it isn't whole yet."""
    body = b""
    while (line := buffer.find(b"\r\n", at)) >= 0:
        size = int(buffer[at:line], 16)
        at = line + 2 + size + 2
        if len(buffer) < at:
            return None
        if size == 0:
            return body, at
        body += bytes(buffer[line + 2 : at - 2])
    return None


def parameters(head: bytes, body: bytes) -> Mapping[str, Any]:
    """A call's parameters, from JSON, a form or a multipart form; structures inside a form stay JSON text."""
    if body.startswith(b"{"):
        return cast(Mapping[str, Any], json.loads(body))
    if b"multipart/form-data" in head:
        return dict(cast(list[tuple[str, str]], _PART.findall(body.decode())))
    return dict(parse_qsl(body.decode()))


class BotApi(asyncio.Protocol):
    """One connection of somebody who calls the Bot API."""

    def __init__(self, called: Called) -> None:
        self._called = called
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        for head, body in messages(self._buffer):
            method = head.split(b" ", 2)[1].rpartition(b"/")[2].decode()
            answer = self._called(method, parameters(head, body))
            self._transport.write(_OK % (len(answer), answer))


class Webhook(asyncio.Protocol):
    """One connection to a webhook, one call at a time. `answered` gets the status, the head and the body."""

    def __init__(self, path: str, secret: str, answered: Callable[[int, bytes, bytes], None]) -> None:
        self._answered = answered
        self._buffer = bytearray()
        self.lost = False
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
        )
        self._head = head.encode() + b"%d\r\n\r\n%b"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        for head, body in messages(self._buffer):
            self._answered(int(head[9:12]), head, body)

    def post(self, body: bytes) -> None:
        self._transport.write(self._head % (len(body), body))

    def close(self) -> None:
        self._transport.close()
