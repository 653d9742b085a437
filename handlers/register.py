"""Registration: leave to keep it, an owner and her first business; and the nudge for a talk that was left open."""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.flow import Chat, Person, flow, happening
from bot.chat.text import caption, t
from bot.domain import owners, people, reminders
from bot.domain.db import Db
from handlers import business, consent, profile


def _new(person: Person, db: Db) -> bool:
    return not owners.known(db, person)


@flow(
    "register", command="daftar", words=("daftar", "registrasi", "mendaftar", "dftr", "ndaftar", "mau daftar"),
    title=caption("Register"), menu=10, when=_new, link=True, intents=("daftar_umkm",),
)  # fmt: skip
def register(chat: Chat, db: Db) -> None:
    if owners.known(db, chat.person):
        profile.show(chat, db)
        return
    if not consent.agreed(chat, db):
        consent.refused(chat, db)
        return
    chat.say(t("Thank you. A few questions, about three minutes. You can stop and go on at any time."))
    name = chat.ask(profile.name())
    called = chat.ask(profile.called(name))
    if chat.person.number and "phone" not in (*chat.talk.answers, chat.talk.waiting):
        chat.talk.given["phone"] = chat.person.number  # the platform has told it; on the review it can be changed
    who = owners.address(name, called)
    phone = chat.ask(profile.phone(who))
    facts = business.ask(chat, db, who)
    chat.review(t("Please check, {who}: is everything right?", who=who))

    owners.register(db, chat.person, name=name, called=called, phone=phone, **facts)
    consent.note(chat, db)
    chat.say(t("Thank you, {who}. You are registered.", who=who))
    chat.say(business.legal_class(chat, db, facts.get("sales"), facts.get("capital")))
    chat.say(
        t("To see or correct what we have noted, type *profil*. For what else we can do, type *menu*."),
        *business.next_steps(chat),
    )
    consent.ask_next(chat, db)


@happening("nudge")
def nudge(chat: Chat, db: Db, data: Mapping[str, int]) -> None:
    """A day after a talk was left open, once: shall we go on? Later if she wrote since; not at all if it is over."""
    talk = chat.talk
    id, over = chat.person.id, talk.number != data["talk"] or not talk.waiting
    if over or people.opted_out(db, id) or not people.reachable(db, id):
        chat.silence()
    elif (due := reminders.polite(max(talk.touched + chat.patience, chat.now), chat.zone)) > chat.now:
        reminders.put(db, id, "nudge", str(talk.number), due, data)
        chat.silence()
    elif not talk.answers:
        chat.ask_to_go_on(t("There is still a question open. Shall we go on?"))
    else:
        chat.ask_to_go_on(t("We aren't quite done yet, but your answers are kept. Shall we go on?"))
