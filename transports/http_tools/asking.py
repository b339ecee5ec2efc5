"""Asks a business's system what a tool wants to know: over redirects, again where it is safe."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from loguru import logger

from processors.call_tool import ToolError
from transports.http_tools.exchange import (
    HttpAnswer,
    HttpExchange,
    HttpRequest,
    PrivateAddressError,
)

SAFE: Final = frozenset({"GET", "HEAD"})
"""Methods that change nothing, so that they may be tried again (RFC 9110)."""

MOST_REDIRECTS: Final = 3
FIRST_PAUSE: Final = 0.3
"""Seconds before the second attempt; doubled each time."""

_TRY_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD: Final = frozenset({307, 308})


class Asking:
    """Asks one question.

    Attributes:
        hosts: The hosts that may be asked, in small letters.
        retries: Further attempts, where the method is safe.
        attempt_timeout: Seconds for each.
    """

    def __init__(
        self,
        exchange: HttpExchange,
        hosts: frozenset[str],
        *,
        retries: int,
        attempt_timeout: float,
    ) -> None:
        self._exchange = exchange
        self._hosts = hosts
        self._retries = retries
        self._attempt_timeout = attempt_timeout

    async def ask(self, name: str, request: HttpRequest) -> HttpAnswer:
        """Ask until there is an answer, or no hope of one.

        Raises:
            ToolError: There is none.
        """
        attempts = 1 + (self._retries if request.method in SAFE else 0)
        host = urlsplit(request.url).hostname
        fault = ""
        for attempt in range(attempts):
            if attempt:
                await asyncio.sleep(FIRST_PAUSE * 2 ** (attempt - 1))
            try:
                async with asyncio.timeout(self._attempt_timeout):
                    answer = await self._followed(request)
            except PrivateAddressError as error:
                logger.error("Tool {}: {} has a private address; see `private`", name, host)
                raise ToolError("may not reach its service") from error
            except OSError as error:  # a time-out is one
                fault = str(error) or type(error).__name__
            else:
                if answer.status not in _TRY_AGAIN:
                    return answer
                fault = f"status {answer.status}"
            logger.warning("Tool {}: no answer from {}: {}", name, host, fault)
        raise ToolError("got no answer from its service")

    async def _followed(self, request: HttpRequest) -> HttpAnswer:
        """The answer at the end of all redirects; every stop must be allowed."""
        for _ in range(MOST_REDIRECTS + 1):
            self._check(request)
            answer = await self._exchange(request)
            if answer.status not in _REDIRECTS or not answer.location:
                return answer
            request = _redirected(request, answer)
        raise ToolError("was sent from one address to another without end")

    def _check(self, request: HttpRequest) -> None:
        parts = urlsplit(request.url)
        if parts.hostname not in self._hosts:
            raise ToolError("was sent to a host that is not allowed")
        if parts.scheme != "https" and not (parts.scheme == "http" and request.private):
            raise ToolError("was sent to an address without encryption")


def _redirected(request: HttpRequest, answer: HttpAnswer) -> HttpRequest:
    url = urljoin(request.url, answer.location)
    changed = replace(request, url=url)
    if urlsplit(url)[:2] != urlsplit(request.url)[:2]:
        changed = replace(changed, headers={})  # they may hold a key that is another host's
    if answer.status in _KEEP_METHOD or request.method in SAFE:
        return changed
    return replace(changed, method="GET", body=None)
