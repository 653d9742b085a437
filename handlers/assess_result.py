"""What a check comes to: the result with its next steps, and the wishes that their buttons note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.chat.flow import Chat, Refused, flow, happening
from bot.chat.messages import Attachment
from bot.chat.text import Day, Lines, Text, Words, caption, t
from bot.domain import faqs, media, owners, reminders, tickets, wishes
from bot.domain.assess import assessments as checks
from bot.domain.assess import instruments, results
from bot.domain.assess.advice import Advice, advise, markets, strongest_and_weakest
from bot.domain.assess.assessments import Assessment
from bot.domain.assess.instrument import Instrument, Recommendation
from bot.domain.assess.instruments import CHECK, EXPORT
from bot.domain.assess.scoring import Score
from bot.domain.db import Db
from handlers import business

RECHECK = "recheck"
"""The reminder that invites to the next check."""
GONE = t("That check isn't noted any more.")
_CAPTION = 20
_BUSY = timedelta(minutes=5)
"""Who wrote so short a time ago is in the middle of the talk that is open."""


def finish(chat: Chat, db: Db, check: Assessment) -> None:
    """End a check, tell what it comes to, and plan the invitation to the next one."""
    checks.finish(db, chat.person, check.id)
    instrument = instruments.of(db, check.instrument, check.version)
    if check.instrument == CHECK:
        due = reminders.polite(checks.recheck_on(instrument, chat.now), chat.zone)
        reminders.put(db, chat.person.id, RECHECK, str(check.business), due, {"check": check.id})
    worked_out(chat, db, check)


def worked_out(chat: Chat, db: Db, check: Assessment) -> None:
    """Tell a result that is new; its picture and its page come when they are drawn."""
    owner = owners.find(db, chat.person)
    of = next((one for one in owner.businesses if one.id == check.business), None) if owner else None
    law = business.legal_class(chat, db, of.sales, of.capital) if of and check.instrument == CHECK else None
    office = chat.office["name"]
    results.ask_for_result(db, chat.person, check.id, zone=chat.zone.key, office=office, law=law)
    tell(chat, db, check.id)


@flow("assess_result")
def assess_result(chat: Chat, db: Db) -> None:
    """The result of the `check`; one whose last question was answered ends with it."""
    check = checks.hers(db, chat.person, int(chat.talk.given.get("check", "0")))
    if check is None:
        raise Refused(GONE)
    if check.finished is None:
        finish(chat, db, check)
    else:
        tell(chat, db, check.id)


def tell(chat: Chat, db: Db, assessment: int) -> None:
    """The result in words: gates that hold it back first, then strengths, the law's class, and three steps at most."""
    check = checks.hers(db, chat.person, assessment)
    owner = owners.find(db, chat.person)
    of = next((one for one in owner.businesses if one.id == check.business), None) if owner and check else None
    if check is None or of is None:
        raise Refused(GONE)
    instrument = instruments.of(db, check.instrument, check.version)
    answers = checks.given(db, check.id)
    found = checks.result(db, check.id)
    steps = advise(instrument, found.claimed, answers)
    chat.say(Lines((*_standing(instrument, found.claimed, of.name), *_gates(instrument, found.claimed),
                    *_marks(instrument, found.claimed), _verified(instrument, check, found.verified))))  # fmt: skip
    if before := checks.before(db, check):
        chat.say(_moved(found.claimed.total - (before.claimed or 0)))
    if check.instrument == CHECK:
        chat.say(business.legal_class(chat, db, of.sales, of.capital))
    else:
        chat.say(Lines(tuple(t("{market}: {text}", market=m.market, text=m.text) for m in markets(instrument))))
    if steps:
        chat.say(Lines((t("Next steps:"), *_steps(steps))))
    _buttons(chat, check, steps, export=_offers_export(chat, db, check, found.claimed))


def _standing(instrument: Instrument, score: Score, name: str) -> list[Words]:
    return [
        t("Result of {business}: *{total}* of 100", business=name, total=score.total),
        t("Status: *{band}*", band=instrument.band(score.band).title),
    ]


def _gates(instrument: Instrument, score: Score) -> list[Words]:
    """What alone keeps it from the band of its total."""
    steps = [gate.step for gate in instrument.gates if gate.code in score.held]
    if not steps:
        return []
    if len(steps) == 1:
        return [t("Only one step is left: *{step}*", step=steps[0])]
    return [t("{n} steps are left: {steps}", n=len(steps), steps=", ".join(steps))]


def _marks(instrument: Instrument, score: Score) -> list[Words]:
    ends = strongest_and_weakest(score)
    if ends is None:
        return []
    titles = {i.code: i.title for i in instrument.indicators}
    best, worst = ends
    return [
        t("✅ Strongest: {what} ({score})", what=titles[best], score=score.marks[best].score),
        t("To be improved: {what} ({score})", what=titles[worst], score=score.marks[worst].score),
    ]


