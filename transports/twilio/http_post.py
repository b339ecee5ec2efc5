"""How a request gets to Twilio's REST API: over HTTP, or however else somebody hands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import aiohttp


class Post(Protocol):
    """Posts one form, or gets what is there. Whoever asks limits the time that it may take."""

    async def __call__(
        self, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Post a form, or get what is there if there is none; the answer's status and body.

        Raises:
            OSError: No answer came.
        """
        ...


class HttpPost:
    """Posts over connections that it keeps; ``close`` closes them."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def __call__(
        self, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Post a form, or get what is there; a redirect is an answer like any other.

        Raises:
            OSError: No answer came.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with self._session.request(
                "GET" if form is None else "POST",
                url,
                data=form,
                headers=headers,
                allow_redirects=False,
            ) as response:
                return response.status, await response.read()
        except aiohttp.ClientError as error:
            raise ConnectionError(type(error).__name__) from error

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
