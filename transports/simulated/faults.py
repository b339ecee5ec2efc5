"""How the simulated model behaves: its pace, and what goes wrong on demand.

Each fault mirrors something that was reported of the real API or is allowed by its reference;
the field says where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from transports.simulated.scripted_turns import ScriptedTurns


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong in a session; nothing by default.

    Attributes:
        late_deltas: Audio deltas of a cancelled response that still arrive after its
            ``response.done`` (openai-agents-js, Twilio transport: late audio is dropped).
        odd_events: Unknown fields in events and unknown events between them (vendors add
            both; pipecat-ai/pipecat#3960 shows a client that broke).
        refuse_truncate_zero: A truncation at 0 ms is answered as if the item had no audio
            (livekit/agents, realtime model tests).
        audio_shortfall_ms: The server believes each item this much shorter than what it sent;
            85 was seen (pipecat-ai/pipecat#2106).
        ignore_format: ``session.updated`` confirms ``audio/pcm`` whatever was asked, and that
            is what flows (PatterAI/Patter#154: the caller hears static).
        settings_delay: Seconds until ``session.updated`` comes.
        drop_after: Seconds after which the socket breaks off without a close frame
            (pipecat-ai/pipecat#5305: a dead socket went unnoticed).
        failed_responses: Which responses fail, counted from 1, with which code, in
            ``response.done`` and without an ``error`` event (livekit/agents handles
            ``insufficient_quota`` there). ``content_filter`` makes one ``incomplete`` before a
            word of it was said (``openai`` package, ``realtime/realtime_response_status.py``).
        unintelligible: Transcription fails with ``audio_unintelligible`` (OpenAI, Realtime API
            reference, ``input_audio_transcription.failed``).
    """

    late_deltas: int = 0
    odd_events: bool = False
    refuse_truncate_zero: bool = False
    audio_shortfall_ms: int = 0
    ignore_format: bool = False
    settings_delay: float = 0.0
    drop_after: float | None = None
    failed_responses: Mapping[int, str] = field(default_factory=dict)
    unintelligible: bool = False


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """The pace and manners of the simulated model.

    Attributes:
        api_key: The only key that is good; None takes any that is not empty.
        first_delta: Seconds from a response's creation to its first output.
        speed_up: Audio is generated this many times faster than it plays; 0 means at once.
        burst_ms: Shortest and longest audio in one delta; sizes between are drawn, odd ones too.
        transcript_lead_ms: How far transcript deltas run ahead of the audio; negative: lag.
        text_chars_per_delta: Characters in one text or arguments delta.
        transcription_delay: Seconds from a turn's commit to its transcript; the transcript may
            well land after the answer began (OpenAI, ``input_audio_transcription.completed``).
        idle_rearms: Whether ``idle_timeout_ms`` starts anew after the response it triggered.
        commentary: Speak a short ``commentary`` item before each answer, as gpt-realtime-2 does
            (OpenAI, Realtime prompting guide).
        lifetime: Seconds until the session expires; 60 minutes on the real API.
        seed: Of everything that is drawn.
        faults: What goes wrong.
        turns: What it says and calls before it answers by itself; used up as it does.
    """

    api_key: str | None = None
    first_delta: float = 0.25
    speed_up: float = 6.0
    burst_ms: tuple[float, float] = (40.0, 400.0)
    transcript_lead_ms: int = 300
    text_chars_per_delta: int = 12
    transcription_delay: float = 0.3
    idle_rearms: bool = True
    commentary: bool = False
    lifetime: float = 3600.0
    seed: int = 0
    faults: Faults = field(default_factory=Faults)
    turns: ScriptedTurns = field(default_factory=ScriptedTurns)
