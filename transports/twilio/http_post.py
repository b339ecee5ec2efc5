"""How a request gets to Twilio's REST API: over HTTP, or however else somebody hands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from transports.http_session import HttpSession


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
        self._session = HttpSession()

    async def __call__(
        self, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Post a form, or get what is there; a redirect is an answer like any other.

        Raises:
            OSError: No answer came.
        """
        method = "GET" if form is None else "POST"
        async with self._session.answer(method, url, form, headers) as response:
            return response.status, await response.read()

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
