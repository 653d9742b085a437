"""What a setting has to look like. Beside the layers, like `bot.config`, which alone uses it."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field


def host_port(listen: str) -> tuple[str, int]:
    """The two halves of ``127.0.0.1:8080`` or ``[::1]:8080``. Port 0 takes any free one. Raises `ValueError`."""
    host, colon, port = listen.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f'must be an address and a port like "127.0.0.1:8080", not "{listen}"')
    return host.strip("[]"), int(port)


def _listen(value: str) -> str:
    host_port(value)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f'"{value}" is not a time zone this machine knows; for example "Asia/Jakarta"') from None
    return value


def _languages(value: object) -> object:
    """A list, or (from the environment) words with commas: ``id,jv,en``."""
    if isinstance(value, str):
        return [word.strip(" \"'") for word in value.strip("[] ").split(",")]
    return value


def _distinct(value: tuple[str, ...]) -> tuple[str, ...]:
    if bad := [word for word in value if not re.fullmatch(r"[a-z]{2,3}", word)]:
        raise ValueError(f'must be language codes like "id", "jv", "en", not "{bad[0]}"')
    if not value or len(set(value)) < len(value):
        raise ValueError("must name at least one language, and none twice")
    return value


def _region(value: str) -> str:
    if not re.fullmatch(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?", value):
        raise ValueError(f'must be a Kemendagri code like "35.73" (Kota Malang), not "{value}"')
    return value


def _database(value: str) -> str:
    if re.match(r"postgres", value):
        if not re.fullmatch(r"postgresql://[^/\s?#]*/[\w.-]+(\?[^\s#]+)?", value):
            raise ValueError("must be like postgresql://USER:PASSWORD@HOST/DATABASE")  # without repeating the password
    elif not re.fullmatch(r"sqlite:///[^?#:]*[^?#:/]", value):
        raise ValueError("must be sqlite:/// and the path of a file, like sqlite:///data/pendamping.db")
    return value


def _http(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f'must be an address like "https://chat.example.go.id", not "{value}"')
    return value.rstrip("/")


def _optional_http(value: str) -> str:
    return _http(value) if value else value


def _hour(value: str) -> str:
    if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f'must be a time of day like "02:30", or "" for never, not "{value}"')
    return value


Listen = Annotated[str, AfterValidator(_listen)]
Zone = Annotated[str, AfterValidator(_zone)]
Languages = Annotated[tuple[str, ...], BeforeValidator(_languages), AfterValidator(_distinct)]
Region = Annotated[str, AfterValidator(_region)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
Http = Annotated[str, AfterValidator(_http)]
OptionalHttp = Annotated[str, AfterValidator(_optional_http)]
Hour = Annotated[str, AfterValidator(_hour)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Days = Annotated[int, Field(ge=1, le=36_500)]  # a hundred years: what is reckoned from now stays a date
Positive = Annotated[float, Field(gt=0, le=876_000)]  # nor more hours than that
