"""Whole calls in words: real ears and voices at both ends, in virtual time.

The engines work at once, where they are asked, so a call takes as long as its recognition does.
The same words sound the same, and the same sound is made out the same, so both are kept.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pipeline.brain_script import script_finder
from pipeline.built_in_model import SPEECH_PACE
from pipeline.call_evidence import CallEvidence, CutTruth
from pipeline.catalog import Catalog
from pipeline.memory_runtime import MemoryRuntime, wall_clock
from pipeline.placed_call import PlacedCall, Placing
from pipeline.promises import check_promises
from processors.context import CallContext
from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16
from tests.whole_call.harness import understood
from transports.simulated.call_outcome import CallEnd
from transports.simulated.caller import Caller
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import CallScript, FixedScript, Step
from transports.simulated.conversation import Item
from transports.simulated.model_session import ModelSession
from transports.simulated.model_sessions import ModelSessions
from transports.simulated.recording import Recording
from transports.simulated.senses import Piece, Span, Speaking
from transports.simulated.sids import SeededSids
from transports.simulated.speech.engines import Engines, SpeakingVoice
from transports.simulated.speech_senses import SpeechSound
from transports.simulated.talk.likeness import VectorLikeness
from transports.simulated.talk.talker import talkers
from transports.simulated.vad import Sound

T = TypeVar("T")


class Engineered:
    """The engines, each asked for the same thing once."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self._heard: dict[bytes, str] = {}
        self._said: dict[tuple[int, str], list[Piece]] = {}

    def hear(self, pcmu: bytes) -> str:
        if pcmu not in self._heard:
            self._heard[pcmu] = self.engines.recognizer.transcribe(pcmu_to_pcm16(pcmu))
        return self._heard[pcmu]

    def pieces(self, voice: SpeakingVoice, text: str) -> list[Piece]:
        key = id(voice), text
        if key not in self._said:
            made = voice.stream(text)
            self._said[key] = [Piece(one.text, pcm16_to_pcmu(one.pcm16)) for one in made]
        return self._said[key]


class CallerVoice:
    """The caller's."""

    def __init__(self, engineered: Engineered, recorded: Mapping[str, bytes]) -> None:
        self._engineered = engineered
        self._recorded = recorded

    def speak(self, text: str) -> bytes:
        if text in self._recorded:
            return self._recorded[text]
        voice = self._engineered.engines.caller_voice
        return b"".join(piece.pcmu for piece in self._engineered.pieces(voice, text))

    def hear(self, pcmu: bytes) -> str:
        return self._engineered.hear(pcmu)


class ModelSenses:
    """The model's, that answer where they are asked."""

    early_ms: int | None = None

    def __init__(self, engineered: Engineered) -> None:
        self._engineered = engineered

    def new_sound(self) -> Sound:
        return SpeechSound(self._engineered.engines.new_detector())

    def hear(self, pcmu: bytes) -> asyncio.Future[str]:
        return done(self._engineered.hear(pcmu))

    def speak(self, text: str, speed: float = 1.0) -> Speaking:
        pieces = iter([*self._engineered.pieces(self._engineered.engines.voice, text), None])
        return lambda: done(next(pieces))

    def chars_audible(self, span: Span, ms: float) -> int:
        return int(len(span.text) * min(1.0, ms / span.ms)) if span.ms else 0

    def think(self, job: Callable[[], T]) -> asyncio.Future[T]:
        return done(job())


def done(result: T) -> asyncio.Future[T]:
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    future.set_result(result)
    return future


@dataclass
class SpokenCall:
    """A call that is over."""

    evidence: CallEvidence
    caller: Caller
    sessions: list[ModelSession]
    contexts: list[CallContext]

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept."""
        end = self.evidence.outcome.ended_by
        how = end if end is CallEnd.CALLER else CallEnd.REST
        return [f"{p.text}: {p.detail}" for p in check_promises(self.evidence, how) if not p.kept]

    @property
    def heard(self) -> list[str]:
        """What the caller made out."""
        return [line.text for line in self.caller.all_heard()]

    @property
    def understood(self) -> list[str]:
        """What the model made out of the caller, turn by turn."""
        return understood(self.sessions)

    @property
    def said(self) -> list[str]:
        """What the assistant said, as the runtime's transcript has it: what was heard of it."""
        (context,) = self.contexts
        return [turn.text for turn in context.transcript.turns() if turn.role == "assistant"]

    @property
    def collected(self) -> list[dict[str, Any]]:
        """What the model saved, call by call of its tool."""
        return [json.loads(call.arguments) for call in self.called("save_details")]

    @property
    def cut(self) -> CutTruth:
        """The one cut of the call."""
        (cut,) = self.evidence.cuts()
        return cut

    def called(self, name: str) -> list[Item]:
        """The function calls of that name."""
        return [
            item
            for session in self.sessions
            for item in session.items.values()
            if item.type == "function_call" and item.name == name
        ]


async def hold(
    catalog: Catalog,
    script: CallScript | Sequence[Step],
    engineered: Engineered,
    *,
    recording: Path | None = None,
    recorded: Mapping[str, bytes] | None = None,
) -> SpokenCall:
    """Place a spoken call and hold it to its end.

    Args:
        catalog: The call file.
        script: What the caller does.
        engineered: What both ends hear and speak with.
        recording: Where to record it.
        recorded: Lines of the caller's that are played, not spoken: µ-law by their words.
    """
    likeness = VectorLikeness(engineered.engines.sentences)
    sessions = ModelSessions(
        talkers(script_finder(catalog), likeness),
        wall_clock=lambda: wall_clock().timestamp(),
        senses=ModelSenses(engineered),
        options=SPEECH_PACE,
    )
    contexts: list[CallContext] = []
    placed = PlacedCall(
        FixedScript(script) if isinstance(script, Sequence) else script,
        InstantSenses(CallerVoice(engineered, recorded or {})),
        Placing(
            new_sid=SeededSids(),
            on_call=contexts.append,
            recorder=None if recording is None else lambda _: Recording(recording),
        ),
    )
    evidence = await placed.hold(MemoryRuntime(catalog, sessions))
    return SpokenCall(evidence, placed.person, sessions.sessions, contexts)
