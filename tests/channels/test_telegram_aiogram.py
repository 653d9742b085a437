"""What only aiogram's adapter has: its session, and that it is imported only where an account names it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import traceback
from functools import partial
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import GetMe
from aiogram.types import BufferedInputFile

from bot.channels.telegram_aiogram import Aiogram, Session
from bot.channels.telegram_channel import Refusal, TelegramChannel
from bot.chat.messages import Message
from bot.chat.seams import Later, Never

from .adapters import TOKEN
from .fake_api import HANG, FakeApi, fake_api, ok, opened, refusal


def test_a_telegram_that_never_answers_is_given_up() -> None:
    async def run() -> None:
        impatient = partial(Aiogram, session=Session(read_seconds=0.05))
        async with opened(partial(TelegramChannel, library=impatient)) as (channel, api):
            api.will("sendMessage", HANG)
            with pytest.raises(Later) as caught:
                await channel.send("5", Message(("hai",)), "id")
            assert caught.value.counts

    asyncio.run(run())


def test_a_call_may_be_given_more_time_or_less() -> None:
    async def run() -> object:
        async with fake_api() as api:
            calls = Aiogram(TOKEN, api.url, Session(read_seconds=0.05))
            await calls.open()
            try:
                api.will("getMe", HANG)
                asked = asyncio.create_task(calls.ask("getMe", {}, 60))
                await asyncio.sleep(0.2)
                assert not asked.done()
                asked.cancel()
                api.will("getMe", HANG)
                with pytest.raises(Refusal, match="Timed out"):
                    await calls.ask("getMe", {})
                return await calls.ask("answerCallbackQuery", {})
            finally:
                await calls.close()

    assert asyncio.run(run()) is True


def test_an_update_with_something_new_in_it_is_heard_as_it_came() -> None:
    update = {"update_id": 1, "message": {"date": "besok", "chat": None, "new_in_2031": {"a": [None, 1.5]}}}

    async def run() -> object:
        async with fake_api() as api:
            api.will("getUpdates", ok([update]))
            calls = Aiogram(TOKEN, api.url)
            await calls.open()
            try:
                return await calls.ask("getUpdates", {"offset": 0})
            finally:
                await calls.close()

    assert asyncio.run(run()) == [update]


def test_the_words_are_telegrams_and_name_nobody() -> None:
    async def run() -> list[str]:
        said: list[str] = []
        async with opened(partial(TelegramChannel, library=Aiogram)) as (channel, api):
            api.will(
                "sendMessage",
                refusal(429, "Too Many Requests: retry after 9", retry_after=9),
                refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100200),
            )
            for _ in range(2):
                with pytest.raises((Later, Never)) as caught:
                    await channel.send("6281234567", Message(("hai",)), "id")
                said.append(str(caught.value))
        return said

    assert asyncio.run(run()) == ["429 Too Many Requests: retry after 9", "400 Bad Request: group chat was upgraded"]


def test_the_session_carries_files_for_the_library() -> None:
    async def run() -> FakeApi:
        async with fake_api() as api:
            session = Session()
            session.api = TelegramAPIServer.from_base(api.url)
            await session.open()
            api.will("sendDocument", ok({"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}))
            try:
                file = BufferedInputFile(b"PK" * 500, filename='Rekap "ünï".xlsx')
                await Bot(TOKEN, session=session).send_document(5, file, caption="halo ✓")
            finally:
                await session.close()
            return api

    api = asyncio.run(run())
    ((method, params),) = api.calls
    assert (method, params["chat_id"], params["caption"]) == ("sendDocument", 5, "halo ✓")
    assert ('Rekap "ünï".xlsx', b"PK" * 500) in params.values()


@pytest.mark.parametrize("base", ["http://127.0.0.1:9", "nowhere"])
def test_a_failure_doesnt_tell_the_address(base: str) -> None:
    async def run() -> None:
        session = Session()
        session.api = TelegramAPIServer.from_base(base)
        await session.open()
        try:
            await Bot(TOKEN, session=session)(GetMe())
        finally:
            await session.close()

    with pytest.raises(TelegramNetworkError) as caught:
        asyncio.run(run())
    assert TOKEN.partition(":")[2] not in "".join(traceback.format_exception(caught.value, limit=0))


WHICH = """
import json, sys
from bot.config import load
from bot.run import channels_of
channels = channels_of(load(None, json.loads(sys.argv[1])), sys.argv[2])
print(json.dumps([sorted({"aiogram", "telegram"} & sys.modules.keys()), [c.account for c in channels]]))
"""


@pytest.mark.parametrize(
    ("named", "simulator", "imported"),
    [
        ({}, "", ["telegram"]),
        ({"OWNERS": "aiogram"}, "", ["aiogram", "telegram"]),
        ({"OWNERS": "aiogram", "OFFICERS": "aiogram"}, "", ["aiogram"]),
        ({}, "http://127.0.0.1:9", ["telegram"]),
        ({"OWNERS": "aiogram", "OFFICERS": "aiogram"}, "http://127.0.0.1:9", ["aiogram"]),
    ],
)
def test_a_library_is_imported_only_where_an_account_names_it(
    named: dict[str, str], simulator: str, imported: list[str]
) -> None:
    settings: dict[str, Any] = {f"PENDAMPING_TELEGRAM__{desk}__LIBRARY": name for desk, name in named.items()}
    if not simulator:
        settings |= {
            f"PENDAMPING_TELEGRAM__{desk}__TOKEN": f"{number}:AAE-the_secret_part_of_the_token_0000"
            for desk, number in (("OWNERS", 111), ("OFFICERS", 222))
        }
    command = [sys.executable, "-c", WHICH, json.dumps(settings), simulator]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    modules, accounts = json.loads(done.stdout)
    assert modules == imported
    assert len(accounts) == (3 if simulator else 2)
