"""The schema of a scenario file: calls to one call file, and what must be true afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from pipeline.agent import Block
from pipeline.catalog import SUFFIXES
from pipeline.config import Loaded
from pipeline.explain import explain
from pipeline.problem import ConfigError, Path, Place, Problem, did_you_mean
from pipeline.scenario_act import AnyAct, AnyPerson, Keys, ModelTurn, SystemAnswer, Text
from pipeline.source import Source, load_source
from pipeline.tool_checks import END_CALL
from processors.fields import NUMERIC, PhoneNumber, Seconds

FOLDER = "scenarios"
"""Where a call file's scenarios are: in this folder beside it, in a file of the same name."""

Count = Annotated[int, Field(ge=0), NUMERIC]


class ExpectedTool(Block):
    """A function that must have been called."""

    name: Text
    """The function."""

    arguments: Annotated[dict[str, Any], Field(default_factory=dict)]
    """Arguments that it must have been called with; others do not matter."""

    ok: bool = True
    """Whether it must have done what it should."""


class Escalated(Block):
    """One time that a person had to take over."""

    reasons: tuple[Text, ...] = ()
    """Signals that must have said so; there may be more."""

    actions: tuple[Text, ...] | None = None
    """What must have been done, in this order."""


class Transferred(Block):
    """One time that the call was to be handed to a person."""

    to: tuple[Text, ...] | None = None
    """The numbers that were rung, in this order."""

    outcome: Text = "accepted"
    """accepted, declined, no_answer, busy, machine, failed, cancelled or dialled."""


def _one_alone(given: Any) -> Any:
    return () if given is False else [given] if isinstance(given, dict) else given


def _tool_by_name(given: Any) -> Any:
    return {"name": given} if isinstance(given, str) else given


Escalations = Annotated[
    tuple[Escalated, ...],
    BeforeValidator(
        _one_alone, json_schema_input_type=Literal[False] | Escalated | tuple[Escalated, ...]
    ),
]
Transfers = Annotated[
    tuple[Transferred, ...],
    BeforeValidator(
        _one_alone, json_schema_input_type=Literal[False] | Transferred | tuple[Transferred, ...]
    ),
]
Tool = Annotated[
    ExpectedTool, BeforeValidator(_tool_by_name, json_schema_input_type=ExpectedTool | str)
]


class Expectation(Block):
    """What must be true when the call is over. All that Callwright promises of every call, too."""

    heard: tuple[Text, ...] = ()
    """Words that the caller heard, in this order. Capitals and spaces do not matter."""

    not_heard: tuple[Text, ...] = ()
    """Words that they did not hear."""

    understood: tuple[Text, ...] = ()
    """Words that the model heard of the caller, in this order."""

    captured: Annotated[dict[str, str], Field(default_factory=dict)]
    """Fields of the checklist that the call's memory has, each with words of its value."""

    confirmed: tuple[str, ...] = ()
    """Fields that were read back and agreed to."""

    not_captured: tuple[str, ...] = ()
    """Fields that it does not have."""

    tools: tuple[Tool, ...] | None = None
    """Functions that were called, in this order, and no others."""

    escalated: Escalations | None = None
    """When a person had to take over: false, once, or a list."""

    transferred: Transfers | None = None
    """When the call was to be handed to a person: false, once, or a list."""

    person_told: tuple[Text, ...] = ()
    """Words that people heard before they took the call or did not, in this order."""

    callback: Literal["none", "soon", "next opening"] | None = None
    """What callback was promised: none; as soon as possible; or when the business opens again."""

    texts: Count | None = None
    """How many text messages were sent."""

    keys: Keys | None = None
    """Keys that the runtime took."""

    cuts: Count | None = None
    """How many speeches of the assistant's were cut short."""

    silent_within: Seconds | None = None
    """Each time the caller cut in, the assistant fell silent within so many seconds."""

    answered_within: Seconds | None = None
    """Each answer began within so many seconds."""

    words_per_turn: Count | None = None
    """No turn of the assistant's had more words, greeting and goodbye aside."""

    questions_per_turn: Count | None = None
    """No turn of the assistant's had more questions."""

    ended: Literal["assistant", "caller", "person", "twilio"] | None = None
    """Who ended the call: the assistant, after its goodbye; the caller, who hung up; a person, who
    took it; or Twilio, for want of anything else to do."""

    lasts: Seconds | None = None
    """The call was over within so many seconds."""


class Scenario(Block):
    """One call."""

    name: Text
    """What it is called in the table; each has its own."""

    about: str = ""
    """What it shows."""

    at: datetime | None = None
    """Date and time at the business when it begins, as in 2026-01-05T10:00. Left out: that Monday
    morning."""

    caller: tuple[AnyAct, ...] = ()
    """What the caller does, act by act. Then they stay on the line."""

    model: tuple[ModelTurn, ...] = ()
    """What the model says and calls, turn by turn; then it answers by itself, as it does without.
    What is judged is the runtime, not what is scripted here."""

    people: Annotated[dict[PhoneNumber, AnyPerson], Field(default_factory=dict)]
    """What people do whose telephones ring, by their numbers. Left out: they accept."""

    systems: tuple[SystemAnswer, ...] = ()
    """What the business's systems answer to `http` tools; the first that fits. What nobody answers
    fails."""

    longest: Seconds = 180.0
    """Seconds after which the caller hangs up in any case."""

    expect: Expectation
    """What must be true when it is over."""

    @field_validator("at")
    @classmethod
    def _is_local(cls, at: datetime | None) -> datetime | None:
        if at is not None and at.tzinfo is not None:
            raise ValueError("allowed: date and time without a zone; the call file has the zone")
        return at

    @field_validator("expect")
    @classmethod
    def _expects_something(cls, expect: Expectation) -> Expectation:
        if not expect.model_fields_set:
            raise ValueError(
                f"expects nothing; allowed: at least one of {', '.join(Expectation.model_fields)}"
            )
        return expect


