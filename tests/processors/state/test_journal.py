"""Facts of a call, told as they happen."""

from __future__ import annotations

from processors.state.journal import Entry, Journal


def test_every_listener_is_told_with_the_time_since_the_call_began() -> None:
    journal = Journal(100.0)
    one: list[Entry] = []
    other: list[Entry] = []
    journal.listen(one.append)
    journal.record(100.5, "early")
    journal.listen(other.append)

    journal.record(101.5, "dtmf", private={"digit": "5"}, count=1)

    assert one == [Entry(0.5, "early"), Entry(1.5, "dtmf", {"count": 1}, {"digit": "5"})]
    assert other == one[1:]
