from __future__ import annotations

from typing import Any

import pytest

from pipeline.hand_over_story import hand_over_line
from processors.state.journal import Entry


@pytest.mark.parametrize(
    ("kind", "fields", "private", "told"),
    [
        (
            "escalation",
            {"reasons": ["caller_silent", "person"], "actions": ["transfer_now"], "open": False},
            {},
            ("a person must take over: caller silent, person", "transfer now, closed now"),
        ),
        ("offer_answered", {"taken": None}, {}, ("the offer of a person: neither yes nor no", "")),
        (
            "transfer_started",
            {"mode": "warm"},
            {"to": ["+15550100001", "+15550100002"]},
            ("warm transfer begins", "+15550100001, +15550100002"),
        ),
        ("person_called", {}, {"to": "+15550100001"}, ("calling +15550100001", "")),
        ("person_answered", {"outcome": "no_answer"}, {}, ("the person: no answer", "")),
        (
            "transfer_ended",
            {"mode": "cold", "outcome": "no-answer"},
            {},
            ("cold transfer: no answer", ""),
        ),
        (
            "transfer_ended",
            {"mode": "warm", "outcome": "accepted", "ms": 12340},
            {},
            ("warm transfer: accepted", "12.3 s"),
        ),
        ("callback_promised", {"due": None}, {}, ("a callback is promised", "as soon as possible")),
        (
            "notified",
            {"what": "callback", "webhooks": 1, "sms": 2},
            {},
            ("told of the callback", "1 webhooks, 2 SMS"),
        ),
        (
            "person_leg",
            {"status": "in-progress"},
            {"to": "+15550100001"},
            ("+15550100001 is in progress", ""),
        ),
    ],
)
def test_what_becomes_of_an_escalation_is_told_in_a_line(
    kind: str, fields: dict[str, Any], private: dict[str, Any], told: tuple[str, str]
) -> None:
    assert hand_over_line(Entry(1.0, kind, fields, private)) == told


def test_what_is_no_part_of_it_is_left_to_others() -> None:
    assert hand_over_line(Entry(1.0, "turn", {}, {})) is None
