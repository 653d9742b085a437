"""Cek Naik Kelas and Cek Siap Ekspor: the quick check, the full one by its parts, and going on after days."""

from __future__ import annotations

from math import ceil

from bot.chat.flow import Chat, Person, flow
from bot.chat.questions import Choice
from bot.chat.reading import plain
from bot.chat.text import Lines, Words, caption, t
from bot.domain import owners
from bot.domain.assess import assessments as checks
from bot.domain.assess import instruments, known
from bot.domain.assess.assessments import Assessment, Kind
from bot.domain.assess.instruments import CHECK, EXPORT
from bot.domain.assess.progress import asked_of_profile, missing, progress
from bot.domain.db import Db
from handlers import assess_questions, assess_result, business, consent

_A_MINUTE = 5
"""Questions that most answer in a minute."""


def _registered(person: Person, db: Db) -> bool:
    return owners.known(db, person)


@flow(
    "assess", command="cek", title=caption("Business check"), menu=15, when=_registered, link=True,
    words=("cek", "cek naik kelas", "naik kelas", "cek cepat", "cek usaha", "penilaian", "asesmen"),
    intents=("asesmen",), keeps=True,
)  # fmt: skip
def assess(chat: Chat, db: Db) -> None:
    """The quick check: its few questions, then the result at once."""
    check = begin(chat, db, CHECK, "quick")
    if check is None:
        return
    if not check.quick:  # the full one is open already
        show_parts(chat, db, check)
        return
    _introduce(chat, db, check)
    assess_questions.ask_all(chat, db, check)
    assess_result.finish(chat, db, check)


@flow(
    "assess_full", command="ceklengkap",
    words=("cek lengkap", "lengkapi penilaian", "penilaian lengkap", "lengkapi cek"),
)  # fmt: skip
def assess_full(chat: Chat, db: Db) -> None:
    """The full check: which part is asked first is hers to say."""
    check = begin(chat, db, CHECK, "full")
    if check is not None:
        show_parts(chat, db, check)


def _in_parts(person: Person, db: Db) -> bool:
    return checks.full_open(db, person) is not None


@flow(
    "assess_part", keeps=True, when=_in_parts,
    words=("legalitas", "kualitas", "kemasan", "branding", "pemasaran digital", "distribusi"),
)  # fmt: skip
def assess_part(chat: Chat, db: Db) -> None:
    """The questions of one indicator: `part` of the `check`, or by the name that was `heard`."""
    given = chat.talk.given
    if "check" not in given and (going := checks.full_open(db, chat.person)):
        named = plain.fold(given.pop("heard", ""))
        of = instruments.of(db, going.instrument, going.version).indicators
        given |= {"check": str(going.id), "part": next((i.code for i in of if plain.fold(i.short) == named), "")}
    if not consent.allowed(chat, db):
        return
    check = open_check(chat, db)
    assess_questions.ask_all(chat, db, check, indicator=chat.talk.given.get("part"), prove=True)
    show_parts(chat, db, check)


@flow(
    "assess_export", command="cekekspor", words=("cek ekspor", "siap ekspor", "cek siap ekspor", "kesiapan ekspor"),
    keeps=True,
)  # fmt: skip
def assess_export(chat: Chat, db: Db) -> None:
    check = begin(chat, db, EXPORT, "full")
    if check is None:
        return
    _introduce(chat, db, check)
    assess_questions.ask_all(chat, db, check)
    assess_result.finish(chat, db, check)


def begin(chat: Chat, db: Db, code: str, kind: Kind) -> Assessment | None:
    """The open check, or a new one, of the business she means; None where she may not (yet), which is said."""
    if "check" in chat.talk.given:
        return open_check(chat, db) if consent.allowed(chat, db) else None
    owner = owners.find(db, chat.person)
    if owner is None:
        business.unregistered(chat)
        return None
    if not consent.agreed(chat, db):
        consent.refused(chat, db)
        return None
    which = which_business(chat, owner)
    waiting = checks.open_of(db, which.id, code)
    if waiting is not None and _goes_on(chat, db, owner, waiting) == "new":
        checks.give_up(db, chat.person, waiting.id)
    check = checks.start(db, chat.person, which.id, code, kind, chat.local.date())
    for fact in known.fill(db, chat.person, check):
        chat.say(t("{what} is noted in your profile, so it isn't asked again.", what=business.LABELS[fact]))
    consent.note(chat, db)
    chat.talk.given["check"] = str(check.id)
    db.mark()  # it is begun: more is asked below
    return check


