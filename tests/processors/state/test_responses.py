"""One response at a time, and whose audio counts."""

from __future__ import annotations

import pytest

from processors.state.playback import Purpose
from processors.state.response import Response, ResponseRequest
from processors.state.responses import ResponseLedger


def begun(ledger: ResponseLedger, response_id: str, key: str | None = None) -> None:
    assert ledger.created(response_id, key, on_conversation=True) is not None


def taken(ledger: ResponseLedger, now: float = 0.0) -> ResponseRequest:
    request = ledger.take_request(now)
    assert request is not None
    return request


def test_request_is_sent_when_the_floor_is_free() -> None:
    ledger = ResponseLedger()
    ledger.request("greeting", exact_words="Hello.")

    request = taken(ledger)

    assert (request.purpose, request.exact_words) == ("greeting", "Hello.")
    assert ledger.take_request(0.0) is None


def test_request_waits_for_the_response_that_was_asked_for_before() -> None:
    ledger = ResponseLedger()
    ledger.request("disclosure")
    ledger.request("greeting")
    first = taken(ledger)

    assert ledger.take_request(0.0) is None
    begun(ledger, "resp1", first.key)
    assert ledger.take_request(0.0) is None
    ledger.ended("resp1")
    assert taken(ledger).purpose == "greeting"


def test_request_waits_while_the_model_answers_by_itself() -> None:
    ledger = ResponseLedger()
    begun(ledger, "resp1")
    ledger.request("goodbye")

    assert ledger.take_request(0.0) is None
    ledger.ended("resp1")
    assert taken(ledger).purpose == "goodbye"


def test_request_waits_while_the_caller_speaks_and_for_the_answer_to_it() -> None:
    ledger = ResponseLedger()
    ledger.caller_started()
    ledger.request(instructions="Mention the price.")

    assert ledger.take_request(1.0) is None
    ledger.turn_committed(1.0, answered_by_server=True)
    assert ledger.take_request(1.0) is None
    begun(ledger, "resp1")
    ledger.ended("resp1")
    assert taken(ledger, 2.0).instructions == "Mention the price."


def test_plain_requests_are_one() -> None:
    ledger = ResponseLedger()
    ledger.request()
    ledger.request()

    taken(ledger)
    begun(ledger, "resp1", "r1")
    ledger.ended("resp1")
    assert ledger.take_request(0.0) is None


def test_answer_of_the_models_own_serves_a_plain_request_but_no_other() -> None:
    ledger = ResponseLedger()
    ledger.request()
    ledger.request("goodbye")
    begun(ledger, "resp1")
    ledger.ended("resp1")

    assert taken(ledger).purpose == "goodbye"
    begun(ledger, "resp2", "r2")
    ledger.ended("resp2")
    assert ledger.take_request(0.0) is None


def test_response_bears_the_purpose_of_its_request() -> None:
    ledger = ResponseLedger()
    ledger.request("greeting")
    key = taken(ledger).key

    assert ledger.created("resp1", key, on_conversation=True) == Response("resp1", "greeting", True)
    assert ledger.purpose_of("resp1") == "greeting"
    ledger.ended("resp1")
    assert ledger.purpose_of("resp1") == "greeting"
    assert ledger.active is None


def test_response_with_a_strange_key_is_the_models_own() -> None:
    ledger = ResponseLedger()

    response = ledger.created("resp1", "no key of ours", on_conversation=True)

    assert response == Response("resp1", "answer", False)
    assert ledger.purpose_of("unknown") == "answer"


INTERRUPTIONS = [
    pytest.param(None, None, id="no response is active: nothing to cancel"),
    pytest.param("resp1", "resp1", id="a response is active: it is the one to cancel"),
]


@pytest.mark.parametrize(("active", "to_cancel"), INTERRUPTIONS)
def test_interruption(active: str | None, to_cancel: str | None) -> None:
    ledger = ResponseLedger()
    if active is not None:
        begun(ledger, active)

    cancelled = ledger.interrupted()

    assert (cancelled.response_id if cancelled else None) == to_cancel


