"""What people do becomes the update that Telegram sends, and waits for the bot until it is confirmed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.simulator.faults import Dropped
from bot.simulator.platform import Platform

from .conftest import OWNERS, Call, MovedClock

ME = 700_000_001


def updates(call: Call, **params: Any) -> list[dict[str, Any]]:
    return call("getUpdates", **params)[1]["result"]


def test_every_doing_makes_its_update(platform: Platform, call: Call, png: bytes) -> None:
    platform.start(ME, payload="pelatihan-12")
    said = platform.say(ME, "halo 😀 /daftar")
    platform.share_contact(ME)
    platform.share_contact(ME, "628999", own=False, first_name="Budi")
    platform.send_photo(ME, png, "warung saya")
    platform.send_document(ME, "nib.pdf", b"%PDF", "application/pdf")
    platform.sticker(ME)
    platform.voice(ME)
    platform.location(ME, -7.97, 112.63)
    platform.edit(ME, said, "halo lagi")
    platform.block(ME)
    platform.unblock(ME)
    platform.group_message(ME, "halo semua")

    got = updates(call)

    numbers = [update["update_id"] for update in got]
    assert numbers == list(range(numbers[0], numbers[0] + len(got)))
    start, text, contact, card, photo, document, sticker, voice, place, edited, kicked, back, added, group = got
    person = {"id": ME, "is_bot": False, "first_name": "Siti", "language_code": "id"}
    assert start["message"] == {
        "message_id": 1,
        "from": person,
        "chat": {"id": ME, "first_name": "Siti", "type": "private"},
        "date": 1796436000,
        "text": "/start pelatihan-12",
        "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
    }
    assert text["message"]["entities"] == [{"type": "bot_command", "offset": 8, "length": 7}]
    assert contact["message"]["contact"] == {"phone_number": "6281234567890", "first_name": "Siti", "user_id": ME}
    assert card["message"]["contact"] == {"phone_number": "628999", "first_name": "Budi"}
    assert photo["message"]["caption"] == "warung saya"
    assert photo["message"]["photo"][-1]["width"] == 400
    assert document["message"]["document"]["mime_type"] == "application/pdf"
    assert sticker["message"]["sticker"]["emoji"] == "👍"
    assert voice["message"]["voice"]["duration"] == 3
    assert place["message"]["location"] == {"latitude": -7.97, "longitude": 112.63}
    assert (edited["edited_message"]["message_id"], edited["edited_message"]["text"]) == (2, "halo lagi")
    assert kicked["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert back["my_chat_member"]["old_chat_member"]["status"] == "kicked"
    assert added["my_chat_member"]["chat"]["type"] == "group"
    assert group["message"]["chat"]["id"] < 0


def test_a_tap_carries_its_message(platform: Platform, call: Call) -> None:
    platform.start(ME)
    board = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y:1"}, {"text": "Peta", "url": "https://a.id"}]]}
    message = call("sendMessage", chat_id=ME, text="Setuju?", reply_markup=board)[1]["result"]
    number = platform.tap(ME, message["message_id"], "Ya")
    query = updates(call)[-1]["callback_query"]
    assert (query["id"], query["data"], query["message"]) == (number, "y:1", message)
    with pytest.raises(LookupError):
        platform.tap(ME, message["message_id"], "Tidak")
    with pytest.raises(LookupError):
        platform.tap(ME, message["message_id"], "Peta")
    platform.tap(ME, message["message_id"], "y:2", forged=True)
    assert updates(call)[-1]["callback_query"]["data"] == "y:2"


def test_a_long_text_goes_in_several_and_a_bad_payload_is_dropped(platform: Platform, call: Call) -> None:
    platform.say(ME, "😀" * 3000)
    assert [len(update["message"]["text"]) for update in updates(call)] == [2048, 952]
    platform.start(ME, payload="x" * 65)
    assert updates(call)[-1]["message"]["text"] == "/start"


def test_updates_stay_until_an_offset_confirms_them(platform: Platform, call: Call) -> None:
    for word in ("satu", "dua", "tiga"):
        platform.say(ME, word)
    first = updates(call)
    assert updates(call, limit=2) == first[:2]
    assert updates(call, offset=str(first[1]["update_id"])) == first[1:]
    assert updates(call, offset=-1) == first[2:]
    assert updates(call) == first[2:]
    assert updates(call, offset=first[2]["update_id"] + 1) == []


def test_unwanted_kinds_are_not_brought(platform: Platform, call: Call) -> None:
    updates(call, allowed_updates='["message"]')
    platform.start(ME)
    platform.block(ME)
    assert [set(update) for update in updates(call)] == [{"update_id", "message"}]


def test_updates_are_given_up_after_a_day_and_taps_after_150_seconds(
    platform: Platform, call: Call, clock: MovedClock
) -> None:
    platform.start(ME)
    board = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}]]}
    number = call("sendMessage", chat_id=ME, text="?", reply_markup=board)[1]["result"]["message_id"]
    platform.tap(ME, number, "Ya")
    assert len(updates(call)) == 2
    clock.move(151)
    assert len(updates(call)) == 1
    clock.move(24 * 3600)
    assert updates(call) == []


def test_a_long_poll_is_woken_and_a_second_one_ends_the_first(platform: Platform) -> None:
    async def run() -> None:
        first = asyncio.create_task(platform.call(OWNERS, "getUpdates", {"timeout": 30}))
        await asyncio.sleep(0)
        second = asyncio.create_task(platform.call(OWNERS, "getUpdates", {"timeout": 30}))
        status, body = await asyncio.wait_for(first, 5)
        assert (status, body["description"][:31]) == (409, "Conflict: terminated by other g")
        platform.say(ME, "halo")
        status, body = await asyncio.wait_for(second, 5)
        assert [update["message"]["text"] for update in body["result"]] == ["halo"]

    asyncio.run(run())


def test_polling_and_a_webhook_exclude_each_other(platform: Platform, call: Call) -> None:
    call("setWebhook", url="http://127.0.0.1:1/hook")
    assert call("getUpdates")[0] == 409
    assert call("getWebhookInfo")[1]["result"]["url"] == "http://127.0.0.1:1/hook"
    call("deleteWebhook")
    assert call("getUpdates")[0] == 200


def test_no_network_holds_updates_back_and_twice_doubles_them(platform: Platform, call: Call) -> None:
    platform.hold()
    platform.say(ME, "halo")
    assert updates(call) == []
    platform.hold(False)
    platform.twice = True
    assert [update["message"]["text"] for update in updates(call)] == ["halo", "halo"]


def test_a_page_that_saw_what_was_not_saved_sees_what_comes_after(tmp_path: Path, clock: MovedClock) -> None:
    path = tmp_path / "platform.db"
    before = Platform(path, clock)
    before.add_bot(OWNERS, "pendamping_bot", "Pendamping")
    siti = before.add_user("Siti").id
    before.start(siti)

    async def run() -> int:
        got = (await before.call(OWNERS, "getUpdates", {}))[1]["result"]
        before.say(siti, "sampai 50 juta")
        waits = {"offset": got[0]["update_id"] + 2, "timeout": 30}
        polling = asyncio.create_task(before.call(OWNERS, "getUpdates", waits))
        await asyncio.sleep(0)  # the updates are confirmed, which a page sees at once, and the call waits for more
        seen = before.seq
        after = Platform(path, clock)  # the process was killed
        await after.call(OWNERS, "sendMessage", {"chat_id": siti, "text": "Berapa orang?"})
        polling.cancel()
        return after.chats[111, siti].seq - seen

    assert asyncio.run(run()) > 0


def test_the_store_survives_without_a_goodbye(tmp_path: Path, clock: MovedClock, png: bytes) -> None:
    path = tmp_path / "platform.db"
    before = Platform(path, clock)
    before.add_bot(OWNERS, "pendamping_bot", "Pendamping")
    siti = before.add_user("Siti", phone="628123").id
    before.start(siti)
    before.send_photo(siti, png)

    async def talk() -> None:
        board = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}]]}
        got = (await before.call(OWNERS, "getUpdates", {}))[1]["result"]
        await before.call(OWNERS, "getUpdates", {"offset": got[0]["update_id"] + 1})
        await before.call(OWNERS, "sendMessage", {"chat_id": siti, "text": "Setuju?", "reply_markup": board})

    asyncio.run(talk())
    before.tap(siti, 3, "Ya")

    after = Platform(path, clock)  # the former one is never closed, as after kill -9

    waiting = asyncio.run(after.call(OWNERS, "getUpdates", {}))[1]["result"]
    assert waiting == asyncio.run(before.call(OWNERS, "getUpdates", {}))[1]["result"]
    assert [set(update) - {"update_id"} for update in waiting] == [{"message"}, {"callback_query"}]
    assert after.life == before.life
    assert after.seq > before.seq
    assert after.chats[111, siti].bubbles == before.chats[111, siti].bubbles
    assert (
        asyncio.run(
            after.call(OWNERS, "answerCallbackQuery", {"callback_query_id": waiting[1]["callback_query"]["id"]})
        )[0]
        == 200
    )
    photo = waiting[0]["message"]["photo"][-1]["file_id"]
    assert after.blobs[photo] == png
    assert after.say(siti, "halo") == 4
    last = asyncio.run(after.call(OWNERS, "getUpdates", {"offset": -1}))[1]["result"][0]
    assert last["update_id"] == waiting[-1]["update_id"] + 1

    after.forget()
    after.save()
    empty = Platform(path, clock)
    assert (empty.users, empty.chats, empty.life != before.life) == ({}, {}, True)
    assert empty.add_user("Budi").id != siti
    for one in (before, after, empty):
        one.close()


TALKER = """
import sys
from pathlib import Path
from bot.simulator.platform import Platform
platform = Platform(Path(sys.argv[1]))
platform.add_bot("111:owners", "pendamping_bot", "Pendamping")
siti = platform.add_user("Siti").id
while True:
    print(platform.say(siti, "halo"), flush=True)
