from __future__ import annotations

import pytest

from pipeline.wording import clock, listed, plainly, spread


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.0, "00:00.0"), (62.54, "01:02.5"), (59.96, "01:00.0"), (6001.0, "100:01.0")],
)
def test_a_time_of_a_call_is_minutes_and_seconds(seconds: float, written: str) -> None:
    assert clock(seconds) == written


def test_times_are_told_by_their_median_and_the_longest() -> None:
    assert spread([]) == "-"
    assert spread([900, 1200, 30]) == "900 / 1,200 ms"
    assert spread([0.25, 0.5], 1) == "0.4 / 0.5 ms"


def test_names_lose_the_marks_of_a_program() -> None:
    assert plainly("no_answer") == "no answer"
    assert listed(["caller_silent", "person"]) == "caller silent, person"
