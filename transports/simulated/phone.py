"""A phone as Twilio shows it to a server: one bidirectional media stream over any socket.

It speaks from ``connected`` to ``stop``: the caller's audio every 20 ms for the whole call,
silence included, keys, and the marks that come back (Twilio, Media Streams WebSocket messages).
The line between it and the server may be slow, uneven, stalled or torn, each with the same
result for the same seed. The loop's time is its only clock; one timer drives it, so that eighty
of them fit into a process.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any, Final, Protocol, runtime_checkable

from processors.state.journal import Journal
from transports.simulated.alarm import Alarm
from transports.simulated.mark_returns import MarkReturns
from transports.simulated.mouth import Mouth
from transports.simulated.network import Link
from transports.simulated.person import Act, HangUp, Person, PressDigits, Speak
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.playout import PlayOut
from transports.simulated.recording import Recorder
from transports.simulated.stream_facts import StreamEnd, StreamFacts
from transports.simulated.stream_messages import (
    FRAME_SECONDS,
    ClearMessage,
    MarkMessage,
    MediaMessage,
    RefusedMessageError,
    StreamIds,
    StreamWriter,
    decode_payload,
    read_server_message,
)
from transports.socket import Socket, SocketClosedError

BUFFER_FULL: Final = 31931
_ROUNDING: Final = 1e-6
"""Seconds by which an event may be early and still be due."""
_WITH_STOP: Final = frozenset(
    {StreamEnd.CALLER_HUNG_UP, StreamEnd.COMPLETED_BY_REST, StreamEnd.REDIRECTED}
)


@runtime_checkable
class Tearable(Protocol):
    """A socket whose connection can be torn down without a closing handshake."""

    async def tear(self) -> None:
        """Drop the connection."""
        ...


class SimulatedPhone:
    """Holds one stream from its start to its end."""

    def __init__(
        self,
        socket: Socket,
        ids: StreamIds,
        *,
        parameters: Mapping[str, str] | None = None,
        options: PhoneOptions | None = None,
        person: Person | None = None,
        journal: Journal | None = None,
        recording: Recorder | None = None,
    ) -> None:
        self._socket = socket
        self._parameters = parameters or {}
        self._options = options or PhoneOptions()
        self._down_perfect, self._up_perfect = self._options.down.perfect, self._options.up.perfect
        self._person = person
        self._journal = journal
        self._recording = recording
        self._writer = StreamWriter(ids)
        listens = person is not None or recording is not None
        self._playout = PlayOut(
            listener=self._hear if listens else None, limit_bytes=self._options.buffer_bytes
        )
        self.facts = StreamFacts(ids, self._playout)
        self._random = Random(self._options.seed)  # noqa: S311  faults on demand, no secret
        self._marks = MarkReturns(self._options, self._random)
        self._mouth = Mouth()
        self._ticks = 0
        self._outbox: deque[str] = deque()

    async def run(self) -> StreamFacts:
        """Hold the stream until it ends, whoever ends it; returns what happened on it."""
        self._loop = asyncio.get_running_loop()
        self._alarm = Alarm()
        now = self._loop.time()
        self.facts.started_at = now
        self._down: Link[str | bytes | None] = Link(self._options.down, self._random, now)
        self._up: Link[str] = Link(self._options.up, self._random, now)
        self._send(self._writer.connected(), now)
        self._send(self._writer.start(self._parameters), now)
        self._record("stream_started", stream_sid=self.facts.ids.stream_sid)
        listening = asyncio.create_task(self._listen(), name="simulated phone listens")
        try:
            await self._keep_time()
        except SocketClosedError:
            self._ended(StreamEnd.CLOSED_BY_SERVER)
        finally:
            self._ended(StreamEnd.LINE_DIED)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await self._leave()
        return self.facts

    def speak(self, pcmu: bytes) -> None:
        """Say something, after what is still being said."""
        self._mouth.say(pcmu)

    def press(self, digits: str) -> None:
        """Press keys, one after the other."""
        for digit in digits:
            self._send(self._writer.dtmf(digit), self._loop.time())
            self._record("digit_pressed", private={"digit": digit})
        self._alarm.ring()

    def hang_up(self) -> None:
        """Put the phone down."""
        self.end(StreamEnd.CALLER_HUNG_UP)

    def end(self, why: StreamEnd) -> None:
        """End the stream now; what is queued is never heard. Harmless when it has ended."""
        self._ended(why)
        self._alarm.ring()

    # -- time

    async def _keep_time(self) -> None:
        while True:
            self._catch_up(self._loop.time() + _ROUNDING)
            while self._outbox:
                await self._socket.send(self._outbox.popleft())
            if self.facts.end is not None and self._up.next_arrival() is None:
                return
            await self._alarm.wait_until(self._next_event_at())

    def _catch_up(self, now: float) -> None:
        if not self._down_perfect:
            for sent_at, message in self._down.arrived(now):
                self._take(message, now, sent_at)
        self._live_until(now)
        if not self._up_perfect:
            self._outbox.extend(text for _, text in self._up.arrived(now))

    def _next_event_at(self) -> float:
        up = self._up.next_arrival()
        if self.facts.end is not None:
            assert up is not None
            return up
        when = self._tick_at()
        down, mark = self._down.next_arrival(), self._playout.next_event_at()
        for other in (up, down, mark, self._marks.next_at()):
            if other is not None and other < when:
                when = other
        return when

    def _live_until(self, now: float) -> None:
        """Say and return what is due, in the order of time however late this process is."""
        if self.facts.end is not None:
            return
        self._return(self._marks.overdue(now), now)
        for echo in self._playout.advance(now):
            self._tick_until(echo.at)
            self._return(self._marks.reached([echo.name], now), now)
        self._tick_until(now)

    # -- what the phone says

    def _tick_at(self) -> float:
        """When the frame that is being spoken is complete; counted, so it cannot drift."""
        return self.facts.started_at + (self._ticks + 1) * FRAME_SECONDS

    def _tick_until(self, now: float) -> None:
        while self.facts.end is None and (at := self._tick_at()) <= now:
            self._tick(at)
            elapsed = at - self.facts.started_at
            limit = self._options.hang_up_after
            if limit is not None and elapsed >= limit:
                self._ended(StreamEnd.CALLER_HUNG_UP)

    def _tick(self, at: float) -> None:
        started_ms = self._ticks * int(FRAME_SECONDS * 1000)
        self._ticks += 1
        frame = self._mouth.next_frame()
        gaps = self._options.gaps
        if not gaps or not any(gap.covers(started_ms / 1000) for gap in gaps):
            self._send(self._writer.media(frame, started_ms), at)
            self.facts.media_sent += 1
            if self._options.keep_audio:
                self.facts.caller_audio += frame
        if self._recording is not None:
            self._recording.caller(frame)
        if self._person is not None:
            for act in self._person.tick(at):
                if self.facts.end is None:
                    self._do(act)

    def _do(self, act: Act) -> None:
        if isinstance(act, Speak):
            self.speak(act.pcmu)
        elif isinstance(act, PressDigits):
            self.press(act.digits)
        else:
            assert isinstance(act, HangUp)
            self._ended(StreamEnd.CALLER_HUNG_UP)

    def _return(self, names: Iterable[str], now: float) -> None:
        for name in names:
            self._send(self._writer.mark(name), now)
            self.facts.marks_returned += 1
            self._record("mark_returned", name=name)

    def _send(self, text: str, now: float) -> None:
        if self._up_perfect:
            self._outbox.append(text)
        else:
            self._up.send(text, now)

    # -- what the phone is told

    async def _listen(self) -> None:
        message: str | bytes | None = ""
        while message is not None:
            try:
                message = await self._socket.receive()
            except SocketClosedError:
                message = None
            now = self._loop.time()
            if self._down_perfect:
                self._take(message, now, now)
            else:
                self._down.send(message, now)
            if self._outbox or self.facts.end or self._next_event_at() < self._alarm.set_for:
                self._alarm.ring()

    def _take(self, message: str | bytes | None, now: float, sent_at: float) -> None:
        self._live_until(now)
        if self.facts.end is not None:
            return
        if message is None:
            self._ended(StreamEnd.CLOSED_BY_SERVER)
            return
        try:
            read = read_server_message(message, self.facts.ids.stream_sid)
            if isinstance(read, MediaMessage):
                self._queue(decode_payload(read.media.payload), now, sent_at)
            elif isinstance(read, MarkMessage):
                self.facts.marks_received += 1
                self._playout.mark(read.mark.name, now)
            else:
                assert isinstance(read, ClearMessage)
                self._clear(now)
        except RefusedMessageError as refusal:
            self.facts.warnings[refusal.code] += 1
            self._record("message_refused", code=refusal.code)

    def _queue(self, pcmu: bytes, now: float, sent_at: float) -> None:
        self.facts.media_received += 1
        surplus = self._playout.media(pcmu, now, sent_at)
        if surplus:
            self.facts.warnings[BUFFER_FULL] += 1
        if self._options.keep_audio:
            self.facts.assistant_audio += pcmu[: len(pcmu) - surplus]
            self.facts.message_ends.append(len(self.facts.assistant_audio))

    def _clear(self, now: float) -> None:
        self._return(self._marks.reached(self._playout.clear(now), now), now)
        clear = self._playout.clears[-1]
        dropped_ms = (clear.accepted_bytes - clear.head_bytes) / 8
        self._record("cleared", dropped_ms=dropped_ms, marks=len(clear.marks))

    def _hear(self, pcmu: bytes, at: float) -> None:
        if self._recording is not None:
            self._recording.assistant(pcmu, at - self.facts.started_at)
        if self._person is not None:
            self._person.heard(pcmu, at)

    # -- the end

    def _ended(self, why: StreamEnd) -> None:
        if self.facts.end is not None:
            return
        now = self._loop.time()
        self._playout.end(now)
        self.facts.end, self.facts.ended_at = why, now
        if why in _WITH_STOP and self._options.sends_stop:
            self._send(self._writer.stop(), now)
        else:
            self._up.cut()
            self._outbox.clear()
        self._record("stream_ended", reason=why.value)

    async def _leave(self) -> None:
        torn = self.facts.end is StreamEnd.LINE_DIED or not self._options.sends_stop
        if torn and isinstance(self._socket, Tearable):
            await self._socket.tear()
        else:
            await self._socket.close()

    def _record(self, kind: str, *, private: dict[str, Any] | None = None, **fields: Any) -> None:
        if self._journal is not None:
            self._journal.record(self._loop.time(), kind, private=private, **fields)
