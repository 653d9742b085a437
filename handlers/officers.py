"""The officers' bot: joining by invitation, and who is who."""

from __future__ import annotations

from bot.chat.flow import Chat, flow
from bot.chat.questions import Line
from bot.chat.text import t
from bot.domain import officers, places
from bot.domain.db import Db


@flow("officer", command="start", words=("halo", "hai", "hi", "hello"), desk="officers")
def officer(chat: Chat, db: Db) -> None:
    found = officers.find(db, chat.person)
    if found is None:
        chat.say(t("This bot is for the officers of {office}. Please ask the office for an invitation.",
                   office=chat.office["name"]))  # fmt: skip
        return
    chat.say(t("Hello, {name}. You get the desk's alerts here.", name=found.name))


@flow("join", desk="officers", link=True)
def join(chat: Chat, db: Db) -> None:
    code = chat.ask(Line("code", t("Please type the code of your invitation.")))
    joined = officers.join(db, chat.person, code)
    chat.say(
        t("Welcome, {name}. You are now {role} for {area}. You get the desk's alerts here.",
          name=joined.name, role=joined.role, area=places.name(db, joined.area))
    )  # fmt: skip
