"""One request to a business's system, and its answer: over HTTP, or however a test hands in."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from errno import EACCES
from typing import Any, Final, Protocol

import aiohttp
from yarl import URL

from transports.http_tools.addresses import is_public

HTTP_EXCHANGE: Final = "http_exchange"
"""Name of the ``HttpExchange`` among a call's resources."""

_NOT_PUBLIC: Final = "not a public address"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is asked.

    Attributes:
        method: GET, POST ...
        url: Where, in full and encoded.
        headers: With secrets, maybe: never to be logged.
        body: What is sent; None: nothing.
        private: Whether it may go to an address that is not public.
        most_bytes: An answer that is longer is not read to its end.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    private: bool = False
    most_bytes: int = 262_144


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back.

    Attributes:
        status: HTTP's.
        body: Its content, unpacked.
        location: Where a redirect leads.
        too_long: There was more of it than was wanted.
    """

    status: int
    body: bytes = b""
    location: str = ""
    too_long: bool = False


class HttpExchange(Protocol):
    """Asks once. Whoever asks limits the time that it may take, and follows redirects."""

    async def __call__(self, request: HttpRequest) -> HttpAnswer:
        """Ask; the answer.

        Raises:
            OSError: No answer came.
        """
        ...


class PrivateAddressError(OSError):
    """The host's address is not public, and the call file does not allow others."""


class HttpClient:
    """Asks over connections that it keeps; ``close`` closes them.

    Where a request may only go to public addresses, each address is looked at when the socket to
    it is made: after the name was resolved, whatever the name said before, and also for addresses
    that are written in the URL. Proxies of the environment are not used: they would connect for us.
    """

    def __init__(self) -> None:
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def __call__(self, request: HttpRequest) -> HttpAnswer:
        """Ask; a redirect is an answer like any other.

        Raises:
            OSError: No answer came.
        """
        session = self._session(private=request.private)
        try:
            async with session.request(
                request.method,
                URL(request.url, encoded=True),
                data=request.body,
                headers=request.headers,
                allow_redirects=False,
            ) as response:
                body = bytearray()
                async for piece in response.content.iter_any():
                    body += piece
                    if len(body) > request.most_bytes:
                        break
                return HttpAnswer(
                    response.status,
                    bytes(body[: request.most_bytes]),
                    response.headers.get("Location", ""),
                    too_long=len(body) > request.most_bytes,
                )
        except (aiohttp.ClientError, ValueError) as error:
            if _NOT_PUBLIC in str(error):  # of several addresses aiohttp tells in one text
                raise PrivateAddressError(EACCES, _NOT_PUBLIC) from error
            raise ConnectionError(type(error).__name__) from error

    async def close(self) -> None:
        """Close the connections."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    def _session(self, *, private: bool) -> aiohttp.ClientSession:
        session = self._sessions.get(private)
        if session is None:
            connector = aiohttp.TCPConnector(
                socket_factory=socket_to_any if private else socket_to_public
            )
            session = self._sessions[private] = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar()
            )
        return session


def socket_to_any(address: tuple[Any, ...]) -> socket.socket:
    """A socket for an address as ``getaddrinfo`` has it."""
    family, kind, protocol, _, _ = address
    return socket.socket(family, kind, protocol)


def socket_to_public(address: tuple[Any, ...]) -> socket.socket:
    """The same, if the address is public.

    Raises:
        PrivateAddressError: It is not.
    """
    if not is_public(str(address[4][0])):
        raise PrivateAddressError(EACCES, _NOT_PUBLIC)
    return socket_to_any(address)
