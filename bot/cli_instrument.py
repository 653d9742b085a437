"""`pendamping instrument`: the self-assessments, which the office edits as JSON documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from bot.terminal import AsJson, do, said, show

instrument_app = typer.Typer(no_args_is_help=True, help="The self-assessments: what is asked, and how it is scored.")
_File = Annotated[Path, typer.Argument(help="A JSON document, as `instrument show` prints it.")]
_Of = Annotated[str, typer.Option("--of", help="Which one: naik-kelas or ekspor.")]
_Version = Annotated[str, typer.Option("--version", help="A version; otherwise the one in force.")]


@instrument_app.command("list")
def instrument_list(as_json: AsJson = False) -> None:
    """Every version, with the day from which new checks take it."""
    rows = do("instrument list")["instruments"]
    show(rows, ("code", "version", "since"), as_json, "No instruments yet: start the desk once.")


@instrument_app.command("check")
def instrument_check(file: _File) -> None:
    """Say what is wrong with a document, by item and reason; nothing is changed."""
    from bot.domain.assess.instrument import read, read_file

    with said():
        found = read(read_file(file))
    name = f"{found.title} ({found.code} {found.version}, from {found.since})"
    typer.echo(f"{name}: {len(found.items)} questions, all well.")


@instrument_app.command("import")
def instrument_import(file: _File) -> None:
    """Add a version, for new checks from its day on. Those that were begun stay with theirs."""
    from bot.domain.assess.instrument import read, read_file

    with said():
        document = read_file(file)
        read(document)  # what is wrong is said here, before the desk is asked
    answer = do("instrument import", document=document)
    typer.echo(f"{answer['code']} {answer['version']} is in force from {answer['since']}.")


@instrument_app.command("show")
def instrument_show(
    of: Annotated[str, typer.Option("--of", help="naik-kelas (if not given) or ekspor.")] = "",
    version: _Version = "",
    example: Annotated[str, typer.Option("--example", help="Work out one of its examples.")] = "",
) -> None:
    """Print an instrument as JSON, or one of its worked examples."""
    document = do("instrument show", code=of or "naik-kelas", version=version)["document"]
    if example and not of and example not in document.get("examples", {}):
        codes = sorted({str(row["code"]) for row in do("instrument list")["instruments"]} - {"naik-kelas"})
        others = (do("instrument show", code=code, version="")["document"] for code in codes)
        document = next((other for other in others if example in other.get("examples", {})), document)
    if not example:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    with said():
        for line in _worked_out(document, example):
            typer.echo(line)


def _worked_out(document: Any, name: str) -> Iterator[str]:
    from bot.domain.assess.advice import advise
    from bot.domain.assess.instrument import read
    from bot.domain.assess.rules import proofs_of
    from bot.domain.assess.scoring import score

    instrument = read(document)
    if (example := instrument.examples.get(name)) is None:
        raise LookupError(f"There is no example {name!r}: {', '.join(instrument.examples)}.")
    result = score(instrument, example.answers, proofs_of(example), quick=example.quick)
    steps = {gate.code: gate.step for gate in instrument.gates}
    yield f"{example.title} ({instrument.code} {instrument.version})"
    for label, one in (("Claimed", result.claimed), ("Verified", result.verified)):
        yield f"{label}: {one.total}, {instrument.band(one.band).title}"
        for indicator in instrument.indicators:
            if mark := one.marks.get(indicator.code):
                weight = f"weight {float(mark.weight):.4g}"
                yield f"  {indicator.short:20} {mark.got / 2:g}/{mark.most / 2:g}  {mark.score:3}  {weight}"
        yield from (f"  held back by: {steps[code]}" for code in one.held)
        yield from (f"  closed, too: {steps[code]}" for code in one.failed if code not in one.held)
    for number, advice in enumerate(advise(instrument, result.claimed, example.answers), 1):
        yield f"{number}. {advice.recommendation.message} {advice.recommendation.quick_win}"


@instrument_app.command("diff")
def instrument_diff(file: _File, version: _Version = "") -> None:
    """What a document changes against the version in force, or another one."""
    from bot.domain.assess.instrument import read, read_file

    with said():
        new = read(read_file(file))
    old = do("instrument show", code=new.code, version=version)["document"]
    changes = list(_changes("", read(old).model_dump(mode="json"), new.model_dump(mode="json")))
    for line in changes or ["Nothing is different."]:
        typer.echo(line)


def _changes(path: str, old: Any, new: Any) -> Iterator[str]:
    """Lines of what is different; parts of a list are told apart by their codes."""
    was, now = _coded(old), _coded(new)
    if was is None or now is None:
        if old != new:
            yield f"  {path}: {json.dumps(old, ensure_ascii=False)} → {json.dumps(new, ensure_ascii=False)}"
        return
    for key in dict.fromkeys((*was, *now)):
        at = f"{path}.{key}" if path else key
        if key not in now:
            yield f"- {at}"
        elif key not in was:
            yield f"+ {at}: {json.dumps(now[key], ensure_ascii=False)}"
        else:
            yield from _changes(at, was[key], now[key])
    if isinstance(old, list) and list(was) != list(now) and set(was) == set(now):
        yield f"  {path}: in another order"


def _coded(value: Any) -> dict[str, Any] | None:
    """An object, or a list of objects by their codes; None for anything else."""
    if isinstance(value, dict):
        return cast(dict[str, Any], value)
    found: dict[str, Any] = {}
    for part in cast(list[Any], value) if isinstance(value, list) else []:
        if not isinstance(part, dict) or "code" not in part:
            return None
        found[cast(dict[str, str], part)["code"]] = part
    return found or None


@instrument_app.command("schema")
def instrument_schema() -> None:
    """Print the JSON Schema of an instrument, for an editor that knows it."""
    from bot.domain.assess.instrument import schema

    typer.echo(json.dumps(schema(), ensure_ascii=False, indent=2))
