"""Says when a person must take over, from what is said and what happens on the call.

Each signal has a weight. Those of the last turns are added up, each signal once; at 1 there is an
escalation, which carries its reasons and the turns that gave them. A signal gives one escalation a
call; while one is being dealt with only an emergency gives another; and a caller who declined is
left alone for a while, unless they ask themselves, or it is an emergency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from processors.state.escalation.anger import AngerTrend, Sentiment
from processors.state.escalation.cues import CueList
from processors.state.escalation.language import Language
from processors.state.escalation.learned import Learned
from processors.state.escalation.reading import NOTHING, Line, Reader
from processors.state.escalation.repeats import RepeatedQuestions

PERSON: Final = "person"
EMERGENCY: Final = "emergency"
LEGAL: Final = "legal"
ANGER: Final = "anger"
REPEAT: Final = "repeat"
STALLED: Final = "stalled"
TOOLS: Final = "tools"
HEARING: Final = "hearing"
SILENCE: Final = "silence"
KEY: Final = "key"
REQUEST: Final = "request"

SIGNALS: Final = (
    PERSON, EMERGENCY, LEGAL, ANGER, REPEAT, STALLED, TOOLS, HEARING, SILENCE, KEY, REQUEST,
)  # fmt: skip
"""Every signal by name; a call file's phrases add theirs."""

ASKED_FOR: Final = frozenset({PERSON, KEY, REQUEST})
"""Signals with which somebody asks outright: they count whatever was declined before."""

ENOUGH: Final = 1.0
"""The sum of weights that makes an escalation."""


@dataclass(frozen=True, slots=True)
class SignalRule:
    """How much a signal counts.

    Attributes:
        weight: What it adds, once; 1 is enough alone.
        times: How often it must come before it counts at all.
    """

    weight: float = 1.0
    times: int = 1


@dataclass(frozen=True, slots=True)
class DetectorRules:
    """What makes an escalation.

    Attributes:
        signals: How much each signal counts, by name; one that is not here is off.
        within_turns: Turns of the caller for which a signal is remembered.
        anger_level: The level of ``AngerTrend`` that is a signal.
        repeats: How often a question must be asked.
        stalled_turns: Turns of the caller without a field gained.
        leave_alone: Seconds in which who declined hears no more of it.
        key: The key that asks for a person.
    """

    signals: Mapping[str, SignalRule] = field(default_factory=dict)
    within_turns: int = 6
    anger_level: float = 3.0
    repeats: int = 3
    stalled_turns: int = 12
    leave_alone: float = 120.0
    key: str = "0"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sign of a signal.

    Attributes:
        signal: Its name.
        item_id: The turn that gave it; empty: none did.
        cue: What was found there, in a few words; it may hold words of the caller's.
        turn: How many turns of the caller there were by then.
    """

    signal: str
    item_id: str = ""
    cue: str = ""
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Escalation:
    """A person must take over.

    Attributes:
        findings: What gave it, oldest first.
    """

    findings: tuple[Finding, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The signals that gave it."""
        return tuple(dict.fromkeys(finding.signal for finding in self.findings))

    @property
    def turns(self) -> tuple[str, ...]:
        """The turns that gave it."""
        return tuple(dict.fromkeys(f.item_id for f in self.findings if f.item_id))


