"""The office's templates, handed in to the simulator's WhatsApp, compared, and sent there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot.channels.whatsapp_channel import WhatsAppChannel
from bot.channels.whatsapp_graph import Refusal
from bot.channels.whatsapp_templates import compare, push, wrong
from bot.chat.messages import Message, Template
from bot.chat.text import Catalogs
from bot.cli import app
from bot.domain import erasure
from bot.domain.tables import Lane
from bot.domain.windows import template, templates
from bot.simulator.platform import Platform
from bot.simulator.server import Simulator
from tests.simulator.cloud import NUMBER, SECRET, SITI, TOKEN, VERIFY, WABA, add

T = TypeVar("T")


def with_channel(platform: Platform, work: Callable[[WhatsAppChannel], Awaitable[T]]) -> T:
    async def run() -> T:
        simulator = Simulator(platform)
        url = await simulator.start()
        channel = WhatsAppChannel(NUMBER, TOKEN, SECRET, VERIFY, api_url=url)
        await channel.open(Catalogs({}, "id", ZoneInfo("Asia/Jakarta")))
        try:
            async with asyncio.timeout(20):
                return await work(channel)
        finally:
            await channel.close()
            await simulator.stop()

    return asyncio.run(run())


def test_what_is_missing_is_handed_in_once_and_what_changed_there_is_seen() -> None:
    platform = Platform()
    add(platform)

    async def work(channel: WhatsAppChannel) -> list[list[str]]:
        async def states() -> list[str]:
            return [one.state for one in compare(templates(), await channel.graph.templates(WABA))]

        seen = [await states()]
        handed_in = await push(channel.graph, WABA, templates())
        assert handed_in == [one.name for one in templates()]
        assert await push(channel.graph, WABA, templates()) == []
        seen.append(await states())
        first, second, third, *_ = platform.cloud.templates.values()
        first.status, second.category = "PAUSED", "MARKETING"
        third.components = [{"type": "BODY", "text": "Halo"}]
        return [*seen, await states()]

    before, after, changed = with_channel(platform, work)
    assert before == ["missing"] * 5
    assert after == ["approved"] * 5
    assert changed == ["paused", "different", "different", "approved", "approved"]


def test_every_template_is_accepted_outside_the_window_and_holds_the_words_in_one_line() -> None:
    platform = Platform()
    platform.cloud.late = False  # what may not go is refused at once
    add(platform)
    siti = platform.add_user("Siti", phone=SITI)

    async def work(channel: WhatsAppChannel) -> None:
        await push(channel.graph, WABA, templates())
        for one in templates():
            said = Message(
                ("Usaha *Kue*\n\nsudah kami catat.",), template=Template(one.name, one.language, "{{1}}" in one.body)
            )
            await channel.send(SITI.lstrip("+"), said, "id")

    with_channel(platform, work)
    shown = [b.message for b in platform.cloud.chat(None, siti.id).bubbles.values() if b.message]
    assert [one["template"] for one in shown] == [one.name for one in templates()]
    assert "kami catat." in shown[1]["text"]


def test_an_origin_is_looked_for_before_its_lane() -> None:
    named = [template(Lane.ALERT, "breach:1"), template(Lane.ALERT, "i1.0"), template(Lane.REMINDER, "i1.0")]
    assert [one and one.name for one in named] == ["pendamping_kabar", "pendamping_kabar", "pendamping_lanjut"]
    assert template(Lane.REPLY, "i1.0") is None
    pamit = template(Lane.ALERT, erasure.FAREWELL)
    assert pamit
    assert (pamit.name, pamit.words) == ("pendamping_pamit", False)
    invited = template(Lane.REMINDER, "recheck:i1.0")
    assert invited
    assert invited.name == "pendamping_cek"


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (Refusal(400, 100, "Object does not exist"), "waba_id"),
        (Refusal(401, 190, "Session has expired"), "access_token"),
        (Refusal(0, -1, "ClientConnectorDNSError"), "can't reach Meta"),
    ],
)
def test_operators_are_told_what_to_look_at(refusal: Refusal, said: str) -> None:
    told = "; ".join(wrong(refusal))
    assert said in told
    assert "-1" not in told


def test_beside_the_simulator_operators_are_told_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(app, ["whatsapp", "templates", "check"])
    assert told.exit_code != 0
    assert "simulator" in told.output
    assert "waba_id" in told.output
