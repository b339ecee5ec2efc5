"""When a call is summed up."""

from __future__ import annotations

import pytest

from processors.state.summary_policy import Summarise, SummaryPolicy


def policy(every_turns: int = 6, token_budget: int = 8000, timeout: float = 10.0) -> SummaryPolicy:
    return SummaryPolicy(every_turns=every_turns, token_budget=token_budget, timeout=timeout)


def exchange(rules: SummaryPolicy, times: int = 1, now: float = 0.0) -> Summarise | None:
    """The caller speaks and the assistant is heard, so many times; what the last one gave."""
    wanted = None
    for _ in range(times):
        rules.caller_turn_ended()
        wanted = rules.assistant_heard(now)
    return wanted


def test_after_so_many_turns_at_the_next_pause() -> None:
    rules = policy(every_turns=3)

    assert rules.assistant_heard(0.0) is None  # the greeting
    assert exchange(rules, 2) is None
    assert exchange(rules) == Summarise("turns")


def test_and_again_after_as_many() -> None:
    rules = policy(every_turns=2)
    exchange(rules, 2)
    rules.answered()

    assert exchange(rules) is None
    assert exchange(rules) == Summarise("turns")


def test_one_at_a_time() -> None:
    rules = policy(every_turns=1)
    exchange(rules)

    assert rules.waiting
    assert exchange(rules, 5) is None
    assert rules.needed("escalation", 0.0) is None
    rules.answered()
    assert exchange(rules) == Summarise("turns")


def test_when_the_conversation_is_longer_than_its_budget() -> None:
    rules = policy(token_budget=8000)
    rules.tokens_used(8000)
    assert exchange(rules, 2) is None
    rules.tokens_used(8001)

    assert exchange(rules) == Summarise("tokens")


def test_a_budget_that_can_not_be_kept_does_not_sum_up_all_the_time() -> None:
    rules = policy(token_budget=500)
    rules.tokens_used(900)
    asked = []
    for _ in range(6):
        asked.append(exchange(rules))
        if asked[-1] is not None:
            rules.answered()

    assert [one is not None for one in asked] == [False, True] * 3


def test_when_the_topic_changed_at_the_next_pause() -> None:
    rules = policy()
    rules.caller_turn_ended()
    rules.topic_changed()

    assert rules.assistant_heard(0.0) == Summarise("topic")
    rules.answered()
    assert exchange(rules) is None


@pytest.mark.parametrize("reason", ["escalation", "end"])
def test_before_a_person_takes_over_and_at_the_end_at_once(reason: str) -> None:
    rules = policy()
    rules.caller_turn_ended()

    assert rules.needed(reason, 1.0) == Summarise(reason)  # type: ignore[arg-type]  # parametrized
    assert rules.deadline() == 11.0


def test_not_if_nothing_was_said_since() -> None:
    rules = policy()
    assert rules.needed("end", 0.0) is None
    rules.caller_turn_ended()
    rules.needed("escalation", 0.0)
    rules.answered()

    assert rules.needed("end", 1.0) is None
    rules.assistant_heard(2.0)
    assert rules.needed("end", 3.0) == Summarise("end")


@pytest.mark.parametrize("failure", ["bad", "missing"])
def test_a_failure_is_counted_and_tried_again_at_the_next_pause(failure: str) -> None:
    rules = policy(every_turns=2)
    exchange(rules, 2)
    rules.failed(failure)  # type: ignore[arg-type]  # parametrized

    assert getattr(rules.counts, failure) == 1
    assert not rules.waiting
    assert exchange(rules) == Summarise("turns")
    rules.answered()
    assert rules.counts.made == 1
    assert exchange(rules) is None


def test_a_late_answer_is_given_up() -> None:
    rules = policy(every_turns=1, timeout=4.0)
    exchange(rules, now=1.0)

    assert rules.deadline() == 5.0
    assert not rules.timer_fired(4.9)
    assert rules.timer_fired(5.0)
    assert rules.counts.late == 1
    assert rules.deadline() is None
    assert not rules.timer_fired(6.0)
    assert exchange(rules) == Summarise("turns")


def test_each_failure_waits_longer_but_no_longer_than_a_summary_is_due() -> None:
    rules = policy(every_turns=4)
    exchange(rules, 4)
    waited = []
    for _ in range(5):
        rules.failed("bad")
        pauses = 1
        while exchange(rules) is None:
            pauses += 1
        waited.append(pauses)

    assert waited == [1, 2, 4, 5, 5]


def test_a_topic_that_was_not_summed_up_is_tried_as_such_again() -> None:
    rules = policy()
    rules.topic_changed()
    exchange(rules)
    rules.failed("missing")

    assert exchange(rules) == Summarise("topic")
