"""A peer: python-telegram-bot's ConversationHandler behind its documented custom webhook.

State lives in the library's own memory (`DictPersistence`, filled at start) and is kept at every answer, in one commit,
before the answer goes out. Updates are handled before the webhook is answered, or nothing would be durable.
`--aiohttp`: requests go over aiohttp as in our own adapter, which is faster than the library's stock httpx.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import signal
import sys
import warnings
from pathlib import Path
from typing import Any

os.environ["PTB_TIMEDELTA"] = "true"

import uvloop
from aiohttp import web
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    DictPersistence,
    MessageHandler,
    filters,
)
from telegram.request import BaseRequest, HTTPXRequest
from telegram.warnings import PTBUserWarning

from bench.form import ASKED, CITIES, OLDEST, SECRET, TOKEN, YOUNGEST
from bench.peer_store import Kept
from bot.channels.telegram_ptb import AiohttpRequest

CODES = "|".join(code for code, _ in CITIES)
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton(name, callback_data=code)] for code, name in CITIES])
SHARE = ReplyKeyboardMarkup(
    [[KeyboardButton("Share my number", request_contact=True)]], one_time_keyboard=True, resize_keyboard=True
)
Context = ContextTypes.DEFAULT_TYPE


def conversation(kept: Kept) -> ConversationHandler[Context]:
    async def go(update: Update, context: Context, to: str | None, **answers: object) -> str | int:
        """The one step of everybody: what was answered and what comes next, in memory and durably."""
        assert update.effective_chat
        data = context.user_data
        assert data is not None
        data.update(answers)
        await kept.keep(update.effective_chat.id, to, data)
        if to is None:
            data.clear()
            return ConversationHandler.END
        return to

    async def begin(update: Update, context: Context) -> str | int:
        assert update.message
        assert context.user_data is not None
        context.user_data.clear()
        step = await go(update, context, "name")
        await update.message.reply_text(ASKED["name"])
        return step

    async def name(update: Update, context: Context) -> str | int:
        assert update.message
        assert update.message.text
        if len(update.message.text) > 80:
            await update.message.reply_text(ASKED["name"])
            return "name"
        step = await go(update, context, "age", name=update.message.text)
        await update.message.reply_text(ASKED["age"])
        return step

    async def age(update: Update, context: Context) -> str | int:
        assert update.message
        text = update.message.text or ""
        if not text.isdecimal() or not YOUNGEST <= int(text) <= OLDEST:
            await update.message.reply_text(ASKED["age"])
            return "age"
        step = await go(update, context, "city", age=int(text))
        await update.message.reply_text(ASKED["city"], reply_markup=KEYBOARD)
        return step

    async def city(update: Update, context: Context) -> str | int:
        tap, chat = update.callback_query, update.effective_chat
        assert tap
        assert chat
        step = await go(update, context, "phone", city=tap.data)
        await tap.answer()
        await chat.send_message(ASKED["phone"], reply_markup=SHARE)
        return step

    async def phone(update: Update, context: Context) -> str | int:
        assert update.message
        assert update.message.contact
        assert update.message.from_user
        if update.message.contact.user_id != update.message.from_user.id:
            await update.message.reply_text(ASKED["phone"], reply_markup=SHARE)
            return "phone"
        step = await go(update, context, "comment", phone=update.message.contact.phone_number)
        await update.message.reply_text(ASKED["comment"], reply_markup=ReplyKeyboardRemove())
        return step

    async def comment(update: Update, context: Context) -> str | int:
        assert update.message
        assert update.message.text
        if len(update.message.text) > 200:
            await update.message.reply_text(ASKED["comment"])
            return "comment"
        step = await go(update, context, None, comment=update.message.text)
        await update.message.reply_text(ASKED["done"])
        return step

    words = filters.TEXT & ~filters.COMMAND
    return ConversationHandler(
        entry_points=[CommandHandler("daftar", begin)],
        states={
            "name": [MessageHandler(words, name)],
            "age": [MessageHandler(words, age)],
            "city": [CallbackQueryHandler(city, pattern=f"^(?:{CODES})$")],
            "phone": [MessageHandler(filters.CONTACT, phone)],
            "comment": [MessageHandler(words, comment)],
        },
        fallbacks=[],
        allow_reentry=True,
        persistent=True,
        name="register",
    )


async def main(file: Path, api: str, port: int, request: BaseRequest) -> None:
    kept = Kept(file)
    left = await kept.open()
    memory = DictPersistence(
        user_data_json=json.dumps({chat: answers for chat, (_, answers) in left.items()}),
        conversations_json=json.dumps({"register": {json.dumps([c, c]): step for c, (step, _) in left.items()}}),
    )
    builder = Application.builder().token(TOKEN).base_url(f"{api}/bot").updater(None).request(request)
    application: Any = builder.get_updates_request(request).persistence(memory).job_queue(None).build()
    application.add_handler(conversation(kept))

    async def hook(call: web.Request) -> web.Response:
        if not hmac.compare_digest(call.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), SECRET):
            return web.Response(status=401)
        await application.process_update(Update.de_json(json.loads(await call.read()), application.bot))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, access_log=None)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with application:
        await application.start()
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await application.bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token=SECRET)
        print("Ready", flush=True)
        await stop.wait()
        await runner.cleanup()
        await application.stop()
    await kept.close()


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=PTBUserWarning)  # that a tap isn't followed by message: it needn't be
    request = AiohttpRequest() if "--aiohttp" in sys.argv else HTTPXRequest(connection_pool_size=256)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        loop.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), request))
