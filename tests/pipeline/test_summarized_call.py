"""Whole calls that are summed up: what the server holds, what is remembered, what it costs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection

from processors.base import CallProcessor
from processors.context import CallContext
from processors.memory_frames import MemoryFrame, MemoryRequestFrame
from processors.state.memory import Remembered
from processors.state.prices import Tokens
from tests.pipeline.whole_call import CALL_FILE, WholeCall, catalog_of, whole_call, with_entries
from transports.simulated.brain_script import BrainScript, ChecklistItem
from transports.simulated.caller_steps import InterruptWhenHeard, Listen, Say, StaySilent, Step
from transports.simulated.conversation import Item
from transports.simulated.faults import ModelOptions
from transports.simulated.model_sessions import ModelSessions
from transports.simulated.person import HangUp
from transports.simulated.virtual_loop import run_virtual

CHECKLIST = (
    ChecklistItem("name", "May I have your name?", confirm=True),
    ChecklistItem("budget", "What is your budget?"),
    ChecklistItem("tour", "When would you like a tour?"),
)
SCRIPT = BrainScript(
    greeting="Welcome to Acme Realty, how can I help you today?",
    goodbye="Thank you for calling. Goodbye.",
    checklist=CHECKLIST,
    facts=("Tours are free and take half an hour.",),
)
AGENT = """\
  information:
    checklist:
      - {field: name, ask: May I have your name?, confirm: true}
      - {field: budget, ask: What is your budget?}
      - {field: tour, ask: When would you like a tour?}
