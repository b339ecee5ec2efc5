"""How exactly a cut can be told on which line, and why not better."""

from __future__ import annotations

from typing import Final

from processors.state.cut import LONGEST_HOLD, UNEVEN
from tests.proof.scenario import Stretch
from tests.proof.truth import Told, Truth
from transports.simulated.phone_options import PhoneOptions

CUT_TOLERANCE_MS: Final = 25.0

LATE_BY: Final = PhoneOptions().late_by

NEARLY: Final = 0.3
"""Seconds between two stretches that are too short for anything to get through in time."""

EVEN: Final = 0.02
"""Seconds by which the time on the way may vary, and a cut still be told within 25 ms."""


def most_off_ms(truth: Truth, told: Told) -> tuple[float, float]:
    """How much less and how much more than was heard may be told: 25 ms, but for three limits.

    Where the way to the phone stands still about a cut, some audio may be there and its mark may
    not. Between the last mark that was played and the first that was not nobody knows: it may be
    off by the distance of two marks, which is what the call file puts between them and one piece
    of audio, as no mark divides a piece. And where it stands still for longer than
    ``LONGEST_HOLD``, it looks like a way back that did, with the phone playing on: anything sent
    may count as heard.

    Where the time on the way varies by more than 20 ms, a single echo can be off by as much.

    A mark that never comes back, or in a wrong order (which TCP does not do), proves nothing, and
    what is not proven is not told: too little, never too much by more than an uneven way, a way
    that stood still meanwhile, or a mark that was late explains.
    """
    scenario, item = truth.evidence.scenario, truth.items.get(told.item_id)
    less = more = CUT_TOLERANCE_MS
    held = [*scenario.down.stalls, *scenario.blocked]
    if item is not None and any(at < told.at and at + for_ > item.began_at for at, for_ in held):
        pieces = [one.length / 8 for each in truth.items.values() for one in each.pieces]
        apart = scenario.settings.mark_every_ms + max(pieces, default=0.0)
        less, more = less + apart, more + apart
        if any(
            at < told.at and at + for_ > item.began_at and for_ > LONGEST_HOLD
            for at, for_ in merged(held)
        ):
            more = float("inf")
    uneven = max(scenario.down.jitter, scenario.up.jitter)
    if uneven > EVEN:
        less, more = less + uneven * 1000, more + uneven * 1000
    if scenario.marks.unreliable:
        stood_still = sum(for_ for at, for_ in [*held, *scenario.up.stalls] if at < told.at)
        late = LATE_BY if scenario.marks.late else 0.0
        less, more = float("inf"), more + UNEVEN + (stood_still + late) * 1000
    return less, more


def merged(stretches: list[Stretch]) -> list[Stretch]:
    """Stretches that overlap or nearly touch, as one."""
    found: list[Stretch] = []
    for at, lasts in sorted(stretches):
        if found and at <= sum(found[-1]) + NEARLY:
            began, before = found.pop()
            found.append((began, max(before, at + lasts - began)))
        else:
            found.append((at, lasts))
    return found
