"""The frames that carry a call's audio, and what is known of the model's.

µ-law frames carry the base64 string exactly as the peer sent it. Whoever asks for ``.audio``
gets it decoded to PCM16 at 8 kHz, so any stock processor can read it; nobody on the straight
path asks. They build no name string and no metadata until asked: at 50 frames a second and
call, that was a visible part of the whole cost.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame, SystemFrame
from pipecat.utils.utils import obj_id

from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16

if TYPE_CHECKING:
    from processors.state.playback import Purpose

PCMU_SAMPLE_RATE = 8000
"""Hz; G.711 is one byte a sample, so 8 bytes are 1 ms (ITU-T G.711; Twilio, Media Streams)."""


def payload_bytes(payload: str) -> int:
    """How many bytes a base64 string holds, without decoding it."""
    return len(payload) * 3 // 4 - payload.count("=", -2)


class _PcmuAudio:
    """A base64 µ-law payload that poses as PCM16 for whoever asks.

    ``id``, ``name`` and ``metadata`` are made on first use: pipecat fills them eagerly.
    """

    payload: str
    sample_rate = PCMU_SAMPLE_RATE
    num_channels = 1
    pts: int | None = None
    broadcast_sibling_id: int | None = None
    transport_source: str | None = None
    transport_destination: str | None = None

    @property
    def audio(self) -> bytes:
        """The audio as PCM16, 8 kHz, mono; decoded anew at each call."""
        return pcmu_to_pcm16(binascii.a2b_base64(self.payload))

    @audio.setter
    def audio(self, pcm16: bytes) -> None:
        """Replace the audio (PCM16, 8 kHz, mono): the payload follows, unless it says so now."""
        if pcm16 != self.audio:  # a copier sets what it read: the bytes stay as they came
            self.payload = binascii.b2a_base64(pcm16_to_pcmu(pcm16), newline=False).decode("ascii")

    @property
    def num_frames(self) -> int:
        """Samples in the payload."""
        return payload_bytes(self.payload)

    @num_frames.setter
    def num_frames(self, samples: int) -> None:
        """Ignore what a copier sets: the payload decides."""

    @property
    def duration_ms(self) -> float:
        """How long the payload plays, in ms."""
        return payload_bytes(self.payload) / 8

    def __getattr__(self, name: str) -> Any:
        # Only reached for what __init__ did not set.
        value: Any
        if name == "id":
            value = obj_id()
        elif name == "name":
            value = f"{type(self).__name__}#{self.id}"
        elif name == "metadata":
            value = {}
        else:
            raise AttributeError(name)
        setattr(self, name, value)
        return value

    def __str__(self) -> str:
        return f"{self.name}({payload_bytes(self.payload) / 8:g} ms)"


@dataclass(init=False, repr=False, eq=False)
class PcmuInputFrame(_PcmuAudio, InputAudioRawFrame):
    """Caller audio as Twilio sent it: base64 µ-law, 8 kHz, mono.

    Parameters:
        payload: base64, byte for byte what goes to the model.
        timestamp_ms: Twilio's media clock, ms since the stream's start.
    """

    payload: str
    timestamp_ms: int
    # What pipecat's copiers must not hand to __init__: the payload says it all.
    audio: bytes = field(init=False)
    sample_rate: int = field(init=False)
    num_channels: int = field(init=False)
    interruptible: bool = field(default=True, init=False)

    def __init__(self, payload: str, timestamp_ms: int = 0) -> None:
        self.payload = payload
        self.timestamp_ms = timestamp_ms


@dataclass(init=False, repr=False, eq=False)
class PcmuOutputFrame(_PcmuAudio, OutputAudioRawFrame):
    """Assistant audio as the model sent it: base64 µ-law, 8 kHz, mono.

    Parameters:
        payload: base64, byte for byte what goes to the phone.
        response_id: The model's response that this is part of.
        item_id: The conversation item; what a truncation names.
        content_index: The item's content part.
        purpose: What this speech is for, which decides whether it may be interrupted.
    """

    payload: str
    item_id: str
    content_index: int
    response_id: str
    purpose: Purpose
    # What pipecat's copiers must not hand to __init__: the payload says it all.
    audio: bytes = field(init=False)
    sample_rate: int = field(init=False)
    num_channels: int = field(init=False)
    interruptible: bool = field(default=True, init=False)

    def __init__(
        self,
        payload: str,
        item_id: str = "",
        content_index: int = 0,
        response_id: str = "",
        purpose: Purpose = "answer",
    ) -> None:
        self.payload = payload
        self.item_id = item_id
        self.content_index = content_index
        self.response_id = response_id
        self.purpose = purpose


@dataclass
class ModelPcmFrame(OutputAudioRawFrame):
    """Assistant audio that is not µ-law, because the model confirmed another format.

    Parameters:
        item_id: The conversation item.
        content_index: The item's content part.
        response_id: The model's response that this is part of.
        purpose: What this speech is for.
    """

    item_id: str = ""
    content_index: int = 0
    response_id: str = ""
    purpose: Purpose = "answer"


@dataclass
class ModelAudioFrame(SystemFrame):
    """Which audio the model confirmed; None while it has no session.

    Parameters:
        input_format: What it takes: ``audio/pcmu``, ``audio/pcma`` or ``audio/pcm``.
        output_format: What it gives, likewise.
        input_rate: Hz of the PCM that it takes; OpenAI's is 24 kHz (``openai`` package,
            ``realtime/realtime_audio_formats.py``).
    """

    input_format: str | None = None
    output_format: str | None = None
    input_rate: int = 24000
