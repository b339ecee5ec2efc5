"""YAML as a tree in which every key and value knows its line.

Built straight from ruamel's events, with YAML 1.2's few scalar types and two kindnesses to those
who write call files: a number with a leading ``+`` or ``0`` stays text (phone numbers and codes
need no quotes), and dates stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from pipeline.problem import ConfigError, Path, Place, Problem

MAX_DEPTH = 40
MAX_NODES = 20_000
"""A call file has some hundred values; aliases of aliases can make millions of a few lines."""

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][-+]?[0-9]+)?")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False} | {
    "Null": None, "NULL": None, "True": True, "TRUE": True, "False": False, "FALSE": False
}  # fmt: skip
_STANDARD_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Scalar:
    """A single value.

    Attributes:
        place: Its line.
        value: What it says.
        variables: The environment variables that went into it.
    """

    place: Place
    value: str | int | float | bool | None
    variables: tuple[str, ...] = ()
    size: int = 1


@dataclass(slots=True)
class Mapping:
    """Keys and values; ``places`` holds the line of each key."""

    place: Place
    entries: dict[str, Node] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    size: int = 1


@dataclass(slots=True)
class Sequence:
    """A list of values."""

    place: Place
    items: list[Node] = field(default_factory=list)
    size: int = 1


Node = Scalar | Mapping | Sequence


def parse(text: str, file: str) -> tuple[Node, list[Problem]]:
    """Read one YAML document, and what is wrong with it short of its syntax.

    Raises:
        ConfigError: It is not YAML, or too big to be a call file.
    """
    try:
        return _Builder(text, file).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        said = error.problem or error.context or "it can't be read"
        raise _unusable(Place(file, line), f"not YAML: {said}") from error
    except (YAMLError, ValueError, LookupError, AttributeError, TypeError) as error:
        # ruamel meets some broken input with Python's own errors.
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _unusable(Place(file), f"not YAML: {said}") from error


def resolve(text: str) -> str | int | float | bool | None:
    """What a plain (unquoted) scalar means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= 19 else text  # longer is an account, not a quantity
    if _FLOAT.fullmatch(text) and any(character.isdigit() for character in text):
        return float(text)
    return text


def plain(node: Node) -> Any:
    """A tree as plain Python values."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value


def _unusable(place: Place, message: str) -> ConfigError:
    return ConfigError([Problem(place, message)])


class _Builder:
    """Turns ruamel's events into a tree, once."""

    def __init__(self, text: str, file: str) -> None:
        self._events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        self._file = file
        self._anchors: dict[str, Node] = {}
        self._problems: list[Problem] = []
        self._nodes = 0

    def document(self) -> tuple[Node, list[Problem]]:
        next(self._events)  # the stream's start
        if isinstance(next(self._events), StreamEndEvent):
            return Scalar(Place(self._file), None), self._problems
        root = self._node(next(self._events), ())
        next(self._events)  # the document's end
        following = next(self._events)
        if not isinstance(following, StreamEndEvent):
            place = self._place(following)
            self._problems.append(
                Problem(place, "found a second document; allowed: one document a file")
            )
        return root, self._problems

    def _node(self, event: Any, path: Path) -> Node:
        place = self._place(event)
        if len(path) > MAX_DEPTH:
            raise _unusable(place, f"nested more than {MAX_DEPTH} deep")
        if isinstance(event, AliasEvent):
            node = self._alias(event, place)
        else:
            self._check_tag(event, place, path)
            node = self._fresh(event, place, path)
            if isinstance(event, NodeEvent) and event.anchor:
                self._anchors[str(event.anchor)] = node
        return node

    def _alias(self, event: AliasEvent, place: Place) -> Node:
        name = str(event.anchor)
        if name not in self._anchors:
            raise _unusable(place, f"not YAML: found *{name}, but nothing above is named &{name}")
        node = self._anchors[name]
        self._count(node.size, place)
        return replace(node, place=place)

    def _fresh(self, event: Any, place: Place, path: Path) -> Node:
        self._count(1, place)
        if isinstance(event, ScalarEvent):
            text = str(event.value)
            return Scalar(place, text if event.style or event.tag else resolve(text))
        if isinstance(event, SequenceStartEvent):
            return self._sequence(place, path)
        assert isinstance(event, MappingStartEvent), event
        return self._mapping(place, path)

    def _sequence(self, place: Place, path: Path) -> Sequence:
        sequence = Sequence(place)
        while not isinstance(event := next(self._events), SequenceEndEvent):
            item = self._node(event, (*path, len(sequence.items)))
            sequence.items.append(item)
            sequence.size += item.size
        return sequence

    def _mapping(self, place: Place, path: Path) -> Mapping:
        mapping = Mapping(place)
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event, path)
            value = self._node(next(self._events), (*path, key or "?"))
            mapping.size += value.size
            if key is None:
                continue
            if key in mapping.entries:
                first = mapping.places[key].line
                self._problems.append(
                    Problem(
                        self._place(event),
                        f"found the key a second time, first in line {first}; allowed: once",
                        (*path, key),
                    )
                )
                continue
            mapping.entries[key] = value
            mapping.places[key] = self._place(event)
        return mapping

    def _key(self, event: Any, path: Path) -> str | None:
        place = self._place(event)
        node = self._node(event, (*path, "?"))
        if not isinstance(node, Scalar):
            self._problems.append(
                Problem(place, "found a list or mapping as a key; allowed: text", path)
            )
            return None
        key = str(event.value) if isinstance(event, ScalarEvent) else str(node.value)
        if key == "<<" and not getattr(event, "style", None):
            self._problems.append(
                Problem(place, "found a merge key; use `extends: other.yaml` at the top", path)
            )
            return None
        return key

    def _check_tag(self, event: Any, place: Place, path: Path) -> None:
        tag = getattr(event, "tag", None)
        if tag is None or str(tag) in {"!", f"{_STANDARD_TAG}str"}:
            return
        name = str(tag).removeprefix(_STANDARD_TAG)
        if name.startswith("!include"):
            advice = "write {include: file.md} without an exclamation mark"
        else:
            advice = "allowed: plain YAML without tags"
        self._problems.append(Problem(place, f"found the tag {name!r}; {advice}", path))

    def _count(self, nodes: int, place: Place) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise _unusable(place, f"more than {MAX_NODES} values: too big for a call file")

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self._file, mark.line + 1 if mark is not None else None)
