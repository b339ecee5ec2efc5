"""The parts of ``escalation_detector``'s settings: signals, phrases, rules, transfer, notices."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from processors.block import Block
from processors.fields import NUMERIC, PhoneNumber, Shape, WebhookAddress
from processors.state.escalation.cues import CueError, Cues

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


class Signal(Block):
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


class Signals(Block):
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


class Phrase(Block):
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


class Rule(Block):
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


class Transfer(Block):
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


class Notify(Block):
    """Who is told of an escalation."""

    webhooks: tuple[WebhookAddress, ...] = ()
    """Addresses that it is posted to as JSON, signed with WEBHOOK_SECRET."""

    sms: tuple[PhoneNumber, ...] = ()
    """Numbers that get it as a text message, without what was said on the call."""

    sms_from: PhoneNumber | None = None
    """The number that it is sent from. null: the one that the caller dialled."""
