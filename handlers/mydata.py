"""DATA SAYA (UU 27/2022 Pasal 5, 7, 32): what is kept of a person and who looked at it, at once; all of it as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.flow import Chat, flow, happening
from bot.chat.messages import Attachment
from bot.chat.questions import YesNo
from bot.chat.reading.identifiers import masked
from bot.chat.talk import Talks
from bot.chat.text import Lines, Moment, Text, Words, caption, t, to_json
from bot.domain import audit, changes, consents, export, officers, owners, talks
from bot.domain.consents import SERVICE
from bot.domain.db import Db
from handlers import business, consent, profile

LOOKS = 3
"""How many of the last looks at her data are told in the chat; the file has all of them."""
DONE: dict[str, Text] = {
    "listed": t("found you in a list"),
    "seen": t("looked at your data"),
    "unmasked": t("saw a number in full"),
    "exported": t("took it along in a list"),
    "change accepted": t("accepted a correction"),
    "change refused": t("refused a correction"),
    "own data asked for": t("asked for the files"),
    "evidence.seen": t("looked at what you showed"),
    "evidence.confirmed": t("confirmed what you showed"),
    "evidence.rejected": t("couldn't confirm what you showed"),
    "evidence.again": t("asked to see something once more"),
    "quarantine.shown": t("read a message that couldn't be handled"),
    "breach.told": t("told you of a failure to protect your data"),
    "erasure.asked": t("asked for the erasure"),
    "erasure.taken_back": t("took the erasure back"),
    "erasure.idle": t("planned the erasure after a long silence"),
    "erasure.stays": t("was heard of again, so the data stays"),
    "erasure.done": t("erased the data"),
    "linked": t("joined two chats"),
    "unlinked": t("took a chat away"),
    "joined": t("became an officer"),
    "revoked": t("ended the work as an officer"),
}
"""What is done with a person's data, in words: every action that the audit notes about one."""


@flow(
    "mydata", command="datasaya", covers=True, title=caption("My data"), menu=22,
    words=("data saya", "dataku", "data ku", "lihat data", "lihat data saya", "minta data saya"),
    right="last",
)  # fmt: skip
def mydata(chat: Chat, db: Db) -> None:
    owner = owners.find(db, chat.person)
    lines: list[Words] = [t("*A summary of what we keep about you.* All of it is in the files.")]
    if owner:
        lines.append(_line(profile.LABELS["name"], owner.name))
        lines.append(_line(profile.LABELS["phone"], profile.phone("").show(owner.phone)))
        if owner.nik:
            lines.append(_line(changes.WHAT["nik"], masked(owner.nik)))
        lines += [_line(t("business"), noted.name) for noted in owner.businesses]
    else:
        lines.append(t("• You aren't registered. We only keep what is needed to answer you here."))
    kept, _ = talks.load(db, chat.person.id)
    if answered := sum(len(talk.answers) for talk in (kept.open, kept.parked) if talk and talk.flow != "mydata"):
        lines.append(_line(t("answers of a conversation that is still open"), str(answered)))
    counts = export.counts(db, chat.person.id)
    lines.append(_line(t("messages, from you and from us"), str(counts["inbox"] + counts["outbox"])))
    if counts["tickets"]:
        lines.append(_line(t("questions to officers"), str(counts["tickets"])))
    chat.say(Lines(tuple(lines)))
    chat.say(_allowed(chat, db, kept))
    for waiting in changes.of(db, chat.person):
        chat.say(profile.looked_at(waiting.what, Moment(waiting.due)))
    chat.say(_looks(chat, db))
    chat.button(chat.offer(caption("All of it as files"), "mydata_file"))
    if chat.person.leaving:  # until it is gone she sees it, and nothing else
        chat.button(chat.offer(caption("Keep my data"), "leaving", keep="yes"))
        return
    chat.button(chat.offer(caption("Change my data"), "change"))
    chat.button(chat.offer(caption("My permissions"), "permissions"))
    chat.button(chat.offer(caption("Erase my data"), "erase"))


