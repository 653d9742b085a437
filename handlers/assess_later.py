"""After a check: changing an answer, showing evidence, how it went over time, and the invitation to the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.chat.flow import Chat, Refused, flow, happening
from bot.chat.questions import Choice
from bot.chat.text import Day, Lines, Words, caption, t
from bot.domain import consents, owners, people
from bot.domain.assess import assessments as checks
from bot.domain.assess import evidence, instruments, known, photos
from bot.domain.assess.assessments import Assessment
from bot.domain.assess.instrument import Fact, Instrument, Item
from bot.domain.assess.instruments import CHECK
from bot.domain.assess.progress import asked, asked_of_profile, missing
from bot.domain.db import Db
from bot.domain.tables import Proof
from handlers import assess, assess_questions, assess_result, business, consent

LISTED = 6
"""Checks that the history tells."""
_FACTS = "facts"
"""The part of what is asked of the business and isn't scored."""


def _check(chat: Chat, db: Db) -> Assessment:
    found = checks.hers(db, chat.person, int(chat.talk.given.get("check", "0")))
    if found is None:
        raise Refused(assess_result.GONE)
    return found


def _title(item: Item | Fact, answer: str) -> str:
    return next((option.title for option in item.options if option.code == answer), answer)


@flow("assess_change")
def assess_change(chat: Chat, db: Db) -> None:
    """Another answer to one question of the `check`, as long as it can be changed."""
    check = _check(chat, db)
    if check.finished is not None and chat.now - check.finished > checks.CORRECTED:
        raise Refused(checks.FINISHED)
    if not consent.allowed(chat, db):
        return
    instrument = instruments.of(db, check.instrument, check.version)
    answers = checks.given(db, check.id)
    items = [item for item in asked(instrument, answers, quick=check.quick) if item.code in answers]
    profile = asked_of_profile(instrument, answers, quick=check.quick)  # what the business itself says is changed there
    facts = [one for one in profile if one.code in answers and one.fact is None and one.taken_from is None]
    inside_of = [i for i in instrument.indicators if any(item.indicator == i.code for item in items)]
    parts: list[tuple[str, Words]] = [(i.code, i.short) for i in inside_of]
    if facts:
        parts.append((_FACTS, caption("The business")))
    part = parts[0][0]
    if len(parts) > 1:
        part = chat.ask(Choice("part", t("Which part is it in?"), tuple(parts)))
    inside = facts if part == _FACTS else [item for item in items if item.indicator == part]
    code = chat.ask(_numbered(t("Which answer should be changed?"), inside, answers))
    changed = {
        code: chat.ask(assess_questions.question(instrument.question(code), instrument, answers, quick=check.quick))
    }
    while (more := missing(instrument, answers | changed, quick=check.quick)) and check.finished is not None:
        asking = more[0]  # the new answer leads to another question
        changed[asking.code] = chat.ask(
            assess_questions.question(asking, instrument, answers | changed, quick=check.quick)
        )
    if check.finished is not None:
        checks.correct(db, chat.person, check.id, changed)
        known.fill(db, chat.person, check)
        chat.say(t("Changed. The result is worked out anew."))
        assess_result.worked_out(chat, db, check)
        return
    checks.put(db, check, code, changed[code], was=answers[code])
    known.fill(db, chat.person, check)
    chat.say(t("Changed."))
    assess.show_parts(chat, db, check)


def _numbered(asking: Words, items: Sequence[Item | Fact], answers: Mapping[str, str]) -> Choice:
    """A choice of questions by their number, each with the answer it has."""
    lines = [
        t("{n}. {question} *{answer}*", n=n, question=_first_line(item.text), answer=_title(item, answers[item.code]))
        for n, item in enumerate(items, 1)
    ]
    return Choice("item", Lines((asking, *lines)), tuple((item.code, str(n)) for n, item in enumerate(items, 1)))


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


