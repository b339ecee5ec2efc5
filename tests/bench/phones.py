"""The benchmark's phones, a process of its own: simulated callers who all call one server.

    python -m tests.bench.phones SERVER_URL CALLS SETTLE SECONDS RECORDS

It prints ``begin`` and ``end`` around the seconds that count, and writes its records.
"""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
from pathlib import Path
from typing import Final

import aiohttp
import uvloop

from tests.bench.bursts import Onsets, loud_part_of_pcmu
from tests.bench.caller import BenchCaller
from tests.bench.model import CALLERS
from tests.bench.records import Call, Clear, Media, Run, save_calls
from transports.simulated.client_socket import ClientSocket
from transports.simulated.network import LinkOptions
from transports.simulated.phone import SimulatedPhone
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.stream_facts import StreamEnd
from transports.simulated.stream_messages import (
    SILENT_FRAME,
    ClearMessage,
    MediaMessage,
    RefusedMessageError,
    StreamIds,
    decode_payload,
    read_server_message,
)
from transports.simulated.twiml import Connect, parse_twiml
from transports.socket import Socket, SocketClosedError

CALLED: Final = "+15550100001"
"""The number that ``configs/realestate.yaml`` answers."""

BETWEEN_CALLS: Final = 0.05
"""Seconds from one call to the next."""

LINE_DELAY: Final = 0.03
"""Seconds between phone and server, one way. What is measured of latency is measured at the
sockets, so it does not count there; how much was heard at a cut depends on it."""

_MEDIA: Final = '{"event":"media"'
_PAYLOAD: Final = '"payload":"'
_ACCOUNT: Final = "AC" + "0" * 32


class StampedSocket:
    """Notes what passes between a phone and the server, and when."""

    def __init__(self, socket: Socket, call: Call, heard: asyncio.Event, stream_sid: str) -> None:
        self._socket = socket
        self._call = call
        self._heard = heard
        self._stream_sid = stream_sid
        self._onsets = Onsets()
        call.onsets = self._onsets.at
        self._received = 0
        self.clears_received: list[float] = []

    async def send(self, text: str) -> None:
        if text.startswith(_MEDIA):
            now = time.monotonic()
            payload = text[text.rindex(_PAYLOAD) + len(_PAYLOAD) : -3]
            pcmu = SILENT_FRAME if payload.startswith("/////") else decode_payload(payload)
            self._onsets.passed(pcmu, now)
        await self._socket.send(text)

    async def receive(self) -> str | bytes:
        message = await self._socket.receive()
        now = time.monotonic()
        try:
            read = read_server_message(message, self._stream_sid)
        except RefusedMessageError:
            return message
        if isinstance(read, MediaMessage):
            self._media(decode_payload(read.media.payload), now)
        elif isinstance(read, ClearMessage):
            self.clears_received.append(now)
        return message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._socket.close(code, reason)

    def _media(self, pcmu: bytes, now: float) -> None:
        first, last = loud_part_of_pcmu(pcmu)
        start = self._received
        self._received += len(pcmu)
        loud = (start + first, start + last) if first >= 0 else (-1, -1)
        self._call.media.append(Media(now, start, *loud))
        self._heard.set()


class PhoneCall:
    """One call to a server."""

    def __init__(self, number: int) -> None:
        self.record = Call(f"{CALLERS}{number:04d}")
        self.heard = asyncio.Event()
        self._seed = number
        self._call_sid = f"CA{uuid.uuid4().hex}"
        self._phone: SimulatedPhone | None = None

    async def run(self, server_url: str) -> None:
        """Ring, hold the stream to its end, and note what came of it."""
        stream = await self._ring(server_url)
        inner = await ClientSocket.dial(stream.url, {})
        ids = StreamIds(_ACCOUNT, self._call_sid, f"MZ{uuid.uuid4().hex}")
        socket = StampedSocket(inner, self.record, self.heard, ids.stream_sid)
        line = LinkOptions(delay=LINE_DELAY)
        phone = SimulatedPhone(
            socket,
            ids,
            parameters=stream.parameters,
            options=PhoneOptions(up=line, down=line),
            person=BenchCaller(self._seed),
        )
        self._phone = phone
        facts = await phone.run()
        playout = facts.playout
        self.record.alive = facts.end is StreamEnd.CALLER_HUNG_UP
        self.record.runs = [Run(run.first, run.length, run.started_at) for run in playout.runs]
        self.record.clears = [
            Clear(received_at, clear.head_bytes, clear.accepted_bytes)
            for received_at, clear in zip(socket.clears_received, playout.clears, strict=False)
        ]

    def hang_up(self) -> None:
        """Put the phone down."""
        if self._phone is not None:
            self._phone.hang_up()

    async def _ring(self, server_url: str) -> Connect:
        form = {
            "CallSid": self._call_sid,
            "AccountSid": _ACCOUNT,
            "From": self.record.caller,
            "To": CALLED,
            "CallStatus": "ringing",
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{server_url}/incoming-call", data=form) as answer,
        ):
            answer.raise_for_status()
            verb = parse_twiml(await answer.text())[0]
        assert isinstance(verb, Connect), f"the server answered with {verb}"
        return verb


async def place_calls(server_url: str, calls: int, settle: float, seconds: float) -> list[Call]:
    """Place calls, let them settle, hold them for so long, hang up."""
    phones = [PhoneCall(number) for number in range(calls)]
    running: list[asyncio.Task[None]] = []
    for phone in phones:
        running.append(asyncio.create_task(phone.run(server_url)))
        await asyncio.sleep(BETWEEN_CALLS)
    await asyncio.sleep(settle)
    print("begin", flush=True)  # noqa: T201  # read by the benchmark
    await asyncio.sleep(seconds)
    print("end", flush=True)  # noqa: T201  # read by the benchmark
    for phone in phones:
        phone.hang_up()
    _, late = await asyncio.wait(running, timeout=5.0)
    for task in late:
        task.cancel()
    for outcome in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(outcome, BaseException) and not isinstance(
            outcome, (SocketClosedError, asyncio.CancelledError, aiohttp.ClientError, OSError)
        ):
            raise outcome
    return [phone.record for phone in phones]


def main(arguments: list[str]) -> None:
    server_url, calls, settle, seconds, path = arguments
    placed = uvloop.run(place_calls(server_url, int(calls), float(settle), float(seconds)))
    save_calls(Path(path), placed)


if __name__ == "__main__":
    main(sys.argv[1:])
