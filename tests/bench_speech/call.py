"""Spoken calls in real time: each line of the caller's cuts into an answer and gets a new one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from pydantic import SecretStr

from pipeline.call_evidence import CallEvidence
from pipeline.catalog import Catalog
from pipeline.memory_runtime import nobody_listens, simulated_settings
from pipeline.outside import Outside
from pipeline.placed_call import Peers, PlacedCall, Placing
from pipeline.serve import serving
from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16
from transports.openai_realtime.websocket import connect_websocket
from transports.simulated.caller import Spoken
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import FixedScript, Listen, ListenUntil, Say, Step
from transports.simulated.gateway import Gateway
from transports.simulated.person import HangUp
from transports.simulated.speech.engines import Engines
from transports.simulated.stream_facts import StreamFacts

_HEARD_BEFORE_CUTTING_IN_MS: Final = 1000.0
_FRAME: Final = 80
"""10 ms, within which sound is found."""
_AUDIBLE: Final = 300.0
"""Root mean square of PCM16 from which on a sound is heard: -40 dBFS."""


class PreparedVoice:
    """Says lines that were made before the call, so that making them costs no time in it."""

    def __init__(self, engines: Engines, lines: list[str]) -> None:
        self._said = {line: _pcmu(engines, line) for line in lines}

    def speak(self, text: str) -> bytes:
        return self._said[text]

    def hear(self, pcmu: bytes) -> str:
        """Nothing: what the call says is judged by its times here."""
        return ""


@dataclass
class Turns:
    """What was measured, in seconds and milliseconds.

    Attributes:
        answered_after: From the caller's last sound to the first sound of the answer, seconds.
        silent_after: From the caller's first sound to the assistant's last, in a barge-in.
        cut_errors_ms: How far each truncation is from what was really heard.
    """

    answered_after: list[float] = field(default_factory=list)
    silent_after: list[float] = field(default_factory=list)
    cut_errors_ms: list[float] = field(default_factory=list)

    def add(self, evidence: CallEvidence, spoken: list[Spoken], voice: PreparedVoice) -> None:
        """Take over what one call showed."""
        stream = evidence.stream
        if stream is None:
            return
        sounds = list(_sounds(stream))
        for line in spoken:
            first, last = _edges(voice.speak(line.text))
            began, ended = line.started_at + first, line.started_at + last
            next_line = min((o.started_at for o in spoken if o.started_at > began), default=inf)
            answers = [at for at, _ in sounds if ended <= at < next_line]
            if answers:
                self.answered_after.append(answers[0] - ended)
            cut = [until for at, until in sounds if at < began < until]
            if cut:
                self.silent_after.append(cut[0] - began)
        self.cut_errors_ms += [
            abs(cut.error_ms) for cut in evidence.cuts() if cut.error_ms is not None
        ]


def _pcmu(engines: Engines, line: str) -> bytes:
    return pcm16_to_pcmu(b"".join(piece.pcm16 for piece in engines.caller_voice.stream(line)))


async def hold(
    catalog: Catalog, base_url: str, voice: PreparedVoice, lines: list[str], turns: Turns
) -> None:
    """One call with all these lines; what was measured is added to ``turns``."""
    steps: list[Step] = [Listen(quiet=0.5)]
    for line in lines:
        steps += [Say(line, interrupting=True), ListenUntil(ms=_HEARD_BEFORE_CUTTING_IN_MS)]
    call = PlacedCall(FixedScript([*steps, HangUp()]), InstantSenses(voice), Placing())

    @asynccontextmanager
    async def answering(peers: Peers) -> AsyncIterator[Gateway]:
        with TemporaryDirectory() as records:
            outside = Outside(
                connect=peers.listen_in(connect_websocket),
                webhook_post=nobody_listens,
                records=Path(records),
            )
            await peers.rest.start()
            settings = simulated_settings(
                peers, openai_api_key=SecretStr("sk-local"), openai_base_url=base_url
            )
            async with serving(
                catalog, settings, host="127.0.0.1", port=0,
                on_call=peers.on_call, outside=outside, announce=False,
            ) as server:  # fmt: skip
                yield Gateway(
                    f"http://127.0.0.1:{server.port}",
                    account_sid=peers.account_sid,
                    auth_token=peers.auth_token,
                )
            await peers.rest.stop()

    evidence = await call.hold(answering)
    turns.add(evidence, call.person.spoken, voice)


def _sounds(stream: StreamFacts) -> Iterator[tuple[float, float]]:
    """When the assistant was heard: (from, until) of each stretch, small pauses included."""
    audio = bytes(stream.assistant_audio)
    for run in stream.playout.runs:
        loud = _loud(audio[run.first : run.first + run.length])
        if len(loud):
            yield (
                run.started_at + loud[0] * 0.01,
                run.started_at + min((loud[-1] + 1) * 0.01, run.length / 8000),
            )


def _edges(pcmu: bytes) -> tuple[float, float]:
    """Where the sound in the audio begins and ends, seconds."""
    loud = _loud(pcmu)
    return loud[0] * 0.01, (loud[-1] + 1) * 0.01


def _loud(pcmu: bytes) -> list[int]:
    samples = np.frombuffer(pcmu_to_pcm16(pcmu), dtype="<i2").astype(np.float32)
    whole = len(samples) // _FRAME
    frames = samples[: whole * _FRAME].reshape(whole, _FRAME)
    found: list[int] = np.flatnonzero(np.sqrt((frames**2).mean(axis=1)) >= _AUDIBLE).tolist()
    return found
