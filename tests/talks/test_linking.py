"""One person on WhatsApp and Telegram: joined by a code, parted again."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.domain.people import contact_of
from tests.office import Desk
from tests.talks.scripts import PROFILE, REGISTERED, TO_BUSINESS, TO_NAME, kept, untold
from tests.transcript import Chats

ASKED = """
      Kalau sudah punya kode dari sana, ketik di sini. Kalau belum, pilih Minta kode.
      [Minta kode]
"""
SURE = """
    < Apakah kode ini Bapak/Ibu minta sendiri, di chat Bapak/Ibu sendiri?
      Sesudah ini kedua chat memakai catatan yang sama.
      [Ya] [Tidak]
"""
YES = """
    > ya
"""
JOINED = """
    < Chat Bapak/Ibu sudah terhubung. Yang kami catat sama di keduanya.
      Untuk melepaskannya lagi, ketik lepaskan.
"""
UNKNOWN = """
    < Kode itu belum bisa kami pakai. Mungkin sudah lewat waktunya, atau ada angka yang berbeda.
      Mohon minta kode baru di chat yang lain, lalu ketik hubungkan lagi di sini.
"""


def code(chats: Chats, who: str, again: str = "") -> str:
    """Ask for a code on somebody's chat; `again` is the open question that is asked once more then."""
    chats(f"""
        {who} > /hubungkan
        {who} < Chat ini bisa dihubungkan dengan chat Bapak/Ibu bersama kami di aplikasi lain, …
        {ASKED}
        {who} > [Minta kode]
        {who} < Kode Bapak/Ibu: …
          Di aplikasi yang lain, ketik hubungkan kepada kami, lalu kode ini. Berlaku 10 menit.
          Jangan berikan kode ini kepada siapa pun: yang mengetiknya melihat semua catatan Bapak/Ibu.
          {again}
    """)
    said = "\n".join(bubble.get("text", "") for bubble in chats.bubbles(who))
    *_, (first, last) = re.findall(r"Kode Bapak/Ibu: (\d{4}) (\d{4})", said)
    return f"{first}{last}"


def typed(chats: Chats, who: str, code: str) -> None:
    """Type a code on somebody's chat, up to the question whether it was asked for."""
    lines = SURE.replace("    <", f"    {who} <")
    chats(f"""
        {who} > hubungkan
        {who} < Chat ini bisa …
        {ASKED}
        {who} > {code}
        {lines}
    """)


def there(script: str) -> str:
    """A script of siti's, on Telegram."""
    return re.sub(r"^( *)(?=[<>])", r"\1siti@telegram ", script, flags=re.MULTILINE)


def people(desk: Desk) -> set[int]:
    return {row["id"] for row in kept(desk, "people")}


@pytest.mark.everywhere("both")
def test_the_chats_of_an_owner_are_joined(telegram: Chats, desk: Desk) -> None:
    """From WhatsApp to Telegram, or from one person's chat on Telegram to another's."""
    other = "siti@telegram" if telegram.usual == "whatsapp" else "budi"
    telegram(REGISTERED)
    typed(telegram, other, code(telegram, "siti"))
    telegram(f"""
        {other} > ya
        {other} < Chat Bapak/Ibu sudah terhubung. Yang kami catat sama di keduanya.
          Untuk melepaskannya lagi, ketik lepaskan.
        siti < Chat ini sekarang terhubung dengan chat Bapak/Ibu di Telegram.
          Kalau itu bukan Bapak/Ibu, ketik lepaskan.
        {other} > profil
    """)
    telegram(PROFILE.replace("    <", f"    {other} <", 1))
    assert len(people(desk)) == 1
    assert {row["person_id"] for row in kept(desk, "contacts")} == people(desk)
    (left,) = kept(desk, "erasing")
    asyncio.run(desk.round(tick=True))
    assert kept(desk, "erasing") == [], "the key that nobody has any more is destroyed"
    assert left["key_id"] in asyncio.run(desk.round(do=lambda db: db.keys.erased()))
    history = [(row["action"], row["object"]) for row in kept(desk, "audit") if row["action"] == "linked"]
    assert len(history) == 2


def test_an_open_talk_goes_on_where_the_code_was_typed(whatsapp: Chats, desk: Desk) -> None:
    whatsapp(untold(TO_BUSINESS))
    typed(whatsapp, "siti@telegram", code(whatsapp, "siti", "Sekarang kita lanjutkan yang tadi.\n Apa nama usahanya?"))
    whatsapp(f"""
        {there(YES + JOINED)}
        siti < Chat ini sekarang terhubung…
          …
        siti@telegram > lanjut
        siti@telegram < Apa nama usahanya?
        siti@telegram > Keripik Bu Siti
        siti@telegram < Usahanya bergerak di bidang apa?
        siti > jasa
        siti < Kira-kira omzet…
    """)
    assert len(people(desk)) == 1


