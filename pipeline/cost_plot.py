"""The bill of a long call as a picture: price and input of each minute, with and without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from pipeline.cost_call import CallCost, Minute

_SIZE: Final = (1000, 760)
_LEFT, _RIGHT, _PANEL_HEIGHT = 90, 40, 270
_TOPS: Final = (70, 430)
_INK, _GRID, _PAPER = (40, 44, 52), (222, 224, 228), (255, 255, 255)
_WITHOUT, _WITH = (200, 80, 60), (30, 110, 190)
_GRID_LINES: Final = 4

Value = Callable[[Minute], float]


def plot_cost(path: Path, title: str, with_it: CallCost, without: CallCost) -> None:
    """Draw both calls into a PNG."""
    image = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((_LEFT, 14), title, fill=_INK, font=_font(20))
    calls = ((without, _WITHOUT, "without"), (with_it, _WITH, "with transcript_summarizer"))
    _panel(draw, _TOPS[0], "USD a minute", calls, lambda minute: minute.usd)
    _panel(draw, _TOPS[1], "input tokens a minute", calls, lambda minute: minute.tokens.input)
    image.save(path, "PNG")


def _panel(
    draw: ImageDraw.ImageDraw,
    top: int,
    title: str,
    calls: Sequence[tuple[CallCost, tuple[int, int, int], str]],
    value: Value,
) -> None:
    bottom = top + _PANEL_HEIGHT
    right = _SIZE[0] - _RIGHT
    most = nice_top(max(value(minute) for cost, _, _ in calls for minute in cost.minutes))
    minutes = len(calls[0][0].minutes)
    draw.text((_LEFT, top - 24), title, fill=_INK, font=_font(15))
    for step in range(_GRID_LINES + 1):
        y = bottom - _PANEL_HEIGHT * step / _GRID_LINES
        draw.line([(_LEFT, y), (right, y)], fill=_GRID)
        label = f"{most * step / _GRID_LINES:,.10g}"
        draw.text((_LEFT - 8, y), label, fill=_INK, font=_font(13), anchor="rm")

    def x_of(number: int) -> float:
        """Where a minute stands, pixels from the left."""
        return _LEFT + (right - _LEFT) * (number - 1) / max(minutes - 1, 1)

    for number in _ticks(minutes):
        draw.text((x_of(number), bottom + 6), str(number), fill=_INK, font=_font(13), anchor="ma")
    for at, (cost, color, name) in enumerate(calls):
        points = [
            (x_of(minute.number), bottom - _PANEL_HEIGHT * value(minute) / most)
            for minute in cost.minutes
        ]
        draw.line(points, fill=color, width=3, joint="curve")
        draw.text((right - 240, top - 42 + 18 * at), name, fill=color, font=_font(14))


def nice_top(most: float) -> float:
    """A round number that nothing is above, and little is far below."""
    if most <= 0:
        return 1.0
    unit = 1.0
    while unit > most:
        unit /= 10
    while unit * 10 < most:
        unit *= 10
    steps = (1, 1.2, 1.6, 2, 2.4, 2.8, 3.2, 4, 6, 8, 10)  # whole numbers on a quarter of it
    return next(round(unit * step, 9) for step in steps if unit * step >= most)


def _ticks(minutes: int) -> list[int]:
    step = max(1, round(minutes / 12 / 5) * 5) if minutes > 12 else 1
    return sorted({1, *range(step, minutes + 1, step)})


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
