"""The model's side goes wrong: its socket dies, it refuses, it fails, it expires."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.virtual_loop import virtual
from tests.whole_call.harness import ASK_HOURS, BYE, HOURS, Held, World, call_file, hold
from transports.openai_realtime.failures import WITHHELD
from transports.simulated.call_outcome import CallEnd
from transports.simulated.caller_steps import Listen, Say, Step
from transports.simulated.faults import Faults, ModelOptions
from transports.simulated.stream_facts import StreamEnd

FALLBACK = "Please call again in a minute."
ANSWERING = 4.6
"""Seconds after the stream's start at which the model begins its answer."""

WELL = ModelOptions()


def ask_and_leave() -> list[Step]:
    return [Listen(), Say(ASK_HOURS), Listen(), Say(BYE), Listen()]


async def call(folder: Path, world: World, *, model: str = "", tail: str = "") -> Held:
    catalog = call_file(folder, model=model, tail=f'fallback: "{FALLBACK}"\n{tail}')
    return await hold(catalog, ask_and_leave(), world)


def dies_at(seconds: float, **world: float) -> World:
    return World(
        model=ModelOptions(faults=Faults(drop_after=seconds)),
        later_model=WELL,
        dial_takes=world.get("dial_takes", 0.0),
        dials_refused=int(world.get("dials_refused", 0)),
    )


@pytest.mark.parametrize("into_answer", [0.0, 0.4, 0.9, 1.9])
@virtual
async def test_a_socket_that_dies_in_mid_answer_is_replaced_within_two_seconds(
    tmp_path: Path, into_answer: float
) -> None:
    held = await call(tmp_path, dies_at(ANSWERING + into_answer, dial_takes=1.5))

    assert held.broken == []
    (reconnected,) = held.of("model_reconnected")
    assert reconnected["ms"] <= 2000
    assert len(held.sessions) == 2
    assert held.understood[-1] == BYE


@virtual
async def test_what_the_caller_says_meanwhile_is_kept(tmp_path: Path) -> None:
    # The question is asked from 2.66 to 3.85 s: all of it while no model is there.
    held = await call(tmp_path, dies_at(2.5, dial_takes=1.5))

    assert held.broken == []
    assert held.sessions[1].listener.turns
    assert held.understood == [ASK_HOURS, BYE]
    assert held.heard[1].startswith(HOURS)


@virtual
async def test_the_new_session_knows_what_was_said_and_heard(tmp_path: Path) -> None:
    held = await call(tmp_path, dies_at(9.0))

    created = [
        (event["item"]["role"], event["item"]["content"][0]["text"])
        for event in held.sessions[1].received
        if event["type"] == "conversation.item.create" and event["item"]["type"] == "message"
    ]
    assert created == [
        ("assistant", "Hello, how can I help you?"),
        ("user", ASK_HOURS),
        ("assistant", f"{HOURS} What else can I do for you?"),
    ]


@virtual
async def test_a_model_that_is_away_for_a_second_is_dialled_again_and_again(tmp_path: Path) -> None:
    held = await call(tmp_path, dies_at(2.5, dials_refused=3))

    assert held.broken == []
    assert held.of("model_reconnected")[0]["ms"] <= 2000
    assert held.understood == [ASK_HOURS, BYE]


@virtual
async def test_a_model_that_stays_away_ends_in_a_spoken_fallback(tmp_path: Path) -> None:
    held = await call(tmp_path, dies_at(2.5, dials_refused=10_000))

    assert held.evidence.outcome.spoken == [FALLBACK]
    assert held.of("model_lost") == [{"reason": "unreachable"}]
    assert held.evidence.model.closed
    assert held.evidence.tasks_left == []


@virtual
async def test_a_greeting_that_was_cut_off_by_a_dead_socket_is_said_again(tmp_path: Path) -> None:
    held = await call(tmp_path, dies_at(0.1, dial_takes=1.0))

    assert held.broken == []
    assert held.heard[0] == "Hello, how can I help you?"


@virtual
async def test_an_expired_session_is_replaced(tmp_path: Path) -> None:
    world = World(model=ModelOptions(lifetime=8.0), later_model=WELL)

    held = await call(tmp_path, world)

    assert held.broken == ["Neither peer refused a message: the model: session_expired"]
    assert len(held.sessions) == 2
    assert held.heard[1] == f"{HOURS} What else can I do for you?"


@pytest.mark.parametrize("failing", [1, 2])
@virtual
async def test_no_quota_ends_in_a_spoken_fallback(tmp_path: Path, failing: int) -> None:
    faults = Faults(failed_responses={failing: "insufficient_quota"})

    held = await call(tmp_path, World(model=ModelOptions(faults=faults)))

    assert held.evidence.outcome.spoken == [FALLBACK]
    assert held.stream.end is StreamEnd.REDIRECTED
    assert len(held.sessions) == 1
    assert held.evidence.model.closed
    assert held.evidence.tasks_left == []


