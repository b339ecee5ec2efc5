from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.call_story import CallStory
from pipeline.story_line import StoryLine, Who, evenly
from processors.state.journal import Entry


@dataclass
class Items:
    words: dict[str, str] = field(default_factory=dict)

    def words_of(self, item_id: str) -> str:
        return self.words.get(item_id, "")

    def ms_of(self, item_id: str) -> float:
        return len(self.words_of(item_id)) * 100.0


class Told:
    """A story whose voice says ten letters a second."""

    def __init__(self, **words: str) -> None:
        self.items = Items(words)
        self.story = CallStory(self.items, lambda text, ms, _: min(len(text), int(ms / 100)))

    def tell(self, at: float, kind: str, text: str = "", **fields: Any) -> list[StoryLine]:
        private = {"text": text} if text else {}
        return self.story.tell(at, Entry(at, kind, fields, private))


def test_an_item_is_told_once_it_was_heard() -> None:
    told = Told(i1="Welcome.")

    assert told.tell(1.0, "assistant_said", "Welcome.", item_id="i1", purpose="greeting") == []
    assert told.tell(1.2, "assistant_audio_started", item_id="i1") == []
    assert told.tell(2.0, "assistant_heard", item_id="i1") == [
        StoryLine(1.2, Who.ASSISTANT, "Welcome.", note="heard, 800 ms")
    ]


def test_the_latency_stands_with_the_answer_that_it_led_to() -> None:
    told = Told(i1="Of course.", i2="And this?")
    told.tell(1.0, "turn_latency", caller_stopped_to_first_audio_sent_ms=612.4)
    told.tell(1.2, "assistant_audio_started", item_id="i1")

    [first] = told.tell(2.0, "assistant_heard", item_id="i1")
    [second] = told.tell(3.0, "assistant_heard", item_id="i2")

    assert first.note == "heard, 1,000 ms, answered in 612 ms"
    assert second.note == "heard, 900 ms"
    assert told.story.latencies_ms == [612.4]


def test_a_cut_item_is_told_with_what_was_not_heard_and_then_its_clear() -> None:
    told = Told(i1="We are open from nine to five.")
    told.tell(5.0, "assistant_audio_started", item_id="i1")
    told.tell(6.199, "caller_speech_started", item_id="u1", audio_start_ms=1)

    assert told.tell(6.2, "cleared", dropped_ms=1801.0, marks=18) == []
    lines = told.tell(
        6.4, "truncation", item_id="i1", heard_ms=1200, sent_ms=3000.0, action="truncate"
    )

    assert lines == [
        StoryLine(
            5.0,
            Who.ASSISTANT,
            "We are open ",
            "from nine to five.",
            "cut, 1,200 of 3,000 ms heard: truncate",
        ),
        StoryLine(
            6.2,
            Who.EVENT,
            "clear: 1,801 ms dropped, 18 marks returned",
            note="1.0 ms after the model heard the caller",
        ),
    ]
    assert [round(ms, 1) for ms in told.story.clear_latencies_ms] == [1.0]


def test_an_item_of_which_nothing_was_heard_is_told_too() -> None:
    told = Told(i1="Anything else?")

    [line] = told.tell(6.4, "truncation", item_id="i1", heard_ms=0, sent_ms=1400.0, action="delete")

    assert (line.text, line.unheard) == ("", "Anything else?")


def test_a_clear_that_cut_nothing_is_told_a_little_later() -> None:
    told = Told()
    told.tell(6.2, "cleared", dropped_ms=0.0, marks=0)

    assert told.story.tick(6.3) == []
    assert [line.text for line in told.story.tick(7.0)] == ["clear: 0 ms dropped, 0 marks returned"]
    assert told.story.clear_latencies_ms == []


def test_an_item_is_told_once() -> None:
    told = Told(i1="Hello.")
    told.tell(1.0, "truncation", item_id="i1", heard_ms=1, sent_ms=600.0, action="truncate")

    assert told.tell(2.0, "assistant_heard", item_id="i1") == []


