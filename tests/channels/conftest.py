from __future__ import annotations

import pytest

from .adapters import TELEGRAM, Make


@pytest.fixture(params=list(TELEGRAM))
def make(request: pytest.FixtureRequest) -> Make:
    """Every Telegram adapter in turn."""
    return TELEGRAM[request.param]
