"""Runs the functions that the model calls, and tells it how that went."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from dataclasses import dataclass
from typing import Any, Literal

from loguru import logger
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.services.llm_service import FunctionCallParams

from processors.call_tool import (
    Tool,
    ToolArgumentsError,
    ToolError,
    direct_tool,
    missing_arguments,
)
from processors.context import Speech
from processors.state.tool_calls import GoOn
from processors.tool_frames import ToolEndedFrame, ToolFailedFrame
from processors.tools.end_call import end_call

OUTPUT_LIMIT = 16_000
"""Characters of an output that the model gets at most: it reads them all, at a price."""


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What came of one call of a function.

    Attributes:
        output: What the model is told.
        go_on: What it is to do then.
        failure: Why it gave no result; empty: it gave one.
    """

    output: str
    go_on: GoOn = GoOn.ANSWER
    failure: Literal["", "raised", "timeout", "arguments"] = ""

    @property
    def broke(self) -> bool:
        """Whether the tool failed. One that was called amiss did not: the model calls it again."""
        return self.failure not in ("", "arguments")


def tools_of(speech: Speech) -> list[Tool]:
    """The call file's functions, and ``end_call`` unless the file forbids it."""
    tools = list(speech.tools)
    if speech.end_call:
        tools.append(direct_tool(end_call, timeout=5.0))
    return tools


def schema_of(tool: Tool) -> dict[str, Any]:
    """A function as ``session.update`` offers it (``openai`` package, ``RealtimeFunctionTool``)."""
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }


async def run_tool(tool: Tool, params: FunctionCallParams) -> ToolOutcome:
    """Run one call of a tool.

    A tool that raises, takes too long or reports nothing tells the model so: it must never wait
    for an output that won't come.
    """
    results: list[Any] = []
    missing = missing_arguments(tool, params.arguments)
    if missing:
        needed = f"it needs {' and '.join(missing)}; ask the caller if you don't know"
        return await _not_run(tool, f"was not run: {needed}", params)

    async def report(
        result: Any, *, properties: FunctionCallResultProperties | None = None
    ) -> None:
        """Keep the result if it is the last, and pass it on to pipecat."""
        if properties is None or properties.is_final:
            results.append(result)
        await params.result_callback(result, properties=properties)

    try:
        async with asyncio.timeout(tool.timeout):
            returned = await tool.function(dataclasses.replace(params, result_callback=report))
    except TimeoutError:
        logger.warning("Tool {} gave no result in {} s", tool.name, tool.timeout)
        failure = f"The function {tool.name} took too long and gave no result."
        await params.result_callback(failure)
        return ToolOutcome(failure, failure="timeout")
    except ToolArgumentsError as error:
        return await _not_run(tool, str(error), params)
    except ToolError as error:
        failure = f"The function {tool.name} {error}."
        logger.warning("Tool failed. {}", failure)
        await params.result_callback(failure)
        return ToolOutcome(failure, failure="raised")
    except Exception as error:  # noqa: BLE001  # somebody else's code: anything may be raised
        logger.opt(exception=error).error("Tool {} raised", tool.name)
        failure = f"The function {tool.name} failed and gave no result."
        await params.result_callback(failure)
        return ToolOutcome(failure, failure="raised")
    go_on = returned if isinstance(returned, GoOn) else GoOn.ANSWER
    if not results:
        return ToolOutcome(f"The function {tool.name} ran and reported nothing.", go_on)
    return ToolOutcome(as_output(results[-1]), go_on)


async def _not_run(tool: Tool, why: str, params: FunctionCallParams) -> ToolOutcome:
    logger.warning("Tool {} was called with other arguments than it takes", tool.name)
    told = f"The function {tool.name} {why}."
    await params.result_callback(told)
    return ToolOutcome(told, failure="arguments")


def ended_frame(
    tool: Tool, call_id: str, outcome: ToolOutcome
) -> tuple[type[ToolEndedFrame], dict[str, str]]:
    """The frame that tells the call of a tool's end: its class and its fields."""
    fields = {"function_name": tool.name, "call_id": call_id}
    if outcome.broke:
        return ToolFailedFrame, {**fields, "reason": outcome.failure}
    return ToolEndedFrame, fields


def as_output(result: Any) -> str:
    """A result as the text of a ``function_call_output``."""
    text = (
        result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, default=str)
    )
    if len(text) > OUTPUT_LIMIT:
        return text[:OUTPUT_LIMIT] + " (cut)"
    return text
