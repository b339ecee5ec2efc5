"""What calls' tools share: connections to a business's systems, and to MCP servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, Final

from pipeline.catalog import Catalog
from pipeline.outside import Outside
from pipeline.tool_checks import END_CALL
from processors.call_tool import Tool
from processors.context import Speech
from transports.http_tools.exchange import HTTP_EXCHANGE, HttpClient
from transports.mcp_tools.config import McpTools

SERVER_TOOLS: Final = "server_tools"
"""Name, among what calls share, of the tools that servers offer, by call file (``ServerTools``)."""

ServerTools = Mapping[str, tuple[Tool, ...]]
"""The tools of MCP servers, by the name of the call file."""


def with_server_tools(speech: Speech, offered: Sequence[Tool]) -> Speech:
    """A call's tools with those that servers offer, each name once: the file's own go first."""
    tools = {tool.name: tool for tool in speech.tools}
    for tool in offered:
        if tool.name != END_CALL:
            tools.setdefault(tool.name, tool)
    return replace(speech, tools=tuple(tools.values()))


async def tool_services(
    catalog: Catalog, outside: Outside, stack: AsyncExitStack
) -> dict[str, Any]:
    """What calls share for their tools, open until the stack is unwound."""
    shared: dict[str, Any] = {SERVER_TOOLS: await _server_tools(catalog, stack)}
    if outside.http_exchange is not None:
        shared[HTTP_EXCHANGE] = outside.http_exchange
    else:
        client = HttpClient()
        stack.push_async_callback(client.close)
        shared[HTTP_EXCHANGE] = client
    return shared


async def _server_tools(catalog: Catalog, stack: AsyncExitStack) -> ServerTools:
    wanted = {
        loaded.path.name: [tool for tool in loaded.call.tools if isinstance(tool, McpTools)]
        for loaded in catalog.files
    }
    if not any(wanted.values()):
        return {}
    # Only who names a server needs the package.
    from transports.mcp_tools.servers import McpServers

    servers = McpServers()
    stack.push_async_callback(servers.close)
    return {name: await servers.tools(entries) for name, entries in wanted.items()}
