"""The ledger, case by case, with literal times: the way to the phone and back takes 0.2 s."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from processors.state.playback import PlaybackLedger

Step = tuple[Any, ...]
"""("sent", now, item, ms), ("ended", now, item), ("echo", now, number of the mark), ("cut", now)
or ("timer", now)."""


@dataclass
class Told:
    """What the ledger said on the way."""

    marks: list[str] = field(default_factory=list)
    clears: list[bool] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)


def follow(ledger: PlaybackLedger, *steps: Step) -> Told:
    told = Told()
    for kind, now, *arguments in steps:
        if kind == "sent":
            item_id, duration_ms = arguments
            mark = ledger.audio_sent(item_id, 0, duration_ms, now)
            told.marks += [mark] if mark else []
        elif kind == "ended":
            mark = ledger.audio_ended(arguments[0], 0, now)
            told.marks += [mark] if mark else []
        elif kind == "echo":
            told.heard += ledger.mark_received(told.marks[arguments[0]], now)
        elif kind == "timer":
            told.heard += ledger.timer_fired(now)
        else:
            told.clears.append(ledger.cut(now))
    return told


def chunks(item_id: str, count: int, now: float = 0.0) -> list[Step]:
    """An item of ``count`` chunks of 100 ms, sent at once; each has a mark, and its end has one."""
    return [*[("sent", now, item_id, 100.0)] * count, ("ended", now, item_id)]


def echoes(numbers: range, start: float) -> list[Step]:
    """Marks that come back 0.1 s apart."""
    return [("echo", start + 0.1 * index, number) for index, number in enumerate(numbers)]


def burst(numbers: range, now: float) -> list[Step]:
    """Marks that a clear returned."""
    return [("echo", now, number) for number in numbers]


def cut_at(now: float, marks: list[int], begins: float = 0.0) -> list[Step]:
    """The caller speaks while all is played without a hitch.

    Marks at these positions, ms, come back one by one until the clear takes effect, the others
    then; ``begins`` is when the phone began to play, less the way there.
    """
    due = [(begins + position / 1000 + 0.2, number) for number, position in enumerate(marks)]
    played = [("echo", at, number) for at, number in due if at <= now + 0.2]
    return [
        *[step for step in played if step[1] <= now],
        ("cut", now),
        *[step for step in played if step[1] > now],
        *[("echo", now + 0.2, number) for number in range(len(played), len(marks))],
    ]


TEN = [*range(100, 1100, 100), 1000]
"""Positions of the marks of ``chunks("a", 10)``."""


CUTS = [
    pytest.param(
        [*chunks("a", 3), *echoes(range(4), 0.3), ("cut", 2.0)],
        False,
        [],
        id="all was heard before the caller spoke: nothing to clear, nothing to tell",
    ),
    pytest.param(
        [*chunks("a", 10), *cut_at(0.45, TEN)],
        True,
        [("a", 450, False)],
        id="the answer is generated whole and still queued: truncated where it was heard",
    ),
    pytest.param(
        [*[("sent", 0.0, "a", 100.0)] * 5, ("cut", 0.0), *burst(range(5), 0.2)],
        True,
        [("a", 0, True)],
        id="still being generated, nothing played yet: deleted",
    ),
    pytest.param(
        [*[("sent", 0.0, "a", 100.0)] * 5, *cut_at(0.25, TEN[:5])],
        True,
        [("a", 250, False)],
        id="still being generated, partly heard: truncated",
    ),
    pytest.param(
        [
            *chunks("a", 10),
            *chunks("b", 10),
            *chunks("c", 10),
            *cut_at(0.45, [ms + more for more in (0, 1000, 2000) for ms in TEN]),
        ],
        True,
        [("a", 450, False), ("b", 0, True), ("c", 0, True)],
        id="several items queued: the first truncated, the others deleted",
    ),
    pytest.param(
        [
            *chunks("a", 3),
            *chunks("b", 10),
            *cut_at(0.75, [100, 200, 300, 300, *(300 + ms for ms in TEN)]),
        ],
        True,
        [("b", 450, False)],
        id="an item heard whole before the one that is cut: left alone",
    ),
    pytest.param(
        [*chunks("a", 10), *cut_at(0.601, TEN)],
        True,
        [("a", 601, False)],
        id="a mark that was played races with the clear: counts as heard",
    ),
    pytest.param(
        [*chunks("a", 10), *cut_at(0.999, TEN)],
        True,
        [],
        id="its last mark was on the way back: heard whole, nothing to tell",
    ),
    pytest.param(
        [*chunks("a", 10), *echoes(range(10), 0.3), ("cut", 1.21), ("echo", 1.21, 10)],
        False,
        [],
        id="only the mark of its end is missing: nothing to clear, nothing to tell",
    ),
    pytest.param(
        [*chunks("a", 10), *cut_at(0.985, TEN)],
        True,
        [],
        id="15 ms before its end: nobody hears the difference, so it counts as heard",
    ),
    pytest.param(
        [*chunks("a", 10), *echoes(range(5), 0.3), ("cut", 1.5), *burst(range(5, 11), 1.7)],
        True,
        [("a", 500, False)],
        id="the network stalled and the phone ran dry: the silence does not count as heard",
    ),
    pytest.param(
        [*chunks("a", 10), ("echo", 0.3, 0), ("cut", 0.9), *burst(range(1, 11), 1.1)],
        True,
        [("a", 100, False)],
        id="the network stalled for longer than an echo takes: likewise",
    ),
    pytest.param(
        [*chunks("a", 10), *cut_at(1.45, TEN, begins=1.0)],
        True,
        [("a", 450, False)],
        id="the network stalled before anything was played: counted from what was echoed",
    ),
    pytest.param(
        [
            *chunks("a", 10),
            *echoes(range(5), 0.3),
            ("cut", 0.75),
            *echoes(range(5, 9), 0.8),
            *burst(range(9, 11), 1.15),
        ],
        True,
        [("a", 950, False)],
        id="the clear itself was held up: what was played meanwhile was heard",
    ),
    pytest.param(
        [
            ("sent", 0.0, "a", 100.0),
            ("sent", 0.3, "a", 100.0),
            ("echo", 0.3, 0),
            ("echo", 0.6, 1),
            ("sent", 0.6, "a", 100.0),
            ("cut", 0.65),
            ("echo", 0.85, 2),
        ],
        True,
        [("a", 250, False)],
        id="the model is slower than speech: the gaps do not count as heard",
    ),
    pytest.param(
        [
            ("sent", 0.0, "a", 60.0),
            ("sent", 0.06, "a", 60.0),
            ("sent", 0.12, "a", 60.0),
            ("echo", 0.26, 0),
            ("sent", 0.18, "a", 60.0),
            ("cut", 0.2),
            ("echo", 0.38, 1),
        ],
        True,
        [("a", 200, False)],
        id="there is audio behind the last mark, and it was being heard: it counts",
    ),
    pytest.param(
        [("sent", 0.0, "a", 60.0), ("echo", 0.26, 0), ("sent", 0.3, "a", 60.0), ("cut", 0.34)],
        True,
        [("a", 100, False)],
        id="no mark is out: the plan has to do",
    ),
    pytest.param(
        [("sent", 0.0, "a", 100.0), ("echo", 0.3, 0), ("cut", 0.6)],
        False,
        [("a", 100, False)],
        id="the phone ran dry while the model still speaks: nothing to clear, cut where it is",
    ),
    pytest.param(
        [*chunks("a", 10), *echoes(range(2), 0.3), ("cut", 0.45), ("timer", 3.45)],
        True,
        [("a", 450, False)],
        id="no mark comes back after the clear: the plan has to do",
    ),
    pytest.param(
        [
            *chunks("a", 10),
            *echoes(range(2), 0.3),
            ("cut", 0.45),
            *burst(range(5, 11), 0.65),
            ("timer", 3.45),
        ],
        True,
        [("a", 450, False)],
        id="some marks are lost on the way back: those that came tell",
    ),
]


@pytest.mark.parametrize(("steps", "clear", "truncations"), CUTS)
def test_cut(steps: list[Step], clear: bool, truncations: list[tuple[str, int, bool]]) -> None:
    ledger = PlaybackLedger()

    told = follow(ledger, *steps)

    assert told.clears == [clear]
    found = [
        (cut.item_id, cut.audio_end_ms, cut.nothing_heard) for cut in ledger.take_truncations()
    ]
    assert [(item, nothing) for item, _, nothing in found] == [
        (item, nothing) for item, _, nothing in truncations
    ]
    for (_, audio_end_ms, _), (_, expected_ms, _) in zip(found, truncations, strict=True):
        assert audio_end_ms == pytest.approx(expected_ms, abs=2)
    assert ledger.take_truncations() == []
