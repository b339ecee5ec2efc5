"""Ten minutes of a call cost at their end what they cost at their beginning.

``make long`` does the same with half an hour and four hours, memory traced, and prints figures.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.long.call import hold
from tests.virtual_loop import run_virtual
from transports.simulated.call_outcome import CallEnd


def test_ten_minutes_leave_nothing_behind_and_work_no_harder_at_their_end(tmp_path: Path) -> None:
    # Sessions expire every two and a half minutes, as they do every hour on a longer call.
    call = run_virtual(hold(tmp_path, 600.0, looks=5, lifetime=150.0))

    assert call.outcome is not None
    assert call.outcome.ended_by is CallEnd.REST
    assert call.outcome.webhook_status == 200
    assert call.kinds["model_reconnected"] == 4
    assert call.kinds["interruption"] > 20
    assert call.kinds["tool_ended"] > 10
    assert "There is filter coffee." in " ".join(call.heard[-20:])
    assert call.tasks_left == []
    assert call.growing_without_bound() == {}
    calls = [look.calls for look in call.looks]
    assert calls[-1] == pytest.approx(calls[0], rel=0.1)


def test_ten_minutes_pass_in_less_than_three_seconds(tmp_path: Path) -> None:
    began = time.process_time()

    call = run_virtual(hold(tmp_path, 600.0, looks=0))

    assert call.outcome is not None
    assert call.outcome.ended_by is CallEnd.REST
    assert time.process_time() - began < 3.0