@flow("assess_proof", command="bukti", words=("bukti", "kirim bukti", "foto bukti", "kirim foto bukti"))
def assess_proof(chat: Chat, db: Db) -> None:
    """Show something for one answer of a `check`, or of the newest; `item` may be given, and `again`: that item once
    more."""
    check = _check(chat, db) if "check" in chat.talk.given else _newest(chat, db)
    if check is None or not consent.allowed(chat, db):
        return
    if "item" in chat.talk.given:
        check = _meant(chat, db, check, chat.talk.given["item"])
        chat.talk.given["check"] = str(check.id)
    else:
        known.fill(db, chat.person, check)
        db.mark()  # a number that is noted needn't be sent
    instrument = instruments.of(db, check.instrument, check.version)
    answers = checks.given(db, check.id)
    items = _unshown(db, instrument, check, answers)
    if not items:
        chat.say(t("There is nothing more to show for this check. Thank you. 🙏"), chat.offer(caption("Menu"), "menu"))
        return
    code = chat.ask(_numbered(t("For which answer is it? Nothing of it is required."), items, answers))
    shown = chat.ask(assess_questions.proving(instrument.question(code), several=False))
    more = chat.offer(caption("Show more"), "assess_proof", check=str(check.id))
    if shown is None:
        chat.say(t("All right, skipped."), more)
        return
    assess_questions.keep_shown(chat, db, check, code, shown, again=chat.talk.given.get("again") == code)
    chat.say(t("Received. An officer will look at it, and we tell you here."), more)
    chat.button(chat.offer(caption("Menu"), "menu"))


@happening(photos.LOOKED_AT)
def photo_looked_at(chat: Chat, db: Db, data: Mapping[str, Any]) -> None:
    """What came of a photo: it waits for an officer now, or she is asked for another one."""
    about = data.get("about", {})
    check = checks.hers(db, chat.person, int(about.get("check", "0")))
    if check is None:
        chat.silence()
        return
    item = str(about["item"])
    verdict = "gone" if data.get("failed") else data["verdict"]
    if verdict == "kept":
        media = data["files"][0]["media"]
        evidence.show(db, chat.person, check.id, item, answer=str(about.get("answer", "")), media=media)
        chat.silence()
        return
    question = _first_line(instruments.of(db, check.instrument, check.version).question(item).text)
    again = {"check": str(check.id), "item": item, "again": item}
    chat.say(Lines((photos.WHY[verdict], t("The photo was for: {question}", question=question))))
    if chat.under_way():  # what is open is asked again
        chat.button(chat.offer(caption("Send another"), "assess_proof", **again))
    else:
        chat.begin("assess_proof", **again)


def _meant(chat: Chat, db: Db, check: Assessment, code: str) -> Assessment:
    """Where an item is to be shown once more: the newest check of the business in which it can be."""
    past = checks.history(db, chat.person, check.business, check.instrument)
    for one in (checks.open_of(db, check.business, check.instrument), *reversed(past)):
        if one is not None:
            instrument = instruments.of(db, one.instrument, one.version)
            if any(found.code == code for found in _unshown(db, instrument, one, checks.given(db, one.id))):
                return one
    return check


def _unshown(db: Db, instrument: Instrument, check: Assessment, answers: Mapping[str, str]) -> list[Item]:
    """What can still be shown: not what was confirmed, or waits for an officer."""
    proofs = checks.proofs(db, check.id, answers)
    there = (Proof.CONFIRMED, Proof.CLAIMED)
    found = (
        assess_questions.to_show(instrument, item.code, answers[item.code])
        for item in asked(instrument, answers, quick=check.quick)
        if item.code in answers and proofs.get(item.code) not in there
    )
    return [item for item in found if item is not None]


