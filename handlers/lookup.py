"""The officers' bot: finding an owner, seeing what is kept of her with numbers masked, and one number in full."""

from __future__ import annotations

from typing import cast, get_args

from bot.chat.flow import Chat, flow
from bot.chat.questions import Choice, Line
from bot.chat.reading.identifiers import masked
from bot.chat.text import Lines, Text, Words, caption, t
from bot.domain import audit, lookup
from bot.domain.db import Db
from bot.domain.lookup import Number, Seen
from bot.domain.officers import Officer
from handlers import officers as desk

OPEN: dict[Number, Text] = {
    "phone": caption("Show the number"),
    "nik": caption("Show the NIK"),
    "nib": caption("Show the NIB"),
}
CALLED: dict[Number, Text] = {"phone": t("phone"), "nik": t("NIK"), "nib": t("NIB")}
REASONS: tuple[tuple[str, Text], ...] = (
    ("call", caption("To contact her")),
    ("check", caption("To check the data")),
    ("asked", caption("The owner asked")),
    ("other", caption("Another reason")),
)
NOBODY = t("Nobody was found in your area. Please check the spelling, or try the phone number.")


GONE = t("She has taken back her leave to be noted. Her data isn't shown.")


@flow(
    "lookup", command="cari", words=("cari", "cari pelaku usaha"), title=caption("Find an owner"), menu=10,
    when=desk.may("owner.see"), desk="officers",
)  # fmt: skip
def find(chat: Chat, db: Db) -> None:
    """Find owners of one's own area."""
    officer = desk.who(chat, db, "owner.see")
    if officer is None:
        return
    asked = t("Whom are you looking for?\nType a name, a phone number, an NIB, or a ticket such as: tiket 12")
    said = chat.ask(Line("who", asked))
    listed, more, hidden = lookup.search(db, officer, said)
    if hidden:
        chat.say(
            t("{count} of those found have taken back their leave to be noted. Their data isn't shown.", count=hidden)
        )
    elif not listed:
        chat.say(NOBODY)
    if not listed:
        return
    told = t("These were found. Every look is noted.")
    chat.say(Lines((told, t("There are more; another word helps."))) if more else told)
    for one in listed:
        label = one.name if len(one.name) <= 20 else one.name[:19] + "…"
        chat.button(chat.offer(label or caption("Not registered yet"), "owner", person=str(one.person)))


@flow("owner", desk="officers")
def owner(chat: Chat, db: Db) -> None:
    """What is kept of one owner, with numbers masked."""
    officer = desk.who(chat, db, "owner.see")
    if officer is None:
        return
    seen = _seen(chat, db, officer)
    if seen is None:
        chat.say(GONE if _without_leave(chat, db, officer) else NOBODY)
        return
    chat.say(Lines(tuple(_lines(seen))))
    for what in seen.numbers:
        chat.button(chat.offer(OPEN[what], "unmask", person=str(seen.person), what=what))


def _seen(chat: Chat, db: Db, officer: Officer) -> Seen | None:
    person = chat.talk.given.get("person", "")
    return lookup.view(db, officer, int(person)) if person.isascii() and person.isdecimal() else None


def _without_leave(chat: Chat, db: Db, officer: Officer) -> bool:
    """Whether she isn't shown as she has taken back her leave since the button was made. That is noted, too."""
    person = chat.talk.given.get("person", "")
    if not (person.isascii() and person.isdecimal()) or not lookup.without_leave(db, officer, int(person)):
        return False
    audit.note(db, officer.person, "listed", int(person), "owner")
    return True


def _lines(seen: Seen) -> list[Words]:
    """A person as the officer reads her. Her own words stand under a line that says so."""
    lines: list[Words] = [seen.name or t("Somebody who isn't registered yet")]
    if seen.withdrawn:
        lines.append(t("She has taken back her leave to be noted. Only what her own request needs is shown."))
    if seen.phone:
        lines.append(t("• {what}: {value}", what=CALLED["phone"], value=seen.phone))
    if seen.nik:
        lines.append(t("• {what}: {value}", what=CALLED["nik"], value=seen.nik))
    for business in seen.businesses:
        lines.append(t("• {name}, {village}", name=business.name, village=business.village))
        if business.nib:
            lines.append(t("• {what}: {value}", what=CALLED["nib"], value=masked(business.nib)))
    if seen.ticket is not None:
        lines += [t("Ticket {number}. In the owner's own words:", number=seen.ticket), seen.asked or "-"]
    return lines


@flow("unmask", desk="officers")
def unmask(chat: Chat, db: Db) -> None:
    """One number in full, with a reason."""
    officer = desk.who(chat, db, "owner.see")
    if officer is None:
        return
    person, what = chat.talk.given.get("person", ""), chat.talk.given.get("what", "")
    if not (person.isascii() and person.isdecimal()) or what not in get_args(Number):
        chat.say(NOBODY)
        return
    reason = chat.ask(Choice("reason", t("What is the number needed for? The reason is noted."), REASONS))
    if reason == "other":
        reason = chat.ask(Line("other", t("What for? A few words are enough.")))
    midnight = chat.local.replace(hour=0, minute=0, second=0, microsecond=0)
    number = lookup.unmask(db, officer, int(person), cast(Number, what), reason, midnight)
    chat.say(t("{what}: {value}", what=CALLED[cast(Number, what)], value=number))
