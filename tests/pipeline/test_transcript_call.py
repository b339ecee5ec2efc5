"""The transcript of whole calls, held against what both ends know."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pipecat.adapters.llm.services.open_ai_adapter import OpenAILLMAdapter
from pipecat.frames.frames import Frame, LLMContextFrame
from pipecat.processors.aggregators.gated_llm_context import GatedLLMContextAggregator
from pipecat.processors.frame_processor import FrameDirection
from pipecat.utils.sync.event_notifier import EventNotifier

from processors.context import CallContext
from processors.state.turn import TurnState
from processors.turn_frames import TurnEndedFrame
from tests.pipeline.whole_call import (
    CALL_FILE,
    VOICE,
    WholeCall,
    catalog_of,
    whole_call,
    with_entries,
)
from tests.virtual_loop import virtual
from transports.simulated.brain_script import BrainScript
from transports.simulated.caller_steps import InterruptWhenHeard, Listen, Say, StaySilent, Step
from transports.simulated.faults import Faults, ModelOptions
from transports.simulated.model_sessions import ModelSessions
from transports.simulated.network import LinkOptions
from transports.simulated.person import HangUp, PressDigits
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.virtual_loop import run_virtual

GREETING = "Welcome to Acme Realty, how can I help you today?"
FACT = (
    "The office is open from nine to six on weekdays, and from ten to four on Saturdays, except "
    "on public holidays, when nobody is there at all."
)
SCRIPT = BrainScript(greeting=GREETING, facts=(FACT,), goodbye="Thank you for calling. Goodbye.")
QUESTION = "When are you open?"


def spoken_by(call: WholeCall, item_id: str) -> str:
    """All that an item would have said."""
    for session in call.sessions:
        if item_id in session.items:
            return session.items[item_id].content[0].spoken
    raise AssertionError(item_id)


def interruptions(seed: int, count: int) -> list[Step]:
    dice = Random(seed)
    asked = [
        InterruptWhenHeard(QUESTION, ms=dice.uniform(100, 7000), patience=15) for _ in range(count)
    ]
    return [Listen(), Say(QUESTION), *asked, HangUp()]


@pytest.mark.parametrize("speed_up", [0.0, 1.3, 6.0])
@pytest.mark.parametrize(("lead_ms", "delay"), [(300, 0.0), (-150, 0.02), (1500, 0.08)])
def test_every_cut_turn_has_the_words_that_were_heard(
    tmp_path: Path, speed_up: float, lead_ms: int, delay: float
) -> None:
    """Twelve interruptions each: over 100 in all, mostly while the model still speaks on."""
    seed = int(speed_up * 10) + lead_ms
    line = LinkOptions(delay, delay / 4)
    call = run_virtual(
        whole_call(
            catalog_of(tmp_path),
            interruptions(seed, 12),
            script=SCRIPT,
            model=ModelOptions(seed=seed, speed_up=speed_up, transcript_lead_ms=lead_ms),
            phone=PhoneOptions(seed=seed, down=line, up=line),
        )
    )

    cut = 0
    for part in call.evidence.parts or ():
        turn = call.context.transcript.turn(part.said.item_id)
        assert turn is not None
        spoken = spoken_by(call, turn.item_id)
        truth = spoken[: VOICE.chars_audible(spoken, call.evidence.heard_ms(part))]
        assert abs(len(turn.text.split()) - len(truth.split())) <= 1, (turn.text, truth)
        assert spoken.startswith(turn.text)
        if turn.state is not TurnState.SAID:
            cut += 1
            assert abs(turn.heard_ms - call.evidence.heard_ms(part)) <= 25
    assert cut >= 10
    starts = [turn.started_ms for turn in call.turns if turn.started_ms is not None]
    assert starts == sorted(starts)


@virtual
async def test_turns_stand_in_the_order_in_which_they_were_spoken(tmp_path: Path) -> None:
    steps: list[Step] = [
        Listen(),
        Say(QUESTION),
        Listen(),
        Say("Thanks, goodbye."),
        Listen(),
        StaySilent(5),
    ]
    model = ModelOptions(transcription_delay=2.5)  # words come when the answer is long under way

    call = await whole_call(catalog_of(tmp_path), steps, script=SCRIPT, model=model)

    assert [(turn.role, turn.text) for turn in call.turns] == [
        ("assistant", GREETING),
        ("caller", QUESTION),
        ("assistant", f"{FACT} What else can I do for you?"),
        ("caller", "Thanks, goodbye."),
        ("assistant", SCRIPT.goodbye),
    ]
    for turn, spoken in zip(call.turns[1::2], call.caller.spoken, strict=True):
        began_ms = (spoken.started_at - call.context.transcript.started_at) * 1000
        assert turn.started_ms == pytest.approx(began_ms, abs=45)
        assert turn.ended_ms == pytest.approx(
            began_ms + (spoken.ended_at - spoken.started_at) * 1000, abs=45
        )
    stream = call.evidence.stream
    assert stream is not None
    for turn, run in zip(call.turns[0::2], stream.playout.runs, strict=True):
        assert turn.started_ms == pytest.approx(
            (run.started_at - call.context.transcript.started_at) * 1000, abs=5
        )
    assert len(call.journal("turn")) == 5


@virtual
async def test_failed_transcriptions_are_kept_and_marked(tmp_path: Path) -> None:
    steps: list[Step] = [Listen(), Say(QUESTION), Listen(), HangUp()]
    model = ModelOptions(faults=Faults(unintelligible=True))

    call = await whole_call(catalog_of(tmp_path), steps, script=SCRIPT, model=model)

    assert call.turns[1].state is TurnState.FAILED
    assert call.turns[1].text == "(speech, 1 s)"


@virtual
async def test_without_transcription_turns_are_speech_of_some_length(tmp_path: Path) -> None:
    silent = "{type: openai_realtime, transcription: null}"
    catalog = catalog_of(tmp_path, CALL_FILE.replace("- type: openai_realtime", f"- {silent}"))

    call = await whole_call(catalog, [Listen(), Say(QUESTION), Listen(), HangUp()], script=SCRIPT)

    assert call.turns[1].state is TurnState.UNTRANSCRIBED
    assert call.turns[1].text == "(speech, 1 s)"


def told(call: WholeCall, session: int) -> list[tuple[str, str]]:
    """What a session was told as text."""
    return [
        (event["item"]["role"], event["item"]["content"][0]["text"])
        for event in call.sessions[session].received
        if event["type"] == "conversation.item.create" and event["item"]["type"] == "message"
    ]


def drop_after(seconds: float) -> Any:
    """Have the model's first socket die so long after the call began."""

    def on_call(context: CallContext, sessions: ModelSessions) -> None:
        def drop() -> None:
            asyncio.get_running_loop().create_task(sessions.sessions[0].drop())

        asyncio.get_running_loop().call_later(seconds, drop)

    return on_call


