"""``save_details``: the model hands over what the caller answered, and is told what is amiss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from pipecat.services.llm_service import FunctionCallParams

from processors.call_tool import Tool, ToolConfig
from processors.context import CallContext
from processors.state.detail_values import DetailField, DetailType, Surroundings, region_of

_CONFIRMED: Final = "confirmed"

_HOW: Final[dict[DetailType, str]] = {
    "text": "In short, in the caller's words.",
    "phone": "A phone number in digits, with + and the country's code if the caller gave it.",
    "email": "An e-mail address, as in name@example.com.",
    "contact": "A phone number in digits, or an e-mail address.",
    "date": "A day as YYYY-MM-DD, or a time as YYYY-MM-DDTHH:MM on the business's clock.",
    "birthday": "A day as YYYY-MM-DD.",
    "money": "An amount in digits, as in 450000, or a range, as in 300000-450000.",
    "integer": "A whole number in digits.",
    "choice": "One of those listed.",
    "yes_no": "yes or no.",
}


class SaveDetailsTool(ToolConfig):
    """Lets the assistant save the caller's answers to the checklist, checked by their types."""

    type: Literal["save_details"]
    """Names this tool."""

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.type

    def tools(self, details: Sequence[DetailField] = ()) -> tuple[Tool, ...]:
        """Make the function, with an argument for each field."""
        return (
            Tool(
                self.type,
                "Save what the caller has answered. Give only what they said in this call. You are"
                " told what is refused or doubtful, to ask for it again, and what is missing.",
                _parameters(details),
                save_details,
                self.timeout,
                self.filler,
            ),
        )


async def save_details(params: FunctionCallParams) -> None:
    """Keep the answers in the call's memory, and say what is amiss."""
    call: CallContext = params.app_resources
    given = dict(params.arguments)
    confirmed = given.pop(_CONFIRMED, None) or []
    report = call.details.save(
        given,
        [str(name) for name in confirmed] if isinstance(confirmed, list) else [],
        Surroundings(call.business_time(), region_of(call.info.called or call.info.caller)),
    )
    call.memory = call.memory.with_answers(call.details.known)
    call.record(
        "details_saved",
        saved=sorted(report.saved),
        doubtful=sorted(report.doubtful),
        refused=sorted(report.refused),
        missing=list(report.missing),
    )
    call.record("memory", reason="saved", private={"memory": call.memory.as_dict()})
    await params.result_callback(report.for_model())


def _parameters(details: Sequence[DetailField]) -> dict[str, Any]:
    properties: dict[str, Any] = {one.name: _property(one) for one in details}
    properties[_CONFIRMED] = {
        "type": "array",
        "items": {"type": "string", "enum": [one.name for one in details]},
        "description": "The fields whose answer you have read back, and the caller has agreed to.",
    }
    return {"type": "object", "properties": properties, "required": []}


def _property(one: DetailField) -> dict[str, Any]:
    asked = " ".join(one.ask.split())
    schema: dict[str, Any] = {
        "type": "string",
        "description": f"{asked} {_HOW[one.type]}".strip(),
    }
    if one.type == "choice":
        schema["enum"] = list(one.choices)
    elif one.type == "yes_no":
        schema["enum"] = ["yes", "no"]
    return schema
