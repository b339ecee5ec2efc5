"""How exactly a cut can be told on which line, and why not better.

What tells where a cut fell are the marks: those that the phone played before the clear came back
on their own, all others at once, when the clear had reached it. So what was heard is what stands
before the last mark that was played, and as much more as the phone played from then on. That
leaves four things that nobody at this end of the wire can know; each has its term here, taken from
what happened in that very call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.proof.clears import EVERY, ROUNDING, Cleared, Clears, SentMark, heard_ms
from tests.proof.scenario import Stretch
from tests.proof.truth import Told, Truth
from transports.simulated.phone_options import PhoneOptions

CUT_TOLERANCE_MS: Final = 25.0
"""What is asked for, on an even line: two echoes, each known to the 20 ms between two pieces of
the caller's media, which is what shows how late the line is."""

EVEN: Final = 0.02
"""Seconds by which the time on the way may vary on an even line."""

LATE_BY: Final = PhoneOptions().late_by

LONGEST_WAIT: Final = 2.5
"""Seconds for which the model may be kept waiting for what a clear brings back."""

NEARLY: Final = 0.3
"""Seconds between two stretches that are too short for anything to get through in time."""


@dataclass(frozen=True)
class Limits:
    """How much less and how much more than was heard may be told, ms; and on which kind of line."""

    less: float
    more: float
    line: str


def limits(truth: Truth, told: Told) -> Limits:
    """What can be told of an item that was cut: 25 ms, but for what nobody can know.

    1. *Held audio.* Where the way to the phone held audio back and the phone ran dry, the caller
       heard something between the last mark that was played before the clear and the first that
       was not; no mark divides what stands between them.
    2. *Together.* Two echoes that left the phone within 40 ms may be dated alike, as each is known
       to 20 ms; marks played so shortly before the clear look as if it had returned them. While
       the phone sends no media, nothing dates what it returns, and what a stall of the way back
       holds up then comes at once, as if a clear had returned it.
    3. *Beginnings.* Where the phone began to play after the last mark that was played, when it did
       is only known as well as the way there is even.
    4. *Told early.* The model need not wait for a clear that is held up for longer than 2.5 s: then
       what counts is what came back by then, and the phone may have played on, or not.

    Marks that are lost or come in a wrong order (which TCP does not do) prove nothing, and what is
    not proven is not told: too little, never more than the line's delays explain.
    """
    item = truth.items.get(told.item_id)
    clears = Clears(truth)
    clear = None if item is None else clears.of(item, told)
    if clear is None:
        return Limits(CUT_TOLERANCE_MS, CUT_TOLERANCE_MS, "nothing to clear")
    found = _limits(truth, clears, clear, told)
    scenario = truth.evidence.scenario
    if scenario.marks.unreliable:
        held = [*_held(truth), *scenario.up.stalls]
        stood_still = sum(for_ for at, for_ in held if at < told.at)
        late = LATE_BY if scenario.marks.late else 0.0
        more = found.more + (stood_still + late + 2 * EVERY) * 1000
        return Limits(float("inf"), more, "unreliable marks")
    return found


