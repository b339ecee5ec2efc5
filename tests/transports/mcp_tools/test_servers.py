"""Tools of an MCP server: a real one, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from processors.call_tool import ToolError
from tests.processors.tools.bench import Bench
from transports.mcp_tools.config import McpTools
from transports.mcp_tools.servers import McpServers

SERVER = Path(__file__).parent / "stock_server.py"


def entry(**settings: Any) -> McpTools:
    usual: dict[str, Any] = {
        "type": "mcp",
        "command": sys.executable,
        "args": [str(SERVER)],
        "env": {"SHOP": "Elm Street"},
        "only": ["in_stock", "dies", "shop.open"],
        "timeout": 7,
    }
    return McpTools.model_validate({**usual, **settings})


async def test_functions_of_a_server_are_tools_and_a_server_that_died_comes_back() -> None:
    servers = McpServers()
    stock, shop, dies = await servers.tools([entry(), entry(command="no-such-program")])

    try:
        told = await Bench().run(stock, item="pumps", count=2)
        shop_told = await Bench().run(shop)
        with pytest.raises(ToolError, match="no result"):
            await Bench().run(dies)
        again = await Bench().run(stock, item="pumps")
    finally:
        await servers.close()

    assert (stock.name, stock.description, stock.timeout) == (
        "in_stock",
        "Look up whether an item is in stock.",
        7.0,
    )
    assert stock.parameters["required"] == ["item"]
    assert stock.parameters["properties"]["count"]["type"] == "integer"
    assert told == "2 pumps: yes, in Elm Street"
    assert (shop.name, shop_told) == ("shop_open", "It is.")
    assert again == "1 pumps: yes, in Elm Street"


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"command": None}, "one of them"),
        ({"url": "https://mcp.example.com"}, "one of them"),
        ({"command": None, "url": "mcp.example.com"}, "https:// or http://"),
    ],
)
def test_server_is_a_program_or_an_address(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        entry(**settings)


def test_keys_stay_out_of_sight() -> None:
    settings = entry(command=None, url="https://mcp.example.com", headers={"X-Key": "s3cret"})

    assert "s3cret" not in repr(settings)
    assert settings.tools() == ()
