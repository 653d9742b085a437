"""Telling a business: signed envelopes, several people side by side, each tried again for days of platform time."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from bot.simulator.bell import first_of
from bot.simulator.cloud_refusal import CloudRefusal
from bot.simulator.cloud_things import NOTICE_KEPT, Account, Notice
from bot.simulator.cloud_world import CloudWorld, Key
from bot.simulator.refusal import Json
from bot.simulator.webhooks import Post

SIGNATURE = "X-Hub-Signature-256"
WIDE = 40
"""Webhooks on their way at once."""
LONGEST = 6 * 3600.0
"""Seconds between two tries at most; the first is after one second, and each is twice as long as the one before."""

Get = Callable[[str], Awaitable[tuple[int, str]]]
"""Asks an address: HTTP status and body. Raises OSError where nobody answers in time."""


def envelope(account: Account, notices: list[Notice]) -> bytes:
    """The body of a webhook, escaped as the platform writes it.

    Neighbours of a kind share one value, others get a change of their own, and more than two changes another entry.
    """
    changes: list[Json] = []
    last = ("", "")
    for notice in notices:
        if not notice.key:
            changes.append({"field": notice.field, "value": notice.body})
        else:
            if (notice.field, notice.key) != last or notice.body.get("type") == "system":
                where = {"display_phone_number": account.phone, "phone_number_id": account.phone_number_id}
                changes.append({"field": notice.field, "value": {"messaging_product": "whatsapp", "metadata": where}})
            value = changes[-1]["value"]
            known = value.get("contacts", [])
            if fresh := [one for one in notice.contacts if one not in known]:
                value["contacts"] = known + fresh
            value.setdefault(notice.key, []).append(notice.body)
        last = (notice.field, notice.key)
    about = {"id": account.waba, "time": int(max(notice.made for notice in notices))}
    entries = [{**about, "changes": changes[i : i + 2]} for i in range(0, len(changes), 2)]
    found = {"object": "whatsapp_business_account", "entry": entries}
    return json.dumps(found).replace("/", "\\/").encode()


def headers(account: Account, body: bytes) -> dict[str, str]:
    """What comes with a body: its signature by the app's secret."""
    signed = hmac.new(account.secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", SIGNATURE: f"sha256={signed}"}


async def verify(cloud: CloudWorld, account: Account, url: str, token: str, get: Get) -> None:
    """Ask an address whether it wants the webhooks, and from then on bring them there. Raises `CloudRefusal` 2200."""
    challenge = str(secrets.randbelow(10**9) + 10**9)
    asked = urlencode({"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token})
    try:
        status, said = await get(f"{url}{'&' if '?' in url else '?'}{asked}")
    except OSError as error:
        raise CloudRefusal(2200, f"Nobody answers there: {error}") from error
    if status != 200 or said != challenge:
        raise CloudRefusal(2200, f"HTTP Status Code = {status}; the challenge was not echoed")
    account.url, account.verify = url, token
    cloud.keep_account(account)
    cloud.world.save()
    cloud.bell.ring()


def drain(cloud: CloudWorld, account: Account) -> list[tuple[dict[str, str], bytes]]:
    """Everything that waits for a business, as headers and body of webhooks that count as taken.

    For a desk that runs in the same process without sockets.
    """
    found: list[tuple[dict[str, str], bytes]] = []
    url, account.url = account.url, account.url or "in-process"
    cloud.due_again(all_of_one=True)
    while notices := cloud.ready({key for key in cloud.stirred if key[0] != account.id}):
        body = envelope(account, notices)
        found += [(headers(account, body), body)] * (2 if cloud.world.twice else 1)
        for notice in notices:
            cloud.confirm(notice)
    account.url = url
    cloud.world.save()
    return found


async def bring(cloud: CloudWorld, post: Post, *, scale: float = 1.0) -> None:
    """Deliver until cancelled. `scale` shortens the waits between tries (tests: 0.01)."""
    busy: dict[Key, asyncio.Task[None]] = {}

    def begin(found: list[Notice]) -> None:
        keys = {(notice.account, notice.user) for notice in found}
        task = asyncio.create_task(_deliver(cloud, found, post))
        busy.update(dict.fromkeys(keys, task))
        task.add_done_callback(lambda done: _free(cloud, busy, keys, done))

    try:
        while True:
            wait = cloud.due_again()
            while not cloud.world.held and len(set(busy.values())) < WIDE and (found := cloud.ready(set(busy))):
                begin(found)
            bells = [cloud.bell, cloud.world.screen]
            if not await first_of(bells, None if wait is None else max(wait * scale, 0.001)):
                cloud.due_again(all_of_one=True)
    finally:
        for task in busy.values():
            task.cancel()
        await asyncio.gather(*busy.values(), return_exceptions=True)


def _free(cloud: CloudWorld, busy: dict[Key, asyncio.Task[None]], keys: set[Key], done: asyncio.Task[None]) -> None:
    for key in keys:
        busy.pop(key, None)
    cloud.bell.ring()
    if not done.cancelled() and (error := done.exception()):
        raise error  # to the loop's own handler: a delivery never fails for what a business does


async def _deliver(cloud: CloudWorld, notices: list[Notice], post: Post) -> None:
    """One try; what isn't taken waits for its next one, apart from the others."""
    account = cloud.accounts[notices[0].account]
    body = envelope(account, notices)
    taken = await _taken(account, body, post)
    if taken and cloud.world.twice:
        await _taken(account, envelope(account, notices[:1]), post)
        if len(notices) > 1:
            await _taken(account, body, post)
    for notice in notices:
        notice.tries += 1
        if taken:
            cloud.confirm(notice)
        elif cloud.world.now() - notice.made > NOTICE_KEPT:
            cloud.given_up += 1
            cloud.confirm(notice)
        else:
            cloud.again(notice, cloud.world.now() + min(2.0 ** (notice.tries - 1), LONGEST))
    cloud.world.save()


async def _taken(account: Account, body: bytes, post: Post) -> bool:
    try:
        status, _ = await post(account.url, headers(account, body), body)
    except OSError:
        return False
    return status == 200
