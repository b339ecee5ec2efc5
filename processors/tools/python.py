"""The call file's functions of Python, by import path."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Literal

from pydantic import field_validator

from processors.call_tool import Tool, ToolConfig, direct_tool
from processors.import_path import import_object
from processors.state.detail_values import DetailField


class PythonTool(ToolConfig):
    """An async function of yours that the model may call."""

    type: Literal["python"] = "python"
    """Names this kind of tool. May be left out."""

    use: str
    """An async function, as `package.module:function`. Its first parameter is `params`; the rest,
    with their annotations and docstring, tell the model how to call it. The call that it is for
    (`processors.context.CallContext`) is `params.app_resources`."""

    @field_validator("use")
    @classmethod
    def _is_a_tool(cls, use: str) -> str:
        function = import_object(use)
        if not inspect.iscoroutinefunction(function):
            raise ValueError("allowed: an `async def` function")
        if next(iter(inspect.signature(function).parameters), None) != "params":
            raise ValueError(
                "allowed: a function whose first parameter is `params` (FunctionCallParams)"
            )
        return use

    @property
    def name(self) -> str:
        """The function's own name."""
        return str(import_object(self.use).__name__)

    def tools(self, details: Sequence[DetailField] = ()) -> tuple[Tool, ...]:
        """Read how to call it off its signature."""
        return (direct_tool(import_object(self.use), self.timeout, self.filler),)