@virtual
async def test_a_bad_key_ends_in_a_spoken_fallback(tmp_path: Path) -> None:
    held = await call(tmp_path, World(model=ModelOptions(api_key="sk-another")))

    assert held.evidence.outcome.spoken == [FALLBACK]
    assert held.of("model_lost") == [{"reason": "invalid_api_key"}]
    assert len(held.sessions) == 1
    assert held.evidence.model.closed


@pytest.mark.parametrize("code", ["server_error", "rate_limit_exceeded"])
@virtual
async def test_a_response_that_failed_is_tried_again(tmp_path: Path, code: str) -> None:
    world = World(model=ModelOptions(faults=Faults(failed_responses={2: code})))

    held = await call(tmp_path, world)

    assert held.broken == []
    assert held.heard[1] == f"{HOURS} What else can I do for you?"


def always(code: str, *, first: int = 2) -> World:
    """Every response from the ``first`` on fails so."""
    faults = Faults(failed_responses=dict.fromkeys(range(first, 100), code))
    return World(model=ModelOptions(faults=faults))


@pytest.mark.parametrize("first", [1, 2], ids=["the greeting", "an answer"])
@pytest.mark.parametrize(
    "code", ["rate_limit_exceeded", "server_error", "some_new_trouble", "content_filter"]
)
@virtual
async def test_a_model_that_fails_again_and_again_ends_in_a_spoken_fallback(
    tmp_path: Path, code: str, first: int
) -> None:
    held = await call(tmp_path, always(code, first=first))

    assert held.evidence.outcome.spoken == [FALLBACK]
    assert held.of("model_lost") == [{"reason": code}]
    assert held.of("fallback") == [{"reason": code}]
    failed = held.at("response_failed")
    assert len(failed) == 4  # once, and three times more
    assert failed[-1] - failed[0] <= 5.0
    assert held.at("fallback")[0] - failed[-1] <= 1.0
    assert held.evidence.model.closed
    assert held.evidence.tasks_left == []


@virtual
async def test_an_answer_that_was_filtered_is_followed_by_another_that_knows(
    tmp_path: Path,
) -> None:
    faults = Faults(failed_responses={2: "content_filter"})

    held = await call(tmp_path, World(model=ModelOptions(faults=faults)))

    assert held.broken == []
    assert [entry["code"] for entry in held.of("response_failed")] == ["content_filter"]
    told = [
        event["item"]["content"][0]["text"]
        for event in held.told_model("conversation.item.create")
        if event["item"].get("role") == "system"
    ]
    assert told == [WITHHELD]
    assert held.heard[1].endswith("What else can I do for you?")
    assert held.evidence.outcome.ended_by is CallEnd.REST


@virtual
async def test_a_goodbye_that_fails_is_said_again(tmp_path: Path) -> None:
    # The call ends with the fourth response: greeting, answer, the call of end_call, goodbye.
    faults = Faults(failed_responses={4: "server_error"})

    held = await call(tmp_path, World(model=ModelOptions(faults=faults)))

    assert held.broken == []
    assert [entry["why"] for entry in held.of("hangup")] == ["goodbye heard"]
    assert held.evidence.outcome.spoken == []


@virtual
async def test_a_goodbye_that_can_not_be_made_is_said_all_the_same(tmp_path: Path) -> None:
    held = await call(tmp_path, always("rate_limit_exceeded", first=4))

    assert held.evidence.outcome.spoken == ["Thank you for calling. Goodbye."]
    assert [entry["why"] for entry in held.of("hangup")] == ["goodbye by Twilio"]


@virtual
async def test_a_model_that_confirms_another_format_is_understood_all_the_same(
    tmp_path: Path,
) -> None:
    held = await call(tmp_path, World(model=ModelOptions(faults=Faults(ignore_format=True))))

    assert len(held.of("transcoding")) == 2
    assert held.understood == [ASK_HOURS, BYE]
    assert held.heard[1].endswith(f"{HOURS} What else can I do for you?")
    assert held.evidence.outcome.ended_by is CallEnd.REST


@virtual
async def test_a_transcript_that_never_comes_changes_nothing(tmp_path: Path) -> None:
    held = await call(tmp_path, World(model=ModelOptions(faults=Faults(unintelligible=True))))

    assert held.broken == []
    assert held.understood == [ASK_HOURS, BYE]


@virtual
async def test_settings_that_are_confirmed_late_lose_no_audio(tmp_path: Path) -> None:
    held = await call(tmp_path, World(model=ModelOptions(faults=Faults(settings_delay=3.0))))

    assert held.broken == []
    assert held.evidence.model.caller_audio[:8000] == bytes(held.stream.caller_audio[:8000])


@virtual
async def test_a_file_that_wants_no_second_session_gets_the_fallback(tmp_path: Path) -> None:
    held = await call(tmp_path, dies_at(5.0), model="reconnect: false")

    assert held.evidence.outcome.spoken == [FALLBACK]
    assert len(held.sessions) == 1
