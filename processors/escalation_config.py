"""The call file's settings of ``escalation_detector``: signals, phrases, rules, transfer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from processors.context import CallContext, ProcessorConfig
from processors.escalation_words import language, languages, sentiment
from processors.fields import NUMERIC, PhoneNumber, Seconds, Shape, WebhookAddress
from processors.state.escalation.cues import CueError, CueList, Cues, Grammar
from processors.state.escalation.detector import (
    SIGNALS,
    DetectorRules,
    EscalationDetector,
    SignalRule,
)
from processors.state.escalation.language import Language

Action = Literal[
    "emergency", "notify", "offer", "collect_then_transfer", "transfer_now", "callback"
]
"""What can be done about an escalation."""

Weight = Annotated[float, Field(ge=0, le=1), NUMERIC]
Words = Annotated[str, Field(min_length=1)]

_REACHES_A_PERSON: Final = ("offer", "collect_then_transfer", "transfer_now")
"""Actions that need somebody to be there, and a number to reach them at."""


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Actions = Annotated[tuple[Action, ...], Field(min_length=1), BeforeValidator(_as_list)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Signal(_Part):
    """How much a signal counts."""

    weight: Weight = 1.0
    """What it adds. The signals of the last turns are added up; at 1 a person must take over.
    0: it is off."""

    times: Annotated[int, Field(ge=1), NUMERIC] = 1
    """How often it must come before it counts."""


class AngerSignal(Signal):
    """The caller is getting angry."""

    level: Annotated[float, Field(gt=0), NUMERIC] = 3.0
    """How angry: a mild word adds 1, a hard one 2 or 3; each turn a third of it is forgotten."""


class RepeatSignal(Signal):
    """The caller asks the same question again."""

    times: Annotated[int, Field(ge=2), NUMERIC] = 3
    """How often they must have asked it."""


class StalledSignal(Signal):
    """The checklist does not get on."""

    turns: Annotated[int, Field(ge=1), NUMERIC] = 12
    """So many turns of the caller without another field known."""


class KeySignal(Signal):
    """The caller presses a key for a person."""

    key: Annotated[str, Shape("[0-9*#]", "one key, as in 0")] = "0"
    """The key."""


class Signals(_Part):
    """What is looked out for."""

    person: Signal = Signal()
    """The caller asks for a person, in whatever words, or takes the assistant's own offer."""

    emergency: Signal = Signal()
    """Danger to life or home: fire, gas, breath, bleeding, violence ..."""

    legal: Signal = Signal()
    """A lawyer, a complaint, discrimination, a regulator."""

    anger: AngerSignal = AngerSignal()
    """The caller is getting angry: a trend over turns, not one word."""

    repeat: RepeatSignal = RepeatSignal()
    """The same question a third time."""

    stalled: StalledSignal = StalledSignal(weight=0.5)
    """No field of the checklist was learned for a while."""

    tools: Signal = Signal(weight=1.0, times=2)
    """Tools fail."""

    hearing: Signal = Signal(weight=1.0, times=2)
    """The caller can't hear the assistant."""

    silence: Signal = Signal(weight=0.5)
    """The caller does not answer when asked once more."""

    key: KeySignal = KeySignal()
    """The caller presses 0."""

    request: Signal = Signal()
    """The model calls transfer_to_human, or another processor asks for a person."""


