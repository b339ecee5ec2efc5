"""The frames that tell of turns: what was said, what of it was heard, when one is over."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipecat.frames.frames import SystemFrame, TranscriptionFrame

from processors.state.turn import Turn


@dataclass
class CallerTranscriptionFrame(TranscriptionFrame):
    """The caller's words of one turn, however late.

    Parameters:
        item_id: The conversation item that they are the words of.
    """

    item_id: str = ""


@dataclass
class CallerNotTranscribedFrame(SystemFrame):
    """The caller's words of one turn will not come.

    Parameters:
        item_id: The conversation item.
        code: Why, as the model puts it; may be empty.
    """

    item_id: str
    code: str = ""


@dataclass
class AssistantCutFrame(SystemFrame):
    """It is known what of an item was heard before it was cut, and the model is told.

    Parameters:
        item_id: The conversation item.
        heard_ms: What was heard of its audio, ms; 0: nothing.
        sent_ms: What had been sent to the phone, ms.
    """

    item_id: str
    heard_ms: int = 0
    sent_ms: float = 0.0


@dataclass
class TurnEndedFrame(SystemFrame):
    """A turn is over, and its words are what they will be; goes both ways.

    The transcript in ``CallContext`` has it with all turns before.

    Parameters:
        turn: The turn.
    """

    turn: Turn = field(default_factory=lambda: Turn("", "caller"))
