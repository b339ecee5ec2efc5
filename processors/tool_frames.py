"""The frames about the functions that the model calls: begun, over, failed."""

from __future__ import annotations

from dataclasses import dataclass

from pipecat.frames.frames import SystemFrame


@dataclass
class ToolStartedFrame(SystemFrame):
    """A function that the model called has begun to run; goes both ways.

    Parameters:
        function_name: The function.
        call_id: Of this call of it; comes again when it is over.
        filler: What to say if it takes long, exactly so; empty: whatever is usual.
    """

    function_name: str
    call_id: str
    filler: str = ""


@dataclass
class ToolEndedFrame(SystemFrame):
    """A function that the model called is over, and the model has been told; goes both ways.

    Parameters:
        function_name: The function.
        call_id: Of this call of it.
    """

    function_name: str
    call_id: str


@dataclass
class ToolFailedFrame(ToolEndedFrame):
    """It is over because it raised, took too long, or could not be called; goes both ways.

    Parameters:
        reason: ``raised``, ``timeout`` or ``refused``.
    """

    reason: str = ""
