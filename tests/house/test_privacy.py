"""docs/privacy.md says of every table what it holds of a person, and no more than there is."""

from __future__ import annotations

import re
from pathlib import Path

from bot.config import Config
from bot.domain.access import ROLES
from bot.domain.tables import metadata

PAGE = (Path(__file__).parents[2] / "docs/privacy.md").read_text(encoding="utf-8")
ABOUT = {
    "person_id",
    "owner_id",
    "used_by",
    "actor_id",
    "about_id",
    "decided_by",
    "taken_by",
    "key_id",
    "assessment_id",
}
"""Columns by which a row is about somebody."""
OF_NOBODY = {"invites", "erasing", "bubbles", "begun", "uploads"}
"""About somebody by what they hold, not by a column that is always there."""


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split(" | ") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip(" |") for cell in line] for line in lines[2:]]


def told() -> set[str]:
    return {name for row in rows("The table") for name in re.findall(r"`([a-z_]+)`", row[0])}


def without() -> set[str]:
    line = PAGE.partition("Without anything of a person:")[2].partition("\n")[0]
    return set(re.findall(r"`([a-z_]+)`", line))


def test_every_table_is_told_of_once():
    assert told() | without() == set(metadata.tables)
    assert not told() & without()


def test_a_table_with_a_person_in_it_says_what_of_her():
    for name, table in metadata.tables.items():
        if ABOUT & set(table.columns.keys()):
            assert name in told(), name
        elif name not in OF_NOBODY | {"people", "contacts"}:
            assert name in without(), name


def test_each_row_is_whole():
    for row in rows("The table"):
        assert len(row) == 6, row
        assert all(row), row


def test_the_times_that_are_named_are_settings():
    known = set(Config().retention.model_dump())
    named = set(re.findall(r"`([a-z_]+_(?:days|hours))`", PAGE))
    assert named <= known
    assert known - named == {"dedupe_days"}, "a time of [retention] that the page doesn't tell"


def test_the_roles_are_those_there_are():
    assert {name for row in rows("Who sees what") for name in re.findall(r"^`([a-z]+)`", row[0])} == set(ROLES)
