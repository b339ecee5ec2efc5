"""The tools that a call file can name: one union, told apart by ``type``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from processors.tools.business_hours import BusinessHoursTool
from processors.tools.python import PythonTool
from processors.tools.save_details import SaveDetailsTool
from processors.tools.send_sms import SendSmsTool
from processors.tools.transfer_to_human import TransferToHumanTool
from processors.tools.wait_for_caller import WaitForCallerTool
from transports.http_tools.config import HttpTool
from transports.mcp_tools.config import McpTools

_Tool: TypeAlias = Annotated[
    PythonTool
    | HttpTool
    | McpTools
    | SaveDetailsTool
    | TransferToHumanTool
    | WaitForCallerTool
    | SendSmsTool
    | BusinessHoursTool,
    Field(discriminator="type"),
]

_Name: TypeAlias = Literal[
    "save_details", "transfer_to_human", "wait_for_caller", "send_sms", "business_hours"
]
"""Those that need no settings: their name alone will do."""

_PYTHON: Final = "python"


def _typed(value: Any) -> Any:
    if isinstance(value, str):
        return {"type": value}
    if isinstance(value, Mapping) and "type" not in value and "use" in value:
        return {"type": _PYTHON, **value}
    return value


ToolEntry = Annotated[_Tool, BeforeValidator(_typed, json_schema_input_type=_Tool | _Name)]
"""One entry of a call file's ``tools``."""
