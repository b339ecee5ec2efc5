"""Requests over HTTP connections that are kept: opened when first needed, closed at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp


class HttpSession:
    """Asks one request at a time or many; ``close`` closes all connections."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def answer(
        self, method: str, url: str, data: Any, headers: Mapping[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Ask, and hold the answer; a redirect is one like any other.

        Raises:
            OSError: No answer came, or not all of it.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, allow_redirects=False
            ) as response:
                yield response
        except aiohttp.ClientError as error:
            raise ConnectionError(type(error).__name__) from error

    async def close(self) -> None:
        """Close the connections; harmless when there are none."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
