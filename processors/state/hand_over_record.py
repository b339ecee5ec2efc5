"""Gathers what a call's record says of escalations, transfers and callbacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from processors.state.hand_over_format import CallbackRecord, EscalationRecord, TransferRecord
from processors.state.journal import Entry

MOST: Final = 100
"""Of each kind; a call that has more of them than this is no call."""


class HandOverRecord:
    """Fed with every journal entry.

    Attributes:
        escalations: What a person had to take over for.
        transfers: What came of handing the call over.
        callbacks: What was promised.
    """

    def __init__(self) -> None:
        self.escalations: list[EscalationRecord] = []
        self.transfers: list[TransferRecord] = []
        self.callbacks: list[CallbackRecord] = []
        self._handlers: dict[str, Callable[[Entry], None]] = {
            "escalation": self._escalated,
            "offer_answered": self._offer_answered,
            "transfer_started": self._transfer_started,
            "person_called": self._person_called,
            "person_answered": self._person_answered,
            "transfer_ended": self._transfer_ended,
            "callback_promised": self._callback_promised,
        }

    def take(self, entry: Entry) -> None:
        """Take in one entry of the journal."""
        handler = self._handlers.get(entry.kind)
        if handler is not None:
            handler(entry)

    def _escalated(self, entry: Entry) -> None:
        if len(self.escalations) < MOST:
            told = {name: tuple(entry.fields[name]) for name in ("reasons", "turns", "actions")}
            record = EscalationRecord(at_ms=_ms(entry), open=entry.fields["open"], **told)
            self.escalations.append(record)

    def _offer_answered(self, entry: Entry) -> None:
        _change(self.escalations, taken=entry.fields["taken"])

    def _transfer_started(self, entry: Entry) -> None:
        if len(self.transfers) < MOST:
            fields, private = entry.fields, entry.private
            to = () if fields["mode"] == "warm" else tuple(private["to"])
            self.transfers.append(TransferRecord(at_ms=_ms(entry), mode=fields["mode"], to=to))

    def _person_called(self, entry: Entry) -> None:
        if self.transfers:
            _change(self.transfers, to=(*self.transfers[-1].to, entry.private["to"]))

    def _person_answered(self, entry: Entry) -> None:
        if self.transfers:
            answers = (*self.transfers[-1].answers, entry.fields["outcome"])
            _change(self.transfers, answers=answers)

    def _transfer_ended(self, entry: Entry) -> None:
        if not self.transfers:  # it began on an earlier stream of this call
            self.transfers.append(TransferRecord(at_ms=_ms(entry), mode=entry.fields["mode"]))
        ended = {"outcome": entry.fields["outcome"], "took_ms": entry.fields.get("ms", 0)}
        _change(self.transfers, **ended)

    def _callback_promised(self, entry: Entry) -> None:
        if len(self.callbacks) < MOST:
            reasons, due = tuple(entry.fields["reasons"]), entry.fields["due"]
            self.callbacks.append(CallbackRecord(at_ms=_ms(entry), reasons=reasons, due=due))


def _change(records: list[Any], **update: Any) -> None:
    """The newest record, as it is now."""
    if records:
        records[-1] = records[-1].model_copy(update=update)


def _ms(entry: Entry) -> int:
    return round(entry.at * 1000)
