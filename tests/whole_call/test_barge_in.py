"""The caller cuts in: what was heard is what the model is told was heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.virtual_loop import run_virtual, virtual
from tests.whole_call.harness import ASK_HOURS, BYE, Held, World, call_file, hold
from transports.simulated.call_outcome import CallEnd
from transports.simulated.caller_steps import InterruptWhenHeard, Listen, Say, Step
from transports.simulated.faults import Faults, ModelOptions
from transports.simulated.network import LinkOptions, Span
from transports.simulated.phone_options import PhoneOptions

DELAY = 0.02


def cutting_in(after_ms: float) -> list[Step]:
    """Asks, cuts the answer short with another question, hears that out, and leaves."""
    return [
        Listen(),
        Say(ASK_HOURS),
        InterruptWhenHeard("No, wait. Are you open today?", ms=after_ms),
        Listen(),
        Say(BYE),
        Listen(),
    ]


def clear_at(held: Held) -> float:
    """When the clear reached the phone, in seconds since the stream began."""
    return held.stream.playout.clears[0].at - held.stream.started_at


async def cut_call(folder: Path, world: World, after_ms: float = 1500) -> Held:
    return await hold(call_file(folder), cutting_in(after_ms), world)


@virtual
async def test_an_answer_is_cut_where_the_caller_cut_in(tmp_path: Path) -> None:
    held = await cut_call(tmp_path, World())

    assert held.broken == []
    assert held.cut.heard_ms == pytest.approx(1500, abs=100)
    assert held.cut.error_ms == pytest.approx(0, abs=1)
    assert held.heard[1] == "We are open from nine t"


@virtual
async def test_from_the_models_word_to_the_clear_no_time_passes(tmp_path: Path) -> None:
    held = await cut_call(tmp_path, World())

    began_at = held.at("interruption")[0]
    assert clear_at(held) == pytest.approx(began_at, abs=1e-6)


@pytest.mark.parametrize("after_ms", [300, 500, 900, 3000])
@virtual
async def test_two_items_in_one_response(tmp_path: Path, after_ms: float) -> None:
    world = World(model=ModelOptions(commentary=True))

    held = await cut_call(tmp_path, world, after_ms)

    assert held.broken == []
    cuts = held.cuts
    if after_ms < 726:  # "Let me see.": cut, and the answer behind it with it
        assert [cut.heard_ms for cut in cuts] == [after_ms + 50, 0.0]
        assert [cut.believed_ms for cut in cuts] == [pytest.approx(after_ms + 50, abs=1), 0]
    else:  # heard whole, and left alone
        assert [cut.heard_ms for cut in cuts] == [after_ms + 50 - 726]


@virtual
async def test_an_item_that_was_all_but_heard_is_left_alone_and_the_next_one_deleted(
    tmp_path: Path,
) -> None:
    held = await cut_call(tmp_path, World(model=ModelOptions(commentary=True)), 650)

    assert held.broken == []
    assert [(cut.heard_ms, cut.believed_ms) for cut in held.cuts] == [(0.0, 0)]
    assert held.told_model("conversation.item.truncate") == []


@virtual
async def test_an_answer_that_was_generated_whole_long_before(tmp_path: Path) -> None:
    held = await cut_call(tmp_path, World(model=ModelOptions(speed_up=0)), 4000)

    assert held.broken == []
    assert held.cut.sent_ms == held.cut.said_ms
    assert held.cut.heard_ms == pytest.approx(4050)


@pytest.mark.parametrize("speed_up", [0.5, 0.8, 1.0])
@virtual
async def test_a_model_that_is_slower_than_its_own_speech(tmp_path: Path, speed_up: float) -> None:
    held = await cut_call(tmp_path, World(model=ModelOptions(speed_up=speed_up)))

    assert held.broken == []
    assert 0 < held.cut.heard_ms < held.cut.sent_ms < 2000  # the rest was never made
    assert len(held.stream.playout.runs) > 5 or speed_up == 1.0  # it ran dry again and again


@pytest.mark.parametrize("jitter", [0.0, 0.02])
@virtual
async def test_one_way_delays_of_200_ms(tmp_path: Path, jitter: float) -> None:
    way = LinkOptions(delay=0.2, jitter=jitter)

    held = await cut_call(tmp_path, World(phone=PhoneOptions(down=way, up=way)))

    assert held.broken == []
    assert held.cut.heard_ms > 1800  # heard until the clear was there


STALLS = [
    pytest.param(-3.0, 0.5, id="long before"),
    pytest.param(-1.0, 0.9, id="just before"),
    pytest.param(-0.5, 1.0, id="from before to after"),
    pytest.param(-0.2, 1.5, id="over speech and clear"),
    pytest.param(-1.0, 2.5, id="through it all"),
    pytest.param(0.01, 0.5, id="after the clear"),
    pytest.param(0.01, 1.5, id="long after the clear"),
]


@pytest.mark.parametrize("direction", ["down", "up"])
@pytest.mark.parametrize(("begins", "lasts"), STALLS)
def test_a_stalled_network(tmp_path: Path, direction: str, begins: float, lasts: float) -> None:
    even = LinkOptions(delay=DELAY)
    usual = run_virtual(cut_call(tmp_path, World(phone=PhoneOptions(down=even, up=even))))
    stall = Span(max(0.0, clear_at(usual) + begins), lasts)
    stalled = LinkOptions(delay=DELAY, stalls=(stall,))
    phone = PhoneOptions(
        down=stalled if direction == "down" else even, up=stalled if direction == "up" else even
    )

    held = run_virtual(cut_call(tmp_path, World(phone=phone)))

    assert held.broken == []
    assert held.cuts


@pytest.mark.parametrize(
    ("begins", "lasts"),
    [
        pytest.param(-1.2, 0.9, id="before"),
        pytest.param(0.5, 0.2, id="after"),
        pytest.param(-0.9, 0.84, id="up to the first sound"),
    ],
)
def test_a_hole_in_the_callers_audio(tmp_path: Path, begins: float, lasts: float) -> None:
    even = LinkOptions(delay=DELAY)
    usual = run_virtual(cut_call(tmp_path, World(phone=PhoneOptions(down=even, up=even))))
    hole = Span(clear_at(usual) + begins, lasts)

    phone = PhoneOptions(down=even, up=even, gaps=(hole,))
    held = run_virtual(cut_call(tmp_path, World(phone=phone)))

    assert held.broken == []
    assert held.cuts


@virtual
async def test_audio_that_arrives_after_the_cut_is_not_heard(tmp_path: Path) -> None:
    # Generated as it plays, so that it is under way when the caller cuts in.
    model = ModelOptions(speed_up=1.2, faults=Faults(late_deltas=10))

    held = await cut_call(tmp_path, World(model=model))

    assert held.broken == []
    assert held.sessions[0].wire.sent["response.output_audio.delta"] > held.stream.media_received


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(Faults(audio_shortfall_ms=85), id="the model counts less than it sent"),
        pytest.param(Faults(odd_events=True), id="unknown events and fields"),
    ],
)
@virtual
async def test_what_other_runtimes_stumble_over(tmp_path: Path, faults: Faults) -> None:
    held = await cut_call(tmp_path, World(model=ModelOptions(faults=faults)))

    assert held.broken == []


@virtual
async def test_a_truncation_that_the_model_refuses_is_survived(tmp_path: Path) -> None:
    # All of the answer is at the phone, and 85 ms of it are more than the model believes.
    model = ModelOptions(speed_up=0, faults=Faults(audio_shortfall_ms=85))
    script: list[Step] = [
        Listen(),
        Say(ASK_HOURS),
        InterruptWhenHeard("Today?", ms=7400),
        Listen(),
        Say(BYE),
        Listen(),
    ]

    held = await hold(call_file(tmp_path), script, World(model=model))

    assert held.of("model_error") == [{"code": "invalid_value", "param": None}]
    assert len(held.told_model("conversation.item.truncate")) == 1
    assert held.evidence.outcome.ended_by is CallEnd.REST
    assert not [broken for broken in held.broken if "goodbye" in broken]


@pytest.mark.parametrize(
    "phone",
    [
        pytest.param(PhoneOptions(duplicate_marks=0.5), id="marks come twice"),
        pytest.param(PhoneOptions(late_marks=0.3), id="marks come late"),
        pytest.param(PhoneOptions(late_marks=0.3, late_by=3600), id="marks never come"),
    ],
)
@virtual
async def test_marks_that_misbehave(tmp_path: Path, phone: PhoneOptions) -> None:
    held = await cut_call(tmp_path, World(phone=phone))

    assert held.broken == []


@virtual
async def test_the_same_with_a_stock_processor_in_between(tmp_path: Path) -> None:
    stock = """\
    name: With a stock processor
    pipeline:
      - type: twilio_serializer
      - type: mulaw_passthrough
      - type: openai_realtime
      - type: interruption
      - {type: custom, use: "pipecat.processors.filters.identity_filter:IdentityFilter"}
    agent:
      role: You answer the phone.
      greeting: Hello, how can I help you?
    """
    from pipeline.catalog import load_catalog
    from tests.pipeline.files import write

    held = await hold(load_catalog(str(write(tmp_path, stock))), cutting_in(1500))

    assert held.broken == []
    assert held.cut.heard_ms == pytest.approx(1500, abs=100)
