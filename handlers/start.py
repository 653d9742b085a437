"""The first words: a greeting, thanks, the menu, help, and the word that stops what the office starts."""

from __future__ import annotations

import re

from bot.chat.flow import Chat, flow
from bot.chat.text import Text, caption, t
from bot.domain import consents, owners, people, reminders
from bot.domain.db import Db
from handlers import consent

_SALAM = re.compile(r"\bw?ass?al+am|\bas+lm|\bask?um\b|\bsamlekum|\bwr\W*wb\b", re.IGNORECASE)


def greeting(chat: Chat) -> Text:
    """Good morning, by the office's clock; a salam is answered with one."""
    if _SALAM.search(chat.talk.given.get("heard", "")):
        return t("Waalaikumsalam")
    hour = chat.local.hour
    if hour < 11:
        return t("Good morning")
    if hour < 15:
        return t("Good day")
    return t("Good afternoon") if hour < 18 else t("Good evening")


@flow("start", command="start", words=("mulai",))
def start(chat: Chat, db: Db) -> None:
    if people.opted_out(db, chat.person.id):  # the word that `stop` has told her
        consents.go_on(db, chat.person)
        if consents.given(db, chat.person, consents.NEWS, chat.local.date()):
            chat.say(t("All right, we send news and reminders again."))
        elif owners.known(db, chat.person):
            chat.say(t("All right, we send reminders again. For news and invitations too, type *izin saya*."))
        else:
            chat.say(t("All right, we send reminders again."))
    _greet(chat, db)


@flow(
    "hello",
    words=("halo", "hai", "hi", "hello", "p", "permisi", "assalamualaikum", "selamat pagi", "selamat siang",
           "selamat sore", "selamat malam"),
    intents=("sapa",),
)  # fmt: skip
def hello(chat: Chat, db: Db) -> None:
    _greet(chat, db)


@flow(
    "thanks",
    words=("terima kasih", "terimakasih", "makasih", "trims", "suwun", "matur nuwun", "matur suwun", "thanks"),
    intents=("terima_kasih",),
)
def thanks(chat: Chat, db: Db) -> None:
    owner = owners.find(db, chat.person)
    chat.say(t("You are welcome, {who}. 🙏", who=owner.address if owner else t("Bapak/Ibu")))
    if owner and not chat.under_way():
        consent.ask_next(chat, db)


def _greet(chat: Chat, db: Db) -> None:
    if owners.known(db, chat.person):
        chat.say(t("{greeting}. What can we do for you today?", greeting=greeting(chat)))
        _menu(chat)
        return
    if "register" in chat.under_way():
        chat.say(t("{greeting}. Let's go on where we were.", greeting=greeting(chat)))
        return
    chat.say(
        t(
            "{greeting}, Bapak/Ibu. 🙏\nI am Pendamping, the small-business assistant of {office}.\n"
            "Let's begin by registering your business.\nThis service is free.",
            greeting=greeting(chat),
            office=chat.office["name"],
        ),
        chat.offer(caption("Register"), "register"),
    )


@flow("menu", command="menu", desk=None, covers=True, intents=("menu",))
def menu(chat: Chat, db: Db) -> None:
    chat.say(t("What would you like to do?"))
    _menu(chat)


def _menu(chat: Chat) -> None:
    waiting = chat.under_way()
    if waiting:
        chat.button(chat.offer(caption("Go on where we were"), waiting[0]))
    for found in chat.menu():
        if found.title is not None and found.name not in waiting:
            chat.button(chat.offer(found.title, found.name))


@flow("help", command="bantuan", desk=None, title=caption("Help"), menu=90)
def help(chat: Chat, db: Db) -> None:
    if chat.person.desk == "officers":
        chat.say(
            t(
                "This chat brings you the desk's alerts. You can also:\n• find an owner: /cari\n"
                "• decide corrections: /koreksi\n• look at what owners showed: /verifikasi\n"
                "• see who stands where: /peringkat\nWhat you may do depends on your role and your area."
            )
        )
        return
    chat.say(
        t(
            "This chat can:\n• register your business: type *daftar*\n• check how ready it is to grow: type *cek*\n"
            "• answer questions: just type them, or ask an officer: type *petugas*\n"
            "• show what we have noted: type *profil*; correct it: type *ubah*; add a business: type *usaha*\n"
            "• your rights: type *data saya*, *izin saya* or *hapus data*\n"
            "• join WhatsApp and Telegram: type *hubungkan*; choose where our news go: type *kabar*\n"
            "• change the language: type *bahasa*; everything you can do: type *menu*\n"
            "While you answer: *kembali* goes one question back, *batal* stops."
        )
    )


@flow("stop", command="berhenti", desk=None, covers=True)
def stop(chat: Chat, db: Db) -> None:
    if chat.person.desk == "officers":
        chat.say(t("Alerts come as long as you are an officer. To end that, please ask your coordinator."))
        return
    no_more(chat, db)


def no_more(chat: Chat, db: Db) -> None:
    """End what the office starts, and say so."""
    consents.stop(db, chat.person)
    if chat.talk.given.get("topic"):  # she meant one kind only; stopping too little would be worse than too much
        chat.say(
            t(
                "All right. We can't stop only one kind yet, so from now on we send no news or reminders at all.\n"
                "Your questions are still answered.\nTo hear from us again, type *mulai*."
            )
        )
    else:
        chat.say(
            t(
                "All right. From now on we send no more news or reminders.\n"
                "Your questions are still answered.\nTo hear from us again, type *mulai*."
            )
        )
    if reminders.planned(db, chat.person.id):
        chat.button(chat.offer(caption("Stop everything"), "stop_everything"))


@flow("stop_everything", words=("hentikan semua", "stop semua", "berhenti semua"), covers=True)
def stop_everything(chat: Chat, db: Db) -> None:
    """As `stop`, and what was planned for her is forgotten: *mulai* doesn't bring it back."""
    consents.stop(db, chat.person)
    reminders.drop_all(db, chat.person.id)
    chat.say(
        t(
            "All right, everything is stopped: news, reminders, and those that were planned for you.\n"
            "Your questions are still answered.\nTo hear from us again, type *mulai*."
        )
    )
