"""The office's templates beside those of its account at WhatsApp: what is missing, refused, paused or different."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.channels.whatsapp import NO_CODE
from bot.channels.whatsapp_graph import Graph, Refusal
from bot.domain.windows import Listed

State = Literal["approved", "pending", "missing", "rejected", "paused", "disabled", "different"]
USABLE: tuple[State, ...] = ("approved", "pending")
"""States in which there is nothing to be done: what is pending is looked at by the platform."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A template of ours and how it stands there; `why` says what is different."""

    name: str
    language: str
    state: State
    why: str = ""


def compare(ours: Sequence[Listed], theirs: Sequence[dict[str, Any]]) -> list[Compared]:
    """How each of our templates stands at the platform."""
    there = {(one.get("name"), one.get("language")): one for one in theirs}
    return [_compared(mine, there.get((mine.name, mine.language))) for mine in ours]


def _compared(mine: Listed, theirs: dict[str, Any] | None) -> Compared:
    if theirs is None:
        return Compared(mine.name, mine.language, "missing")
    states: dict[str, State] = {"APPROVED": "approved", "REJECTED": "rejected", "PAUSED": "paused"}
    states |= {"DISABLED": "disabled"}
    state = states.get(str(theirs.get("status")), "pending")
    if state not in USABLE:
        return Compared(mine.name, mine.language, state)
    if theirs.get("category") != mine.category:
        return Compared(mine.name, mine.language, "different", f"its category there is {theirs.get('category')}")
    there: list[dict[str, Any]] = theirs.get("components", [])
    for part in mine.components():
        kind, words = part["type"], "buttons" if part["type"] == "BUTTONS" else "text"
        others = [one.get(words) for one in there if one.get("type") == kind]
        if [_plain(one) for one in others] != [_plain(part[words])]:
            return Compared(mine.name, mine.language, "different", f"its {kind.lower()} there is another one")
    return Compared(mine.name, mine.language, state)


def _plain(words: Any) -> Any:
    """A text, or the labels of buttons."""
    if not isinstance(words, list):
        return words
    return [(one.get("type"), one.get("text")) for one in cast(list[dict[str, Any]], words)]


def wrong(refusal: Refusal) -> tuple[str, str]:
    """Why an account's templates can't be had, and what to look at; for who looks after the machine."""
    if refusal.code == NO_CODE:
        return f"can't reach Meta: {refusal.said}", "check the network and [whatsapp] api_url"
    told = f"Meta refuses: {refusal.code} {refusal.said}"
    if refusal.code == 100:
        return told, "see [whatsapp] waba_id: the account's id at Meta, which isn't the number's"
    return told, "see [whatsapp] access_token: it needs whatsapp_business_management"


async def push(graph: Graph, account: str, ours: Sequence[Listed]) -> list[str]:
    """Hand in those that are missing; their names. Raises `Refusal`."""
    states = compare(ours, await graph.templates(account))
    missing = [mine for mine, found in zip(ours, states, strict=True) if found.state == "missing"]
    for mine in missing:
        what = {"name": mine.name, "language": mine.language, "category": mine.category}
        await graph.put_template(account, what | {"components": mine.components()})
    return [mine.name for mine in missing]