def test_the_callers_words_are_told_once_they_were_said() -> None:
    told = Told()
    told.tell(3.0, "caller_speaks", "Yes, please.", ms=1200.0, interrupting=False)

    assert told.story.tick(3.6) == []
    assert told.story.heard_so_far(told.story.speaking[Who.CALLER], 3.6) == "Yes, p"
    assert told.story.tick(4.3) == [StoryLine(3.0, Who.CALLER, "Yes, please.")]
    assert told.story.tick(5.0) == []


def test_words_that_are_not_on_the_tap_come_from_the_journal() -> None:
    told = Told()
    told.tell(1.0, "assistant_said", "From the journal.", item_id="i1", purpose="answer")

    [line] = told.tell(2.0, "assistant_heard", item_id="i1")

    assert line.text == "From the journal."


def test_what_was_being_said_when_the_call_ended_is_told() -> None:
    told = Told(i1="Thank you for calling.")
    told.tell(1.0, "assistant_audio_started", item_id="i1")
    told.tell(1.5, "caller_speaks", "Bye.", ms=400.0, interrupting=True)

    first, second = told.story.end(2.0)

    assert (first.text, first.unheard) == ("Thank you ", "for calling.")
    assert first.note == "the call ended"
    assert second == StoryLine(1.5, Who.CALLER, "Bye.")


def test_events_and_warnings_have_lines_of_their_own() -> None:
    told = Told()
    lines = [
        *told.tell(0.1, "stream_started", stream_sid="MZ1"),
        *told.tell(0.2, "model_ready", model="gpt-realtime-2.1"),
        *told.story.tell(0.3, Entry(0.3, "digit_pressed", {}, {"digit": "4"})),
        *told.tell(0.4, "tool_ended", name="end_call", call_id="c1", ok=True, ms=12.0),
        *told.tell(0.5, "model_reconnected", ms=740),
        *told.tell(0.6, "message_refused", code=31951),
        *told.tell(0.7, "twilio_said", "We are sorry."),
        *told.tell(0.8, "stream_ended", reason="completed_by_rest"),
        *told.tell(0.9, "something_new"),
    ]

    assert [(line.who, line.text, line.note) for line in lines] == [
        (Who.EVENT, "media stream MZ1... begins", ""),
        (Who.EVENT, "model ready: gpt-realtime-2.1", ""),
        (Who.CALLER, "[presses 4]", ""),
        (Who.EVENT, "tool end_call: ok", "12 ms"),
        (Who.EVENT, "a fresh model session", "ms 740"),
        (Who.WARNING, "Twilio refused a message", "code 31951"),
        (Who.TWILIO, "We are sorry.", ""),
        (Who.EVENT, "stream over: completed by rest", ""),
    ]
    assert told.story.reconnects == 1


def test_a_memory_is_told_by_what_is_known() -> None:
    story = Told().story

    def told(**fields: Any) -> str:
        entry = Entry(5.0, "memory", {"reason": "turns"}, {"memory": {"fields": fields}})
        [line] = story.tell(5.0, entry)
        return line.text

    assert told(name={"value": "Lee"}, buy_or_rent={"value": "rent"}, budget=None) == (
        "remembered: name, buy or rent"
    )
    assert told(name=None) == "remembered: nothing yet"


def test_where_both_really_speak_what_they_made_out_is_told() -> None:
    told = Told()
    assert told.tell(1.0, "model_heard", "My name is Jordan.") == []
    told.story.in_words = True

    [model] = told.tell(1.0, "model_heard", "My name is Jordan.")
    [caller] = told.tell(2.0, "caller_heard", "Hi, I'm Riley.", ms=900.0)

    assert model == StoryLine(1.0, Who.HEARD, "the model made out: My name is Jordan.")
    assert caller == StoryLine(2.0, Who.HEARD, "the caller made out: Hi, I'm Riley.")


def test_at_an_even_pace_half_the_time_is_half_the_words() -> None:
    assert evenly("one two", 500, 1000) == 3
    assert evenly("one two", 2000, 1000) == 7
    assert evenly("one two", 0, 0) == 7


def test_what_the_assistant_does_by_itself_is_told() -> None:
    story = Told().story

    [line] = story.tell(5.0, Entry(5.0, "caller_silent", {"number": 1, "gives_up": False}))

    assert (line.who, line.text) == (Who.EVENT, "nobody speaks")
    assert line.note == "number 1, gives_up False"
