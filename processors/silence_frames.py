"""The frames about a caller who does not speak."""

from __future__ import annotations

from dataclasses import dataclass

from pipecat.frames.frames import ControlFrame, SystemFrame


@dataclass
class WaitForCallerFrame(ControlFrame):
    """The caller asked for a moment: nobody is to ask them whether they are there until it is over.

    Whoever pushes it has told the model to stay silent. It holds for the time that the call file
    gives, or until they speak.

    Parameters:
        reason: In a few words, for the record.
    """

    reason: str = ""


@dataclass
class CallerSilentFrame(SystemFrame):
    """Nobody spoke for so long that the assistant speaks up; goes both ways.

    Parameters:
        number: How often that was since the caller last said something, from 1.
        gives_up: It was the last time: the call is ended.
    """

    number: int
    gives_up: bool = False