def _limits(truth: Truth, clears: Clears, clear: Cleared, told: Told) -> Limits:
    back_at = max((clears.back_at.get(mark.name, told.at) for mark in clear.marks), default=told.at)
    waited = told.at - _asked_at(truth, told)
    early = waited > LONGEST_WAIT and (clear.at is None or told.at < back_at - ROUNDING)
    ended_at = truth.evidence.phone.ended_at
    assert ended_at is not None
    cleared_at = ended_at if clear.at is None else clear.at
    # Played before the clear, and known to be: the last of these marks.
    late_back = _undated_by(clears, clear, cleared_at, told)
    known_by = cleared_at - 2 * EVERY - late_back
    last, last_at, undated = clear.first, _first_sent_at(clear), False
    following = clear.end
    for mark in clear.marks:
        known_at = clears.left_at.get(mark.name, float("inf"))
        if early and clears.back_at.get(mark.name, float("inf")) > told.at:
            known_at = float("inf")
        if _looks_cleared(clears, mark):
            known_at, undated = float("inf"), True
        if known_at > known_by:
            following = mark.position
            break
        last, last_at = mark.position, known_at
    heard = heard_ms(truth, clear.first, clear.end)
    last_ms, following_ms = (heard_ms_of(clear, position) for position in (last, following))

    less = more = CUT_TOLERANCE_MS
    down = truth.evidence.scenario.down
    line = "even"
    late_last = _undated_by(clears, clear, last_at, told)
    if late_last or late_back:
        undated_ms = max(late_last, late_back) * 1000
        less, more, line = less + undated_ms, more + undated_ms, "undated"
    if down.jitter > EVEN and clears.restarts_between(last_at, cleared_at):
        less, more, line = less + down.jitter * 1000, more + down.jitter * 1000, "uneven"
    late = down.delay + down.jitter
    held = any(
        at < cleared_at and at + for_ > last_at - late for at, for_ in _held(truth)
    )  # by the phone's clock, but for what writes wait
    ran_dry = held and clears.silent_between(last_at, cleared_at) > ROUNDING
    if ran_dry or early or undated:
        line = "told early" if early else "held" if ran_dry else "undated"
        less = max(less, heard - last_ms + less)
        more = max(more, following_ms - heard + more)
    if early:
        played_on_ms = last_ms + (clear.written_at + 2 * late - last_at) * 1000
        more = max(more, played_on_ms - heard + CUT_TOLERANCE_MS)
    return Limits(less, more, line)


def _looks_cleared(clears: Clears, mark: SentMark) -> bool:
    """Whether a mark came back late, and there was no media to show that it did."""
    left_at, back_at = clears.left_at.get(mark.name), clears.back_at.get(mark.name)
    if left_at is None or back_at is None:
        return False
    silent = left_at - clears.media_before(left_at) > EVERY + ROUNDING
    return silent and back_at - left_at - clears.scenario.up.delay > 2 * EVERY


def _asked_at(truth: Truth, told: Told) -> float:
    """When the item was cut; its clear may have left later."""
    began_at = truth.items[told.item_id].began_at
    cuts = [entry.at for entry in truth.evidence.of("clear") if entry.at >= began_at]
    return min(cuts, default=told.at)


def _undated_by(clears: Clears, clear: Cleared, moment: float, told: Told) -> float:
    """Seconds by which what the phone returned then came late, without media around to show it."""
    scenario = clears.scenario
    uneven = max(scenario.up.jitter, scenario.down.jitter)
    late = uneven if uneven > EVEN else 0.0
    if moment - clears.media_before(moment) <= EVERY + ROUNDING:
        # The media behind it is stuck: it is late by as much as media is, on the average.
        arrives = moment + scenario.up.delay
        stuck = any(
            arrives - EVERY < clears.started_at + at < arrives + scenario.up.jitter + EVERY
            for at, _ in scenario.up.stalls
        )
        return late / 2 if stuck else 0.0
    back = [
        clears.back_at.get(mark.name, told.at) - moment - scenario.up.delay
        for mark in clear.marks
        if abs(clears.left_at.get(mark.name, 0.0) - moment) < 2 * EVERY
    ]
    return max([late, *(by for by in back if by > EVEN)])


def _first_sent_at(clear: Cleared) -> float:
    return clear.pieces[0].at


def heard_ms_of(clear: Cleared, position: int) -> float:
    """What is heard of what was queued when this position is."""
    return (position - clear.first) / 8


def _held(truth: Truth) -> Iterator[Stretch]:
    """When the way to the phone stood still, in the loop's time."""
    scenario = truth.evidence.scenario
    started_at = truth.evidence.phone.started_at
    for at, for_ in [*scenario.down.stalls, *scenario.blocked]:
        yield started_at + at, for_


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
