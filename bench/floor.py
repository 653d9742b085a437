"""The floor: what this machine can do at all. aiohttp, one grouped commit of bare sqlite3 at FULL, one posted reply.

No library, no conversation to speak of, no retry, no order, nothing sealed: not to be lived in.
"""

from __future__ import annotations

import asyncio
import json
import queue
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

from bench.form import ASKED, CITIES, SECRET, TOKEN

KEYS = tuple(ASKED)
KEYBOARDS: dict[str, Any] = {
    "city": {"inline_keyboard": [[{"text": name, "callback_data": code}] for code, name in CITIES]},
    "phone": {"keyboard": [[{"text": "Share my number", "request_contact": True}]], "one_time_keyboard": True},
}
KEEP = """
INSERT INTO states VALUES (?, ?, ?)
ON CONFLICT (chat) DO UPDATE SET step = excluded.step, answers = excluded.answers
"""
TABLES = """
CREATE TABLE IF NOT EXISTS states (chat INTEGER PRIMARY KEY, step INTEGER NOT NULL, answers TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS bench_owners (
  id INTEGER PRIMARY KEY, chat INTEGER, name TEXT, age INTEGER, city TEXT, phone TEXT, comment TEXT
);
"""
Item = tuple[int, int, list[str], "asyncio.Future[None]"]


def write(file: Path, waiting: queue.SimpleQueue[Item | None], loop: asyncio.AbstractEventLoop) -> None:
    """The writer thread: whatever waits, in one commit."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.executescript(TABLES)
    over = False
    while not over and (item := waiting.get()):
        items = [item]
        while not over and not waiting.empty():
            if item := waiting.get():
                items.append(item)
            else:
                over = True
        db.execute("BEGIN IMMEDIATE")
        for chat, step, answers, _ in items:
            last = step == len(KEYS)
            db.execute(KEEP, (chat, 0 if last else step, json.dumps(answers)))
            if last:
                db.execute("INSERT INTO bench_owners VALUES (NULL, ?, ?, ?, ?, ?, ?)", (chat, *answers))
        db.execute("COMMIT")
        loop.call_soon_threadsafe(answer, [kept for *_, kept in items])
    db.close()


def answer(kept: list[asyncio.Future[None]]) -> None:
    for future in kept:
        future.set_result(None)


async def main(file: Path, api: str, port: int) -> None:
    loop, waiting = asyncio.get_running_loop(), queue.SimpleQueue[Item | None]()
    states: dict[int, tuple[int, list[str]]] = {}
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64))
    url, tasks = f"{api}/bot{TOKEN}/sendMessage", set[asyncio.Task[None]]()

    async def post(chat: int, key: str) -> None:
        body: dict[str, Any] = {"chat_id": chat, "text": ASKED[key]}
        if key in KEYBOARDS:
            body["reply_markup"] = KEYBOARDS[key]
        async with session.post(url, data=json.dumps(body)) as response:
            await response.read()

    async def hook(call: web.Request) -> web.Response:
        update: dict[str, Any] = json.loads(await call.read())
        tap = update.get("callback_query")
        message: dict[str, Any] = tap["message"] if tap else update["message"]
        chat: int = message["chat"]["id"]
        step, answers = states.get(chat, (0, []))
        if step:
            phone = message.get("contact", {}).get("phone_number")
            answers = [*answers, tap["data"] if tap else phone or message["text"]]
        future: asyncio.Future[None] = loop.create_future()
        waiting.put((chat, step + 1, answers, future))
        await future
        if step + 1 == len(KEYS):
            del states[chat]
        else:
            states[chat] = (step + 1, answers)
        task = asyncio.create_task(post(chat, KEYS[step]))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return web.Response()

    thread = threading.Thread(target=write, args=(file, waiting, loop))
    thread.start()
    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    settings = {"url": f"http://127.0.0.1:{port}/hook", "secret_token": SECRET}
    async with session.post(f"{api}/bot{TOKEN}/setWebhook", data=json.dumps(settings)) as response:
        await response.read()
    print("Ready", flush=True)
    await stop.wait()
    await runner.cleanup()
    await session.close()
    waiting.put(None)
    thread.join()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