def test_a_code_that_is_wrong_old_used_or_tried_too_often_gets_one_answer(whatsapp: Chats, desk: Desk) -> None:
    first = code(whatsapp, "siti")
    typed(whatsapp, "budi", "12345678" if first != "12345678" else "12345679")
    whatsapp(f"""
        budi {YES.strip()}
        {UNKNOWN.replace("<", "budi <")}
        ~ 11 menit
    """)
    typed(whatsapp, "budi", first)
    whatsapp(f"""
        budi > ya
        {UNKNOWN.replace("<", "budi <")}
    """)
    for n in range(3):
        typed(whatsapp, "budi", f"0000000{n}")
        whatsapp(f"""
            budi > ya
            {UNKNOWN.replace("<", "budi <")}
        """)
    second = code(whatsapp, "siti")
    typed(whatsapp, "budi", second)
    whatsapp(f"""
        budi > ya
        {UNKNOWN.replace("<", "budi <")}
        ~ 61 menit
    """)
    third = code(whatsapp, "siti")
    typed(whatsapp, "budi", third)
    whatsapp("""
        budi > ya
        budi < Chat Bapak/Ibu sudah terhubung. …
          …
        siti < Chat ini sekarang terhubung…
          …
    """)
    typed(whatsapp, "ani", third)
    whatsapp(f"""
        ani > ya
        {UNKNOWN.replace("<", "ani <")}
    """)


def test_who_did_not_ask_for_the_code_is_not_joined(whatsapp: Chats, desk: Desk) -> None:
    typed(whatsapp, "budi", code(whatsapp, "siti"))
    whatsapp("""
        budi > tidak
        budi < Baik, tidak ada yang dihubungkan.
    """)
    assert len(people(desk)) == 2


def test_a_code_has_eight_digits(whatsapp: Chats) -> None:
    whatsapp(f"""
        > hubungkan
        < Chat ini bisa …
        {ASKED}
        > 1234 567
        < Kodenya 8 angka, yang diketik ada 7 angka.
          Mohon ketik kodenya, atau pilih Minta kode.
    """)


def test_two_who_are_registered_are_not_joined(whatsapp: Chats, desk: Desk) -> None:
    whatsapp(untold(REGISTERED))
    whatsapp(re.sub(r"^( *)(?=[<>])", r"\1budi ", untold(REGISTERED).replace("****890", "****…"), flags=re.MULTILINE))
    typed(whatsapp, "budi", code(whatsapp, "siti"))
    whatsapp("""
        budi > ya
        budi < Kedua chat ini tidak bisa dihubungkan dengan kode. Petugas bisa membantu: ketik petugas.
    """)
    assert len(people(desk)) == 2


def test_a_chat_that_is_parted_is_a_strangers(whatsapp: Chats, desk: Desk) -> None:
    whatsapp(untold(REGISTERED))
    typed(whatsapp, "siti@telegram", code(whatsapp, "siti"))
    whatsapp(f"""
        {there(YES + JOINED)}
        siti < Chat ini sekarang …
          …
        siti@telegram > lepaskan
        siti@telegram < Chat ini mau dilepaskan dari chat yang lain?
          Yang sudah kami catat tetap di sana; di sini kita mulai dari awal.
          [Ya] [Tidak]
        siti@telegram > ya
        siti@telegram < Baik, chat ini berdiri sendiri lagi. Untuk menghubungkannya kembali, ketik hubungkan.
        siti < Chat Bapak/Ibu di Telegram tidak lagi terhubung dengan chat ini.
        siti@telegram > profil
        siti@telegram < Bapak/Ibu belum terdaftar…
        siti > lepaskan
        siti < Chat ini tidak terhubung dengan chat lain.
    """)
    assert len(people(desk)) == 2


def test_news_go_where_she_wants_them(whatsapp: Chats, desk: Desk) -> None:
    whatsapp("""
        > kirim kabar lewat telegram
        < Baru ada chat ini. Untuk menghubungkan chat lain, ketik hubungkan.
    """)
    typed(whatsapp, "siti@telegram", code(whatsapp, "siti"))
    whatsapp(f"""
        {there(YES + JOINED)}
        siti < Chat ini sekarang …
          …
        > kirim kabar lewat telegram
        < Baik, kabar dan pengingat kami kirim ke chat Bapak/Ibu di Telegram.
    """)
    (person,) = people(desk)
    (here,) = [row["id"] for row in kept(desk, "contacts") if row["account_id"] == 1]
    found = asyncio.run(desk.round(do=lambda db: contact_of(db, person)))
    assert found is not None
    assert found.id == here
    whatsapp("""
        > kabar
        < Kabar dan pengingat dari kami dikirim ke mana?
          [WhatsApp] [Telegram]
        > [WhatsApp]
        < Baik, kabar dan pengingat kami kirim ke chat Bapak/Ibu di WhatsApp.
    """)
    found = asyncio.run(desk.round(do=lambda db: contact_of(db, person)))
    assert found is not None
    assert found.id != here


