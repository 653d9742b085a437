"""A tab of headless Chromium, driven over its own debugging protocol: enough to look, click and type."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

Json = dict[str, Any]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
needs_chromium = pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="needs Chromium")
"""Without a browser a test is skipped on a desk, and fails in the continuous integration (``CI`` is set)."""


class Tab:
    """One page. `loud` are its errors: exceptions, and what the security policy stopped."""

    def __init__(self, line: ClientWebSocketResponse) -> None:
        self._line = line
        self._number = 0
        self.loud: list[str] = []

    async def do(self, method: str, **params: Any) -> Json:
        """One command of the protocol."""
        self._number += 1
        mine = self._number
        await self._line.send_json({"id": mine, "method": method, "params": params})
        while True:
            got = cast(Json, await self._line.receive_json())
            if got.get("id") == mine:
                assert "error" not in got, got
                return got["result"]
            entry = got.get("params", {}).get("entry", {})
            if got["method"] == "Runtime.exceptionThrown" or entry.get("source") == "security":
                self.loud.append(json.dumps(got["params"]))

    async def value(self, expression: str) -> Any:
        """What a JavaScript expression is."""
        got = await self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in got, got
        return got["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait for a JavaScript expression to be true, at most 15 s."""
        ends = asyncio.get_running_loop().time() + 15
        while not await self.value(f"Boolean({expression})"):  # a page announces nothing
            assert asyncio.get_running_loop().time() < ends, f"never true: {expression}"
            await asyncio.sleep(0.02)

    async def click(self, selector: str) -> None:
        """Click the middle of an element."""
        await self.press(f"document.querySelector({json.dumps(selector)})")

    async def press(self, element: str) -> None:
        """Click the middle of the element that a JavaScript expression is, once it stands still and lies bare."""
        still = f"""(async () => {{
            const spot = () => {{ const b = {element}?.getBoundingClientRect(); return b && [b.x + b.width / 2, b.y + b.height / 2]; }};
            const before = spot();
            await new Promise(done => setTimeout(done, 60));
            const now = spot();
            if (!before || !now || before.join() !== now.join()) return null;
            const there = document.elementFromPoint(...now);
            return there && {element}.contains(there) ? now : null;
        }})()"""  # noqa: E501 - a page that is still moving, or a tab that is still coming, would swallow the click
        ends = asyncio.get_running_loop().time() + 15
        while (found := await self.value(still)) is None:
            assert asyncio.get_running_loop().time() < ends, f"never still, or covered: {element}"
        x, y = found
        for kind in ("mousePressed", "mouseReleased"):
            await self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def resize(self, width: int, height: int) -> None:
        """Look through a window of this size, in pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.do("Emulation.setDeviceMetricsOverride", **size)

    async def picture(self, file: Path) -> None:
        """Write what the window shows as a PNG."""
        got = await self.do("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(got["data"]))  # noqa: ASYNC240 - nothing else waits meanwhile

    async def key(self, name: str, code: int, text: str = "") -> None:
        """Press and let go a key."""
        for kind in ("keyDown", "keyUp"):
            what = {"key": name, "code": name, "windowsVirtualKeyCode": code}
            await self.do("Input.dispatchKeyEvent", type=kind, **what, **({"text": text} if kind == "keyDown" else {}))

    async def write(self, text: str) -> None:
        """Write into what has the focus, then Enter."""
        await self.do("Input.insertText", text=text)
        await self.key("Enter", 13, "\r")


@asynccontextmanager
async def tab(chromium: str, folder: Path) -> AsyncGenerator[Tab]:
    """A browser of its own with one tab, 360 x 740 pixels; it ends with the block."""
    assert chromium, "Chromium is missing: apt-get install chromium fonts-noto-color-emoji"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={folder}"]
    away = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(chromium, *flags, "about:blank", stdout=away, stderr=away)
    try:
        port = await _port(folder / "DevToolsActivePort")
        async with ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                pages = [page for page in await answer.json() if page["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as line:
                found = Tab(line)
                for domain in ("Page", "Runtime", "Log"):
                    await found.do(f"{domain}.enable")
                await found.resize(360, 740)
                yield found
    finally:
        process.terminate()
        await process.wait()


async def _port(file: Path) -> int:
    """The port that the browser chose, as soon as it has written it down."""
    async with asyncio.timeout(30):
        while not file.exists() or "\n" not in file.read_text():  # noqa: ASYNC110, ASYNC240 - another process writes it
            await asyncio.sleep(0.02)
    return int(file.read_text().splitlines()[0])  # noqa: ASYNC240 - a few bytes