"""
SAID = (
    "Hello there.",
    "My name is Jordan Lee.",
    "Yes, that's right.",
    "It is 2400 a month.",
    "By the way, are your tours free?",
    "Is there a garage?",
    "How long do your tours take?",
    "Is there a garden?",
)


SHORT: dict[str, Any] = {"token_budget": 500}
"""Less than any conversation: each summary shortens it."""


def call_file(**settings: Any) -> str:
    if "model_name" in settings:
        settings["model"] = settings.pop("model_name")
    entry = json.dumps({"type": "transcript_summarizer", **settings})
    return with_entries(entry) + AGENT


def talk(*said: str, end: Step | None = None) -> list[Step]:
    steps: list[Step] = [Listen()]
    for words in said or SAID:
        steps += [Say(words), Listen()]
    return [*steps, end or HangUp()]


def placed(
    folder: Path,
    steps: list[Step] | None = None,
    *,
    on_call: Callable[[CallContext, ModelSessions], None] | None = None,
    model: ModelOptions | None = None,
    text: str | None = None,
    **settings: Any,
) -> WholeCall:
    return run_virtual(
        whole_call(
            catalog_of(folder, text or call_file(**settings)),
            steps or talk(),
            script=SCRIPT,
            model=model,
            on_call=on_call,
        )
    )


def on_server(call: WholeCall) -> list[Item]:
    return call.sessions[-1].conversation.items


def text_of(item: Item) -> str:
    return " ".join(part.text or part.spoken for part in item.content)


def test_older_turns_become_notes_and_the_last_ones_stay(tmp_path: Path) -> None:
    call = placed(tmp_path, every_turns=3, keep_turns=2, **SHORT)

    notes, *rest = on_server(call)
    assert (notes.role, notes.content[0].type) == ("system", "input_text")
    assert "name: Jordan Lee (confirmed)\nbudget: 2400 a month" in text_of(notes)
    callers = [item for item in rest if item.role == "user"]
    assert 2 <= len(callers) <= 2 + 3
    assert text_of(callers[-1]) == "Is there a garden?"
    assert sum("Notes on this call" in text_of(item) for item in on_server(call)) == 1
    assert len(call.journal("compaction")) >= 2
    assert {entry.fields["refused"] for entry in call.journal("compaction")} == {0}
    assert call.evidence.model.errors == ()


def test_a_conversation_within_its_budget_is_summed_up_but_left_whole(tmp_path: Path) -> None:
    call = placed(tmp_path, every_turns=3, keep_turns=2)

    assert len(call.journal("memory")) >= 2
    assert call.context.memory.fields["name"] == Remembered("Jordan Lee", confirmed=True)
    assert call.journal("compaction") == []
    assert text_of(on_server(call)[1]) == "Hello there."


def test_nothing_is_edited_while_somebody_speaks_or_a_response_runs(tmp_path: Path) -> None:
    busy: list[str] = []
    call = placed(
        tmp_path,
        every_turns=2,
        keep_turns=1,
        on_call=lambda _, sessions: watch(sessions, busy),
        **SHORT,
    )

    assert len(call.journal("compaction")) >= 3
    assert busy == []


def watch(sessions: ModelSessions, busy: list[str]) -> None:
    """Note each edit that the server gets while the caller speaks or a response runs."""
    session = sessions.sessions[0]
    handle = session.receive

    def receive(message: str | bytes) -> None:
        event = json.loads(message)
        deletes = event["type"] == "conversation.item.delete"
        notes = str(event.get("item", {}).get("id", "")).startswith("notes_")
        if deletes or notes:
            sent = session.wire.sent
            started = sent.get("input_audio_buffer.speech_started", 0)
            open_turn = started > sent.get("input_audio_buffer.committed", 0)
            if open_turn or session.responder.active is not None:
                busy.append(event["type"])
        handle(message)

    session.receive = receive  # type: ignore[method-assign]  # a wire tap, not a behaviour


def test_the_prompt_cache_holds_between_two_summaries(tmp_path: Path) -> None:
    call = placed(tmp_path, every_turns=4, keep_turns=1)

    fresh = []
    for before, entry in pairwise(
        one for one in call.entries if one.kind in ("response_ended", "compaction")
    ):
        if entry.kind == "response_ended" and before.kind == "response_ended":
            tokens = Tokens.of(entry.fields["usage"])
            fresh.append(tokens.input - tokens.cached)
    # New is only the last answer and the caller's turn; to the first one, the prompt too.
    assert len(fresh) >= 5
    assert max(fresh[1:]) < 200


def test_the_summary_is_an_aside_that_nobody_hears(tmp_path: Path) -> None:
    call = placed(tmp_path, every_turns=3)

    asides = [one for one in call.sessions[0].responder.responses if one.params.aside]
    assert len(asides) >= 2
    assert {one.params.modality for one in asides} == {"text"}
    assert all("JSON Schema" in one.params.instructions for one in asides)
    heard = " ".join(line.text for line in call.caller.heard_lines)
    assert "confirmed" not in heard
    assert "{" not in heard


def test_the_memory_is_in_the_context_and_the_journal_and_whole_at_the_end(tmp_path: Path) -> None:
    call = placed(tmp_path, every_turns=5)

    memory = call.context.memory
    assert memory.fields == {
        "name": Remembered("Jordan Lee", confirmed=True),
        "budget": Remembered("2400 a month"),
        "tour": None,
    }
    assert "Is there a garden?" in memory.open_questions
    assert call.journal("memory")[0].private["memory"]["topic"] == "are your tours free"
    last = call.journal("memory")[-1]
    assert last.fields["reason"] == "end"
    assert last.private["memory"] == memory.as_dict()
    assert "Lee" not in str([entry.fields for entry in call.entries])


def test_a_call_too_short_for_a_summary_is_remembered_when_the_caller_hangs_up(
    tmp_path: Path,
) -> None:
    call = placed(tmp_path, talk(*SAID[:2]))

    assert [entry.fields["reason"] for entry in call.journal("memory")] == ["end"]
    assert call.context.memory.known == {"name": Remembered("Jordan Lee")}
    assert call.journal("call_ended")[0].at >= call.journal("memory")[0].at
    assert call.evidence.tasks_left == []


def test_the_memory_is_written_while_the_goodbye_is_spoken(tmp_path: Path) -> None:
    call = placed(tmp_path, talk(*SAID[:4], "That's all, goodbye.", end=StaySilent(1)))

    (memory,) = call.journal("memory")
    (hangup,) = call.journal("hangup")
    assert memory.fields["reason"] == "end"
    assert memory.at < hangup.at
    assert call.context.memory.fields["budget"] == Remembered("2400 a month")


def test_a_caller_who_speaks_into_the_goodbye_is_summed_up_as_before(tmp_path: Path) -> None:
    into = InterruptWhenHeard("Wait, one more thing, it is 2400 a month.", ms=900)
    text = call_file(every_turns=2, keep_turns=1, **SHORT).replace(
        "- type: interruption", "- {type: interruption, protect: []}"
    )
    steps = [*talk(*SAID[:3], end=Say("That's all, goodbye.")), into]
    call = placed(tmp_path, [*steps, *talk(*SAID[4:])], text=text)

    assert call.journal("hangup") == []
    assert [entry.fields["reason"] for entry in call.journal("memory")][-2] != "end"
    assert call.journal("compaction")[-1].at > call.caller.spoken[4].ended_at
    assert call.context.memory.fields["name"] == Remembered("Jordan Lee", confirmed=True)


def test_words_said_after_the_last_summary_was_asked_for_are_in_the_memory(tmp_path: Path) -> None:
    slow = ModelOptions(text_chars_per_delta=1, first_delta=1.0)
    steps = [*talk(*SAID[:3], end=Say(SAID[3])), StaySilent(2.0), HangUp()]
    call = placed(tmp_path, steps, model=slow, every_turns=3)

    assert [entry.fields["reason"] for entry in call.journal("memory")] == ["turns", "end"]
    assert call.context.memory.fields["budget"] == Remembered("2400 a month")


def test_when_the_topic_changes_the_known_is_restated_in_one_sentence(tmp_path: Path) -> None:
    call = placed(tmp_path, talk(*SAID[:6]), every_turns=20)

    (restated,) = [item for item in on_server(call) if item.id.startswith("note_")]
    assert restated.role == "system"
    assert text_of(restated).startswith("The caller has come to a new topic, are your tours free")
    assert "name: Jordan Lee (confirmed); budget: 2400 a month" in text_of(restated)
    assert call.journal("memory")[0].fields["reason"] == "topic"


def test_a_conversation_beyond_its_budget_is_summed_up_early(tmp_path: Path) -> None:
    call = placed(tmp_path, talk(*SAID[:4]), every_turns=20, token_budget=500)

    assert call.journal("memory")[0].fields["reason"] == "tokens"


def test_only_what_was_heard_is_summed_up(tmp_path: Path) -> None:
    cut = InterruptWhenHeard("It is 2400 a month.", ms=600)
    call = placed(tmp_path, [Listen(), Say("Are your tours free?"), cut, Listen(), HangUp()])

    asides = [one for one in call.sessions[0].responder.responses if one.params.aside]
    told = text_of(asides[-1].params.context[0])
    assert "Assistant: Tours" in told
    assert "half an hour" not in told


def test_without_transcription_the_model_goes_by_what_it_heard(tmp_path: Path) -> None:
    text = call_file(every_turns=3, **SHORT).replace(
        "- type: openai_realtime", "- {type: openai_realtime, transcription: null}"
    )
    call = placed(tmp_path, text=text)

    assert call.context.memory.fields["name"] == Remembered("Jordan Lee", confirmed=True)
    asides = [one for one in call.sessions[0].responder.responses if one.params.aside]
    assert any(item.role == "user" and item.audio_ms for item in asides[0].params.context)
    assert call.journal("compaction")


# When it fails.


@pytest.mark.parametrize("code", ["server_error", "rate_limit_exceeded"])
def test_a_failed_summary_is_tried_again_and_the_call_goes_on(tmp_path: Path, code: str) -> None:
    def on_call(context: CallContext, sessions: ModelSessions) -> None:
        fail_first_aside(sessions, code)

    call = placed(tmp_path, every_turns=3, on_call=on_call)

    assert call.journal("memory_failed")[0].fields == {"reason": "turns", "why": "missing"}
    assert call.journal("memory")[0].fields["reason"] == "turns"
    assert len(call.caller.heard_lines) == len(SAID) + 1


def fail_first_aside(sessions: ModelSessions, code: str) -> None:
    session = sessions.sessions[0]
    create = session.responder.create
    failed: list[str] = []

    def failing(wire: Any) -> Any:
        if wire.get("conversation") == "none" and not failed:
            failed.append(code)
            session.fail_next_response(code)
        return create(wire)

    session.responder.create = failing  # type: ignore[method-assign]  # a fault on demand


def test_a_late_summary_is_dropped_and_tried_again(tmp_path: Path) -> None:
    slow = ModelOptions(text_chars_per_delta=1, first_delta=1.2)
    call = placed(tmp_path, talk(*SAID[:5]), model=slow, every_turns=2, timeout=1.0)

    assert {entry.fields["why"] for entry in call.journal("memory_failed")} == {"late"}
    assert call.journal("memory") == []
    assert len(call.caller.heard_lines) == 6
    assert call.evidence.tasks_left == []


@pytest.mark.parametrize(
    ("settings", "first_kept"),
    [(SHORT, "It is 2400 a month."), ({}, "By the way, are your tours free?")],
    ids=["shortened before", "whole until then"],
)
def test_a_fresh_session_gets_the_notes_and_the_turns_since_as_heard(
    tmp_path: Path, settings: dict[str, Any], first_kept: str
) -> None:
    steps = talk(*SAID[:6], end=StaySilent(3))
    call = placed(tmp_path, [*steps, Say("Is there a garden?"), Listen(), HangUp()],
                  every_turns=3, keep_turns=2, on_call=drop_in_the_silence, **settings)  # fmt: skip

    assert len(call.sessions) == 2
    first, *told = [
        event["item"]
        for event in call.sessions[1].received
        if event["type"] == "conversation.item.create"
    ]
    assert first["role"] == "system"
    assert "name: Jordan Lee (confirmed)" in first["content"][0]["text"]
    texts = [part["text"] for item in told for part in item["content"]]
    assert not any("My name is" in text for text in texts)
    assert texts[0] == first_kept
    assert "Is there a garage?" in texts
    assert call.evidence.model.errors == ()
    assert call.context.memory.fields["name"] == Remembered("Jordan Lee", confirmed=True)


def drop_in_the_silence(context: CallContext, sessions: ModelSessions) -> None:
    def note(entry: Any) -> None:
        if entry.kind == "caller_said" and "garage" in entry.private["text"]:
            loop = asyncio.get_running_loop()
            loop.call_later(9.0, lambda: dropping.append(loop.create_task(drop())))

    async def drop() -> None:
        await sessions.sessions[0].drop()

    dropping: list[asyncio.Task[None]] = []
    context.journal.listen(note)


def test_with_the_model_gone_the_last_memory_stays(tmp_path: Path) -> None:
    def lose_the_model(context: CallContext, sessions: ModelSessions) -> None:
        dropping: list[asyncio.Task[None]] = []

        def note(entry: Any) -> None:
            if entry.kind == "memory":
                sessions.options = ModelOptions(api_key="another")
                dropping.append(asyncio.create_task(sessions.sessions[0].drop()))

        context.journal.listen(note)

    call = placed(tmp_path, every_turns=4, on_call=lose_the_model)

    assert call.journal("model_lost")
    assert call.context.memory.fields["name"] == Remembered("Jordan Lee", confirmed=True)
    assert len(call.journal("memory")) == 1


# By a text model.


def test_a_text_model_sums_up_from_what_was_heard(tmp_path: Path) -> None:
    call = placed(tmp_path, every_turns=3, keep_turns=2, model_name="some-text-model", **SHORT)

    assert call.context.memory.fields["name"] == Remembered("Jordan Lee", confirmed=True)
    assert not any(one.params.aside for one in call.sessions[0].responder.responses)
    assert {entry.fields["model"] for entry in call.journal("side_answer")} == {"some-text-model"}
    assert call.journal("compaction")
    assert text_of(on_server(call)[0]).startswith("Notes on this call")


# What others ask of it.


class Asker(CallProcessor):
    """Wants the memory when the caller asks for a garage, as an escalation would."""

    def __init__(self, context: CallContext) -> None:
        super().__init__()
        self._context = context
        self.memories: list[MemoryFrame] = []
        context.resources["memories"] = self.memories
        context.journal.listen(self._note)

    def _note(self, entry: Any) -> None:
        if entry.kind == "caller_said" and "garage" in entry.private["text"]:
            self._asking = self.create_task(
                self.push_frame(MemoryRequestFrame(), FrameDirection.UPSTREAM), "ask"
            )

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, MemoryFrame):
            self.memories.append(frame)
        await self.push_frame(frame, direction)


def test_before_an_escalation_the_memory_can_be_had_at_once(tmp_path: Path) -> None:
    text = call_file(every_turns=20, topic_cues=[]).replace(
        "agent:", f'  - {{type: custom, use: "{__name__}:Asker"}}\nagent:', 1
    )
    call = placed(tmp_path, talk(*SAID[:6]), text=text)

    (memory,) = [one for one in call.context.resources["memories"] if one.reason == "escalation"]
    assert memory.fresh
    assert memory.memory.fields["budget"] == Remembered("2400 a month")


def test_a_call_without_it_is_not_summed_up(tmp_path: Path) -> None:
    call = placed(tmp_path, text=CALL_FILE + AGENT)

    assert call.journal("memory") == []
    assert call.context.memory.empty
    assert len([item for item in on_server(call) if item.role == "user"]) == len(SAID)
