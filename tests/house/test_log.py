"""The log: one object a line, and none of the canaries in it."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import log

TOKEN = "123456789:AAFcanary_canary-canary_canary_canary"
NIK = "3573014403850002"
PHONES = ["081234567890", "+6281234567890", "6281234567890", "0812-3456-7890", "+62 812 3456 7890"]


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """The log as JSON; afterwards everything is as it was before."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook)
    stream = io.StringIO()
    log.setup(stream)
    yield stream
    root.handlers[:], root.level = before[0], before[1]
    sys.excepthook, threading.excepthook = before[2], before[3]
    logging.captureWarnings(False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_object_on_one_line(out: io.StringIO):
    structlog.get_logger().info("turn", contact=5, flow="register", ms=1.25, note="first\nsecond")
    (line,) = lines(out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "turn",
        "level": "info",
        "contact": 5,
        "flow": "register",
        "ms": 1.25,
        "note": "first\nsecond",
    }


def test_libraries_speak_through_it_and_only_when_it_matters(out: io.StringIO):
    for name in ("httpx", "httpcore", "telegram.ext", "aiohttp.access"):
        logging.getLogger(name).info("POST https://api.telegram.org/bot%s/getMe", TOKEN)
    logging.getLogger("httpx").warning("POST https://api.telegram.org/bot%s/getMe", TOKEN)
    (line,) = lines(out)
    assert line["logger"] == "httpx"
    assert line["level"] == "warning"
    assert line["event"] == "POST https://api.telegram.org/bot•••/getMe"


@pytest.mark.parametrize("canary", [TOKEN, TOKEN.replace(":", "%3A"), NIK, *PHONES])
def test_no_canary_gets_through_wherever_it_is(out: io.StringIO, canary: str):
    logger = structlog.get_logger()
    logger.info(f"said {canary} there", key=canary, deep={"list": [{"x": canary}], canary: 1}, odd=KeyError(canary))
    logging.getLogger("lib").warning("%s", {"x": canary})
    try:
        raise RuntimeError(f"at {canary}")
    except RuntimeError:
        logger.exception("failed")
        logging.getLogger("lib").exception("failed")
    structlog.contextvars.bind_contextvars(bound=canary)
    try:
        logger.info("bound")
    finally:
        structlog.contextvars.clear_contextvars()
    assert canary not in out.getvalue()
    assert len(lines(out)) == 5
    assert "RuntimeError: at •••" in lines(out)[2]["exception"]


def test_numbers_are_looked_at_too(out: io.StringIO):
    structlog.get_logger().info("x", nik=int(NIK), phone_number=6281234567890, contact=12, ok=True, ms=0.8123456789)
    (line,) = lines(out)
    assert (line["nik"], line["phone_number"]) == (log.HIDDEN, log.HIDDEN)
    assert (line["contact"], line["ok"], line["ms"]) == (12, True, 0.8123456789)


@pytest.mark.parametrize(
    "key", ["token", "secret", "password", "text", "name", "phone", "Name", "webhook_secret", "first_name"]
)
def test_values_of_private_keys_are_hidden(out: io.StringIO, key: str):
    structlog.get_logger().info("x", **{key: "Siti Aminah"}, inner={key: {"raw": "Siti Aminah"}})
    assert "Siti" not in out.getvalue()
    assert lines(out)[0][key] == log.HIDDEN


def test_what_is_harmless_stays(out: io.StringIO):
    kept = {
        "at": "2026-08-22T08:12:34.812345Z",
        "account": "telegram:123456789",
        "question": "name",
        "update": 987654321,
    }
    structlog.get_logger().info("turn", **kept)
    assert {key: lines(out)[0][key] for key in kept} == kept


def test_a_terminal_gets_columns_with_the_same_guard():
    process = (
        "import sys, structlog; from bot import log; log.setup(sys.stdout, console=True)\n"
        f"structlog.get_logger().info('hello', token='x', said='{NIK}')\n"
        f"try:\n    secret_local = '{TOKEN}'; raise ValueError('{NIK}')\n"
        "except ValueError:\n    structlog.get_logger().exception('failed')\n"
    )
    # The source lines of a traceback would hold the canaries; run from a string, it has none.
    done = subprocess.run([sys.executable, "-c", process], capture_output=True, text=True, timeout=60, check=True)
    assert "hello" in done.stdout
    assert "ValueError" in done.stdout
    assert NIK not in done.stdout
    assert TOKEN not in done.stdout


def test_what_nobody_caught_is_logged_as_well():
    process = (
        "import threading; from bot import log; log.setup()\n"
        f"def fail(): raise ValueError('{NIK}')\n"
        "thread = threading.Thread(target=fail); thread.start(); thread.join(); fail()\n"
    )
    done = subprocess.run([sys.executable, "-c", process], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    found = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in found] == ["uncaught", "uncaught"]
    assert NIK not in done.stderr


def test_a_warning_of_python_is_a_line_too(out: io.StringIO):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert lines(out)[0]["logger"] == "py.warnings"


@given(st.dictionaries(st.sampled_from(["flow", "row", "note", "user_name"]), st.one_of(
    st.integers(), st.text("0123456789+- a", max_size=24), st.lists(st.sampled_from([NIK, *PHONES]))), max_size=3),
)  # fmt: skip
def test_the_short_way_hides_what_the_long_one_hides(event: dict[str, Any]):
    def render(_logger: object, _method: str, event: Any) -> str:
        return json.dumps(event)

    whole = {"timestamp": "2026-11-22T20:10:21.123456Z", **event}
    assert log.guarded(render)(None, "info", dict(whole)) == render(None, "info", log.redact(None, "info", whole))
