"""``send_sms``: the assistant sends a text message, to the caller or to whom the file names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pipecat.services.llm_service import FunctionCallParams
from pydantic import Field

from processors.call_tool import Tool, ToolConfig, ToolError
from processors.context import CallContext
from processors.fields import NUMERIC, PhoneNumber
from processors.state.caller_number import is_number
from processors.state.detail_values import DetailField
from processors.text_messages import MESSAGES, Messages

MOST_LETTERS: Final = 1600
"""Characters of a message; Twilio refuses longer ones."""

CALLER: Final = "caller"


class SendSmsTool(ToolConfig):
    """Lets the assistant send a text message: to the caller, or to a number that stands here."""

    type: Literal["send_sms"]
    """Names this tool."""

    description: Annotated[str, Field(min_length=1)] = (
        "Send a text message. Say first what it will hold, and ask whether that is wanted."
    )
    """When the model is to call it."""

    to: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")], PhoneNumber] = Field(
        default_factory=dict
    )
    """Who else gets messages, by a name that the model knows them by, as in {on_call: "+1555…"}."""

    sender: PhoneNumber | None = None
    """The number that it comes from. null: the one that was called."""

    begins_with: str = ""
    """What every message begins with, such as the name of the business."""

    most: Annotated[int, Field(ge=1, le=20), NUMERIC] = 3
    """How many messages one call sends at most."""

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.type

    def tools(self, details: Sequence[DetailField] = ()) -> tuple[Tool, ...]:
        """Make the function."""
        text = {"type": "string", "description": "The words, in one or two short sentences."}
        to = {
            "type": "string",
            "enum": [CALLER, *self.to],
            "description": "Who gets it; left out: the caller, at the number they call from.",
        }
        parameters = {"type": "object", "properties": {"text": text}, "required": ["text"]}
        if self.to:
            parameters["properties"] = {"text": text, "to": to}
        tool = Tool(self.type, self.description, parameters, self._run, self.timeout, self.filler)
        return (tool,)

    async def _run(self, params: FunctionCallParams) -> None:
        call: CallContext = params.app_resources
        messages: Messages | None = call.resources.get(MESSAGES)
        if messages is None:
            raise ToolError("can't be used: nobody sends messages for this business")
        refusal = self._refusal(call, params.arguments)
        if refusal:
            await params.result_callback({"sent": False, "why": refusal})
            return
        text = f"{self.begins_with} {params.arguments['text']}".strip()[:MOST_LETTERS]
        number = self._number(call, params.arguments)
        call.messages_sent += 1
        sent = await messages.send_sms(
            number, self.sender or call.info.called, text, call.info.account_sid
        )
        call.record("sms", sent=sent, to=str(params.arguments.get("to") or CALLER))
        if not sent:
            raise ToolError("could not send the message")
        await params.result_callback({"sent": True})

    def _number(self, call: CallContext, arguments: Any) -> str:
        to = arguments.get("to") or CALLER
        return call.info.caller if to == CALLER else self.to[to]

    def _refusal(self, call: CallContext, arguments: Any) -> str:
        """Why nothing is sent; empty: nothing speaks against it."""
        to = arguments.get("to") or CALLER
        text = arguments.get("text")
        if not isinstance(text, str) or not text.strip():
            return "there are no words to send"
        if to != CALLER and to not in self.to:
            return f"messages go to {', '.join((CALLER, *self.to))}, and to nobody else"
        if to == CALLER and not is_number(call.info.caller):
            return "the caller's number is not known"
        if not (self.sender or call.info.called):
            return "there is no number to send from"
        if call.messages_sent >= self.most:
            return f"this call has sent {self.most} messages, and sends no more"
        return ""
