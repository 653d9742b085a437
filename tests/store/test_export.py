"""The files of DATA SAYA hold every table with something of a person."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from bot.domain import export
from bot.domain.db import Db
from bot.domain.tables import metadata
from bot.files import mydata
from tests.store.bench import Bench
from tests.store.test_move import everything

HER_OWN = {"person_id", "owner_id", "actor_id"}
NOBODYS = {"accounts", "costs", "regions", "rules", "audit_seals", "tallies", "erasing", "standings"}
"""Tables that hold nothing of a person who is here."""
ARGS: dict[str, Any] = {"language": "id", "zone": "Asia/Jakarta", "office": "Diskopindag", "words": {}}


def gathered(bench: Bench, **args: Any) -> dict[str, Any]:
    """What is gathered of the first owner after `everything`, on a connection that only reads."""

    async def work() -> dict[str, Any]:
        async with bench.open() as store:
            await store.write(everything)
            keys = await store.write(lambda db: db.keys)
            keys.names.clear()
            async with store.reads.connect() as reading:
                return await reading.run_sync(
                    lambda connection: export.gather(Db(connection, keys, bench.clock.now()), 1, **ARGS, **args)
                )

    return asyncio.run(work())


def test_every_table_that_names_a_person_is_in_it(bench: Bench):
    """Found by the columns' names and references, not by what the export itself looks for."""
    data = gathered(bench, full=False)["data"]
    there = set(data["held"]) | export.tables_of(hers=False)
    for table in metadata.tables.values():
        named = HER_OWN & set(table.c.keys())
        points = {key.column.table.name for key in table.foreign_keys} & {"people", "owners", "officers"}
        assert not (named or points) or table.name in there, table.name
    assert set(metadata.tables) - there <= NOBODYS | {
        table for table in metadata.tables if not {k.column.table.name for k in metadata.tables[table].foreign_keys}
    }


def test_what_is_sealed_is_opened_and_what_is_looked_up_by_is_left_out(bench: Bench):
    held = gathered(bench, full=False)["data"]["held"]
    assert held["owners"][0]["name"] == "Siti"
    assert held["owners"][0]["phone"] == "+6281"
    assert held["tickets"][0]["words"] == "tolong"
    assert held["outbox"][0]["body"] == {"parts": ["pertama"]}
    assert not [name for rows in held.values() for row in rows for name in row if name.endswith("_index")]
    json.dumps(held)


def test_a_nik_is_masked_wherever_it_stands(bench: Bench):
    assert export.masked_all({"a": ["NIK saya 3573014107890001.", 7]}) == {"a": ["NIK saya 3573********0001.", 7]}
    assert export.masked_all("35730141078900012") == "35730141078900012", "seventeen digits are no NIK"


def test_the_files_can_be_read(bench: Bench):
    gathering = gathered(bench, full=True)
    made = {file["mime"]: file["content"] for file in mydata.files(**gathering)["files"]}
    assert made["application/pdf"].startswith(b"%PDF-")
    data = json.loads(made["application/json"])
    assert (data["schema"], data["nik_in_full"]) == (export.SCHEMA, True)
    assert {row["action"] for row in data["seen"]} == {"look"}
    assert data["held"]["outbox"][0]["text"] == "pertama"


def test_who_nobody_knows_has_nothing(bench: Bench):
    async def work() -> dict[str, Any]:
        async with bench.open() as store:
            return await store.write(lambda db: export.gather(db, 999, full=False, **ARGS))

    assert not any(asyncio.run(work())["data"]["held"].values())
