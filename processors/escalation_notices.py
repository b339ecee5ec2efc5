"""Tells a business of escalations and callbacks: by signed webhooks, and by text messages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from pipecat.processors.frame_processor import FrameProcessor

from processors.call_record import WEBHOOKS, Webhooks
from processors.context import CallContext
from processors.escalation_parts import Notify
from processors.text_messages import MESSAGES, Messages

LAST_MESSAGES: Final = 5.0
"""Seconds that text messages get to go out when the call is over."""


class Notices:
    """What is told of one call."""

    def __init__(self, owner: FrameProcessor, notify: Notify, context: CallContext) -> None:
        self._owner = owner
        self._notify = notify
        self._context = context
        self._sending: set[asyncio.Task[None]] = set()

    def send(self, kind: str, reasons: Sequence[str], due: datetime | None = None) -> None:
        """Tell everybody; returns at once.

        Args:
            kind: ``escalation`` or ``callback``.
            reasons: Why a person must take over.
            due: When a callback is due; None: as soon as possible, or there is none.
        """
        notify, context = self._notify, self._context
        if not notify.webhooks and not notify.sms:
            return
        hooks: Webhooks | None = context.resources.get(WEBHOOKS)
        messages: Messages | None = context.resources.get(MESSAGES)
        if notify.webhooks and hooks is not None:
            delivery = f"{context.info.call_sid}-{kind}-{round(context.clock() * 1000)}"
            body = json.dumps(self._news(kind, reasons, due)).encode()
            hooks.send(notify.webhooks, body, delivery)
        if notify.sms and messages is not None:
            sending = self._owner.create_task(self._send_sms(messages, kind, reasons), "sms")
            self._sending.add(sending)
            sending.add_done_callback(self._sending.discard)
        context.record("notified", what=kind, webhooks=len(notify.webhooks), sms=len(notify.sms))

    async def close(self) -> None:
        """Give what is being sent a little time."""
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=LAST_MESSAGES)
            for sending in late:
                await self._owner.cancel_task(sending)

    async def _send_sms(self, messages: Messages, kind: str, reasons: Sequence[str]) -> None:
        info, notify = self._context.info, self._notify
        about = ", ".join(reason.replace("_", " ") for reason in reasons)
        caller = info.caller or "number withheld"
        body = f"{info.file_name}: {kind} ({about}), caller {caller}, call {info.call_sid}"
        for number in notify.sms:
            await messages.send_sms(number, notify.sms_from or info.called, body, info.account_sid)

    def _news(self, kind: str, reasons: Sequence[str], due: datetime | None) -> dict[str, Any]:
        context = self._context
        info = context.info
        return {
            "version": 1,
            "kind": kind,
            "call_sid": info.call_sid,
            "caller": info.caller,
            "called": info.called,
            "call_file": info.file_name,
            "at": iso(context.wall_time()),
            "reasons": list(reasons),
            "callback_due": iso(due),
            "memory": context.memory.as_dict(),
        }


def iso(at: datetime | None) -> str | None:
    """A moment as records have it."""
    return None if at is None else at.isoformat(timespec="seconds")
