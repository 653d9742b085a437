"""What people do on WhatsApp, as the office is told of it."""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.simulator import transcript
from bot.simulator.cloud import Cloud
from bot.simulator.platform import Platform

from .cloud import NUMBER, PHONE, Graph, filled
from .conftest import MovedClock

Json = dict[str, Any]
YES_NO: Json = {
    "type": "button",
    "body": {"text": "Setuju?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": t[0], "title": t}} for t in ("Ya", "Tidak")]},
}
LIST: Json = {
    "type": "list",
    "body": {"text": "Kelurahan?"},
    "action": {"button": "Pilih", "sections": [{"rows": [{"id": "k1", "title": "Lowokwaru", "description": "65141"}]}]},
}


@pytest.fixture
def graph(platform: Platform) -> Graph:
    return Graph(platform)


@pytest.fixture
def siti(platform: Platform) -> int:
    return next(iter(platform.users))


def test_a_test_may_drive_either_phone() -> None:
    """What a transcript does is there on both, under the same names."""
    doings = "chat say start tap press share_contact send_photo send_document sticker voice location edit block unblock"
    for name in f"{doings} group_message".split():
        telegram, whatsapp = (signature(getattr(one, name)).parameters for one in (Platform, Cloud))
        assert [*whatsapp][:3] == [*telegram][:3] or name in {"start", "chat"}, name
        assert "bot" in whatsapp, name


def test_everything_a_person_can_send(graph: Graph, siti: int, png: bytes) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "Halo\nkantor")
    cloud.location(siti, -7.98, 112.63)
    cloud.share_contact(siti)
    cloud.share_contact(siti, "+62 811-1", own=False, first_name="Budi")
    cloud.send_photo(siti, png, "warung")
    cloud.send_document(siti, "nib.pdf", b"%PDF")
    cloud.voice(siti)
    cloud.sticker(siti)
    cloud.react(siti, 1, "👍")
    cloud.react(siti, 1, "")
    cloud.unsupported(siti)
    cloud.edit(siti, 1, "Halo kantor")
    told = [body for _, body in graph.told()]
    kinds = [one["type"] for one in told]
    assert kinds == [
        *("text", "location", "contacts", "contacts", "image", "document", "audio", "sticker"),
        *("reaction", "reaction", "unsupported", "unsupported"),
    ]
    by = dict(zip(kinds, told, strict=True))
    assert told[0]["text"] == {"body": "Halo\nkantor"}
    assert (told[0]["from"], told[0]["timestamp"]) == ("6281234567890", str(int(graph.platform.now())))
    assert told[2]["contacts"][0]["phones"][0]["wa_id"] == "6281234567890"
    assert told[3]["contacts"][0]["name"]["formatted_name"] == "Budi"
    assert by["image"]["image"]["caption"] == "warung"
    assert len(by["image"]["image"]["sha256"]) == 44
    assert by["document"]["document"]["filename"] == "nib.pdf"
    assert by["audio"]["audio"]["voice"] is True
    assert told[8]["reaction"]["emoji"] == "👍"
    assert "emoji" not in told[9]["reaction"]
    assert told[10]["errors"][0]["code"] == 131051
    assert len({one["id"] for one in told}) == len(told)
    assert graph("GET", by["image"]["image"]["id"])[1]["mime_type"] == "image/png"