class ScenarioFile(Block):
    """Calls to one call file, and what must be true when they are over."""

    model_config = ConfigDict(title="Callwright scenario file")

    scenarios: tuple[Scenario, ...]
    """The calls."""

    @field_validator("scenarios")
    @classmethod
    def _are_some(cls, scenarios: tuple[Scenario, ...]) -> tuple[Scenario, ...]:
        if not scenarios:
            raise ValueError("allowed: at least one call")
        return scenarios


@dataclass(frozen=True, slots=True)
class Scenarios:
    """A scenario file that can be run.

    Attributes:
        path: Where it was read.
        all: The calls.
    """

    path: FilePath
    all: tuple[Scenario, ...]

    def named(self, part: str) -> Scenarios:
        """Those with ``part`` in their name.

        Raises:
            ConfigError: There is none.
        """
        some = tuple(one for one in self.all if part.lower() in one.name.lower())
        if not some:
            names = ", ".join(repr(one.name) for one in self.all)
            message = f"no scenario has {part!r} in its name; there are {names}"
            raise ConfigError([Problem(Place(str(self.path)), message)])
        return replace(self, all=some)


def scenarios_of(loaded: Loaded) -> Scenarios:
    """The scenarios of a call file.

    Raises:
        ConfigError: It has none, or something is wrong with them.
    """
    folder = loaded.path.parent / FOLDER
    for suffix in SUFFIXES:
        path = folder / f"{loaded.path.stem}{suffix}"
        if path.is_file():
            return load_scenarios(path, loaded)
    wanted = folder / f"{loaded.path.stem}{SUFFIXES[0]}"
    raise ConfigError([Problem(Place(str(wanted)), "no such file; put the scenarios there")])


def load_scenarios(path: FilePath, loaded: Loaded) -> Scenarios:
    """Read and check the scenarios of a call file.

    Raises:
        ConfigError: With everything that is wrong with them.
    """
    environment: Mapping[str, str] = {}
    source = load_source(path, environment)
    problems = list(source.problems)
    try:
        file = ScenarioFile.model_validate(source.data)
    except ValidationError as error:
        known = {problem.path for problem in problems}
        problems += [p for p in explain(error, ScenarioFile, source) if p.path not in known]
        raise ConfigError(sorted(problems, key=lambda p: p.place.line or 0)) from error
    problems += _repeated(file, source)
    problems += _unknown_fields(file, source, loaded)
    problems += _unknown_tools(file, source, loaded)
    if problems:
        raise ConfigError(sorted(problems, key=lambda p: p.place.line or 0))
    return Scenarios(path, file.scenarios)


def _repeated(file: ScenarioFile, source: Source) -> list[Problem]:
    names = [scenario.name for scenario in file.scenarios]
    return [
        _problem(source, ("scenarios", at, "name"), f"found {name!r} a second time; allowed: once")
        for at, name in enumerate(names)
        if name in names[:at]
    ]


def _unknown_fields(file: ScenarioFile, source: Source, loaded: Loaded) -> list[Problem]:
    """Fields of the checklist that the call file does not have."""
    known = [item.field for item in loaded.call.agent.information.checklist]
    problems = []
    for at, scenario in enumerate(file.scenarios):
        here: Path = ("scenarios", at)
        named = [
            ((*here, "caller", number, "answer", field), field)
            for number, act in enumerate(scenario.caller)
            for field in act.answer or ()
        ]
        for key in ("captured", "confirmed", "not_captured"):
            fields: Any = getattr(scenario.expect, key)
            for number, field in enumerate(fields):
                step = field if isinstance(fields, dict) else number
                named.append(((*here, "expect", key, step), field))
        problems += [
            _problem(
                source,
                path,
                f"{loaded.path.name} has no field {field!r}; allowed: {', '.join(known) or 'none'}"
                + did_you_mean(field, known),
            )
            for path, field in named
            if field not in known
        ]
    return problems


def _unknown_tools(file: ScenarioFile, source: Source, loaded: Loaded) -> list[Problem]:
    """Functions that the call file does not offer its model."""
    known = [END_CALL] if loaded.call.end_call else []
    known += [tool.name for tool in loaded.call.tools]
    named: list[tuple[Path, str]] = []
    for at, scenario in enumerate(file.scenarios):
        here: Path = ("scenarios", at)
        for number, turn in enumerate(scenario.model):
            if turn.call is not None:
                named.append(((*here, "model", number, "call"), turn.call.name))
        for number, tool in enumerate(scenario.expect.tools or ()):
            named.append(((*here, "expect", "tools", number), tool.name))
    return [
        _problem(
            source,
            path,
            f"{loaded.path.name} has no tool {name!r}; allowed: {', '.join(known) or 'none'}"
            + did_you_mean(name, known),
        )
        for path, name in named
        if name not in known
    ]


def _problem(source: Source, path: Path, message: str) -> Problem:
    return Problem(source.place(path), message, path)
