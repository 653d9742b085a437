"""Registration: an owner and her business, in six questions. And the profile: what we have noted."""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.flow import Chat, Person, flow, happening
from bot.chat.questions import Choice, Line, Phone, Place
from bot.chat.text import Lines, caption, t
from bot.domain import owners, people, places, reminders
from bot.domain.db import Db

SECTORS = (
    ("pangan", caption("Packaged food")),
    ("siapsaji", caption("Ready-to-eat food")),
    ("fesyen", caption("Fashion or batik")),
    ("kriya", caption("Crafts")),
    ("jasa", caption("Services")),
    ("dagang", caption("Trade or shop")),
    ("lain", caption("Something else")),
)
"""What a business does: profile question P1 of the naik-kelas instrument."""


def _new(person: Person, db: Db) -> bool:
    return not owners.known(db, person)


@flow(
    "register", command="daftar", words=("daftar", "registrasi", "mendaftar", "dftr", "ndaftar", "mau daftar"),
    title=caption("Register"), menu=10, when=_new, link=True,
)  # fmt: skip
def register(chat: Chat, db: Db) -> None:
    if owners.known(db, chat.person):
        show(chat, db)
        return
    chat.say(t("A few questions, about two minutes. You can stop and go on at any time."))
    name = chat.ask(
        Line("name", t("What is your full name, as on your KTP?\nFor example: Siti Aminah"), owners.person_name,
             label=t("name"))
    )  # fmt: skip
    phone = chat.ask(
        Phone("phone", t("Which phone number can we reach you on?\nTap the button, or type the number."),
              label=t("phone"))
    )  # fmt: skip
    village = chat.ask(
        Place("village", t("In which kelurahan is the business?\nJust type its name. For example: Purwantoro"),
              regions=places.villages(db, chat.region), label=t("kelurahan"))
    )  # fmt: skip
    business = chat.ask(
        Line("business", t("What is the name of the business?"), owners.business_name, label=t("business name"))
    )
    sector = chat.ask(Choice("sector", t("What does the business do?"), SECTORS, label=t("sector")))
    chat.review(t("Please check, is everything right?"))

    owners.register(db, chat.person, name=name, phone=phone, village=village, business=business, sector=sector)
    chat.say(
        t("Thank you, {name}. You are registered.\nType *profil* to see it, or *menu* for what else we can do.",
          name=name)
    )  # fmt: skip


def _known(person: Person, db: Db) -> bool:
    return owners.known(db, person)


@flow("profile", command="profil", words=("profil", "profile", "data saya"),
      title=caption("My profile"), menu=20, when=_known)  # fmt: skip
def profile(chat: Chat, db: Db) -> None:
    if not owners.known(db, chat.person):
        chat.say(t("You aren't registered yet."), chat.offer(caption("Register"), "register"))
        return
    show(chat, db)


def show(chat: Chat, db: Db) -> None:
    """Say what is noted of an owner."""
    owner = owners.find(db, chat.person)
    assert owner is not None
    sectors = dict(SECTORS)
    lines = [
        t("This is what we have noted:"),
        t("• {what}: {value}", what=t("name"), value=owner.name),
        t("• {what}: {value}", what=t("phone"), value=Phone("", "").show(owner.phone)),
    ]
    for business in owner.businesses:
        lines += [
            t("• {what}: {value}", what=t("business name"), value=business.name),
            t("• {what}: {value}", what=t("sector"), value=sectors[business.sector]),
            t("• {what}: {value}", what=t("kelurahan"), value=business.village),
        ]
    chat.say(Lines(tuple(lines)))


@happening("nudge")
def nudge(chat: Chat, db: Db, data: Mapping[str, int]) -> None:
    """A day after a talk was left open, once: shall we go on? Later if she wrote since; not at all if it is over."""
    talk = chat.talk
    id, over = chat.person.id, talk.number != data["talk"] or not talk.waiting
    if over or people.opted_out(db, id) or not people.reachable(db, id):
        chat.silence()
    elif chat.now - talk.touched < chat.patience:
        due = reminders.polite(talk.touched + chat.patience, chat.zone)
        reminders.put(db, id, "nudge", str(talk.number), due, data)
        chat.silence()
    else:
        chat.ask_to_go_on(t("We aren't quite done yet, but your answers are kept. Shall we go on?"))
