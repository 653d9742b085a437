"""After a process that ended in the middle of its work every update is counted before its turn, for a while."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.office import Desk


def test_it_is_careful_after_an_unclean_end_and_no_longer_after_a_stop(tmp_path: Path, template: Path):
    desk = Desk(tmp_path / "desk", template)

    async def starts() -> set[bool]:
        """Whether known people's turns are done at once, by a process that starts and stops."""
        app = desk.app()
        await app.start(serve=False)
        assert mark.exists()  # if it ended here, the next one would know
        found = {intake.at_once for intake in app.intakes.values()}
        await app.stop()
        assert not mark.exists()
        return found

    mark = desk.config.database.keys / "running"
    assert asyncio.run(starts()) == {True}
    mark.touch()
    assert asyncio.run(starts()) == {False}
    assert asyncio.run(starts()) == {True}
