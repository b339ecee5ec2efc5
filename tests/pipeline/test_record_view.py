from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import pytest
from rich.console import Console

from pipeline.record_plot import record_svg
from pipeline.record_view import show
from processors.state.record_format import (
    AnswerRecord,
    CallDocument,
    CallFacts,
    CallFileFacts,
    Ending,
    InterruptionRecord,
    KeyRecord,
    ProblemRecord,
    ReconnectRecord,
    Timeline,
    ToolRecord,
    TurnRecord,
)
from processors.state.turn import TurnState
from processors.state.usage_format import ModelUsage, UsageRecord

SVG = "{http://www.w3.org/2000/svg}"

RECORD = CallDocument(
    call=CallFacts(
        call_sid="CA1",
        caller="+15550100042",
        called="+15550100001",
        began="2026-03-02T10:30:00.000+00:00",
        duration_ms=75_000,
        call_file=CallFileFacts(name="call.yaml", sha256="abcdef0123456789"),
        model="gpt-realtime-2.1",
        ended=Ending(how="hangup", why="the caller said goodbye"),
    ),
    recording="call.wav",
    turns=(
        TurnRecord(item_id="u1", role="caller", text="When are you open?", state=TurnState.SAID,
                   started_ms=1000, ended_ms=2000),
        TurnRecord(item_id="a1", role="assistant", text="We are open", unheard="from <nine> & on.",
                   state=TurnState.CUT, started_ms=2800, ended_ms=4000, audio_ms=4000,
                   heard_ms=1200, sent_from_ms=2750, sent_until_ms=3100),
        TurnRecord(item_id="u2", role="caller", text="(speech, 2 s)", state=TurnState.FAILED,
                   started_ms=3900, ended_ms=5900),
        TurnRecord(item_id="a2", role="assistant", unheard="Bye.", state=TurnState.UNHEARD,
                   audio_ms=500, sent_from_ms=6500, sent_until_ms=6500),
        TurnRecord(item_id="a3", role="assistant", text="A long story.", state=TurnState.SAID,
                   started_ms=58_000, ended_ms=63_000, audio_ms=5000, heard_ms=5000,
                   sent_from_ms=57_900, sent_until_ms=59_000),
    ),
    memory={
        "topic": "hours",
        "fields": {"name": {"value": "Anna", "confirmed": True}, "budget": None},
        "preferences": ["quiet"],
        "next_action": "call back",
    },
    tools=(ToolRecord(name="look_up", call_id="c1", arguments="{}", ok=True, started_ms=6200,
                      took_ms=40),),
    keys=(KeyRecord(at_ms=6100, key="5"),),
    interruptions=(InterruptionRecord(at_ms=4000, reason="caller_speech", item_id="a1",
                                      stop_ms=100, heard_ms=1200, unheard_ms=2800),),
    answers=(AnswerRecord(caller_item_id="u1", assistant_item_id="a1", to_first_sent_ms=750,
                          to_first_heard_ms=800),),
    usage=UsageRecord(models=(ModelUsage(model="gpt-realtime-2.1", responses=3, text_in=1234,
                                         usd=0.0123),), usd=0.0123, prices_as_of="2026-11-22"),
    reconnects=(ReconnectRecord(at_ms=30_000, took_ms=180),),
    problems=(ProblemRecord(at_ms=29_800, kind="model_down"),),
    problem_counts={"model_down": 1},
    timeline=Timeline(marks_ms=(2900, 3000), clears_ms=(4000,), truncations_ms=(4050,)),
)  # fmt: skip


def shown(record: CallDocument, *, terminal: bool = False) -> str:
    output = io.StringIO()
    show(record, Console(file=output, width=120, force_terminal=terminal))
    return output.getvalue()


def test_a_record_is_told_for_a_person() -> None:
    lines = shown(RECORD).splitlines()

    text = "\n".join(line.rstrip() for line in lines)
    assert "+15550100042 called +15550100001" in text
    assert "hangup: the caller said goodbye" in text
    assert "call.yaml  (sha256 abcdef012345)" in text
    told = [line.rstrip() for line in lines if line.startswith("00:")]
    assert told[:7] == [
        "00:01.0  caller     When are you open?",
        "00:02.8  assistant  We are open [not heard: from <nine> & on.]   (cut, 1,200 of 4,000 ms"
        " heard, heard after 800 ms, sent",
        "00:03.9  caller     (speech, 2 s)   (not transcribed)",
        "00:06.1  caller     [presses 5]",
        "00:06.2             tool look_up {}   (ok, 40 ms)",
        "00:06.5  assistant   [not heard: Bye.]   (not heard)",
        "00:30.0             a fresh model session   (none for 180 ms)",
    ]
    for words in ("Anna  confirmed", "next action", "call back", "750 / 750 ms", "100 ms",
                  "0.0123 USD, prices as of 2026-11-22", "model down"):  # fmt: skip
        assert words in text


def test_on_a_terminal_what_was_not_heard_is_struck() -> None:
    text = shown(RECORD, terminal=True)

    assert "not heard: from" not in text
    assert "\x1b[2;9m from <nine> & on." in text


def test_an_empty_record_can_be_shown_and_drawn() -> None:
    assert "unknown called" in shown(CallDocument())
    ET.fromstring(record_svg(CallDocument()))


def test_the_picture_has_both_lanes_and_what_happened() -> None:
    root = ET.fromstring(record_svg(RECORD))

    def of(kind: str, tag: str = "rect") -> list[ET.Element]:
        found = [part for part in root.iter(f"{SVG}{tag}") if part.get("class") == kind]
        return found[:-1]  # the last is the legend's

    assert [title.text for part in of("caller") for title in part] == [
        "When are you open?",
        "(speech, 2 s)",
    ]
    heard = of("heard")
    assert len(heard) == 3  # the last turn goes on in the second row
    assert float(heard[0].get("width", 0)) == pytest.approx(24)
    made = of("made")
    assert float(made[0].get("width", 0)) == pytest.approx(80)
    assert "not heard: from <nine> & on." in (next(iter(made[0])).text or "")
    assert len(of("made")) == 2
    assert len(of("sent")) == 3
    assert len(of("mark", "line")) == 2
    assert len(of("clear", "line")) == 1
    rows = {part.get("y") for part in heard}
    assert len(rows) == 2
