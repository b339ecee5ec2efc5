"""What tools return, as callers are told."""

from __future__ import annotations

from typing import Any

import pytest

from transports.simulated.tool_result import hours_said


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            {"now": "Friday 2026-11-20 10:00", "open": True, "closes": "Friday 2026-11-20 17:30"},
            "We are open now, until 5:30 PM.",
        ),
        (
            {"now": "Friday 2026-11-20 22:00", "open": True, "closes": "Saturday 2026-11-21 02:00"},
            "We are open now, until Saturday at 2 AM.",
        ),
        (
            {"now": "Friday 2026-11-20 08:00", "open": False, "opens": "Friday 2026-11-20 12:00"},
            "We are closed now. We open at noon.",
        ),
        ({"now": "Friday 2026-11-20 08:00", "open": True}, "We are open now."),
        ({"now": "Friday 2026-11-20 08:00", "open": False}, "We are closed now."),
        (
            {"day": "Monday 2026-11-23", "open": "09:00 to 12:30, 14:00 to 00:00"},
            "On Monday we are open from 9 AM to 12:30 PM and from 2 PM to midnight.",
        ),
        (
            {"day": "Sunday 2026-11-22", "open": "closed all day"},
            "On Sunday we are closed all day.",
        ),
        ({"hours": "nobody has said"}, ""),
    ],
)
def test_hours_are_said_as_people_say_them(told: dict[str, Any], said: str) -> None:
    assert hours_said(told) == said
