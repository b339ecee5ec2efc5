from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.call_evidence import CallEvidence
from pipeline.promises import check_promises, compare_caller_audio
from tests.pipeline.evidence import Written, good_call, speech
from transports.simulated.call_outcome import CallEnd, CallOutcome
from transports.simulated.model_tap import ModelRecord


def broken(evidence: CallEvidence) -> list[str]:
    return [promise.text for promise in check_promises(evidence) if not promise.kept]


def test_a_good_call_keeps_every_promise() -> None:
    evidence = good_call().evidence()

    assert broken(evidence) == []
    assert len(check_promises(evidence)) == 13


def test_the_truth_of_each_cut_is_told() -> None:
    first, second = good_call().evidence().cuts()

    assert (first.item_id, first.heard_ms, first.believed_ms) == ("item_2", 300.0, 298)
    assert (first.sent_ms, first.said_ms, first.error_ms) == (1000.0, 1000.0, -2.0)
    assert (second.item_id, second.heard_ms, second.error_ms) == ("item_3", 0.0, 0.0)


def believes_too_much(call: Written) -> None:
    call.cuts[0] = type(call.cuts[0])("item_2", 326)


def tells_nothing(call: Written) -> None:
    del call.cuts[0]


def tells_twice(call: Written) -> None:
    call.told(2, 298)


def counts_the_unsent(call: Written) -> None:
    call.cuts[0] = type(call.cuts[0])("item_2", 1001)


def sends_after_the_clear(call: Written) -> None:
    call.says(5, 200)
    call.passes(0.05)
    call.clears()
    call.told(5, 50)
    call.says(5, 100)
    call.passes(0.2)
    call.says(6, 100)
    call.passes(0.2)


def stutters(call: Written) -> None:
    call.says(5, 100)
    call.passes(0.2)
    call.says(5, 100, late=0.05)
    call.passes(0.3)


def changes_caller_audio(call: Written) -> None:
    call.caller_got = b"\x09" + call.caller_sent[1:]


def loses_caller_audio(call: Written) -> None:
    call.caller_sent *= 2
    call.caller_got = call.caller_sent[:1400]


def changes_assistant_audio(call: Written) -> None:
    call.facts.assistant_audio[100] = 99


def loses_assistant_audio(call: Written) -> None:
    call.says(5, 100, reaches_phone=False)
    call.says(6, 100)
    call.passes(0.2)


def hangs_up_too_early(call: Written) -> None:
    call.says(5, 1000)
    call.passes(0.9)


def leaves_it_to_the_caller(call: Written) -> None:
    call.ended_by = CallEnd.CALLER


def is_refused(call: Written) -> None:
    call.facts.warnings[31951] += 1


def upsets_the_model(call: Written) -> None:
    call.errors.append("unknown_parameter")


def leaves_a_socket_open(call: Written) -> None:
    call.closed = False


def leaves_a_task(call: Written) -> None:
    call.tasks_left.append("call CA1")


CUT = "Every cut is within 25 ms of what was heard"
ONCE = "The model is told of every cut once"
SENT = "No more is counted as heard than was sent"
CALLER = "Caller audio reached the model byte for byte"
ASSISTANT = "Assistant audio reached the phone byte for byte"
UNDERSTOOD = "Neither peer refused a message"


@pytest.mark.parametrize(
    ("what", "promises"),
    [
        (believes_too_much, [CUT]),
        (tells_nothing, [CUT, ONCE]),
        (tells_twice, [ONCE]),
        (counts_the_unsent, [CUT, SENT]),
        (sends_after_the_clear, [CUT, "Nothing of a cut item goes out after its clear"]),
        (stutters, ["No gap in the assistant's speech is ours"]),
        (changes_caller_audio, [CALLER]),
        (loses_caller_audio, [CALLER]),
        (loses_assistant_audio, [ASSISTANT]),
        (hangs_up_too_early, ["The goodbye was heard before the hang-up"]),
        (leaves_it_to_the_caller, ["The call was ended by REST"]),
        (is_refused, [UNDERSTOOD]),
        (upsets_the_model, [UNDERSTOOD]),
        (leaves_a_socket_open, ["Both sockets are closed"]),
        (leaves_a_task, ["No task outlives the call"]),
    ],
)
def test_each_broken_promise_is_found(what: Callable[[Written], None], promises: list[str]) -> None:
    call = good_call()

    what(call)

    assert broken(call.evidence()) == promises


def test_audio_that_is_not_the_models_is_found() -> None:
    call = good_call()

    changes_assistant_audio(call)

    assert ASSISTANT in broken(call.evidence())


def test_a_gap_that_the_model_made_is_not_ours() -> None:
    call = good_call()
    call.says(5, 100)
    call.passes(0.2)
    call.says(5, 100)
    call.passes(0.2)

    assert broken(call.evidence()) == []


def test_a_call_that_never_came_about_breaks_one_promise() -> None:
    outcome = CallOutcome("CA1")
    outcome.errors[11200] += 1

    [promise] = check_promises(CallEvidence(outcome, ModelRecord()))

    assert not promise.kept
    assert promise.detail == "Twilio error 11200"


def test_padding_in_caller_audio_is_counted_not_refused() -> None:
    sent = speech(1, 20) + b"\xff" * 80 + speech(2, 20)
    got = speech(1, 20) + b"\xff" * 1000 + speech(2, 20)

    assert compare_caller_audio(sent, got) == (len(sent), 920)
    assert compare_caller_audio(sent, sent[:200]) == (200, 0)
    assert compare_caller_audio(sent, got[::-1]) == (None, 0)
