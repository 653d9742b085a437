"""`pendamping whatsapp`: what its messages cost, and the templates that stand for them outside the window."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.config import Config
from bot.terminal import AsJson, do, now, said, settings, show

if TYPE_CHECKING:
    from bot.channels.whatsapp_graph import Graph

T = TypeVar("T")
whatsapp_app = typer.Typer(no_args_is_help=True, help="WhatsApp: what it costs, and the office's templates.")
templates_app = typer.Typer(no_args_is_help=True, help="Messages that Meta approves, for outside the 24-hour window.")
whatsapp_app.add_typer(templates_app, name="templates")


@whatsapp_app.command("costs")
def whatsapp_costs(
    month: Annotated[str, typer.Option(help="Like 2026-11; this month when left out.")] = "", as_json: AsJson = False
) -> None:
    """Delivered messages of a month by flow, day and kind, and what they cost by our tariffs (rupiah)."""
    with said():
        first = date.fromisoformat(f"{month}-01") if month else now().astimezone(settings().office.zone).date()
    told = do("whatsapp costs", month=first.isoformat())
    columns = ("day", "flow", "lane", "category", "billable", "count", "rupiah")
    show(told["costs"], columns, as_json, "Nothing was delivered on WhatsApp.")
    if not as_json:
        budget = settings().whatsapp.monthly_budget
        typer.echo(f"Rp{told['rupiah']:,} in this month" + (f", of a budget of Rp{budget:,}." if budget else "."))


@templates_app.command("check")
def templates_check(as_json: AsJson = False) -> None:
    """Compare our templates with those of the account; exit code 1 when one can't be used."""
    from bot.channels.whatsapp_templates import USABLE, compare
    from bot.domain.windows import templates

    async def work(graph: Graph, account: str) -> list[dict[str, str]]:
        found = compare(templates(), await graph.templates(account))
        return [{"name": f.name, "language": f.language, "state": f.state, "why": f.why} for f in found]

    rows = _asked(work)
    show(rows, ("name", "language", "state", "why"), as_json, "There are no templates.")
    if any(row["state"] not in USABLE for row in rows):
        raise typer.Exit(1)


@templates_app.command("push")
def templates_push() -> None:
    """Hand in the templates that the account hasn't got, for Meta to approve. Those that are there stay as they are."""
    from bot.channels.whatsapp_templates import push
    from bot.domain.windows import templates

    names = _asked(lambda graph, account: push(graph, account, templates()))
    typer.echo("\n".join([f"Handed in: {name}" for name in names] or ["All of them are there."]))


def _asked(work: Callable[[Graph, str], Awaitable[T]]) -> T:
    """What is asked of the account in the settings."""
    config = settings()
    with said():
        return asyncio.run(_at_meta(config, work))


async def _at_meta(config: Config, work: Callable[[Graph, str], Awaitable[T]]) -> T:
    from bot.channels.whatsapp_channel import WhatsAppChannel
    from bot.channels.whatsapp_graph import Refusal
    from bot.channels.whatsapp_templates import wrong
    from bot.chat.text import Catalogs

    told = config.whatsapp
    if told.lacking() or not told.waba_id:
        plays = "the simulator plays WhatsApp, without templates of an account; " if config.simulated else ""
        keys = ", ".join([*told.lacking(), *([] if told.waba_id else ["waba_id"])])
        raise ValueError(f"{plays}in [whatsapp] set {keys}")
    token, secret = told.access_token.get_secret_value(), told.app_secret.get_secret_value()
    word, id = told.verify_token.get_secret_value(), told.phone_number_id
    channel = WhatsAppChannel(id, token, secret, word, api_url=told.api_url, api_version=told.api_version)
    await channel.open(Catalogs({}, config.office.languages[0], config.office.zone))
    try:
        return await work(channel.graph, told.waba_id)
    except Refusal as refusal:
        raise ValueError("; ".join(wrong(refusal))) from None
    finally:
        await channel.close()
