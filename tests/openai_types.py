"""Judges what we put on the model's wire by the ``openai`` package's own types, strictly.

The package's models ignore what they don't know; the API does not. So the models are walked here
field by field, and an unknown key, a wrong type or a missing field is a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from openai.types import realtime
from openai.types.realtime import RealtimeClientEvent, RealtimeServerEvent
from pydantic import BaseModel

_SCALARS: dict[type, tuple[type, ...]] = {
    str: (str,),
    int: (int,),
    float: (int, float),
    bool: (bool,),
}


def assert_client_event(event: Mapping[str, Any]) -> None:
    """Fail unless ``event`` is one that the API takes, to the last key."""
    _assert_event(event, RealtimeClientEvent)


def assert_server_event(event: Mapping[str, Any]) -> None:
    """Fail unless ``event`` is one that the API sends, to the last key."""
    _assert_event(event, RealtimeServerEvent)


def assert_session(session: Mapping[str, Any]) -> None:
    """Fail unless ``session`` is one that ``session.update`` takes, to the last key."""
    faults = list(faults_in(session, realtime.RealtimeSessionCreateRequest, "session"))
    assert not faults, "\n".join(faults)


def _assert_event(event: Mapping[str, Any], union: Any) -> None:
    kind = event.get("type")
    models = [model for model in _models(union) if kind in _literals(model, "type")]
    assert models, f"no event has the type {kind!r}"
    judged = [list(faults_in(event, model, str(kind))) for model in models]
    nearest = min(judged, key=lambda faults: len(faults))
    assert not nearest, "\n".join(nearest)


def faults_in(value: Any, wanted: Any, path: str) -> Iterator[str]:
    """Say where ``value`` is not what the type ``wanted`` says."""
    origin = get_origin(wanted)
    if origin is Annotated:
        yield from faults_in(value, get_args(wanted)[0], path)
    elif origin in {Union, UnionType}:
        yield from _union_faults(value, get_args(wanted), path)
    elif origin is Literal:
        if value not in get_args(wanted):
            yield f"{path}: {value!r} is not one of {get_args(wanted)}"
    elif origin is list:
        yield from _list_faults(value, get_args(wanted)[0], path)
    elif origin is dict:
        yield from _dict_faults(value, get_args(wanted)[1], path)
    elif isinstance(wanted, type) and issubclass(wanted, BaseModel):
        yield from _model_faults(value, wanted, path)
    elif wanted is None or wanted is type(None):
        if value is not None:
            yield f"{path}: {value!r} is not null"
    elif wanted in _SCALARS:
        numeric_bool = isinstance(value, bool) and wanted is not bool
        if numeric_bool or not isinstance(value, _SCALARS[wanted]):
            yield f"{path}: {value!r} is not a {wanted.__name__}"
    else:
        assert wanted in {object, Any}, f"{path}: can't judge by {wanted!r}"


def _union_faults(value: Any, branches: tuple[Any, ...], path: str) -> Iterator[str]:
    """No fault if any branch has none; else those of the branch that comes nearest."""
    judged = [(list(faults_in(value, branch, path)), branch) for branch in branches]
    if all(faults for faults, _ in judged):
        yield from max(judged, key=lambda pair: (_agreement(value, pair[1]), -len(pair[0])))[0]


def _agreement(value: Any, branch: Any) -> int:
    """How many of the keys that tell a union's branches apart name this one."""
    given = value if isinstance(value, Mapping) else {}
    return sum(given.get(key) in _literals(branch, key) for key in ("type", "role"))


def _model_faults(value: Any, model: type[BaseModel], path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path}: {value!r} is not a {model.__name__}"
        return
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    for key in value:
        if key not in fields:
            yield f"{path}.{key}: {model.__name__} has no such key"
    for key, info in fields.items():
        if key in value:
            yield from faults_in(value[key], info.annotation, f"{path}.{key}")
        elif info.is_required():
            yield f"{path}.{key}: is missing"


def _list_faults(value: Any, item: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: {value!r} is not a list"
        return
    for position, element in enumerate(value):
        yield from faults_in(element, item, f"{path}[{position}]")


def _dict_faults(value: Any, item: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path}: {value!r} is not a mapping"
        return
    for key, element in value.items():
        yield from faults_in(element, item, f"{path}.{key}")


def _models(union: Any) -> list[type[BaseModel]]:
    if get_origin(union) is Annotated:
        return _models(get_args(union)[0])
    return [model for branch in get_args(union) for model in (_models(branch) or [branch])]


def _literals(model: Any, field: str) -> tuple[Any, ...]:
    info = getattr(model, "model_fields", {}).get(field)
    if info is None:
        return ()
    found = [info.annotation, *get_args(info.annotation)]
    return tuple(word for kind in found if get_origin(kind) is Literal for word in get_args(kind))
