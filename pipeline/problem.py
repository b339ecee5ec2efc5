"""What is wrong with a call file: where, what was found, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

Path = tuple[str | int, ...]
"""The way from a file's top to a value: keys and list positions."""

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file.

    Attributes:
        file: The file's name, as it was given.
        line: Counted from 1; None for the file as a whole.
    """

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or that will disappoint.

    Attributes:
        place: Where.
        message: What was found, what is allowed, what to do.
        path: The key it is about; empty for the file as a whole.
    """

    place: Place
    message: str
    path: Path = ()

    def __str__(self) -> str:
        key = f"{dotted(self.path)}: " if self.path else ""
        return f"{self.place}: {key}{self.message}"


class ConfigError(Exception):
    """A call file can't be used; carries everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        assert self.problems, "an error has a reason"
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(path: Path) -> str:
    """A path as people write it: ``pipeline[2].voice``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def shown(value: object) -> str:
    """A value as it stands in the file, cut short."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def did_you_mean(found: object, allowed: Iterable[str]) -> str:
    """A hint to the nearest allowed word; empty if none is near."""
    near = get_close_matches(found.lower(), allowed, n=1) if isinstance(found, str) else []
    return f"; did you mean {near[0]!r}?" if near else ""
