"""The eval harness holds a phone: it speaks or types, and reads what happens on the call."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from loguru import logger
from pipecat.audio.utils import create_stream_resampler
from pipecat.evals.serializer import EvalConnectionFlags

from processors.audio_frames import PCMU_SAMPLE_RATE
from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16
from processors.state.journal import Entry
from transports.pipecat_eval import messages
from transports.simulated.person import Act, PressDigits, Speak
from transports.socket import Socket, SocketClosedError


class EvalDesk:
    """The ``Person`` of a simulated phone, moved by the harness at the far end of a socket."""

    def __init__(
        self,
        socket: Socket,
        flags: EvalConnectionFlags,
        *,
        typed: Callable[[str], Awaitable[None]],
    ) -> None:
        """Set up.

        Args:
            socket: To the harness, its first message read.
            flags: What that asked for.
            typed: Takes what the user says in writing.
        """
        self._socket = socket
        self._flags = flags
        self._typed = typed
        self._acts: list[Act] = []
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._resampler = create_stream_resampler()
        self.ready = asyncio.Event()

    # The phone's person.

    def heard(self, pcmu: bytes, at: float) -> None:
        """Hand on what is heard, if the harness listens."""
        if self._flags.capture_bot_audio:
            payload = base64.b64encode(pcmu_to_pcm16(pcmu)).decode("ascii")
            self._outgoing.put_nowait(messages.bot_audio(payload, PCMU_SAMPLE_RATE))

    def tick(self, now: float) -> Sequence[Act]:
        """Do what the harness wants done."""
        acts, self._acts = self._acts, []
        return acts

    # The call, and the harness.

    def journal_says(self, entry: Entry) -> None:
        """Tell the harness what happens on the call."""
        for text in messages.told(entry):
            self._outgoing.put_nowait(text)

    async def write(self) -> None:
        """Send what there is to tell, until the harness is gone."""
        while True:
            try:
                await self._socket.send(await self._outgoing.get())
            except SocketClosedError:
                return

    async def read(self) -> None:
        """Take what the harness wants, until it ends the session or is gone."""
        while True:
            try:
                message = messages.read(await self._socket.receive())
            except SocketClosedError:
                return
            if message is None:
                continue
            if messages.is_cancel(message):
                return
            await self._take(message)

    async def _take(self, message: dict[str, Any]) -> None:
        data = message.get("data")
        given = data if isinstance(data, dict) else {}
        match message.get("type"):
            case "client-ready":
                self._outgoing.put_nowait(messages.ready(str(message.get("id", ""))))
                self.ready.set()
            case "send-text":
                await self._typed(str(given.get("content", "")))
            case "dtmf":
                self._acts.append(PressDigits("".join(map(str, given.get("buttons", [])))))
            case "raw-audio":
                await self._speak(given)
            case other:
                logger.debug("Message of the eval harness ignored: {}", other)

    async def _speak(self, given: dict[str, Any]) -> None:
        try:
            pcm = base64.b64decode(str(given.get("base64Audio", "")), validate=True)
        except binascii.Error:
            logger.warning("Audio of the eval harness that is not base64 is dropped")
            return
        rate = int(given.get("sampleRate", PCMU_SAMPLE_RATE))
        heard = await self._resampler.resample(pcm, rate, PCMU_SAMPLE_RATE)
        if heard:
            self._acts.append(Speak(pcm16_to_pcmu(heard)))