@virtual
async def test_a_fresh_session_is_told_what_was_heard(tmp_path: Path) -> None:
    steps: list[Step] = [Listen(), Say(QUESTION), InterruptWhenHeard("And on Sundays?", ms=2500)]
    steps += [Listen(), PressDigits("1"), Listen(patience=12), HangUp()]

    call = await whole_call(catalog_of(tmp_path), steps, script=SCRIPT, on_call=drop_after(14.0))

    assert len(call.sessions) == 2
    cut = call.turns[2]
    assert cut.state is TurnState.CUT
    assert told(call, 1)[:4] == [
        ("assistant", GREETING),
        ("user", QUESTION),
        ("assistant", cut.text),
        ("user", "And on Sundays?"),
    ]
    assert cut.unheard.endswith("What else can I do for you?")


@virtual
async def test_what_the_phone_still_plays_is_told_and_mended_when_it_is_cut(
    tmp_path: Path,
) -> None:
    steps: list[Step] = [
        Listen(),
        Say(QUESTION),
        InterruptWhenHeard("Stop, please.", ms=3500),
    ]
    steps += [Listen(), HangUp()]
    # Half of the answer is generated when the socket dies, and a quarter of it is heard.
    model = ModelOptions(speed_up=2.0)

    call = await whole_call(
        catalog_of(tmp_path), steps, script=SCRIPT, model=model, on_call=drop_after(8.5)
    )

    playing = call.turns[2]
    assert playing.state is TurnState.CUT
    at_first, mended = [text for role, text in told(call, 1) if role == "assistant"][1:3]
    assert at_first.startswith(playing.text)
    assert len(playing.text) < len(at_first) < len(FACT)
    assert mended == playing.text
    deleted = [e for e in call.sessions[1].received if e["type"] == "conversation.item.delete"]
    assert [event["item_id"] for event in deleted][:1] == [playing.item_id]


class ContextReader(GatedLLMContextAggregator):
    """A stock processor that holds the context back, and one line that looks what it lets out."""

    seen: list[LLMContextFrame]

    def __init__(self, context: CallContext) -> None:
        super().__init__(notifier=EventNotifier(), start_open=True)
        self.call = context
        self.seen = context.resources.setdefault("contexts_seen", [])

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        if isinstance(frame, LLMContextFrame):
            self.seen.append(frame)
        if isinstance(frame, TurnEndedFrame):
            self.call.resources.setdefault("turns_seen", []).append(frame.turn)
        await super().push_frame(frame, direction)


@virtual
async def test_stock_processors_that_read_the_context_see_what_was_heard(tmp_path: Path) -> None:
    reader = f"{{type: custom, use: '{__name__}:ContextReader'}}"
    steps: list[Step] = [Listen(), Say(QUESTION), InterruptWhenHeard("Stop, I see.", ms=2500)]
    steps += [Listen(), Say("Thanks, goodbye."), Listen(), StaySilent(3)]

    call = await whole_call(catalog_of(tmp_path, with_entries(reader)), steps, script=SCRIPT)

    cut = call.turns[2].text
    (frame, *_) = contexts = call.context.resources["contexts_seen"]
    assert len(contexts) >= 1
    sent = await OpenAILLMAdapter().get_llm_invocation_params(
        frame.context, convert_developer_to_user=False
    )
    assert [(m["role"], m.get("content")) for m in sent["messages"]][:4] == [
        ("assistant", GREETING),
        ("user", QUESTION),
        ("assistant", cut),
        ("user", "Stop, I see."),
    ]
    kinds = [m["role"] for m in sent["messages"]]
    assert kinds[-4:] == ["user", "assistant", "tool", "assistant"]
    assert set(call.context.resources["turns_seen"]) == set(call.turns)
