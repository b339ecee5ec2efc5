"""Says in a line what happened to an escalation or a transfer, for who watches a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pipeline.wording import listed, plainly
from processors.state.journal import Entry


def hand_over_line(entry: Entry) -> tuple[str, str] | None:
    """What an entry of a journal says, and a remark to it; None: nothing of the kind."""
    teller = _TELLERS.get(entry.kind)
    return None if teller is None else teller(entry)


def _escalation(entry: Entry) -> tuple[str, str]:
    fields = entry.fields
    closed = "" if fields["open"] else ", closed now"
    return f"a person must take over: {listed(fields['reasons'])}", (
        f"{listed(fields['actions'])}{closed}"
    )


def _offer(entry: Entry) -> tuple[str, str]:
    taken = {True: "yes", False: "no", None: "neither yes nor no"}[entry.fields["taken"]]
    return f"the offer of a person: {taken}", ""


def _transfer_started(entry: Entry) -> tuple[str, str]:
    return f"{entry.fields['mode']} transfer begins", ", ".join(entry.private.get("to", ()))


def _person_called(entry: Entry) -> tuple[str, str]:
    return f"calling {entry.private['to']}", ""


def _person_answered(entry: Entry) -> tuple[str, str]:
    return f"the person: {_status(entry.fields['outcome'])}", ""


def _transfer_ended(entry: Entry) -> tuple[str, str]:
    fields = entry.fields
    took = f"{fields['ms'] / 1000:.1f} s" if "ms" in fields else ""
    return f"{fields['mode']} transfer: {_status(fields['outcome'])}", took


def _callback(entry: Entry) -> tuple[str, str]:
    return "a callback is promised", entry.fields["due"] or "as soon as possible"


def _notified(entry: Entry) -> tuple[str, str]:
    fields = entry.fields
    return f"told of the {fields['what']}", f"{fields['webhooks']} webhooks, {fields['sms']} SMS"


def _person_leg(entry: Entry) -> tuple[str, str]:
    return f"{entry.private['to']} is {_status(entry.fields['status'])}", ""


def _person_told(entry: Entry) -> tuple[str, str]:
    return f"the person hears: {entry.private['text']}", ""


def _person_pressed(entry: Entry) -> tuple[str, str]:
    return f"the person presses {entry.fields['key']}", ""


def _conference_joined(entry: Entry) -> tuple[str, str]:
    return "the caller is with the person", ""


def _conference_left(entry: Entry) -> tuple[str, str]:
    return "they have hung up", ""


_TELLERS: Final[dict[str, Callable[[Entry], tuple[str, str]]]] = {
    "escalation": _escalation,
    "offer_answered": _offer,
    "transfer_started": _transfer_started,
    "person_called": _person_called,
    "person_answered": _person_answered,
    "transfer_ended": _transfer_ended,
    "callback_promised": _callback,
    "notified": _notified,
    "person_leg": _person_leg,
    "person_told": _person_told,
    "person_pressed": _person_pressed,
    "conference_joined": _conference_joined,
    "conference_left": _conference_left,
}


def _status(status: str) -> str:
    """Ours or Twilio's, which has hyphens (``no-answer``)."""
    return plainly(status).replace("-", " ")
