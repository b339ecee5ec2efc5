"""What one response is to be made with: the session's settings and the client's overrides."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from transports.simulated.audio_format import AudioFormat
from transports.simulated.brain_script import BrainRequest, Line, Tool
from transports.simulated.client_error import invalid_value
from transports.simulated.conversation import Item
from transports.simulated.item_rules import parse_item
from transports.simulated.senses import Senses, chars_audible, pcmu_ms
from transports.simulated.session_schema import RESPONSE
from transports.simulated.session_settings import check_voice
from transports.simulated.session_state import SessionState
from transports.simulated.usage import Segment, segments


@dataclass(slots=True)
class ResponseParams:
    """One response's parameters, after the overrides.

    ``instructions``, ``tools`` and the rest replace the session's for this response only, they
    are not added to them (OpenAI, Realtime API reference, ``response.create``).

    Attributes:
        aside: Out of band (``conversation: none``): belongs to no conversation.
        instructions: What the model is told: the session's, or its own instead.
        own_instructions: Its own alone; empty if it has none.
        modality: ``audio`` or ``text``.
        tools: As the client gave them.
        tool_choice: As the client gave it.
        parallel: Whether several tools may be called at once.
        max_output_tokens: A number or ``inf``.
        metadata: The client's own marks, sent back with the response.
        audio_format: Of the audio that goes out.
        voice: Its name or id.
        context: The items that the model sees.
    """

    aside: bool
    instructions: str
    own_instructions: str
    modality: str
    tools: list[dict[str, Any]]
    tool_choice: Any
    parallel: bool
    max_output_tokens: Any
    metadata: dict[str, str] | None
    audio_format: AudioFormat
    voice: Any
    context: list[Item] = field(default_factory=list)

    @property
    def token_limit(self) -> float:
        """How many tokens may be put out."""
        return math.inf if self.max_output_tokens == "inf" else float(self.max_output_tokens)

    def brain_request(self, senses: Senses) -> BrainRequest:
        """The same, as the brain takes it."""
        choice = self.tool_choice
        return BrainRequest(
            lines=tuple(lines_of(self.context, senses)),
            instructions=self.own_instructions,
            briefing=self.instructions,
            tools=tuple(
                Tool(tool["name"], tool.get("description", ""), tool.get("parameters", {}))
                for tool in self.tools
            ),
            tool_choice=choice["name"] if isinstance(choice, dict) else choice,
            parallel=self.parallel,
            aside=self.aside,
        )

    def segments(self) -> list[Segment]:
        """What the model reads, for the bill."""
        return segments(self.instructions, self.tools, self.context)


def response_params(wire: Any, state: SessionState) -> ResponseParams:
    """The parameters of a response that the client asks for.

    Raises:
        ClientError: Something in it is wrong; no response is made.
    """
    RESPONSE(wire, "response")
    session = state.settings.effective
    output = {**session["audio"]["output"], **wire.get("audio", {}).get("output", {})}
    aside = wire.get("conversation", "auto") == "none"
    if not aside and state.conversation.has_assistant_audio:
        check_voice(output["voice"], state.settings.voice)
    merged = {**session, **wire}
    return ResponseParams(
        aside=aside,
        instructions=merged["instructions"],
        own_instructions=wire.get("instructions", ""),
        modality=merged["output_modalities"][0],
        tools=merged["tools"],
        tool_choice=merged["tool_choice"],
        parallel=merged.get("parallel_tool_calls", True),
        max_output_tokens=merged["max_output_tokens"],
        metadata=wire.get("metadata"),
        audio_format=AudioFormat.from_wire(output["format"]),
        voice=output["voice"],
        context=_context(wire.get("input"), state),
    )


def lines_of(items: list[Item], senses: Senses) -> list[Line]:
    """The conversation as the model knows it: of audio, the words that are really in it."""
    lines = []
    for item in items:
        if item.type == "function_call":
            call = Line("tool_call", name=item.name, call_id=item.call_id, arguments=item.arguments)
            lines.append(call)
        elif item.type == "function_call_output":
            lines.append(Line("tool_output", item.output, call_id=item.call_id))
        elif item.role is not None:
            words = " ".join(filter(None, _words(item, senses)))
            who = "caller" if item.role == "user" else item.role
            lines.append(Line(who, words, silent=item.silent))
    return lines


def _words(item: Item, senses: Senses) -> list[str]:
    words = []
    for part in item.content:
        if part.type == "output_audio":
            heard = chars_audible(senses, part.spans, pcmu_ms(part.audio))
            words.append(part.spoken[:heard].strip())
        else:
            words.append((part.spoken or part.text).strip())
    return words


def _context(given: list[Any] | None, state: SessionState) -> list[Item]:
    """The default conversation, or the items that the client gave in its place."""
    if given is None:
        return list(state.conversation.items)
    items = []
    for index, wire in enumerate(given):
        path = f"response.input[{index}]"
        if isinstance(wire, dict) and wire.get("type") == "item_reference":
            item = state.conversation.find(str(wire.get("id")))
            if item is None:
                raise invalid_value(f"{path}.id", f"item '{wire.get('id')}' does not exist.")
            items.append(item)
        else:
            items.append(
                parse_item(
                    wire,
                    path,
                    lambda: state.wire.new_id("item"),
                    state.settings.input_format,
                    state.listen_to,
                )
            )
    return items
