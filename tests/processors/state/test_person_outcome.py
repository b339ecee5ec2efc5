"""What a person's leg tells of the transfer."""

from __future__ import annotations

import pytest

from processors.state.transfer import outcome_of


@pytest.mark.parametrize(
    ("status", "answered_by", "outcome"),
    [
        ("queued", None, None),
        ("ringing", None, None),
        ("in-progress", None, None),
        ("in-progress", "human", None),
        ("in-progress", "machine_start", "machine"),
        ("completed", "fax", "machine"),
        ("completed", "human", "declined"),
        ("completed", None, "declined"),
        ("busy", None, "busy"),
        ("no-answer", None, "no_answer"),
        ("canceled", None, "no_answer"),
        ("failed", None, "failed"),
        ("something-new", None, None),
    ],
)
def test_what_a_status_says(status: str, answered_by: str | None, outcome: str | None) -> None:
    assert outcome_of(status, answered_by) == outcome
