"""Gathers the record of a call from its journal while the call runs.

It keeps what a call can have many of within bounds, and puts the rest together at the end, from
the transcript. ``document`` may be asked for in any thread once the call is over.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from processors.state.hand_over_record import HandOverRecord
from processors.state.heard import Heard
from processors.state.journal import Entry
from processors.state.prices import ModelPrices, Tokens
from processors.state.record_format import (
    CallDocument,
    CallFacts,
    Ending,
    KeyRecord,
    ProblemRecord,
    ReconnectRecord,
    Timeline,
    ToolRecord,
)
from processors.state.record_parts import (
    Interrupted,
    all_ms_of,
    answer_records,
    interruption_record,
    ms_of,
    turn_record,
)
from processors.state.turn import ToolUse, Turn
from processors.state.usage_format import ModelUsage, TranscriptionUsage, UsageRecord

TRANSFERRED: Final = "transferred"
"""The journal's word for a caller who is with a person now: that is why a call ended, whatever else
it says."""

ENDINGS: Final = frozenset(
    {
        TRANSFERRED,
        "hangup",
        "fallback",
        "stream_stopped",
        "stream_lost",
        "phone_leg_failed",
        "server_stopped",
    }
)
"""Journal entries that say why a call ended; the first one counts."""

PROBLEMS: Final = frozenset(
    {
        "audio_dropped", "caller_not_transcribed", "fallback", "malformed", "memory_failed",
        "model_down", "model_error", "model_lost", "recording_failed", "response_failed",
        "transcoding",
    }
)  # fmt: skip
"""Journal entries that say that something went wrong."""

MOST_PROBLEMS: Final = 200
MOST_KEYS: Final = 1000
MOST_MARKS: Final = 2000
"""Beyond so many, every second mark is forgotten, and from then on every second one kept."""


@dataclass(frozen=True, slots=True)
class PriceTags:
    """What models cost.

    Attributes:
        as_of: The day of the price list.
        models: By name.
    """

    as_of: str = ""
    models: Mapping[str, ModelPrices] = field(default_factory=dict)


class CallRecord:
    """Fed with every journal entry and with what is heard; makes the document."""

    def __init__(self, prices: PriceTags | None = None) -> None:
        self._prices = prices or PriceTags()
        self._ending: Ending | None = None
        self._model = ""
        self._recording: str | None = None
        self._duration_ms = 0
        self._memory: dict[str, Any] | None = None
        self._tools: dict[str, ToolRecord] = {}
        self._keys: list[KeyRecord] = []
        self._interruptions: list[Interrupted] = []
        self._hand_over = HandOverRecord()
        self._tokens: defaultdict[str, Tokens] = defaultdict(Tokens)
        self._responses: Counter[str] = Counter()
        self._written: Counter[str] = Counter()
        self._reconnects: list[ReconnectRecord] = []
        self._problems: list[ProblemRecord] = []
        self._problem_counts: Counter[str] = Counter()
        self._clears = array("d")
        self._truncations = array("d")
        self._marks = array("d")
        self._every_mark = 1
        self._marks_seen = 0
        self._handlers: dict[str, Callable[[Entry], None]] = {
            "call_ended": self._call_ended,
            "model_ready": self._model_ready,
            "recording_started": self._recording_started,
            "memory": self._remembered,
            "tool_started": self._tool_started,
            "tool_ended": self._tool_ended,
            "dtmf": self._key_pressed,
            "interruption": self._interrupted,
            "truncation": self._truncated,
            "clear": self._cleared,
            "response_ended": self._response_ended,
            "side_answer": self._response_ended,
            "caller_said": self._caller_said,
            "model_reconnected": self._reconnected,
        }

    # What happens.

    def take(self, entry: Entry) -> None:
        """Take in one entry of the journal."""
        if entry.kind in ENDINGS and (self._ending is None or entry.kind == TRANSFERRED):
            self._ending = Ending(how=entry.kind, why=str(entry.fields.get("reason") or ""))
        if entry.kind in PROBLEMS:
            self._problem(entry)
        handler = self._handlers.get(entry.kind)
        if handler is not None:
            handler(entry)
        self._hand_over.take(entry)

    def heard(self, heard: Heard, zero: float) -> None:
        """A stretch of the assistant's audio was heard; ``zero``: when the call began."""
        if heard.ends_at is None:
            return
        self._marks_seen += 1
        if self._marks_seen % self._every_mark:
            return
        self._marks.append(heard.ends_at - zero)
        if len(self._marks) > MOST_MARKS:
            del self._marks[::2]
            self._every_mark *= 2

    # What comes of it.

    def document(
        self, call: CallFacts, turns: Sequence[Turn], tools: Sequence[ToolUse]
    ) -> CallDocument:
        """The record, now that the call is over."""
        ended = self._ending or Ending(how="failed")
        return CallDocument(
            call=call.model_copy(
                update={"duration_ms": self._duration_ms, "model": self._model, "ended": ended}
            ),
            recording=self._recording,
            turns=tuple(map(turn_record, turns)),
            memory=self._memory,
            tools=tuple(self._all_tools(tools)),
            keys=tuple(self._keys),
            escalations=tuple(self._hand_over.escalations),
            transfers=tuple(self._hand_over.transfers),
            callbacks=tuple(self._hand_over.callbacks),
            interruptions=tuple(interruption_record(one, turns) for one in self._interruptions),
            answers=tuple(answer_records(turns)),
            usage=self._usage(),
            reconnects=tuple(self._reconnects),
            problems=tuple(self._problems),
            problem_counts=dict(self._problem_counts),
            timeline=Timeline(
                marks_ms=all_ms_of(self._marks),
                clears_ms=all_ms_of(self._clears),
                truncations_ms=all_ms_of(self._truncations),
            ),
        )

    def _all_tools(self, tools: Sequence[ToolUse]) -> list[ToolRecord]:
        known = {tool.call_id: tool for tool in tools}
        told = []
        for call_id, record in self._tools.items():
            use = known.get(call_id)
            update = {} if use is None else {"arguments": use.arguments, "output": use.output}
            told.append(record.model_copy(update=update))
        return told

    def _usage(self) -> UsageRecord:
        models = tuple(self._usage_of(model) for model in self._tokens)
        paid = [usage.usd for usage in models]
        known = [usd for usd in paid if usd is not None]
        return UsageRecord(
            models=models,
            transcription=TranscriptionUsage(
                input_tokens=self._written["input_tokens"],
                output_tokens=self._written["output_tokens"],
                seconds=self._written["ms"] / 1000,
            ),
            usd=round(sum(known), 6) if len(known) == len(paid) else None,
            prices_as_of=self._prices.as_of,
        )

    def _usage_of(self, model: str) -> ModelUsage:
        tokens = self._tokens[model]
        prices = self._prices.models.get(model)
        return ModelUsage(
            model=model,
            responses=self._responses[model],
            text_in=tokens.text.input,
            text_cached=tokens.text.cached,
            text_out=tokens.text.output,
            audio_in=tokens.audio.input,
            audio_cached=tokens.audio.cached,
            audio_out=tokens.audio.output,
            usd=None if prices is None else round(tokens.price(prices), 6),
        )

    # The journal's entries.

    def _call_ended(self, entry: Entry) -> None:
        self._duration_ms = int(entry.fields.get("duration_ms", 0))
        why = str(entry.fields.get("reason") or "")
        ending = self._ending or Ending(how="failed")
        self._ending = Ending(how=ending.how, why=ending.why or why)

    def _model_ready(self, entry: Entry) -> None:
        self._model = str(entry.fields.get("model") or "")

    def _recording_started(self, entry: Entry) -> None:
        self._recording = str(entry.fields["file"])

    def _remembered(self, entry: Entry) -> None:
        self._memory = entry.private.get("memory")

    def _tool_started(self, entry: Entry) -> None:
        call_id, name = str(entry.fields["call_id"]), str(entry.fields["name"])
        self._tools[call_id] = ToolRecord(name=name, call_id=call_id, started_ms=ms_of(entry.at))

    def _tool_ended(self, entry: Entry) -> None:
        tool = self._tools.get(str(entry.fields["call_id"]))
        if tool is not None:
            ended = {"ok": bool(entry.fields.get("ok")), "took_ms": int(entry.fields.get("ms", 0))}
            self._tools[tool.call_id] = tool.model_copy(update=ended)

    def _key_pressed(self, entry: Entry) -> None:
        if len(self._keys) < MOST_KEYS:
            self._keys.append(KeyRecord(at_ms=ms_of(entry.at), key=str(entry.private["digit"])))

    def _interrupted(self, entry: Entry) -> None:
        fields = entry.fields
        self._interruptions.append(
            Interrupted(entry.at, str(fields.get("reason") or ""), fields.get("item_id"))
        )

    def _truncated(self, entry: Entry) -> None:
        self._truncations.append(entry.at)
        if self._interruptions:
            heard_ms, sent_ms = float(entry.fields["heard_ms"]), float(entry.fields["sent_ms"])
            self._interruptions[-1].heard_ms += heard_ms
            self._interruptions[-1].unheard_ms += max(sent_ms - heard_ms, 0.0)

    def _cleared(self, entry: Entry) -> None:
        self._clears.append(entry.at)

    def _response_ended(self, entry: Entry) -> None:
        usage = entry.fields.get("usage")
        if usage is not None:
            model = str(entry.fields.get("model") or self._model)
            self._tokens[model] += Tokens.of(usage)
            self._responses[model] += 1

    def _caller_said(self, entry: Entry) -> None:
        usage = entry.fields.get("usage") or {}
        for kind in ("input_tokens", "output_tokens"):
            self._written[kind] += int(usage.get(kind) or 0)
        self._written["ms"] += round(float(usage.get("seconds") or 0) * 1000)

    def _reconnected(self, entry: Entry) -> None:
        took_ms = int(entry.fields.get("ms", 0))
        self._reconnects.append(ReconnectRecord(at_ms=ms_of(entry.at), took_ms=took_ms))

    def _problem(self, entry: Entry) -> None:
        self._problem_counts[entry.kind] += 1
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(
                ProblemRecord(at_ms=ms_of(entry.at), kind=entry.kind, details=dict(entry.fields))
            )
