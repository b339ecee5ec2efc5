"""Turns of the simulated model that somebody wrote for it: what it says, calls, how long it takes.

A test of the runtime can so bring about what a model may do and the simple brain never does. Where
no turn is left, or the next one waits for words that were not said yet, the brain answers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from transports.simulated.brain_script import BrainRequest, Line, Output


@dataclass(frozen=True, slots=True)
class ScriptedTurn:
    """One response of the model's.

    Attributes:
        outputs: What it says and calls, in order.
        on: Words that must have been said since the assistant last spoke; empty: any.
        after: The tool whose output must have come in since then; empty: any.
        takes: Seconds until its first output; None: as long as the model always takes.
    """

    outputs: tuple[Output, ...]
    on: str = ""
    after: str = ""
    takes: float | None = None


class ScriptedTurns:
    """What the model has still to say, whatever session it is in."""

    def __init__(self, turns: Iterable[ScriptedTurn] = ()) -> None:
        self._turns = deque(turns)

    @property
    def left(self) -> tuple[ScriptedTurn, ...]:
        """The turns that did not come about."""
        return tuple(self._turns)

    def next(self, request: BrainRequest) -> ScriptedTurn | None:
        """The turn that answers a request; None: the brain is to.

        What the runtime asks for aside, or in words of its own, is always the brain's.
        """
        if not self._turns or request.aside or request.instructions:
            return None
        turn = self._turns[0]
        fresh = _since_assistant(request.lines)
        if turn.on and not any(
            line.who == "caller" and turn.on.lower() in line.text.lower() for line in fresh
        ):
            return None
        if turn.after and turn.after not in _tools_done(request.lines, fresh):
            return None
        return self._turns.popleft()


def _since_assistant(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """What came after the assistant's last words."""
    said = (at for at, line in enumerate(lines) if line.who == "assistant" and line.text)
    return lines[max(said, default=-1) + 1 :]


def _tools_done(lines: tuple[Line, ...], fresh: tuple[Line, ...]) -> set[str]:
    names = {line.call_id: line.name for line in lines if line.who == "tool_call"}
    return {names.get(line.call_id, "") for line in fresh if line.who == "tool_output"}
