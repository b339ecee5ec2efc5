"""Pipecat's services between two of our processors, which translate for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    LLMMessagesAppendFrame,
    LLMRunFrame,
    StartFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import FunctionCallParams, LLMService
from pipecat.services.stt_service import STTService
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies
from pipecat.utils.errors import ErrorCategory

from processors.audio_frames import ModelAudioFrame
from processors.base import CallProcessor
from processors.call_tool import Tool
from processors.context import CallContext, Speech
from processors.frames import (
    ConversationTextFrame,
    EndCallFrame,
    ModelLostFrame,
    ResponseEndedFrame,
    ResponseRequestFrame,
    ResponseStartedFrame,
)
from processors.state.playback import Purpose
from processors.state.service_health import ServiceHealth
from processors.timer import DeadlineTimer
from processors.tool_frames import ToolStartedFrame
from transports.openai_realtime.tools import ended_frame, run_tool, tools_of
from transports.pipecat_model.words import AssistantWords, CallerWords, item_id

if TYPE_CHECKING:
    from transports.pipecat_model.config import PipecatModelConfig


def pipecat_model(config: PipecatModelConfig, context: CallContext) -> FrameProcessor:
    """Build the services of one call, as one processor."""
    services: list[FrameProcessor] = [service.make() for service in config.services]
    tools = tools_of(context.speech)
    for service in services:
        if isinstance(service, LLMService):
            service.append_system_instruction(_instructions(context.speech))
            for tool in tools:
                service.register_function(tool.name, _runs(tool, context))
    pair = LLMContextAggregatorPair(
        _conversation(tools),
        user_params=LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies()),
    )
    hearing = [service for service in services if isinstance(service, STTService)]
    rest = [service for service in services if service not in hearing]
    entrance = ModelEntrance(context, services)
    leaving = ModelExit(config, context, begin=entrance.begin, spoke=entrance.spoke)
    # What an aggregator takes in goes no further, so words are noted on the inner side of each.
    return Pipeline(
        [
            *(entrance, *hearing, pair.user(), CallerWords(context)),
            *(*rest, AssistantWords(context), pair.assistant(), leaving),
        ]
    )


def _instructions(speech: Speech) -> str:
    first = " ".join(words for words in (speech.disclosure, speech.greeting) if words)
    begin = f"Begin by saying exactly this: {first}" if first else "Begin by greeting the caller."
    return f"{speech.prompt}\n\n{begin}"


def _conversation(tools: list[Tool]) -> LLMContext:
    return LLMContext(
        tools=ToolsSchema(
            standard_tools=[
                FunctionSchema(
                    tool.name,
                    tool.description,
                    tool.parameters["properties"],
                    tool.parameters["required"],
                )
                for tool in tools
            ]
        ),
    )


def _runs(tool: Tool, context: CallContext) -> Callable[[FunctionCallParams], Awaitable[None]]:
    async def run(params: FunctionCallParams) -> None:
        """Run the tool for pipecat's model, and tell the call of its beginning and end."""
        call_id = params.tool_call_id
        started_at = context.clock()
        context.record("tool_started", name=tool.name, call_id=call_id)
        await params.llm.broadcast_frame(
            ToolStartedFrame, function_name=tool.name, call_id=call_id, filler=tool.filler
        )
        outcome = await run_tool(tool, dataclasses.replace(params, app_resources=context))
        took_ms = round((context.clock() - started_at) * 1000)
        context.record(
            "tool_ended", name=tool.name, call_id=call_id, ok=not outcome.failure, ms=took_ms
        )
        frame, fields = ended_frame(tool, call_id, outcome)
        await params.llm.broadcast_frame(frame, **fields)

    return run


class ModelEntrance(CallProcessor):
    """Turns what a call wants of its model into what pipecat's services understand.

    It also watches over them: a service that fails and stays silent is given up, so that the
    caller is told.
    """

    def __init__(self, context: CallContext, services: Sequence[FrameProcessor]) -> None:
        super().__init__(name="pipecat_model (in)")
        self._context = context
        self._services = frozenset(_parts(services))
        self._health = ServiceHealth()
        self._timer = DeadlineTimer(self, self._health.deadline, self._lost, context.clock)
        self._fault = ErrorCategory.UNKNOWN
        self._is_lost = False

    async def begin(self) -> None:
        """The services have started: let the assistant speak first."""
        await self.push_frame(LLMRunFrame())

    def spoke(self) -> None:
        """The services began to speak."""
        self._health.spoke()

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Translate requests; tell of a service that is lost."""
        match frame:
            case ResponseRequestFrame():
                words = frame.exact_words
                text = f"Say exactly this: {words}" if words else frame.instructions or "Go on."
                await self._tell(f"({text})", respond=True)
            case ConversationTextFrame():
                await self._tell(frame.text, respond=frame.respond)
            case ErrorFrame(processor=FrameProcessor() as service) if service in self._services:
                await self.push_frame(frame, direction)
                await self._failed(frame, service)
            case _:
                await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Wait for nobody any more."""
        await self._timer.stop()
        await super().cleanup()

    async def _failed(self, error: ErrorFrame, service: FrameProcessor) -> None:
        now = self._context.clock()
        self._health.failed(now)
        self._fault = error.category or ErrorCategory.UNKNOWN
        if not service.is_usable or self._health.given_up(now):
            await self._lost()
        else:
            self._timer.arm()

    async def _lost(self) -> None:
        """The services can't go on: somebody must tell the caller."""
        if not self._is_lost:
            self._is_lost = True
            reason = self._fault.value
            self._context.record("model_lost", reason=reason)
            await self.push_frame(ModelLostFrame(reason=reason))

    async def _tell(self, text: str, *, respond: bool) -> None:
        await self.push_frame(
            LLMMessagesAppendFrame([{"role": "user", "content": text}], run_llm=respond)
        )


class ModelExit(CallProcessor):
    """Tells the call what the services do: that they are there, and when they speak."""

    def __init__(
        self,
        config: PipecatModelConfig,
        context: CallContext,
        *,
        begin: Callable[[], Awaitable[None]],
        spoke: Callable[[], None],
    ) -> None:
        super().__init__(name="pipecat_model (out)")
        self._sample_rate = config.sample_rate
        self._context = context
        self._begin = begin
        self._spoke = spoke
        self._spoken = 0
        self._ending = False

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass everything on, with what our processors need to know of it."""
        match frame:
            case TTSStartedFrame():
                self._spoke()
                await self.push_frame(ResponseStartedFrame(self._item_id, self._purpose))
            case EndCallFrame():
                self._ending = True
        await self.push_frame(frame, direction)
        match frame:
            case StartFrame():
                await self._services_are_up()
            case TTSStoppedFrame():
                await self._stopped()

    async def _services_are_up(self) -> None:
        audio = ModelAudioFrame("audio/pcm", "audio/pcm", self._sample_rate)
        await self.push_frame(audio, FrameDirection.UPSTREAM)
        self._context.record("model_ready", model="pipecat")
        await self._begin()

    async def _stopped(self) -> None:
        ended = ResponseEndedFrame(self._item_id, self._purpose)
        self._spoken += 1
        await self.push_frame(ended)

    @property
    def _item_id(self) -> str:
        return item_id(self._spoken)

    @property
    def _purpose(self) -> Purpose:
        return "goodbye" if self._ending else "answer" if self._spoken else "greeting"


def _parts(services: Sequence[FrameProcessor]) -> Iterator[FrameProcessor]:
    """The services, and what they are made of."""
    for service in services:
        yield service
        yield from _parts(service.processors)
