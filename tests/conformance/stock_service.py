"""Stock pipecat's ``OpenAIRealtimeLLMService`` in a pipeline, as its users put it together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    Frame,
    InputAudioRawFrame,
    LLMRunFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.openai.realtime.events import (
    AudioConfiguration,
    AudioInput,
    ConversationItem,
    InputAudioTranscription,
    SessionProperties,
    TurnDetection,
)
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.workers.runner import WorkerRunner

from processors.state.g711 import pcmu_to_pcm16
from tests.conformance.openai_session import SILENCE, pcmu
from tests.conformance.servers import ServerUnderTest

F = TypeVar("F", bound=Frame)
FRAME_BYTES = 320
"""20 ms of PCM16 at 8 kHz."""


class Watch(FrameProcessor):
    """Stands at one place of the pipeline and keeps what passes it."""

    def __init__(self, frames: list[Frame], news: asyncio.Event) -> None:
        super().__init__(enable_direct_mode=True)
        self._frames = frames
        self._news = news

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self._frames.append(frame)
        self._news.set()
        await self.push_frame(frame, direction)


class StockCall:
    """One pipeline with the service in it, and all frames that came out on both of its sides."""

    def __init__(
        self,
        server: ServerUnderTest,
        worker: PipelineWorker,
        service: OpenAIRealtimeLLMService,
    ) -> None:
        self.server = server
        self.service = service
        self.messages: dict[str, ConversationItem] = {}
        """The assistant's, by id, each as it was when it was done."""
        self.frames: list[Frame] = []
        self.calls: list[FunctionCallParams] = []
        self.news = asyncio.Event()
        self._worker = worker

    async def begin(self) -> None:
        await self._worker.queue_frame(LLMRunFrame())

    async def say(self, text: str) -> None:
        """Speak as a caller does, and be silent then."""
        pcm16 = pcmu_to_pcm16(self.server.speak(text) + SILENCE)
        for at in range(0, len(pcm16), FRAME_BYTES):
            audio = pcm16[at : at + FRAME_BYTES]
            await self._worker.queue_frame(InputAudioRawFrame(audio, 8000, 1))

    async def until(self, *kinds: type[Frame]) -> None:
        """Wait until frames of these types have passed; an error fails."""
        await self._wait(lambda: all(self.of(kind) for kind in kinds))

    async def until_answered(self, times: int) -> None:
        """Wait until so many messages of the assistant's have been spoken to their end."""
        await self._wait(lambda: self.answers >= times)

    async def _wait(self, until: Callable[[], bool]) -> None:
        while not until():
            assert self.of(ErrorFrame) == []
            self.news.clear()
            await self.news.wait()

    @property
    def answers(self) -> int:
        """Messages of the assistant's that were spoken to their end."""
        return sum(item.status == "completed" for item in self.messages.values())

    def of(self, kind: type[F], after: int = 0) -> list[F]:
        return [frame for frame in self.frames[after:] if isinstance(frame, kind)]

    def heard(self, after: int = 0) -> str:
        """The words in what the service played."""
        pcm16 = b"".join(frame.audio for frame in self.of(TTSAudioRawFrame, after))
        return self.server.hear(pcmu(pcm16))

    def said(self, after: int = 0) -> str:
        """The words that the service says it played."""
        return "".join(frame.text for frame in self.of(TTSTextFrame, after))

    def understood(self) -> list[str]:
        return [frame.text for frame in self.of(TranscriptionFrame)]


@asynccontextmanager
async def stock_call(server: ServerUnderTest) -> AsyncIterator[StockCall]:
    """A running pipeline: context aggregators, the service, and watchers around it."""
    service = OpenAIRealtimeLLMService(
        api_key=server.api_key,
        base_url=f"{server.url}/realtime",
        settings=OpenAIRealtimeLLMService.Settings(
            system_instruction=server.instructions,
            session_properties=SessionProperties(
                audio=AudioConfiguration(
                    input=AudioInput(
                        transcription=InputAudioTranscription(), turn_detection=TurnDetection()
                    )
                )
            ),
        ),
    )
    end_call = FunctionSchema("end_call", "End the call.", {"reason": {"type": "string"}}, [])
    context = LLMContext(tools=ToolsSchema([end_call]))
    aggregators = LLMContextAggregatorPair(context)
    frames: list[Frame] = []
    news = asyncio.Event()
    before, after = Watch(frames, news), Watch(frames, news)
    worker = PipelineWorker(
        Pipeline([aggregators.user(), before, service, after, aggregators.assistant()]),
        params=PipelineParams(audio_in_sample_rate=8000, audio_out_sample_rate=24000),
        enable_rtvi=False,
        cancel_on_idle_timeout=False,
    )
    call = StockCall(server, worker, service)
    call.frames, call.news = frames, news

    async def ended(params: FunctionCallParams) -> None:
        call.calls.append(params)
        await params.result_callback({"ended": True})

    async def updated(service: object, item_id: str, item: ConversationItem | None) -> None:
        if item is not None and item.role == "assistant":
            call.messages.setdefault(item_id, item)
        news.set()

    service.add_event_handler("on_conversation_item_updated", updated)
    service.register_function("end_call", ended)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    yield call
    await worker.queue_frame(EndFrame())
    await running
    assert call.of(ErrorFrame) == []
