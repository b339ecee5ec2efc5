from __future__ import annotations

from typing import Any

from processors.state.call_record import (
    MOST_KEYS,
    MOST_MARKS,
    MOST_PROBLEMS,
    CallRecord,
    PriceTags,
)
from processors.state.heard import Heard
from processors.state.journal import Entry
from processors.state.prices import ModelPrices, TokenPrices
from processors.state.record_format import CallDocument, CallFacts, Ending
from processors.state.turn import ToolUse, Turn, TurnState

PRICES = PriceTags(
    "2026-11-22",
    {"m": ModelPrices(TokenPrices(4, 0.4, 24), TokenPrices(32, 0.4, 64))},
)
USAGE = {
    "input_token_details": {
        "text_tokens": 1000,
        "audio_tokens": 500,
        "cached_tokens_details": {"text_tokens": 400, "audio_tokens": 100},
    },
    "output_token_details": {"text_tokens": 100, "audio_tokens": 200},
}


def said(record: CallRecord, at: float, kind: str, **fields: Any) -> None:
    private = fields.pop("private", {})
    record.take(Entry(at, kind, fields, private))


def document(record: CallRecord, *turns: Turn, tools: tuple[ToolUse, ...] = ()) -> CallDocument:
    return record.document(CallFacts(call_sid="CA1"), turns, tools)


def caller(item_id: str, started_ms: int, ended_ms: int) -> Turn:
    return Turn(
        item_id, "caller", "x", started_ms=started_ms, ended_ms=ended_ms, state=TurnState.SAID
    )


def test_how_a_call_ended_is_what_happened_first() -> None:
    record = CallRecord()
    said(record, 9.0, "hangup", reason="the caller said goodbye", why="goodbye heard")
    said(record, 9.1, "stream_stopped")
    said(record, 9.2, "call_ended", reason="the caller said goodbye", duration_ms=9200)

    call = document(record).call
    assert call.ended == Ending(how="hangup", why="the caller said goodbye")
    assert (call.call_sid, call.duration_ms) == ("CA1", 9200)


def test_a_call_that_nobody_ended_failed() -> None:
    record = CallRecord()
    assert document(record).call.ended.how == "failed"
    said(record, 1.0, "call_ended", reason="failed", duration_ms=1000)

    assert document(record).call.ended == Ending(how="failed", why="failed")


def test_a_hang_up_of_the_callers_needs_no_reason() -> None:
    record = CallRecord()
    said(record, 9.1, "stream_stopped")
    said(record, 9.2, "call_ended", reason="stream_stopped", duration_ms=9200)

    assert document(record).call.ended == Ending(how="stream_stopped", why="stream_stopped")


def test_tools_are_told_with_arguments_result_and_time() -> None:
    record = CallRecord()
    said(record, 2.0, "tool_started", name="book", call_id="c1")
    said(record, 2.4, "tool_ended", name="book", call_id="c1", ok=True, ms=400)
    said(record, 3.0, "tool_started", name="look", call_id="c2")
    said(record, 3.0, "tool_ended", name="gone", call_id="c9", ok=True, ms=1)
    use = ToolUse("f1", "c1", "book", '{"day": "Monday"}', "done")

    book, look = document(record, tools=(use,)).tools
    assert (book.arguments, book.output, book.ok) == ('{"day": "Monday"}', "done", True)
    assert (book.started_ms, book.took_ms) == (2000, 400)
    assert (look.name, look.output, look.ok, look.took_ms) == ("look", None, None, None)


def test_an_interruption_tells_how_long_the_assistant_talked_on() -> None:
    record = CallRecord()
    said(record, 8.2, "interruption", reason="caller_speech", item_id="a1", heard_ms=900)
    said(record, 8.2, "clear", unsent=0)
    said(record, 8.3, "truncation", item_id="a1", heard_ms=950, sent_ms=4000.0, action="truncate")
    said(record, 8.3, "truncation", item_id="a2", heard_ms=0, sent_ms=500.0, action="delete")
    assistant = Turn("a1", "assistant", "x", started_ms=7000, ended_ms=8250, state=TurnState.CUT)

    (one,) = document(record, assistant, caller("u1", 8000, 9000)).interruptions
    assert (one.at_ms, one.reason, one.item_id) == (8200, "caller_speech", "a1")
    assert one.stop_ms == 250
    assert (one.heard_ms, one.unheard_ms) == (950, 3050 + 500)
    timeline = document(record).timeline
    assert (timeline.clears_ms, timeline.truncations_ms) == ((8200,), (8300, 8300))


def test_a_key_interrupts_when_it_is_pressed() -> None:
    record = CallRecord()
    said(record, 8.2, "dtmf", private={"digit": "5"})
    said(record, 8.2, "interruption", reason="caller_key", item_id="a1")
    said(record, 9.0, "interruption", reason="caller_speech", item_id=None)
    assistant = Turn("a1", "assistant", "x", started_ms=7000, ended_ms=8230, state=TurnState.CUT)

    made = document(record, assistant, caller("u1", 2000, 3000))
    assert [one.stop_ms for one in made.interruptions] == [30, None]
    assert [(key.at_ms, key.key) for key in made.keys] == [(8200, "5")]


def test_a_cut_that_no_caller_made_is_no_interruption() -> None:
    record = CallRecord()
    said(record, 8.3, "truncation", item_id="a1", heard_ms=950, sent_ms=4000.0, action="truncate")

    assert document(record).interruptions == ()
    assert document(record).timeline.truncations_ms == (8300,)


