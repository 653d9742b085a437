"""Questions: what is asked, how an answer is read, kept and shown again.

A question's identity is its `key`. `Question[T]` makes ``chat.ask(question)`` a `T` for the type checker.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from bot.chat.buttons import short
from bot.chat.messages import File
from bot.chat.reading import Invalid, Reading, Unsure, plain
from bot.chat.reading.choose import choose
from bot.chat.reading.dates import read_day
from bot.chat.reading.money import read_money
from bot.chat.reading.phone import SENDER, phone_masked, read_phone
from bot.chat.reading.place import Place as Spot
from bot.chat.reading.place import PlaceReader, Site
from bot.chat.reading.yesno import read_yes_no
from bot.chat.text import Day, Rupiah, Words, caption, t

T = TypeVar("T")
Outcome = T | Invalid | Unsure[T]
Draw = Callable[[Words], str]
"""A text as the person reads it, so that typed words can be compared with a button's label."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person gave as an answer: typed `text`, the `code` of a tapped choice, a shared `phone`, a `file`."""

    text: str = ""
    code: str = ""
    phone: str = ""
    own: bool = False
    file: File | None = None


@dataclass(frozen=True, slots=True)
class Question(ABC, Generic[T]):
    """Something to ask. `label` is the answer's name on the review ("kelurahan"); without one it isn't shown there.

    `brief` asks it in short, under the words on why an answer wasn't taken.
    """

    key: str
    text: Words
    label: Words | None = field(default=None, kw_only=True)
    brief: Words | None = field(default=None, kw_only=True)
    only_here: ClassVar[bool] = False
    """Whether no argument of a button or link answers it: a link must not say "all is right" for anybody."""
    takes_rest: ClassVar[bool] = False
    """Whether what is left of the answer before ("Siti Aminah, 0812…") may answer it."""

    @property
    def reader(self) -> str:
        """The name kept beside an answer, to tell later how it was read."""
        return type(self).__name__.lower()

    def options(self) -> Sequence[tuple[str, Words]]:
        """Codes and labels of its buttons."""
        return ()

    def share_phone(self) -> Words | None:
        """The label of the platform's own button for sharing a number, if this question wants one."""
        return None

    @abstractmethod
    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[T]:
        """Read an answer; pure."""

    def change(self, said: Said, reading: Reading, draw: Draw) -> str | None:
        """The key of an earlier answer she wants to change instead of answering; only a review has that."""
        return None

    def names(self) -> frozenset[str]:
        """Words beyond everyday ones that may stand in an answer to it (names of places)."""
        return frozenset()

    def keep(self, value: T) -> Any:
        """The value as JSON."""
        return value

    def restore(self, kept: Any) -> T:
        """The value that `keep` wrote. Raises `ValueError`, `TypeError` or `KeyError` if it is no longer one."""
        return kept

    def show(self, value: T) -> Words:
        """The value on the review."""
        return str(value)


def _words(kept: Any) -> str:
    if not isinstance(kept, str):
        raise TypeError("no words")
    return kept


def _no_text() -> Invalid:
    return Invalid(t("Please type the answer in words."))


@dataclass(frozen=True, slots=True)
class Line(Question[str]):
    """One line of free words. `check` cleans it, says why not, or asks back; at most `longest` characters."""

    check: Callable[[str], Outcome[str]] | None = None
    longest: int = 200

    def restore(self, kept: Any) -> str:
        return _words(kept)

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[str]:
        text = plain.clean(said.text)
        if not text:
            return _no_text()
        if len(text) > self.longest:
            return Invalid(t("That is a bit long. At most {n} letters, please.", n=self.longest))
        return self.check(text) if self.check else text


@dataclass(frozen=True, slots=True)
class Choice(Question[str]):
    """One of several codes. Read by tap, by its words or a part of them, by its place in the list, or by a quantity
    that fits it; in doubt it is asked back. Codes are short ASCII."""

    choices: Sequence[tuple[str, Words]] = ()

    def options(self) -> Sequence[tuple[str, Words]]:
        return self.choices

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[str]:
        codes = [code for code, _ in self.choices]
        if not said.code and not said.text:
            return _no_text()
        if said.code:
            return said.code if said.code in codes else Invalid(t("Please choose one of these."))
        found = choose(said.text, [draw(words) for _, words in self.choices])
        if isinstance(found, int):
            return codes[found]
        return self.which([codes[i] for i in found])

    def which(self, codes: Sequence[str]) -> Outcome[str]:
        """Ask back which of some codes is meant."""
        if not codes:
            return Invalid(t("Please choose one of these."))
        return Unsure(
            codes[0],
            t("Which of these do you mean?"),
            tuple((words, code) for code, words in self.choices if code in codes),
        )

    def restore(self, kept: Any) -> str:
        if kept not in [code for code, _ in self.choices]:
            raise ValueError("no longer a choice")
        return kept

    def show(self, value: str) -> Words:
        return dict(self.choices)[value]


