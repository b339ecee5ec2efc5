"""An MCP server on its standard input and output: what is in stock."""

from __future__ import annotations

import os

from mcp.server import MCPServer

server = MCPServer("stock")


@server.tool()
def in_stock(item: str, count: int = 1) -> str:
    """Look up whether an item is in stock."""
    return f"{count} {item}: yes, in {os.environ.get('SHOP', 'no shop')}"


@server.tool(name="shop.open")
def shop_open() -> str:
    """Say whether the shop is open."""
    return "It is."


@server.tool()
def hidden() -> str:
    """Nobody is to call this."""
    return "?"


@server.tool()
def dies() -> str:
    """End the server in mid call."""
    os._exit(1)


if __name__ == "__main__":
    server.run("stdio")
