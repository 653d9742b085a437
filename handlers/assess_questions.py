"""What a check asks: a question as it stands on the screen, what may be shown for an answer, and asking one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.chat.flow import Chat
from bot.chat.messages import File
from bot.chat.questions import Draw, Optional, Outcome, Question, Said, optional
from bot.chat.reading import Invalid, Reading, plain
from bot.chat.reading.identifiers import NO_IDENTIFIER, check
from bot.chat.reading.identifiers import Kind as Number
from bot.chat.text import Lines, Words, caption, t
from bot.domain.assess import assessments as checks
from bot.domain.assess import evidence, instruments, known, photos
from bot.domain.assess.assessments import Assessment
from bot.domain.assess.instrument import Evidence, Fact, Instrument, Item
from bot.domain.assess.progress import asked, bar, questions
from bot.domain.assess.scoring import counts, holds
from bot.domain.db import Db
from bot.domain.tables import Proof
from handlers.assess_answers import Graded

LATER = "later"
"""The answer to "may we see it?" of one who would rather show everything afterwards."""


def question(asking: Item | Fact, instrument: Instrument, answers: Mapping[str, str], *, quick: bool) -> Graded:
    """An item with how far its indicator is, and what its answers mean where their titles don't tell."""
    notes = [t("• {what}: {value}", what=o.title, value=o.note) for o in asking.options if o.note]
    choices = tuple((option.code, option.title) for option in asking.options)
    lines: list[Words] = [asking.text, *notes]
    if isinstance(asking, Item):
        lines.insert(0, how_far(instrument, answers, asking.indicator, quick=quick))
    named = asking.named if isinstance(asking, Item) else ()
    nib = asking.known.option if isinstance(asking, Item) and asking.known else ""
    shown = Lines(tuple(lines))
    return Graded(asking.code, shown, choices, brief=asking.text, graded=asking.options, named=named, nib=nib)


def _answered(asking: Item | Fact) -> Graded:
    """A question that has its answer and isn't shown: a check gone through again is quick."""
    choices = tuple((option.code, option.title) for option in asking.options)
    return Graded(asking.code, asking.text, choices, graded=asking.options)


def how_far(instrument: Instrument, answers: Mapping[str, str], indicator: str, *, quick: bool = False) -> Words:
    """▰▰▰▱▱▱ Kemasan 3/5; a quick check counts all of its questions, there are few of an indicator."""
    items = asked(instrument, answers, quick=quick, indicator=None if quick else indicator)
    done = sum(i.code in answers for i in items)
    name = next(i.short for i in instrument.indicators if i.code == indicator)
    return t("{bar} {what} {done}/{of}", bar=bar(done, len(items)), what=name, done=done, of=len(items))


NUMBERS: dict[str, Number] = {
    "nib": "nib", "npwp": "npwp", "pirt": "pirt", "bpom": "bpom", "halal": "halal", "trademark": "merek",
}  # fmt: skip
"""The readers of numbers, by what an instrument calls them."""


@dataclass(frozen=True, slots=True)
class Proving(Question[File | str]):
    """Something to show: a photo, or words where they are asked for; a number is looked at before it is taken."""

    wanted: Evidence = field(kw_only=True)
    several: bool = field(default=False, kw_only=True)

    def options(self) -> Sequence[tuple[str, Words]]:
        return ((LATER, caption("All of it later")),) if self.several else ()

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[File | str]:
        if said.file is not None:
            return said.file
        if said.code == LATER or plain.fold(said.text) == plain.fold(draw(caption("All of it later"))):
            return LATER
        text = plain.clean(said.text)
        if self.wanted.kind == "photo" or not text:
            return Invalid(t("Please send a photo. If there is none yet, choose Skip."))
        if self.wanted.kind in ("number", "photo_or_number") and (number := NUMBERS.get(self.wanted.identifier or "")):
            if not re.search(r"\d", text):
                return Invalid(NO_IDENTIFIER)
            checked = check(number, text, reading)
            if checked.state == "wrong":
                return Invalid(checked.odd or NO_IDENTIFIER)
            return checked.value
        if len(text) > _LONGEST:
            return Invalid(t("That is a bit long. At most {n} letters, please.", n=_LONGEST))
        return text

    def keep(self, value: File | str) -> Any:
        return value if isinstance(value, str) else [value.id, value.size, value.mime, value.width, value.height]

    def restore(self, kept: Any) -> File | str:
        return kept if isinstance(kept, str) else File(*kept)

    def show(self, value: File | str) -> Words:
        return value if isinstance(value, str) else t("photo received")


_LONGEST = 200


