"""What an operator can have done: plain functions ``(db, **arguments) -> JSON``, named as the command line names them.

They run inside the process that has the database open, or, when none runs, in the command's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from bot.chat.text import to_json
from bot.domain import audit, breach, costs, dated, dead_letters, faqs, inbox, officers, places, regions, tables
from bot.domain.assess import instruments, sheets
from bot.domain.db import Db

Answer = dict[str, Any]


def officers_invite(db: Db, name: str, role: str, area: str) -> Answer:
    if not _known(db, area):
        raise ValueError(f"The area {area} isn't known: take a Kemendagri code of yours, like 35.73 (Kota Malang).")
    return {"code": officers.invite(db, name, role, area), "hours": officers.INVITE_HOURS}


def _known(db: Db, area: str) -> bool:
    """Whether an area is one of the desk's regions; before its first start, one that comes with Pendamping."""
    if places.count(db, area) or places.name(db, area) != area:
        return True
    if db.execute(select(tables.regions.c.code).limit(1)).first():
        return False
    try:
        return any(place.code == area for place in regions.load(area[:5]))
    except ValueError:
        return False


def officers_list(db: Db) -> Answer:
    return {
        "officers": [
            {"id": o.person, "name": o.name, "role": o.role, "area": o.area, "since": o.since.isoformat()}
            for o in officers.listed(db)
        ]
    }


def officers_revoke(db: Db, id: int) -> Answer:
    return {"revoked": officers.revoke(db, id)}


def quarantine_list(db: Db) -> Answer:
    return {
        "rows": [
            {
                "id": row.id,
                "account": row.account,
                "kind": row.kind,
                "state": row.state.name.lower(),
                "attempts": row.attempts,
                "received": row.received_at.isoformat(),
                "error": row.error,
            }
            for row in inbox.aside(db)
        ]
    }


def quarantine_show(db: Db, id: int) -> Answer:
    _all_aside(db, [id])
    audit.note(db, None, "quarantine.shown", inbox.aside_person(db, id), f"inbox:{id}")
    return {"payload": inbox.aside_payload(db, id)}


def quarantine_replay(db: Db, ids: list[int]) -> Answer:
    _all_aside(db, ids)
    return {"replayed": inbox.replay(db, ids)}


def quarantine_drop(db: Db, ids: list[int]) -> Answer:
    _all_aside(db, ids)
    return {"dropped": inbox.drop(db, ids)}


def _all_aside(db: Db, ids: list[int]) -> None:
    """Raises `ValueError` naming what isn't set aside: a mistyped number must not pass for done."""
    if unknown := sorted(set(ids) - {row.id for row in inbox.aside(db)}):
        raise ValueError(f"Not set aside: {_named(unknown)}. `pendamping quarantine list` shows what is.")


def _named(ids: list[int]) -> str:
    return ", ".join(map(str, ids))


def outbox_list(db: Db) -> Answer:
    return {"rows": dead_letters.listed(db)}


def outbox_requeue(db: Db, ids: list[int] | None) -> Answer:
    if ids is None:
        return {"requeued": dead_letters.requeue(db, None)}
    if unknown := [id for id in sorted(set(ids)) if not dead_letters.requeue(db, [id])]:
        raise ValueError(f"Not given up: {_named(unknown)}. `pendamping outbox list` shows what is.")
    return {"requeued": len(set(ids))}


def regions_import(db: Db, rows: list[list[str]]) -> Answer:
    return {"regions": places.put(db, [regions.checked(row) for row in rows])}


def rules_list(db: Db) -> Answer:
    return {
        "rules": [
            {"name": r.name, "since": r.since.isoformat(), "value": r.value, "source": r.source}
            for r in dated.listed(db)
        ]
    }


