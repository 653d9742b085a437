"""The papers say what is there: the example in them works; links, paths, commands, settings and names exist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import typer

from bot.cli import app
from bot.config import Config
from bot.domain.tables import Lane, Outgoing, Received, Working, metadata
from bot.metrics import Metrics

HOUSE = Path(__file__).parents[2]
DECISIONS = sorted((HOUSE / "docs/decisions").glob("*.md"))
PAPERS = [
    *(HOUSE / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((HOUSE / "docs").glob("*.md")),
    *DECISIONS,
]
ARCHITECTURE = HOUSE / "docs/architecture.md"
OPERATING = HOUSE / "docs/operating.md"
EXAMPLE = ["handlers/feedback.py", "tests/talks/test_feedback.py", "locales/id.po"]
STARTED = re.compile(r"(?:^ *|`|bin/)pendamping(?: --config \S+)? ([a-z]+(?: [a-z]+)?)\b", re.MULTILINE)
MARK = re.compile(r"^```\w+\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

each_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.relative_to(HOUSE).as_posix())


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# The example of docs/architecture.md


def copy_of_the_project(into: Path) -> Path:
    """What is, or is about to be, in git."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=HOUSE, capture_output=True, check=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (source := HOUSE / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, into / name)
    return into


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the .venv in a copy; its own packages come first, because `-m` puts the folder first."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PENDAMPING"))}
    whole = [sys.executable, "-m", *command]
    return subprocess.run(whole, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_the_example_feature_works_as_it_is_printed(tmp_path: Path):
    blocks = MARK.findall(read(ARCHITECTURE))
    assert [name for name, _ in blocks] == EXAMPLE
    copy = copy_of_the_project(tmp_path)
    (flow, flow_text), (transcript, transcript_text), (catalog, entries) = blocks
    assert not (copy / flow).exists(), "the example has to be a new feature"
    (copy / flow).write_text(flow_text, encoding="utf-8")
    (copy / transcript).parent.mkdir(exist_ok=True)
    (copy / transcript).write_text(transcript_text, encoding="utf-8")
    with (copy / catalog).open("a", encoding="utf-8") as file:
        file.write("\n" + entries)

    played = run(copy, "pytest", "-p", "no:cacheprovider", transcript)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "1 passed" in played.stdout
    for check in (["check"], ["format", "--check"]):
        styled = run(copy, "ruff", *check, flow, transcript)
        assert styled.returncode == 0, styled.stdout + styled.stderr


# Links and paths


def anchors(path: Path) -> set[str]:
    """The headings of a page, as a link names them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", read(path), flags=re.MULTILINE | re.DOTALL), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_paper
def test_links_lead_somewhere(paper: Path):
    for link in re.findall(r"\]\(([^)]+)\)", read(paper)):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        target = (paper.parent / name).resolve() if name else paper
        assert target.exists(), link
        if anchor and target.exists():
            assert anchor in anchors(target), link


@each_paper
def test_paths_that_are_named_exist(paper: Path):
    text = re.sub(r"^```.*?^```$", "", read(paper), flags=re.MULTILINE | re.DOTALL)
    tops = r"(?:bot|handlers|tests|bench|drill|docs|locales|typings|\.ci)/[\w./-]*"
    for name in re.findall(rf"`({tops}|[\w-]+\.(?:md|toml)|Makefile)`", text):
        assert (HOUSE / name).exists(), name


def test_pages_that_a_run_writes_are_written_there():
    pages = re.findall(
        r'^PAGE = HOUSE / "docs" / "(.+)"$', read(HOUSE / "bench/report.py") + read(HOUSE / "drill/report.py"), re.M
    )
    assert sorted(pages) == ["benchmarks.md", "drills.md"]
    assert all((HOUSE / "docs" / name).exists() for name in pages)


# Commands and names


def code(text: str) -> str:
    """What is set as code in a page: fenced, indented, or between backticks."""
    fenced = re.findall(r"^```.*?^```$", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*fenced, *re.findall(r"^    .+$", text, re.MULTILINE), *re.findall(r"`[^`\n]+`", text)])


def commands(of: typer.Typer, before: str = "") -> set[str]:
    """Every command, as it is typed: ``check``, ``db upgrade``."""
    found = {
        before + (command.name or command.callback.__name__)
        for command in of.registered_commands
        if command.callback is not None
    }
    for group in of.registered_groups:
        if group.typer_instance is not None:
            found |= commands(group.typer_instance, f"{before}{group.name} ")
    return found


def test_every_command_that_is_named_exists():
    known = commands(app)
    known |= {command.rpartition(" ")[0] for command in known if command.count(" ") > 1}  # a group in a group
    named = {words for paper in PAPERS for words in STARTED.findall(code(read(paper)))}
    assert {"check", "officers invite"} <= named
    for words in named:
        assert words in known or words.split()[0] in known, f"pendamping {words}"


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([\w./-]+):", read(HOUSE / "Makefile"), re.MULTILINE))
    named = {word for paper in PAPERS for word in re.findall(r"\bmake ([a-z.][\w./-]*)", code(read(paper)))}
    assert {"run", "test"} <= named <= targets


@each_paper
def test_settings_that_are_named_exist(paper: Path):
    for section, key in re.findall(r"\[([a-z.]+)\] ([a-z_]+)", read(paper)):
        values = Config().model_dump()
        for part in [*section.split("."), key]:
            assert part in values, f"[{section}] {key}"
            values = values[part]


def test_metrics_that_are_named_exist():
    named = set(re.findall(r"`(pendamping_[a-z_]+)`", "".join(read(paper) for paper in PAPERS)))
    counted = Metrics().text().decode()
    assert named
    for name in named:
        assert re.search(rf"^# TYPE {name} ", counted, re.MULTILINE), name


def test_events_of_the_log_that_are_named_exist():
    sources = "".join(read(path) for path in (HOUSE / "bot").rglob("*.py"))
    table = read(OPERATING).partition("| Event |")[2].partition("\n\n")[0]
    firsts = [row.split("|")[1] for row in table.splitlines()[2:]]
    events = [name for cell in firsts for name in re.findall(r"`([a-z_]+)`", cell)]
    assert len(events) > 10
    for event in events:
        assert f'"{event}"' in sources, event


def test_every_table_and_state_is_in_the_architecture():
    page = read(ARCHITECTURE)
    for name in metadata.tables:
        assert f"`{name}`" in page, name
    for state in (*Received, *Outgoing, *Working, *Lane):
        assert f"{state.value} {state.name.lower()}" in page, state


def test_every_dependency_has_its_reason():
    with (HOUSE / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    page = read(HOUSE / "docs/decisions/0009-dependencies.md")
    for requirement in [*project["dependencies"], *chain(*project["optional-dependencies"].values())]:
        name = re.split(r"[\[<>=;~ ]", requirement)[0]
        assert re.search(rf"\b{name}\b", page), name


def test_decisions_are_numbered_and_fit_on_a_page():
    assert [path.name[:4] for path in DECISIONS] == [f"{n:04}" for n in range(1, len(DECISIONS) + 1)]
    for path in DECISIONS:
        text = read(path)
        assert text.startswith(f"# {path.name[:4]} "), path.name
        assert len(text.splitlines()) <= 60, path.name
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "What was checked", "Consequences"], path.name
