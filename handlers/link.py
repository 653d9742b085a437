"""One person on several platforms: her chats are joined by a code, parted again, and one of them is preferred."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.flow import Chat, flow
from bot.chat.questions import Choice, Draw, Outcome, Said, YesNo
from bot.chat.reading import Invalid, Reading, plain
from bot.chat.text import Words, caption, t
from bot.domain import linking
from bot.domain.db import Db

NEW = "new"


@dataclass(frozen=True, slots=True)
class Code(Choice):
    """A code that was shown on another chat, or the wish for one."""

    choices: Sequence[tuple[str, Words]] = ((NEW, caption("Get a code")),)

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[str]:
        digits = re.sub(r"[\s.-]", "", plain.clean(said.text))
        if not digits.isascii() or not digits.isdigit():
            return Choice.read(self, said, reading, draw)
        if len(digits) != linking.DIGITS:
            return Invalid(t("A code has {n} digits, this has {m}.", n=linking.DIGITS, m=len(digits)))
        return digits

    def restore(self, kept: object) -> str:
        if not isinstance(kept, str):
            raise TypeError("no code")
        return kept

    def show(self, value: str) -> Words:
        return value


@flow(
    "link", command="hubungkan",
    words=("hubungkan", "sambungkan", "hubungkan chat", "hubungkan telegram", "hubungkan whatsapp", "hubungkan wa"),
)  # fmt: skip
def link(chat: Chat, db: Db) -> None:
    code = chat.ask(
        Code(
            "code",
            t("This chat can be joined with your chat with us on another app, for example WhatsApp and Telegram.\n"
              "If you have a code from there, please type it here. If not, tap *Get a code*."),
            brief=t("Please type the code, or tap *Get a code*."),
        )
    )  # fmt: skip
    if code == NEW:
        shown, minutes = linking.show(db, chat.person, chat.local.date())
        chat.say(
            t("Your code: *{code}*\nOn the other app, type *hubungkan* to us, then this code. "
              "It is good for {minutes} minutes.\nGive this code to nobody: who types it sees all your notes.",
              code=f"{shown[:4]} {shown[4:]}", minutes=minutes)
        )  # fmt: skip
        return
    sure = chat.ask(
        YesNo(
            "sure",
            t("Did you ask for this code yourself, on a chat of your own?\n"
              "Both chats will then show the same notes about you."),
            thumb=False,
        )
    )  # fmt: skip
    if not sure:
        chat.say(t("All right, nothing was joined."))
        return
    match linking.use(db, chat.person, code, chat.local.date()):
        case "joined" | "registered" as outcome:
            chat.say(
                t("Your chats are joined. What we have noted is the same on both.\n"
                  "To part them again, type *lepaskan*.")
            )  # fmt: skip
            if outcome == "registered" and linking.REGISTERING in chat.under_way():
                chat.let_go()
                chat.say(linking.ALREADY)
        case "unknown":
            chat.say(
                t("We couldn't use that code. It may be too old, or a digit is different.\n"
                  "Please ask for a new one on the other chat, and type *hubungkan* here again.")
            )  # fmt: skip
        case "later":
            chat.say(t("Something is still being done for you. Please try again in a minute."))
        case "both":
            chat.say(
                t("These two chats can't be joined by a code. An officer can help: type *petugas*."),
            )


@flow("unlink", command="lepaskan", words=("lepaskan", "lepas hubungan", "putuskan hubungan", "pisahkan chat"))
def unlink(chat: Chat, db: Db) -> None:
    leaving = linking.parting(db, chat.person)
    if not leaving:
        chat.say(t("This chat isn't joined with another one."))
        return
    if leaving[0].id == chat.person.contact:
        words = t("Shall this chat be parted from the other one?\n"
                  "What we have noted stays there; here we begin anew.")  # fmt: skip
    else:
        platforms = ", ".join(sorted({str(linking.platform(db, each)) for each in leaving}))
        words = t("Shall your chat on {platform} be parted from this one?\n"
                  "What we have noted stays here; there it begins anew.", platform=platforms)  # fmt: skip
    if not chat.ask(YesNo("sure", words, thumb=False)):
        chat.say(t("All right, everything stays as it is."))
        return
    linking.part(db, chat.person)
    if leaving[0].id == chat.person.contact:
        chat.leave()
    chat.say(t("All right, this chat stands alone again. To join it anew, type *hubungkan*."))


@flow(
    "prefer", command="kabar",
    words=("kabar", "kirim kabar lewat whatsapp", "kirim kabar lewat wa", "kirim kabar lewat telegram",
           "kabar lewat whatsapp", "kabar lewat wa", "kabar lewat telegram", "pilih kanal"),
)  # fmt: skip
def prefer(chat: Chat, db: Db) -> None:
    """Where what the office starts goes."""
    chats = {str(linking.platform(db, each)): each for each in linking.of(db, chat.person.id)}
    if len(chats) < 2:
        chat.say(t("There is only this chat. To join another one, type *hubungkan*."))
        return
    heard = re.sub(r"\bwa$", "whatsapp", plain.fold(chat.talk.given.get("heard", "")))
    named = next((name for name in chats if heard.endswith(name.lower())), None)
    if named is None:
        names = tuple((name.lower(), name) for name in chats)
        chosen = chat.ask(Choice("platform", t("Where shall our news and reminders go?"), names))
        named = dict(names)[chosen]
    linking.prefer(db, chat.person, chats[named])
    chat.say(t("All right, our news and reminders go to your chat on {platform}.", platform=named))
