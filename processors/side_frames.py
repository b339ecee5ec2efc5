"""The frames by which any processor asks the model something that the caller never hears."""

from __future__ import annotations

from dataclasses import dataclass

from pipecat.frames.frames import ControlFrame, SystemFrame


@dataclass
class SideQuestionFrame(ControlFrame):
    """Ask the model beside the conversation (towards the model); it answers in text.

    Nobody hears it; the call goes on meanwhile, and so does the answer when the caller speaks. A
    ``SideAnswerFrame`` always comes of it, but whoever asks must have a limit of their own to how
    long they wait.

    Parameters:
        key: What the asker calls it; comes back with the answer.
        purpose: What it is for, in a word, for log and record.
        instructions: What to do; they stand in place of the session's.
        text: What it is about, in place of the conversation. Empty: the whole conversation, as
            the model has it, which costs its audio anew.
    """

    key: str
    purpose: str
    instructions: str
    text: str = ""


@dataclass
class SideAnswerFrame(SystemFrame):
    """What the model answered beside the conversation; goes both ways.

    Parameters:
        key: What the asker called the question.
        purpose: What it was for.
        text: What the model wrote.
        ok: Whether it was written to its end; otherwise there is no text.
        seen_item_id: The newest item of the conversation when it was asked.
    """

    key: str
    purpose: str
    text: str = ""
    ok: bool = False
    seen_item_id: str = ""