def test_who_has_had_the_notes_keeps_them_and_cuts_off_the_chat_that_came_by_the_code(
    whatsapp: Chats, desk: Desk
) -> None:
    """She gave the code away: a stranger sees her notes until she says that it wasn't her."""
    whatsapp(untold(REGISTERED))
    typed(whatsapp, "budi@telegram", code(whatsapp, "siti"))
    whatsapp("""
        budi@telegram > ya
        budi@telegram < Chat Bapak/Ibu sudah terhubung. …
          …
        siti < Chat ini sekarang terhubung dengan chat Bapak/Ibu di Telegram.
          Kalau itu bukan Bapak/Ibu, ketik lepaskan.
        > lepaskan
        < Chat Bapak/Ibu di Telegram mau dilepaskan dari chat ini?
          Yang sudah kami catat tetap di sini; di sana dimulai dari awal.
          [Ya] [Tidak]
        > ya
        < Baik, chat ini berdiri sendiri lagi. Untuk menghubungkannya kembali, ketik hubungkan.
        budi@telegram < Chat Bapak/Ibu di WhatsApp tidak lagi terhubung dengan chat ini.
        budi@telegram > profil
        budi@telegram < Bapak/Ibu belum terdaftar…
        > profil
    """)
    whatsapp(PROFILE)
    assert len(people(desk)) == 2


def test_of_two_who_are_not_registered_the_chat_that_typed_the_code_leaves(whatsapp: Chats, desk: Desk) -> None:
    """Also where the typist has been here for longer."""
    whatsapp("""
        siti@telegram > batal
        siti@telegram < Tidak ada yang perlu dibatalkan.
          …
    """)
    whatsapp(untold(TO_BUSINESS))
    typed(whatsapp, "siti@telegram", code(whatsapp, "siti", "Sekarang kita lanjutkan yang tadi.\n Apa nama usahanya?"))
    whatsapp(f"""
        {there(YES + JOINED)}
        siti < Chat ini sekarang …
          …
        > lepaskan
        < Chat Bapak/Ibu di Telegram mau dilepaskan dari chat ini?
          …
        > ya
        < Baik, chat ini berdiri sendiri lagi. …
          Sekarang kita lanjutkan yang tadi.
          Apa nama usahanya?
        siti@telegram < Chat Bapak/Ibu di WhatsApp tidak lagi terhubung dengan chat ini.
        siti@telegram > lanjut
        siti@telegram < Ada yang bisa kami bantu?
    """)
    assert len(people(desk)) == 2


def test_what_was_open_is_not_gone_on_with_in_a_chat_that_is_parted(whatsapp: Chats) -> None:
    whatsapp(untold(REGISTERED))
    typed(whatsapp, "siti@telegram", code(whatsapp, "siti"))
    whatsapp(f"""
        {there(YES + JOINED)}
        siti < Chat ini sekarang …
          …
        siti@telegram > usaha
        siti@telegram < Tambah satu usaha lagi. Pertanyaannya sama seperti usaha pertama.
          Tempat usahanya di kelurahan mana, Bu Siti?
          …
        siti@telegram > lepaskan
        siti@telegram < Chat ini mau dilepaskan dari chat yang lain?
          …
        siti@telegram > ya
        siti@telegram < Baik, chat ini berdiri sendiri lagi. Untuk menghubungkannya kembali, ketik hubungkan.
        siti < Chat Bapak/Ibu di Telegram tidak lagi terhubung dengan chat ini.
        siti@telegram > lanjut
        siti@telegram < Ada yang bisa kami bantu?
        siti > purwantoro
        siti < Kita lanjutkan pengisian sebelumnya?
          Tempat usahanya di kelurahan mana, Bu Siti?
          …
    """)


TO_CALLED = f"""{TO_NAME}
    > Siti Aminah
    < Salam kenal. Kami panggil dengan…
"""
REGISTERED_ALREADY = "Bapak/Ibu sudah terdaftar, jadi tidak perlu mengisi pendaftaran lagi."


def test_a_half_registration_falls_away_where_the_code_of_a_registered_chat_is_typed(whatsapp: Chats) -> None:
    whatsapp(untold(REGISTERED))
    shown = code(whatsapp, "siti")
    whatsapp(there(TO_CALLED))
    typed(whatsapp, "siti@telegram", shown)
    whatsapp(f"""
        {there(YES + JOINED)}
          {REGISTERED_ALREADY}
        siti < Chat ini sekarang …
          …
        siti@telegram > lanjut
        siti@telegram < Ada yang bisa kami bantu?
    """)


def test_a_half_registration_falls_away_where_its_code_is_typed_on_a_registered_chat(whatsapp: Chats) -> None:
    whatsapp(untold(REGISTERED))
    whatsapp(there(TO_CALLED))
    again = "Sekarang kita lanjutkan yang tadi.\n Salam kenal. Kami panggil dengan…"
    typed(whatsapp, "siti", code(whatsapp, "siti@telegram", again))
    whatsapp(f"""
        > ya
        {JOINED}
        siti@telegram < Chat ini sekarang terhubung dengan chat Bapak/Ibu di WhatsApp.
          Kalau itu bukan Bapak/Ibu, ketik lepaskan.
          {REGISTERED_ALREADY}
        siti@telegram > lanjut
        siti@telegram < Ada yang bisa kami bantu?
    """)