def test_response_that_ended_but_is_still_heard_is_not_cancelled() -> None:
    ledger = ResponseLedger()
    begun(ledger, "resp1")
    ledger.ended("resp1")

    assert ledger.interrupted() is None
    assert ledger.audible("resp1")


def test_late_audio_of_a_cut_response_is_not_audible_and_the_next_one_is() -> None:
    ledger = ResponseLedger()
    begun(ledger, "resp1")
    ledger.interrupted()
    begun(ledger, "resp2")

    assert not ledger.audible("resp1")
    assert ledger.on_conversation("resp1")
    assert ledger.audible("resp2")
    ledger.ended("resp1")
    assert not ledger.audible("resp1")
    assert ledger.active == Response("resp2", "answer", False)


def test_out_of_band_response_is_never_heard_and_takes_no_floor() -> None:
    ledger = ResponseLedger()
    ledger.request()

    assert ledger.created("resp1", None, on_conversation=False) is None
    assert not ledger.audible("resp1")
    assert not ledger.on_conversation("resp1")
    assert ledger.active is None
    assert taken(ledger)


def test_interruption_drops_the_plain_requests_that_wait() -> None:
    ledger = ResponseLedger()
    begun(ledger, "resp1")
    ledger.request()
    ledger.request("goodbye")

    ledger.interrupted()
    ledger.ended("resp1")

    assert taken(ledger).purpose == "goodbye"


def test_items_of_a_cut_response_that_never_sounded_are_named_at_its_end() -> None:
    ledger = ResponseLedger()
    begun(ledger, "resp1")
    ledger.item_added("resp1", "commentary")
    ledger.audio_passed("resp1", "commentary")
    ledger.audio_passed("resp1", "commentary")
    ledger.item_added("resp1", "answer")
    ledger.interrupted()

    assert ledger.ended("resp1") == ["answer"]
    assert ledger.ended("resp1") == []


def test_items_of_a_response_that_was_not_cut_are_left_alone() -> None:
    ledger = ResponseLedger()
    begun(ledger, "resp1")
    ledger.item_added("resp1", "text only")

    assert ledger.ended("resp1") == []


def test_audio_of_an_item_nobody_announced_is_no_trouble() -> None:
    ledger = ResponseLedger()
    begun(ledger, "resp1")
    ledger.audio_passed("resp1", "item")
    ledger.item_added("resp1", "other")
    ledger.audio_passed("resp1", "third")
    ledger.interrupted()

    assert ledger.ended("resp1") == ["other"]


@pytest.mark.parametrize(("again", "sent"), [(True, True), (False, False)])
def test_refused_request_is_sent_again_only_if_the_floor_was_taken(again: bool, sent: bool) -> None:
    ledger = ResponseLedger()
    ledger.request("greeting")
    key = taken(ledger).key

    ledger.refused(key, again=again)

    assert (ledger.take_request(0.0) is not None) == sent
    ledger.refused("unknown", again=True)


def test_request_refused_for_an_active_response_waits_for_that_one() -> None:
    ledger = ResponseLedger()
    ledger.request("greeting")
    key = taken(ledger).key
    begun(ledger, "resp1")
    ledger.refused(key, again=True)

    assert ledger.take_request(0.0) is None
    ledger.ended("resp1")
    assert taken(ledger).key == key


def test_failed_response_is_tried_again_after_a_pause_that_grows() -> None:
    ledger = ResponseLedger()

    for failure, pause in enumerate((0.5, 1.0, 1.5), start=1):
        now = failure * 10.0
        assert ledger.failed(now)
        assert ledger.deadline() == now + pause
        assert ledger.take_request(now + pause - 0.1) is None
        ledger.timer_fired(now + pause)
        begun(ledger, f"resp{failure}", taken(ledger, now + pause).key)
        ledger.ended(f"resp{failure}")
    assert not ledger.failed(100.0)
    assert ledger.take_request(200.0) is None


def test_failed_greeting_is_tried_again_in_its_own_words() -> None:
    ledger = ResponseLedger()
    ledger.request("greeting", exact_words="Hello.")
    ledger.request("answer", instructions="Ask for the name.")
    begun(ledger, "resp1", taken(ledger).key)
    ledger.ended("resp1")

    ledger.failed(0.0)

    again = taken(ledger, 1.0)
    assert (again.purpose, again.exact_words) == ("greeting", "Hello.")


