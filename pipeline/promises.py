"""What Callwright promises of every call, held against the evidence of a simulated one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.call_evidence import CallEvidence, CutTruth
from transports.simulated.attribution import Received
from transports.simulated.call_outcome import CallEnd
from transports.simulated.playout import Clear

CUT_TOLERANCE_MS: Final = 25.0
_LATE: Final = 0.02
"""Seconds that the server may hold audio: less is no fault of ours."""
_TAIL_BYTES: Final = 1600
"""Caller audio that may be under way when a call ends: 200 ms."""
_PADDING: Final = 0xFF


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise, and how it stands.

    Attributes:
        text: The promise.
        kept: Whether it was kept.
        detail: In figures.
    """

    text: str
    kept: bool
    detail: str = ""


def check_promises(evidence: CallEvidence, end: CallEnd = CallEnd.REST) -> list[Promise]:
    """All promises, kept or broken; only the first when the call never came about.

    Args:
        evidence: The call.
        end: How it was meant to end. Of goodbye and hang-up nothing is promised unless they are
            the assistant's; they are not where a person took the call.
    """
    connected = evidence.stream is not None
    detail = ", ".join(str(code) for code in evidence.outcome.errors)
    first = Promise("The call was connected", connected, detail and f"Twilio error {detail}")
    if not connected:
        return [first]
    ours = end is CallEnd.REST and not evidence.outcome.handed_over
    checks = [check for check in _CHECKS if ours or check not in _OF_OUR_HANG_UP]
    return [first, *(check(evidence) for check in checks)]


def _assistant_audio(evidence: CallEvidence) -> Promise:
    text = "Assistant audio reached the phone byte for byte"
    if evidence.parts is None:
        return Promise(text, False, "it is not what the model sent")
    told = {cut.item_id for cut in evidence.model.cuts}
    missing = sum(
        len(part.said.pcmu) - part.length
        for part in evidence.parts
        if part.said.item_id not in told
    )
    # A caller who hangs up, or is with a person, leaves words behind that nobody could send.
    gone = evidence.outcome.ended_by is CallEnd.CALLER or evidence.outcome.handed_over
    if missing and not gone:
        return Promise(text, False, f"{missing:,} bytes are missing")
    return Promise(text, True, f"{sum(part.length for part in evidence.parts):,} bytes")


def _caller_audio(evidence: CallEvidence) -> Promise:
    assert evidence.stream is not None
    sent, got = bytes(evidence.stream.caller_audio), evidence.model.caller_audio
    reached, padding = compare_caller_audio(sent, got)
    kept = reached is not None and len(sent) - reached <= _TAIL_BYTES
    detail = "other bytes, or another order" if reached is None else f"{reached:,} bytes"
    if padding:
        detail += f", {padding / 8:,.0f} ms of padding"
    return Promise("Caller audio reached the model byte for byte", kept, detail)


def compare_caller_audio(sent: bytes, got: bytes) -> tuple[int | None, int]:
    """How many bytes of ``sent`` arrived, in order, and how much silence was put in between.

    None if ``got`` is something else.
    """
    at, padding = 0, 0
    step = 1 << 16
    position = 0
    while position < len(got):
        block = got[position : position + step]
        if sent[at : at + len(block)] == block:
            at += len(block)
            position += len(block)
            continue
        for byte in block:
            if at < len(sent) and sent[at] == byte:
                at += 1
            elif byte == _PADDING:
                padding += 1
            else:
                return None, padding
        position += len(block)
    return at, padding


def _cuts_are_true(evidence: CallEvidence) -> Promise:
    text = f"Every cut is within {CUT_TOLERANCE_MS:.0f} ms of what was heard"
    cuts = evidence.cuts()
    if not cuts:
        return Promise(text, True, "nothing was cut")
    wrong = [cut for cut in cuts if not _true(cut)]
    errors = [abs(cut.error_ms) for cut in cuts if cut.error_ms is not None]
    detail = f"{len(cuts)} cut, {max(errors, default=0.0):.1f} ms off"
    return Promise(text, not wrong, detail)


def _true(cut: CutTruth) -> bool:
    return cut.error_ms is not None and abs(cut.error_ms) <= CUT_TOLERANCE_MS


def _told_once(evidence: CallEvidence) -> Promise:
    wrong = [cut.item_id for cut in evidence.cuts() if cut.times_told != 1]
    return Promise("The model is told of every cut once", not wrong, ", ".join(wrong))


def _heard_is_sent(evidence: CallEvidence) -> Promise:
    wrong = [
        cut.item_id
        for cut in evidence.cuts()
        if cut.believed_ms is not None and cut.believed_ms > cut.sent_ms
    ]
    return Promise("No more is counted as heard than was sent", not wrong, ", ".join(wrong))


def _nothing_after_a_clear(evidence: CallEvidence) -> Promise:
    assert evidence.stream is not None
    told = {cut.item_id for cut in evidence.model.cuts}
    wrong = [
        part.said.item_id
        for part in evidence.parts or ()
        if part.said.item_id in told
        and any(_goes_on_after(part, clear) for clear in evidence.stream.playout.clears)
    ]
    text = "Nothing of a cut item goes out after its clear"
    return Promise(text, not wrong and evidence.parts is not None, ", ".join(wrong))


def _goes_on_after(part: Received, clear: Clear) -> bool:
    return part.first < clear.accepted_bytes < part.end


def _no_under_run(evidence: CallEvidence) -> Promise:
    assert evidence.stream is not None
    ours = 0
    for part in evidence.parts or ():
        for _, after in evidence.stream.playout.gaps_between(part.first, part.end):
            made_at = evidence.delta_of(part, after.first).at
            ours += after.sent_at - made_at > _LATE
    return Promise("No gap in the assistant's speech is ours", not ours, f"{ours} gaps")


def _goodbye_heard(evidence: CallEvidence) -> Promise:
    text = "The goodbye was heard before the hang-up"
    spoken = [part for part in evidence.parts or () if part.said.pcmu]
    if not spoken:
        return Promise(text, False, "nothing was said")
    heard_ms, said_ms = evidence.heard_ms(spoken[-1]), len(spoken[-1].said.pcmu) / 8
    return Promise(text, heard_ms >= said_ms, f"{heard_ms:,.0f} of {said_ms:,.0f} ms")


def _ended_by_rest(evidence: CallEvidence) -> Promise:
    end = evidence.outcome.ended_by
    return Promise("The call was ended by REST", end is CallEnd.REST, f"ended by {end.value}")


def _understood(evidence: CallEvidence) -> Promise:
    assert evidence.stream is not None
    refused = [f"Twilio {code}" for code in evidence.stream.warnings]
    refused += [f"the model: {code}" for code in evidence.model.errors]
    return Promise("Neither peer refused a message", not refused, ", ".join(refused))


def _closed(evidence: CallEvidence) -> Promise:
    phone_closed = all(stream.end is not None for stream in evidence.outcome.streams)
    return Promise("Both sockets are closed", phone_closed and evidence.model.closed)


def _no_task_left(evidence: CallEvidence) -> Promise:
    left = evidence.tasks_left
    return Promise("No task outlives the call", not left, ", ".join(left))


_CHECKS: Final[tuple[Callable[[CallEvidence], Promise], ...]] = (
    _caller_audio,
    _assistant_audio,
    _cuts_are_true,
    _told_once,
    _heard_is_sent,
    _nothing_after_a_clear,
    _no_under_run,
    _goodbye_heard,
    _ended_by_rest,
    _understood,
    _closed,
    _no_task_left,
)

_OF_OUR_HANG_UP: Final = (_goodbye_heard, _ended_by_rest)
