"""What holds on any call, whatever the peers and the network do: each a function, each a reason."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.openai_types import assert_client_event
from tests.proof.call import Evidence
from tests.proof.limits import CUT_TOLERANCE_MS, limits, merged
from tests.proof.sound import SILENCE
from tests.proof.truth import Item, Told, Truth, client_events, server_events

RACES: Final = frozenset({"response_cancel_not_active", "conversation_already_has_active_response"})
"""Errors of the model that nobody can avoid: two events crossed on the wire."""

NOT_MISSED_MS: Final = 20.0
"""What of an item's end need not be told: nobody hears that a frame of 20 ms is missing, and the
model would lose all that it said in the item, as its transcript goes with a truncation."""

REST: Final = 0.001
"""Seconds in which all is written that a blocked write had kept back."""

PATIENCE: Final = 3.5
"""Seconds after a clear by which the model is told, whatever became of the marks."""


def broken_promises(evidence: Evidence) -> list[str]:
    """Everything about a call that should not be so."""
    truth = Truth(evidence)
    broken = [f"{check.__name__}: {fault}" for check in _CHECKS for fault in check(truth)]
    return broken + truth.faults


def caller_hears_only_the_model_in_order_each_byte_once(truth: Truth) -> Iterator[str]:
    assert truth.items is not None  # tracing complains in ``truth.faults``
    phone = truth.evidence.phone
    sent = b"".join(item.pcmu[: int(item.sent_ms * 8)] for item in truth.items.values())
    if not sent.startswith(bytes(phone.assistant_audio)):
        yield "the phone got other audio than the beginnings of the model's items"


def nothing_of_a_cut_item_goes_out(truth: Truth) -> Iterator[str]:
    blocked = sorted(truth.evidence.scenario.blocked, reverse=True)
    for number, written_at in truth.clears:
        # Decided before a write that did not finish let it pass, nobody but the runtime knows when;
        # one stretch without writes may join another.
        cleared_at = written_at
        for at, for_ in blocked:
            if at <= cleared_at <= at + for_ + REST:
                cleared_at = at
        for item in truth.items.values():
            goes_on = any(piece.number > number for piece in item.pieces)
            begun = any(piece.number < number for piece in item.pieces)
            if goes_on and (begun or item.response_began_at < cleared_at):
                yield f"{item.item_id} goes on after the clear at {cleared_at:.3f}"


def assistant_audio_goes_out_at_once(truth: Truth) -> Iterator[str]:
    scenario = truth.evidence.scenario
    if scenario.blocked or scenario.settings.align_20ms:
        return
    for number, dialled in enumerate(truth.evidence.sessions):
        arrived = {
            event["delta"]: at
            for at, event in server_events(dialled)
            if event["type"] == "response.output_audio.delta"
        }
        for at, message in truth.sent:
            if message["event"] == "media":
                came = arrived.get(message["media"]["payload"], at)
                if at - came > 1e-6:
                    yield f"audio of session {number} waited {at - came:.3f} s"


def caller_audio_reaches_the_model(truth: Truth) -> Iterator[str]:
    evidence = truth.evidence
    said = [
        message["media"]["payload"]
        for message in _well_formed(evidence)
        if message.get("event") == "media"
    ]
    got = [
        event["audio"]
        for dialled in evidence.sessions
        for _, event in client_events(dialled)
        if event["type"] == "input_audio_buffer.append"
    ]
    at, padding_ms = 0, 0.0
    for payload in got:
        if at < len(said) and payload == said[at]:
            at += 1
        elif _is_padding(payload):
            padding_ms += len(base64.b64decode(payload)) / 8
        else:
            yield f"what the model got after {at} messages is not what the caller said next"
            return
    model_is_there = evidence.sessions and not evidence.of("model_lost") and not _was_down(evidence)
    if at < len(said) and model_is_there:
        yield f"{len(said) - at} of {len(said)} messages never reached the model"
    most_ms = sum(lasts * 1000 + 40 for _, lasts in evidence.scenario.gaps)
    longer = evidence.scenario.up.jitter + 0.02  # and until the next frame is due
    alone, joined = _silences(evidence), merged(_silences(evidence))
    most_ms += 1000 * max(
        sum(lasts + longer > 0.7 for _, lasts in each) for each in (alone, joined)
    )
    if padding_ms > most_ms:
        yield f"{padding_ms:.0f} ms of padding, {most_ms:.0f} are explained"


def each_cut_is_told_as_it_was_heard(truth: Truth) -> Iterator[str]:
    for told in truth.told:
        item = truth.items.get(told.item_id)
        heard_ms = 0.0 if item is None else truth.heard_ms(item)
        if told.words is not None:
            yield from _words_that_were_not_heard(truth, told)
            continue
        error_ms = told.heard_ms - heard_ms
        if item is not None and told.heard_ms > item.sent_ms:
            yield f"{told.item_id}: told {told.heard_ms} ms, sent {item.sent_ms}"
        most = limits(truth, told)
        if not -most.less <= error_ms <= most.more:
            yield (
                f"{told.item_id}: told {told.heard_ms} ms, heard {heard_ms:.1f} ms, error"
                f" {error_ms:.1f}, allowed -{most.less:.1f} to {most.more:.1f} ({most.line})"
            )


def _words_that_were_not_heard(truth: Truth, told: Told) -> Iterator[str]:
    """What a fresh session is told of an item that the last one spoke: whole words, as heard."""
    item = truth.items[told.item_id]
    assert told.words is not None
    if not item.text.startswith(told.words):
        yield f"{told.item_id}: told {told.words!r} of {item.text!r}"
        return
    word_ms = (
        max(map(len, item.text.split()), default=0) * truth.evidence.scenario.model.ms_per_char
    )
    error_ms = len(told.words) * truth.evidence.scenario.model.ms_per_char - truth.heard_ms(item)
    most = limits(truth, told)
    if not -word_ms - most.less <= error_ms <= word_ms + most.more:
        yield f"{told.item_id}: words for {error_ms:.0f} ms more than was heard"


def each_cut_is_told_once(truth: Truth) -> Iterator[str]:
    times = Counter(told.item_id for told in truth.told)
    for item_id, count in times.items():
        if count > 1:
            yield f"{item_id} told {count} times"
    for item in truth.items.values():
        if times[item.item_id] or not _must_be_told(truth, item):
            continue
        heard_ms = truth.heard_ms(item)
        yield f"{item.item_id}: {heard_ms:.0f} of {item.made_ms:.0f} ms heard, and not told"


def what_was_heard_whole_is_left_alone(truth: Truth) -> Iterator[str]:
    if truth.evidence.scenario.marks.unreliable:
        return
    for told in truth.told:
        item = truth.items.get(told.item_id)
        if item is None or not item.pieces or truth.heard_ms(item) < item.made_ms:
            continue
        if limits(truth, told).less > CUT_TOLERANCE_MS:
            continue  # nobody can know that it was
        last = item.pieces[-1]
        over_at = truth.evidence.phone.playout.heard_at(last.position + last.length - 1)
        clears = [clear.at for clear in truth.evidence.phone.playout.clears]
        if over_at is not None and all(
            abs(at - over_at) > CUT_TOLERANCE_MS / 1000 for at in clears
        ):
            yield f"{item.item_id} was heard whole at {over_at:.3f}, told {told.heard_ms} ms"


def what_is_said_to_be_heard_was_heard(truth: Truth) -> Iterator[str]:
    if truth.evidence.scenario.marks.unreliable:
        return
    for entry in truth.evidence.of("assistant_heard"):
        item = truth.items.get(entry.fields["item_id"])
        if item is None or truth.heard_ms(item) < item.made_ms:
            yield f"{entry.fields['item_id']} was not heard whole"


def peers_refuse_nothing(truth: Truth) -> Iterator[str]:
    evidence = truth.evidence
    for code, count in evidence.phone.warnings.items():
        yield f"the phone warned {count} times: {code}"
    for dialled in evidence.sessions:
        for _, event in server_events(dialled):
            if event["type"] == "error":
                error = event["error"]
                shorter = (
                    "already shorter" in error["message"] and evidence.scenario.model.shortfall_ms
                )
                if error["code"] not in RACES and not shorter:
                    yield f"the model: {error['code']}: {error['message']}"


def events_are_openais(truth: Truth) -> Iterator[str]:
    for dialled in truth.evidence.sessions:
        for _, event in client_events(dialled):
            if event["type"] == "input_audio_buffer.append":
                if event.keys() != {"type", "audio"} or not isinstance(event["audio"], str):
                    yield f"an append has the keys {sorted(event)}"
                continue
            try:
                assert_client_event(event)
            except AssertionError as error:
                yield str(error)


def messages_are_twilios(truth: Truth) -> Iterator[str]:
    shapes = {
        "media": {"event", "streamSid", "media"},
        "mark": {"event", "streamSid", "mark"},
        "clear": {"event", "streamSid"},
    }
    names: set[str] = set()
    for _, message in truth.sent:
        if message.keys() != shapes.get(message["event"]):
            yield f"a {message['event']} has the keys {sorted(message)}"
        elif message["event"] == "mark":
            if message["mark"]["name"] in names:
                yield "two marks of one name"
            names.add(message["mark"]["name"])


def the_call_ends_and_leaves_nothing(truth: Truth) -> Iterator[str]:
    evidence = truth.evidence
    if evidence.phone.end is None:
        yield "the phone's stream never ended"
    if len(evidence.of("call_ended")) != len(evidence.of("call_started")):
        yield f"{len(evidence.of('call_ended'))} records of the end"
    for dialled in evidence.sessions:
        if not dialled.socket.closed:
            yield "a socket to the model is open"
    for task in evidence.tasks_left:
        yield f"a task is left: {task}"
    yield from evidence.faults


def _must_be_told(truth: Truth, item: Item) -> bool:
    """Whether an item was cut, and there was time to say so."""
    evidence = truth.evidence
    last = item.session == len(evidence.sessions) - 1
    if not last or (evidence.sessions[item.session].far.is_closed and _was_down(evidence)):
        return False
    ended_at = evidence.phone.ended_at
    assert ended_at is not None
    cleared_at = truth.cleared_at(item)
    more = limits(truth, Told(ended_at, item.item_id, 0, item.session)).more
    unheard_ms = item.made_ms - truth.heard_ms(item)
    if unheard_ms <= NOT_MISSED_MS + CUT_TOLERANCE_MS < item.made_ms:
        return False
    if more > CUT_TOLERANCE_MS and unheard_ms <= NOT_MISSED_MS + more:
        return False  # by the limits of what can be known it may have been heard
    if cleared_at is None:
        if item.pieces or truth.heard_ms(item) == item.made_ms:
            return False
        cleared_at = item.began_at
    return ended_at - cleared_at > PATIENCE + 1.0


def _was_down(evidence: Evidence) -> bool:
    """Whether the call ended while no model was there."""
    states = [
        entry.kind
        for entry in evidence.journal
        if entry.kind in {"model_ready", "model_down", "model_reconnected", "model_lost"}
    ]
    return not states or states[-1] in {"model_down", "model_lost"}


def _well_formed(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """The messages that the phone itself sent: those with a number."""
    for crossed in evidence.phone_socket.received:
        try:
            message = json.loads(crossed.text)
        except (ValueError, RecursionError):
            continue
        if isinstance(message, dict) and "sequenceNumber" in message:
            yield message


def _is_padding(payload: str) -> bool:
    return set(base64.b64decode(payload)) == {SILENCE}


def _silences(evidence: Evidence) -> list[tuple[float, float]]:
    """When no caller audio reached the runtime."""
    scenario = evidence.scenario
    return [*scenario.up.stalls, *scenario.gaps]


_CHECKS: Final[tuple[Callable[[Truth], Iterator[str]], ...]] = (
    caller_hears_only_the_model_in_order_each_byte_once,
    nothing_of_a_cut_item_goes_out,
    assistant_audio_goes_out_at_once,
    caller_audio_reaches_the_model,
    each_cut_is_told_as_it_was_heard,
    each_cut_is_told_once,
    what_was_heard_whole_is_left_alone,
    what_is_said_to_be_heard_was_heard,
    peers_refuse_nothing,
    events_are_openais,
    messages_are_twilios,
    the_call_ends_and_leaves_nothing,
)
