"""Photos of evidence: having one looked at, and what to say of one that wasn't kept (`bot.files.photo` looks at it)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from bot.chat.flow import Person
from bot.chat.messages import File
from bot.chat.text import Text, t
from bot.domain import jobs
from bot.domain.dated import rule
from bot.domain.db import Db
from bot.domain.tables import contacts
from bot.files.photo import Verdict

WORK = "bot.files.photo:cleaned"
LOOKED_AT = "photo_looked_at"
"""The happening that brings what came of a photo."""
RULE = "photo.limits"
"""The dated rule: `sharp` (`bot.files.photo.sharpness`), `side` (pixels of the shorter side): below is asked again."""
WHY: Mapping[Verdict, Text] = {
    "small": t("The photo is rather small. Please take it once more from closer by, and send it as a photo."),
    "blurred": t("The photo is a little blurred. Please hold the phone still, in good light, and send it once more."),
    "large": t("The photo is too large for us. Please send it as a photo, not as a file."),
    "format": t("We can't open this kind of file. Please send it as a photo, or as JPG or PNG."),
    "moving": t("We need a photo that stands still. Please send it as a photo."),
    "broken": t("The photo didn't arrive whole. Please send it once more."),
    "gone": t("We couldn't fetch the photo. Please send it once more."),
}
"""What to say of a photo that wasn't kept. It never holds up the check: evidence is always optional."""


def ask_for_photo(db: Db, person: Person, file: File, day: date, *, again: bool = False, **about: Any) -> None:
    """Have a photo fetched from the contact it came by, and looked at.

    It comes back to the person as the happening `LOOKED_AT`: ``{"verdict": Verdict, "about": about}``, if "kept" with
    ``files`` of one {media, name, mime}. `again`: it was asked for once more, and is kept though small or blurred.
    `day` of the office's calendar decides which limits hold.
    """
    account = db.execute(select(contacts.c.account_id).where(contacts.c.id == person.contact)).scalar_one()
    args = {
        "fetch": {"account": account, "file": file.id, "size": file.size},
        "limits": {} if again else rule(db, RULE, day).value,
        "about": about,
    }
    jobs.put(db, WORK, args, person=person.id, then=LOOKED_AT)
