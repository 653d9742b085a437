"""The officers' bot: joining by invitation, and who is who."""

from __future__ import annotations

from bot.chat.flow import Chat, Person, When, flow
from bot.chat.questions import Line
from bot.chat.text import t
from bot.domain import access, officers, places
from bot.domain.access import Action
from bot.domain.db import Db
from bot.domain.officers import Officer


def may(action: Action) -> When:
    """Whether an officer's role includes this: then its flow stands in his menu."""

    def includes(person: Person, db: Db) -> bool:
        found = officers.find(db, person)
        return found is not None and access.allows(found.role, found.area, action, found.area)

    return includes


def who(chat: Chat, db: Db, action: Action | None = None) -> Officer | None:
    """The officer this is; None, and told why, for who is none, and for one whose role doesn't include `action`."""
    found = officers.find(db, chat.person)
    if found is None:
        chat.say(t("This bot is for the officers of {office}. Please ask the office for an invitation.",
                   office=chat.office["name"]))  # fmt: skip
        return None
    if action is not None and not access.allows(found.role, found.area, action, found.area):
        chat.say(t("Your role doesn't include looking at owners' data."))
        return None
    return found


@flow("officer", command="start", words=("halo", "hai", "hi", "hello"), desk="officers")
def officer(chat: Chat, db: Db) -> None:
    found = who(chat, db)
    if found is None:
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