def test_failed_answer_to_a_turn_is_tried_again_as_a_plain_one() -> None:
    ledger = ResponseLedger()
    ledger.request("greeting")
    begun(ledger, "resp1", taken(ledger).key)
    ledger.ended("resp1")
    begun(ledger, "resp2")
    ledger.ended("resp2")

    ledger.failed(0.0)

    assert taken(ledger, 1.0).is_plain


def test_request_refused_for_now_is_sent_again_in_a_while() -> None:
    ledger = ResponseLedger()
    ledger.request("greeting", exact_words="Hello.")
    key = taken(ledger).key

    assert ledger.failed(10.0, key)
    ledger.timer_fired(10.5)
    again = taken(ledger, 10.5)
    assert (again.purpose, again.exact_words) == ("greeting", "Hello.")
    assert again.key != key


def test_refusal_of_what_nobody_waits_for_is_no_failure() -> None:
    ledger = ResponseLedger()
    for _ in range(10):
        assert ledger.failed(0.0, "unknown")
    assert ledger.deadline() is None


def test_response_that_gave_audio_spoke() -> None:
    ledger = ResponseLedger()
    begun(ledger, "resp1")
    ledger.item_added("resp1", "item")
    assert not ledger.spoke("resp1")

    ledger.audio_passed("resp1", "item")
    ledger.ended("resp1")

    assert ledger.spoke("resp1")


def test_success_forgives_failures() -> None:
    ledger = ResponseLedger()
    for _ in range(3):
        ledger.failed(0.0)

    ledger.completed()

    assert ledger.failed(1.0)


def test_answer_that_the_model_owes_and_does_not_begin_is_asked_for() -> None:
    ledger = ResponseLedger()
    ledger.caller_started()
    ledger.turn_committed(1.0, answered_by_server=True)

    assert ledger.deadline() == 6.0
    ledger.timer_fired(5.9)
    assert ledger.take_request(5.9) is None
    ledger.timer_fired(6.0)
    assert taken(ledger, 6.0).is_plain
    assert ledger.deadline() is None


def test_answer_that_began_is_not_owed() -> None:
    ledger = ResponseLedger()
    ledger.turn_committed(1.0, answered_by_server=True)
    begun(ledger, "resp1")

    assert ledger.deadline() is None


def test_no_answer_is_owed_where_the_runtime_answers() -> None:
    ledger = ResponseLedger()
    ledger.turn_committed(1.0, answered_by_server=False)

    assert ledger.deadline() is None


@pytest.mark.parametrize("waits_for", ["a response", "an answer", "nothing"])
def test_lost_session(waits_for: str) -> None:
    ledger = ResponseLedger()
    ledger.caller_started()
    if waits_for == "a response":
        begun(ledger, "resp1")
        ledger.item_added("resp1", "item")
    elif waits_for == "an answer":
        ledger.turn_committed(0.0, answered_by_server=True)

    assert ledger.session_lost() == (waits_for != "nothing")
    assert ledger.active is None
    assert ledger.deadline() is None
    ledger.request()
    assert taken(ledger)


def test_requests_outlive_a_lost_session_in_their_order() -> None:
    ledger = ResponseLedger()
    ledger.request("disclosure")
    ledger.request("greeting")
    taken(ledger)

    ledger.session_lost()

    first = taken(ledger)
    begun(ledger, "resp1", first.key)
    ledger.ended("resp1")
    assert (first.purpose, taken(ledger).purpose) == ("disclosure", "greeting")


def test_a_long_call_leaves_little_behind() -> None:
    ledger = ResponseLedger()
    for number in range(5000):
        response_id = f"resp{number}"
        begun(ledger, response_id)
        ledger.created(f"side{number}", None, on_conversation=False)
        ledger.item_added(response_id, f"item{number}")
        ledger.audio_passed(response_id, f"item{number}")
        ledger.interrupted()
        ledger.ended(response_id)

    sizes = [len(value) for value in vars(ledger).values() if hasattr(value, "__len__")]
    assert max(sizes) <= 64


