"""`pendamping keys`: the master key that wraps everybody's keys."""

from __future__ import annotations

from contextlib import closing

import typer

from bot.terminal import said, settings

keys_app = typer.Typer(no_args_is_help=True, help="The master key, which opens the keys of people.")


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Make a new master key and wrap everybody's keys with it, while the desk is stopped. The old one opens nothing."""
    from bot.domain.backup import renew_keys
    from bot.domain.engine import lock
    from bot.domain.keys import rotate

    config = settings()
    with said():
        if not (config.database.keys / "wrapped.db").exists():
            raise LookupError(f"There are no keys in {config.database.keys} yet; the first start makes them.")
        with closing(lock(config.database.url)):
            count = rotate(config.database.keys, config.database.master)
            renew_keys(config.database.keys, config.backup.folder)
    typer.echo(f"{count} keys are wrapped with the new master key, also those in {config.backup.folder}.")
    typer.echo(f"Now put a copy of {config.database.master} into your safe, and destroy the old one.")
    typer.echo("Wrapped keys that were carried elsewhere need the old one: replace them by the new ones at once.")
