"""A call as an OpenTelemetry trace, through pipecat's: a span a call, a turn, a tool.

On where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says where to (OpenTelemetry, OTLP exporter
configuration). No words of the caller or the assistant go out.
"""

from __future__ import annotations

import os
from typing import Final

from loguru import logger
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, Span, Status, StatusCode
from pipecat.pipeline.worker import PipelineWorker
from pipecat.utils.tracing.setup import is_tracing_available, setup_tracing

from processors.context import CallContext
from processors.state.journal import Entry

ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"

NO_SDK: Final = (
    f"{ENDPOINT} is set, but OpenTelemetry is not installed: pip install -e '.[tracing]' in"
    " Callwright's folder"
)


def tracing_wanted() -> bool:
    """Whether traces are to be made."""
    return bool(os.environ.get(ENDPOINT))


def start_tracing() -> bool:
    """Send traces to where the environment says; whether that could be set up."""
    if not tracing_wanted():
        return False
    if not is_tracing_available():
        logger.warning(NO_SDK)
        return False
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    name = os.environ.get("OTEL_SERVICE_NAME", "callwright")
    return bool(setup_tracing(service_name=name, exporter=OTLPSpanExporter()))


def trace_tools(worker: PipelineWorker, context: CallContext) -> None:
    """Give each tool's run a span of its own, in the turn in which it began."""
    tracer = trace.get_tracer("callwright.tools")
    spans: dict[str, Span] = {}
    turns, tracker = worker.turn_trace_observer, worker.turn_tracking_observer
    assert turns is not None, "a worker that is traced follows its turns"
    assert tracker is not None, "a worker that is traced follows its turns"
    newest = 0

    @tracker.event_handler("on_turn_started")  # type: ignore[untyped-decorator]  # pipecat's
    async def turn_started(_: object, number: int) -> None:
        """Know the turn whose span is the parent of tools that begin now."""
        nonlocal newest
        newest = number

    def listen(entry: Entry) -> None:
        """Begin, end or give up the span of a tool, by what the journal tells."""
        if entry.kind == "tool_started":
            turn = turns.get_turn_context(newest)  # it may have ended already
            parent = trace.set_span_in_context(NonRecordingSpan(turn)) if turn else None
            span = tracer.start_span(f"tool {entry.fields['name']}", context=parent)
            span.set_attribute("conversation.id", context.info.call_sid)
            spans[str(entry.fields["call_id"])] = span
        elif entry.kind == "tool_ended":
            ended = spans.pop(str(entry.fields["call_id"]), None)
            if ended is not None:
                ended.set_attribute("tool.ok", bool(entry.fields.get("ok")))
                if not entry.fields.get("ok"):
                    ended.set_status(Status(StatusCode.ERROR))
                ended.end()
        elif entry.kind == "call_ended":
            for left in spans.values():
                left.end()
            spans.clear()

    context.journal.listen(listen)
