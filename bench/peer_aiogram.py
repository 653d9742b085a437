"""A peer: aiogram's FSM, with its reply in the webhook's answer, which saves it a request for each message.

State lives in its MemoryStorage and is kept at every answer, in one commit, before the answer goes out. The webhook is
answered after the handler (`handle_in_background=False`), or nothing would be durable.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import uvloop
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import StorageKey
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.methods import SendMessage
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from bench.form import ASKED, CITIES, OLDEST, SECRET, TOKEN, YOUNGEST
from bench.peer_store import Kept

CODES = [code for code, _ in CITIES]
KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text=name, callback_data=code)] for code, name in CITIES]
)
SHARE = ReplyKeyboardMarkup(
    keyboard=[[KeyboardButton(text="Share my number", request_contact=True)]],
    one_time_keyboard=True,
    resize_keyboard=True,
)


class Form(StatesGroup):
    name = State()
    age = State()
    city = State()
    phone = State()
    comment = State()


def routes(kept: Kept) -> Router:
    router = Router()

    async def go(chat: int, state: FSMContext, to: State | None, **answers: object) -> None:
        """The one step of everybody: what was answered and what comes next, in memory and durably."""
        data = await state.update_data(answers)
        await kept.keep(chat, to.state if to else None, data)
        if to:
            await state.set_state(to)
        else:
            await state.clear()

    @router.message(Command("daftar"))
    async def begin(message: Message, state: FSMContext) -> SendMessage:
        await state.set_data({})
        await go(message.chat.id, state, Form.name)
        return message.answer(ASKED["name"])

    @router.message(Form.name, F.text.len() <= 80)
    async def name(message: Message, state: FSMContext) -> SendMessage:
        await go(message.chat.id, state, Form.age, name=message.text)
        return message.answer(ASKED["age"])

    @router.message(Form.age, F.text)
    async def age(message: Message, state: FSMContext) -> SendMessage:
        text = message.text or ""
        if not text.isdecimal() or not YOUNGEST <= int(text) <= OLDEST:
            return message.answer(ASKED["age"])
        await go(message.chat.id, state, Form.city, age=int(text))
        return message.answer(ASKED["city"], reply_markup=KEYBOARD)

    @router.callback_query(Form.city, F.data.in_(CODES))
    async def city(tap: CallbackQuery, state: FSMContext) -> SendMessage:
        assert tap.message
        await go(tap.message.chat.id, state, Form.phone, city=tap.data)
        await tap.answer()
        return SendMessage(chat_id=tap.message.chat.id, text=ASKED["phone"], reply_markup=SHARE)

    @router.message(Form.phone, F.contact)
    async def phone(message: Message, state: FSMContext) -> SendMessage:
        assert message.contact
        assert message.from_user
        if message.contact.user_id != message.from_user.id:
            return message.answer(ASKED["phone"], reply_markup=SHARE)
        await go(message.chat.id, state, Form.comment, phone=message.contact.phone_number)
        return message.answer(ASKED["comment"], reply_markup=ReplyKeyboardRemove())

    @router.message(Form.comment, F.text.len() <= 200)
    async def comment(message: Message, state: FSMContext) -> SendMessage:
        await go(message.chat.id, state, None, comment=message.text)
        return message.answer(ASKED["done"])

    return router


async def main(file: Path, api: str, port: int) -> None:
    kept, memory = Kept(file), MemoryStorage()
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    for chat, (step, answers) in (await kept.open()).items():
        key = StorageKey(bot.id, chat, chat)
        await memory.set_state(key, step)
        await memory.set_data(key, answers)
    dispatcher = Dispatcher(storage=memory)
    dispatcher.include_router(routes(kept))
    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=SECRET)
    handler.register(app, path="/hook")
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token=SECRET)
    print("Ready", flush=True)
    await stop.wait()
    await runner.cleanup()
    await bot.session.close()
    await kept.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        loop.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
