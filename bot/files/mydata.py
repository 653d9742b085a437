"""DATA SAYA as files: what is kept of a person, as JSON and as a PDF. docs/data-export.md describes the JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.chat.messages import Message
from bot.chat.text import Catalogs, Words, from_json, t
from bot.files import EXPORT, FONT
from bot.files.words import Draw, spoken


def files(
    data: dict[str, Any], language: str, zone: str, office: str, full: bool, words: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """The JSON and the PDF of what `bot.domain.export.gather` found."""
    catalogs, draw = spoken(language, zone)
    for row in data["held"].get("outbox", []):
        if "body" not in row:
            continue  # tells of somebody else, to one who is an officer
        row["text"] = "\n\n".join(draw(part) for part in Message.from_json(row["body"]).parts)
    stamp = datetime.fromisoformat(data["made_at"]).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d")
    paper = pdf(data, draw, catalogs, language, {key: _drawn(draw, names) for key, names in words.items()})
    return {
        "files": [
            {
                "name": f"data-saya-{stamp}.json",
                "kind": EXPORT,
                "mime": "application/json",
                "content": json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "replace"),
            },
            {"name": f"data-saya-{stamp}.pdf", "kind": EXPORT, "mime": "application/pdf", "content": paper},
        ]
    }


def _drawn(draw: Draw, names: dict[str, Any]) -> dict[str, str]:
    return {code: draw(from_json(name)) for code, name in names.items()}


SECTIONS: dict[str, Words] = {
    "owners": t("About you"),
    "businesses": t("Your businesses"),
    "consents": t("What you allowed"),
    "changes": t("Corrections"),
    "tickets": t("Questions to officers"),
    "inbox": t("What you wrote"),
    "outbox": t("What we wrote"),
}
"""What the PDF tells in full, in this order; of the rest it tells how many entries the JSON holds."""
FIELDS: dict[str, Words] = {
    "name": t("name"), "phone": t("phone"), "nik": t("NIK"), "nib": t("NIB"), "called": t("form of address"),
    "registered_at": t("registered"), "changed_at": t("changed"), "purpose": t("purpose"), "given": t("allowed"),
    "at": t("time"), "fact": t("fact"), "value": t("new value"), "asked_at": t("asked"), "due_at": t("due"),
    "decided_at": t("decided"), "accepted": t("accepted"), "reason": t("reason"), "words": t("your words"),
    "opened_at": t("asked"), "closed_at": t("answered"), "said": t("your words"), "text": t("our words"),
    "received_at": t("time"), "done_at": t("time"),
}  # fmt: skip
"""What the PDF calls a column; those that aren't here stand in the JSON only."""


def pdf(
    data: dict[str, Any],
    draw: Draw,
    catalogs: Catalogs,
    language: str,
    words: dict[str, dict[str, str]],
) -> bytes:
    """What is kept of a person, to be read on paper: A4, one entry under the other."""
    from fpdf import FPDF  # half a second, and only here

    paper = FPDF(format="A4")
    paper.set_title(draw(t("My data")))
    paper.set_creation_date(datetime.fromisoformat(data["made_at"]))
    paper.add_font("sans", fname=FONT)
    paper.set_auto_page_break(True, margin=18)
    paper.add_page()

    def write(text: str, size: float, space: float = 1.0) -> None:
        paper.set_font("sans", size=size)
        paper.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
        paper.ln(space)

    def shown(name: str, value: Any) -> str:
        if isinstance(value, bool):
            return draw(t("yes") if value else t("no"))
        if name.endswith("_at") or name == "at":
            return catalogs.show(from_json({"at": value}), language)
        return words.get(name, {}).get(str(value), str(value))

    made = from_json({"at": data["made_at"]})
    write(draw(t("My data")), 18, 2)
    write(draw(t("What {office} keeps about you, as of {at}.", office=data["office"], at=made)), 10, 4)
    labels = words.get("label", {})
    for table, title in SECTIONS.items():
        rows = data["held"].get(table, [])
        if rows:
            write(draw(title), 14, 1)
        for row in rows:
            lines = [
                f"{labels.get(name) or draw(FIELDS[name])}: {shown(name, value)}"
                for name, value in row.items()
                if value not in (None, "") and (name in FIELDS or name in labels)
            ]
            if lines:
                write("\n".join(lines), 10, 2.5)
    write(draw(t("Who looked at your data")), 14, 1)
    someone = {"self": draw(t("yourself")), "system": draw(t("the office"))}
    for row in data["seen"]:
        who = someone.get(row["who"], row["who"])
        write(f"{shown('at', row['at'])}: {who}, {shown('action', row['action'])}", 10)
    if not data["seen"]:
        write(draw(t("No officer has opened it.")), 10)
    rest = {name: len(rows) for name, rows in data["held"].items() if rows and name not in SECTIONS}
    write(draw(t("More entries, in the JSON file")), 14, 1)
    write("\n".join(f"{name}: {count}" for name, count in rest.items()), 10)
    return bytes(paper.output())
