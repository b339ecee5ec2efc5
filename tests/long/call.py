"""A call of hours on the virtual clock, looked into ten times on its way.

The caller never stops: asks, cuts in, presses keys, falls silent. Neither tap nor recording is
there, as both keep all audio.
"""

from __future__ import annotations

import asyncio
import tracemalloc
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from pipeline.brain_script import script_finder
from pipeline.memory_runtime import MemoryRuntime, wall_clock
from pipeline.placed_call import Peers
from processors.context import CallContext
from processors.state.journal import Entry
from tests.long.look import Look, Looker
from tests.whole_call.harness import BYE, call_file
from transports.simulated.brain import scripted
from transports.simulated.call_outcome import CallOutcome
from transports.simulated.caller import Caller
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.caller_steps import (
    InterruptWhenHeard,
    Listen,
    Outcome,
    Say,
    StaySilent,
    Step,
)
from transports.simulated.faults import ModelOptions
from transports.simulated.line import Line, Subscriber
from transports.simulated.model_sessions import ModelSessions
from transports.simulated.person import PressDigits
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.sids import SeededSids
from transports.simulated.switchboard import Switchboard
from transports.simulated.twilio_rest import TwilioRest
from transports.simulated.voice import ToneVoice

_ROUND: Final[tuple[Step, ...]] = (
    Say("When are you open?"),
    Listen(),
    Say("Could you tell me the coffee menu?"),
    Listen(quiet=2.0),
    Say("Are you open on Sundays?"),
    InterruptWhenHeard("Sorry, what was that?", ms=900),
    Listen(),
    PressDigits("4"),
    Listen(quiet=2.0),
    StaySilent(4.0),
    Say("I would like to know more about it."),
    InterruptWhenHeard("Hm.", ms=1500),
    Listen(),
)
ROUND: Final = 52.0
"""Seconds that one round takes: stretches of so much hold the same turns, wherever they begin."""

BOUNDED: Final = {
    **{
        # The transcript is of the whole call: a turn every two seconds for four hours.
        f"processors.state.{name}": 8000
        for name in (
            "growing_turn.GrowingTurn",
            "spoken_text.SpokenText",
            "transcript.Transcript._ended",
            "transcript.Transcript._order",
            "transcript.Transcript._others",
            "transcript.Transcript._turns",
            "turn.Note",
            "turn.ToolUse",
            "turn.Turn",
        )
    },
    "processors.state.playback.PlaybackLedger._begun": 64,
    "processors.state.playback.PlaybackLedger._refused": 64,
    # Refused items, the session's own, those told as text, those that notes cover.
    "processors.state.recent.RecentKeys._keys": 64 + 512 + 512 + 1024,
    "processors.state.responses.ResponseLedger._cut": 64,
    "processors.state.responses.ResponseLedger._purposes": 64,
}
"""What may fill up, and where it stops: but for the transcript, each forgets its oldest."""


class EndlessCaller:
    """Goes round and round until it is time to say goodbye (a ``CallScript``)."""

    def __init__(self, leaves_at: float) -> None:
        self._leaves_at = leaves_at
        self._last_words = deque[Step]([Listen(), Say(BYE), Listen()])
        self._steps = 0

    def next_step(self, last: Outcome) -> Step | None:
        if asyncio.get_running_loop().time() >= self._leaves_at:
            return self._last_words.popleft() if self._last_words else None
        self._steps += 1
        return Listen() if self._steps == 1 else _ROUND[(self._steps - 2) % len(_ROUND)]


@dataclass
class LongCall:
    """A call that is over, and what was seen of it.

    Attributes:
        seconds: How long it was.
        looks: The first one a round or some into the call, the others evenly spread to its end.
        kinds: How often the runtime's journal told what.
        outcome: How it ended.
        heard: What the caller understood.
        tasks_left: Names of tasks that outlived it.
    """

    seconds: float
    looks: list[Look] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    outcome: CallOutcome | None = None
    heard: list[str] = field(default_factory=list)
    tasks_left: list[str] = field(default_factory=list)

    @property
    def cpu_ms_a_second(self) -> list[float]:
        """CPU for a second of call, ms, from look to look, both simulated ends included."""
        return [
            (after.cpu - before.cpu) / (after.plain - before.plain) * 1000
            for before, after in pairwise(self.looks)
        ]

    def growing(self) -> dict[str, list[int]]:
        """What never shrank and went on growing in the second half of the call."""
        found = {}
        for name in sorted(self.looks[-1].sizes):
            sizes = [look.sizes[name] for look in self.looks]
            rises = [after - before for before, after in pairwise(sizes)]
            grew_late = sum(rise > 0 for rise in rises[len(rises) // 2 :])
            if min(rises) >= 0 and grew_late > 1:
                found[name] = sizes
        return found

    def growing_without_bound(self) -> dict[str, list[int]]:
        """Of these, what has no known bound, or went beyond it."""
        return {
            name: sizes
            for name, sizes in self.growing().items()
            if max(sizes) > BOUNDED.get(name, 0)
        }


async def hold(
    folder: Path,
    seconds: float,
    *,
    looks: int = 10,
    lifetime: float = 3600.0,
    traced: bool = False,
) -> LongCall:
    """Hold a call of so many seconds.

    Args:
        folder: Where the call file is put.
        seconds: How long the caller talks.
        looks: How often to look.
        lifetime: Seconds after which a session with the model expires.
        traced: Trace memory, which makes everything slower.
    """
    catalog = call_file(folder, tail='tools: [{use: "tests.whole_call.desk_tools:coffee_menu"}]\n')
    call = LongCall(seconds)
    switchboard, sids = Switchboard(), SeededSids()
    sessions = ModelSessions(
        scripted(script_finder(catalog)),
        wall_clock=lambda: wall_clock().timestamp(),
        options=ModelOptions(lifetime=lifetime),
        kept=1,
    )

    def count(entry: Entry) -> None:
        call.kinds[entry.kind] += 1

    def began(context: CallContext) -> None:
        context.journal.listen(count)

    account_sid = sids("AC")
    rest = TwilioRest(switchboard, {account_sid: "token"})
    peers = Peers(rest, account_sid, "token", lambda connect: connect, began)
    caller = Caller(EndlessCaller(seconds), InstantSenses(ToneVoice()))
    who = Subscriber("+1555", "+1444", options=PhoneOptions(), person=caller)
    before = asyncio.all_tasks()
    if traced:
        tracemalloc.start()
    async with MemoryRuntime(catalog, sessions)(peers) as gateway:
        looking = asyncio.create_task(_look_in(call, Looker(traced=traced), looks))
        call.outcome = await Line(gateway, switchboard, new_sid=sids).call(who)
        await looking
    if traced:
        tracemalloc.stop()
    await asyncio.sleep(0)
    call.tasks_left = [task.get_name() for task in asyncio.all_tasks() - before]
    call.heard = [line.text for line in caller.heard_lines]
    return call


async def _look_in(call: LongCall, looker: Looker, looks: int) -> None:
    if not looks:
        return
    loop = asyncio.get_running_loop()
    part = call.seconds / looks
    stretch = max(1, int(part / 2 / ROUND)) * ROUND
    for at in (stretch + 1, *(part * number for number in range(2, looks + 1))):
        await asyncio.sleep(at - stretch - loop.time())
        looker.begin_stretch()
        await asyncio.sleep(stretch)
        call.looks.append(looker.look())
