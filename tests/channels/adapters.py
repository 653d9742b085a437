"""The adapters that the contract is held against: another one joins by adding itself to `TELEGRAM`.

Each is made with a token, a desk, `api_url`, and what a test wants else (`mode`, `webhook_url`, `webhook_secret`,
`pause`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from bot.channels.telegram_aiogram import Aiogram
from bot.channels.telegram_channel import TelegramChannel
from bot.channels.telegram_ptb import Ptb
from bot.chat.seams import Channel
from bot.chat.text import Catalogs

TOKEN = "7300400500:AAE-the_secret_part_of_the_token"
CATALOGS = Catalogs(
    {"id": {"Or choose:": "Atau pilih:", "*Name:* {name}": "🙏 *Nama 😀:* {name}", "Yes": "Ya", "Share": "Bagikan"}},
    "id",
    ZoneInfo("Asia/Jakarta"),
)


Make = Callable[..., Channel]
TELEGRAM: dict[str, Make] = {
    "python-telegram-bot": partial(TelegramChannel, library=Ptb),
    "aiogram": partial(TelegramChannel, library=Aiogram),
}
