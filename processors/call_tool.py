"""A function that the model may call, and the entry of a call file that names it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pipecat.adapters.llm.schemas.direct_function import DirectFunctionWrapper
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.services.llm_service import FunctionCallParams

from processors.block import Block
from processors.fields import Seconds
from processors.state.detail_values import DetailField

SAY_NOTHING: Final = FunctionCallResultProperties(run_llm=False)
"""Goes with a result that the model is not to answer; ``GoOn.SILENT`` says the same of the call."""

ToolFunction: TypeAlias = Callable[[FunctionCallParams], Awaitable[Any]]
"""Runs one call of a tool: arguments in ``params.arguments``, result by ``params.result_callback``,
the call that it is for (``CallContext``) in ``params.app_resources``. What it returns counts only
if it is a ``GoOn``."""


class ToolError(Exception):
    """A tool failed as it may; the text goes on where "The function NAME" ends.

    The model reads it, as in "got no answer from its service".
    """


class ToolArgumentsError(ToolError):
    """A tool was not run, because it was called with other arguments than it takes.

    That is nothing the tool could help, so it is no failure of it: the model may ask the caller.
    """


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may call.

    Attributes:
        name: As the model calls it.
        description: When to use it.
        parameters: JSON Schema of its arguments.
        function: Runs one call of it.
        timeout: Seconds after which a call is given up.
        filler: What is said if it takes long; empty: what is usual.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    function: ToolFunction
    timeout: float
    filler: str = ""


class ToolConfig(Block):
    """One entry of a call file's ``tools``; its ``type`` literal is its registration."""

    timeout: Seconds = 20.0
    """How long it may take, s; then the model is told that it failed."""

    filler: str = ""
    """What to say while it takes long, in place of what `tool_filler` says."""

    def tools(self, details: Sequence[DetailField] = ()) -> tuple[Tool, ...]:
        """Make the functions that are known before any call.

        Args:
            details: What the call file asks of callers.
        """
        return ()


def missing_arguments(tool: Tool, given: Mapping[str, Any]) -> list[str]:
    """What the model must give of a call of a tool, and did not."""
    return [name for name in tool.parameters.get("required", ()) if name not in given]


def direct_tool(function: Callable[..., Awaitable[Any]], timeout: float, filler: str = "") -> Tool:
    """Make a tool of a pipecat direct function: async, first parameter ``params``."""
    wrapper = DirectFunctionWrapper(function)
    schema = wrapper.to_function_schema()

    async def run(params: FunctionCallParams) -> Any:
        """Call the function.

        Raises:
            ToolArgumentsError: The model gave arguments that it does not have.
        """
        unknown = [name for name in params.arguments if name not in schema.properties]
        if unknown:
            raise ToolArgumentsError(f"was not run: it has no {' and no '.join(unknown)}")
        return await wrapper.invoke(args=params.arguments, params=params)

    parameters = {
        "type": "object",
        "properties": schema.properties,
        "required": schema.required,
    }
    return Tool(wrapper.name, schema.description, parameters, run, timeout, filler)
