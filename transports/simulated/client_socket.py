"""The simulated phone company's end of a real WebSocket."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from transports.socket import SocketClosedError

_CLOSE_TIMEOUT = 1.0


class ClientSocket:
    """A ``transports.socket.Socket`` over aiohttp, with a connection of its own.

    Its own, so that it can be torn down as a dying network would: no closing handshake.
    """

    def __init__(
        self, session: aiohttp.ClientSession, websocket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self._session = session
        self._websocket = websocket
        self._connector = session.connector

    @classmethod
    async def dial(cls, url: str, headers: Mapping[str, str]) -> ClientSocket:
        """Open a WebSocket; nothing is compressed, messages may have any size.

        Raises:
            aiohttp.ClientError: No connection, or no handshake.
            TimeoutError: The server did not answer.
        """
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10.0))
        try:
            websocket = await session.ws_connect(
                url,
                headers=headers,
                compress=0,
                max_msg_size=0,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_TIMEOUT),
            )
        except BaseException:
            await session.close()
            raise
        return cls(session, websocket)

    async def send(self, text: str) -> None:
        """Send one text frame.

        Raises:
            SocketClosedError: The peer is gone.
        """
        try:
            await self._websocket.send_str(text)
        except ConnectionError as error:
            raise SocketClosedError(self._websocket.close_code) from error

    async def receive(self) -> str | bytes:
        """Wait for the next frame.

        Raises:
            SocketClosedError: The peer is gone, or this side closed.
        """
        message = await self._websocket.receive()
        if message.type is aiohttp.WSMsgType.TEXT:
            text: str = message.data
            return text
        if message.type is aiohttp.WSMsgType.BINARY:
            data: bytes = message.data
            return data
        raise SocketClosedError(self._websocket.close_code, str(message.extra or ""))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket; harmless when it is closed already."""
        await self._websocket.close(code=code, message=reason.encode())
        await self._session.close()

    async def tear(self) -> None:
        """Drop the connection without a word."""
        assert self._connector is not None, "a session that is open has one"
        await self._connector.close()
        await self._session.close()
