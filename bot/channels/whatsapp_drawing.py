"""What we say, as WhatsApp's messages: buttons, lists and numbered choices, in as few bubbles as they fit in.

Each bubble that is delivered costs the office money. Pure, to plain JSON; limits are those of Meta's Cloud API.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.telegram import clean, split, units
from bot.chat.messages import MORE, Attachment, Message, Template
from bot.chat.text import Catalogs, Drawn, Span, caption, t

TEXT_LIMIT, BODY_LIMIT, CAPTION_LIMIT = 4096, 1024, 1024
"""Characters of a text, of the text above buttons or a list, and under a file. What a character is isn't documented;
UTF-16 units, of which there are never fewer than of the others, are safe."""
WORDS_LIMIT = 800
"""Characters of what stands in a template, which has 1024 with its own words."""
BUTTONS, BUTTON_LIMIT = 3, 20
ROWS, ROW_LIMIT, DESCRIPTION_LIMIT = 10, 24, 72


@dataclass(frozen=True, slots=True)
class Call:
    """One call of ``/messages``. Of one that `may_fail` nobody waits for the outcome."""

    body: dict[str, Any]
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    """A message while it is drawn: its whole text and its choices (label, data)."""

    text: Drawn
    choices: Sequence[tuple[str, str]] = ()
    interactive: dict[str, Any] = field(default_factory=dict[str, Any])  # all but its body


def spoken(message: Message, language: str, catalogs: Catalogs, address: str, media: str = "") -> list[Call]:
    """A message as calls, in order; `media` is the platform's id of its file, uploaded before.

    - Up to three choices with short labels are buttons under the text, up to ten are rows of a list, more than ten a
      list in pages; what is too long even for a row is numbered in the text and answered by typing.
    - A text that is too long for one bubble goes in several, its choices under the last.
    - WhatsApp can't change a message: an edit is said as a new one, and buttons stay where they are. A tap needs no
      answer; that it was read is told along with what is said to it.
    - Her number is asked for by WhatsApp's own button only where an address doesn't tell it, where she is by another
      one; with such a button no others go, so they are named in the text.
    """
    calls: list[Call] = []
    if message.callback:
        calls.append(_read(message.callback, typing=message.op == "typing"))
    if message.op in ("typing", "answer", "unbutton"):
        return calls
    if message.template is not None:
        return [*calls, Call(_envelope(address) | _template(message, message.template, language, catalogs))]
    draft = _draft(message, language, catalogs, _asked_for(message, address))
    bodies = _bodies(draft, message.file, media)
    return calls + [Call(_envelope(address) | body) for body in bodies]


def _template(message: Message, template: Template, language: str, catalogs: Catalogs) -> dict[str, Any]:
    """An approved message; the words that may stand in it have no line breaks there."""
    what: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    if template.words:
        parts = [catalogs.draw(part, language) for part in message.parts]
        said = " ".join(_joined(parts, catalogs).text.split()) or "…"
        words = said if units(said) <= WORDS_LIMIT else _cut(said, WORDS_LIMIT)
        what["components"] = [{"type": "body", "parameters": [{"type": "text", "text": words}]}]
    return {"type": "template", "template": what}


def _read(wamid: str, *, typing: bool) -> Call:
    body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return Call(body, may_fail=True)


def _envelope(address: str) -> dict[str, Any]:
    """To whom. A user id (BSUID) has a dot; a phone number needs its plus, or the business's country is put before."""
    to = {"recipient": address} if "." in address else {"to": f"+{address}"}
    return {"messaging_product": "whatsapp", "recipient_type": "individual"} | to


def _asked_for(message: Message, address: str) -> tuple[str, str]:
    """What WhatsApp is to ask her for by a button of its own, as its type and name; empty for nothing."""
    if message.share_phone is not None and "." in address:
        return "request_contact_info", "request_contact_info"
    return ("location_request_message", "send_location") if message.share_place is not None else ("", "")


