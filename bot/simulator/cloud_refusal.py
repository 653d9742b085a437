"""What WhatsApp's Cloud API answers when it won't, by the codes it documents; the readers of a call's body raise it."""

from __future__ import annotations

from typing import Any, cast

from bot.simulator.entities import units
from bot.simulator.refusal import Json

TITLES = {
    0: "AuthException",
    1: "API Unknown",
    2: "API Service",
    4: "API Too Many Calls",
    10: "Permission Denied",
    100: "Invalid parameter",
    190: "Invalid OAuth access token - Cannot parse access token",
    368: "Temporarily blocked for policies violations",
    2200: "Callback verification failed",
    2500: "Unknown path components",
    80007: "Rate limit issues",
    130403: "User is blocked",
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    130497: "Business account is restricted from messaging users in this country",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131031: "Business Account locked",
    131042: "Business eligibility payment issue",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "This message was not delivered to maintain healthy ecosystem engagement",
    131050: "User has stopped marketing messages",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131057: "Account in maintenance mode",
    131062: "Business-scoped user IDs aren't supported for this message",
    131064: "Messaging limit for misclassified templates",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    132005: "Translated text too long",
    132007: "Template format character policy violated",
    132012: "Template parameter format does not match format in the created template",
    132015: "Template is paused",
    132016: "Template is disabled",
    132018: "Template parameters aren't valid",
    133004: "Server temporarily unavailable",
}
_STATUS = {
    **dict.fromkeys((0, 190), 401),
    **dict.fromkeys((10, 368, 131031), 403),
    132001: 404,
    **dict.fromkeys((130429, 131056), 429),
    131000: 500,
    **dict.fromkeys((2, 131016, 131057, 133004), 503),
}


class CloudRefusal(Exception):
    """An answer other than ok. `code` is what a client should go by; `subcode` comes with templates only."""

    def __init__(self, code: int, details: str = "", subcode: int = 0, status: int = 0) -> None:
        super().__init__(f"{code} {details}")
        self.code = code
        self.details = details
        self.subcode = subcode
        self.status = status or _STATUS.get(code, 400)

    def envelope(self) -> Json:
        """The body of the answer."""
        error: Json = {"message": f"(#{self.code}) {TITLES[self.code]}", "type": "OAuthException", "code": self.code}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return {"error": {**error, "fbtrace_id": "Asimulated0trace0id"}}

    def told(self) -> Json:
        """The same in the `errors` of a webhook."""
        title = TITLES[self.code]
        found: Json = {"code": self.code, "title": title, "message": title}
        return {**found, "error_data": {"details": self.details or title}}


def missing(where: str) -> CloudRefusal:
    return CloudRefusal(131008, f"The parameter {where} is required.")


def wrong(details: str) -> CloudRefusal:
    return CloudRefusal(131009, details)


def thing(given: Json, key: str, where: str, allowed: str = "") -> Json:
    """An object in the body; `allowed` names its keys, any other is refused as the Graph API does."""
    value = given.get(key)
    if value is None:
        raise missing(f"{where}{key}")
    if not isinstance(value, dict):
        raise CloudRefusal(100, f"Param {where}{key} must be an object.")
    found = cast(Json, value)
    if allowed:
        only(found, allowed, f"{where}{key}")
    return found


def only(given: Json, allowed: str, where: str) -> None:
    """Refuse keys that aren't among the space-separated `allowed`."""
    for key in given:
        if key not in allowed.split():
            raise CloudRefusal(100, f'Unexpected key "{key}" on param "{where}".')


def things(given: Json, key: str, where: str) -> list[Json]:
    """A list of objects; empty when it isn't there."""
    value: Any = given.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in cast(list[Any], value)):
        raise CloudRefusal(100, f"Param {where}{key} must be an array of objects.")
    return cast(list[Json], value)


def words(given: Json, key: str, where: str, most: int, *, least: int = 1) -> str:
    """A string of `least`..`most` characters (UTF-16 units; the platform documents none); missing is refused."""
    value = given.get(key)
    if value is None and least == 0:
        return ""
    if value is None:
        raise missing(f"{where}{key}")
    if not isinstance(value, str):
        raise CloudRefusal(100, f"Param {where}{key} must be a string.")
    try:
        long = units(value)
    except UnicodeEncodeError:
        raise CloudRefusal(100, f"Param {where}{key} must be a UTF8 string.") from None
    if long > most or (least and not value.strip()):
        raise wrong(f"{where}{key} length invalid. Min length: {least}, Max length: {most}")
    return value
