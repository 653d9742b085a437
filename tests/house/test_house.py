"""The rules of the house that no tool checks by itself."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from itertools import pairwise
from pathlib import Path

import pytest

from bot.config import Config, load

HOUSE = Path(__file__).parents[2]
LONGEST = 450  # lines
LONGER_ON_PURPOSE: dict[str, str] = {}  # path: why it is better in one piece
NOT_IMPORTED = {
    "setuptools": "puts this package into the .venv",
    "aiosqlite": "SQLAlchemy's driver, named in a URL",
}


def sources(*suffixes: str) -> list[Path]:
    folders = ("bot", "handlers", "tests", "bench", "drill")
    found = [path for folder in folders for path in (HOUSE / folder).rglob("*") if path.suffix in suffixes]
    assert found
    return found


def test_no_file_is_too_long_to_be_read_in_one_go():
    lengths = {
        path.relative_to(HOUSE).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources(".py", ".js", ".css", ".html")
    }
    too_long = {path: lines for path, lines in lengths.items() if lines > LONGEST}
    assert {path: lines for path, lines in too_long.items() if path not in LONGER_ON_PURPOSE} == {}
    assert set(LONGER_ON_PURPOSE) <= set(too_long), "the list of exceptions names files that are no exception"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_by_hash_and_names_no_registry(name: str):
    text = (HOUSE / name).read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    for entry in entries:
        first = entry.splitlines()[0]
        assert re.match(r"[a-z0-9._-]+==[^\s;]+( ;.*)? \\$", first), first
        assert "--hash=sha256:" in entry, first


def test_both_locks_hold_the_same_packages_to_run():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", (HOUSE / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert pins("requirements.lock") < pins("requirements-dev.lock")


def dependencies() -> list[str]:
    with (HOUSE / "pyproject.toml").open("rb") as file:
        listed: list[str] = tomllib.load(file)["project"]["dependencies"]
    return [re.split(r"[\[<>=;~ ]", requirement)[0].lower() for requirement in listed]


@cache
def imported() -> set[str]:
    """The top-level names that the product imports."""
    files = [path for path in sources(".py") if "tests" not in path.relative_to(HOUSE).parts]
    names: set[str] = set()
    for node in (node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("package", dependencies())
def test_what_is_installed_to_run_is_used(package: str):
    if package in NOT_IMPORTED:
        return
    modules = {
        module
        for module, packages in packages_distributions().items()
        if package in {name.lower().replace("_", "-") for name in packages}
    }
    assert modules, f"{package} is not installed"
    assert modules & imported(), f"nothing imports {package}: take it out of pyproject.toml"


def test_every_dependency_is_pinned():
    pinned = re.findall(r"^([^=\s]+)==", (HOUSE / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(dependencies()) <= set(pinned)


def test_the_settings_file_holds_every_setting_with_its_default():
    text = (HOUSE / "config.toml").read_text(encoding="utf-8")
    shown = tomllib.loads(re.sub(r"^#(?=[a-z_]+ = )", "", text, flags=re.MULTILINE))
    assert shown == Config().model_dump(mode="json")


def test_the_settings_file_changes_nothing_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)  # no settings file there
    assert load(HOUSE / "config.toml", {}) == load(None, {})


def test_every_section_begins_with_a_word_of_explanation():
    for above, line in pairwise((HOUSE / "config.toml").read_text(encoding="utf-8").splitlines()):
        if above.startswith("["):
            assert line.startswith("# "), above
