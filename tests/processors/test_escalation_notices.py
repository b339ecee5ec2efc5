"""Who is told of an escalation, and of what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from processors.call_record import WEBHOOKS
from processors.escalation_notices import Notices
from processors.escalation_parts import Notify
from processors.state.memory import CallMemory, Remembered
from tests.processors.stage import Call, Ear

HOOK = "https://example.com/escalations"
DUE = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


class Hooks:
    def __init__(self) -> None:
        self.sent: list[tuple[tuple[str, ...], bytes, str]] = []

    def send(self, urls: Sequence[str], body: bytes, delivery: str) -> None:
        self.sent.append((tuple(urls), body, delivery))


def test_a_webhook_has_reasons_memory_and_when_a_callback_is_due() -> None:
    call, hooks = Call(), Hooks()
    context = call.context
    context.resources[WEBHOOKS] = hooks
    context.memory = CallMemory(fields={"name": Remembered("Ana", confirmed=True)})

    Notices(Ear("owner"), Notify(webhooks=(HOOK,)), context).send("callback", ["anger"], DUE)

    ((urls, body, delivery),) = hooks.sent
    news = json.loads(body)
    assert urls == (HOOK,)
    assert delivery.startswith("CA1-callback-")
    assert (news["kind"], news["reasons"], news["callback_due"]) == (
        "callback",
        ["anger"],
        "2026-11-23T14:00:00+00:00",
    )
    assert news["memory"]["fields"]["name"] == {"value": "Ana", "confirmed": True}
    assert call.journal("notified") == [{"what": "callback", "webhooks": 1, "sms": 0}]


def test_nobody_is_told_where_the_file_names_nobody() -> None:
    call, hooks = Call(), Hooks()
    context = call.context
    context.resources[WEBHOOKS] = hooks

    Notices(Ear("owner"), Notify(), context).send("escalation", ["person"])

    assert hooks.sent == []
    assert call.journal("notified") == []
