"""``wait_for_caller``: the caller asked for a moment, and the assistant stays silent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from pipecat.services.llm_service import FunctionCallParams

from processors.call_tool import SAY_NOTHING, Tool, ToolConfig, direct_tool
from processors.silence_frames import WaitForCallerFrame
from processors.state.detail_values import DetailField
from processors.state.tool_calls import GoOn

STAY_SILENT: Final = "Say nothing now. Wait until the caller speaks to you again."


class WaitForCallerTool(ToolConfig):
    """Lets the assistant say nothing when the caller says "one moment" or talks to others."""

    type: Literal["wait_for_caller"]
    """Names this tool. `silence` says how long it waits (`wait`)."""

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.type

    def tools(self, details: Sequence[DetailField] = ()) -> tuple[Tool, ...]:
        """Make the function."""
        return (direct_tool(wait_for_caller, self.timeout),)


async def wait_for_caller(params: FunctionCallParams, reason: str) -> GoOn:
    """Say nothing and wait.

    Use it when the caller asks for a moment, talks to somebody else, or makes sounds that are not
    meant for you.

    Args:
        params: Of the call, by pipecat.
        reason: What the caller is doing, in a few words.
    """
    await params.llm.push_frame(WaitForCallerFrame(reason=reason))
    await params.result_callback(STAY_SILENT, properties=SAY_NOTHING)
    return GoOn.SILENT
