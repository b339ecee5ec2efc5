"""What a tool returned, as a caller is told.

When the business is open is said of what the runtime's ``business_hours`` returns, known here as
the model knows it: by its name, its description and its output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from transports.simulated.brain_script import BrainScript

DONE: Final = "That is done."
"""What is said of a tool that says nothing of itself."""

BUSINESS_HOURS: Final = "business_hours"

_OUTPUT_KEYS: Final = ("say", "message", "summary", "result", "text")
_MOMENT: Final = re.compile(r"(\w+day) (\d{4}-\d\d-\d\d)(?: (\d\d):(\d\d))?")
_WINDOW: Final = re.compile(r"(\d\d):(\d\d) to (\d\d):(\d\d)")


def tool_outcome(output: str, script: BrainScript, name: str | None = None) -> str:
    """A tool's output in a sentence, in its own words where it has some."""
    try:
        told: Any = json.loads(output)
    except ValueError:
        told = output
    if isinstance(told, dict):
        if told.get("error") or told.get("ok") is False:
            return f"I could not do that. {script.follow_up}"
        if name == BUSINESS_HOURS:
            return hours_said(told) or script.follow_up
        told = next((told[key] for key in _OUTPUT_KEYS if isinstance(told.get(key), str)), "")
    if not isinstance(told, str) or not told.strip():
        return DONE
    told = told.strip()
    return told if told[-1] in ".!?" else f"{told}."


def hours_said(told: Mapping[str, Any]) -> str:
    """What the tool returned, as a caller is told; empty if it knows nothing."""
    day = _MOMENT.match(str(told.get("day", "")))
    if day is not None:
        return _of_a_day(day[1], str(told.get("open", "")))
    if told.get("open") is True:
        closes = _after(told, "closes")
        return f"We are open now, until {closes}." if closes else "We are open now."
    if told.get("open") is False:
        opens = _after(told, "opens")
        return f"We are closed now. We open {opens}." if opens else "We are closed now."
    return ""


def _of_a_day(day: str, windows: str) -> str:
    found = _WINDOW.finditer(windows)
    times = [f"from {_clock(w[1], w[2])} to {_clock(w[3], w[4])}" for w in found]
    if not times:
        return f"On {day} we are closed all day."
    return f"On {day} we are open {' and '.join(times)}."


def _after(told: Mapping[str, Any], key: str) -> str:
    """An hour, with its day unless that is today."""
    then = _MOMENT.match(str(told.get(key, "")))
    if then is None or then[3] is None:
        return ""
    now = _MOMENT.match(str(told.get("now", "")))
    hour = _clock(then[3], then[4])
    if now is not None and now[2] == then[2]:
        return hour if key == "closes" else f"at {hour}"
    return f"{then[1]} at {hour}" if key == "closes" else f"on {then[1]} at {hour}"


def _clock(hour: str, minute: str) -> str:
    number = int(hour) % 24
    if minute == "00" and number in (0, 12):
        return "noon" if number else "midnight"
    minutes = "" if minute == "00" else f":{minute}"
    return f"{(number - 1) % 12 + 1}{minutes} {'PM' if number >= 12 else 'AM'}"
