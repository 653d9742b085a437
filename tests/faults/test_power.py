"""The simulated power cut, briefly: nothing that was acknowledged is lost, and the same cut catches a store that
doesn't wait for the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill.power import cuts


@pytest.mark.parametrize(("synchronous", "loses"), [("FULL", False), ("NORMAL", True)])
def test_a_power_cut_loses_nothing_that_was_acknowledged(template: Path, synchronous: str, loses: bool):
    found = cuts(template, 20261122, 10, synchronous)
    assert found.problems == []
    assert found.verdict.updates > 100
    assert bool(found.verdict.lost) == loses
