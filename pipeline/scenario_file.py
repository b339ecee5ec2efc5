"""The schema of a scenario file: calls to one call file, and what must be true afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError, field_validator

from pipeline.catalog import SUFFIXES
from pipeline.config import Loaded
from pipeline.expectation import Expectation
from pipeline.explain import explain
from pipeline.problem import ConfigError, Path, Place, Problem, did_you_mean
from pipeline.scenario_act import AnyAct, AnyPerson, ModelTurn, SystemAnswer, Text
from pipeline.source import Source, load_source
from pipeline.tool_checks import END_CALL
from processors.block import Block
from processors.fields import PhoneNumber, Seconds

FOLDER = "scenarios"
"""Where a call file's scenarios are: in this folder beside it, in a file of the same name."""


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
