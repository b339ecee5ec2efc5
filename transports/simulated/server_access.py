"""How the simulated phone company's requests and streams get to a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import aiohttp

from transports.simulated.client_socket import ClientSocket
from transports.socket import Socket

Form = list[tuple[str, str]]

WEBHOOK_TIMEOUT: Final = 15.0
"""Seconds that a webhook may take (Twilio, Voice limitations)."""


class HandshakeRefusedError(Exception):
    """A server is there and does not want this stream."""


class ServerAccess(Protocol):
    """The way to one server."""

    async def request(
        self, method: str, url: str, form: Form | None, headers: Mapping[str, str]
    ) -> tuple[int, str]:
        """Ask for a document; the answer's status and text.

        Raises:
            OSError: No answer came, or none in time.
        """
        ...

    async def open_stream(self, url: str, headers: Mapping[str, str]) -> Socket:
        """Open a WebSocket.

        Raises:
            HandshakeRefusedError: The server does not want it.
            OSError: There is no server, or it does not answer.
        """
        ...


class HttpAccess:
    """Over the network, a connection for each request."""

    async def request(
        self, method: str, url: str, form: Form | None, headers: Mapping[str, str]
    ) -> tuple[int, str]:
        """Ask for a document; the answer's status and text.

        Raises:
            OSError: No answer came, or none in time.
        """
        timeout = aiohttp.ClientTimeout(total=WEBHOOK_TIMEOUT)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.request(method, url, data=form, headers=headers) as answer,
            ):
                return answer.status, await answer.text()
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error

    async def open_stream(self, url: str, headers: Mapping[str, str]) -> Socket:
        """Open a WebSocket.

        Raises:
            HandshakeRefusedError: The server does not want it.
            OSError: There is no server, or it does not answer.
        """
        try:
            return await ClientSocket.dial(url, headers)
        except aiohttp.WSServerHandshakeError as error:
            raise HandshakeRefusedError(str(error)) from error
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error
