"""What the office's own account on WhatsApp does to its conversations: templates that are stopped, a budget, files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.messages import Attachment, Message
from bot.domain import costs, erasure, media, officers, outbox, people
from bot.domain.db import Db
from bot.domain.tables import Lane
from bot.simulator.cloud_things import Template
from tests.office import Desk, rows
from tests.talks.scripts import SECTORS, TO_BUSINESS, kept, untold
from tests.transcript import JPEG, Chats

REMINDED = """
        < Bapak/Ibu, jawaban yang sudah ada kami simpan. Ketuk Lanjut untuk meneruskan, kapan pun sempat.
          Balas BERHENTI untuk tidak diingatkan
          [Lanjut]
"""


def employed(chats: Chats, desk: Desk, who: str, role: str) -> None:
    code = asyncio.run(desk.round(do=lambda db: officers.invite(db, who.title(), role, "35.73")))
    chats(f"""
        {who} > /start join-code-{code}
        {who} < Selamat datang, …
    """)


def template(desk: Desk, name: str) -> Template:
    return next(one for one in desk.platform.cloud.templates.values() if one.name == name)


@pytest.mark.everywhere
def test_a_template_that_is_paused_waits_and_who_looks_after_the_machine_is_told_once(
    whatsapp: Chats, desk: Desk
) -> None:
    employed(whatsapp, desk, "petugasrina", "petugas")
    employed(whatsapp, desk, "petugasadi", "admin")
    whatsapp(untold(TO_BUSINESS))
    desk.platform.cloud.judge(template(desk, "pendamping_lanjut"), "PAUSED", "LOW_QUALITY")
    whatsapp("""
        ~ 1 menit
        petugasadi < Kabar dari WhatsApp: templat pendamping_lanjut sekarang PAUSED. Pesan yang memakainya …
          Mohon diperiksa di halaman WhatsApp.
        petugasrina < (diam)
        ~ 20 jam
        petugasadi < (diam)
    """)
    desk.platform.cloud.judge(template(desk, "pendamping_lanjut"), "PAUSED", "LOW_QUALITY")
    whatsapp("""
        ~ 1 menit
        petugasadi < (diam)
        ~ 5 jam
        < (diam)
        ~ 6 menit
        < (diam)
    """)
    desk.platform.cloud.judge(template(desk, "pendamping_lanjut"), "APPROVED")
    whatsapp(f"""
        ~ 1 menit
        ~ 6 menit
        {REMINDED.strip()}
    """)
    assert 132015 not in desk.platform.cloud.limits.met, "it wasn't even tried"
    assert not any(row["wrong"] for row in kept(desk, "standings"))


def test_a_template_is_found_paused_when_it_is_sent(whatsapp: Chats, desk: Desk) -> None:
    """No webhook has told of it."""
    employed(whatsapp, desk, "petugasadi", "admin")
    whatsapp(untold(TO_BUSINESS))
    template(desk, "pendamping_lanjut").status = "PAUSED"
    whatsapp("""
        ~ 25 jam
        < (diam)
        petugasadi < Kabar dari WhatsApp: templat pendamping_lanjut sekarang REFUSED. …
          …
    """)
    template(desk, "pendamping_lanjut").status = "APPROVED"
    whatsapp(f"""
        ~ 2 jam
        < (diam)
        ~ 5 jam
        {REMINDED.strip()}
    """)


def test_a_reminder_whose_template_stays_paused_falls_out_at_its_time(whatsapp: Chats, desk: Desk) -> None:
    whatsapp(untold(TO_BUSINESS))
    desk.platform.cloud.judge(template(desk, "pendamping_lanjut"), "DISABLED")
    whatsapp("""
        ~ 25 jam
        < (diam)
        ~ 8 hari
        < (diam)
    """)
    desk.platform.cloud.judge(template(desk, "pendamping_lanjut"), "APPROVED")
    whatsapp("""
        ~ 1 jam
        < (diam)
    """)


def remind(db: Db) -> None:
    """Something that the office starts, and that can wait."""
    (siti,) = [row["id"] for row in rows(db, "people") if row["desk"] == "owners"]
    contact = people.contact_of(db, siti)
    assert contact
    outbox.put(db, contact, Message(("kabar",)), "i9.0", Lane.REMINDER, expires=db.now + timedelta(days=20))


def test_the_month_s_budget_is_told_of_and_stops_reminders_but_no_answer(whatsapp: Chats, desk: Desk) -> None:
    assert desk.number is not None
    desk.number.served, desk.number.month = 1000, "2026-11"  # what is free in the month is used up
    desk.bounds = replace(desk.bounds, budget=3000)  # seven messages and a half
    patient = desk.config.talk.model_copy(update={"nudge_hours": 1000.0})
    desk.config = desk.config.model_copy(update={"talk": patient})  # nothing else goes out by itself
    employed(whatsapp, desk, "petugasrina", "petugas")
    whatsapp(untold(TO_BUSINESS))
    whatsapp(f"""
        > Keripik Bu Siti
        < Usahanya bergerak di bidang apa?
          {SECTORS}
        ~ 1 menit
        petugasrina < 70% anggaran WhatsApp bulan ini sudah terpakai.
        > [Jasa]
        < Kira-kira omzet…
        ~ 1 menit
        petugasrina < 90% anggaran WhatsApp bulan ini sudah terpakai.
        > [5 sampai 25 juta]
        < Modal usaha saat ini…
        ~ 1 menit
        petugasrina < Anggaran WhatsApp bulan ini …
    """)
    asyncio.run(desk.round(do=remind))
    whatsapp("""
        ~ 2 jam
        < (diam)
        petugasrina < (diam)
        > lanjut
        < Modal usaha saat ini…
        ~ 1 menit
        petugasrina < (diam)
        < (diam)
    """)
    spent = asyncio.run(desk.round(do=lambda db: costs.rupiah(db, db.now.date())))
    whatsapp(f"""
        ~ 9 hari
        {REMINDED.strip()}
        petugasrina < (diam)
    """)
    assert spent == 9 * 400
    assert asyncio.run(desk.round(do=lambda db: costs.rupiah(db, db.now.date()))) <= 2 * 400, "a new month"


def card(desk: Desk, content: bytes, words: str) -> Callable[[Db], None]:
    """Sends the only person a picture; the same content is the same file."""

    def put(db: Db) -> None:
        (person,) = [row["id"] for row in rows(db, "people")]
        contact = people.contact_of(db, person)
        assert contact
        place = media.folder(desk.config.database.url, desk.config.database.keys)
        name = media.write(db.keys, place, db.key_of(person), content, db.now)
        row = media.put(db, person, name, "evidence", "image/jpeg", len(content))
        file = Attachment(row, "kartu.jpg", "image", "image/jpeg")
        outbox.put(db, contact, Message((words,), file=file), f"card:{words}")

    return put


def test_a_file_is_brought_there_once_also_after_a_restart_and_again_when_it_was_thrown_away(
    whatsapp: Chats, desk: Desk
) -> None:
    cloud = desk.platform.cloud
    whatsapp("""
        > halo
        < …
          …
          …
          …
    """)

    def shown(words: str) -> list[str]:
        asyncio.run(desk.round(do=card(desk, JPEG, words)))
        desk.clock.move(timedelta(seconds=2))
        asyncio.run(desk.round())
        return [one["caption"] for one in whatsapp.bubbles("siti") if "photo" in one]

    assert shown("satu") == ["satu"]
    assert shown("dua") == ["satu", "dua"]
    (first,) = cloud.media.values()
    cloud.drop_media(first)
    assert shown("tiga") == ["satu", "dua", "tiga"], "one was sent again, with the file brought there again"
    (second,) = cloud.media.values()
    assert second.id != first.id
    (known,) = kept(desk, "uploads")
    assert known["ext_id"] == second.id
    desk.clock.move(timedelta(days=29))
    shown("empat")
    assert len(cloud.media) == 2, "it isn't kept there for ever"
    (person,) = kept(desk, "people")
    asyncio.run(desk.round(do=lambda db: erasure.erase(db, person["id"], desk.config.office.zone)))
    assert kept(desk, "uploads") == []