def breach_affected(db: Db, since: str, until: str, officer: int | None, everybody: bool, after: int) -> Answer:
    begin, end = datetime.fromisoformat(since), datetime.fromisoformat(until)
    if officer is not None and not breach.did(db, officer):
        raise ValueError(f"There is no officer {officer}, and nobody of that number did anything.")
    found = breach.everybody(db, end, after) if everybody else breach.by_looks(db, begin, end, officer, after)
    return {"affected": [{**asdict(each), "last": each.last.isoformat(timespec="seconds")} for each in found]}


def breach_drafts(db: Db, story: Mapping[str, str], count: int, unreached: int) -> Answer:
    told = _story(story)
    agency = breach.to_agency(told, count, unreached, db.now)
    return {"agency": to_json(agency), "person": to_json(breach.to_person(told))}


def breach_notify(db: Db, story: Mapping[str, str], persons: list[int], begin: int) -> Answer:
    return {"told": breach.notify(db, _story(story), persons, begin)}


def _story(story: Mapping[str, str]) -> breach.Story:
    what, how, remedy, contact = (story[name] for name in ("what", "how", "remedy", "contact"))
    since, until = (datetime.fromisoformat(story[name]) for name in ("since", "until"))
    return breach.Story(what, how, remedy, contact, since, until)


def rules_set(db: Db, name: str, since: str, value: Any, source: str) -> Answer:
    dated.check(name, value)
    dated.put(db, name, date.fromisoformat(since), value, source)
    return {"set": name}


def instrument_list(db: Db) -> Answer:
    instruments.ship(db)
    return {
        "instruments": [
            {"code": code, "version": version, "since": since.isoformat()}
            for code, version, since in instruments.listed(db)
        ]
    }


def instrument_show(db: Db, code: str, version: str) -> Answer:
    instruments.ship(db)  # also before the first start
    try:
        if not version:  # in force today, by UTC: an hour more or less is no matter here
            version = instruments.in_force(db, code, db.now.date()).version
        return {"document": instruments.of(db, code, version).model_dump(mode="json")}
    except LookupError as error:
        raise ValueError(f"There is {error}: `pendamping instrument list` shows those there are.") from None


def instrument_import(db: Db, document: Any) -> Answer:
    made = instruments.put(db, document)
    return {"code": made.code, "version": made.version, "since": made.since.isoformat()}


def faq_list(db: Db) -> Answer:
    faqs.ship(db)
    return {"faqs": [{k: v if isinstance(v, int) else str(v or "") for k, v in row.items()} for row in faqs.listed(db)]}


def faq_import(db: Db, rows: Any) -> Answer:
    return {"changed": faqs.put(db, faqs.read(rows))}


def faq_approve(db: Db, codes: list[str], by: str) -> Answer:
    return {"approved": faqs.approve(db, codes, by)}


def export_names(db: Db, assessments: list[int]) -> Answer:
    """Names for a list of assessments; that they were taken along is noted."""
    found = sheets.take_along(db, assessments)
    return {"names": [[id, business, owner] for id, (business, owner) in found.items()]}


def whatsapp_costs(db: Db, month: str) -> Answer:
    first = date.fromisoformat(month).replace(day=1)
    return {"costs": costs.of_month(db, first), "rupiah": costs.rupiah(db, first)}


COMMANDS: dict[str, Callable[..., Answer]] = {
    "export names": export_names,
    "faq approve": faq_approve,
    "faq import": faq_import,
    "faq list": faq_list,
    "instrument import": instrument_import,
    "instrument list": instrument_list,
    "instrument show": instrument_show,
    "officers invite": officers_invite,
    "officers list": officers_list,
    "officers revoke": officers_revoke,
    "quarantine list": quarantine_list,
    "quarantine show": quarantine_show,
    "quarantine replay": quarantine_replay,
    "quarantine drop": quarantine_drop,
    "outbox list": outbox_list,
    "outbox requeue": outbox_requeue,
    "regions import": regions_import,
    "breach affected": breach_affected,
    "breach drafts": breach_drafts,
    "breach notify": breach_notify,
    "rules list": rules_list,
    "rules set": rules_set,
    "whatsapp costs": whatsapp_costs,
}
