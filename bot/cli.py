"""The command line: `pendamping`."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import platform
import sqlite3
import sys
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from bot import __version__, log
from bot.cli_audit import audit_app
from bot.cli_breach import breach
from bot.cli_export import export_app
from bot.cli_faq import faq_app
from bot.cli_instrument import instrument_app
from bot.cli_keys import keys_app
from bot.cli_whatsapp import whatsapp_app
from bot.config import Config
from bot.terminal import AsJson, chosen, do, now, out, said, settings, show

app = typer.Typer(
    name="pendamping",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="The chat desk of an office for small businesses. Start with [bold]pendamping run[/]: without a bot's token "
    "it plays Telegram in your browser.",
)
db_app = typer.Typer(no_args_is_help=True, help="The database.")
officers_app = typer.Typer(no_args_is_help=True, help="Who works at the desk.")
quarantine_app = typer.Typer(no_args_is_help=True, help="Messages that could not be handled and were set aside.")
outbox_app = typer.Typer(no_args_is_help=True, help="Messages that could not be sent.")
regions_app = typer.Typer(no_args_is_help=True, help="The kelurahan, kecamatan and towns that people name.")
rules_app = typer.Typer(no_args_is_help=True, help="Rules of law and of the office, each in force from a day.")
reading_app = typer.Typer(no_args_is_help=True, help="The readers of what owners type.")
app.add_typer(db_app, name="db")
app.add_typer(audit_app, name="audit")
app.command()(breach)
app.add_typer(export_app, name="export")
app.add_typer(faq_app, name="faq")
app.add_typer(instrument_app, name="instrument")
app.add_typer(keys_app, name="keys")
app.add_typer(officers_app, name="officers")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(outbox_app, name="outbox")
app.add_typer(regions_app, name="regions")
app.add_typer(rules_app, name="rules")
app.add_typer(reading_app, name="reading")
app.add_typer(whatsapp_app, name="whatsapp")


def main() -> None:
    """The entry point of the command."""
    app()


@app.callback()
def options(
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Settings; otherwise ./config.toml, if it is there.")
    ] = None,
) -> None:
    chosen["config"] = config
    os.umask(0o077)  # what is written holds people's data


@app.command()
def run() -> None:
    """Run the desk until Ctrl+C or SIGTERM. One process a database."""
    gc.disable()  # hardly anything that a start makes is garbage; the process turns it on when it is there
    config = settings()
    log.setup()
    from bot.run import run as run_process  # the machine's imports aren't needed to print --help

    raise typer.Exit(run_process(config, ready=lambda app, simulator: _say_ready(config, app.address, simulator)))


def _say_ready(config: Config, web: str, simulator: str) -> None:
    """The last lines of the start: which address to open, and what to try."""
    if not sys.stdout.isatty():
        if simulator:
            typer.echo(f"Ready. Open {simulator}")
            typer.echo("Try: tap MULAI, then Daftar, and register a business; type something wrong; stop with Ctrl+C")
            typer.echo("     in the middle and run again: the talk goes on where it was.")
            typer.echo('Desk: .venv/bin/pendamping officers invite "Pak Budi"')
        else:
            typer.echo(f"Ready. Web server at http://{web}")
        return
    out.print()
    out.print(f"[bold green]Pendamping is ready[/] — {escape(config.office.name)}")
    if simulator:
        out.print(f"  Open   [bold]{simulator}[/]  (no bot has a token, so Telegram is played here)")
        out.print("  Try    tap MULAI, then Daftar, and register a business; type something wrong; stop with Ctrl+C")
        out.print("         in the middle and run again: the talk goes on where it was")
        out.print('  Desk   in a second terminal: [bold].venv/bin/pendamping officers invite "Pak Budi"[/]')
    else:
        out.print(f"  Web    http://{web}  (/healthz /readyz /metrics)")
        out.print("  Check  [bold]pendamping check[/] asks Telegram whether the tokens are right")
    from bot.domain.engine import named

    out.print(f"  Data   {escape(named(config.database.url))}   keys: {config.database.keys} (keep a copy in a safe)")
    out.print("  Stop   Ctrl+C")


@app.command()
def version() -> None:
    """Print the versions that matter in a report of a fault."""
    libraries = ("sqlalchemy", "python-telegram-bot", "aiohttp")
    listed = ", ".join(f"{name} {metadata.version(name)}" for name in libraries)
    typer.echo(
        f"pendamping {__version__} (Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {listed})"
    )


@app.command()
def check(
    offline: Annotated[
        bool, typer.Option("--offline", help="Don't ask Telegram whether the tokens are right.")
    ] = False,
) -> None:
    """Read settings, keys, database, catalogs and tokens; say what is wrong, and where to mend it."""
    config = settings()
    from bot.check import findings

    worst = 0
    for finding in asyncio.run(findings(config, offline=offline)):
        mark = {"ok": "[green]ok[/]   ", "note": "[yellow]note[/] ", "wrong": "[red]wrong[/]"}[finding.level]
        out.print(f"{mark}  {escape(finding.what)}", soft_wrap=True)
        if finding.mend:
            out.print(f"       → {escape(finding.mend)}", soft_wrap=True)
        worst = max(worst, finding.level == "wrong")
    raise typer.Exit(worst)


@app.command()
def backup(
    into: Annotated[Path | None, typer.Argument(help=escape("A folder; otherwise [backup] folder."))] = None,
) -> None:
    """Copy database and wrapped keys now, also while the desk runs. The master key is never copied."""
    from bot.domain.backup import backup as make
    from bot.domain.engine import named
    from bot.domain.upgrade import current

    config = settings()
    stamp = now().astimezone(config.office.zone).strftime("%Y%m%d-%H%M%S")
    folder = str(into or config.backup.folder)
    with said():
        if current(config.database.url) is None:
            raise LookupError(f"Nothing has been started here: there is nothing in {named(config.database.url)} yet.")
        made = make(config.database.url, str(config.database.keys), folder, config.backup.keep, stamp)
    typer.echo(f"{made['copy']}\nKeep it away from {config.database.master}: whoever has both can read all.")


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version. A copy of the old file is kept beside it."""
    config = settings()
    from bot.domain.engine import lock, named
    from bot.domain.upgrade import begin, current

    with said(), closing(lock(config.database.url)):
        copied = begin(config.database.url, config.database.keys, now())
        revision = current(config.database.url)
    typer.echo(f"{named(config.database.url)} is at revision {revision}.")
    if copied:
        typer.echo(f"The file before that: {copied}")


