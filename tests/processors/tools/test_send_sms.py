"""Text messages: to whom, how many, and what the model is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import ValidationError

from processors.call_tool import Tool, ToolError
from processors.text_messages import MESSAGES
from processors.tools.send_sms import SendSmsTool
from tests.processors.tools.bench import Bench

ON_CALL = "+12125550177"


@dataclass
class Outbox:
    """Takes messages."""

    works: bool = True
    sent: list[tuple[str, str, str]] = field(default_factory=list)

    async def send_sms(self, to: str, sender: str, body: str, account_sid: str = "") -> bool:
        self.sent.append((to, sender, body))
        return self.works


def tool(**settings: Any) -> Tool:
    (found,) = SendSmsTool.model_validate({"type": "send_sms", **settings}).tools()
    return found


def bench(
    outbox: Outbox | None = None, caller: str = "+12125550142", called: str = "+12125550100"
) -> Bench:
    found = Bench(caller=caller, called=called)
    if outbox is not None:
        found.context.resources[MESSAGES] = outbox
    return found


async def test_caller_gets_a_message_from_the_number_that_they_called() -> None:
    outbox = Outbox()
    call = bench(outbox)

    told = await call.run(tool(begins_with="Elm Dental:"), text="Tuesday at nine.")

    assert told == {"sent": True}
    assert outbox.sent == [("+12125550142", "+12125550100", "Elm Dental: Tuesday at nine.")]
    assert call.call.journal("sms") == [{"sent": True, "to": "caller"}]


async def test_others_get_one_only_if_the_file_names_them() -> None:
    outbox = Outbox()
    send = tool(to={"on_call": ON_CALL}, sender="+12125550199")

    told = await bench(outbox).run(send, text="Please call.", to="on_call")
    refused = await bench(outbox).run(send, text="Please call.", to="+19005550100")

    assert send.parameters["properties"]["to"]["enum"] == ["caller", "on_call"]
    assert told == {"sent": True}
    assert outbox.sent == [(ON_CALL, "+12125550199", "Please call.")]
    assert refused == {
        "sent": False,
        "why": "messages go to caller, on_call, and to nobody else",
    }


@pytest.mark.parametrize(
    ("facts", "arguments", "why"),
    [
        ({}, {"text": " "}, "no words"),
        ({}, {}, "no words"),
        ({"caller": "anonymous"}, {"text": "x"}, "is not known"),
        ({"caller": "+266696687"}, {"text": "x"}, "is not known"),
        ({"called": ""}, {"text": "x"}, "no number to send from"),
    ],
)
async def test_message_that_cannot_be_sent_is_not(
    facts: dict[str, str], arguments: dict[str, str], why: str
) -> None:
    outbox = Outbox()

    told = await bench(outbox, **facts).run(tool(), **arguments)

    assert why in told["why"]
    assert outbox.sent == []


async def test_call_sends_so_many_and_no_more() -> None:
    outbox = Outbox()
    call, send = bench(outbox), tool(most=2)

    told = [await call.run(send, text=str(number)) for number in range(3)]

    assert [one["sent"] for one in told] == [True, True, False]
    assert len(outbox.sent) == 2


async def test_message_that_twilio_does_not_take_fails() -> None:
    with pytest.raises(ToolError, match="could not send"):
        await bench(Outbox(works=False)).run(tool(), text="x")
    with pytest.raises(ToolError, match="nobody sends"):
        await bench().run(tool(), text="x")


def test_numbers_and_names_are_checked() -> None:
    for to in ({"On Call": ON_CALL}, {"on_call": "555"}):
        with pytest.raises(ValidationError):
            tool(to=to)
