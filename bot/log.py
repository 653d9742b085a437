"""The log: one JSON object a line on stderr (readable columns on a terminal), with no secret and nobody's data in it.

What is logged is chosen where it is logged: ids, flows, milliseconds, outcomes. `redact` is the last guard behind that
choice, for the exception text or the library's message that nobody foresaw.

Beside the layers, like `bot.config`: it imports nothing of ours but `bot.fastjson`.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import TracebackType
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot import fastjson

HIDDEN = "•••"

_PRIVATE_KEYS = frozenset({"token", "secret", "password", "text", "name", "phone"})

_PRIVATE_TEXT = re.compile(
    r"\d{6,}(?::|%3[Aa])[A-Za-z0-9_-]{30,}"  # a bot's token, also inside an address
    r"|\d{16,}"  # NIK, NPWP, a bank card
    r"|(?<!\d)(?:\+?62|0)[ -]?8(?:[ -]?\d){7,11}(?!\d)"  # an Indonesian mobile number
)

_CHATTY = ("httpx", "httpcore", "telegram", "aiohttp.access", "apscheduler", "asyncio", "alembic")
"""Loggers of libraries that write a line a request, some of them with the token in it."""


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: the event with `HIDDEN` in place of what must not be read in a log."""
    return {str(key): _clean_item(key, value) for key, value in event.items()}


def guarded(render: Processor) -> Processor:
    """A last processor: what `render` makes of the event, redacted where it holds what must not be read in a log.

    Most lines hold none, and looking for that first costs a third of taking each value apart.
    """

    def last(logger: WrappedLogger, method: str, event: EventDict) -> Any:
        return render(logger, method, event if _is_harmless(event) else redact(logger, method, event))

    return last


def _is_harmless(event: EventDict) -> bool:
    """Whether `redact` surely lets it be; most of what is logged is short words and small numbers."""
    if _one_is_private(tuple(event)):
        return False
    for key, value in event.items():
        if isinstance(value, str):
            if len(value) >= _SHORTEST and key != "timestamp" and _PRIVATE_TEXT.search(value):  # that is our own
                return False
        elif isinstance(value, int):
            if not -_SMALL < value < _SMALL:
                return False
        elif value is not None and not isinstance(value, float):
            return False
    return True


_SHORTEST = 9
"""Characters of the shortest that `_PRIVATE_TEXT` can find."""
_SMALL = 10 ** (_SHORTEST - 1)


@lru_cache(maxsize=1024)
def _one_is_private(keys: tuple[str, ...]) -> bool:
    return any(_is_private(key) for key in keys)


@lru_cache(maxsize=1024)
def _is_private(key: object) -> bool:
    # "webhook_secret" and "file_name" end in a private word as well
    return str(key).lower().rpartition("_")[2] in _PRIVATE_KEYS


def _clean_item(key: object, value: object) -> Any:
    if _is_private(str(key)) and value not in (None, ""):
        return HIDDEN
    return _clean(value)


def _clean(value: object) -> Any:
    if isinstance(value, str):
        return _PRIVATE_TEXT.sub(HIDDEN, value)
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return HIDDEN if _PRIVATE_TEXT.search(str(value)) else value
    if isinstance(value, Mapping):
        items = cast(Mapping[object, object], value).items()
        return {_clean(str(key)): _clean_item(key, inner) for key, inner in items}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in cast(list[object], value)]
    return _PRIVATE_TEXT.sub(HIDDEN, repr(value))


def _line(event: EventDict, default: Callable[[Any], Any]) -> str:
    return fastjson.encode(event, default).decode()


def setup(stream: TextIO | None = None, *, console: bool | None = None, level: int = logging.INFO) -> None:
    """Send everything that is logged, by structlog, by `logging` or by an exception nobody caught, to `stream`.

    Without `stream`: stderr. `console`: columns for people rather than JSON; None: where `stream` is a terminal.
    """
    out = sys.stderr if stream is None else stream
    console = out.isatty() if console is None else console
    common: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # before they are redacted, so that tracebacks are guarded too
        # plain tracebacks: the pretty ones print local variables
        guarded(
            structlog.dev.ConsoleRenderer(colors=True, exception_formatter=structlog.dev.plain_traceback)
            if console
            else structlog.processors.JSONRenderer(_line)
        ),
    ]
    structlog.configure(
        processors=[*common, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=True,  # it costs more than the line; what is used first before `setup` stays as it is
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger().critical("uncaught", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
