"""What a person can do on the phone page in WhatsApp: the deeds of ``POST /phone/<deed>`` there."""

from __future__ import annotations

from collections.abc import Callable

from bot.simulator.cloud import Cloud
from bot.simulator.cloud_things import Account
from bot.simulator.refusal import Json

Deed = Callable[[Cloud, int, Account, Json], object]

DEEDS: dict[str, Deed] = {
    "say": lambda c, user, bot, d: c.say(user, str(d["text"]), bot=bot),
    "start": lambda c, user, bot, d: c.start(user, bot, str(d.get("payload", ""))),
    "tap": lambda c, user, bot, d: c.tap(
        user, int(d["message_id"]), str(d["choice"]), bot=bot, forged=d.get("forged") is True
    ),
    "contact": lambda c, user, bot, d: c.share_contact(
        user, str(d.get("phone", "")), d.get("own") is not False, first_name=str(d.get("first_name", "")), bot=bot
    ),
    "sticker": lambda c, user, bot, d: c.sticker(user, bot=bot),
    "voice": lambda c, user, bot, d: c.voice(user, bot=bot),
    "location": lambda c, user, bot, d: c.location(user, float(d["latitude"]), float(d["longitude"]), bot=bot),
    "edit": lambda c, user, bot, d: c.edit(user, int(d["message_id"]), str(d["text"]), bot=bot),
    "react": lambda c, user, bot, d: c.react(user, int(d["message_id"]), str(d.get("emoji", "")), bot=bot),
    "unsupported": lambda c, user, bot, d: c.unsupported(user, bot=bot),
    "marketing": lambda c, user, bot, d: c.marketing(user, d["wanted"] is True, bot=bot),
    "number": lambda c, user, bot, d: c.change_number(user, str(d["phone"])),
    "hide": lambda c, user, bot, d: c.hide(user, d.get("hidden") is not False, bot=bot),
    "offline": lambda c, user, bot, d: c.offline(user, d.get("offline") is not False, bot=bot),
    "read": lambda c, user, bot, d: c.look(user, bot=bot),
    "block": lambda c, user, bot, d: c.block(user, bot),
    "unblock": lambda c, user, bot, d: c.unblock(user, bot),
}
