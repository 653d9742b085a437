"""The language a person reads, changed at any time, also in the middle of a talk."""

from __future__ import annotations

from bot.chat.flow import Chat, flow
from bot.chat.questions import Choice, Draw, Outcome, Said
from bot.chat.reading import Reading, plain
from bot.chat.text import caption, t
from bot.domain import people
from bot.domain.db import Db

NAMES = {"id": "Indonesia", "jv": "Jawa", "en": "English"}
"""Each language in its own word; a language that isn't here is shown by its code."""


ALSO = {
    "jowo": "jv", "basa jawa": "jv", "boso jowo": "jv", "bahasa jawa": "jv", "basa jawi": "jv", "javanese": "jv",
    "indo": "id", "bahasa indonesia": "id", "bahasa": "id", "inggris": "en", "bahasa inggris": "en",
}  # fmt: skip
"""What else people call a language."""


class Spoken(Choice):
    """A language, by any of its names."""

    def read(self, said: Said, reading: Reading, draw: Draw) -> Outcome[str]:
        code = ALSO.get(plain.fold(said.text))
        return code if code in dict(self.choices) else Choice.read(self, said, reading, draw)


@flow(
    "language", command="bahasa", words=("bahasa", "ganti bahasa", "language", "basa jawa", "boso jowo"), desk=None,
    title=caption("Language"), intents=("bahasa",),
)  # fmt: skip
def language(chat: Chat, db: Db) -> None:
    spoken = chat.office.get("languages", " ".join(NAMES)).split()
    names = tuple((code, NAMES.get(code, code)) for code in spoken)
    chosen = chat.ask(Spoken("language", t("Which language do you like to read?"), names))

    people.set_language(db, chat.person.id, chosen)
    chat.say(t("All right, from now on we write in this language: {language}.", language=dict(names)[chosen]))
