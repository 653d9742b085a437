"""What she allows: the page, giving a leave and taking it back, each purpose by itself."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.chat.flow import Chat, Person, flow
from bot.chat.questions import Choice
from bot.chat.reading import plain
from bot.chat.text import Lines, Text, caption, t
from bot.domain import consents, owners
from bot.domain.consents import PURPOSES, SERVICE
from bot.domain.db import Db
from handlers import consent, start

LATELY = timedelta(minutes=15)
_MEANT = {
    "news": re.compile(r"\b(?:info\w*|undangan|kabar\w*|pengumuman|berita|promo\w*|pesan)\b"),
    "gallery": re.compile(r"\b(?:katalog|produk|galeri|foto\w*|tampil\w*|publik\w*|umum)\b"),
    "province": re.compile(r"\b(?:prov\w*|pusat|vbc|kirim data)\b"),
    "service": re.compile(r"\b(?:layanan|pendataan)\b"),
}
"""How people name a purpose: "tarik izin foto"."""


@flow(
    "permissions", command="izin", covers=True, title=caption("My permissions"),
    words=("izin saya", "izin data", "izin data saya", "lihat izin", "persetujuan", "persetujuan saya"),
)  # fmt: skip
def permissions(chat: Chat, db: Db) -> None:
    decided = consents.decisions(db, chat.person)
    lines = [t("This is what you allow:")]
    for purpose in PURPOSES:
        lines.append(t("• {what}: {value}", what=consent.NAMES[purpose], value=consent.state(chat, db, purpose)))
    if not owners.known(db, chat.person):
        lines.append(t("You aren't registered yet."))
    chat.say(Lines(tuple(lines)))
    allowed = [p for p in PURPOSES if p in decided and decided[p].given]
    if allowed:
        chat.button(chat.offer(caption("Take a leave back"), "withdraw"))
    if owners.known(db, chat.person) and _askable(chat, db):
        chat.button(chat.offer(caption("Allow more"), "allow"))


def _askable(chat: Chat, db: Db) -> list[str]:
    return [p for p in PURPOSES if not consents.given(db, chat.person, p, chat.local.date())]


@flow("allow", command="izinkan", words=("izinkan", "beri izin", "kasih izin"))
def allow(chat: Chat, db: Db) -> None:
    """Give a leave, or say no to one she is asked for. Only the button under the same text needs no further asking."""
    given = chat.talk.given
    last = consents.asked_last(db, chat.person)
    if given.pop("heard", "") and last and _asked_lately(chat.person, db):
        given.setdefault("purpose", last)
    if not owners.known(db, chat.person):
        chat.say(t("You aren't registered yet."), chat.offer(caption("Register"), "register"))
        return
    askable = _askable(chat, db)
    if not askable or (given.get("purpose") in PURPOSES and given["purpose"] not in askable):
        chat.say(t("That is noted already, thank you."), chat.offer(caption("My permissions"), "permissions"))
        return
    _ask(chat, db, chat.ask(Choice("purpose", t("What would you like to allow?"), _named(askable))))


def _ask(chat: Chat, db: Db, purpose: str) -> None:
    """Ask for one leave and note the answer."""
    if purpose == SERVICE:
        if not consent.agreed(chat, db):
            consent.refused(chat, db)
            return
        consent.note(chat, db)
        _thanks(chat)
        return
    text = consents.text(db, purpose, chat.local.date())
    version, said = text.value["version"], chat.talk.given.get("said", "")
    if said in (f"y{version}", f"n{version}"):  # the button stood under the short text of this version
        allowed = said.startswith("y")
    else:
        if said == consent.READ:
            chat.say(consent.whole(text, purpose))
        allowed = chat.ask(consent.further(chat, db, purpose))
    consents.note(db, chat.person, purpose, version, allowed=allowed)
    _thanks(chat) if allowed else _all_right(chat)


def _asked_lately(person: Person, db: Db) -> bool:
    """Whether a yes or no may be about the leave asked for last: it is new, and she hasn't decided since."""
    purpose = consents.asked_last(db, person, LATELY)
    decided = consents.decisions(db, person).get(purpose or "")
    return purpose is not None and (decided is None or (decided.given and purpose == SERVICE))


@flow("asked_last", when=_asked_lately)
def asked_last(chat: Chat, db: Db) -> None:
    """A yes or no in words where nothing is open, after a leave was asked for. A yes is asked again."""
    purpose = consents.asked_last(db, chat.person)
    if purpose is None or chat.talk.given.get("said") == "no":
        _all_right(chat)
    else:
        _ask(chat, db, purpose)


def _all_right(chat: Chat) -> None:
    chat.say(
        t("All right, no problem. You are served all the same."),
        chat.offer(caption("My permissions"), "permissions"),
    )


def _thanks(chat: Chat) -> None:
    chat.say(
        t("Thank you, it is noted.\nTo see or take back what you allow, type *izin saya*."),
        chat.offer(caption("Menu"), "menu"),
    )


def _named(purposes: list[str]) -> tuple[tuple[str, Text], ...]:
    return tuple((p, consent.NAMES[p]) for p in purposes)


@flow(
    "withdraw", command="tarik",
    words=("tarik izin", "tarik izin saya", "tarik izin data", "cabut izin", "batalkan izin", "tarik persetujuan",
           "cabut persetujuan"),
    right="now",
)  # fmt: skip
def withdraw(chat: Chat, db: Db) -> None:
    """Take a leave back: she sees what she allows, and one tap takes one of it back at once."""
    given = chat.talk.given
    decided = consents.decisions(db, chat.person)
    allowed = [p for p in PURPOSES if p in decided and decided[p].given]
    if not allowed:
        start.no_more(chat, db)  # she has allowed nothing, and means what we send
        return
    heard = plain.fold(given.pop("heard", ""))
    meant = [p for p in allowed if _MEANT[p].search(heard)]
    if len(meant) == 1:
        given.setdefault("purpose", meant[0])
    purpose = chat.ask(Choice("purpose", t("Which leave shall we take back? It ends at once."), _named(allowed)))
    consents.take_back(db, chat.person, purpose)
    if purpose == SERVICE:
        chat.let_go()  # what she was telling isn't noted any more
    consent.taken_back(chat, purpose)
