"""What becomes of a message on the played Cloud API: the window, statuses, limits, templates, media."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator.cloud_limits import Bucket
from bot.simulator.platform import Platform

from .cloud import NUMBER, SECRET, TOKEN, WABA, Graph, filled
from .conftest import MovedClock

Json = dict[str, Any]
DAY = 24 * 3600


@pytest.fixture
def graph(platform: Platform) -> Graph:
    return Graph(platform)


@pytest.fixture
def siti(platform: Platform) -> int:
    return next(iter(platform.users))


def test_the_window_opens_with_a_message_and_closes_after_a_day(graph: Graph, siti: int, clock: MovedClock) -> None:
    cloud = graph.platform.cloud
    cloud.late = False
    assert graph.code() == 131047
    cloud.say(siti, "halo")
    assert graph.code() == 0
    clock.move(DAY - 1)
    assert graph.code() == 0
    clock.move(1)
    assert graph.code() == 131047
    graph.template()
    assert graph.code("template", filled()) == 0
    assert graph.code() == 131047  # a template opens nothing
    cloud.tap(siti, max(cloud.chat(None, siti).bubbles), "Ya")
    assert graph.code() == 0


def test_outside_the_window_it_is_accepted_and_fails_later(graph: Graph, siti: int) -> None:
    status, found = graph.send(biz_opaque_callback_data="row-7")
    assert status == 200
    ((kind, told),) = graph.told()
    assert (kind, told["status"], told["errors"][0]["code"]) == ("statuses", "failed", 131047)
    assert (told["id"], told["biz_opaque_callback_data"]) == (found["messages"][0]["id"], "row-7")
    assert "pricing" not in told
    assert not graph.platform.cloud.chat(None, siti).bubbles  # she sees nothing of it


def test_statuses_one_after_the_other(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "halo")
    cloud.offline(siti)
    graph.told()
    name = graph.id(biz_opaque_callback_data="row-8")
    ((_, sent),) = graph.told()
    assert (sent["status"], sent["id"], sent["biz_opaque_callback_data"]) == ("sent", name, "row-8")
    free = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
    assert sent["pricing"] == free
    assert sent["recipient_id"] == "6281234567890"
    cloud.offline(siti, False)
    ((_, delivered),) = graph.told()
    assert (delivered["status"], delivered["pricing"]) == ("delivered", free)
    cloud.look(siti)
    ((_, read),) = graph.told()
    assert read["status"] == "read"
    assert "pricing" not in read
    cloud.look(siti)
    assert graph.told() == []


def test_what_she_reads_at_once_is_never_told_as_delivered(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "halo")
    cloud.offline(siti)
    graph.id()
    graph.told()
    contact = cloud.contact(graph.account, siti)
    contact.offline = False  # on again, and the chat is open
    cloud.look(siti)
    ((_, read),) = graph.told()
    assert (read["status"], read["pricing"]["category"]) == ("read", "service")


def test_what_is_charged(graph: Graph, siti: int, clock: MovedClock) -> None:
    cloud = graph.platform.cloud
    cloud.limits.pair = cloud.limits.throughput = None
    cloud.say(siti, "halo")
    graph.account.month, graph.account.served = "2026-12", 999
    prices: list[Json] = []
    for _ in range(2):
        graph.id()
        prices.append(graph.told()[-1][1]["pricing"])
    assert [(one["billable"], one["type"]) for one in prices] == [(False, "free_customer_service"), (True, "regular")]
    graph.template("promo", "MARKETING")
    graph.id("template", filled("promo"))
    assert graph.told()[-1][1]["pricing"]["category"] == "marketing"
    clock.move(31 * DAY)
    cloud.say(siti, "bulan baru")
    graph.told()
    graph.id()
    assert graph.told()[-1][1]["pricing"]["billable"] is False


def test_who_cannot_be_reached(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "halo")
    cloud.absent(siti)
    graph.told()
    graph.id()
    assert graph.statuses() == [("failed", 131026)]
    graph.id(to="+62811")
    assert graph.statuses() == [("failed", 131026)]
    cloud.absent(siti, False)
    cloud.block(siti)
    graph.id()
    assert graph.statuses() == [("sent", 0)]


def test_marketing_that_was_stopped(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    graph.template("promo", "MARKETING")
    graph.template()
    graph.told()
    cloud.marketing(siti, False)
    ((kind, told),) = graph.told()
    assert (kind, told["category"], told["value"]) == ("user_preferences", "marketing_messages", "stop")
    assert told["wa_id"] == "6281234567890"
    graph.id("template", filled("promo"))
    assert graph.statuses() == [("failed", 131050)]
    graph.id("template", filled())
    assert graph.statuses()[0] == ("sent", 0)
    cloud.marketing(siti, True)
    assert graph.told()[0][1]["value"] == "resume"
    graph.id("template", filled("promo"))
    assert graph.statuses()[0] == ("sent", 0)


def test_one_person_at_a_pace_of_her_own(graph: Graph, siti: int, clock: MovedClock) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "halo")
    cloud.say(graph.platform.add_user("Budi", phone="628111").id, "halo")
    assert [graph.code() for _ in range(46)] == [0] * 45 + [131056]
    assert graph.code(to="+628111") == 0
    clock.move(6)
    assert [graph.code(), graph.code()] == [0, 131056]


def test_a_number_at_a_pace_both_ways(graph: Graph, siti: int, clock: MovedClock) -> None:
    cloud = graph.platform.cloud
    cloud.limits.pair = None
    cloud.limits.throughput = Bucket(80, 80)
    for _ in range(30):
        cloud.say(siti, "halo")
    assert [graph.code() for _ in range(51)] == [0] * 50 + [130429]
    clock.move(0.5)
    assert [graph.code() for _ in range(41)] == [0] * 40 + [130429]
    assert cloud.limits.met[130429] == 2


def test_how_many_may_be_begun_with_in_a_day(graph: Graph, siti: int, clock: MovedClock) -> None:
    cloud = graph.platform.cloud
    cloud.limits.tier = 1
    cloud.late = False
    graph.template()
    graph.platform.add_user("Budi", phone="628111")
    assert graph.code("template", filled()) == 0
    assert graph.code("template", filled()) == 0  # the same person
    assert graph.code("template", filled(), to="+628111") == 131048
    clock.move(DAY + 1)
    assert graph.code("template", filled(), to="+628111") == 0


def test_refusals_to_order(graph: Graph, siti: int) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "halo")
    graph.told()
    cloud.refuse(131016, 2)
    assert [graph.code(), graph.code(), graph.code()] == [131016, 131016, 0]
    graph.told()
    cloud.refuse(131049, late=True)
    assert graph.code() == 0
    assert graph.statuses() == [("failed", 131049)]
    cloud.faults.order("error", next=1)
    status, found = graph.send()
    assert (status, found["error"]["code"]) == (500, 131000)


def test_templates_are_made_judged_and_listed(graph: Graph) -> None:
    cloud = graph.platform.cloud
    cloud.approving = False
    graph.template()
    assert graph.code("template", filled()) == 132001  # not approved yet
    (template,) = cloud.templates.values()
    for status, code in (("REJECTED", 132001), ("PAUSED", 132015), ("DISABLED", 132016), ("APPROVED", 0)):
        cloud.judge(template, status)
        assert graph.code("template", filled()) == code
    events = [body["event"] for kind, body in graph.told() if kind == "message_template_status_update"]
    assert events == ["REJECTED", "PAUSED", "DISABLED", "APPROVED"]
    for name in ("satu", "dua"):
        graph.template(name)
    _, first = graph("GET", f"{WABA}/message_templates", query={"limit": "2"})
    _, rest = graph("GET", f"{WABA}/message_templates", query={"after": first["paging"]["cursors"]["after"]})
    assert [one["name"] for one in first["data"] + rest["data"]] == ["pengingat", "satu", "dua"]
    assert "next" in first["paging"]
    assert "next" not in rest["paging"]
    _, pending = graph("GET", f"{WABA}/message_templates", query={"status": "PENDING"})
    assert len(pending["data"]) == 2
    assert graph("DELETE", f"{WABA}/message_templates", query={"name": "satu"})[0] == 200
    assert graph("DELETE", f"{WABA}/message_templates", query={"name": "satu"})[0] == 400


def body(text: str, **more: Any) -> list[Json]:
    return [{"type": "BODY", "text": text, "example": {"body_text": [["a"]]}, **more}]


@pytest.mark.parametrize(
    ("given", "subcode"),
    [
        ({"name": "Besar"}, 0),
        ({"category": "NEWS"}, 0),
        ({"components": []}, 0),
        ({"components": body("a" * 1025)}, 0),
        ({"components": body("{{1}} halo halo")}, 2388299),
        ({"components": body("halo halo {{1}}")}, 2388299),
        ({"components": body("a {{1}} {{2}} b {{3}} c")}, 2388293),
        ({"components": body("a {{2}} b")}, 0),
        ({"components": body("a {{1}} b", example=None)}, 0),
        ({"components": [*body("a"), {"type": "FOOTER", "text": "{{1}}"}]}, 0),
        ({"components": [*body("a"), {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "a" * 26}]}]}, 0),
        ({"name": "sudah_ada"}, 2388024),
    ],
)
def test_templates_that_are_refused(graph: Graph, given: Json, subcode: int) -> None:
    graph.template("sudah_ada")
    right = {"name": "a", "language": "id", "category": "UTILITY", "components": body("halo {{1}} ya")}
    status, found = graph("POST", f"{WABA}/message_templates", right | given)
    assert (status, found["error"]["code"]) == (400, 100)
    assert found["error"].get("error_subcode", 0) == subcode


def test_how_a_template_is_filled(graph: Graph, siti: int) -> None:
    graph.template()
    assert graph.code("template", filled("pengingat", "a", "b")) == 132000
    assert graph.code("template", filled("pengingat", "a\nb")) == 132018
    assert graph.code("template", filled("pengingat", "a     b")) == 132018
    assert graph.code("template", {**filled(), "language": {"code": "en"}}) == 132001
    assert graph.code("template", filled("lain")) == 132001
    status, found = graph.send("template", filled("pengingat", "Bu Siti", payloads=("ya:7", "nanti:7")))
    assert (status, found["messages"][0]["message_status"]) == (200, "accepted")
    message = graph.platform.cloud.chat(None, siti).bubbles[1].message
    assert message is not None
    assert message["text"] == "Halo Bu Siti, ada kabar.\nBalas STOP untuk berhenti"
    graph.platform.cloud.tap(siti, 1, "Nanti")
    told = graph.told()[-1][1]
    assert (told["type"], told["button"]) == ("button", {"payload": "nanti:7", "text": "Nanti"})
    assert told["context"]["id"] == found["messages"][0]["id"]


def test_files_are_put_there_sent_and_fetched(graph: Graph, siti: int, png: bytes, clock: MovedClock) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "halo")
    form = {"messaging_product": "whatsapp", "type": "image/png"}
    _, found = graph("POST", f"{NUMBER}/media", form, files={"file": ("a.png", png, "image/png")})
    picture = found["id"]
    form["type"] = "application/pdf"
    _, found = graph("POST", f"{NUMBER}/media", form, files={"file": ("bukti.pdf", b"%PDF-1.7", "application/pdf")})
    assert graph.code("image", {"id": picture, "caption": "*Surat*"}) == 0
    assert graph.code("document", {"id": found["id"], "filename": "Bukti.pdf"}) == 0
    assert graph.code("image", {"id": "1"}) == 100
    assert graph.code("image", {"id": picture, "caption": "a" * 1025}) == 131009
    assert graph.code("image", {"id": picture, "link": "https://a.id/a.png"}) == 131009
    shown = [bubble.message or {} for bubble in cloud.chat(None, siti).bubbles.values()]
    assert (shown[1]["photo"][0]["width"], shown[1]["caption"]) == (400, "Surat")
    assert shown[2]["document"]["file_name"] == "Bukti.pdf"
    graph.told()
    assert graph.code("image", {"id": found["id"]}) == 0  # a PDF is no picture: found out later
    assert graph.statuses() == [("failed", 131053)]

    _, about = graph("GET", picture)
    assert about["file_size"] == len(png)
    ends = int(about["url"].rpartition("=")[2])
    assert cloud.download(TOKEN, picture, ends) == (png, "image/png")
    clock.move(301)
    assert cloud.download(TOKEN, picture, ends) is None
    clock.move(30 * DAY)
    assert graph("GET", picture)[0] == 400
    assert graph("DELETE", found["id"])[0] == 400


def test_a_file_that_may_not_be_put_there(graph: Graph) -> None:
    form = {"messaging_product": "whatsapp", "type": "image/jpeg"}
    big = {"file": ("a.jpg", b"a" * (5 * 1024 * 1024 + 1), "image/jpeg")}
    assert graph("POST", f"{NUMBER}/media", form, files=big)[0] == 400
    odd = {"file": ("a.gif", b"GIF89a", "image/gif")}
    assert graph("POST", f"{NUMBER}/media", {**form, "type": "image/gif"}, files=odd)[1]["error"]["code"] == 100
    assert graph("POST", f"{NUMBER}/media", {"type": "image/jpeg"}, files=odd)[0] == 400


def test_reading_typing_and_reacting(graph: Graph, siti: int, clock: MovedClock) -> None:
    cloud = graph.platform.cloud
    cloud.say(siti, "satu")
    cloud.say(siti, "dua")
    names = [body["id"] for _, body in graph.told()]
    chat = cloud.chat(None, siti)

    def ticks() -> list[str]:
        return [(bubble.message or {}).get("ticks", "") for bubble in chat.bubbles.values()]

    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": names[0]}
    assert graph("POST", f"{NUMBER}/messages", receipt) == (200, {"success": True})
    assert ticks() == ["read", ""]
    typing = {**receipt, "message_id": names[1], "typing_indicator": {"type": "text"}}
    assert graph("POST", f"{NUMBER}/messages", typing)[0] == 200
    assert ticks() == ["read", "read"]
    assert chat.typing - clock.monotonic() == 25
    assert graph("POST", f"{NUMBER}/messages", {**receipt, "message_id": "wamid.x"})[0] == 400
    assert graph.code("reaction", {"message_id": names[0], "emoji": "👍"}) == 0
    assert (chat.bubbles[1].message or {})["reaction"] == "👍"
    assert graph.statuses() == [("sent", 0)]
    assert graph.code("reaction", {"message_id": names[0], "emoji": ""}) == 0
    assert "reaction" not in (chat.bubbles[1].message or {})
    graph.id()
    assert chat.typing == 0


def test_the_same_number_and_secret_after_a_restart(platform: Platform) -> None:
    graph = Graph(platform)
    assert graph.account.secret == SECRET
    assert Graph(platform).account is graph.account
