"""The model's function calls: run once, answered once, and then it goes on."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from processors.state.responses import ResponseLedger
from processors.state.tool_calls import GoOn, ToolCalls
from processors.state.transcript import Transcript
from processors.state.turn import ToolUse
from processors.tool_frames import ToolFailedFrame
from transports.openai_realtime import client_events
from transports.openai_realtime.events import Item, OutputItemDone
from transports.openai_realtime.owner import DialogueOwner, Handlers, Send


class FunctionCalls:
    """Starts what the model calls, and hands the outputs back."""

    def __init__(
        self,
        owner: DialogueOwner,
        transcript: Transcript,
        responses: ResponseLedger,
        send: Send,
        go_on: Callable[[GoOn], Awaitable[None]],
    ) -> None:
        """Begin with none running.

        Args:
            owner: Who runs them.
            transcript: Where they are noted.
            responses: Tells which response is on the conversation.
            send: Sends a client event.
            go_on: Has the model do what follows the outputs.
        """
        self._owner = owner
        self._transcript = transcript
        self._responses = responses
        self._send = send
        self._go_on = go_on
        self._calls = ToolCalls()
        self._of_this_session: set[str] = set()  # calls whose output is still to come
        self.handlers: Handlers = {OutputItemDone: self._output_item_done}

    async def returned(self, call_id: str, output: str, go_on: GoOn = GoOn.ANSWER) -> None:
        """Give the model a function's output; the last one of a response makes it go on.

        A session that did not make the call knows nothing of it, and is told of both.
        """
        self._transcript.returned(call_id, output)
        told = [client_events.function_output(call_id, output)]
        if call_id not in self._of_this_session:
            told = [
                event
                for tool in self._transcript.tools()
                if tool.call_id == call_id
                for event in client_events.replay(tool)
            ]
        self._of_this_session.discard(call_id)
        for event in told:
            await self._send(event)
        await self._go_on(self._calls.finished(call_id, go_on))

    async def response_ended(self, response_id: str) -> None:
        """A response is over: if its calls are, too, the model goes on."""
        await self._go_on(self._calls.response_ended(response_id))

    def session_down(self) -> None:
        """The session that called is gone; what runs is told to the next one."""
        self._calls.session_lost()
        self._of_this_session.clear()

    async def _output_item_done(self, event: OutputItemDone) -> None:
        # A call that was cut short comes with its arguments all the same: only "completed" counts.
        item = event.item
        if (
            item.type == "function_call"
            and item.status == "completed"
            and self._responses.on_conversation(event.response_id)
        ):
            await self._call(event.response_id, item)

    async def _call(self, response_id: str, item: Item) -> None:
        if not self._calls.started(response_id, item.call_id):
            return
        self._of_this_session.add(item.call_id)
        self._transcript.called(ToolUse(item.id, item.call_id, item.name, item.arguments))
        try:
            arguments = json.loads(item.arguments or "{}")
        except ValueError:
            arguments = None
        if not isinstance(arguments, dict):
            await self._refuse(item, "The arguments were not a JSON object.")
        elif not await self._owner.call_function(item, arguments):
            await self._refuse(item, f"There is no function {item.name}. Do not call it again.")

    async def _refuse(self, item: Item, why: str) -> None:
        await self.returned(item.call_id, why)
        await self._owner.broadcast_frame(
            ToolFailedFrame, function_name=item.name, call_id=item.call_id, reason="refused"
        )
