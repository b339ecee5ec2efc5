"""The schema of a call file, and how one is loaded."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field, ValidationError, field_validator

from pipeline.advice import warnings
from pipeline.agent import Agent
from pipeline.explain import explain
from pipeline.hours import Hours, calendar
from pipeline.observer import ObserverEntry
from pipeline.order import order_problems
from pipeline.overflow import Overflow
from pipeline.problem import ConfigError, Path, Problem
from pipeline.registry import Entry
from pipeline.source import Source, load_source
from pipeline.tool_checks import tool_problems
from pipeline.tool_registry import ToolEntry
from processors.block import Block
from processors.context import ProcessorConfig
from processors.fields import PhoneNumber, Shape
from processors.state.hours import BusinessHours

EntryT = TypeVar("EntryT", bound=ProcessorConfig)


class CallFile(Block):
    """How a phone call is answered: Callwright's call file."""

    model_config = ConfigDict(title="Callwright call file")

    name: Annotated[str, Field(min_length=1)] = ""
    """What the file is called in logs and records. Left out: the file's own name."""

    extends: str | None = None
    """Another call file to start from; what stands here is laid over it."""

    numbers: tuple[PhoneNumber, ...] = ()
    """The called numbers that this file answers, when a folder of files is served."""

    default: bool = False
    """Answers the numbers that no other file in the folder names."""

    timezone: str | None = None
    """The business's time zone, as in America/New_York. The assistant is told date and time."""

    hours: Hours | None = None
    """When the business is open, in `timezone`. null: at all times."""

    pipeline: tuple[Entry, ...]
    """The call's processors, from the phone on."""

    observers: tuple[ObserverEntry, ...] = ()
    """Pipecat observers that watch the call's frames, all but its audio."""

    agent: Agent = Agent()
    """What the assistant is told."""

    tools: tuple[ToolEntry, ...] = ()
    """Functions that the model may call: the name of one that is built in, or a mapping."""

    end_call: bool = True
    """Whether the model can end the call."""

    fallback: Annotated[str, Field(min_length=1)] = (
        "We are sorry, we can't take your call right now. Please try again in a few minutes."
    )
    """What the caller hears when no model can be had, spoken by Twilio."""

    overflow: Overflow = Overflow()
    """What the caller gets when the server has all the calls that it can take."""

    drain_goodbye: Annotated[str, Field(min_length=1)] = (
        "I am sorry, I have to end this call now. Please call us again in a minute. Goodbye."
    )
    """What the assistant says last when the server is to stop and can wait no longer."""

    refusal: Annotated[str, Field(min_length=1)] = (
        "We are sorry, this number is not in service. Goodbye."
    )
    """What callers of a number hear that no file answers, spoken by Twilio."""

    twiml_language: Annotated[
        str, Shape("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language tag, as in en-US")
    ] = "en-US"
    """The language in which Twilio speaks fallback, overflow and refusal, as in en-US."""

    twiml_voice: str | None = None
    """Twilio's voice for them, as in Polly.Joanna-Neural. null: the account's own."""

    @property
    def business_hours(self) -> BusinessHours | None:
        """When the business is open; None: at all times."""
        if self.hours is None or self.timezone is None:
            return None
        return calendar(self.hours, self.timezone)

    def entries(self, kind: type[EntryT]) -> tuple[EntryT, ...]:
        """The pipeline's entries of one kind, in order."""
        return tuple(entry for entry in self.pipeline if isinstance(entry, kind))

    def has_tool(self, name: str) -> bool:
        """Whether the model may call a function of this name."""
        return any(entry.name == name for entry in self.tools)

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                message = "allowed: an IANA time zone, as in America/New_York or UTC"
                raise ValueError(message) from error
        return name

    @field_validator("numbers")
    @classmethod
    def _are_different(cls, numbers: tuple[str, ...]) -> tuple[str, ...]:
        twice = {number for number in numbers if numbers.count(number) > 1}
        if twice:
            raise ValueError(f"found {', '.join(sorted(twice))} twice; allowed: once")
        return numbers


@dataclass(frozen=True, slots=True)
class Loaded:
    """A call file that can be used.

    Attributes:
        path: Where it was read.
        call: What it says.
        source: Where each piece of it stands.
        warnings: What works and will disappoint.
    """

    path: FilePath
    call: CallFile
    source: Source = field(repr=False)
    warnings: tuple[Problem, ...] = ()

    @property
    def sha256(self) -> str:
        """Of all that it says, with what it extends, includes and takes from the environment."""
        said = json.dumps(self.source.data, sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()


def load(path: FilePath, environment: Mapping[str, str] | None = None) -> Loaded:
    """Read and check a call file.

    Args:
        path: The file.
        environment: What ``${NAME}`` reads; None for the process's own.

    Raises:
        ConfigError: With everything that is wrong with it.
    """
    source = load_source(path, os.environ if environment is None else environment)
    source.data.setdefault("name", path.stem)
    problems = list(source.problems)
    known = {problem.path for problem in problems}
    call: CallFile | None = None
    try:
        call = CallFile.model_validate(source.data)
    except ValidationError as error:
        problems += [p for p in explain(error, CallFile, source) if p.path not in known]
    problems += _misordered(source)
    if call is not None:
        problems += [Problem(source.place(at), said, at) for at, said in tool_problems(call)]
        if call.hours is not None and call.timezone is None:
            message = "needs the zone that its times are in; add `timezone`, as in America/New_York"
            problems.append(Problem(source.place(("hours",)), message, ("hours",)))
    if problems or call is None:
        raise ConfigError(sorted(problems, key=lambda p: (p.place.file, p.place.line or 0)))
    return Loaded(path, call, source, (*source.warnings, *warnings(call, source)))


def _misordered(source: Source) -> list[Problem]:
    entries = source.data.get("pipeline")
    if not isinstance(entries, list):
        return []  # the schema says so already
    kinds = [entry.get("type") if isinstance(entry, dict) else None for entry in entries]
    types = [kind if isinstance(kind, str) else None for kind in kinds]
    problems = []
    for position, message in order_problems(types):
        path: Path = ("pipeline",) if position is None else ("pipeline", position)
        problems.append(Problem(source.place(path), message, path))
    return problems