@dataclass(frozen=True, slots=True)
class YesNo(Question[bool]):
    """Yes or no."""

    yes: Words = field(default_factory=lambda: caption("Yes"))
    no: Words = field(default_factory=lambda: caption("No"))
    thumb: bool = True  # whether a bare 👍 is a yes: not where consent or erasure is asked
    takes_rest: ClassVar[bool] = True

    def options(self) -> Sequence[tuple[str, Words]]:
        return (("y", self.yes), ("n", self.no))

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[bool]:
        if said.code in ("y", "n"):
            return said.code == "y"
        chosen = plain.choose(said.text, [draw(self.yes), draw(self.no)])
        if chosen is not None:
            return chosen == 0
        found = read_yes_no(said.text, reading, thumb=self.thumb)
        if isinstance(found, Invalid):
            return found
        if isinstance(found, Unsure):
            return Unsure(found.value == "yes", found.echo)
        match found:
            case "yes" | "no":
                return found == "yes"
            case "in_progress":
                return Unsure(False, t("Still under way, so not yet. Is that right?"))
            case "expired":
                return Unsure(False, t("It was there, but is no longer valid. Is that right?"))
            case _:
                return Invalid(t("Please answer yes or no."))

    def restore(self, kept: Any) -> bool:
        if not isinstance(kept, bool):
            raise TypeError("neither yes nor no")
        return kept

    def show(self, value: bool) -> Words:
        return self.yes if value else self.no


@dataclass(frozen=True, slots=True)
class Number(Question[int]):
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 1_000_000

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[int]:
        number = plain.whole(said.text or said.code)
        if number is None or not self.least <= number <= self.most:
            return Invalid(t("Please type a number from {least} to {most}.", least=self.least, most=self.most))
        return number

    def restore(self, kept: Any) -> int:
        return int(kept)


@dataclass(frozen=True, slots=True)
class Money(Question[int]):
    """One amount in whole rupiah. A range, a bound or an amount per day is asked back as the amount itself."""

    takes_rest: ClassVar[bool] = True

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[int]:
        found = read_money(said.text, reading)
        if isinstance(found, Invalid):
            return found
        if isinstance(found, Unsure):
            return Unsure(found.value.amount, found.echo, tuple((words, m.amount) for words, m in found.choices))
        if found.upto is not None or found.compare or found.period:
            return Unsure(found.amount, t("{amount}, is that right?", amount=Rupiah(found.amount)))
        return found.amount

    def restore(self, kept: Any) -> int:
        return int(kept)

    def show(self, value: int) -> Words:
        return t("{amount}", amount=Rupiah(value))


@dataclass(frozen=True, slots=True)
class Date(Question[date]):
    """A calendar day."""

    takes_rest: ClassVar[bool] = True

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[date]:
        return read_day(said.text, reading)

    def keep(self, value: date) -> Any:
        return value.isoformat()

    def restore(self, kept: Any) -> date:
        return date.fromisoformat(kept)

    def show(self, value: date) -> Words:
        return t("{day}", day=Day(value))


@dataclass(frozen=True, slots=True)
class Phone(Question[str]):
    """A mobile number as E.164, shared by the platform's button or typed. A shared number must be the sender's own."""

    takes_rest: ClassVar[bool] = True

    def share_phone(self) -> Words | None:
        return caption("Share my number")

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[str]:
        if said.phone:
            if not said.own:
                return Invalid(t("That is somebody else's number. Please share your own, or type it."))
            return plain.phone(said.phone if said.phone.startswith(("+", "0")) else "+" + said.phone)
        found = read_phone(said.text, reading)
        if found == SENDER:
            return Invalid(t("To use this number, please tap the button below."))
        return found

    def restore(self, kept: Any) -> str:
        return _words(kept)

    def show(self, value: str) -> Words:
        return phone_masked(value)


@dataclass(frozen=True, slots=True)
class Photo(Question[File]):
    """A picture. The value is the file at the platform; what fetches it is a job."""

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[File]:
        if said.file is None:
            return Invalid(t("Please send a photo."))
        return said.file

    def keep(self, value: File) -> Any:
        return [value.id, value.size, value.mime, value.width, value.height]

    def restore(self, kept: Any) -> File:
        return File(*kept)

    def show(self, value: File) -> Words:
        return t("photo received")