def _verified(instrument: Instrument, check: Assessment, score: Score) -> Words:
    kind = t("Quick check") if check.quick else t("Export check") if check.instrument == EXPORT else t("Full check")
    return t(
        "{kind}, in force as of {day}. Counted by the office for now: {total} of 100."
        " It rises when officers confirm what is shown.",
        kind=kind, day=Day(instrument.since), total=score.total,
    )  # fmt: skip


def _moved(by: int) -> Text:
    if by > 0:
        return t("Up {n} points since the last check. 👏", n=by)
    return t("Down {n} points since the last check.", n=-by) if by else t("The same as at the last check.")


def _steps(steps: Sequence[Advice]) -> list[Words]:
    said = [step.recommendation for step in steps]
    return [
        t("{n}. {message} This week: {win}", n=n, message=one.message, win=one.quick_win)
        for n, one in enumerate(said, 1)
    ]


def _offers_export(chat: Chat, db: Db, check: Assessment, score: Score) -> bool:
    """Whether the export check is offered with this result."""
    offered = instruments.in_force(db, EXPORT, chat.local.date()).offered
    return offered is not None and offered.instrument == check.instrument and score.total >= offered.least


def _buttons(chat: Chat, check: Assessment, steps: Sequence[Advice], *, export: bool) -> None:
    this = str(check.id)
    for n, step in enumerate(steps, 1):
        title = step.recommendation.button.title
        numbered = f"{n}. {title}" if len(title) <= _CAPTION - 3 else title
        chat.button(chat.offer(numbered, "assess_wish", check=this, step=step.recommendation.code))
    if check.quick:
        chat.button(chat.offer(caption("Full check"), "assess_full"))
    chat.button(chat.offer(caption("Show evidence"), "assess_proof", check=this))
    chat.button(chat.offer(caption("Change answers"), "assess_change", check=this))
    if export:
        chat.button(chat.offer(caption("Export check"), "assess_export"))
    chat.button(chat.offer(caption("Menu"), "menu"))


@happening(results.ASSESSED)
def assessed(chat: Chat, db: Db, data: Mapping[str, Any]) -> None:
    """The picture of a result, with its page behind a button; later, where she is in the middle of something else."""
    files = data.get("files", [])
    if data.get("failed") or not files:  # the words were said already: none is missed
        chat.silence()
        return
    if chat.talk.waiting and chat.now - chat.talk.touched < _BUSY:
        reminders.put(db, chat.person.id, results.ASSESSED, str(data["assessment"]), chat.now + _BUSY, data)
        chat.silence()
        return
    picture, page = files[0], files[-1]
    chat.attach(Attachment(picture["media"], picture["name"], "image", picture["mime"]))
    chat.say(t("Where the business stands, as a picture."))
    if page is not picture:
        chat.button(chat.offer(caption("As a page (PDF)"), "assess_page", file=str(page["media"])))


@flow("assess_page")
def assess_page(chat: Chat, db: Db) -> None:
    """The page of a result, to be kept: the `file` of hers."""
    file = int(chat.talk.given.get("file", "0"))
    if media.find(db, chat.person.id, file) is None:
        raise Refused(t("The page isn't kept any more. Type *riwayat* to see the result."))
    chat.attach(Attachment(file, "cek-naik-kelas.pdf", "document", "application/pdf"))
    chat.say(t("The result on one page."))


@flow("assess_wish")
def assess_wish(chat: Chat, db: Db) -> None:
    """Note the wish of a recommendation: the `step` of a `check`. Help and questions go to an officer as well."""
    check = checks.hers(db, chat.person, int(chat.talk.given.get("check", "0")))
    owner = owners.find(db, chat.person)
    if check is None or owner is None:
        raise Refused(GONE)
    instrument = instruments.of(db, check.instrument, check.version)
    step = next((r for r in instrument.recommendations if r.code == chat.talk.given.get("step")), None)
    if step is None:
        raise Refused(GONE)
    wishes.keep(db, chat.person, step.button.wish)
    if step.button.does == "training":
        listed = (t("• {what}", what=offer.title) for offer in step.trainings)
        told = t("Noted, {who}. The office sees your wish when it plans these trainings:", who=owner.address)
        chat.say(Lines((told, *listed)))
    else:
        _to_an_officer(chat, db, owner, step)
    for found in faqs.shown(db, chat.local.date()):
        if found.code in step.faqs:
            chat.button(chat.offer(found.title, "faq", answer=found.code))
    chat.button(chat.offer(caption("See the result"), "assess_result", check=str(check.id)))


def _to_an_officer(chat: Chat, db: Db, owner: owners.Owner, step: Recommendation) -> None:
    """A ticket in the words of the recommendation."""
    wanted = ", ".join(offer.title for offer in step.help) or step.message
    number, new = tickets.open_ticket(db, chat.person, "assessment", wanted)
    if not new:
        tickets.add_words(db, chat.person, wanted)
    chat.say(
        t(
            "Noted, {who}, and passed on to an officer: {what}\n"
            "The number: *{number}*. The answer comes here in this chat, in office hours.\n"
            "What you can do already this week: {win}",
            who=owner.address, what=wanted, number=number, win=step.quick_win,
        )
    )  # fmt: skip
