"""The frames of a phone call that pipecat has no word for, but for its audio (``audio_frames``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipecat.frames.frames import (
    ControlFrame,
    DataFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    SystemFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)

if TYPE_CHECKING:
    from processors.state.playback import Purpose


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
class ModelLostFrame(SystemFrame):
    """No model can be had for this call any more: tell the caller, in a voice that is not its own.

    Parameters:
        reason: Why (an error code), for log and record.
    """

    reason: str = ""
