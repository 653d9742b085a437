"""Which files lie at a platform already, kept in the database: each is brought there once in weeks."""

from __future__ import annotations

from functools import partial

from bot.domain import media as files
from bot.post.store import Store, insist


class KeptUploads:
    """The uploads of one channel account (`bot.channels.whatsapp_channel.Uploads`), however long the store is away."""

    def __init__(self, store: Store, account: int, store_retry: float) -> None:
        self._store = store
        self._account = account
        self._retry = store_retry

    async def find(self, media: int) -> str:
        return await insist(self._store, partial(files.uploaded, account=self._account, row=media), self._retry)

    async def keep(self, media: int, id: str) -> None:
        await insist(self._store, partial(files.upload, account=self._account, row=media, id=id), self._retry)

    async def forget(self, media: int) -> None:
        await insist(self._store, partial(files.forget_upload, account=self._account, row=media), self._retry)
