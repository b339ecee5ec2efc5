"""Places one simulated call to a call file, shows it live, and holds it to its promises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from loguru import logger
from rich.console import Console

from pipeline.call_evidence import CallEvidence
from pipeline.call_story import CallStory
from pipeline.config import Loaded
from pipeline.live_view import LiveView, Stage
from pipeline.order import as_run, type_of
from pipeline.placed_call import CALLED, CALLER, Answering, PlacedCall, Placing
from pipeline.promises import Promise, check_promises
from pipeline.story_line import CharsHeard, evenly
from pipeline.summary_view import summary
from processors.context import CallContext
from processors.escalation_config import EscalationDetectorConfig
from processors.state.journal import Journal
from transports.simulated.caller_script import AnsweringScript, Question
from transports.simulated.caller_senses import CallerSenses, InstantSenses, Voice
from transports.simulated.caller_steps import CallScript
from transports.simulated.people import Doing, PersonPlan
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.recording import EventLog, Recorder, Recorders, Recording
from transports.simulated.sids import NewSid, random_sid
from transports.simulated.speakers import Player, Speakers
from transports.simulated.stream_facts import StreamFacts
from transports.simulated.stream_messages import StreamIds

EXIT_KEPT: Final = 0
EXIT_BROKEN: Final = 1


class ExactVoice(Voice, Protocol):
    """Turns words into telephone audio and back, and knows how far in which word is."""

    def chars_audible(self, text: str, ms: float) -> int:
        """How many characters of ``text`` a listener gets from its first ``ms``."""
        ...


@dataclass(frozen=True, slots=True)
class Talk:
    """How both ends of a simulated call speak and hear.

    Attributes:
        caller: What the caller hears and speaks with.
        chars_heard: How much of a text is heard when.
        in_words: They really speak, so that what is made out is not always what was said.
    """

    caller: CallerSenses
    chars_heard: CharsHeard = evenly
    in_words: bool = True


def in_tones(voice: ExactVoice) -> Talk:
    """Both ends by one voice that is understood to the letter, and takes no time."""
    return Talk(
        InstantSenses(voice), lambda text, ms, _: voice.chars_audible(text, ms), in_words=False
    )


@dataclass(frozen=True, slots=True)
class Simulation:
    """How a simulated call is placed and shown.

    Attributes:
        save: A folder for recording and event log; none are kept without.
        console: Where to show it; by default the terminal.
        moving: Show words as they are said, where the console can; otherwise a line when they
            have been.
        options: How phone and line behave.
        script: What the caller does; by default they answer whatever the call file asks.
        new_sid: Names account, call and streams.
        people: What people do whose telephones ring, by number.
        judge: What must be true of the call; by default what is always promised.
        on_call: Told of what the runtime knows of each stream, before its first frame.
        play: Plays the call on this machine's speakers.
        person: The caller asks for a person, who does this when their telephone rings; None: the
            caller does not.
    """

    save: Path | None = None
    console: Console | None = None
    moving: bool = True
    options: PhoneOptions = field(default_factory=PhoneOptions)
    script: CallScript | None = None
    new_sid: NewSid = random_sid
    play: Player | None = None
    people: Mapping[str, PersonPlan] = field(default_factory=dict)
    judge: Callable[[CallEvidence, PlacedCall], Sequence[Promise]] = lambda evidence, _: (
        check_promises(evidence)
    )
    on_call: Callable[[CallContext], None] | None = None
    person: Doing | None = None


async def simulate(
    loaded: Loaded, answering: Answering, talk: Talk, how: Simulation | None = None
) -> int:
    """Place one call and show it.

    Args:
        loaded: The call file.
        answering: The runtime.
        talk: How both ends speak and hear.
        how: Everything else, if it is not as usual.

    Returns:
        The exit status: 0 if the call kept every promise, else 1.
    """
    how = how or Simulation()
    screen = how.console or Console()
    with ExitStack() as opened:
        call = _ShownCall(loaded, talk, how, screen, opened)
        evidence = await call.hold(answering)
        promises = how.judge(evidence, call.placed)
        screen.print(summary(evidence, call.story, promises))
    if how.save is not None:
        screen.print(f"Recording and event log: {how.save}", soft_wrap=True)
    return EXIT_KEPT if all(promise.kept for promise in promises) else EXIT_BROKEN


class _ShownCall:
    """One call, with the view and the files that tell of it."""

    def __init__(
        self,
        loaded: Loaded,
        talk: Talk,
        how: Simulation,
        console: Console,
        opened: ExitStack,
    ) -> None:
        self._loaded = loaded
        self._save = how.save
        self._play = how.play
        self._opened = opened
        facts = loaded.call.agent.information.facts
        self._called = next(iter(loaded.call.numbers), CALLED)
        self._call = PlacedCall(
            how.script
            or AnsweringScript(questions_of(loaded), facts, wants_a_person=how.person is not None),
            talk.caller,
            Placing(
                self._called,
                how.options,
                how.new_sid,
                recorder=self._recorders if how.save or how.play else None,
                people={**people_of(loaded, how.person), **how.people},
                listen=self._listen,
                on_call=how.on_call,
            ),
        )
        self.story = CallStory(self._call.tap, talk.chars_heard, talk.in_words)
        clock = asyncio.get_running_loop().time
        self._view = LiveView(console, self.story, clock, self._stream, moving=how.moving)
        self._log = self._event_log()

    @property
    def placed(self) -> PlacedCall:
        """The call, with everything around it."""
        return self._call

    async def hold(self, answering: Answering) -> CallEvidence:
        """Place the call and show it; when this returns, everything is closed."""
        view = self._view
        view.header(
            f"{self._loaded.call.name or self._loaded.path.stem}: a simulated call",
            f"{self._loaded.path.name}, {CALLER} calls {self._called}",
            stages_of(self._loaded),
        )
        warnings = logger.add(view.note, level="WARNING", format="{message}")
        showing = asyncio.create_task(view.run(), name="live view")
        try:
            return await self._call.hold(answering)
        finally:
            showing.cancel()
            await asyncio.wait({showing})
            view.end()
            logger.remove(warnings)

    def _stream(self) -> StreamFacts | None:
        return self._call.streams[-1] if self._call.streams else None

    def _listen(self, source: str, journal: Journal) -> None:
        self._view.listen(journal)
        log = self._log
        if log is not None:
            journal.listen(lambda entry: log.write(source, self._view.now, entry))

    # -- what is kept

    def _event_log(self) -> EventLog | None:
        if self._save is None:
            return None
        self._save.mkdir(parents=True, exist_ok=True)
        log = EventLog(self._save / f"{self._loaded.path.stem}.jsonl")
        self._opened.callback(log.close)
        return log

    def _recorders(self, ids: StreamIds) -> Recorder:
        kept: list[Recorder] = [] if self._save is None else [self._recording(self._save)]
        if self._play is not None:
            speakers = Speakers(self._play)
            self._opened.callback(speakers.wait)
            kept.append(speakers)
        return Recorders(kept)

    def _recording(self, folder: Path) -> Recording:
        number = f"-{len(self._call.streams) + 1}" if self._call.streams else ""
        return Recording(folder / f"{self._loaded.path.stem}{number}.wav")


def people_of(loaded: Loaded, does: Doing | None) -> dict[str, PersonPlan]:
    """What the people do whom the call file hands calls to."""
    plan = PersonPlan() if does is None else PersonPlan(does)
    return {
        number: plan
        for entry in loaded.call.entries(EscalationDetectorConfig)
        if entry.transfer is not None
        for number in entry.transfer.to
    }


def questions_of(loaded: Loaded) -> list[Question]:
    """What the call file asks its callers."""
    return [Question(item.field, item.ask) for item in loaded.call.agent.information.checklist]


def stages_of(loaded: Loaded) -> list[Stage]:
    """The pipeline as it runs."""
    return [
        Stage(
            type_of(standing.config) + (f" {standing.end}" if standing.end else ""),
            standing.caller_audio or standing.assistant_audio,
        )
        for standing in as_run(loaded.call.pipeline)
    ]
