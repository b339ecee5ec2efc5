"""The functions that a call file lets the model call."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from loguru import logger
from pipecat.adapters.llm.schemas.direct_function import DirectFunctionWrapper
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.adapters.llm.services.open_ai_realtime_adapter import OpenAIRealtimeLLMAdapter
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.services.llm_service import FunctionCallParams

from processors.context import Speech, ToolConfig
from processors.frames import EndCallFrame

OUTPUT_LIMIT = 16_000
"""Characters of an output that the model gets at most: it reads them all, at a price."""


END_CALL_OUTPUT = (
    "The call will be ended. Say goodbye to the caller now, in one short sentence. "
    "Do not ask anything any more."
)


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may call.

    Attributes:
        name: As the model calls it.
        schema: The tool object of ``session.update``.
        function: The pipecat direct function.
        timeout: Seconds after which a call is given up.
    """

    name: str
    schema: dict[str, Any]
    function: DirectFunctionWrapper
    timeout: float


def load_tool(config: ToolConfig) -> Tool:
    """Import a function by its path and read its schema off its signature.

    Raises:
        ValueError: The path leads nowhere, or not to a direct function.
    """
    module_name, _, attribute = config.use.partition(":")
    try:
        function = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"tool {config.use!r}: {error}") from error
    return as_tool(function, config.timeout)


def as_tool(function: Callable[..., Awaitable[Any]], timeout: float) -> Tool:
    """Make a tool of a pipecat direct function: async, first parameter ``params``."""
    wrapper = DirectFunctionWrapper(function)
    schema = ToolsSchema(standard_tools=[wrapper.to_function_schema()])
    (tool,) = OpenAIRealtimeLLMAdapter().to_provider_tools_format(schema)
    return Tool(wrapper.name, tool, wrapper, timeout)


async def end_call(params: FunctionCallParams, reason: str) -> None:
    """End the phone call. Use it when the caller says goodbye or needs nothing more.

    Args:
        params: Of the call, by pipecat.
        reason: Why the call ends, in a few words.
    """
    await params.llm.push_frame(EndCallFrame(reason=reason))
    await params.result_callback(END_CALL_OUTPUT)


def tools_of(speech: Speech) -> list[Tool]:
    """The call file's functions, and ``end_call`` unless the file forbids it."""
    tools = [load_tool(config) for config in speech.tools]
    if speech.end_call:
        tools.append(as_tool(end_call, timeout=5.0))
    return tools


async def run_tool(tool: Tool, params: FunctionCallParams) -> tuple[str, bool]:
    """Run one call of a tool.

    Returns:
        What the model is told, and whether it went well. A tool that raises, takes too long or
        reports nothing tells the model so: it must never wait for an output that won't come.
    """
    results: list[Any] = []

    async def report(
        result: Any, *, properties: FunctionCallResultProperties | None = None
    ) -> None:
        if properties is None or properties.is_final:
            results.append(result)
        await params.result_callback(result, properties=properties)

    try:
        async with asyncio.timeout(tool.timeout):
            await tool.function.invoke(
                args=params.arguments, params=dataclasses.replace(params, result_callback=report)
            )
    except TimeoutError:
        logger.warning("Tool {} gave no result in {} s", tool.name, tool.timeout)
        failure = f"The function {tool.name} took too long and gave no result."
        await params.result_callback(failure)
        return failure, False
    except Exception as error:  # noqa: BLE001  # somebody else's code: anything may be raised
        logger.opt(exception=error).error("Tool {} raised", tool.name)
        failure = f"The function {tool.name} failed and gave no result."
        await params.result_callback(failure)
        return failure, False
    if not results:
        return f"The function {tool.name} ran and reported nothing.", True
    return as_output(results[-1]), True


def as_output(result: Any) -> str:
    """A result as the text of a ``function_call_output``."""
    text = (
        result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, default=str)
    )
    if len(text) > OUTPUT_LIMIT:
        return text[:OUTPUT_LIMIT] + " (cut)"
    return text