def _draft(message: Message, language: str, catalogs: Catalogs, asked_for: tuple[str, str]) -> _Draft:
    parts = [catalogs.draw(part, language) for part in message.parts]
    choices = [(_label(catalogs.draw(b.label, language).text), b.data) for b in message.buttons]
    labels = [label for label, _ in choices]
    kind, name = asked_for
    if kind:
        if labels:
            parts.append(catalogs.draw(t("Or type: {choices}", choices=", ".join(labels)), language))
        interactive = {"type": kind, "action": {"name": name}}
        return _Draft(_joined(parts, catalogs), (), interactive)
    if not choices:
        return _Draft(_joined(parts, catalogs))
    if len(choices) <= BUTTONS and _distinct(labels) and all(0 < units(label) <= BUTTON_LIMIT for label in labels):
        buttons = [{"type": "reply", "reply": {"id": data, "title": label}} for label, data in choices]
        return _Draft(_joined(parts, catalogs), choices, {"type": "button", "action": {"buttons": buttons}})
    if all(0 < units(label) <= DESCRIPTION_LIMIT for label in labels):
        rows = [_row(label, data) for label, data in choices]
        if len(rows) > ROWS:
            rows = _page(rows, message.first, catalogs.draw(caption("Other choices"), language).text)
        opens = catalogs.draw(caption("Choose"), language).text
        action = {"button": opens, "sections": [{"rows": rows}]}
        return _Draft(_joined(parts, catalogs), choices, {"type": "list", "action": action})
    numbered = "\n".join(f"{place}. {label}" for place, label in enumerate(labels, 1))
    parts += [Drawn(numbered), catalogs.draw(t("Please answer with the number."), language)]
    return _Draft(_joined(parts, catalogs))


def _page(rows: list[dict[str, str]], first: int, more: str) -> list[dict[str, str]]:
    """The rows from one on, and a last one that leads to those after them; from the end it leads to the beginning."""
    first = first if 0 <= first < len(rows) else 0
    after = first + ROWS - 1
    onwards = after if after < len(rows) else 0
    return [*rows[first:after], {"id": f"{MORE}{onwards}", "title": more}]


def _row(label: str, data: str) -> dict[str, str]:
    if units(label) <= ROW_LIMIT:
        return {"id": data, "title": label}
    return {"id": data, "title": _cut(label, ROW_LIMIT), "description": label}


def _cut(label: str, limit: int) -> str:
    """The beginning of a label, at a word where there is one, with a sign that it goes on."""
    (whole, *_) = split(Drawn(label), limit - 1)
    return f"{whole.text}…"


def _label(text: str) -> str:
    """A button's words in one line."""
    return " ".join(clean(text).split())


def _distinct(labels: Sequence[str]) -> bool:
    return len(set(labels)) == len(labels)


def _joined(parts: Sequence[Drawn], catalogs: Catalogs) -> Drawn:
    """The paragraphs as one text, a blank line between them, styled by WhatsApp's own marks."""
    whole = catalogs.join((part for part in parts if part.text.strip()), "\n\n")
    return marked(Drawn(clean(whole.text), whole.spans))


def _bodies(draft: _Draft, file: Attachment | None, media: str) -> list[dict[str, Any]]:
    """The bubbles of a message."""
    if file is None:
        texts = _pieces(draft.text, BODY_LIMIT if draft.interactive else TEXT_LIMIT)
        last = _last(draft, texts[-1]) if texts else []
        return [_text(text) for text in texts[:-1]] + last
    held = _file(file, media)
    if draft.interactive.get("type") == "button":
        texts = _pieces(draft.text, BODY_LIMIT) or [file.name]
        headed = replace(draft, interactive=draft.interactive | {"header": held})
        return [_text(text) for text in texts[:-1]] + _last(headed, texts[-1])
    if not draft.interactive and units(draft.text.text) <= CAPTION_LIMIT:
        return [_captioned(held, draft.text.text)]
    return [_captioned(held, ""), *_bodies(draft, None, "")]