@db_app.command("move")
def db_move(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database: postgresql://… or sqlite:///….")],
) -> None:
    """Copy everything to another database, from a file to PostgreSQL or back. What is there stays as it is."""
    config = settings()
    from bot.config import Database
    from bot.domain.engine import is_sqlite, named
    from bot.domain.move import FILES, move

    with said():
        target = Database(url=to)
        moved = move(config.database.url, target.url, config.database.keys, now())
    for table in moved:
        what = "     " if table.table == FILES else "rows "
        typer.echo(f"{table.table:14}{table.rows:>9} {what} sha256 {table.checksum}")
    typer.echo(f"All is in {named(target.url)} too, as it was. To go on there, set in the settings:")
    shown = target.url if is_sqlite(target.url) else f"{named(target.url)} (as you typed it)"
    typer.echo(f"[database] url: {shown}; [database] keys: {config.database.keys}")
    typer.echo(f"Then keep {named(config.database.url)} for a while, but don't start a desk on it again.")


@officers_app.command("invite")
def officers_invite(
    name: Annotated[str, typer.Argument(help="The officer's name, as owners may read it.")],
    role: Annotated[str, typer.Option(help="petugas, koordinator, admin or perencana.")] = "petugas",
    area: Annotated[str, typer.Option(help="Kemendagri code the officer serves; otherwise the office's.")] = "",
) -> None:
    """Make a link that makes its first user an officer. It works once, for 24 hours."""
    config = settings()
    if not config.simulated and "officers" not in config.telegram.accounts():
        typer.echo("There is no officers' bot to join: set [telegram.officers] token_file.", err=True)
        raise typer.Exit(1)
    answer = do("officers invite", name=name, role=role, area=area or config.office.region)
    typer.echo(f"Send this to {name}; it works once, for {answer['hours']} hours:")
    typer.echo(answer.get("link") or f"/start join-code-{answer['code']}   (to be sent to the officers' bot)")


@officers_app.command("list")
def officers_list(as_json: AsJson = False) -> None:
    """Who works at the desk now."""
    rows = do("officers list")["officers"]
    show(rows, ("id", "name", "role", "area", "since"), as_json, "No officers yet: pendamping officers invite NAME")


