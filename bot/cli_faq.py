"""`pendamping faq`: answers to what owners ask, which the office edits and approves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.terminal import AsJson, do, said, show

faq_app = typer.Typer(no_args_is_help=True, help="Answers to what owners often ask, each in force from a day.")


@faq_app.command("list")
def faq_list(as_json: AsJson = False) -> None:
    """Every answer; those that aren't sure (M, L) are shown to owners only when they are approved."""
    rows = do("faq list")["faqs"]
    columns = ("code", "since", "topic", "sure", "shown", "approved_by", "question")
    show(rows, columns, as_json, "No answers yet: start the desk once.")


@faq_app.command("export")
def faq_export(file: Annotated[Path, typer.Argument(help="A JSON document that can be edited and imported.")]) -> None:
    """Write every answer to a file, to begin from."""
    rows = do("faq list")["faqs"]
    kept = [{name: value for name, value in row.items() if not name.startswith(("approved", "shown"))} for row in rows]
    with said():
        file.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    typer.echo(f"{len(kept)} answers in {file}.")


@faq_app.command("import")
def faq_import(file: Annotated[Path, typer.Argument(help="A JSON document, as `faq export` writes it.")]) -> None:
    """Add answers from a day on, or correct those of a day. What isn't sure then waits for approval (again)."""
    with said():
        try:
            rows = json.loads(file.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise ValueError(f"line {error.lineno}: {error.msg}") from None
    typer.echo(f"{do('faq import', rows=rows)['changed']} answers are new or changed.")


@faq_app.command("approve")
def faq_approve(
    codes: Annotated[list[str], typer.Argument(help="From `faq list`.")],
    by: Annotated[str, typer.Option("--by", help="Who of the office approves it.")],
) -> None:
    """Let owners read the newest of these answers."""
    typer.echo(f"{do('faq approve', codes=codes, by=by)['approved']} approved.")
