"""What WhatsApp's webhooks tell of the account itself, as Meta's pages show them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels import whatsapp
from bot.channels.whatsapp_news import standing
from bot.chat.messages import Standing

TEMPLATE = {"message_template_id": 1, "message_template_name": "pengingat", "message_template_language": "id"}


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        (
            "message_template_status_update",
            TEMPLATE | {"event": "REJECTED", "reason": "INVALID_FORMAT"},
            Standing("template pengingat id", "REJECTED", "INVALID_FORMAT", wrong=True),
        ),
        (
            "message_template_status_update",
            TEMPLATE | {"event": "APPROVED", "reason": "NONE"},
            Standing("template pengingat id", "APPROVED"),
        ),
        (
            "message_template_quality_update",
            TEMPLATE | {"previous_quality_score": "GREEN", "new_quality_score": "RED"},
            Standing("quality template pengingat id", "RED", wrong=True),
        ),
        (
            "template_category_update",
            TEMPLATE | {"previous_category": "UTILITY", "new_category": "MARKETING"},
            Standing("category template pengingat id", "MARKETING", wrong=True),
        ),
        (
            "phone_number_quality_update",
            {"display_phone_number": "6281130001111", "event": "FLAGGED", "current_limit": "TIER_10K"},
            Standing("number", "FLAGGED", wrong=True),
        ),
        (
            "phone_number_quality_update",
            {"event": "UPGRADE", "current_limit": "TIER_2K"},
            Standing("tier", "2000"),
        ),
        (
            "phone_number_quality_update",
            {"event": "DOWNGRADE", "current_limit": "TIER_250"},
            Standing("tier", "250", wrong=True),
        ),
        (
            "business_capability_update",
            {"max_daily_conversations_per_business": "TIER_UNLIMITED", "max_phone_numbers_per_business": 2},
            Standing("tier", "1000000"),
        ),
        ("business_capability_update", {"max_daily_conversation_per_phone": 10_000}, Standing("tier", "10000")),
        ("account_update", {"event": "VERIFIED_ACCOUNT"}, Standing("account", "VERIFIED_ACCOUNT")),
        (
            "account_update",
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "1 November 2026"}},
            Standing("account", "DISABLE", wrong=True),
        ),
        (
            "account_update",
            {
                "event": "ACCOUNT_RESTRICTION",
                "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1}],
            },
            Standing("account", "ACCOUNT_RESTRICTION", "RESTRICTED_BIZ_INITIATED_MESSAGING", wrong=True),
        ),
        (
            "account_update",
            {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SCAM"}},
            Standing("account", "ACCOUNT_VIOLATION", "SCAM", wrong=True),
        ),
        ("account_review_update", {"decision": "REJECTED"}, Standing("account_review_update", "REJECTED", wrong=True)),
        ("messages", {"errors": [{"code": 131031, "title": "Locked"}]}, Standing("account", "131031", "Locked", True)),
        ("messages", {"errors": [{"code": 130429, "title": "Rate"}]}, Standing("account", "130429", "Rate")),
        ("something_new", {"event": "HELLO", "names": [1]}, Standing("something_new", "HELLO")),
        ("something_newer", {}, Standing("something_newer", "")),
    ],
)
def test_news_of_the_account(field: str, value: dict[str, Any], found: Standing) -> None:
    assert standing({"field": field, "value": value}) == found


def test_when_it_came_to_be_so_is_told_by_the_entry() -> None:
    change = {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}
    ((raw,), _) = whatsapp.updates({"entry": [{"id": "1", "time": 1795312800, "changes": [change]}]}, "100")
    told = standing(raw)
    assert told is not None
    assert told.at == datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        {"field": "message_template_status_update", "value": {"event": "PAUSED"}},
        {"field": "business_capability_update", "value": {}},
        {"field": "phone_number_quality_update", "value": {"event": "UPGRADE", "current_limit": "TIER_MANY"}},
        {"field": "messages", "value": {"errors": []}},
        {"field": "account_update", "value": {"event": "X"}, "time": "soon"},
    ],
)
def test_what_cannot_be_read_says_so(raw: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not WhatsApp's news"):
        standing(raw)
