"""One session of the simulated Realtime server, over any socket.

The protocol is that of the GA API over WebSocket (OpenAI, Realtime API reference); where public
sources differ, the docstrings of the parts name what was followed. All of a session's logic is
synchronous: events come in, events go to an outbox, and the loop's timers do the waiting, so a
virtual clock can drive it.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, runtime_checkable

from transports.simulated.client_error import ClientError
from transports.simulated.client_events import ClientEvents
from transports.simulated.conversation import Conversation, Item
from transports.simulated.faults import Faults, ModelOptions
from transports.simulated.generation import Generation
from transports.simulated.listener import Listener
from transports.simulated.mind import MindFor
from transports.simulated.responder import Responder
from transports.simulated.senses import Senses, ToneSenses
from transports.simulated.session_settings import SessionSettings
from transports.simulated.session_state import SessionState
from transports.simulated.wire import Wire
from transports.socket import Socket, SocketClosedError

_BAD_KEY_CLOSE: Final = (3000, "invalid_request_error.invalid_api_key")
_EXPIRED: Final = "Your session hit the maximum duration of 60 minutes."
_GOING_AWAY: Final = 1001


@runtime_checkable
class Tearable(Protocol):
    """A socket that can break off as a dying network does."""

    async def tear(self) -> None:
        """Drop the connection: no close frame, no reason."""
        ...


@dataclass(frozen=True, slots=True)
class _Closing:
    code: int
    reason: str


class ModelSession:
    """Serves one client: what it sent, what was made of it, and the faults to play.

    Attributes:
        settings: The session's settings.
        conversation: The default conversation; its ``ledger`` also has the deleted items.
        listener: What the caller's audio came to.
        responder: The responses.
        wire: What was sent, counted by type.
    """

    def __init__(
        self,
        socket: Socket,
        mind_for: MindFor,
        *,
        senses: Senses | None = None,
        options: ModelOptions | None = None,
        model: str = "gpt-realtime-2.1",
        opened_at_unix: float = 0.0,
        key_is_good: bool = True,
        number: int = 0,
    ) -> None:
        """Prepare a session; ``run`` serves it.

        Args:
            socket: The client's end; kept until it closes.
            mind_for: What decides on its words, by the session's instructions.
            senses: What it hears and speaks with; a voice of tones by default.
            options: Pace and faults.
            model: Named in the URL.
            opened_at_unix: Wall-clock seconds, for ``expires_at``.
            key_is_good: False: refuse it the way the API does, after the handshake.
            number: Of the session on its server; with the seed it decides all chance and names.
        """
        options = options or ModelOptions()
        rng = random.Random(f"{options.seed}/{number}")  # noqa: S311 - a simulation's dice
        key = f"{rng.getrandbits(48):012x}"
        self._socket = socket
        self._key_is_good = key_is_good
        self._outbox: asyncio.Queue[str | _Closing] = asyncio.Queue()
        self.wire = Wire(self._outbox.put_nowait, asyncio.get_running_loop(), key)
        self.settings = SessionSettings(
            f"sess_{key}", model, int(opened_at_unix + options.lifetime)
        )
        self.conversation = Conversation(f"conv_{key}")
        self._state = SessionState(
            self.wire, self.settings, self.conversation, senses or ToneSenses(), options, rng
        )
        self.responder = Responder(self._state, mind_for, self._response_ended)
        self.listener = Listener(self._state, self.responder)
        self._events = ClientEvents(self._state, self.responder, self.listener)
        self.wire.odd_events = options.faults.odd_events

    @property
    def received(self) -> list[dict[str, Any]]:
        """Every event of the client's but audio appends, decoded, in order."""
        return self._events.received

    @property
    def items(self) -> dict[str, Item]:
        """Every item there ever was, with how much of it was sent, cut or deleted."""
        return self.conversation.ledger

    @property
    def faults(self) -> Faults:
        """What goes wrong from now on; may be set in mid session."""
        return self._state.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._state.options = replace(self._state.options, faults=faults)
        self.wire.odd_events = faults.odd_events

    async def run(self) -> None:
        """Serve until the client leaves, the session expires or its socket is dropped."""
        writer = asyncio.create_task(self._write(), name="simulated model: writer")
        try:
            self._open()
            while True:
                self.receive(await self._socket.receive())
        except SocketClosedError:
            pass
        finally:
            self.wire.close()
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer

    def receive(self, message: str | bytes) -> None:
        """Take one message of the client's and answer it."""
        self._events.handle(message)

    def send_error(
        self, code: str, message: str = "Simulated.", kind: str = "server_error"
    ) -> None:
        """Send an ``error`` event that nothing caused (a fault on demand)."""
        self.wire.fail(ClientError(message, code, kind=kind))

    def fail_next_response(self, code: str) -> None:
        """Let the next response fail with this code (a fault on demand)."""
        self.responder.fail_next = code

    def expire(self) -> None:
        """End the session as its maximum duration does (pollen-robotics captures of expiry)."""
        self.wire.fail(ClientError(_EXPIRED, "session_expired"))
        self._close(_GOING_AWAY, _EXPIRED)

    async def drop(self) -> None:
        """Break the socket off at once, unsent events and all (a fault on demand)."""
        self.wire.close()
        if isinstance(self._socket, Tearable):
            await self._socket.tear()
        else:
            await self._socket.close(1011, "dropped")

    def _open(self) -> None:
        if not self._key_is_good:
            # The upgrade succeeds all the same; then one error and a close (stdapi-ai/stdapi.ai,
            # tests run against OpenAI).
            self.wire.fail(ClientError("Incorrect API key provided.", "invalid_api_key"))
            self._close(*_BAD_KEY_CLOSE)
            return
        self.wire.emit("session.created", session=self.settings.effective)
        self.wire.later(self._state.options.lifetime, self.expire)
        if self.faults.drop_after is not None:
            self.wire.later(self.faults.drop_after, self._drop_soon)

    def _drop_soon(self) -> None:
        self._dropping = asyncio.create_task(self.drop(), name="simulated model: drop")

    def _close(self, code: int, reason: str) -> None:
        self._outbox.put_nowait(_Closing(code, reason))
        self.wire.close()

    async def _write(self) -> None:
        try:
            while True:
                message = await self._outbox.get()
                if isinstance(message, _Closing):
                    await self._socket.close(message.code, message.reason)
                    return
                await self._socket.send(message)
        except SocketClosedError:
            self.wire.close()

    def _response_ended(self, generation: Generation) -> None:
        self.listener.response_ended(generation)
