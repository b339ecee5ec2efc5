"""How times, figures and names are written for people, the same in all views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median


def plainly(value: object) -> str:
    """A value without the marks of a program."""
    return str(value).replace("_", " ")


def listed(names: Iterable[str]) -> str:
    """Several names, plainly."""
    return ", ".join(map(plainly, names))


def clock(seconds: float) -> str:
    """A time of a call, as minutes and seconds: 01:02.5."""
    minutes, tenths = divmod(round(seconds * 10), 600)
    return f"{minutes:02d}:{tenths / 10:04.1f}"


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Median and longest of times in ms."""
    if not values:
        return "-"
    return f"{median(values):,.{digits}f} / {max(values):,.{digits}f} ms"
