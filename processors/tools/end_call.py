"""``end_call``: the model ends the call, with a goodbye if it has not said one."""

from __future__ import annotations

from typing import Final

from pipecat.services.llm_service import FunctionCallParams

from processors.call_tool import SAY_NOTHING
from processors.context import CallContext
from processors.frames import EndCallFrame
from processors.state.farewell import said_farewell
from processors.state.tool_calls import GoOn

SAY_GOODBYE: Final = (
    "The call will be ended. Say goodbye to the caller now, in one short sentence. "
    "Do not ask anything any more."
)
CALL_ENDS: Final = "The call ends now. Say nothing more."


async def end_call(params: FunctionCallParams, reason: str) -> GoOn:
    """End the phone call. Use it when the caller says goodbye or needs nothing more.

    Args:
        params: Of the call, by pipecat.
        reason: Why the call ends, in a few words.
    """
    call: CallContext = params.app_resources
    said = said_farewell(call.transcript, params.tool_call_id, call.speech.goodbye)
    await params.llm.push_frame(EndCallFrame(reason=reason, goodbye_said=said))
    if said:
        await params.result_callback(CALL_ENDS, properties=SAY_NOTHING)
        return GoOn.SILENT
    await params.result_callback(SAY_GOODBYE)
    return GoOn.GOODBYE
