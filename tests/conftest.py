"""The fixtures that transcripts are written with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.office import Desk, make_template
from tests.transcript import Telegram


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded database with the regions of Kota Malang."""
    folder = tmp_path_factory.mktemp("template")
    make_template(folder)
    return folder


@pytest.fixture
def desk(tmp_path: Path, template: Path) -> Desk:
    """A desk with a fresh database."""
    return Desk(tmp_path / "desk", template)


@pytest.fixture
def telegram(desk: Desk) -> Telegram:
    """Plays a transcript on Telegram; see `tests/transcript.py`."""
    return Telegram(desk)
