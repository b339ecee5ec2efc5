"""How a call file that ``extends`` another is laid over it.

Mappings merge key by key; anything else replaces. For ``pipeline`` that would mean to repeat the
whole list for the sake of one voice, so:

* A ``pipeline`` that lists all of the required parts (serializer, passthrough, model, interruption)
  is a whole pipeline and replaces the other file's.
* Any other is a list of changes: an entry is laid over the other file's entry of the same ``type``
  (for ``custom``: of the same ``use``), and one that has no counterpart is added at the end.

Any other list can be added to instead of replaced: ``{first: [...], add: [...]}`` puts entries
before and behind those of the other file. An entry with the ``field``, ``name`` or ``use`` of one
that is there is laid over that one, where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from pipeline.order import REQUIRED_TYPES
from pipeline.problem import Path, Problem, shown
from pipeline.yaml_tree import Mapping, Node, Scalar, Sequence, plain

_ADDITIONS: Final = ("first", "add")
_IDENTITIES: Final = ("field", "name", "use")
"""Keys that tell the entries of a list apart: of a checklist, phrases, tools."""


def merge(base: Mapping, over: Mapping, problems: list[Problem]) -> Mapping:
    """Lay a whole file over the one that it extends; tell ``problems`` what can't be done."""
    merged = _laid_over(base, over, problems)
    old, new = base.entries.get("pipeline"), over.entries.get("pipeline")
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        merged.entries["pipeline"] = _changed(old, new, problems)
    return merged


def _laid_over(base: Mapping, over: Mapping, problems: list[Problem], path: Path = ()) -> Mapping:
    entries = dict(base.entries)
    for key, node in over.entries.items():
        below = entries.get(key)
        here = (*path, key)
        if isinstance(node, Mapping) and _adds(node):
            entries[key] = _added_to(below, node, problems, here)
        elif isinstance(below, Mapping) and isinstance(node, Mapping) and not _differ(below, node):
            entries[key] = _laid_over(below, node, problems, here)
        else:
            entries[key] = node
    return replace(over, entries=entries, places=base.places | over.places)


def _adds(node: Mapping) -> bool:
    """Whether it is no mapping of the call file's, but says what to add to a list."""
    return bool(node.entries) and set(node.entries) <= set(_ADDITIONS)


def _added_to(below: Node | None, node: Mapping, problems: list[Problem], path: Path) -> Node:
    wrong = [key for key, value in node.entries.items() if not isinstance(value, Sequence)]
    if wrong:
        message = f"found {shown(plain(node.entries[wrong[0]]))}; allowed: a list"
        problems.append(Problem(node.places[wrong[0]], message, (*path, wrong[0])))
        return Sequence(node.place)
    if not isinstance(below, Sequence):
        message = "there is no list here in the file that this one extends; write the list itself"
        problems.append(Problem(node.place, message, path))
        return Sequence(node.place)
    items = list(below.items)
    first = _new_of(_items(node, "first"), items, problems, path)
    last = _new_of(_items(node, "add"), items, problems, path)
    return Sequence(node.place, [*first, *items, *last])


def _items(node: Mapping, key: str) -> list[Node]:
    value = node.entries.get(key)
    return value.items if isinstance(value, Sequence) else []


def _new_of(
    given: Iterable[Node], items: list[Node], problems: list[Problem], path: Path
) -> list[Node]:
    """Those that are not there yet; the others are laid over what is."""
    new = []
    for node in given:
        at = next((at for at, item in enumerate(items) if _same(item, node)), None)
        if at is None:
            new.append(node)
            continue
        below = items[at]
        assert isinstance(below, Mapping), "it has a name"
        assert isinstance(node, Mapping), "it has a name"
        items[at] = _laid_over(below, node, problems, (*path, at))
    return new


def _same(item: Node, node: Node) -> bool:
    names = [(key, _text(node, key)) for key in _IDENTITIES]
    return any(name is not None and name == _text(item, key) for key, name in names)


def _differ(below: Mapping, node: Mapping) -> bool:
    kind = _text(node, "type")
    return kind is not None and kind != _text(below, "type")


def _changed(old: Sequence, new: Sequence, problems: list[Problem]) -> Sequence:
    if set(REQUIRED_TYPES) <= {_text(item, "type") for item in new.items}:
        return new
    items = list(old.items)
    for position, item in enumerate(new.items):
        name = _name(item)
        matches = [i for i, other in enumerate(old.items) if name and _name(other) == name]
        if len(matches) > 1:
            problems.append(
                Problem(
                    item.place,
                    f"the file that this one extends has {len(matches)} entries of {name[-1]!r},"
                    " so it is not clear which one is meant; list the whole pipeline here",
                    ("pipeline", position),
                )
            )
        elif matches:
            below = items[matches[0]]
            assert isinstance(below, Mapping), "it has a name"
            assert isinstance(item, Mapping), "it has a name"
            items[matches[0]] = _laid_over(below, item, problems, ("pipeline", position))
        else:
            items.append(item)
    return replace(new, items=items)


def _name(item: Node) -> tuple[str, ...]:
    """What tells an entry from others: its type, and for a custom one also what it uses."""
    kind = _text(item, "type")
    if kind is None:
        return ()
    return (kind, _text(item, "use") or "") if kind == "custom" else (kind,)


def _text(node: Node, key: str) -> str | None:
    value = node.entries.get(key) if isinstance(node, Mapping) else None
    return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else None