"""


def test_a_killed_process_loses_nothing_that_was_said(tmp_path: Path) -> None:
    path = tmp_path / "platform.db"
    with subprocess.Popen([sys.executable, "-c", TALKER, str(path)], stdout=subprocess.PIPE, text=True) as talker:
        assert talker.stdout
        for _ in range(50):
            talker.stdout.readline()
        talker.kill()
        said = 50 + len([line for line in talker.stdout if line.endswith("\n")])

    after = Platform(path)
    chat = after.chats[111, ME]
    assert said <= chat.last_message <= said + 1
    assert list(chat.bubbles) == list(range(1, chat.last_message + 1))
    assert len(after.waiting[111]) == chat.last_message
    after.close()


def test_faults(platform: Platform, call: Call) -> None:
    platform.start(ME)
    platform.faults.order("error", next=1)
    platform.faults.order("flood", next=1, seconds=7, methods=["sendMessage"])
    platform.faults.order("drop", next=1)
    assert call("getUpdates")[0] == 200  # the loop of updates isn't troubled unless it is named
    assert call("sendMessage", chat_id=ME, text="satu")[0] == 500
    assert call("sendMessage", chat_id=ME, text="dua")[1]["parameters"] == {"retry_after": 7}
    with pytest.raises(Dropped):
        call("sendMessage", chat_id=ME, text="tiga")
    assert [one.params["text"] for one in platform.sent] == ["tiga"]  # accepted although the bot never heard of it
    assert platform.faults.met == {"error": 1, "flood": 1, "drop": 1}


def test_a_share_of_calls_meets_a_fault_the_same_ones_each_time() -> None:
    def troubled(seed: int) -> list[int]:
        platform = Platform(seed=seed)
        platform.add_bot(OWNERS, "a_bot", "A")
        platform.faults.order("error", share=0.3)
        return [asyncio.run(platform.call(OWNERS, "getMe", {}))[0] for _ in range(200)]

    assert troubled(1) == troubled(1) != troubled(2)
    assert 30 < troubled(1).count(500) < 90


def test_a_call_that_hangs_was_accepted(platform: Platform) -> None:
    platform.start(ME)
    platform.faults.order("hang", next=1)

    async def run() -> None:
        hanging = asyncio.create_task(platform.call(OWNERS, "sendMessage", {"chat_id": ME, "text": "x"}))
        done, _ = await asyncio.wait({hanging}, timeout=0.01)
        assert not done
        assert len(platform.sent) == 1
        platform.faults.clear()
        assert (await asyncio.wait_for(hanging, 5))[0] == 200

    asyncio.run(run())
