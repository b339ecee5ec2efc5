"""What happens on the calls, counted for Prometheus. Names and units are Prometheus' own customs.

Fed by each call's journal, and at its end by its record. With several processes on one port the
counts are kept in files of a folder that all share (``PROMETHEUS_MULTIPROC_DIR``), so that
whichever process is asked tells of all.
"""

from __future__ import annotations

import os
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.multiprocess import mark_process_dead as forget_gauges

from processors.call_record import call_facts
from processors.context import CallContext
from processors.state.call_record import PROBLEMS, CallRecord, PriceTags
from processors.state.journal import Entry
from processors.state.record_format import CallDocument

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in the environment; must be set before this module is imported."""

_ANSWER: Final = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
_STOP: Final = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1.0, 2.0)
_TOOL: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_CALL: Final = (15, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600)


class CallMetrics:
    """Counts the calls of one process."""

    def __init__(self, prices: PriceTags | None = None) -> None:
        """Begin at nothing.

        Args:
            prices: What models cost; without them cost is not counted.
        """
        self._prices = prices or PriceTags()
        self.registry = CollectorRegistry()
        self._count_calls(self.registry)
        self._count_talk(self.registry)
        self._count_work(self.registry)

    def follow(self, context: CallContext) -> None:
        """Count a call, from before its first frame on."""
        record = CallRecord(self._prices)

        def listen(entry: Entry) -> None:
            """Count what one entry tells; at the last one, the whole call."""
            record.take(entry)
            self._take(entry)
            if entry.kind == "call_ended":
                self._ended(
                    record.document(
                        call_facts(context),
                        context.transcript.turns(),
                        context.transcript.tools(),
                    )
                )

        self.active.inc()
        context.journal.listen(listen)

    def text(self) -> bytes:
        """All counts in Prometheus' text format, of all processes that share them."""
        return generate_latest(self.registry if SHARED_FOLDER not in os.environ else shared())

    def _count_calls(self, registry: CollectorRegistry) -> None:
        """Which calls there are, and how they end."""
        self.active = Gauge(
            "callwright_calls_active", "Calls that are live.",
            registry=registry, multiprocess_mode="livesum",
        )  # fmt: skip
        self.loop_lag = Gauge(
            "callwright_loop_lag_seconds", "How late the event loop runs, worst of the processes.",
            registry=registry, multiprocess_mode="livemax",
        )  # fmt: skip
        self.calls = Counter(
            "callwright_calls", "Calls that ended, by call file and by how.",
            ("file", "ended"), registry=registry,
        )  # fmt: skip
        self.refused = Counter(
            "callwright_calls_refused", "Calls that were not taken, by why.",
            ("why",), registry=registry,
        )  # fmt: skip
        self.duration = Histogram(
            "callwright_call_duration_seconds", "How long calls lasted.",
            registry=registry, buckets=_CALL,
        )  # fmt: skip
        self.problems = Counter(
            "callwright_problems", "What went wrong on calls, by the journal's name for it.",
            ("kind",), registry=registry,
        )  # fmt: skip

    def _count_talk(self, registry: CollectorRegistry) -> None:
        """What callers wait for, and what they hear."""
        self.answer = Histogram(
            "callwright_answer_seconds", "From the caller's last sound to the first audio heard.",
            registry=registry, buckets=_ANSWER,
        )  # fmt: skip
        self.stop = Histogram(
            "callwright_interruption_stop_seconds",
            "From the caller's first sound to the assistant's last one.",
            registry=registry, buckets=_STOP,
        )  # fmt: skip
        self.heard = Counter(
            "callwright_assistant_audio_seconds", "The assistant's audio, by whether it was heard.",
            ("heard",), registry=registry,
        )  # fmt: skip
        self.ran_dry = Counter(
            "callwright_underruns", "Times that a phone had nothing to play in mid speech.",
            registry=registry,
        )  # fmt: skip

    def _count_work(self, registry: CollectorRegistry) -> None:
        """What models and tools do."""
        self.reconnects = Counter(
            "callwright_model_reconnects", "Model sessions that were replaced in mid call.",
            registry=registry,
        )  # fmt: skip
        self.tool = Histogram(
            "callwright_tool_seconds", "How long tools took.",
            ("tool", "ok"), registry=registry, buckets=_TOOL,
        )  # fmt: skip
        self.tokens = Counter(
            "callwright_tokens", "The models' tokens.",
            ("model", "kind"), registry=registry,
        )  # fmt: skip
        self.cost = Counter(
            "callwright_cost_usd", "What those tokens cost, by the price list.",
            ("model",), registry=registry,
        )  # fmt: skip

    def _take(self, entry: Entry) -> None:
        if entry.kind in PROBLEMS:
            self.problems.labels(entry.kind).inc()
        if entry.kind == "model_reconnected":
            self.reconnects.inc()
        elif entry.kind == "underrun":
            self.ran_dry.inc()
        elif entry.kind == "tool_ended":
            ok = "yes" if entry.fields.get("ok") else "no"
            seconds = float(entry.fields.get("ms", 0)) / 1000
            self.tool.labels(str(entry.fields["name"]), ok).observe(seconds)

    def _ended(self, document: CallDocument) -> None:
        call = document.call
        self.active.dec()
        self.calls.labels(call.call_file.name, call.ended.how).inc()
        self.duration.observe(call.duration_ms / 1000)
        for answer in document.answers:
            if answer.to_first_heard_ms is not None:
                self.answer.observe(answer.to_first_heard_ms / 1000)
        for interruption in document.interruptions:
            if interruption.stop_ms is not None:
                self.stop.observe(interruption.stop_ms / 1000)
        for turn in document.turns:
            if turn.role == "assistant":
                self.heard.labels("yes").inc(turn.heard_ms / 1000)
                self.heard.labels("no").inc(max(turn.audio_ms - turn.heard_ms, 0) / 1000)
        for model in document.usage.models:
            for kind in ("text_in", "text_cached", "text_out", "audio_in", "audio_cached",
                         "audio_out"):  # fmt: skip
                self.tokens.labels(model.model, kind).inc(getattr(model, kind))
            if model.usd is not None:
                self.cost.labels(model.model).inc(model.usd)


def shared() -> CollectorRegistry:
    """The counts that processes keep in the shared folder, put together at each look."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # not annotated there
    return registry


def process_gone(pid: int) -> None:
    """A process has ended: what it said of calls that were live is over; its counts stay."""
    forget_gauges(pid)  # type: ignore[no-untyped-call]  # not annotated there
