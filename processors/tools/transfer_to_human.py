"""``transfer_to_human``: the model asks that a person take over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from pipecat.services.llm_service import FunctionCallParams

from processors.call_tool import Tool, ToolConfig, direct_tool
from processors.escalation_frames import EscalationRequestFrame
from processors.state.detail_values import DetailField
from processors.state.escalation.detector import REQUEST
from processors.state.tool_calls import GoOn

TAKEN: Final = "It is being seen to, and the caller is told. Say nothing about it now."
NOT_TAKEN: Final = (
    "A person was asked for already, or can't be asked now. Do not try again. Go on helping the"
    " caller, and say that somebody will call them back."
)


class TransferToHumanTool(ToolConfig):
    """Lets the assistant ask that a person take over; `escalation_detector` decides how."""

    type: Literal["transfer_to_human"]
    """Names this tool."""

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.type

    def tools(self, details: Sequence[DetailField] = ()) -> tuple[Tool, ...]:
        """Make the function."""
        return (direct_tool(transfer_to_human, self.timeout),)


async def transfer_to_human(
    params: FunctionCallParams, reason: str, details: str = ""
) -> GoOn | None:
    """Have a person take over the call.

    Use it when the caller asks for a person, or when your instructions say that one must take over.
    Do not announce it: the caller is told.

    Args:
        params: Of the call, by pipecat.
        reason: Why, in a few words.
        details: What the person should know before they take the call, in one sentence.
    """
    request = EscalationRequestFrame(REQUEST, f"{reason}. {details}" if details else reason)
    await params.llm.push_frame(request)  # direct mode: it has been decided on when this returns
    await params.result_callback(TAKEN if request.taken else NOT_TAKEN)
    return GoOn.SILENT if request.taken else None