class EscalationDetector:
    """Weighs the signals of one call."""

    def __init__(
        self,
        rules: DetectorRules,
        language: Language,
        sentiment: Sentiment = lambda _: 0.0,
        *,
        phrases: Mapping[str, CueList] = {},
        learned: Learned | None = None,
    ) -> None:
        """Set up.

        Args:
            rules: What makes an escalation.
            language: The words that are looked out for; of several languages, ``joined``.
            sentiment: A lexicon's opinion of a text.
            phrases: The trade's own, by their signals.
            learned: What words were learned to mean; None: cues alone decide.
        """
        self._rules = rules
        self._language = language
        self._reader = Reader(language, phrases, learned or Learned(), PERSON)
        self._anger = AngerTrend(language.anger, sentiment)
        self._questions = RepeatedQuestions(language.questions)
        self._findings: list[Finding] = []
        self._spent: set[str] = set()
        self._under_way: Escalation | None = None
        self._left_alone_until: float | None = None
        self._turn = 0
        self._before = NOTHING
        self._known = 0
        self._gained_at = 0
        self._complete = True  # nothing is asked for until somebody says so

    # What is said.

    def assistant_said(self, text: str) -> None:
        """The assistant said something; it may have offered a person by itself."""
        self._before = self._reader.hear(text)

    def caller_said(self, item_id: str, text: str, now: float) -> Escalation | None:
        """The caller said something."""
        self._turn += 1
        for signal, cue in self._signs(text):
            self._found(signal, item_id, cue, now)
        self._before = NOTHING
        return self._decide()

    def read(self, text: str) -> Line:
        """What a line says, after what the assistant said last; nothing is changed by it."""
        return self._reader.read(text, self._before)

    def answer(self, text: str) -> bool | None:
        """Whether the caller takes an offer with these words; None: they don't say."""
        return self._language.answer(text)

    # What happens.

    def key_pressed(self, key: str, now: float) -> Escalation | None:
        """The caller pressed a key."""
        if key != self._rules.key:
            return None
        self._found(KEY, "", key, now)
        return self._decide()

    def tool_failed(self, now: float) -> Escalation | None:
        """A tool failed."""
        self._found(TOOLS, "", "", now)
        return self._decide()

    def silent(self, now: float) -> Escalation | None:
        """The caller did not answer when they were asked once more."""
        self._found(SILENCE, "", "", now)
        return self._decide()

    def requested(self, reason: str, now: float) -> Escalation | None:
        """Somebody asks for a person: the model by its tool, or a processor.

        Args:
            reason: The name of a signal of ours, which then counts as such; or why, in words.
            now: Loop time.
        """
        signal = reason if reason in self._rules.signals else REQUEST
        self._found(signal, "", reason, now)
        return self._decide()

    def fields_known(self, known: int, of: int) -> None:
        """So many fields of the checklist are answered by now."""
        self._complete = known >= of
        if known > self._known:
            self._gained_at = self._turn
        self._known = known

    # What became of an escalation.

    def settled(self) -> None:
        """The escalation was dealt with, one way or the other."""
        self._under_way = None

    def declined(self, now: float) -> None:
        """The caller wants no person: leave them alone for a while, but hear it if they ask."""
        self._under_way = None
        self._findings.clear()
        self._spent -= ASKED_FOR
        self._left_alone_until = now + self._rules.leave_alone

    # Inside.

    def _signs(self, text: str) -> list[tuple[str, str]]:
        signs = list(self._reader.signs(self.read(text)).items())
        level = self._anger.caller_said(text)
        if level >= self._rules.anger_level:
            signs.append((ANGER, f"level {level:.1f}"))
        times = self._questions.caller_said(text)
        if times >= self._rules.repeats:
            signs.append((REPEAT, f"{times} times"))
        stalled = self._turn - self._gained_at
        if not self._complete and stalled >= self._rules.stalled_turns:
            signs.append((STALLED, f"{stalled} turns"))
        return signs

    def _found(self, signal: str, item_id: str, cue: str, now: float) -> None:
        if signal not in self._rules.signals or signal in self._spent:
            return
        if self._left_alone(now) and signal != EMERGENCY and signal not in ASKED_FOR:
            return
        self._findings.append(Finding(signal, item_id, cue, self._turn))

    def _left_alone(self, now: float) -> bool:
        return self._left_alone_until is not None and now < self._left_alone_until

    def _decide(self) -> Escalation | None:
        since = self._turn - self._rules.within_turns
        self._findings = [finding for finding in self._findings if finding.turn > since]
        counted = [finding for finding in self._findings if self._counts(finding.signal)]
        reasons = {finding.signal for finding in counted}
        if sum(self._rules.signals[signal].weight for signal in reasons) < ENOUGH:
            return None
        if self._under_way is not None and (
            EMERGENCY not in reasons or EMERGENCY in self._under_way.reasons
        ):
            return None
        self._findings = [finding for finding in self._findings if finding not in counted]
        self._spent |= reasons
        self._under_way = Escalation(tuple(counted))
        return self._under_way

    def _counts(self, signal: str) -> bool:
        times = sum(finding.signal == signal for finding in self._findings)
        return times >= self._rules.signals[signal].times
