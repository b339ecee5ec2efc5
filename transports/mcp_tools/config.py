"""The call file's ``mcp`` entries: a server whose functions the model may call."""

from __future__ import annotations

import importlib.util
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from processors.call_tool import ToolConfig


class McpTools(ToolConfig):
    """The functions of an MCP server. It is asked for them once, when the process starts."""

    type: Literal["mcp"]
    """Names this kind of tool. It needs the `mcp` package: `make` installs it, as does
    `pip install -e '.[mcp]'` in Callwright's folder."""

    command: Annotated[str, Field(min_length=1)] | None = None
    """The program that is the server, for one that talks by its standard input and output."""

    args: tuple[str, ...] = ()
    """What the program is started with."""

    env: dict[str, SecretStr] = Field(default_factory=dict)
    """Environment of the program; ${NAME} takes a value from ours."""

    url: Annotated[str | None, Field(validate_default=True)] = None
    """The server's address, for one that talks over HTTP (streamable HTTP)."""

    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Headers for it; keys belong into the environment, as in {X-Key: "${TOKEN}"}."""

    only: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """The functions that the model may call. None: all of them."""

    @field_validator("type")
    @classmethod
    def _is_there(cls, kind: str) -> str:
        if importlib.util.find_spec("mcp") is None:
            raise ValueError(
                "allowed: once the package is there: pip install -e '.[mcp]' in Callwright's folder"
            )
        return kind

    @field_validator("url")
    @classmethod
    def _is_the_other_way(cls, url: str | None, info: ValidationInfo) -> str | None:
        if (url is None) == (info.data.get("command") is None):
            raise ValueError("allowed: `command` or `url`, one of them")
        if url is not None and not url.startswith(("https://", "http://")):
            raise ValueError("allowed: an address that begins with https:// or http://")
        return url

    @property
    def name(self) -> str:
        """Nothing: its functions bring their names with them."""
        return ""
