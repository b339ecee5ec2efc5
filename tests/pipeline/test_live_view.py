from __future__ import annotations

import asyncio
import io

import pytest
from rich.console import Console

from pipeline.call_story import CallStory
from pipeline.live_view import LiveView, Stage
from pipeline.promises import check_promises
from pipeline.story_line import Who
from pipeline.summary_view import summary
from processors.state.journal import Journal
from tests.pipeline.evidence import good_call
from tests.pipeline.test_call_story import Items
from transports.simulated.stream_facts import StreamFacts


class Screen:
    """A console that is looked at, a clock that is set, and a call's journal."""

    def __init__(self, *, terminal: bool) -> None:
        self.output = io.StringIO()
        self.console = Console(
            file=self.output,
            force_terminal=terminal,
            width=100,
            color_system="truecolor" if terminal else None,
        )
        self.now = 500.0
        self.facts: StreamFacts | None = None
        self.journal = Journal(500.0)
        items = Items({"i1": "We are open from nine to five."})
        self.story = CallStory(items, lambda text, ms, _: min(len(text), int(ms / 100)))
        self.view = LiveView(self.console, self.story, lambda: self.now, lambda: self.facts)
        self.view.listen(self.journal)

    def at(self, seconds: float) -> Journal:
        self.now = 500.0 + seconds
        return self.journal

    @property
    def text(self) -> str:
        return self.output.getvalue()

    def interrupted_answer(self) -> None:
        self.at(5.0).record(self.now, "assistant_audio_started", item_id="i1")
        self.at(6.199).record(self.now, "caller_speech_started", item_id="u1")
        self.at(6.2).record(self.now, "cleared", dropped_ms=1801.0, marks=18)
        self.at(6.4).record(
            self.now,
            "truncation",
            item_id="i1",
            heard_ms=1200,
            sent_ms=3000.0,
            action="truncate",
        )


def test_header_names_the_call_and_what_audio_visits() -> None:
    screen = Screen(terminal=False)

    stages = [Stage("twilio_serializer in", True), Stage("interruption", False)]
    screen.view.header("Acme: a simulated call", "acme.yaml", stages)

    assert screen.text.splitlines() == [
        "Acme: a simulated call",
        "acme.yaml",
        "twilio_serializer in → interruption",
        "audio visits: twilio_serializer in",
        "",
    ]


def test_without_a_terminal_every_event_is_a_plain_line() -> None:
    screen = Screen(terminal=False)
    screen.interrupted_answer()
    screen.at(66.66).record(screen.now, "twilio_said", private={"text": "We are sorry."})
    screen.view.note("a warning\n")

    assert "\x1b" not in screen.text
    assert screen.text.splitlines() == [
        "00:05.0  assistant  We are open  [not heard: from nine to five.]"
        "  (cut, 1,200 of 3,000 ms heard: truncate)",
        "00:06.2             clear: 1,801 ms dropped, 18 marks returned"
        "  (1.0 ms after the model heard the caller)",
        "01:06.7  twilio     We are sorry.",
        "01:06.7  note       a warning",
    ]


def test_on_a_terminal_the_unheard_words_are_struck() -> None:
    screen = Screen(terminal=True)
    screen.interrupted_answer()

    assert "We are open " in screen.text
    assert "\x1b[2;9mfrom nine to five.\x1b[0m" in screen.text


async def test_on_a_terminal_words_appear_as_they_are_said_over_running_figures() -> None:
    screen = Screen(terminal=True)
    screen.facts = good_call().facts
    showing = asyncio.create_task(screen.view.run())
    screen.at(5.0).record(screen.now, "assistant_audio_started", item_id="i1")
    screen.at(5.5)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    showing.cancel()
    await asyncio.wait({showing})

    assert "We ar\x1b[32m▏" in screen.text
    assert "marks 0/0" in screen.text
    assert "to the phone 20 kB" in screen.text


async def test_without_a_terminal_the_view_only_tells_what_is_over() -> None:
    screen = Screen(terminal=False)
    screen.at(1.0).record(screen.now, "caller_speaks", private={"text": "Hello."}, ms=600.0)
    showing = asyncio.create_task(screen.view.run())
    await asyncio.sleep(0)
    assert screen.text == ""
    screen.at(1.7)
    screen.view.refresh()
    showing.cancel()
    await asyncio.wait({showing})

    assert screen.text == "00:01.0  caller     Hello.\n"


def test_what_was_left_unsaid_is_shown_at_the_end() -> None:
    screen = Screen(terminal=False)
    screen.at(5.0).record(screen.now, "assistant_audio_started", item_id="i1")
    screen.at(5.6)
    screen.view.end()

    assert "We are [not heard: open from nine to five.]  (the call ended)" in screen.text
    assert Who.ASSISTANT not in screen.story.speaking


@pytest.mark.parametrize("good", [True, False])
def test_summary_tells_figures_cuts_and_promises(good: bool) -> None:
    screen = Screen(terminal=False)
    call = good_call()
    if not good:
        call.told(2, 298)
    evidence = call.evidence()
    screen.story.latencies_ms += [250.0, 410.0, 1300.0]
    screen.story.clear_latencies_ms.append(1.44)

    screen.console.print(summary(evidence, screen.story, check_promises(evidence)))

    rows = [" ".join(line.split()) for line in screen.text.splitlines()]
    assert "turns answered 3" in rows
    assert "answered in, median / longest 410 / 1,300 ms" in rows
    assert "clear after the caller was heard 1.4 / 1.4 ms" in rows
    assert "marks sent / returned 0 / 0" in rows
    assert "audio to the phone / heard 20,000 / 11,200 bytes" in rows
    assert "ended by rest" in rows
    assert "1,000 1,000 300.0 298 -2.0" in rows
    assert "400 400 0.0 0 +0.0" in rows
    assert ("All 13 promises kept" in rows) is good
    assert ("BROKEN The model is told of every cut once item_2" in rows) is not good
    assert ("1 of 13 promises broken" in rows) is not good