@officers_app.command("revoke")
def officers_revoke(id: Annotated[int, typer.Argument(help="From `officers list`.")]) -> None:
    """Take an officer's rights away, at once."""
    if not do("officers revoke", id=id)["revoked"]:
        typer.echo(f"There is no officer {id}.", err=True)
        raise typer.Exit(1)
    typer.echo("Done.")


@quarantine_app.command("list")
def quarantine_list(as_json: AsJson = False) -> None:
    """What was set aside after three tries, or could not be read."""
    columns = ("id", "account", "kind", "state", "attempts", "received", "error")
    show(do("quarantine list")["rows"], columns, as_json, "Nothing is set aside.")


@quarantine_app.command("show")
def quarantine_show(id: int) -> None:
    """The message as the platform sent it. It holds what a person wrote: don't pass it on."""
    typer.echo(json.dumps(do("quarantine show", id=id)["payload"], indent=2, ensure_ascii=False))


@quarantine_app.command("replay")
def quarantine_replay(ids: list[int]) -> None:
    """Let messages have their turn again, after what was wrong is mended."""
    typer.echo(f"{do('quarantine replay', ids=ids)['replayed']} to be handled again.")


@quarantine_app.command("drop")
def quarantine_drop(ids: list[int]) -> None:
    """Give messages up; what they said is emptied."""
    typer.echo(f"{do('quarantine drop', ids=ids)['dropped']} dropped.")


@outbox_app.command("list")
def outbox_list(as_json: AsJson = False) -> None:
    """Messages that could not be sent, newest first."""
    columns = ("id", "person", "lane", "attempts", "put", "error")
    show(do("outbox list")["rows"], columns, as_json, "Everything could be sent.")


@outbox_app.command("requeue")
def outbox_requeue(
    ids: Annotated[list[int] | None, typer.Argument(help="From `outbox list`.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Try to send again."""
    if not ids and not everything:
        typer.echo("Name ids, or --all.", err=True)
        raise typer.Exit(2)
    typer.echo(f"{do('outbox requeue', ids=None if everything else ids)['requeued']} to be sent again.")


@regions_app.command("import")
def regions_import(
    file: Annotated[Path, typer.Argument(help="CSV with the columns code, name, kind, parent.")],
) -> None:
    """Replace the regions by those of a file; `regions export` writes one to begin from."""
    from bot.domain.regions import read_csv

    with said():
        found = read_csv(file)
    rows = [[p.code, p.name, p.kind, p.parent] for p in found]
    typer.echo(f"{do('regions import', rows=rows)['regions']} regions.")


@regions_app.command("export")
def regions_export(file: Path) -> None:
    """Write the regions that come with Pendamping for this office (Kemendagri's list) to a file."""
    from bot.domain.regions import load as load_regions
    from bot.domain.regions import write_csv

    with said():
        written = write_csv(load_regions(settings().office.region), file)
    typer.echo(f"{written} regions in {file}.")


@rules_app.command("list")
def rules_list(as_json: AsJson = False) -> None:
    """The rules of law and of the office, with the day each is in force from."""
    show(
        do("rules list")["rules"],
        ("name", "since", "value", "source"),
        as_json,
        "No rules yet: start the desk once.",
    )


@rules_app.command("set")
def rules_set(
    name: str,
    since: Annotated[str, typer.Argument(help="In force from this day: 2027-01-01.")],
    value: Annotated[str, typer.Argument(help="JSON, in the shape `rules list --json` shows.")],
    source: Annotated[str, typer.Argument(help="The law or letter it comes from.")],
) -> None:
    """Add a rule from a day on, or correct the one of that day."""
    try:
        read = json.loads(value)
        do("rules set", name=name, since=since, value=read, source=source)
    except json.JSONDecodeError as error:
        typer.echo(f"The value is not JSON: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{name} is in force from {since}.")


@reading_app.command("score")
def reading_score(
    file: Annotated[Path, typer.Argument(help="CSV with the columns category, text, expected.")],
    as_json: AsJson = False,
    now: Annotated[str, typer.Option(help="The reference clock, ISO.")] = "2026-11-23T09:00:00+07:00",
) -> None:
    """How well the readers do on labelled phrases: by category, with every miss."""
    from bot.chat.reading import place, score
    from bot.domain import regions

    config = settings()
    region = config.office.region
    with said():
        read = place.reader(regions.load(region), region, regions.NICKNAMES.get(region))
    zone = config.office.timezone
    raise typer.Exit(score.main(file, as_json, now, read_place=read, region=region, zone=zone))


if __name__ == "__main__":
    main()