def test_it_is_quiet_while_nobody_speaks_and_no_response_is_near() -> None:
    ledger = ResponseLedger()
    assert ledger.quiet

    ledger.request("greeting")
    assert not ledger.quiet
    key = taken(ledger).key
    assert not ledger.quiet
    begun(ledger, "resp1", key)
    assert not ledger.quiet
    ledger.ended("resp1")
    assert ledger.quiet

    ledger.caller_started()
    assert not ledger.quiet
    ledger.turn_committed(1.0, answered_by_server=True)
    assert not ledger.quiet
    begun(ledger, "resp2")
    ledger.ended("resp2")
    assert ledger.quiet


def test_a_response_out_of_band_does_not_disturb_the_quiet() -> None:
    ledger = ResponseLedger()

    ledger.created("side", None, on_conversation=False)

    assert ledger.quiet


@pytest.mark.parametrize("purpose", ["reprompt", "filler"])
def test_what_fills_a_silence_is_said_at_once_or_not_at_all(purpose: Purpose) -> None:
    ledger = ResponseLedger()
    ledger.created("resp", None, on_conversation=True)
    ledger.request(purpose, exact_words="Hm.")
    ledger.ended("resp")
    assert ledger.take_request(0.0) is None

    ledger.request(purpose, exact_words="Hm.")
    ledger.caller_started()
    ledger.turn_committed(1.0, answered_by_server=False)
    assert ledger.take_request(1.0) is None

    ledger.request(purpose, exact_words="Hm.")
    wanted = ledger.take_request(2.0)
    assert wanted is not None
    assert wanted.purpose == purpose


def test_what_fills_a_silence_is_cut_when_the_caller_was_quicker() -> None:
    ledger = ResponseLedger()
    ledger.request("filler", exact_words="Hm.")
    wanted = ledger.take_request(0.0)
    assert wanted is not None
    ledger.caller_started()

    ledger.created("resp", wanted.key, on_conversation=True)

    assert not ledger.audible("resp")


def test_what_fills_a_silence_is_not_said_by_another_session() -> None:
    asked = ResponseLedger()
    asked.request("filler", exact_words="Hm.")
    asked.take_request(0.0)
    begun = ResponseLedger()
    begun.request("reprompt", exact_words="Hello?")
    wanted = begun.take_request(0.0)
    assert wanted is not None
    begun.created("resp", wanted.key, on_conversation=True)

    assert not asked.session_lost()
    assert not begun.session_lost()

    assert asked.take_request(1.0) is None
    assert begun.take_request(1.0) is None


def test_exact_words_that_were_under_way_are_said_by_the_next_session() -> None:
    ledger = ResponseLedger()
    ledger.request("greeting", exact_words="Hello.")
    begun(ledger, "resp", taken(ledger).key)

    assert not ledger.session_lost()

    assert taken(ledger).exact_words == "Hello."


def test_what_was_being_said_in_its_own_words_is_asked_for_again() -> None:
    ledger = ResponseLedger()
    ledger.request("disclosure", exact_words="This call is recorded.")
    ledger.request("greeting")
    begun(ledger, "resp1", taken(ledger).key)

    assert not ledger.session_lost()  # the request is the answer that is owed

    first = taken(ledger)
    assert (first.purpose, first.exact_words) == ("disclosure", "This call is recorded.")
    begun(ledger, "resp2", first.key)
    ledger.ended("resp2")
    assert taken(ledger).purpose == "greeting"


def test_an_answer_asked_for_just_before_the_caller_spoke_is_not_heard() -> None:
    ledger = ResponseLedger()
    ledger.request()
    request = taken(ledger)
    ledger.caller_started()

    begun(ledger, "resp1", request.key)

    assert not ledger.audible("resp1")


def test_audio_of_a_response_that_is_over_is_late() -> None:
    ledger = ResponseLedger()
    begun(ledger, "resp")
    ledger.ended("resp")

    assert ledger.audible("resp")  # its end is still being taken
    ledger.over("resp")
    assert not ledger.audible("resp")
