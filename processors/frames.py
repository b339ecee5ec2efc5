"""The frames of a phone call that pipecat has no word for.

Audio frames carry the base64 string exactly as the peer sent it. Whoever asks for ``.audio``
gets it decoded to PCM16 at 8 kHz, so any stock processor can read it; nobody on the straight
path asks. They build no name string and no metadata until asked: at 50 frames a second and
call, that was a visible part of the whole cost.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipecat.frames.frames import (
    ControlFrame,
    DataFrame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    SystemFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
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
class AssistantAudioEndFrame(DataFrame):
    """The model has sent the last byte of an item's audio (it is not yet heard).

    Parameters:
        item_id: The conversation item.
        content_index: The item's content part.
    """

    item_id: str
    content_index: int = 0


@dataclass
class PlaybackEndFrame(SystemFrame):
    """The caller has heard an item to its end (its last mark came back).

    Parameters:
        item_id: The conversation item.
        purpose: What the speech was for.
    """

    item_id: str
    purpose: Purpose = "answer"


@dataclass
class CutSettledFrame(SystemFrame):
    """It is known how much the caller heard before a cut: the model can be told."""


@dataclass
class AssistantTextFrame(LLMTextFrame):
    """A piece of what the assistant says, as text; it leads or lags the audio.

    Parameters:
        item_id: The conversation item.
        response_id: The model's response that this is part of.
    """

    item_id: str = ""
    response_id: str = ""


@dataclass
class CallerSpeechStartedFrame(UserStartedSpeakingFrame):
    """The model's VAD heard the caller begin to speak.

    Parameters:
        item_id: The item that the speech will become.
        audio_start_ms: Position in the audio written to the model's input buffer, ms.
    """

    item_id: str = ""
    audio_start_ms: int = 0


@dataclass
class CallerSpeechStoppedFrame(UserStoppedSpeakingFrame):
    """The model's VAD heard the caller stop.

    Parameters:
        item_id: The item that the speech becomes.
        audio_end_ms: Position in the audio written to the model's input buffer, ms.
    """

    item_id: str = ""
    audio_end_ms: int = 0


@dataclass
class CallerTurnCommittedFrame(SystemFrame):
    """The caller's speech is now an item of the conversation.

    Parameters:
        item_id: The item.
        answered_by_server: Whether the model answers on its own (``create_response``).
    """

    item_id: str
    answered_by_server: bool = True


@dataclass
class ResponseStartedFrame(LLMFullResponseStartFrame):
    """The model began a response on the conversation.

    Parameters:
        response_id: The model's id of it.
        purpose: What it is for.
    """

    response_id: str = ""
    purpose: Purpose = "answer"


@dataclass
class ResponseEndedFrame(LLMFullResponseEndFrame):
    """The model ended a response (completed, cancelled or failed); playback may go on.

    Parameters:
        response_id: The model's id of it.
        purpose: What it was for.
        status: completed, cancelled, failed or incomplete.
        tokens: How long the conversation is with it, all that the model reads; 0: not told.
    """

    response_id: str = ""
    purpose: Purpose = "answer"
    status: str = "completed"
    tokens: int = 0


@dataclass
class CallInterruptionFrame(InterruptionFrame):
    """The caller took the floor: stop, forget what was not heard.

    Parameters:
        reason: What they did: ``caller_speech``, which the model may hear by itself and cancel
            its response, or ``caller_key``, which it can't.
    """

    reason: str = "caller_speech"


@dataclass
class ResponseRequestFrame(ControlFrame):
    """Ask the model for a response (upstream); held while one is active.

    Parameters:
        purpose: What it is for.
        instructions: Replaces the session's instructions for this response, if given.
        exact_words: Speak exactly these words, with no other context, if given.
    """

    purpose: Purpose = "answer"
    instructions: str | None = None
    exact_words: str | None = None


@dataclass
class TurnControlFrame(ControlFrame):
    """Say who answers and interrupts on the caller's speech (upstream, to the model).

    Parameters:
        by_server: True: the model's VAD cancels and answers by itself. False: only we do.
    """

    by_server: bool


@dataclass
class ConversationTextFrame(ControlFrame):
    """Put a line of text into the model's conversation (upstream).

    Parameters:
        text: What the model reads.
        role: Whose words they are: ``user`` or ``system``.
        respond: Ask for a response after it.
    """

    text: str
    role: str = "user"
    respond: bool = True


@dataclass
class EndCallFrame(ControlFrame):
    """The assistant decided to end the call; hang up once its goodbye was heard.

    Parameters:
        reason: In a few words, for the record.
        goodbye_said: It was said already, so none follows.
        last_words: What Twilio says if no goodbye comes; empty: nothing.
    """

    reason: str = ""
    goodbye_said: bool = False
    last_words: str = ""
    interruptible: bool = field(default=False, init=False)


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
class ModelLostFrame(SystemFrame):
    """No model can be had for this call any more: tell the caller, in a voice that is not its own.

    Parameters:
        reason: Why (an error code), for log and record.
    """

    reason: str = ""
