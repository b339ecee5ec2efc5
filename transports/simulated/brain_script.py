"""What the simulated model knows, and the small language it and its server share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

END_CALL: Final = "end_call"
"""The tool by which the assistant ends the call."""

WAIT_FOR_CALLER: Final = "wait_for_caller"
"""The tool by which it says nothing while the caller is busy."""


class ChecklistItem(NamedTuple):
    """One thing to ask the caller for.

    Attributes:
        field: Its name in the call file, like ``beds_and_baths``.
        ask: The question, as it is spoken.
        confirm: Read the answer back before going on.
        required: Ask for it; otherwise it is taken when it is offered.
        type: What the answer is, by the call file's names; ``text`` says nothing.
        choices: What it can be, for ``choice``.
    """

    field: str
    ask: str
    confirm: bool = False
    required: bool = True
    type: str = "text"
    choices: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The field as it is spoken."""
        return self.field.replace("_", " ")


@dataclass(frozen=True, slots=True)
class BrainScript:
    """Everything the simulated model may say of a business: it never states anything else.

    Attributes:
        business: Its name.
        greeting: First words.
        disclosure: Said before the greeting; may be empty.
        goodbye: Last words.
        checklist: What to ask for, in order, one at a time.
        facts: Sentences that answer questions.
        follow_up: Said when no fact answers.
        boundaries: What must not be said, point by point, in the call file's words.
        escalation: When a person must take over, likewise.
    """

    business: str = "our office"
    greeting: str = ""
    disclosure: str = ""
    goodbye: str = "Thank you for calling. Goodbye."
    checklist: tuple[ChecklistItem, ...] = ()
    facts: tuple[str, ...] = ()
    follow_up: str = "I don't have that information. Someone will follow up with you."
    boundaries: tuple[str, ...] = ()
    escalation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened in the conversation, as the model knows it.

    Attributes:
        who: Whose line it is.
        text: The words; of the assistant's only those that the caller heard.
        silent: The idle timeout made this line: the caller said nothing.
        name: The function, for ``tool_call``.
        call_id: Ties a ``tool_call`` and its ``tool_output``.
        arguments: Of a ``tool_call``: JSON, as they were sent.
    """

    who: Literal["caller", "assistant", "system", "tool_call", "tool_output"]
    text: str = ""
    silent: bool = False
    name: str = ""
    call_id: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the client offers.

    Attributes:
        name: Its name.
        description: What it is for.
        parameters: JSON Schema of its arguments.
    """

    name: str
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BrainRequest:
    """What one response is to be made from.

    Attributes:
        lines: The conversation, or the context that the client gave instead.
        instructions: Those of this response alone; empty if it has none.
        briefing: What the model is told for this response: the session's instructions, or those.
        tools: What may be called.
        tool_choice: ``auto``, ``none``, ``required``, or the name of the one to call.
        parallel: Whether several may be called at once.
        aside: An out-of-band response: nobody will hear it.
    """

    lines: tuple[Line, ...] = ()
    instructions: str = ""
    briefing: str = ""
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    parallel: bool = True
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """A message of the assistant's.

    Attributes:
        text: Its words.
        phase: ``commentary`` before the work, ``final_answer`` after it, or empty.
    """

    text: str
    phase: Literal["", "commentary", "final_answer"] = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A function call of the assistant's.

    Attributes:
        name: The function.
        arguments: By name.
    """

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


Output = Say | Call
