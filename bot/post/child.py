"""The inside of a job's process: ``python -m bot.post.child module:function MEGABYTES SECONDS``, JSON in and out."""

from __future__ import annotations

import importlib
import json
import resource
import sys


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
    result = getattr(importlib.import_module(module), function)(**json.load(sys.stdin))
    json.dump(result if result is not None else {}, out)


if __name__ == "__main__":
    main()