@dataclass(frozen=True, slots=True)
class Place(Question[str]):
    """A kelurahan or desa of the office's own, as its Kemendagri code, then RT and RW where she gave them
    ("35.73.01.1007", "35.73.01.1007;rt=003;rw=015"). `find` reads addresses, `villages` are those that count."""

    find: PlaceReader = field(kw_only=True)
    villages: Sequence[Spot] = field(kw_only=True)
    takes_rest: ClassVar[bool] = True

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[str]:
        if said.code:
            return said.code if self._name(said.code) else _no_text()
        found = self.find(said.text, reading)
        if isinstance(found, Invalid):
            name = plain.clean(said.text)
            short = name[:_NAMED] + ("…" if len(name) > _NAMED else "")
            return Invalid(t('We can\'t find the kelurahan "{name}".', name=short)) if name else found
        if isinstance(found, Site):
            return self._ours(found)
        near = found.choices or ((found.echo, found.value),)
        ours = [(words, self._ours(site)) for words, site in near]
        choices = tuple((words, site) for words, site in ours if isinstance(site, str))
        if not choices:  # "Malang" is the office's town rather than the kabupaten around it
            return self._ours(next((site for _, site in near if self._above(site.place.code)), found.value))
        return Unsure(choices[0][1], found.echo, choices if found.choices else ())

    def _ours(self, site: Site) -> str | Invalid:
        place = site.place
        if self._name(place.code):
            return place.code + (f";rt={site.rt}" if site.rt else "") + (f";rw={site.rw}" if site.rw else "")
        if self._above(place.code):
            if place.kind == "kecamatan":
                return Invalid(t("{name} is a kecamatan. Which kelurahan in it?", name=place.name))
            return Invalid(t("{name} has many kelurahan. Which one is it?", name=place.name))
        if place.kind == "kabupaten":
            return Invalid(t("Kabupaten {name} is outside our area. Which kelurahan of ours is it?", name=place.name))
        return Invalid(t("{name} is outside our area. Which kelurahan of ours is it?", name=place.name))

    def _above(self, code: str) -> bool:
        return any(v.code.startswith(code + ".") for v in self.villages)

    def _name(self, code: str) -> str:
        return next((v.name for v in self.villages if v.code == code), "")

    def names(self) -> frozenset[str]:
        return frozenset(word for v in self.villages for word in v.name.lower().replace("-", " ").split())

    def restore(self, kept: Any) -> str:
        if not self._name(_words(kept).partition(";")[0]):
            raise ValueError("no longer a place of this office")
        return kept

    def show(self, value: str) -> Words:
        code, *inside = value.split(";")
        return ", ".join([self._name(code), *(part.upper().replace("=", " ") for part in inside)])


_NAMED = 40
"""Characters of a place's name that nobody knows, said back to who typed it."""

SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Optional(Question[T | None], Generic[T]):
    """A question that may be skipped; see `optional`."""

    asked: Question[T] = field(kw_only=True)

    @property
    def reader(self) -> str:
        return self.asked.reader

    def options(self) -> Sequence[tuple[str, Words]]:
        return (*self.asked.options(), (SKIP, caption("Skip")))

    def share_phone(self) -> Words | None:
        return self.asked.share_phone()

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[T | None]:
        if said.code == SKIP or (not said.code and plain.skips(said.text, draw(caption("Skip")))):
            return None
        found = self.asked.read(said, reading, draw)
        if not isinstance(found, Invalid) or said.code:
            return found
        # "There is none yet", "no idea".
        return None if read_yes_no(said.text, reading) in ("no", "in_progress", "unsure") else found

    def keep(self, value: T | None) -> Any:
        return None if value is None else self.asked.keep(value)

    def restore(self, kept: Any) -> T | None:
        return None if kept is None else self.asked.restore(kept)

    def show(self, value: T | None) -> Words:
        return t("skipped") if value is None else self.asked.show(value)


def optional(question: Question[T]) -> Optional[T]:
    """The same question with a button to skip it; the answer is then None."""
    return Optional(question.key, question.text, label=question.label, brief=question.brief, asked=question)


@dataclass(frozen=True, slots=True)
class Review(Question[bool]):
    """The last question: is everything right? `answers` are the labelled answers (key, label, shown value)."""

    answers: Sequence[tuple[str, Words, Words]] = ()
    only_here: ClassVar[bool] = True

    def options(self) -> Sequence[tuple[str, Words]]:
        changes = [(f"e{short(key)}", caption("Change {what}", what=name)) for key, name, _ in self.answers]
        return (("ok", caption("All correct")), *changes)

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[bool]:
        chosen = said.code or self._typed(said.text, reading, draw)
        if chosen == "ok":
            return True
        return Invalid(t("Which one should be changed? Please tap its button."))

    def change(self, said: Said, reading: Reading, draw: Draw) -> str | None:
        chosen = said.code or self._typed(said.text, reading, draw)
        return next((key for key, _, _ in self.answers if chosen == f"e{short(key)}"), None)

    def _typed(self, text: str, reading: Reading, draw: Draw) -> str:
        if text.strip().isdigit():
            return ""  # the answers aren't numbered on the screen
        options = list(self.options())
        found = plain.choose(text, [draw(words) for _, words in options])
        if found is None:
            found = plain.choose(text, ["", *(draw(name) for _, name, _ in self.answers)])
        if found is not None:
            return options[found][0]
        return "ok" if read_yes_no(text, reading, thumb=False) == "yes" else ""

    def restore(self, kept: Any) -> bool:
        return bool(kept)
