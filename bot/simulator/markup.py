"""Keyboards under a message, checked as strictly as the platform checks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.simulator.refusal import Json, Params, bad, rows_of, structure

INLINE_LIMIT = 100
"""Buttons of one inline keyboard."""

_ACTIONS = ("callback_data", "url", "web_app", "login_url", "copy_text", "switch_inline_query", "pay")
_ADDRESSES = ("http://", "https://", "tg://")


@dataclass(frozen=True, slots=True)
class Markup:
    """A keyboard that came with a call: `kind` says where it goes, `body` is it as the platform gives it back."""

    kind: Literal["none", "inline", "keyboard", "remove", "force"]
    body: Json


NOTHING = Markup("none", {})


def markup(params: Params) -> Markup:
    """The ``reply_markup`` of a call. Raises `Refusal`."""
    given = structure(params, "reply_markup")
    if given is None:
        return NOTHING
    if not isinstance(given, dict):
        raise bad("object expected as reply markup")
    body = cast(Json, given)
    if "inline_keyboard" in body:
        return _inline(body)
    if "keyboard" in body:
        rows = [[_key(key) for key in row] for row in rows_of(body["keyboard"], "keyboard") if row]
        if not rows:
            raise bad("reply keyboard has no buttons")
        return Markup("keyboard", {**body, "keyboard": rows})
    if body.get("remove_keyboard") is True:
        return Markup("remove", {})
    if body.get("force_reply") is True:
        return Markup("force", {})
    if not body:
        return NOTHING
    raise bad("can't parse reply keyboard markup JSON object")


def _inline(body: Json) -> Markup:
    rows = [[_button(button) for button in row] for row in rows_of(body["inline_keyboard"], "inline_keyboard") if row]
    if sum(map(len, rows)) > INLINE_LIMIT:
        raise bad("REPLY_MARKUP_TOO_LONG")
    # An empty inline keyboard is how a bot takes the buttons away.
    return Markup("inline", {"inline_keyboard": rows}) if rows else NOTHING


def _button(given: Any) -> Json:
    if not isinstance(given, dict):
        raise bad("can't parse inline keyboard button: Object expected")
    button = cast(Json, given)
    label = button.get("text")
    if not isinstance(label, str) or not label.strip():
        raise bad("can't parse inline keyboard button: Text buttons must have a non-empty text")
    actions = [name for name in _ACTIONS if name in button]
    if len(actions) != 1:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if actions == ["callback_data"]:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID")
    if actions == ["url"] and not str(button["url"]).startswith(_ADDRESSES):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return button


def _key(given: Any) -> Json:
    if isinstance(given, str):
        given = {"text": given}
    if not isinstance(given, dict):
        raise bad("can't parse keyboard button: Object expected")
    key = cast(Json, given)
    label = key.get("text")
    if not isinstance(label, str) or not label.strip():
        raise bad("can't parse keyboard button: a non-empty text is expected")
    return key
