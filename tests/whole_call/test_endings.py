"""How calls end: by goodbye, by the caller, by a dead line, with REST well or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.catalog import load_catalog
from tests.virtual_loop import virtual
from tests.whole_call.harness import ASK_HOURS, BYE, World, call_file, hold
from transports.simulated.call_outcome import CallEnd
from transports.simulated.caller_steps import InterruptWhenHeard, Listen, Say, Step
from transports.simulated.faults import ModelOptions
from transports.simulated.network import LinkOptions
from transports.simulated.person import HangUp
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.stream_facts import StreamEnd
from transports.simulated.twilio_rest import Fault

SHORT: list[Step] = [Listen(), Say(BYE), Listen()]


@virtual
async def test_the_goodbye_is_heard_to_its_end_and_then_the_call_is_completed(
    tmp_path: Path,
) -> None:
    held = await hold(call_file(tmp_path), SHORT)

    assert held.broken == []
    (request,) = held.rest
    assert request.form == {"Status": "completed"}
    last = held.stream.playout.runs[-1]
    assert request.at == pytest.approx(last.ended_at, abs=0.001)


@virtual
async def test_a_goodbye_that_has_a_long_way_is_not_cut_either(tmp_path: Path) -> None:
    way = LinkOptions(delay=0.2, jitter=0.05)

    held = await hold(
        call_file(tmp_path),
        SHORT,
        World(phone=PhoneOptions(down=way, up=way), model=ModelOptions(speed_up=0)),
    )

    assert held.broken == []


@virtual
async def test_the_caller_hangs_up_in_mid_word(tmp_path: Path) -> None:
    script: list[Step] = [Listen(), Say(ASK_HOURS), InterruptWhenHeard("", ms=700), HangUp()]

    held = await hold(call_file(tmp_path), script)

    assert held.evidence.outcome.ended_by is CallEnd.CALLER
    assert held.of("call_ended")[0]["reason"] == "stream_stopped"
    assert held.stream.ended_at is not None
    lasted = held.stream.ended_at - held.stream.started_at
    assert held.at("call_ended")[0] == pytest.approx(lasted)
    assert held.evidence.model.closed
    assert held.evidence.tasks_left == []
    assert held.rest == []


@pytest.mark.parametrize("after", [0.01, 0.1, 1.0, 3.3, 4.8, 5.0])
@virtual
async def test_a_line_that_dies_without_stop_ends_the_call_at_once(
    tmp_path: Path, after: float
) -> None:
    phone = PhoneOptions(hang_up_after=after, sends_stop=False)

    held = await hold(call_file(tmp_path), [Listen(), Say(ASK_HOURS), Listen()], World(phone=phone))

    assert held.of("call_ended")[0]["reason"] == "stream_lost"
    assert held.evidence.model.closed
    assert held.evidence.tasks_left == []


@pytest.mark.parametrize("after", [0.02, 0.24, 2.62])
@virtual
async def test_a_caller_who_hangs_up_at_once_leaves_nothing_open(
    tmp_path: Path, after: float
) -> None:
    held = await hold(call_file(tmp_path), [], World(phone=PhoneOptions(hang_up_after=after)))

    assert held.of("call_ended")[0]["reason"] == "stream_stopped"
    assert held.evidence.model.closed
    assert held.evidence.tasks_left == []


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param((Fault(503), Fault(500)), id="REST is busy"),
        pytest.param((Fault(429),), id="too many requests"),
        pytest.param((Fault(0, delay=3.0),), id="REST is slow"),
        pytest.param((Fault(0, delay=4.5),), id="REST answers too late"),
    ],
)
@virtual
async def test_the_call_is_completed_however_rest_stumbles(
    tmp_path: Path, faults: tuple[Fault, ...]
) -> None:
    held = await hold(call_file(tmp_path), SHORT, World(rest_faults=faults))

    assert held.broken == []


@virtual
async def test_when_rest_is_dead_the_stream_is_closed(tmp_path: Path) -> None:
    held = await hold(call_file(tmp_path), SHORT, World(rest_faults=(Fault(503),) * 1000))

    assert held.stream.end is StreamEnd.CLOSED_BY_SERVER
    assert held.evidence.outcome.ended_by is CallEnd.TWIML
    assert held.evidence.tasks_left == []


@virtual
async def test_a_number_that_nobody_answers_is_told_so(tmp_path: Path) -> None:
    call_file(tmp_path, tail='numbers: ["+15550100009"]\nrefusal: This number is not in service.\n')
    catalog = load_catalog(str(tmp_path))

    refused = await hold(catalog, SHORT, World(called="+15550100001"))
    answered = await hold(catalog, SHORT, World(called="+15550100009"))

    assert refused.evidence.outcome.spoken == ["This number is not in service."]
    assert refused.evidence.outcome.streams == []
    assert refused.sessions == []
    assert answered.broken == []


@virtual
async def test_a_caller_who_says_nothing_is_not_hung_up_on(tmp_path: Path) -> None:
    held = await hold(call_file(tmp_path), [], World(phone=PhoneOptions(hang_up_after=120)))

    assert held.evidence.outcome.ended_by is CallEnd.CALLER
    assert held.stream.media_sent == 120 * 50
    assert len(held.evidence.model.caller_audio) == 120 * 8000
