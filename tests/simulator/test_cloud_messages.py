"""What the played Cloud API takes of a message, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator.cloud_text import joined, marked
from bot.simulator.platform import Platform

from .cloud import NUMBER, TOKEN, Graph

Json = dict[str, Any]


@pytest.fixture
def graph(platform: Platform) -> Graph:
    graph = Graph(platform)
    platform.cloud.say(next(iter(platform.users)), "halo")
    platform.cloud.envelopes()
    return graph


def buttons(*titles: str, body: str = "Setuju?", **more: Any) -> Json:
    found = [{"type": "reply", "reply": {"id": f"b{i}", "title": title}} for i, title in enumerate(titles)]
    return {"type": "button", "body": {"text": body}, "action": {"buttons": found}, **more}


def rows(many: int, sections: int = 1, **more: Any) -> Json:
    found = [
        {"title": f"S{s}", "rows": [{"id": f"{s}.{r}", "title": f"R{r}"} for r in range(many)]} for s in range(sections)
    ]
    return {"type": "list", "body": {"text": "Pilih"}, "action": {"button": "Daftar", "sections": found}, **more}


def row(**fields: Any) -> Json:
    one = {"id": "a", "title": "A", **fields}
    return {"type": "list", "body": {"text": "x"}, "action": {"button": "B", "sections": [{"rows": [one]}]}}


def test_text_up_to_its_length(graph: Graph) -> None:
    assert graph.code("text", {"body": "a" * 4096}) == 0
    assert graph.code("text", {"body": "a" * 4097}) == 100
    assert graph.code("text", {"body": "😀" * 2049}) == 100
    assert graph.code("text", {"body": " "}) == 131008
    assert graph.code("text", {"preview_url": True}) == 131008
    assert graph.code("text", {"body": "a", "preview_url": "yes"}) == 100


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (buttons("Ya", "Tidak", "Nanti"), 0),
        (buttons("a" * 20), 0),
        (buttons("a" * 21), 131009),
        (buttons("😀" * 11), 131009),
        (buttons("a", "b", "c", "d"), 131009),
        (buttons(), 131009),
        (buttons("Ya", "Ya"), 131009),
        (buttons("Ya", body="a" * 1024), 0),
        (buttons("Ya", body="a" * 1025), 131009),
        (buttons("Ya", footer={"text": "a" * 60}), 0),
        (buttons("Ya", footer={"text": "a" * 61}), 131009),
        (buttons("Ya", header={"type": "text", "text": "a" * 61}), 131009),
        (buttons("Ya", header={"type": "sticker"}), 131009),
        (buttons("Ya", colour="green"), 100),
        (rows(10), 0),
        (rows(11), 131009),
        (rows(2, 5), 0),
        (rows(2, 6), 131009),
        (rows(1, 11), 131009),
        (rows(1, header={"type": "image", "image": {"id": "1"}}), 131009),
        (row(id="a" * 200, title="a" * 24, description="a" * 72), 0),
        (row(id="a" * 201), 131009),
        (row(title="a" * 25), 131009),
        (row(description="a" * 73), 131009),
        (row(icon="a"), 100),
        ({**rows(1), "body": {"text": "a" * 4096}}, 0),
        ({**rows(1), "body": {"text": "a" * 4097}}, 131009),
        ({"type": "location_request_message", "body": {"text": "Di mana?"}, "action": {"name": "send_location"}}, 0),
        ({"type": "location_request_message", "body": {"text": "Di mana?"}, "action": {"name": "send"}}, 131009),
        ({"type": "request_contact_info", "body": {"text": "Nomor?"}, "action": {"name": "request_contact_info"}}, 0),
        ({"type": "flow", "body": {"text": "x"}, "action": {}}, 131009),
        ({"type": "button", "action": {"buttons": []}}, 131008),
    ],
)
def test_interactive_messages(graph: Graph, what: Json, code: int) -> None:
    assert graph.code("interactive", what) == code


def test_ids_of_buttons_and_rows_must_differ(graph: Graph) -> None:
    twice = buttons("Ya", "Tidak")
    twice["action"]["buttons"][1]["reply"]["id"] = "b0"
    assert graph.code("interactive", twice) == 131009
    same = rows(2)
    same["action"]["sections"][0]["rows"][1]["id"] = "0.0"
    assert graph.code("interactive", same) == 131009
    untitled = rows(1, 2)
    del untitled["action"]["sections"][0]["title"]
    assert graph.code("interactive", untitled) == 131008


def test_a_link_button(graph: Graph) -> None:
    def link(url: str, text: str = "Buka") -> Json:
        parameters = {"display_text": text, "url": url}
        return {"type": "cta_url", "body": {"text": "x"}, "action": {"name": "cta_url", "parameters": parameters}}

    assert graph.code("interactive", link("https://malangkota.go.id")) == 0
    assert graph.code("interactive", link("javascript:alert(1)")) == 131009
    assert graph.code("interactive", link("https://a.id", "a" * 21)) == 131009


def test_unknown_fields_and_types(graph: Graph) -> None:
    assert graph.code("text", {"body": "a"}, silent=True) == 100
    assert graph.code("text", {"body": "a", "colour": "red"}) == 100
    assert graph.code("poll", {"question": "a"}) == 131051
    assert graph.code("text", biz_opaque_callback_data="a" * 512) == 0
    assert graph.code("text", biz_opaque_callback_data="a" * 513) == 131009
    assert graph.code("text", recipient_type="group") == 100
    assert graph("POST", f"{NUMBER}/messages", {"to": "+62"})[1]["error"]["code"] == 100


def test_who_may_call(graph: Graph) -> None:
    status, found = graph("POST", f"{NUMBER}/messages", {}, token="stolen")
    assert (status, found["error"]["code"]) == (401, 190)
    assert graph("POST", "123/messages", {})[1]["error"]["error_subcode"] == 33
    assert graph("GET", NUMBER)[1]["display_phone_number"].startswith("+62")
    assert graph("GET", NUMBER, token=TOKEN)[0] == 200


def test_to_whom(graph: Graph) -> None:
    graph.platform.cloud.late = False
    contact = next(iter(graph.platform.cloud.contacts.values()))
    assert graph.code(to="+62 812-3456-7890") == 0
    assert graph.code(to="6281234567890") == 131026  # the platform would put its country in front once more
    assert graph.code(to="081234567890") == 131026
    assert graph.code(to="siti") == 100
    assert graph.code(to="+622112345678") == 131021
    assert graph.code(to="") == 131008
    assert graph.code(to="", recipient=contact.user_id) == 0
    assert graph.code(to="", recipient="ID.NOBODY") == 131026
    _, found = graph.send(to="", recipient=contact.user_id)
    assert found["contacts"] == [{"input": contact.user_id, "user_id": contact.user_id}]
    _, found = graph.send()
    assert found["contacts"] == [{"input": "+6281234567890", "wa_id": "6281234567890"}]


def test_what_the_phone_shows(graph: Graph) -> None:
    graph.id("interactive", rows(2, header={"type": "text", "text": "Kepala"}, footer={"text": "Kaki"}))
    chat = graph.platform.cloud.chat(graph.account, next(iter(graph.platform.users)))
    message = next(reversed(chat.bubbles.values())).message
    assert message is not None
    assert message["text"] == "Kepala\nPilih\nKaki"
    assert [one["type"] for one in message["entities"]] == ["bold", "footer"]
    assert [key["text"] for line in message["reply_markup"]["inline_keyboard"] for key in line] == ["R0", "R1"]
    assert message["list"]["button"] == "Daftar"


@pytest.mark.parametrize(
    ("raw", "plain", "kinds"),
    [
        ("*Halo* Siti", "Halo Siti", [("bold", 0, 4)]),
        ("_a *b*_ ~c~", "a b c", [("italic", 0, 3), ("bold", 2, 1), ("strikethrough", 4, 1)]),
        ("2*3*4 dan a_b_c", "2*3*4 dan a_b_c", []),
        ("* satu\n* dua", "* satu\n* dua", []),
        ("😀 `kode *x*`", "😀 kode *x*", [("code", 3, 8)]),
        ("lihat https://a.id/b_c_d", "lihat https://a.id/b_c_d", [("url", 6, 18)]),
    ],
)
def test_marks_of_a_text(raw: str, plain: str, kinds: list[tuple[str, int, int]]) -> None:
    text, entities = marked(raw)
    assert text == plain
    assert [(one["type"], one["offset"], one["length"]) for one in entities] == kinds


def test_parts_are_joined_by_lines() -> None:
    text, entities = joined([("😀", "bold"), ("*b*", ""), ("", "footer")])
    assert text == "😀\nb"
    assert [(one["type"], one["offset"], one["length"]) for one in entities] == [("bold", 0, 2), ("bold", 3, 1)]
