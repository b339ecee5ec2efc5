"""Runs one call of a tool, with a call around it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pipecat.frames.frames import Frame, FunctionCallResultProperties
from pipecat.services.llm_service import FunctionCallParams

from processors.call_tool import Tool
from processors.context import CallContext, Speech
from tests.processors.stage import Call

BEGAN = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)  # a Monday, ten in the morning in New York


@dataclass
class Bench:
    """A call, and what the tools did to it."""

    call: Call = field(default_factory=Call)
    caller: str = "+12125550142"
    called: str = "+12125550100"
    speech: Speech = field(default_factory=lambda: Speech(timezone="America/New_York"))
    frames: list[Frame] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    silent: bool = False
    context: CallContext = field(init=False)

    def __post_init__(self) -> None:
        self.call.speech = self.speech
        self.context = self.call.context
        self.context.info = replace(
            self.context.info, caller=self.caller, called=self.called, began=BEGAN
        )
        self.context.transcript.started_at = self.call.clock()

    async def push_frame(self, frame: Frame) -> None:
        """What a tool pushes, as the model's service would."""
        self.frames.append(frame)

    async def run(self, tool: Tool, **arguments: Any) -> Any:
        """Call it; gives what the model is told. What it returned is ``returned``."""

        async def report(
            result: Any, *, properties: FunctionCallResultProperties | None = None
        ) -> None:
            self.results.append(result)
            self.silent = properties is not None and properties.run_llm is False

        params = FunctionCallParams(
            function_name=tool.name,
            tool_call_id="call",
            arguments=arguments,
            llm=self,  # type: ignore[arg-type]  # only frames are pushed through it
            pipeline_worker=None,  # type: ignore[arg-type]  # no tool of ours asks for it
            context=self.context.llm_context,
            result_callback=report,
            app_resources=self.context,
        )
        self.returned = await tool.function(params)
        return self.results[-1]
