"""What WhatsApp's webhooks tell of the account itself: templates, quality, limits, restrictions.

Pure. Fields and their values: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks.
A field we don't know is noted with what it calls its event, so that nothing is lost without a trace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from bot.channels.telegram import clean
from bot.channels.whatsapp import REFUSED
from bot.chat.messages import Standing
from bot.chat.seams import Raw
from bot.domain.standing import STOPPED, about_template

_UNLIMITED = 1_000_000
_FINE = {"VERIFIED_ACCOUNT", "ACCOUNT_RESTORED", "REINSTATE", "APPROVED", "PENDING", "UNFLAGGED", "ONBOARDING",
         "UPGRADE", "THROUGHPUT_UPGRADE", "PARTNER_ADDED", "PARTNER_APP_INSTALLED", "GREEN", "UNKNOWN"}  # fmt: skip
"""Events about account and number that ask nothing of anybody."""


def standing(raw: Raw) -> Standing | None:
    """What one of the `whatsapp.updates` tells of the account; None for everything else.

    Raises `ValueError` on what can't be read.
    """
    if "field" not in raw:
        return None
    try:
        told: Mapping[str, Any] = raw["value"]
        time = raw.get("time")
        at = datetime.fromtimestamp(int(time), UTC) if time else None
        about, state, why, wrong = _read(str(raw["field"]), told)
        return Standing(about, state[:60], why[:200], wrong, at)
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError, OSError, ValueError) as error:
        raise ValueError(f"not WhatsApp's news: {type(error).__name__}") from error


def _read(field: str, told: Mapping[str, Any]) -> tuple[str, str, str, bool]:
    """About what, its state, why, and whether somebody has to do something."""
    event = _said(told, "event")
    match field:
        case "message_template_status_update":
            return _template(told), event, _reason(told), event in STOPPED or event == "FLAGGED"
        case "message_template_quality_update":
            score = _said(told, "new_quality_score")
            return f"quality {_template(told)}", score, "", score == "RED"
        case "template_category_update":
            category = _said(told, "new_category") or _said(told, "correct_category")
            return f"category {_template(told)}", category, "", category != _said(told, "previous_category")
        case "phone_number_quality_update" if event not in ("UPGRADE", "DOWNGRADE", "ONBOARDING"):
            return "number", event, "", event not in _FINE
        case "phone_number_quality_update" | "business_capability_update":
            return "tier", str(_tier(told)), "", event == "DOWNGRADE"
        case "account_update" | "account_review_update" | "account_alerts" | "phone_number_name_update":
            about = {"account_update": "account", "phone_number_name_update": "name"}.get(field, field)
            state = _account(told) or event or "?"
            return about, state, _reason(told), state not in _FINE
        case "messages" if isinstance(told.get("errors"), list):
            (error, *_) = told["errors"]
            code = int(error["code"])
            return "account", str(code), str(error.get("title") or error.get("message") or ""), code in REFUSED
        case _:
            return field, event, "", False


def _template(told: Mapping[str, Any]) -> str:
    return about_template(str(told["message_template_name"]), str(told["message_template_language"]))


def _account(told: Mapping[str, Any]) -> str:
    """What has become of an account: decided, banned, restricted, warned."""
    ban: Any = told.get("ban_info") or {}
    alert: Any = told.get("alert_info") or {}
    state: Any = ban.get("waba_ban_state") or alert.get("alert_type") or told.get("decision")
    return " ".join(map(str, cast(list[Any], state))) if isinstance(state, list) else str(state or "")


def _reason(told: Mapping[str, Any]) -> str:
    violation: Any = told.get("violation_info") or {}
    limits: list[Any] = told.get("restriction_info") or []
    parts = [told.get("reason"), told.get("rejection_reason"), violation.get("violation_type")]
    parts += [limit.get("restriction_type") for limit in limits]
    return clean(" ".join(str(part) for part in parts if part and part != "NONE"))


def _tier(told: Mapping[str, Any]) -> int:
    """People whom the office may begin with in 24 hours."""
    names = ("max_daily_conversations_per_business", "current_limit", "max_daily_conversation_per_phone")
    limit = next((told[name] for name in names if told.get(name)), "")
    if isinstance(limit, int):
        return limit if limit >= 0 else _UNLIMITED
    if str(limit).endswith("UNLIMITED"):
        return _UNLIMITED
    number, thousands = re.findall(r"(\d+)(K?)$", str(limit))[0]
    return int(number) * (1000 if thousands else 1)


def _said(told: Mapping[str, Any], name: str) -> str:
    return clean(str(told.get(name) or ""))