def which_business(chat: Chat, owner: owners.Owner) -> owners.Business:
    """The one she has, or the one she chooses of several."""
    choices = tuple((str(one.id), one.name) for one in owner.businesses)
    if len(choices) == 1:
        return owner.businesses[0]
    chosen = chat.ask(Choice("business", t("Which business is it about?"), choices))
    return next(one for one in owner.businesses if str(one.id) == chosen)


def _goes_on(chat: Chat, db: Db, owner: owners.Owner, waiting: Assessment) -> str:
    """Whether a check that was begun goes on, or a new one begins."""
    instrument = instruments.of(db, waiting.instrument, waiting.version)
    answers = checks.given(db, waiting.id)
    far = progress(instrument, answers, quick=waiting.quick)
    done, of = sum(part.done for part in far), sum(part.of for part in far)
    hers = [item for item in instrument.items if item.code in answers and item.known is None]
    if not hers or done == of:
        return "go"
    at = next(part.indicator for part in far if part.done < part.of)
    name = next(i.short for i in instrument.indicators if i.code == at)
    asked = t(
        "{who}, your check has come to {part} ({done} of {of}).\nShall we go on?",
        who=owner.address, part=name, done=done, of=of,
    )  # fmt: skip
    return chat.ask(Choice("resume", asked, (("go", caption("Go on")), ("new", caption("Start over")))))


def open_check(chat: Chat, db: Db) -> Assessment:
    """The check this talk is about. `Refused` if it is finished, or given up."""
    return checks.opened(db, chat.person, int(chat.talk.given.get("check", "0")))


def _introduce(chat: Chat, db: Db, check: Assessment) -> None:
    """What it is and how long it takes, above the first question."""
    instrument = instruments.of(db, check.instrument, check.version)
    n = len(missing(instrument, checks.given(db, check.id), quick=check.quick))
    chat.say(
        t(
            "{title} has {n} questions, about {minutes} minutes.\n"
            "No answer is wrong. Just tell how it is, so that our advice fits.\n"
            "You can stop and go on at any time.",
            title=instrument.title, n=n, minutes=ceil(n / _A_MINUTE),
        )
    )  # fmt: skip


def show_parts(chat: Chat, db: Db, check: Assessment) -> None:
    """How far each indicator is, with buttons for those that are open; at the end, for the result."""
    instrument = instruments.of(db, check.instrument, check.version)
    answers = checks.given(db, check.id)
    far = progress(instrument, answers, quick=check.quick)
    lines: list[Words] = [assess_questions.how_far(instrument, answers, part.indicator) for part in far]
    if not missing(instrument, answers, quick=check.quick):
        chat.say(Lines((t("Every question is answered. 🙏"), *lines)))
        chat.button(chat.offer(caption("See the result"), "assess_result", check=str(check.id)))
        chat.button(chat.offer(caption("Change answers"), "assess_change", check=str(check.id)))
        return
    chat.say(Lines((t("Which part comes next? All answers are kept, you can go on at any time."), *lines)))
    facts = any(f.code not in answers for f in asked_of_profile(instrument, answers, quick=check.quick))
    names = {i.code: i.short for i in instrument.indicators}
    rest = [part.indicator for part in far if part.done < part.of]
    later = {"later": "1"} if "later" in chat.talk.given else {}  # of the whole check, not of one part
    for indicator in rest or ([far[0].indicator] if facts else []):
        chat.button(chat.offer(names[indicator], "assess_part", check=str(check.id), part=indicator, **later))
