"""A tiny bot for these tests: it answers over HTTP like a real one would, knowing nothing but the Bot API."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession, FormData

BUTTONS = {
    "inline_keyboard": [
        [{"text": "Ya, setuju", "callback_data": "ya"}, {"text": "Tidak", "callback_data": "tidak"}],
        [{"text": "Tanya petugas", "callback_data": "petugas"}],
    ]
}
PHONE = {"keyboard": [[{"text": "Bagikan nomor", "request_contact": True}]], "resize_keyboard": True}


async def echo(url: str, token: str, picture: bytes = b"") -> None:
    """Poll and answer until cancelled."""
    async with ClientSession() as session:
        offset = 0
        while True:
            body: dict[str, Any] = {"offset": offset, "timeout": 20}
            async with session.post(f"{url}/bot{token}/getUpdates", json=body) as answer:
                found = (await answer.json())["result"]
            for update in found:
                offset = update["update_id"] + 1
                await _answer(session, f"{url}/bot{token}", update, picture)


async def _answer(session: ClientSession, api: str, update: dict[str, Any], picture: bytes) -> None:
    async def call(method: str, body: dict[str, Any]) -> None:
        async with session.post(f"{api}/{method}", json=body) as answer:
            assert answer.status == 200, await answer.text()

    if query := update.get("callback_query"):
        chat, number = query["message"]["chat"]["id"], query["message"]["message_id"]
        await call("answerCallbackQuery", {"callback_query_id": query["id"], "text": "Tercatat"})
        await call("editMessageReplyMarkup", {"chat_id": chat, "message_id": number})
        await call("sendMessage", {"chat_id": chat, "text": f"Dijawab: {query['data']}"})
        return
    message = update.get("message")
    if message is None:
        return
    chat, text = message["chat"]["id"], message.get("text", "")
    if text.startswith("/start"):
        bold = [{"type": "bold", "offset": 18, "length": 10}]
        text = "Selamat pagi 🙏 – Pendamping, asisten UMKM.\nBoleh kami catat data usahanya?"
        await call("sendMessage", {"chat_id": chat, "text": text, "entities": bold, "reply_markup": BUTTONS})
    elif text == "nomor":
        await call("sendMessage", {"chat_id": chat, "text": "Boleh minta nomor HP-nya?", "reply_markup": PHONE})
    elif contact := message.get("contact"):
        gone = {"remove_keyboard": True}
        body = {"chat_id": chat, "text": f"Nomor {contact['phone_number']} tercatat.", "reply_markup": gone}
        await call("sendMessage", body)
    elif text == "foto":
        form = FormData({"chat_id": str(chat), "caption": "Denah"})
        form.add_field("photo", picture, filename="denah.png", content_type="image/png")
        async with session.post(f"{api}/sendPhoto", data=form) as answer:
            assert answer.status == 200, await answer.text()
    else:
        await call("sendMessage", {"chat_id": chat, "text": f"Anda menulis: {text or 'sesuatu'}"})