def _newest(chat: Chat, db: Db) -> Assessment | None:
    """The newest check of the business she means, an open one first; None where there is none, which is said."""
    owner = owners.find(db, chat.person)
    if owner is None:
        business.unregistered(chat)
        return None
    which = assess.which_business(chat, owner)
    past = checks.history(db, chat.person, which.id, CHECK)
    found = checks.open_of(db, which.id, CHECK) or (past[-1] if past else None)
    if found is None:
        chat.say(
            t("{business} has no check yet.", business=which.name), chat.offer(caption("Business check"), "assess")
        )
    return found


@flow(
    "assess_history", command="riwayat", words=("riwayat", "riwayat cek", "hasil cek", "hasil penilaian", "skor saya"),
    intents=("hasil_asesmen",),
)  # fmt: skip
def assess_history(chat: Chat, db: Db) -> None:
    """The checks of a business, the newest first, and what rose and fell since the one before."""
    owner = owners.find(db, chat.person)
    if owner is None:
        business.unregistered(chat)
        return
    which = assess.which_business(chat, owner)
    past = checks.history(db, chat.person, which.id, CHECK)
    again = chat.offer(caption("Business check"), "assess")
    if not past:
        chat.say(t("{business} has no check yet.", business=which.name), again)
        return
    lines = [_told(chat, db, one) for one in reversed(past[-LISTED:])]
    chat.say(Lines((t("Checks of {business}:", business=which.name), *lines)))
    same = [one for one in past if one.kind == past[-1].kind]
    if len(same) > 1:
        moved = _moved(instruments.of(db, CHECK, same[-1].version), same[-2], same[-1])
        chat.say(Lines((t("Since the check before:"), *moved)) if moved else t("The same as at the last check."))
    chat.button(chat.offer(caption("See the result"), "assess_result", check=str(past[-1].id)))
    chat.button(again)


def _told(chat: Chat, db: Db, one: Assessment) -> Words:
    instrument = instruments.of(db, one.instrument, one.version)
    assert one.finished is not None
    assert one.claimed_band is not None
    return t(
        "• {day}, {kind}: *{total}*, {band} (counted by the office: {verified})",
        day=Day(one.finished.astimezone(chat.zone).date()), total=one.claimed or 0, verified=one.verified or 0,
        kind=t("quick check") if one.quick else t("full check"), band=instrument.band(one.claimed_band).title,
    )  # fmt: skip


def _moved(instrument: Instrument, before: Assessment, now: Assessment) -> list[Words]:
    """Indicators that rose or fell, where both checks have them."""
    first, last = (before.marks or {}).get("claimed", {}), (now.marks or {}).get("claimed", {})
    found: list[Words] = []
    for indicator in instrument.indicators:
        by = last.get(indicator.code, 0) - first.get(indicator.code, 0)
        if indicator.code in first and indicator.code in last and by:
            found.append(t("▲ {what}: up {n}", what=indicator.title, n=by) if by > 0
                         else t("▼ {what}: down {n}", what=indicator.title, n=-by))  # fmt: skip
    return found


@happening(assess_result.RECHECK)
def recheck(chat: Chat, db: Db, data: Mapping[str, Any]) -> None:
    """The one invitation to a new check, months after the last; not where she had one since, or wants no news."""
    check = checks.hers(db, chat.person, int(data["check"]))
    owner = owners.find(db, chat.person)
    wanted = consents.given(db, chat.person, consents.NEWS, chat.local.date())
    if check is None or owner is None or not wanted or people.opted_out(db, chat.person.id):
        chat.silence()
        return
    name = next((one.name for one in owner.businesses if one.id == check.business), "")
    later = [one for one in checks.history(db, chat.person, check.business, check.instrument) if one.id > check.id]
    if later or not people.reachable(db, chat.person.id) or not name:
        chat.silence()
        return
    chat.say(
        t(
            "{who}, the last check of {business} came to {total} of 100.\n"
            "Shall we see what has changed since? It takes about three minutes.",
            who=owner.address, business=name, total=check.claimed or 0,
        ),
        chat.offer(caption("Business check"), "assess"),
        chat.offer(caption("Not now"), "menu"),
    )  # fmt: skip
