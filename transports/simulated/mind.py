"""What decides on the words of the simulated model: a script, or a mind that reads the call file.

A mind is asked once for each response, is synchronous, and keeps nothing between two answers: the
request holds the whole conversation as the caller heard it. So a mind may be asked in a worker
thread, twice, or for an answer that nobody waits for any more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from transports.simulated.brain_script import BrainRequest, Output


class Mind(Protocol):
    """Answers for one session."""

    def reply(self, request: BrainRequest) -> list[Output]:
        """What the model says and calls, in order; never empty."""
        ...


MindFor = Callable[[str], Mind]
"""The mind for a session's instructions: the composed prompt, as the API carries it.

It is called anew for each response, as a client may update its session; what it makes of a prompt
is worth keeping.
"""