def test_what_is_edited_is_told_where_the_number_is_on_the_app_too(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.coexisting = True
    cloud.say(siti, "tiga orang")
    ((_, said),) = graph.told()
    cloud.edit(siti, 1, "4 orang")
    ((_, told),) = graph.told()
    assert told["type"] == "edit"
    assert told["edit"]["original_message_id"] == said["id"]
    assert told["edit"]["message"]["text"] == {"body": "4 orang"}


def test_taps_on_buttons_and_rows(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "halo")
    name = graph.id("interactive", YES_NO)
    graph.id("interactive", LIST)
    graph.told()
    cloud.tap(siti, 2, "Ya")
    cloud.tap(siti, 3, "Lowokwaru")
    cloud.tap(siti, 3, "k99", forged=True)
    told = [body for kind, body in graph.told() if kind == "messages"]
    assert told[0]["interactive"] == {"type": "button_reply", "button_reply": {"id": "Y", "title": "Ya"}}
    assert told[0]["context"] == {"from": PHONE, "id": name}
    reply = {"id": "k1", "title": "Lowokwaru", "description": "65141"}
    assert told[1]["interactive"] == {"type": "list_reply", "list_reply": reply}
    assert told[2]["interactive"]["list_reply"]["id"] == "k99"
    with pytest.raises(LookupError):
        cloud.tap(siti, 2, "Mungkin")
    with pytest.raises(LookupError):
        cloud.press(siti, "Nomor saya")


def test_a_row_whose_words_are_cut_has_them_whole_below(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "halo")
    row = {"id": "a", "title": "Makanan dan minuman…", "description": "Makanan dan minuman siap saji"}
    action = {"button": "Pilih", "sections": [{"rows": [row]}]}
    graph.id("interactive", {"type": "list", "body": {"text": "Usahanya?"}, "action": action})
    cloud.tap(siti, 2, "Makanan dan minuman siap saji")
    told = [body for kind, body in graph.told() if kind == "messages"]
    assert told[-1]["interactive"]["list_reply"] == row
    assert (cloud.chat(None, siti).bubbles[3].message or {})["text"] == "Makanan dan minuman siap saji"


def test_what_was_asked_for_is_answered_in_its_context(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "halo")
    asked = {"type": "location_request_message", "body": {"text": "Di mana?"}, "action": {"name": "send_location"}}
    name = graph.id("interactive", asked)
    cloud.location(siti, -7.98, 112.63)
    cloud.location(siti, -7.98, 112.63)
    told = [body for kind, body in graph.told() if kind == "messages"]
    assert told[1]["context"]["id"] == name
    assert "context" not in told[2]
    asked = {"type": "request_contact_info", "body": {"text": "Nomor?"}, "action": {"name": "request_contact_info"}}
    graph.id("interactive", asked)
    cloud.share_contact(siti, "62811", own=False)
    graph.id("interactive", asked)
    cloud.share_contact(siti)
    told = [body for kind, body in graph.told() if kind == "messages"]
    assert [one["contacts"][0].get("origin", "") for one in told] == ["", "contact_request"]


def test_a_person_without_a_number_to_show(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.hide(siti)
    cloud.say(siti, "halo")
    ((_, body),) = cloud.envelopes()
    assert b"6281234567890" not in body
    contact = cloud.contact(graph.account, siti)
    assert f'"user_id": "{contact.user_id}"'.encode() in body
    graph.id(to="", recipient=contact.user_id)
    told = graph.told()
    assert [(one["status"], one["recipient_user_id"]) for _, one in told] == [
        ("sent", contact.user_id),
        ("delivered", contact.user_id),
    ]
    assert "recipient_id" not in told[0][1]
    cloud.hide(siti, False)
    cloud.say(siti, "halo")
    assert graph.told()[-1][1]["from"] == "6281234567890"


def test_a_changed_number(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "halo")
    before = cloud.contact(graph.account, siti).user_id
    graph.told()
    cloud.change_number(siti, "0062 811-99")
    ((_, body),) = graph.told()
    contact = cloud.contact(graph.account, siti)
    assert (body["type"], body["from"], body["from_user_id"]) == ("system", "6281234567890", before)
    system = body["system"]
    assert (system["type"], system["wa_id"]) == ("user_changed_number", contact.phone)
    assert (system["user_id"], system["previous_user_id"]) == (contact.user_id, before)
    assert before != contact.user_id
    assert graph.code(to=f"+{contact.phone}") == 0
    graph.told()
    graph.id(to="", recipient=before)
    assert graph.statuses() == [("failed", 131026)]

    cloud.hide(siti)
    cloud.change_number(siti, "62812")
    assert graph.told()[0][1]["system"]["type"] == "user_changed_user_id"


def test_who_is_away_does_nothing(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.block(siti)
    with pytest.raises(ValueError, match="blocked"):
        cloud.say(siti, "halo")
    cloud.unblock(siti)
    cloud.offline(siti)
    with pytest.raises(ValueError, match="no WhatsApp"):
        cloud.say(siti, "halo")
    nobody = graph.platform.add_user("Budi", phone="").id
    with pytest.raises(ValueError, match="no number"):
        cloud.say(nobody, "halo")
    assert graph.told() == []


def test_a_chat_is_kept_over_a_restart(tmp_path: Path, clock: MovedClock) -> None:
    def again() -> Graph:
        return Graph(Platform(tmp_path / "p.db", clock, clock.monotonic))

    graph = again()
    siti = graph.platform.add_user("Siti", phone="6281234567890").id
    graph.platform.cloud.say(siti, "halo")
    graph.template()
    graph.platform.cloud.marketing(siti, False)
    graph.platform.close()

    graph = again()
    cloud = graph.platform.cloud
    assert cloud.contact(graph.account, siti).stopped
    assert cloud.on_the_way[graph.account.id, siti] == {1}
    assert graph.code("template", filled()) == 0
    kinds = [kind for kind, _ in graph.told()]
    assert kinds == ["messages", "user_preferences", "statuses", "statuses", "message_template_status_update"]
    assert cloud.on_the_way[graph.account.id, siti] == set()
    graph.platform.forget()
    assert cloud.contacts == {}
    assert next(iter(cloud.templates.values())).status == "APPROVED"
    graph.platform.close()
    assert again().platform.cloud.notices == {}


def test_a_chat_copied_as_a_transcript(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "/daftar")
    graph.id("interactive", YES_NO)
    cloud.tap(siti, 2, "Ya")
    graph.id("interactive", LIST)
    cloud.marketing(siti, False)
    cast = transcript.names([(int(NUMBER), siti, "Siti")], 222)
    lines = transcript.write(graph.platform.diary.values(), cast, ZoneInfo("Asia/Jakarta"), list(cast)).splitlines()
    assert lines[0] == "# siti: on WhatsApp"
    assert lines[3:] == [
        "> /daftar",
        "< Setuju?",
        "  [Ya] [Tidak]",
        "> [Ya]",
        "< Kelurahan?",
        "  [Lowokwaru]",
        "> (stop pemasaran)",
    ]
