"""How our accounts stand at their platforms: what was told of them last, of their templates and limits.

Who looks after the machine is alerted when something has come to be wrong, once: not when it is told again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from bot.chat.messages import Standing, Template
from bot.chat.text import Words, t
from bot.domain import officers, people
from bot.domain.db import Db
from bot.domain.tables import accounts, standings

SENDING = "sending"
"""About this we know by ourselves: the platform refuses the account when something is sent."""
STOPPED = ("PAUSED", "REJECTED", "DISABLED", "PENDING_DELETION", "DELETED", "ARCHIVED", "LIMIT_EXCEEDED", "REFUSED")
"""States in which a template isn't sent. The last is ours: the platform has told it when one was sent."""
BELIEVED = timedelta(hours=6)
"""How long a template isn't tried that was told to be stopped: news that it can be used again may get lost."""
_KNOWN = select(standings).where(standings.c.account_id == bindparam("account"), standings.c.about == bindparam("of"))


def note(db: Db, account: int, told: Sequence[Standing]) -> bool:
    """Note what a platform has told of an account. Whether officers were told of something.

    What was so before what we know isn't noted.
    """
    alerted = 0
    for one in told:
        about, at = one.about[:200], one.at or db.now
        known = _known(db, account, about)
        if known is not None and known.at > at:
            continue
        row = {"account_id": account, "about": about, "state": one.state[:60], "why": one.why[:200]}
        db.upsert(standings, ("account_id", "about"), row | {"wrong": one.wrong, "at": at})
        if one.wrong and (known is None or (known.state, known.wrong) != (row["state"], True)):
            origin = f"standing:{account}:{about[:60]}:{int(db.now.timestamp())}"
            alerted += officers.alert(db, _words(db, account, one), origin=origin, action="officer.see")
    return alerted > 0


def _known(db: Db, account: int, about: str) -> Any:
    return db.execute(_KNOWN, {"account": account, "of": about}).first()


def _words(db: Db, account: int, one: Standing) -> Words:
    platform = people.platform(db, account)
    what, _, which = one.about.partition(" ")
    if what == "template":
        return t(
            "{platform} tells: the template {name} is {state} now. What would go by it waits.\n"
            "Please have it looked at on the platform's page.",
            platform=platform, name=which.partition(" ")[0], state=one.state,
        )  # fmt: skip
    if what == SENDING:
        return t(
            "{platform} doesn't take our messages just now ({why}). They wait.\n"
            "Please have whoever looks after the machine run *pendamping check*.",
            platform=platform, why=one.why or one.state,
        )  # fmt: skip
    return t(
        "{platform} tells of our account: {state} {why}\nPlease have it looked at on the platform's page.",
        platform=platform, state=one.state, why=one.why,
    )  # fmt: skip


def about_template(name: str, language: str) -> str:
    """What a `Standing` of a template is about."""
    return f"template {name} {language}"


def stopped(db: Db, account: int, template: Template) -> bool:
    """Whether a template isn't to be sent now."""
    known = _known(db, account, about_template(template.name, template.language))
    return known is not None and known.state in STOPPED and db.now - known.at < BELIEVED


def refused(db: Db, account: int, template: Template, why: str) -> bool:
    """A template was sent and refused. As `note`."""
    about = about_template(template.name, template.language)
    known = _known(db, account, about)
    state = known.state if known is not None and known.wrong else "REFUSED"
    return note(db, account, [Standing(about, state, why, wrong=True)])


def doubtful(db: Db, account: int, template: Template) -> bool:
    """Whether a template was refused before, and hasn't gone out since."""
    known = _known(db, account, about_template(template.name, template.language))
    return known is not None and known.state == "REFUSED"


def taken(db: Db, account: int, template: Template) -> None:
    """A template that was refused before is taken again; what the platform told of it by itself stays."""
    about = about_template(template.name, template.language)
    ours = standings.c.account_id == account, standings.c.about == about
    db.execute(delete(standings).where(*ours, standings.c.state == "REFUSED"))


def tier(db: Db, account: int, configured: int) -> int:
    """How many people the office may begin with in 24 hours: as the platform has told, else as it was `configured`."""
    known = _known(db, account, "tier")
    return int(known.state) if known is not None else configured


def begin(db: Db, ours: Sequence[int]) -> None:
    """At a start: whether accounts are refused is found out anew."""
    db.execute(delete(standings).where(standings.c.account_id.in_(ours), standings.c.about == SENDING))


def mended(db: Db, account: int, sent: datetime) -> None:
    """What was sent then has gone out: the account isn't refused any more, where it was before."""
    ours = standings.c.account_id == account, standings.c.about == SENDING
    db.execute(delete(standings).where(*ours, standings.c.at < sent))


def wrong(db: Db | Connection) -> list[tuple[str, str, str, str, datetime]]:
    """What stands wrong, to be mended: account, about, state, why, since."""
    found = select(accounts.c.name, standings).join_from(standings, accounts).where(standings.c.wrong)
    rows = db.execute(found.order_by(accounts.c.name, standings.c.about))
    return [(row.name, row.about, row.state, row.why, row.at) for row in rows]
