"""Finds one's way in pydantic models: what a key may hold, what may stand beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

_BOUNDS = ((Ge, "ge", "at least"), (Gt, "gt", "more than"), (Le, "le", "at most"))


def is_model(branch: Any) -> bool:
    """Whether a branch of a union is a mapping with keys of its own."""
    return isinstance(branch, type) and issubclass(branch, BaseModel)


def tag(branch: Any) -> str | None:
    """The ``type`` literal that picks a model out of a union."""
    if not is_model(branch) or "type" not in branch.model_fields:
        return None
    literal = branch.model_fields["type"].annotation
    return str(get_args(literal)[0]) if get_origin(literal) is Literal else None


def allowed_keys(owner: type[BaseModel]) -> list[str]:
    """The keys of a mapping."""
    return [info.alias or name for name, info in owner.model_fields.items()]


def branches(owner: type[BaseModel], key: str) -> list[Any]:
    """What a key's value may be: models and plain types, without unions, lists and None."""
    info = _field([owner], key)
    return [] if info is None else [*_leaves(info.annotation)]


def purpose(owners: Iterable[type[BaseModel]], key: str) -> str:
    """What a key is for."""
    info = _field(owners, key)
    return " ".join(info.description.split()) if info and info.description else key


def bounds(owners: Iterable[type[BaseModel]], key: str) -> str:
    """Between what a number must lie, in words; empty if nothing is known."""
    info = _field(owners, key)
    if info is None:
        return ""
    found: dict[str, Any] = {}
    for note in (*info.metadata, *_metadata(info.annotation)):
        for kind, attribute, words in _BOUNDS:
            if isinstance(note, kind):
                found[words] = getattr(note, attribute)
    return " and ".join(f"{words} {limit}" for words, limit in found.items())


def _field(owners: Iterable[type[BaseModel]], key: str) -> FieldInfo | None:
    for owner in owners:
        for name, info in owner.model_fields.items():
            if key == (info.alias or name):
                return info
    return None


def _leaves(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif origin in {Union, UnionType, tuple, list}:
        for argument in get_args(annotation):
            yield from _leaves(argument)
    else:
        yield annotation


def _metadata(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        inner, *notes = get_args(annotation)
        for note in notes:
            yield from note.metadata if isinstance(note, FieldInfo) else (note,)
        yield from _metadata(inner)
    elif get_origin(annotation) in {Union, UnionType}:
        for argument in get_args(annotation):
            yield from _metadata(argument)
