"""The inside of a job's process: ``python -m bot.post.child module:function MEGABYTES SECONDS``, JSON in and out.

Bytes go through the pipes as ``{"base64": …}``: what is in a file never lies on the disk unsealed.
"""

from __future__ import annotations

import base64
import importlib
import json
import resource
import sys
from typing import Any


def main() -> None:
    """Bound this process, run the function on the JSON from standard input, print its result as JSON."""
    work, megabytes, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    module, _, function = work.partition(":")
    if module.split(".")[0] not in ("bot", "handlers", "tests"):
        raise SystemExit(f"not a module of ours: {module}")
    out, sys.stdout = sys.stdout, sys.stderr  # what the function prints must not mix with its result
    result = getattr(importlib.import_module(module), function)(**loads(sys.stdin.read()))
    out.write(dumps(result if result is not None else {}))


def dumps(value: Any) -> str:
    """JSON that may hold bytes."""
    return json.dumps(value, default=_base64)


def loads(text: str | bytes) -> Any:
    """What `dumps` wrote. Raises `ValueError`."""
    return json.loads(text, object_hook=_bytes)


def _base64(value: object) -> dict[str, str]:
    if not isinstance(value, bytes):
        raise TypeError(type(value).__name__)
    return {"base64": base64.b64encode(value).decode()}


def _bytes(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value


if __name__ == "__main__":
    main()