def _line(what: Words, value: Words) -> Words:
    return t("• {what}: {value}", what=what, value=value)


def _allowed(chat: Chat, db: Db, kept: Talks) -> Words:
    """Which purposes she allows now, also in what she hasn't ended yet, and which she has allowed before."""
    lines: list[Words] = []
    before: list[Words] = []
    for purpose, last in consents.decisions(db, chat.person).items():
        if consents.given(db, chat.person, purpose, chat.local.date()):
            lines.append(t("• {what}", what=consent.NAMES[purpose]))
        elif last.since:
            before.append(_line(consent.NAMES[purpose], consent.state(chat, db, purpose)))
    today = chat.local.date()
    agreed = any(consent.agreed_in(talk, db, today) for talk in (kept.open, kept.parked))
    if agreed and not consents.given(db, chat.person, SERVICE, today):
        lines.append(_line(consent.NAMES[SERVICE], t("for the conversation that is still open")))
    if lines:
        lines.insert(0, t("You allow:"))
    if before:
        before.insert(0, t("You allowed before:"))
    return Lines((*lines, *before)) if lines or before else t("You have allowed nothing.")


def _looks(chat: Chat, db: Db) -> Words:
    """Who looked at her data, and when; what she did herself isn't told."""
    looks = [row for row in audit.noted(db, person=chat.person.id, limit=10_000) if row.actor != chat.person.id]
    if not looks:
        return t("No officer has looked at it.")
    names = {officer.person: officer.name for officer in officers.listed(db)}
    office = t("the office")
    lines = [
        t("• {who}, {at}: {what}", who=names.get(row.actor or 0, office), at=Moment(row.at),
          what=DONE.get(row.action, row.action))
        for row in reversed(looks[-LOOKS:])
    ]  # fmt: skip
    more = len(looks) - len(lines)
    rest = [t("… and {count} times before, all in the file.", count=more)] if more else []
    return Lines((t("Who looked at it last:"), *lines, *rest))


@flow("mydata_file", command="unduhdata", words=("unduh data", "unduh data saya", "minta berkas"), right="last")
def mydata_file(chat: Chat, db: Db) -> None:
    owner = owners.find(db, chat.person)
    asked = t(
        "Shall your NIK stand in the files in full?\nIf not, it looks like this: {example}", example=profile.EXAMPLE
    )
    has_one = (owner and owner.nik) or any(waiting.fact == "nik" for waiting in changes.of(db, chat.person))
    full = chat.ask(YesNo("full", asked)) if has_one and not chat.person.leaving else False
    words = {fact: {code: to_json(name) for code, name in choices} for fact, choices in business.NAMES.items()}
    labels = {fact: to_json(name) for fact, name in business.LABELS.items() if fact != "business"}
    export.ask(
        db, chat.person.id, language=chat.person.language, zone=chat.zone.key, office=chat.office["name"], full=full,
        words={**words, "label": labels, "action": {action: to_json(words) for action, words in DONE.items()}},
    )  # fmt: skip
    audit.note(db, chat.person.id, "own data asked for", chat.person.id, "nik in full" if full else "")
    chat.say(t("We are putting it together. The files come here in about a minute."))


@happening(export.READY, last=True)
def ready(chat: Chat, db: Db, data: Mapping[str, Any]) -> None:
    if data.get("failed"):
        chat.say(
            t("Sorry, the files couldn't be made just now. Please try again in an hour, or ask an officer."),
            chat.offer(caption("Ask an officer"), "ask"),
        )
        return
    for file in data["files"]:
        chat.attach(Attachment(file["media"], file["name"], "document", file["mime"]))
    chat.say(
        t(
            "Here is everything we keep about you: to be read (PDF) and for other programs (JSON).\n"
            "Please don't pass the files on. We keep our copy of them for 24 hours only."
        )
    )
    if not chat.person.leaving:
        chat.button(chat.offer(caption("Change my data"), "change"))
        chat.button(chat.offer(caption("Menu"), "menu"))
