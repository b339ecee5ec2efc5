"""Says in a call file's own terms what pydantic found wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.model_tree import allowed_keys, bounds, branches, is_model, purpose, tag
from pipeline.problem import Path, Problem, did_you_mean
from pipeline.source import Source
from processors.fields import MAPPING

_ALLOWED = "; allowed: "

_RIGHT = {
    "string_type": "text; put it in quotes if it is a number",
    "string_too_short": "text that is not empty",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping, as in {key: value}",
    "model_type": "a mapping, as in {key: value}",
    "model_attributes_type": "a mapping, as in {key: value}",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
}
"""pydantic's kinds of error, and what is allowed in their place."""

_BOUND = {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where an error is.

    Attributes:
        path: In the file.
        owners: The models that hold the last key.
        siblings: Models that could have stood there in place of the owners.
        kinds: What the value itself could have been.
    """

    path: Path
    owners: list[type[BaseModel]]
    siblings: list[type[BaseModel]]
    kinds: list[Any]

    @property
    def key(self) -> str:
        """The last key."""
        return str(self.path[-1])


def explain(error: ValidationError, model: type[BaseModel], source: Source) -> list[Problem]:
    """Turn a validation error into problems, one for each key that is wrong."""
    told: dict[Path, list[str]] = {}
    for details in error.errors(include_url=False):
        spot = _locate(details, model, source.data)
        for path, message in _messages(details, spot, source):
            if message.startswith("allowed: "):
                found = details["input"] if path == spot.path else _at(source.data, path)
                message = f"found {source.shown(path, found)}; {message}"
            told.setdefault(path, []).append(message)
    return [Problem(source.place(path), _joined(messages), path) for path, messages in told.items()]


def _joined(messages: list[str]) -> str:
    """One sentence of what the branches of a union said about the same value."""
    first, *others = dict.fromkeys(messages)
    if all(_ALLOWED in message for message in (first, *others)):
        return " or ".join([first, *(message.split(_ALLOWED, 1)[1] for message in others)])
    return "; ".join([first, *others])


def _messages(details: ErrorDetails, spot: _Spot, source: Source) -> Iterator[tuple[Path, str]]:
    """Say what is wrong; what begins with ``allowed: `` is to be completed by what was found."""
    kind, path = details["type"], spot.path
    context: dict[str, Any] = details.get("ctx", {})
    if kind == "parts":
        for key, message in context["parts"].items():
            yield ((*path, key) if key else path), message
    elif kind == "extra_forbidden":
        yield path, _unknown_key(spot)
    elif kind == "missing":
        yield path, f"is missing; add it: {purpose(spot.owners, spot.key)}"
    elif kind == "union_tag_not_found":
        tags = [name for branch in spot.kinds if (name := tag(branch)) is not None]
        yield path, f"has no `type`; allowed: type: {' or type: '.join(tags)}"
    elif kind == "union_tag_invalid":
        tags = [name.strip(" '") for name in str(context["expected_tags"]).split(",")]
        at = (*path, "type")
        hint = did_you_mean(context["tag"], tags)
        found = source.shown(at, context["tag"])
        yield at, f"found {found}; allowed: {', '.join(tags)}{hint}"
    elif kind == "literal_error":
        expected = str(context["expected"])
        words = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
        yield path, f"allowed: {expected}{did_you_mean(details['input'], words)}"
    elif kind == "value_error":
        yield path, str(context["error"])
    elif kind in _BOUND:
        yield path, f"allowed: {bounds(spot.owners, spot.key) or details['msg']}"
    else:
        right = _RIGHT.get(kind) or details["msg"].removeprefix("Input should be ")
        yield path, f"allowed: {right}"


def _unknown_key(spot: _Spot) -> str:
    allowed = [name for owner in spot.owners for name in allowed_keys(owner)]
    message = f"found an unknown key; allowed: {', '.join(allowed) or 'no keys'}"
    for sibling in spot.siblings:
        if spot.key in allowed_keys(sibling):
            return f"{message}; {spot.key} belongs to type: {tag(sibling)}"
    return message + did_you_mean(spot.key, allowed)


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _locate(details: ErrorDetails, model: type[BaseModel], data: Any) -> _Spot:
    """Find the spot; pydantic's path also names the branches of unions, which are no keys."""
    path: Path = ()
    here: list[Any] = [model]
    owners: list[type[BaseModel]] = []
    union: list[Any] = []
    siblings: list[type[BaseModel]] = []
    for position, step in enumerate(details["loc"]):
        last = position == len(details["loc"]) - 1
        if isinstance(data, list) and isinstance(step, int):
            path, data = (*path, step), data[step]
        elif isinstance(data, dict) and (step in data or (last and details["type"] == "missing")):
            owners = [branch for branch in here if is_model(branch)]
            here = [found for owner in owners for found in branches(owner, str(step))]
            path, data = (*path, step), data.get(step)
        else:
            union, here = here, _chosen(here, step)
            continue
        siblings = [branch for branch in union if is_model(branch) and branch not in owners]
        union = []
    return _Spot(path, owners, siblings, here)


def _chosen(union: list[Any], step: int | str) -> list[Any]:
    """The branch of a union that an error names."""
    if step == MAPPING:
        return [branch for branch in union if is_model(branch)]
    return [branch for branch in union if tag(branch) == step] or union
