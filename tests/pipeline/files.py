"""Call files for tests: written to a folder, loaded, and what is wrong with them as lines."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from pipeline.config import CallFile, Loaded, load
from pipeline.problem import ConfigError

MINIMAL = """\
timezone: UTC
pipeline:
  - type: twilio_serializer
  - type: mulaw_passthrough
  - type: openai_realtime
  - type: interruption
"""
"""Four processors, lines 2 to 6."""


def write(folder: Path, text: str, name: str = "call.yaml") -> Path:
    """Write a file of any kind; its folder is made."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return path


def loaded(folder: Path, text: str, **environment: str) -> Loaded:
    """Load a call file that must be good."""
    return load(write(folder, text), environment)


def call_file(folder: Path, text: str, **environment: str) -> CallFile:
    """What a good call file says."""
    return loaded(folder, text, **environment).call


def problems(folder: Path, text: str, **environment: str) -> list[str]:
    """What is wrong with a call file: ``line: key: message``, its own name left out."""
    path = write(folder, text)
    try:
        load(path, environment)
    except ConfigError as error:
        return [str(problem).removeprefix(f"{path}:").strip() for problem in error.problems]
    return []


def with_model(settings: str) -> str:
    """The minimal file, with settings of its model (a flow mapping's inside)."""
    return MINIMAL.replace("- type: openai_realtime", f"- {{type: openai_realtime, {settings}}}")
