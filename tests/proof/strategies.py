"""Draws whole calls."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from tests.proof.scenario import (
    CallFileSettings,
    Keys,
    Marks,
    Model,
    Scenario,
    Speech,
    Stretch,
    Way,
)

LONGEST_CALL = 25.0

WORDS = st.sampled_from(
    (
        "Hello there.",
        "When are you open?",
        "Please look up the listing.",
        "Mhm.",
        "That's all, goodbye.",
        "",
    )
)
MOMENTS = st.integers(50, 1250).map(lambda frames: frames / 50)
"""Any frame of the call, once its stream has had time to start."""


def _stretches(longest: float, most: int) -> st.SearchStrategy[tuple[Stretch, ...]]:
    lasts = st.integers(1, round(longest * 50)).map(lambda frames: frames / 50)
    return st.lists(st.tuples(MOMENTS, lasts), max_size=most).map(
        lambda found: tuple(sorted(found))
    )


def _again_and_again() -> st.SearchStrategy[tuple[Stretch, ...]]:
    """Short stretches all along the call, no two alike."""
    return st.builds(_all_along, st.integers(0, 2**16), st.integers(10, 400), st.integers(50, 1000))


def _all_along(seed: int, lasts_ms: int, apart_ms: int) -> tuple[Stretch, ...]:
    draw, found, at = Random(seed), list[Stretch](), 1.0
    while at < LONGEST_CALL:
        lasts = draw.uniform(0.0, lasts_ms / 1000)
        found.append((at, lasts))
        at += lasts + draw.uniform(0.0, 2 * apart_ms / 1000)
    return tuple(found)


def _milliseconds(most: int) -> st.SearchStrategy[float]:
    return st.integers(0, most).map(lambda ms: ms / 1000)


NO_WAY = st.just(Way())
"""Both ends on one machine, as in ``make run``."""


def ways(*, stalls: bool, uneven: bool) -> st.SearchStrategy[Way]:
    return st.builds(
        Way,
        delay=_milliseconds(200),
        jitter=st.one_of(_milliseconds(20), _milliseconds(20), _milliseconds(80))
        if uneven
        else _milliseconds(20),
        stalls=_stretches(2.0, 3) if stalls else st.just(()),
    )


ACTS = st.one_of(
    st.builds(Speech, MOMENTS, st.integers(1, 150).map(lambda frames: frames / 50), WORDS),
    st.builds(Keys, MOMENTS, st.text("0123456789*#", min_size=1, max_size=4)),
)


def models(*, drops: bool) -> st.SearchStrategy[Model]:
    return st.builds(
        Model,
        delay=st.one_of(st.just(0.0), _milliseconds(150)),
        speed=st.one_of(st.just(0.0), st.integers(10, 200).map(lambda tenths: tenths / 10)),
        first_delta=st.sampled_from((0.0, 0.05, 0.25, 1.0)),
        ms_per_char=st.sampled_from((5.0, 20.0, 40.0, 66.0, 120.0)),
        burst_ms=st.sampled_from((10.0, 60.0, 400.0, 3000.0)),
        commentary=st.booleans(),
        late_deltas=st.sampled_from((0, 0, 1, 5)),
        odd=st.booleans(),
        shortfall_ms=st.sampled_from((0, 0, 0, 85)),
        drops=st.one_of(
            st.just(()), st.lists(MOMENTS, max_size=2).map(lambda at: tuple(sorted(at)))
        )
        if drops
        else st.just(()),
        tool=st.sampled_from((0.0, 0.5, 3.0)),
    )


SETTINGS = st.builds(
    CallFileSettings,
    protect=st.sampled_from((("disclosure", "goodbye"), (), ("greeting",))),
    min_speech_ms=st.sampled_from((0, 0, 0, 300, 1500)),
    enabled=st.sampled_from((True, True, True, False)),
    align_20ms=st.sampled_from((False, False, True)),
    mark_every_ms=st.sampled_from((100, 100, 500)),
)

_HUGE = (
    "[" * 100_000,
    '{"event":' * 50_000,
    '"' + "x" * 1_000_000 + '"',
    '{"type":"surprise","event":"surprise","pad":"' + "x" * 300_000 + '"}',
    '{"event":"mark","mark":{"name":"' + "9" * 100_000 + '"}}',
    '{"event":"media","media":{"payload":"' + "!" * 100_000 + '","timestamp":"0"}}',
    '{"type":"response.output_audio.delta","response_id":1' + "0" * 5_000 + "}",
)

JUNK = st.one_of(
    st.sampled_from(
        (
            b"\x00binary",
            "",
            "null",
            "[]",
            "{",
            '{"event":7}',
            '{"event":"media"}',
            '{"event":"media","media":{"payload":"!","timestamp":"0"}}',
            '{"event":"media","media":{"payload":"AAAA","timestamp":"soon"}}',
            '{"event":"mark","mark":{"name":"1.1"}}',
            '{"event":"mark","mark":{"name":"no such"}}',
            '{"event":"mark"}',
            '{"event":"dtmf","dtmf":{"digit":"A"}}',
            '{"event":"start","start":{"streamSid":"MZ2","callSid":"CA2"}}',
            '{"event":"connected","protocol":"Call","version":"1.0.0"}',
            '{"event":"surprise","streamSid":"MZ1"}',
            '{"type":"surprise"}',
            '{"type":"error","error":{"message":"Odd."}}',
            '{"type":"response.done"}',
            '{"type":"response.done","response":{"id":"resp_unknown","status":"completed"}}',
            '{"type":"response.output_audio.delta","response_id":"r","item_id":"i","delta":7}',
            '{"type":"conversation.item.truncated","item_id":"item_unknown"}',
            '{"type":"response.output_audio.done","response_id":"r","item_id":"i"}',
            '{"type":"input_audio_buffer.speech_stopped","item_id":"u","audio_end_ms":1}',
        )
    ),
    st.sampled_from(_HUGE),
    st.text(max_size=20),
    st.binary(max_size=20),
)

IN_ORDER = st.builds(Marks, doubled=st.sampled_from((0.0, 0.3)))

LATE_OR_LOST = st.builds(
    Marks,
    lost=st.sampled_from((0.0, 0.1, 0.5, 1.0)),
    doubled=st.sampled_from((0.0, 0.3)),
    late=st.sampled_from((0.0, 0.1)),
)


def scenarios(
    *,
    down_stalls: bool = True,
    up_stalls: bool = True,
    blocked: bool = True,
    marks: bool = True,
    uneven: bool = True,
    gaps: bool = True,
    drops: bool = True,
    busy: bool = False,
) -> st.SearchStrategy[Scenario]:
    """Any call; without stalls, blocked writes, unreliable marks and so on where told so."""
    return st.builds(
        Scenario,
        acts=st.lists(ACTS, max_size=8).map(tuple),
        hangs_up_at=st.one_of(MOMENTS, st.sampled_from((12.0, 18.0, LONGEST_CALL))),
        sends_stop=st.booleans(),
        down=NO_WAY if busy else ways(stalls=down_stalls, uneven=uneven),
        up=NO_WAY if busy else ways(stalls=up_stalls, uneven=uneven),
        blocked=_stretches(2.0, 2) if blocked else st.just(()),
        gaps=st.one_of(st.just(()), _stretches(3.0, 2)) if gaps else st.just(()),
        busy=st.one_of(_stretches(0.6, 6), _again_and_again()) if busy else st.just(()),
        marks=st.one_of(IN_ORDER, IN_ORDER, LATE_OR_LOST) if marks else IN_ORDER,
        model=models(drops=drops),
        settings=SETTINGS,
        junk=st.lists(
            st.tuples(MOMENTS, st.sampled_from(("phone", "model")), JUNK), max_size=4
        ).map(tuple),
        seed=st.integers(0, 2**16),
    )


ON_AN_EVEN_LINE = scenarios(
    down_stalls=False, up_stalls=False, blocked=False, marks=False, uneven=False
)

ON_A_BUSY_MACHINE = scenarios(blocked=False, marks=False, gaps=False, drops=False, busy=True)

ANYWHERE = st.one_of(scenarios(), scenarios(), ON_A_BUSY_MACHINE)
