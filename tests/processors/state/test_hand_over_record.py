"""What a record tells of escalations, transfers and callbacks."""

from __future__ import annotations

from typing import Any

from processors.state.hand_over_format import CallbackRecord, EscalationRecord, TransferRecord
from processors.state.hand_over_record import MOST, HandOverRecord
from processors.state.journal import Entry

ESCALATED = {"reasons": ["legal"], "turns": ["item_1"], "actions": ["offer"], "open": True}


def said(record: HandOverRecord, at: float, kind: str, **fields: Any) -> None:
    private = fields.pop("private", {})
    record.take(Entry(at, kind, fields, private))


def test_an_escalation_with_its_offer() -> None:
    record = HandOverRecord()
    said(record, 1.5, "escalation", **ESCALATED)
    said(record, 4.0, "offer_answered", taken=False)

    assert record.escalations == [
        EscalationRecord(
            at_ms=1500, reasons=("legal",), turns=("item_1",), actions=("offer",), taken=False
        )
    ]


def test_a_warm_transfer_with_whom_it_rang() -> None:
    record = HandOverRecord()
    said(record, 1.0, "transfer_started", mode="warm", private={"to": ["+1", "+2"]})
    for number, outcome in (("+1", "busy"), ("+2", "accepted")):
        said(record, 2.0, "person_called", private={"to": number})
        said(record, 3.0, "person_answered", outcome=outcome)
    said(record, 9.0, "transfer_ended", mode="warm", outcome="accepted", ms=8000)

    assert record.transfers == [
        TransferRecord(
            at_ms=1000,
            mode="warm",
            to=("+1", "+2"),
            answers=("busy", "accepted"),
            outcome="accepted",
            took_ms=8000,
        )
    ]


def test_a_cold_transfer_rings_all_at_once() -> None:
    record = HandOverRecord()
    said(record, 1.0, "transfer_started", mode="cold", private={"to": ["+1", "+2"]})
    said(record, 2.0, "transfer_ended", mode="cold", outcome="dialled", ms=900)

    assert record.transfers[0].to == ("+1", "+2")


def test_a_call_that_came_back_tells_how_its_transfer_ended() -> None:
    record = HandOverRecord()
    said(record, 0.1, "transfer_ended", mode="cold", outcome="busy")
    said(record, 0.2, "callback_promised", reasons=["transfer_returned"], due=None)

    assert record.transfers == [TransferRecord(at_ms=100, mode="cold", outcome="busy")]
    assert record.callbacks == [CallbackRecord(at_ms=200, reasons=("transfer_returned",))]


def test_what_belongs_to_nothing_is_left_out() -> None:
    record = HandOverRecord()
    said(record, 1.0, "offer_answered", taken=True)
    said(record, 1.0, "person_called", private={"to": "+1"})
    said(record, 1.0, "person_answered", outcome="busy")
    said(record, 1.0, "something_else")

    assert (record.escalations, record.transfers, record.callbacks) == ([], [], [])


def test_it_does_not_grow_for_ever() -> None:
    record = HandOverRecord()
    for _ in range(MOST + 5):
        said(record, 1.0, "escalation", **ESCALATED)
        said(record, 1.0, "transfer_started", mode="cold", private={"to": ["+1"]})
        said(record, 1.0, "callback_promised", reasons=[], due=None)

    assert {len(record.escalations), len(record.transfers), len(record.callbacks)} == {MOST}
