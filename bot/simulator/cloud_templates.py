"""Templates: made and listed as the Graph API does it, and filled in when one is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from bot.simulator.cloud_messages import file_of
from bot.simulator.cloud_refusal import CloudRefusal, missing, only, thing, things, words
from bot.simulator.cloud_text import joined
from bot.simulator.cloud_things import Account, Template
from bot.simulator.cloud_world import CloudWorld
from bot.simulator.refusal import Json

MOST = 250
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
_PLACE = re.compile(r"\{\{([^{}]*)\}\}")
_POSITION = re.compile(r"[1-9]\d*")
_NAMED = re.compile(r"[a-z0-9_]+")


def _bad(details: str, subcode: int = 0) -> CloudRefusal:
    return CloudRefusal(100, details, subcode)


def create(cloud: CloudWorld, waba: str, body: Json) -> Json:
    """A new template, held to what its parts may be. Raises `CloudRefusal`, code 100 with a subcode where known."""
    try:
        template = _read(cloud, waba, body)
    except CloudRefusal as refusal:
        raise refusal if refusal.code == 100 else _bad(refusal.details) from refusal
    cloud.keep_template(template)
    if cloud.approving:
        cloud.judge(template, "APPROVED")
    cloud.world.save()
    return {"id": template.id, "status": "PENDING", "category": template.category}


def _read(cloud: CloudWorld, waba: str, body: Json) -> Template:
    only(body, "name language category components parameter_format allow_category_change", "template")
    name, language = words(body, "name", "", 512), words(body, "language", "", 16)
    form = str(body.get("parameter_format", "POSITIONAL")).upper()
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise _bad("name: only lowercase letters, digits and underscores")
    if body.get("category") not in CATEGORIES or form not in {"POSITIONAL", "NAMED"}:
        raise _bad("category or parameter_format is not valid")
    if cloud.template(waba, name, language):
        raise _bad("There is already content in this language for this template.", 2388024)
    if sum(one.waba == waba for one in cloud.templates.values()) >= MOST:
        raise _bad("The account has as many templates as it may have.", 2388019)
    components = things(body, "components", "")
    _check(components, form)
    number = str(700_000_000_000_000 + cloud.world.count("wa_template"))
    return Template(number, waba, name, language, str(body["category"]), components, form)


def _check(components: list[Json], form: str) -> None:
    kinds = [str(one.get("type", "")).upper() for one in components]
    if kinds.count("BODY") != 1 or any(kinds.count(kind) > 1 for kind in kinds):
        raise _bad("components: one BODY, and no part twice")
    for kind, one in zip(kinds, components, strict=True):
        if kind == "BODY":
            only(one, "type text example", "BODY")
            _places(words(one, "text", "BODY.", 1024), form, one)
        elif kind == "HEADER":
            only(one, "type format text example", "HEADER")
            if one.get("format") == "TEXT":
                if len(_places(words(one, "text", "HEADER.", 60), form, one, ends=True)) > 1:
                    raise _bad("HEADER: at most one variable")
            elif one.get("format") not in {"IMAGE", "VIDEO", "DOCUMENT", "LOCATION"}:
                raise _bad("HEADER.format is not valid")
        elif kind == "FOOTER":
            only(one, "type text", "FOOTER")
            if _PLACE.search(words(one, "text", "FOOTER.", 60)):
                raise _bad("FOOTER: no variables")
        elif kind == "BUTTONS":
            _buttons(things(one, "buttons", "BUTTONS."))
        else:
            raise _bad(f"components: {kind} isn't known here")


def _places(text: str, form: str, one: Json, *, ends: bool = False) -> list[str]:
    """The variables of a text, in order; checked, with an example for them."""
    found = [name.strip() for name in _PLACE.findall(text)]
    if form == "POSITIONAL" and found != [str(i) for i in range(1, len(found) + 1)]:
        raise _bad("variables: {{1}}, {{2}}… in order")
    if form == "NAMED" and (len(set(found)) < len(found) or not all(_NAMED.fullmatch(name) for name in found)):
        raise _bad("variables: lowercase letters, digits and underscores, each once")
    if found and not ends and (_PLACE.match(text.strip()) or re.search(r"\{\{[^{}]*\}\}$", text.strip())):
        raise _bad("variables: not at the beginning or the end", 2388299)
    if found and len(_PLACE.sub("", text).split()) < 2 * len(found) - 1:
        raise _bad("variables: too many for so few words", 2388293)
    if found and not one.get("example"):
        raise _bad("variables: an example is required")
    return found


def _buttons(buttons: list[Json]) -> None:
    kinds = [str(one.get("type", "")).upper() for one in buttons]
    if not 1 <= len(buttons) <= 10:
        raise _bad("BUTTONS: 1 to 10")
    for kind, most in (("URL", 2), ("PHONE_NUMBER", 1), ("COPY_CODE", 1)):
        if kinds.count(kind) > most:
            raise _bad(f"BUTTONS: at most {most} of {kind}")
    quick = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(before != after for before, after in pairwise(quick)) > 1:
        raise _bad("BUTTONS: quick replies stand together, apart from the others")
    for kind, one in zip(kinds, buttons, strict=True):
        if kind not in {"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE"}:
            raise _bad(f"BUTTONS: {kind} isn't known here")
        if kind != "COPY_CODE":
            words(one, "text", "BUTTONS.", 25)
        if kind == "URL":
            words(one, "url", "BUTTONS.", 2000)


def listing(cloud: CloudWorld, waba: str, query: Mapping[str, str]) -> Json:
    """The account's templates, `limit` at a time (25), filtered by `name` and `status`."""
    wanted = {key: query[key] for key in ("name", "status", "language", "category") if query.get(key)}
    found = [one.json() for one in cloud.templates.values() if one.waba == waba]
    found = [one for one in found if all(one[key] == value for key, value in wanted.items())]
    start = int(query["after"]) if query.get("after", "").isdigit() else 0
    limit = int(query["limit"]) if query.get("limit", "").isdigit() else 25
    page = found[start : start + limit]
    paging: Json = {"cursors": {"before": str(start), "after": str(start + len(page))}}
    if start + limit < len(found):
        paging["next"] = f"?after={start + len(page)}&limit={limit}"
    return {"data": page, "paging": paging}


