"""What ``--check`` warns of: call files that work, and will disappoint somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.agent import Agent, Information
from pipeline.problem import Path, Problem
from pipeline.source import Source
from processors.configs import RecordingConfig, SilenceConfig, ToolFillerConfig
from processors.escalation_config import EscalationDetectorConfig
from processors.tools.transfer_to_human import TransferToHumanTool

if TYPE_CHECKING:
    from pipeline.config import CallFile

_SPEAKERS = (SilenceConfig, ToolFillerConfig)
"""What speaks words of its own."""

_SECTIONS = ("role", "voice_and_pacing", "boundaries", "information", "escalation", "tone")
_SHOUTED = re.compile(r"\b(?:NEVER|ALWAYS|MUST|NOT|DON'T|ONLY|IMPORTANT|CRITICAL|WARNING)\b")


def warnings(call: CallFile, source: Source) -> list[Problem]:
    """Everything that is allowed and unwise in a call file."""
    said = [*_agent(call.agent), *_call(call)]
    for position, entry in enumerate(call.pipeline):
        for key, message in entry.advice():
            said.append((("pipeline", position, *key.split(".")), message))
    return [Problem(source.place(path), message, path) for path, message in said]


def _call(call: CallFile) -> Iterator[tuple[Path, str]]:
    if call.timezone is None:
        yield (
            ("timezone",),
            "not given, so the assistant is told the time in UTC; name the business's zone",
        )
    asks = bool(call.entries(SilenceConfig))
    for position, entry in enumerate(call.pipeline):
        if isinstance(entry, RecordingConfig) and "record" not in call.agent.disclosure.lower():
            yield (
                ("pipeline", position),
                "records calls, and the disclosure does not say so; in many places callers must"
                " be told",
            )
        turn_detection = getattr(entry, "turn_detection", None)
        if asks and getattr(turn_detection, "idle_timeout_ms", None) is not None:
            yield (
                ("pipeline", position, "turn_detection", "idle_timeout_ms"),
                "has the model ask silent callers, as `silence` does: they are asked twice",
            )
        if isinstance(entry, _SPEAKERS) and call.agent.language != "English":
            for key in _english_words(entry):
                yield (
                    ("pipeline", position),
                    f"says `{key}` in English, as the file has no words of its own in"
                    f" {call.agent.language}",
                )
    hands_over = bool(call.entries(EscalationDetectorConfig))
    for position, tool in enumerate(call.tools):
        if isinstance(tool, TransferToHumanTool) and not hands_over:
            yield (
                ("tools", position),
                "comes to nothing, as the pipeline has no escalation_detector to act on it",
            )
    if not call.end_call and call.agent.goodbye:
        yield ("agent", "goodbye"), "is never said, as `end_call` is false"


def _english_words(entry: SilenceConfig | ToolFillerConfig) -> Iterator[str]:
    """The keys whose words the file leaves to us."""
    keys = ("say",) if isinstance(entry, ToolFillerConfig) else ("reprompts", "goodbye", "warning")
    for key in keys:
        unused = key == "warning" and isinstance(entry, SilenceConfig) and not entry.max_duration
        if key not in entry.model_fields_set and not unused:
            yield key


def _agent(agent: Agent) -> Iterator[tuple[Path, str]]:
    missing = [name for name in _SECTIONS if getattr(agent, name) in ("", (), Information())]
    if missing:
        yield ("agent",), f"has no {', '.join(missing)}; the model fills the gap as it likes"
    for path, text in _texts(agent):
        shout = _SHOUTED.search(text)
        if shout is not None:
            yield (
                path,
                f"found {shout[0]!r} in capitals; newer models follow plain words better",
            )
    fields = agent.information.checklist
    names = [field.field for field in fields]
    for position, field in enumerate(fields):
        path = ("agent", "information", "checklist", position)
        if field.ask.count("?") > 1:
            yield (*path, "ask"), "asks more than one question; on the phone one at a time is heard"
        if field.field in names[:position]:
            yield (*path, "field"), f"{field.field!r} is asked for a second time"


def _texts(agent: Agent) -> Iterator[tuple[Path, str]]:
    sections = {name: getattr(agent, name) for name in _SECTIONS if name != "information"}
    sections |= {"greeting": agent.greeting, "goodbye": agent.goodbye}
    for name, points in sections.items():
        yield ("agent", name), points if isinstance(points, str) else "\n".join(points)
    about = agent.information
    text = about.text if isinstance(about.text, str) else "\n".join(about.text)
    yield ("agent", "information"), "\n".join([text, *about.facts])
