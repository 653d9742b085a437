"""`pendamping breach`: who is affected, and the notice to them and to the agency."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from bot.config import Config
from bot.terminal import AsJson, do, settings, show

PAGE = 500


def breach(
    since: Annotated[str, typer.Option(help="From then on, in the office's time: 2026-11-23 or 2026-11-23T08:00.")],
    until: Annotated[str, typer.Option(help="Until then; of a day, until its end.")],
    officer: Annotated[int | None, typer.Option(help="Only what this officer looked at (`officers list`).")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody known then: the database was taken.")] = False,
    what: Annotated[str, typer.Option(help="What was disclosed, in Indonesian.")] = "…",
    how: Annotated[str, typer.Option(help="When and how it happened.")] = "…",
    remedy: Annotated[str, typer.Option(help="What the office does about it.")] = "…",
    contact: Annotated[str, typer.Option(help="Whom people can ask.")] = "…",
    send: Annotated[bool, typer.Option("--send", help="Send the notice to those affected, after asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """List who is affected by a breach, and draft the notices that the law wants within 3 x 24 hours."""
    config = settings()
    begin, end = _instant(since, config), _instant(until, config, ends=True)
    if end <= begin:
        raise typer.BadParameter("--until lies before --since")
    span = {"since": begin.isoformat(), "until": end.isoformat()}
    story = {"what": what, "how": how, "remedy": remedy, "contact": contact, **span}
    found: list[dict[str, Any]] = []
    while page := do("breach affected", **span, officer=officer, everybody=everybody,
                     after=found[-1]["person"] if found else 0)["affected"]:  # fmt: skip
        found += page
    for each in found:
        each["last"] = datetime.fromisoformat(each["last"]).astimezone(config.office.zone).isoformat()
    none = "Nobody was known by then." if everybody else "Nobody was looked at in that time."
    show(found, ("person", "looks", "last", "phone", "reachable"), as_json, none)
    if as_json or not found:
        return
    unreached = sum(not each["reachable"] for each in found)
    drafts = do("breach drafts", story=story, count=len(found), unreached=unreached)
    for words in (drafts["agency"], drafts["person"]):
        typer.echo(f"\n{_drawn(config, words)}")
    if not send:
        typer.echo("\nNothing was sent. With --what, --how, --remedy, --contact and --send it is, to those affected.")
        return
    if "…" in (what, how, remedy, contact):
        typer.echo("\nFill in --what, --how, --remedy and --contact first.", err=True)
        raise typer.Exit(2)
    typer.confirm(f"\nSend this to {len(found) - unreached} people now?", abort=True)
    persons, told = [each["person"] for each in found], 0
    for i in range(0, len(persons), PAGE):
        told += do("breach notify", story=story, persons=persons[i : i + PAGE], begin=told)["told"]
    typer.echo(f"{told} notices are on their way. Tell the agency, and those who can't be reached, in another way.")


def _instant(typed: str, config: Config, *, ends: bool = False) -> datetime:
    """An instant, or a day's first; with `ends` the first of the day after it."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise typer.BadParameter(f"{typed} is no time like 2026-11-23 or 2026-11-23T08:00") from None
    whole = ends and len(typed) == len("2026-11-23")
    return at.replace(tzinfo=at.tzinfo or config.office.zone) + timedelta(days=whole)


def _drawn(config: Config, words: object) -> str:
    """A text as its Indonesian reader sees it."""
    from bot.app import LOCALES
    from bot.chat.text import Catalogs, from_json

    catalogs = Catalogs.load(LOCALES, config.office.languages, config.office.zone)
    return catalogs.draw(from_json(words), catalogs.main).text