class Phrase(_Part):
    """Key phrases of the trade that are a signal."""

    name: Annotated[str, Shape("[a-z][a-z0-9_]*", "small letters, digits and underscores")]
    """The signal's name, for rules and records. The name of a built-in signal adds to that one."""

    words: tuple[Words, ...] = ()
    """Words that must be said one after the other, as in "burst pipe"."""

    patterns: tuple[Words, ...] = ()
    """Regular expressions, in small letters; ` ~ ` stands for up to four words between."""

    even_negated: bool = False
    """Whether it counts in "there is no ..." and "I don't ...", too."""

    weight: Weight = 1.0
    """What it adds, where the name is a new one."""

    @field_validator("patterns")
    @classmethod
    def _can_be_read(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                Cues().compile(pattern)
            except CueError as error:
                raise ValueError(f"allowed: regular expressions ({error})") from error
        return patterns


class Rule(_Part):
    """What is done about which reasons."""

    when: Annotated[tuple[Words, ...], BeforeValidator(_as_list)] = ()
    """Names of signals or phrases, any of which must be among the reasons. Empty: whatever they
    are."""

    do: Actions
    """What is done, in this order: emergency, notify, offer, collect_then_transfer, transfer_now,
    callback."""

    closed: Actions | None = None
    """What is done outside business hours. null: the same, with callback in place of a transfer."""

    say: Words | None = None
    """For emergency: the safety sentence, spoken exactly so."""

    @model_validator(mode="after")
    def _has_its_sentence(self) -> Rule:
        if "emergency" in (*self.do, *(self.closed or ())) and self.say is None:
            raise ValueError("needs `say`, the safety sentence that is spoken exactly")
        return self

    def actions(self, *, is_open: bool) -> tuple[Action, ...]:
        """What is done, by whether the business is open."""
        if is_open:
            return self.do
        if self.closed is not None:
            return self.closed
        instead: list[Action] = [
            "callback" if action in _REACHES_A_PERSON else action for action in self.do
        ]
        return tuple(dict.fromkeys(instead))


class Transfer(_Part):
    """How a person is reached."""

    to: Annotated[tuple[PhoneNumber, ...], Field(min_length=1, max_length=10)]
    """Their numbers, called one after the other (cold: all at once)."""

    kind: Literal["warm", "cold"] = "warm"
    """warm: the person hears what it is about and accepts with a key; the caller stays with the
    assistant until then. cold: the caller's line rings them directly, and comes back to the
    assistant if nobody answers."""

    ring_seconds: Annotated[int, Field(ge=5, le=120), NUMERIC] = 20
    """How long each number rings, s."""

    decide_seconds: Annotated[int, Field(ge=3, le=60), NUMERIC] = 10
    """How long the person has to press a key after the summary, s."""

    caller_id: PhoneNumber | None = None
    """The number that they see. null: the one that the caller dialled."""

    detect_machines: bool = True
    """Have Twilio tell answering machines from people, where it is warm."""

    connecting: Words = "One moment, please. I'm connecting you with a colleague."
    """What the caller is told first, exactly so."""

    whisper: Words = "A caller on our line needs a person."
    """What the person hears first, before what is known of the call."""

    accept: Words = "Press one to take the call, or hang up."
    """What they are asked then. Only the key 1 takes the call."""

    gone: Words = "The caller has hung up. Goodbye."
    """What they hear if the caller is gone by then."""

    nobody: Words = "I'm sorry, nobody can take your call right now."
    """What they are told if nobody could be reached, exactly so."""

    @field_validator("to", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return _as_list(value)


class Notify(_Part):
    """Who is told of an escalation."""

    webhooks: tuple[WebhookAddress, ...] = ()
    """Addresses that it is posted to as JSON, signed with WEBHOOK_SECRET."""

    sms: tuple[PhoneNumber, ...] = ()
    """Numbers that get it as a text message, without what was said on the call."""

    sms_from: PhoneNumber | None = None
    """The number that it is sent from. null: the one that the caller dialled."""


class EscalationDetectorConfig(ProcessorConfig):
    """Hands the call to a person when it should be: looks out for signals, decides, and acts."""

    type: Literal["escalation_detector"]
    """Names this processor."""

    languages: Annotated[tuple[str, ...], Field(min_length=1)] = ("en", "es")
    """Languages whose words are looked out for, by their codes."""

    signals: Signals = Signals()
    """What is looked out for, and how much it counts."""

    phrases: tuple[Phrase, ...] = ()
    """Key phrases of the trade."""

    rules: tuple[Rule, ...] = ()
    """What is done; the first rule counts that has one of the reasons. Emergencies that no rule
    names are told to call for help; otherwise who asked is connected, and others are asked."""

    within_turns: Annotated[int, Field(ge=1), NUMERIC] = 6
    """Turns of the caller for which a signal is remembered."""

    leave_alone: Seconds = 120.0
    """How long a caller who said no is not asked again, s. They may ask at any time."""

    offer: Words = "Would you like me to connect you with a person?"
    """What offer asks, exactly so."""

    collect: tuple[Words, ...] = ()
    """Fields of the checklist that collect_then_transfer waits for. Empty: all of them."""

    collect_turns: Annotated[int, Field(ge=1), NUMERIC] = 8
    """Turns of the caller after which it waits no longer."""

    callback: Words = "I'll make sure that somebody calls you back {when}."
    """What callback promises, exactly so; {when} becomes when that will be."""

    transfer: Transfer | None = None
    """Whom to transfer to. null: nobody; then a callback is promised instead."""

    notify: Notify = Notify()
    """Who is told."""

    @field_validator("languages")
    @classmethod
    def _are_there(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        known = languages()
        if set(codes) - set(known):
            raise ValueError(f"allowed: {', '.join(known)}")
        return codes

    @model_validator(mode="after")
    def _names_are_known(self) -> EscalationDetectorConfig:
        known = {*SIGNALS, *(phrase.name for phrase in self.phrases)}
        for position, rule in enumerate(self.rules):
            unknown = [name for name in rule.when if name not in known]
            if unknown:
                raise ValueError(
                    f"rules[{position}].when names {', '.join(unknown)}, which is no signal;"
                    f" allowed: {', '.join(sorted(known))}"
                )
        return self

    def detector(self) -> EscalationDetector:
        """What decides, for one call."""
        rules = {
            name: SignalRule(rule.weight, rule.times)
            for name in Signals.model_fields
            if (rule := getattr(self.signals, name)).weight > 0
        }
        rules["repeat"] = SignalRule(self.signals.repeat.weight)
        for phrase in self.phrases:
            if phrase.name not in SIGNALS and phrase.weight > 0:
                rules[phrase.name] = SignalRule(phrase.weight)
        signals = self.signals
        return EscalationDetector(
            DetectorRules(
                {name: rule for name, rule in rules.items() if rule.weight > 0},
                within_turns=self.within_turns,
                anger_level=signals.anger.level,
                repeats=signals.repeat.times,
                stalled_turns=signals.stalled.turns,
                leave_alone=self.leave_alone,
                key=signals.key.key,
            ),
            _spoken(self.languages, self.phrases),
            sentiment(),
        )

    def rule_for(self, reasons: tuple[str, ...]) -> Rule:
        """What is to be done about these reasons."""
        for rule in (*self.rules, *DEFAULT_RULES):
            if not rule.when or set(rule.when) & set(reasons):
                return rule
        raise AssertionError("the last default rule takes whatever comes")

    def advice(self) -> list[tuple[str, str]]:
        """People who are asked for and can't be reached."""
        if self.transfer is not None:
            return []
        return [("transfer", "not given, so callers who want a person are promised a callback")]

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the processor."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.escalation import EscalationProcessor

        return EscalationProcessor(self, context)


DEFAULT_RULES: Final = (
    Rule(
        when=("emergency",),
        do=("emergency",),
        say="If anybody is in danger, please hang up now and call nine one one.",
    ),
    Rule(when=("person", "key", "request"), do=("transfer_now",)),
    Rule(do=("offer",)),
)
"""What is done where a call file's own rules don't say."""


@lru_cache(maxsize=64)
def _spoken(codes: tuple[str, ...], phrases: tuple[Phrase, ...]) -> tuple[Language, ...]:
    """The languages that are looked out for; the trade's phrases are in all of them.

    What negates and reports is the language's own, so each has them with its own grammar.
    """
    return tuple(_with_phrases(language(code), phrases) for code in codes)


def _with_phrases(spoken: Language, phrases: tuple[Phrase, ...]) -> Language:
    cues = dict(spoken.cues)
    for phrase in phrases:
        known = cues.get(phrase.name, CueList())
        added = tuple(_compiled(phrase, spoken.grammar))
        cues[phrase.name] = (
            replace(known, sure=(*known.sure, *added))
            if phrase.even_negated
            else replace(known, cues=(*known.cues, *added))
        )
    return replace(spoken, cues=cues)


def _compiled(phrase: Phrase, grammar: Grammar) -> Iterator[re.Pattern[str]]:
    for words in phrase.words:
        # Written as a caller would be heard: small letters, no accents, contractions in full.
        said = " ".join(clause for part in grammar.clauses.of(words) for clause in part)
        yield Cues().compile(re.escape(said).replace(r"\ ", " "))
    for pattern in phrase.patterns:
        yield Cues().compile(pattern)
