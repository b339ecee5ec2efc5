"""What calls share for their tools."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from pipecat.services.llm_service import FunctionCallParams

from pipeline.catalog import load_catalog
from pipeline.outside import Outside
from pipeline.tool_services import SERVER_TOOLS, tool_services, with_server_tools
from processors.call_tool import Tool
from processors.context import Speech
from tests.pipeline.files import MINIMAL
from transports.http_tools.exchange import HTTP_EXCHANGE, HttpClient


async def nothing(params: FunctionCallParams) -> None:
    """What the tools of these tests do."""


def tool(name: str, description: str) -> Tool:
    return Tool(name, description, {}, nothing, 1.0)


def test_each_name_is_offered_once_and_the_files_own_goes_first() -> None:
    speech = Speech(tools=(tool("look_up", "ours"),))

    both = with_server_tools(
        speech,
        [tool("look_up", "theirs"), tool("order", "a"), tool("order", "b"), tool("end_call", "no")],
    )

    assert [(one.name, one.description) for one in both.tools] == [
        ("look_up", "ours"),
        ("order", "a"),
    ]


async def test_server_that_cannot_be_had_leaves_calls_without_its_tools(tmp_path: Path) -> None:
    path = tmp_path / "stock.yaml"
    path.write_text(f"{MINIMAL}\ntools: [{{type: mcp, command: no-such-program}}]\n")
    async with AsyncExitStack() as stack:
        shared = await tool_services(load_catalog(str(path)), Outside(), stack)

    assert shared[SERVER_TOOLS] == {"stock.yaml": ()}
    assert isinstance(shared[HTTP_EXCHANGE], HttpClient)
