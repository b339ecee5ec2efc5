"""When the model may go on after it called functions."""

from __future__ import annotations

from processors.state.tool_calls import GoOn, ToolCalls


def test_model_goes_on_after_the_output_and_the_end_of_the_response() -> None:
    calls = ToolCalls()
    calls.started("resp", "call")

    assert calls.running == 1
    assert not calls.response_ended("resp")
    assert calls.finished("call")
    assert calls.running == 0


def test_output_that_is_faster_than_the_response_waits_for_its_end() -> None:
    calls = ToolCalls()
    calls.started("resp", "call")

    assert not calls.finished("call")
    assert calls.response_ended("resp")


def test_parallel_calls_make_the_model_go_on_once() -> None:
    calls = ToolCalls()
    calls.started("resp", "one")
    calls.started("resp", "two")
    calls.response_ended("resp")

    assert [calls.finished("two"), calls.finished("one"), calls.finished("one")] == [
        GoOn.SILENT,
        GoOn.ANSWER,
        GoOn.SILENT,
    ]


def test_responses_are_kept_apart() -> None:
    calls = ToolCalls()
    calls.started("first", "one")
    calls.response_ended("first")
    calls.started("second", "two")
    calls.response_ended("second")

    assert calls.finished("two")
    assert calls.running == 1
    assert calls.finished("one")


def test_call_runs_once() -> None:
    calls = ToolCalls()

    assert calls.started("resp", "call")
    assert not calls.started("resp", "call")
    assert calls.running == 1


def test_response_without_calls_asks_for_nothing() -> None:
    calls = ToolCalls()

    assert not calls.response_ended("resp")
    assert not calls.finished("unknown")


def test_calls_of_a_lost_session_are_answered_when_their_output_comes() -> None:
    calls = ToolCalls()
    calls.started("resp", "call")
    calls.started("done", "other")
    calls.finished("other")

    calls.session_lost()

    assert calls.running == 1
    assert calls.finished("call")


def test_a_long_call_leaves_nothing_behind() -> None:
    calls = ToolCalls()
    for number in range(1000):
        calls.started(f"resp{number}", f"call{number}")
        calls.finished(f"call{number}")
        calls.response_ended(f"resp{number}")

    assert calls.running == 0
    assert not calls.finished("call1")


def test_goodbye_that_is_decided_before_its_response_ends_is_still_a_goodbye() -> None:
    calls = ToolCalls()
    calls.started("resp", "save")
    calls.started("resp", "end")
    calls.finished("end", GoOn.GOODBYE)
    calls.finished("save")

    assert calls.response_ended("resp") is GoOn.GOODBYE


def test_model_stays_silent_where_every_function_wants_it_to() -> None:
    calls = ToolCalls()
    calls.started("resp", "wait")
    calls.response_ended("resp")

    assert calls.finished("wait", GoOn.SILENT) is GoOn.SILENT
    assert calls.running == 0
