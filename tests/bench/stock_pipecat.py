"""The same call on stock pipecat, put together as its documentation shows it.

    python -m tests.bench.stock_pipecat PORT MODEL_URL

From pipecat's examples ``realtime/realtime-openai.py`` (service, context, pipeline) and
``twilio-chatbot/inbound/bot.py`` (transport, serializer, 8 kHz pipeline), less what would cost
extra: no metrics, no observers, no recording, nothing logged below WARNING.
"""

from __future__ import annotations

import sys
from typing import Any
from xml.sax.saxutils import quoteattr

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket
from loguru import logger
from pipecat.frames.frames import LLMRunFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.services.openai.realtime.events import (
    AudioConfiguration,
    AudioInput,
    InputAudioTranscription,
    SessionProperties,
    TurnDetection,
)
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from pipecat.workers.runner import WorkerRunner
from starlette.responses import PlainTextResponse

from tests.bench.lean_bridge import INSTRUCTIONS


def app_for(model_url: str) -> FastAPI:
    """The server: webhook, media stream, readiness."""
    app = FastAPI()

    @app.post("/incoming-call")
    async def incoming_call(request: Request) -> Response:
        form = await request.form()
        caller, host = quoteattr(str(form["From"])), request.headers["host"]
        return Response(
            f'<Response><Connect><Stream url="ws://{host}/media-stream">'
            f'<Parameter name="caller" value={caller}/></Stream></Connect></Response>',
            media_type="text/xml",
        )

    @app.websocket("/media-stream")
    async def media_stream(websocket: WebSocket) -> None:
        await websocket.accept()
        await run_bot(websocket, model_url)

    @app.get("/readyz")
    async def ready() -> Response:
        return PlainTextResponse("ready")

    return app


async def run_bot(websocket: WebSocket, model_url: str) -> None:
    """Run one call to its end."""
    _, call_data = await parse_telephony_websocket(websocket)
    serializer = TwilioFrameSerializer(
        stream_sid=call_data["stream_id"],
        call_sid=call_data["call_id"],
        params=TwilioFrameSerializer.InputParams(auto_hang_up=False),
    )
    transport = FastAPIWebsocketTransport(
        websocket=websocket,
        params=FastAPIWebsocketParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            add_wav_header=False,
            serializer=serializer,
        ),
    )
    llm = OpenAIRealtimeLLMService(
        api_key="bench",
        base_url=f"{model_url}/realtime",
        settings=OpenAIRealtimeLLMService.Settings(
            system_instruction=INSTRUCTIONS.format(caller=call_data["body"]["caller"]),
            session_properties=SessionProperties(
                audio=AudioConfiguration(
                    input=AudioInput(
                        transcription=InputAudioTranscription(), turn_detection=TurnDetection()
                    )
                )
            ),
        ),
    )
    context = LLMContext([{"role": "developer", "content": "Say hello!"}])
    user_aggregator, assistant_aggregator = LLMContextAggregatorPair(context)
    worker = PipelineWorker(
        Pipeline(
            [transport.input(), user_aggregator, llm, transport.output(), assistant_aggregator]
        ),
        params=PipelineParams(audio_in_sample_rate=8000, audio_out_sample_rate=8000),
    )

    @transport.event_handler("on_client_connected")  # type: ignore[untyped-decorator]  # pipecat's
    async def on_client_connected(transport: Any, client: Any) -> None:
        await worker.queue_frames([LLMRunFrame()])

    @transport.event_handler("on_client_disconnected")  # type: ignore[untyped-decorator]  # as above
    async def on_client_disconnected(transport: Any, client: Any) -> None:
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


def main(port: int, model_url: str) -> None:
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    uvicorn.run(app_for(model_url), port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