def test_answers_are_timed_from_the_callers_last_sound() -> None:
    def answer(item_id: str, sent_ms: int | None, heard_ms: int | None) -> Turn:
        return Turn(
            item_id,
            "assistant",
            started_ms=heard_ms,
            sent_from_ms=sent_ms,
            state=TurnState.SAID,
        )

    turns = (
        answer("a0", 100, 150),
        caller("u1", 1000, 2000),
        answer("a1", 2700, 2750),
        answer("a2", 3000, 3500),
        caller("u2", 5000, 6000),
        answer("a3", 5900, None),  # was said into their words: no answer to them
        caller("u3", 7000, 8000),
        caller("u4", 8100, 9000),
        answer("a4", 9400, None),
        Turn("u5", "caller"),
        answer("a5", 9900, 9950),
    )

    made = document(CallRecord(), *turns).answers
    assert [(one.caller_item_id, one.assistant_item_id) for one in made] == [
        ("u1", "a1"),
        ("u4", "a4"),
    ]
    assert [(one.to_first_sent_ms, one.to_first_heard_ms) for one in made] == [
        (700, 750),
        (400, None),
    ]


def test_tokens_are_counted_and_priced_by_model() -> None:
    record = CallRecord(PRICES)
    said(record, 0.1, "model_ready", model="m")
    said(record, 1.0, "response_ended", status="completed", usage=USAGE)
    said(record, 2.0, "side_answer", purpose="summary", usage=USAGE)
    said(record, 3.0, "response_ended", status="failed", usage=None)

    usage = document(record).usage
    (model,) = usage.models
    assert (model.model, model.responses) == ("m", 2)
    assert (model.text_in, model.text_cached, model.text_out) == (2000, 800, 200)
    assert (model.audio_in, model.audio_cached, model.audio_out) == (1000, 200, 400)
    usd = 2 * (600 * 4 + 400 * 0.4 + 100 * 24 + 400 * 32 + 100 * 0.4 + 200 * 64) / 1e6
    assert model.usd == usage.usd == round(usd, 6)
    assert usage.prices_as_of == "2026-11-22"


def test_a_model_without_a_price_leaves_the_sum_open() -> None:
    record = CallRecord(PRICES)
    said(record, 0.1, "model_ready", model="m")
    said(record, 1.0, "response_ended", usage=USAGE)
    said(record, 2.0, "side_answer", usage=USAGE, model="unknown")

    usage = document(record).usage
    assert [model.usd is None for model in usage.models] == [False, True]
    assert usage.usd is None


def test_transcription_is_counted_by_tokens_or_by_time() -> None:
    record = CallRecord()
    by_tokens = {"type": "tokens", "input_tokens": 20, "output_tokens": 5}
    said(record, 1.0, "caller_said", usage=by_tokens)
    said(record, 2.0, "caller_said", usage={"type": "duration", "seconds": 2.5})
    said(record, 3.0, "caller_said", usage=None)

    written = document(record).usage.transcription
    assert (written.input_tokens, written.output_tokens, written.seconds) == (20, 5, 2.5)


def test_memory_recording_and_reconnects_are_kept() -> None:
    record = CallRecord()
    assert document(record).memory is None
    said(record, 1.0, "recording_started", file="call.wav")
    said(record, 2.0, "memory", private={"memory": {"topic": "a"}})
    said(record, 3.0, "memory", private={"memory": {"topic": "b"}})
    said(record, 4.0, "model_reconnected", ms=180)

    made = document(record)
    assert (made.recording, made.memory) == ("call.wav", {"topic": "b"})
    assert [(one.at_ms, one.took_ms) for one in made.reconnects] == [(4000, 180)]


def test_problems_are_counted_and_the_first_of_them_kept() -> None:
    record = CallRecord()
    for number in range(MOST_PROBLEMS + 50):
        said(record, float(number), "malformed", peer="model", count=number)
    said(record, 999.0, "model_down")

    made = document(record)
    assert made.problem_counts == {"malformed": MOST_PROBLEMS + 50, "model_down": 1}
    assert len(made.problems) == MOST_PROBLEMS
    assert made.problems[0].details == {"peer": "model", "count": 0}


def test_what_a_call_can_have_many_of_stays_within_bounds() -> None:
    record = CallRecord()
    for number in range(MOST_KEYS + 5):
        said(record, 1.0, "dtmf", private={"digit": str(number % 10)})
    for number in range(4 * 3600 * 10):  # marks of a call of four hours
        record.heard(Heard("a1", 0, 0.0, 100.0, 100.0 + number / 10), 100.0)
    record.heard(Heard("a1", 0, 0.0, 100.0, None), 100.0)

    made = document(record)
    assert len(made.keys) == MOST_KEYS
    marks = made.timeline.marks_ms
    assert MOST_MARKS / 2 <= len(marks) <= MOST_MARKS
    assert marks[-1] - marks[-2] == marks[1] - marks[0]
    assert marks[-1] >= 4 * 3600 * 1000 - 20_000


def test_every_mark_of_a_short_call_is_kept() -> None:
    record = CallRecord()
    for number in range(10):
        record.heard(Heard("a1", 0, 0.0, 100.0, 100.0 + number / 10), 100.0)

    assert document(record).timeline.marks_ms == tuple(range(0, 1000, 100))


def test_a_record_can_be_read_back() -> None:
    record = CallRecord(PRICES)
    said(record, 0.1, "model_ready", model="m")
    said(record, 1.0, "response_ended", usage=USAGE)
    made = document(record, caller("u1", 1, 2))

    assert CallDocument.model_validate_json(made.model_dump_json()) == made
