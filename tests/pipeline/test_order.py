"""Order and completeness of a pipeline, and how it stands once it runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest

from pipeline.builder import build_processors
from pipeline.order import REQUIRED_TYPES, Standing, as_run, order_problems, type_of
from processors.context import CallContext, CallInfo, Phone, Speech
from processors.state.journal import Journal
from processors.state.playback import PlaybackLedger
from tests.pipeline.files import MINIMAL, call_file, problems
from transports.simulated.memory_socket import MemorySocket

S, P, M, I, C, H, T = (*REQUIRED_TYPES, "custom", "hangup", "transcript_summarizer")  # noqa: E741 - one letter a part


@pytest.mark.parametrize(
    "types",
    [
        [S, P, M, I],
        [S, P, M, C, I, C],
        [S, C, P, C, M, I],
        [S, P, M, I, H],
        [S, P, M, H, C, I],
        [S, "recording", P, M, I, "transcript", "call_record"],
        [S, "call_record", P, M, I],
    ],
)
def test_a_pipeline_in_order_has_no_problem(types: list[str]) -> None:
    assert list(order_problems(types)) == []


@pytest.mark.parametrize(
    ("types", "told"),
    [
        (
            [P, M, I],
            [(None, "there is no twilio_serializer; put `- type: twilio_serializer` first")],
        ),
        ([S, M, I], [(None, "there is no mulaw_passthrough; put `- type: mulaw_passthrough`")]),
        ([S, P, I], [(None, "there is no openai_realtime; put `- type: openai_realtime` after")]),
        ([S, P, M], [(None, "there is no interruption; put `- type: interruption` after the")]),
        ([C, S, P, M, I], [(1, "found twilio_serializer after other processors; move it to the")]),
        ([S, M, P, I], [(2, "found mulaw_passthrough after the model; move it between")]),
        ([S, P, I, M], [(2, "found interruption before the model; move it after the model")]),
        ([S, P, H, M, I], [(2, "found hangup before the model; move it after the model")]),
        ([S, P, T, M, I], [(2, "found transcript_summarizer before the model; move it after")]),
        ([S, P, M, I, M], [(4, "found openai_realtime a second time, first as pipeline[2]")]),
        ([S, S, P, M, I], [(1, "found twilio_serializer a second time, first as pipeline[0]")]),
        ([S, P, "transcript", M, I], [(2, "found transcript before the model; move it after")]),
        ([S, P, "recording", M, I], [(2, "found recording after mulaw_passthrough; move it")]),
        ([S, P, M, I, H, H], [(5, "found hangup a second time, first as pipeline[4]")]),
        (
            [M, P, S],
            [
                (None, "there is no interruption"),
                (2, "found twilio_serializer after other processors"),
                (1, "found mulaw_passthrough after the model"),
            ],
        ),
        ([], [(None, f"there is no {kind}; put") for kind in REQUIRED_TYPES]),
        (["x", None], [(None, f"there is no {kind}; put") for kind in REQUIRED_TYPES]),
    ],
)
def test_what_is_out_of_order_is_told_with_what_to_do(
    types: list[str | None], told: list[tuple[int | None, str]]
) -> None:
    found = list(order_problems(types))

    assert [position for position, _ in found] == [position for position, _ in told]
    for (_, message), (_, beginning) in zip(found, told, strict=True):
        assert message.startswith(beginning)


def test_order_is_told_beside_what_else_is_wrong(tmp_path: Path) -> None:
    text = """\
        timezone: UTC
        pipeline:
          - type: twilio_serializer
          - type: openai_realtime
            voice: nobody
          - type: mulaw_passthrough
          - type: interruption
    """

    told = problems(tmp_path, text)

    assert [problem.split(": found")[0] for problem in told] == [
        "5: pipeline[1].voice",
        "6: pipeline[2]",
    ]


def standing(folder: Path, extra: str = "") -> tuple[Standing, ...]:
    return as_run(call_file(folder, MINIMAL + extra).pipeline)


def test_both_ends_are_mirrored_and_the_hangup_is_added(tmp_path: Path) -> None:
    row = standing(tmp_path)

    assert [(type_of(one.config), one.end, one.implied) for one in row] == [
        (S, "in", False),
        (P, "in", False),
        (M, "", False),
        (I, "", False),
        (H, "", True),
        (P, "out", False),
        (S, "out", False),
    ]


def test_a_listed_hangup_stays_where_it_is(tmp_path: Path) -> None:
    row = standing(tmp_path, f"  - type: hangup\n    goodbye_timeout: 3\n  - {LOGGER}\n")

    assert [(type_of(one.config), one.implied) for one in row[4:6]] == [(H, False), (C, False)]


LOGGER = "{type: custom, use: 'pipecat.processors.logger:FrameLogger'}"


def test_audio_goes_to_the_model_and_from_it_and_visits_who_wants_it(tmp_path: Path) -> None:
    text = MINIMAL.replace("  - type: openai", f"  - {LOGGER}\n  - type: openai")
    deaf = LOGGER.replace("}", ", audio: false}")

    row = as_run(call_file(tmp_path, f"{text}  - {LOGGER}\n  - {deaf}\n").pipeline)

    assert [(type_of(one.config), one.caller_audio, one.assistant_audio) for one in row] == [
        (S, True, False),
        (P, True, False),
        (C, True, False),
        (M, True, False),
        (I, False, False),
        (C, False, True),
        (C, False, False),
        (H, False, False),
        (P, False, False),
        (S, False, True),
    ]


async def test_what_the_report_says_of_audio_is_what_the_processors_say(tmp_path: Path) -> None:
    deaf = LOGGER.replace("}", ", audio: false}")
    entries = call_file(tmp_path, f"{MINIMAL}  - {LOGGER}\n  - {deaf}\n").pipeline
    loop = asyncio.get_running_loop()
    context = CallContext(
        info=CallInfo(call_sid="CA1"),
        speech=Speech(),
        clock=loop.time,
        journal=Journal(loop.time()),
        playback=PlaybackLedger(),
        phone=cast(Phone, None),
        resources={"phone_socket": MemorySocket(), "model_dialer": None},
    )

    built = build_processors(entries, context)

    _, *row = as_run(entries)  # the first is where caller audio comes from
    for one, processor in zip(row, built[1:], strict=True):
        if one.caller_audio or one.assistant_audio:
            audio = "caller" if one.caller_audio else "assistant"
            assert getattr(processor, f"wants_{audio}_audio", True), one
        else:
            assert not getattr(processor, "wants_assistant_audio", True), one
