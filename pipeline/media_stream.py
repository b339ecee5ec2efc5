"""The media socket: a stream knocks, shows its token, and becomes a call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from loguru import logger
from starlette.types import Receive, Scope, Send

from pipeline.doorkeeper import visit_of
from pipeline.gate import Gate
from pipeline.idle_watch import IdleWatch
from transports.socket import Socket, SocketClosedError
from transports.twilio.asgi_socket import AsgiSocket
from transports.twilio.messages import Start, StartMessage, TwilioProtocolError, decode
from transports.twilio.token import StreamClaims, StreamTokens, TokenRefusedError
from transports.twilio.twiml import TOKEN_PARAMETER

START_TIMEOUT: Final = 10.0
"""Seconds from the handshake to ``start``."""

MAX_MESSAGES_BEFORE_START: Final = 20

MAX_STARTING: Final = 500
"""Streams that may be between handshake and token at once: a moment each, if they are Twilio's."""

REFUSED: Final = 1008
NO_START: Final = 1002
FAILED: Final = 1011
GOING_AWAY: Final = 1012
"""Close codes (RFC 6455 and the IANA registry): policy, protocol, internal error, restart."""

_CANCEL_TIMEOUT: Final = 2.0


class RunCall(Protocol):
    """What makes a call of a stream that was let in."""

    async def __call__(self, socket: Socket, start: Start, claims: StreamClaims) -> None:
        """Run the call to its end; cancelled when the server can't wait for that."""
        ...


class MediaStream:
    """The ASGI application behind ``WS /media-stream``. Nothing is dialled before the token."""

    def __init__(
        self,
        gate: Gate,
        tokens: StreamTokens,
        run_call: RunCall,
        *,
        wall_clock: Callable[[], float],
        on_call: Callable[[StreamClaims], None] | None = None,
        start_timeout: float = START_TIMEOUT,
    ) -> None:
        self._gate = gate
        self._tokens = tokens
        self._run_call = run_call
        self._wall_clock = wall_clock
        self._on_call = on_call
        self._start_timeout = start_timeout
        self._accepting = True
        self._starting = 0
        self._calls: dict[asyncio.Task[None], AsgiSocket] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def calls(self) -> int:
        """How many calls are live."""
        return len(self._calls)

    async def idle(self) -> None:
        """Wait until no call is live."""
        await self._idle.wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket, from handshake to close."""
        await receive()  # websocket.connect
        refused = self._refuses(scope)
        if refused is not None:
            logger.warning("Media stream refused: {reason}", reason=refused)
            await send({"type": "websocket.close", "code": REFUSED})
            return
        socket = AsgiSocket(receive, send)
        visit = visit_of(scope)
        self._starting += 1
        try:
            admitted = await self._admit(socket)
        finally:
            self._starting -= 1
            if visit is not None:
                visit.over()
        if admitted is not None:
            start, claims = admitted
            await self._serve(socket, start, claims)

    async def stop(self, grace: float) -> None:
        """Let in nobody any more, end the live calls, and wait for them.

        Args:
            grace: Seconds in which a call whose phone is gone may end of itself.
        """
        self._accepting = False
        calls = dict(self._calls)
        if not calls:
            return
        logger.info("Ending {calls} live calls", calls=len(calls))
        for socket in calls.values():
            await socket.close(GOING_AWAY, "server stops")
        _, late = await asyncio.wait(calls, timeout=grace)
        for call in late:
            call.cancel()
        if late:
            await asyncio.wait(late, timeout=_CANCEL_TIMEOUT)

    def _refuses(self, scope: Scope) -> str | None:
        if not self._accepting:
            return "the server is stopping"
        if self._starting >= MAX_STARTING:
            return "too many streams that have not started"
        return self._gate.refuses_stream(scope)

    async def _admit(self, socket: AsgiSocket) -> tuple[Start, StreamClaims] | None:
        """Wait for a stream's start and look at its token; None: it was closed."""
        try:
            await socket.accept()
            start = await start_of(socket, self._start_timeout)
        except SocketClosedError:
            logger.info("Media stream closed before it started")
            return None
        if start is None:
            logger.warning("Media stream refused: it did not start")
            await socket.close(NO_START, "no start")
            return None
        try:
            claims = self._claims_of(start)
        except TokenRefusedError as error:
            log = logger.bind(call_sid=start.call_sid)
            log.warning("Media stream refused: token {reason}", reason=error.refusal.value)
            await socket.close(REFUSED, "token refused")
            return None
        if not self._accepting:  # meanwhile
            await socket.close(GOING_AWAY, "server stops")
            return None
        return start, claims

    def _claims_of(self, start: Start) -> StreamClaims:
        token = start.custom_parameters.get(TOKEN_PARAMETER, "")
        return self._tokens.redeem(token, start.call_sid, int(self._wall_clock()))

    async def _serve(self, socket: AsgiSocket, start: Start, claims: StreamClaims) -> None:
        if self._on_call is not None:
            self._on_call(claims)
        call = asyncio.create_task(
            self._run_call(socket, start, claims), name=f"call {claims.call_sid}"
        )
        self._calls[call] = socket
        self._idle.clear()
        watch = IdleWatch(socket)
        watch.start()
        try:
            await asyncio.wait({call})
        finally:
            watch.stop()
            if not call.done():  # the server itself is being torn down
                call.cancel()
                await asyncio.wait({call}, timeout=_CANCEL_TIMEOUT)
            del self._calls[call]
            if not self._calls:
                self._idle.set()
        error = None if call.cancelled() else call.exception()
        if error is not None:
            log = logger.bind(call_sid=claims.call_sid).opt(exception=error)
            log.error("Call failed")
        await socket.close(1000 if error is None else FAILED)


async def start_of(socket: Socket, within: float = START_TIMEOUT) -> Start | None:
    """Wait for a stream's ``start``; None: it did not come in time, or too much else did.

    Raises:
        SocketClosedError: The stream is closed.
    """
    try:
        async with asyncio.timeout(within):
            for _ in range(MAX_MESSAGES_BEFORE_START):
                try:
                    message = decode(await socket.receive())
                except TwilioProtocolError as error:
                    logger.warning("Malformed message from Twilio dropped: {f}", f=str(error))
                    continue
                if isinstance(message, StartMessage):
                    return message.start
    except TimeoutError:
        return None
    return None
