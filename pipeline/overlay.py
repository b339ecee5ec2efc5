"""How a call file that ``extends`` another is laid over it.

Mappings merge key by key; anything else replaces. For ``pipeline`` that would mean to repeat the
whole list for the sake of one voice, so:

* A ``pipeline`` that lists all of the required parts (serializer, passthrough, model, interruption)
  is a whole pipeline and replaces the other file's.
* Any other is a list of changes: an entry is laid over the other file's entry of the same ``type``
  (for ``custom``: of the same ``use``), and one that has no counterpart is added at the end.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.order import REQUIRED_TYPES
from pipeline.problem import Problem
from pipeline.yaml_tree import Mapping, Node, Scalar, Sequence


def merge(base: Mapping, over: Mapping, problems: list[Problem]) -> Mapping:
    """Lay a whole file over the one that it extends; tell ``problems`` what can't be done."""
    merged = _laid_over(base, over)
    old, new = base.entries.get("pipeline"), over.entries.get("pipeline")
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        merged.entries["pipeline"] = _changed(old, new, problems)
    return merged


def _laid_over(base: Mapping, over: Mapping) -> Mapping:
    entries = dict(base.entries)
    for key, node in over.entries.items():
        below = entries.get(key)
        if isinstance(below, Mapping) and isinstance(node, Mapping) and not _differ(below, node):
            entries[key] = _laid_over(below, node)
        else:
            entries[key] = node
    return replace(over, entries=entries, places=base.places | over.places)


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
            items[matches[0]] = _laid_over(below, item)
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
