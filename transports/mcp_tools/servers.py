"""Keeps the MCP servers of a process, and makes tools of what they offer.

One connection to each for all calls (pipecat's ``MCPClient``): to start a server takes longer than
a caller waits. A server that can't be had is told in the log, and calls go on without its tools.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from loguru import logger
from mcp import StdioServerParameters
from mcp.client.session_group import StreamableHttpParameters
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.mcp_service import MCPClient

from processors.call_tool import Tool, ToolError, ToolFunction
from transports.mcp_tools.config import McpTools

START_TIMEOUT: Final = 15.0
"""Seconds in which a server must have told what it offers."""

MOST_LETTERS: Final = 64
_FOREIGN: Final = re.compile("[^a-zA-Z0-9_-]")
"""What a function's name may not hold for the model, and how long it may be (OpenAI, API reference,
function tools). MCP servers know no such bounds."""

_FAILED: Final = ("Error calling mcp tool ", "Sorry, could not call the mcp tool")
"""How pipecat's client begins the text that it gives in place of a result."""


class McpServers:
    """The servers that call files name; ``close`` ends them."""

    def __init__(self) -> None:
        self._clients: list[MCPClient] = []

    async def tools(self, entries: Sequence[McpTools]) -> tuple[Tool, ...]:
        """Start the servers, and ask what they offer."""
        found: list[Tool] = []
        for entry in entries:
            client = MCPClient(_server(entry), tools_filter=list(entry.only) or None)
            try:
                async with asyncio.timeout(START_TIMEOUT):
                    schemas = (await client.tools()).standard_tools
            # Somebody else's program, by any transport: what can be raised (groups of exceptions,
            # too) is said nowhere, and calls go on without it.
            except Exception as error:  # noqa: BLE001
                logger.error("MCP server {} not reached: {}", entry.command or entry.url, error)
                continue
            self._clients.append(client)
            found += [_tool(entry, one) for one in schemas if isinstance(one, FunctionSchema)]
        return tuple(found)

    async def close(self) -> None:
        """End the connections, and the programs that were started."""
        clients, self._clients = self._clients, []
        for client in clients:
            await client.close()


def _server(entry: McpTools) -> StdioServerParameters | StreamableHttpParameters:
    if entry.command is not None:
        env = {name: value.get_secret_value() for name, value in entry.env.items()}
        return StdioServerParameters(command=entry.command, args=list(entry.args), env=env or None)
    assert entry.url is not None, "it has the one or the other"
    headers = {name: value.get_secret_value() for name, value in entry.headers.items()}
    return StreamableHttpParameters(url=entry.url, headers=headers)


def _tool(entry: McpTools, schema: FunctionSchema) -> Tool:
    parameters = {
        "type": "object",
        "properties": schema.properties,
        "required": schema.required,
    }
    handler = schema.handler
    assert handler is not None, "pipecat's client gives each one a handler"
    return Tool(
        _FOREIGN.sub("_", schema.name)[:MOST_LETTERS],
        schema.description or schema.name,
        parameters,
        _checked(handler, schema.name),
        entry.timeout,
        entry.filler,
    )


def _checked(handler: Any, name: str) -> ToolFunction:
    """A handler that fails as ours do, where pipecat's gives a text that says so.

    Args:
        handler: Pipecat's; it calls the function that ``params`` name.
        name: As the server knows the function.
    """

    async def run(params: FunctionCallParams) -> None:
        """Call the function by its own name, whatever the model calls it."""
        report = params.result_callback

        async def checked(
            result: Any, *, properties: FunctionCallResultProperties | None = None
        ) -> None:
            """Report a result.

            Raises:
                ToolError: It is the text that stands for none.
            """
            if isinstance(result, str) and result.startswith(_FAILED):
                raise ToolError("got no result from its server")
            await report(result, properties=properties)

        await handler(replace(params, function_name=name, result_callback=checked))

    return run