def remove(cloud: CloudWorld, waba: str, name: str) -> Json:
    """Delete a template in all languages. Raises `CloudRefusal` where there is none."""
    found = [one for one in cloud.templates.values() if one.waba == waba and one.name == name]
    if not found:
        raise _bad("Message template not found", 2593002)
    for one in found:
        del cloud.templates[one.id]
        cloud.world.drop("wa_template", one.id)
    cloud.world.save()
    return {"success": True}


def filled(cloud: CloudWorld, account: Account, body: Json) -> tuple[Template, Json]:
    """The template that a message names, and what a phone shows of it. Raises `CloudRefusal`."""
    given = thing(body, "template", "", "name language components")
    language = words(thing(given, "language", "template.", "code policy"), "code", "template.language.", 16)
    name = words(given, "name", "template.", 512)
    template = cloud.template(account.waba, name, language)
    if template and template.status in {"PAUSED", "DISABLED"}:
        raise CloudRefusal(132015 if template.status == "PAUSED" else 132016)
    if template is None or template.status != "APPROVED":
        raise CloudRefusal(132001, f"template name ({name}) does not exist in {language}")
    sent: dict[str, Json] = {}
    buttons: dict[int, Json] = {}
    for one in things(given, "components", "template."):
        only(one, "type sub_type index parameters", "template.components")
        kind = str(one.get("type", "")).upper()
        if kind == "BUTTON":
            buttons[int(one.get("index", -1))] = one
        elif kind in {"HEADER", "BODY"}:
            sent[kind] = one
        else:
            raise CloudRefusal(100, f"template.components: unknown type {kind}")
    return template, _shown(cloud, account, template, sent, buttons)


def _shown(
    cloud: CloudWorld, account: Account, template: Template, sent: dict[str, Json], buttons: dict[int, Json]
) -> Json:
    parts = {str(one["type"]).upper(): one for one in template.components}
    content: Json = {}
    top = parts.get("HEADER", {})
    head = ""
    if top.get("format") == "TEXT":
        head = _fill(top["text"], sent.get("HEADER", {}), template.parameter_format)
    elif top:
        content |= _pictured(cloud, account, str(top["format"]).lower(), sent.get("HEADER", {}))
    said = _fill(parts["BODY"]["text"], sent.get("BODY", {}), template.parameter_format)
    if len(said) > 1024:
        raise CloudRefusal(132005, f"body: {len(said)} characters")
    foot = parts.get("FOOTER", {}).get("text", "")
    text, entities = joined([(head, "bold"), (said, ""), (foot, "footer")])
    content |= {"text": text, **({"entities": entities} if entities else {}), "template": template.name}
    rows = [[_button(one, buttons.get(i))] for i, one in enumerate(parts.get("BUTTONS", {}).get("buttons", []))]
    if any(i not in range(len(rows)) for i in buttons):
        raise CloudRefusal(132018, "button: there is none at that index")
    if rows:
        content |= {"reply_markup": {"inline_keyboard": rows}, "wa": "button"}
    return content


def _pictured(cloud: CloudWorld, account: Account, kind: str, sent: Json) -> Json:
    parameters = things(sent, "parameters", "template.header.")
    if len(parameters) != 1 or parameters[0].get("type") != kind:
        raise CloudRefusal(132012, f"header: a parameter of type {kind} is expected")
    return file_of(cloud, account, thing(parameters[0], kind, "template.header."), kind)


def _fill(text: str, sent: Json, form: str) -> str:
    names = [name.strip() for name in _PLACE.findall(text)]
    parameters = things(sent, "parameters", "template.")
    if len(parameters) != len(names):
        raise CloudRefusal(132000, f"number of params ({len(parameters)}) does not match expected ({len(names)})")
    values: dict[str, str] = {}
    for i, one in enumerate(parameters):
        only(one, "type text parameter_name", "template.components.parameters")
        if one.get("type") != "text" or not isinstance(one.get("text"), str):
            raise CloudRefusal(132012, "a parameter of type text is expected")
        said = str(one["text"])
        if not said.strip():
            raise missing("template.components.parameters.text")
        if re.search(r"[\n\t]| {5,}", said):
            raise CloudRefusal(132018, "Param text cannot have new-line/tab characters or more than 4 spaces")
        values[str(one.get("parameter_name", "")) if form == "NAMED" else str(i + 1)] = said
    if set(values) != set(names):
        raise CloudRefusal(132012, "the parameters are named otherwise in the template")
    return _PLACE.sub(lambda place: values[place[1].strip()], text)


def _button(one: Json, sent: Json | None) -> Json:
    kind = str(one["type"]).upper()
    parameters = things(sent or {}, "parameters", "template.button.")
    if kind == "QUICK_REPLY":
        payload = words(parameters[0], "payload", "template.button.", 256) if parameters else one["text"]
        return {"text": one["text"], "callback_data": payload}
    if kind == "URL":
        names = _PLACE.findall(one["url"])
        if len(names) != len(parameters):
            raise CloudRefusal(132000, "button: number of params does not match")
        return {"text": one["text"], "url": _PLACE.sub(lambda _: str(parameters[0].get("text", "")), one["url"])}
    return {"text": one.get("text", "Salin kode"), "url": f"tel:{one.get('phone_number', '')}"}
