"""Chats copied as transcripts, and stories told in their language."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession

from bot.domain import officers
from bot.simulator import diary, story, transcript
from bot.simulator.clock import MovedClock
from bot.simulator.platform import Platform
from bot.simulator.server import Simulator
from bot.simulator.story import Story
from tests.office import Desk
from tests.transcript import Telegram, parse

from .conftest import OFFICERS, OWNERS
from .conftest import MovedClock as StandingClock

WIB = ZoneInfo("Asia/Jakarta")
BOARD = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}, {"text": "Tidak", "callback_data": "t"}]]}


@pytest.fixture
def standing() -> StandingClock:
    return StandingClock()  # a Saturday at nine


@pytest.fixture
def platform(standing: StandingClock) -> Platform:
    platform = Platform(clock=MovedClock(standing), monotonic=standing.monotonic)
    platform.add_bot(OWNERS, "pendamping_bot", "Pendamping")
    platform.add_bot(OFFICERS, "petugas_bot", "Meja Petugas")
    return platform


def says(platform: Platform, user: int, text: str, token: str = OWNERS, **more: Any) -> int:
    _, answer = asyncio.run(platform.call(token, "sendMessage", {"chat_id": user, "text": text, **more}))
    return answer["result"]["message_id"]


def copied(platform: Platform) -> str:
    chats = [(bot, user, platform.users[user].first_name) for bot, user in platform.chats]
    return transcript.write(platform.diary.values(), transcript.names(chats, 222), WIB)


def test_a_chat_of_three_people(platform: Platform, standing: StandingClock, png: bytes) -> None:
    siti, budi, rini = (platform.add_user(name, phone=f"6281{i}").id for i, name in enumerate(("Siti", "Budi", "Rini")))
    office = platform.bot("petugas_bot")
    platform.start(siti)
    board = says(platform, siti, "Selamat pagi.\n\nSetuju?", reply_markup=BOARD)
    platform.tap(siti, board, "Ya")
    says(platform, siti, "# judul\n> kutipan\nselesai")
    platform.start(rini, office, "join-code-0123456789abcdef0123456789abcdef")
    says(platform, rini, "Selamat datang", OFFICERS)
    platform.share_contact(siti)
    says(platform, rini, "Ada nomor baru", OFFICERS)
    says(platform, siti, "Tercatat")
    says(platform, rini, "Dari Siti", OFFICERS)
    said = platform.say(budi, "dua\nbaris")
    platform.edit(budi, said, "satu baris")
    platform.send_photo(budi, png)
    platform.send_document(budi, "nib.pdf", b"%PDF")
    platform.block(budi)
    platform.unblock(budi)
    platform.move(timedelta(hours=25))
    says(platform, siti, "Pengingat")
    standing.move(26 * 60)
    platform.say(siti, "nanti")
    assert copied(platform).splitlines() == [
        "# From Monday at nine, when a test begins, to when this was said.",
        "~ 5 hari",
        "> /start",
        "< Selamat pagi.",
        "  Setuju?",
        "  [Ya] [Tidak]",
        "> [Ya]",
        "< …# judul",
        "  …> kutipan",
        "  selesai",
        "petugas > /start join-code-{code}",
        "petugas < Selamat datang",
        "> (nomor 62810)",
        "petugas < Ada nomor baru",
        "petugas < Dari Siti",
        "< Tercatat",
        "budi > dua baris",
        "budi > (ubah: satu baris)",
        "budi > (foto)",
        "# a document was sent",
        "budi > (blokir)",
        "budi > (buka blokir)",
        "~ 25 jam",
        "< Pengingat",
        "~ 26 menit",
        "> nanti",
    ]
    read = [(step.who, step.mark, step.lines) for step in parse(copied(platform))]
    assert read == [(step.who, step.mark, step.lines) for step in transcript.read(copied(platform))[1]]


def test_names_of_a_transcript() -> None:
    chats = [(1, 1, "Siti"), (1, 2, "siti!"), (2, 3, "Rini"), (2, 4, "Agus"), (1, 5, "Petugas Lapangan"), (1, 6, "陳")]
    names = ["siti", "sitib", "petugas", "petugasb", "bupetugaslapangan", "orang"]
    assert list(transcript.names(chats, 2).values()) == names


def test_the_diary_survives_and_is_bounded(tmp_path: Path) -> None:
    before = Platform(tmp_path / "p.db")
    siti = before.add_user("Siti").id
    for i in range(diary.LONGEST + 5):
        before.note(111, siti, ">", [str(i)])
    before.save()
    after = Platform(tmp_path / "p.db")
    assert after.diary == before.diary
    assert [note.lines for note in after.diary.values()] == [[str(i + 5)] for i in range(diary.LONGEST)]
    after.forget()
    assert after.diary == {}
    before.close()
    after.close()


@pytest.mark.parametrize("name", story.told())
def test_a_story_is_what_the_desk_says(name: str, telegram: Telegram, desk: Desk) -> None:
    script = story.told()[name].read_text(encoding="utf-8")
    cast = transcript.read(script)[0]
    joining = [step.who for step in transcript.read(script)[1] if "{code}" in step.lines[0]]
    for who in joining:
        code = asyncio.run(desk.round(do=lambda db, who=who: officers.invite(db, cast[who], "petugas", "35.73")))
        script = script.replace("{code}", code, 1)
    telegram(script)


def test_a_story_waits_for_the_bot_and_names_the_line_at_which_it_fell_silent(platform: Platform) -> None:
    script = "# ani = Ani Wati\nani > halo\nani < Sel…\n  …datang\nani > apa kabar\nani < baik"

    async def run() -> None:
        played = asyncio.create_task(Story(platform, script, None, patience=0.2).play())
        await asyncio.sleep(0.01)
        (ani,) = platform.users
        assert platform.users[ani].first_name == "Ani Wati"
        assert platform.chats[111, ani].last_message == 1
        await platform.call(OWNERS, "sendMessage", {"chat_id": ani, "text": "Selamat\nsudah datang"})
        with pytest.raises(ValueError, match="line 6: the bot didn't say 'baik'"):
            await played
        assert platform.chats[111, ani].last_message == 3

    asyncio.run(run())


def asked(platform: Platform, play: Callable[[str, ClientSession], Awaitable[None]], **simulator: Any) -> None:
    async def run() -> None:
        running = Simulator(platform, zone=WIB, **simulator)
        url = await running.start()
        try:
            async with ClientSession(f"{url}/phone/") as session, asyncio.timeout(20):
                await play(url, session)
        finally:
            await running.stop()

    asyncio.run(run())


def test_the_page_is_told_of_everything(platform: Platform) -> None:
    siti = platform.add_user("Siti").id

    async def play(url: str, session: ClientSession) -> None:
        query: dict[str, Any] = {"chat": f"pendamping_bot:{siti}:-1", "life": platform.life, "changes": -1}
        async with session.get("look", params=query) as answer:
            first = await answer.json()
        assert (first["world"]["zone"], first["world"]["switches"]["held"]) == ("Asia/Jakarta", False)
        query |= {"chat": f"pendamping_bot:{siti}:{first['chats'][0]['now']}", "wait": 20}
        for do in (
            lambda: platform.switch("twice", True),
            lambda: platform.move(timedelta(hours=1)),
            lambda: platform.say(siti, "halo"),
        ):
            query["changes"] = platform.changes
            waiting = asyncio.create_task(session.get("look", params=query))
            done, _ = await asyncio.wait({waiting}, timeout=0.05)
            assert not done
            do()
            news = await (await waiting).json()
        assert news["chats"][0]["waiting"] == [1]
        assert news["chats"][0]["messages"][0]["message"]["text"] == "halo"
        assert news["world"]["switches"]["twice"]
        assert news["world"]["time"] - first["world"]["time"] == 3600

    asked(platform, play)


def test_deeds_of_the_panel(platform: Platform, standing: StandingClock) -> None:
    siti = platform.add_user("Siti").id

    async def invite(name: str) -> str:
        return f"http://127.0.0.1/?bot=petugas_bot&start=join-code-{name}"

    async def play(url: str, session: ClientSession) -> None:
        async def post(path: str, **body: Any) -> int:
            async with session.post(path, json=body) as answer:
                return answer.status

        assert await post("move", to="morning") == 200
        assert platform.clock.now() - standing.now() == timedelta(hours=23)
        assert await post("move", hours=-1) == 400
        assert await post("switch", name="shuffled", on=True) == 200
        assert platform.shuffled
        assert await post("switch", name="loud", on=True) == 404
        assert await post("story", story="../phone") == 404
        assert await post("join", user=siti, bot="petugas_bot") == 200
        assert (platform.chats[222, siti].bubbles[1].message or {})["text"] == "/start join-code-Siti"
        async with session.get("transcript", params={"chat": f"petugas_bot:{siti}"}) as answer:
            assert (await answer.text()).endswith("petugas > /start join-code-Siti\n")

    asked(platform, play, invite=invite)
