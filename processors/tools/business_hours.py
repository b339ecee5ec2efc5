"""``business_hours``: whether the business is open, and when it will be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Literal

from pipecat.services.llm_service import FunctionCallParams

from processors.call_tool import Tool, ToolConfig, direct_tool
from processors.context import CallContext
from processors.state.detail_values import DetailField
from processors.state.hours import BusinessHours, Window


class BusinessHoursTool(ToolConfig):
    """Lets the assistant look up when the business is open, by the file's `hours`."""

    type: Literal["business_hours"]
    """Names this tool."""

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.type

    def tools(self, details: Sequence[DetailField] = ()) -> tuple[Tool, ...]:
        """Make the function."""
        return (direct_tool(business_hours, self.timeout, self.filler),)


async def business_hours(params: FunctionCallParams, day: str = "") -> None:
    """Look up when the business is open. Use it before you say anything about its hours.

    Args:
        params: Of the call, by pipecat.
        day: A day to look up, as YYYY-MM-DD; left out: now.
    """
    call: CallContext = params.app_resources
    now = call.business_time()
    if call.hours is None or now is None:
        await params.result_callback({"hours": "nobody has said"})
        return
    if not day:
        await params.result_callback(_now(call.hours, now))
        return
    try:
        asked = date.fromisoformat(day)
    except ValueError:
        wanted = f"{day} is no day as it is wanted here, YYYY-MM-DD; today is {_day(now)}"
        await params.result_callback({"error": wanted})
        return
    await params.result_callback(_on(call.hours, asked))


def _now(hours: BusinessHours, now: datetime) -> dict[str, Any]:
    told: dict[str, Any] = {"now": f"{_day(now)} {now:%H:%M}", "open": hours.is_open(now)}
    closes, opens = hours.closes(now), hours.next_opening(now)
    if closes is not None:
        told["closes"] = f"{_day(closes)} {closes:%H:%M}"
    elif opens is not None:
        told["opens"] = f"{_day(opens)} {opens:%H:%M}"
    return told


def _on(hours: BusinessHours, day: date) -> dict[str, Any]:
    windows = [_window(window) for window in hours.windows(day)]
    return {"day": _day(day), "open": ", ".join(windows) or "closed all day"}


def _window(window: Window) -> str:
    later = " on the day after" if window.closes <= window.opens != time(0) else ""
    return f"{window.opens:%H:%M} to {window.closes:%H:%M}{later}"


def _day(day: date) -> str:
    return f"{day:%A} {day:%Y-%m-%d}"
