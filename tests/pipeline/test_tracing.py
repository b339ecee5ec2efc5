"""A whole call as a trace: a span a call, a turn, a tool."""

from __future__ import annotations

from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pipeline.tracing import ENDPOINT, start_tracing
from tests.pipeline.whole_call import catalog_of, whole_call
from tests.virtual_loop import virtual
from transports.simulated.caller_steps import Listen, Say, StaySilent, Step

SPANS = InMemorySpanExporter()


@pytest.fixture(autouse=True, scope="module")
def provider() -> None:
    """OpenTelemetry knows one provider a process: the first that is set."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(SPANS))
    trace.set_tracer_provider(provider)


def named(spans: tuple[ReadableSpan, ...], name: str) -> list[ReadableSpan]:
    return [span for span in spans if span.name == name]


@virtual
async def test_a_call_its_turns_and_its_tools_have_spans(tmp_path: Path) -> None:
    SPANS.clear()
    steps: list[Step] = [
        Listen(),
        Say("Are your tours free?"),
        Listen(),
        Say("That's all, thank you. Goodbye."),
        Listen(),
        StaySilent(5),
    ]

    call = await whole_call(catalog_of(tmp_path), steps, traced=True)

    spans = SPANS.get_finished_spans()
    (conversation,) = named(spans, "conversation")
    turns = named(spans, "turn")
    (tool,) = named(spans, "tool end_call")
    assert conversation.attributes is not None
    assert conversation.attributes["conversation.id"] == call.context.info.call_sid
    assert conversation.attributes["call.file"] == "call.yaml"
    assert len(turns) >= 3
    context = conversation.context
    assert context is not None
    assert {span.parent.span_id for span in turns if span.parent} == {context.span_id}
    assert tool.parent is not None
    assert tool.parent.span_id in {span.context.span_id for span in turns if span.context}
    assert tool.attributes is not None
    assert tool.attributes["tool.ok"] is True
    assert {span.context.trace_id for span in spans if span.context} == {context.trace_id}
    assert "tours" not in str([span.to_json() for span in spans])
    assert call.evidence.tasks_left == []


@virtual
async def test_a_call_is_no_trace_unless_it_is_asked_for(tmp_path: Path) -> None:
    SPANS.clear()

    await whole_call(catalog_of(tmp_path), [Listen()])

    assert SPANS.get_finished_spans() == ()


def test_without_an_endpoint_nothing_is_sent_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT, raising=False)

    assert not start_tracing()