def proving(asking: Item | Fact, *, several: bool) -> Optional[File | str]:
    """May we see it? Always to be skipped."""
    assert asking.evidence is not None
    wanted = asking.evidence
    lines: list[Words] = [t("May we see it? {what}", what=wanted.ask)]
    if wanted.kind == "photo":
        lines.append(t("All in one photo, please. If there is none yet, choose Skip."))
    elif wanted.kind == "photo_or_number":
        lines.append(t("Send one photo, or type the number. If there is none yet, choose Skip."))
    else:
        lines.append(t("Just type it, or send a photo. If there is none yet, choose Skip."))
    key = f"{asking.code}_shown"
    asked_for = Proving(key, Lines(tuple(lines)), brief=lines[0], wanted=wanted, several=several)
    return optional(asked_for)


def to_show(instrument: Instrument, code: str, answer: str) -> Item | None:
    """An item for whose answer something can be shown that counts; there is nothing to show of what isn't there.

    A permit under way has no number yet; only a trademark's application has one.
    """
    item = instrument.question(code)
    if not isinstance(item, Item) or item.evidence is None or not counts(item) or not item.points.get(answer):
        return None
    under_way = any(option.code == answer and option.means == "in_progress" for option in item.options)
    if item.permit and under_way and item.evidence.identifier != "trademark":
        return None
    return item


def ask_all(chat: Chat, db: Db, check: Assessment, *, indicator: str | None = None, prove: bool = False) -> None:
    """Ask what is still open of a check, or of one of its indicators; each answer is kept when it is given.

    With `prove` also what can be shown for it. What was answered in this talk is gone through again, so that *kembali*
    finds its way.
    """
    instrument = instruments.of(db, check.instrument, check.version)
    kept = checks.given(db, check.id)
    here = {*chat.talk.answers, chat.talk.waiting}
    before = {code: answer for code, answer in kept.items() if code not in here}
    for asking, answer in each(chat, instrument, before, quick=check.quick, indicator=indicator):
        if (was := kept.get(asking.code)) != answer:
            checks.put(db, check, asking.code, answer, was=was)
            if isinstance(asking, Item) and asking.known:
                known.fill(db, chat.person, check)
            db.mark()  # it is kept, whatever comes: the rule "first ask, then write" begins anew
        if prove and (item := to_show(instrument, asking.code, answer)) is not None:
            _prove(chat, db, check, item)


def each(
    chat: Chat, instrument: Instrument, before: Mapping[str, str], *, quick: bool = False, indicator: str | None = None
) -> Iterator[tuple[Item | Fact, str]]:
    """Ask what isn't answered `before`, and give each question with its answer."""
    answers = dict(before)
    for asking in questions(instrument, quick=quick, indicator=indicator):
        if asking.code in answers or not holds(asking.when, answers):
            continue
        told = asking.code not in chat.talk.answers
        answers[asking.code] = answer = chat.ask(
            question(asking, instrument, answers, quick=quick) if told else _answered(asking)
        )
        yield asking, answer


def proven(db: Db, check: Assessment, item: str) -> bool:
    """Whether what is shown for an answer waits for an officer, or is confirmed: there is nothing to ask for."""
    proof = checks.proofs(db, check.id, checks.given(db, check.id)).get(item)
    return proof in (Proof.CLAIMED, Proof.CONFIRMED)


def _prove(chat: Chat, db: Db, check: Assessment, item: Item) -> None:
    asking = proving(item, several=True)
    here = asking.key in chat.talk.answers or asking.key == chat.talk.waiting
    if not here and ("later" in chat.talk.given or proven(db, check, item.code)):
        return
    shown = chat.ask(asking)
    given, at = chat.talk.given, chat.talk.answers[asking.key].at
    if given.get(f"{item.code}_kept") == at:  # noted when it was given
        return
    given[f"{item.code}_kept"] = at
    if shown == LATER:
        given["later"] = "1"
    elif shown is not None:
        keep_shown(chat, db, check, item.code, shown)
        db.mark()


def keep_shown(chat: Chat, db: Db, check: Assessment, item: str, shown: File | str, *, again: bool = False) -> None:
    """Note what she shows. A photo is fetched and looked at by a job; one that can't be read is asked for `again`."""
    if isinstance(shown, str):
        evidence.show(db, chat.person, check.id, item, words=shown)
    else:
        day = chat.local.date()
        answer = checks.given(db, check.id)[item]  # it may have changed when the photo has been looked at
        photos.ask_for_photo(db, chat.person, shown, day, again=again, check=check.id, item=item, answer=answer)
