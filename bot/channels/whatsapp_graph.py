"""Calls of Meta's Graph API for one phone number, by aiohttp: messages, files, who we are."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, cast
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot import fastjson
from bot.channels import whatsapp

_MEDIA_HOSTS = ("lookaside.fbsbx.com", "mmg.whatsapp.net")
"""Where Meta lets files be fetched from; the token goes to nobody else, whatever an answer says."""


_MOST_PAGES = 10  # of 100 templates each; an account may have 250


class Refusal(Exception):
    """A call without a result: its HTTP status (0: none came), the code and the words of the error.

    `lost`: the call was made, so it may have done what it was for.
    """

    def __init__(self, status: int, code: int, said: str, *, lost: bool = False) -> None:
        super().__init__(said)
        self.status = status
        self.code = code
        self.said = said
        self.lost = lost


class Graph:
    """One phone number's calls. Raises `Refusal`, whose words hold neither the token nor the address called."""

    def __init__(
        self,
        number: str,
        access_token: str,
        app_secret: str,
        api_url: str = "https://graph.facebook.com",
        api_version: str = "v25.0",
        read_seconds: float = 15.0,
        connect_seconds: float = 8.0,
        connections: int = 64,
    ) -> None:
        self.number = number
        self._token = access_token
        self._base = f"{api_url}/{api_version}"
        self._host = URL(api_url).host or ""
        self._plain = api_url.startswith("http://")  # a stand-in for Meta on this machine
        self._proof = whatsapp.proof(access_token, app_secret)
        self._messages = self._at(f"{number}/messages")
        self._timeout = aiohttp.ClientTimeout(total=None, connect=connect_seconds, sock_read=read_seconds)
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    def _at(self, path: str, query: str = "") -> URL:
        return URL(f"{self._base}/{path}?{query}appsecret_proof={self._proof}", encoded=True)

    async def open(self) -> None:
        if self._session is None:
            # Closed by us before Meta does it: a message that meets a connection closed meanwhile is lost or not.
            connector = aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300, keepalive_timeout=15)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Authorization": f"Bearer {self._token}", "User-Agent": "Pendamping"},
                skip_auto_headers=("Accept", "Accept-Encoding"),
            )

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Send a message, or tell that one was read."""
        return await self._ask("POST", self._messages, fastjson.encode(body), "application/json")

    async def upload(self, content: bytes, name: str, mime: str) -> str:
        """The id of a file, good for 30 days."""
        form = aiohttp.FormData({"messaging_product": "whatsapp", "type": mime}, quote_fields=False)
        form.add_field("file", content, filename=name, content_type=mime)
        answer = await self._ask("POST", self._at(f"{self.number}/media"), form())
        return _id(answer)

    async def who(self) -> dict[str, Any]:
        """The number as people see it (``display_phone_number``) and its name (``verified_name``)."""
        return await self._ask("GET", self._at(self.number, "fields=display_phone_number,verified_name&"))

    async def templates(self, account: str) -> list[dict[str, Any]]:
        """The templates of a WhatsApp Business account (its id): name, language, category, status, components."""
        found: list[dict[str, Any]] = []
        after = ""
        for _ in range(_MOST_PAGES):
            query = "fields=name,language,category,status,components&limit=100&" + (f"after={after}&" if after else "")
            answer = await self._ask("GET", self._at(f"{account}/message_templates", query))
            found += answer.get("data", [])
            paging: Any = answer.get("paging") or {}
            if "next" not in paging:
                break
            after = quote(str(paging["cursors"]["after"]), safe="")
        return found

    async def put_template(self, account: str, template: dict[str, Any]) -> None:
        """Hand in a template, to be approved."""
        url = self._at(f"{account}/message_templates")
        await self._ask("POST", url, json.dumps(template).encode(), "application/json")

    async def download(self, file: str, largest: int) -> bytes:
        """The content of a file that somebody sent, at most `largest` bytes, just as it was told to be."""
        for last in (False, True):
            told = await self._ask("GET", self._at(file, f"phone_number_id={self.number}&"))
            size: Any = told.get("file_size", 0)
            if isinstance(size, int) and size > largest:
                raise Refusal(413, whatsapp.NO_CODE, f"the file has {size} bytes")
            try:
                content = await self._content(str(told.get("url", "")), largest)
            except Refusal as refusal:
                if refusal.status != 404 or last:  # an address is good for five minutes
                    raise
                continue
            digest = hashlib.sha256(content)
            if told.get("sha256") not in (None, digest.hexdigest(), base64.b64encode(digest.digest()).decode()):
                raise Refusal(502, whatsapp.NO_CODE, "the file isn't the one that was told")
            return content
        raise AssertionError

    async def _content(self, url: str, largest: int) -> bytes:
        try:
            address = URL(url)
        except ValueError:
            address = URL()
        secure = address.scheme == "https" or (self._plain and address.scheme == "http")
        if not secure or address.host not in (*_MEDIA_HOSTS, self._host):
            raise Refusal(403, whatsapp.NO_CODE, "the file lies where we don't fetch from")
        content = bytearray()
        try:
            async with self._opened().get(address, timeout=self._timeout, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise Refusal(answer.status, whatsapp.NO_CODE, "the file can't be fetched")
                async for chunk in answer.content.iter_chunked(65536):
                    content += chunk
                    if len(content) > largest:
                        raise Refusal(413, whatsapp.NO_CODE, f"the file has more than {largest} bytes")
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is one
            raise Refusal(0, whatsapp.NO_CODE, type(error).__name__) from None
        return bytes(content)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise Refusal(0, whatsapp.NO_CODE, "the channel isn't open")
        return self._session

    async def _ask(self, method: str, url: URL, data: Any = None, type_: str = "") -> dict[str, Any]:
        headers = {"Content-Type": type_} if type_ else None
        session = self._opened()
        try:
            async with session.request(
                method, url, data=data, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as reply:
                status, body = reply.status, await reply.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Refusal(0, whatsapp.NO_CODE, type(error).__name__) from None
        except (aiohttp.ClientError, OSError) as error:
            raise Refusal(0, whatsapp.NO_CODE, type(error).__name__, lost=True) from None
        try:
            told: Any = fastjson.decode(body)
        except ValueError:
            told = None
        answer = cast(dict[str, Any], told) if isinstance(told, dict) else {}
        if status == 200 and answer and "error" not in answer:
            return answer
        code, said = whatsapp.refusal(answer)
        # What isn't an answer of the Graph API comes from something before it, which may have passed the call on.
        lost = code == whatsapp.NO_CODE and (status < 400 or status >= 500)
        raise Refusal(status, code, said or "no answer of the Graph API", lost=lost)


def _id(answer: dict[str, Any]) -> str:
    if not isinstance(id := answer.get("id"), str) or not id:
        raise Refusal(200, whatsapp.NO_CODE, "an answer without an id", lost=True)
    return id