def _last(draft: _Draft, text: str) -> list[dict[str, Any]]:
    if not draft.interactive:
        return [_text(text)]
    return [{"type": "interactive", "interactive": draft.interactive | {"body": {"text": text}}}]


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _file(file: Attachment, media: str) -> dict[str, Any]:
    """A file as a header has it."""
    what = {"id": media} | ({"filename": file.name} if file.kind == "document" else {})
    return {"type": file.kind, file.kind: what}


def _captioned(held: dict[str, Any], text: str) -> dict[str, Any]:
    what: dict[str, Any] = held[held["type"]]
    return {"type": held["type"], held["type"]: what | ({"caption": text} if text.strip() else {})}


def _pieces(drawn: Drawn, limit: int) -> list[str]:
    """A text in as few bubbles as possible, the last of at most `limit`: it begins with a paragraph, else a line."""
    text = drawn.text
    if units(text) <= limit or limit == TEXT_LIMIT:
        return [piece.text for piece in split(drawn, limit)]
    for gap in "\n\n", "\n", " ":
        starts = (m.end() for m in re.finditer(re.escape(gap), text))
        inside = (at for at in starts if not any(s.start < at < s.start + s.length for s in drawn.spans))
        at = next((at for at in inside if units(text[at:]) <= limit), len(text))
        if at < len(text):
            spans = tuple(s for s in drawn.spans if s.start < at)
            return [piece.text for piece in split(Drawn(text[:at].rstrip(), spans), TEXT_LIMIT)] + [text[at:]]
    return [piece.text for piece in split(drawn, limit)]  # one endless word


_ALIKE = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}
_LINK = re.compile(r"[a-z]{2,10}://\S*")
_LOOSE = re.compile(r"(?<![^\W_])[*_~`]|[*_~`](?![^\W_])")  # not between letters or digits
_QUOTE = re.compile(r"^>(?= )", re.MULTILINE)


def marked(drawn: Drawn) -> Drawn:
    """A text with WhatsApp's marks around what is bold; its spans are then the marked stretches.

    WhatsApp knows no way to take a mark as it is. So where characters of the text could become marks, one that looks
    alike stands for them; in a link, where none are marks, and between letters, they stay.
    """
    text = _QUOTE.sub("›", drawn.text)
    if any(mark in text for mark in _ALIKE):
        text = "\n".join(_unmarked(line, "*" if drawn.spans else "") for line in text.split("\n"))
    out, spans, at = "", list[Span](), 0
    for start, end in _bold(text, drawn.spans):
        out += text[at:start]
        spans.append(Span(len(out), end - start + 2, "bold"))
        out += f"*{text[start:end]}*"
        at = end
    return Drawn(out + text[at:], tuple(spans))


def _unmarked(line: str, used: str) -> str:
    """A line whose possible marks are replaced one to one, so that stretches of the text keep their places.

    One alone marks nothing, unless it is one of those that are `used` for styles.
    """
    links = [m.span() for m in _LINK.finditer(line)]
    found = [m.start() for m in _LOOSE.finditer(line) if not any(a <= m.start() < b for a, b in links)]
    marks = [line[at] for at in found]
    signs = list(line)
    for at, mark in zip(found, marks, strict=True):
        if mark in used or marks.count(mark) > 1:
            signs[at] = _ALIKE[mark]
    return "".join(signs)


def _bold(text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Where bold begins and ends: line by line, without spaces at the edges, and not in the middle of a word."""
    found: list[tuple[int, int]] = []
    for span in spans:
        for m in re.finditer(r"[^\s](?:[^\n]*[^\s])?", text[span.start : span.start + span.length]):
            start, end = span.start + m.start(), span.start + m.end()
            if not (text[start - 1 : start].isalnum() and start) and not text[end : end + 1].isalnum():
                found.append((start, end))
    return found
