"""The model calls a business's system, described in the call file; late, in vain, and well."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.catalog import Catalog
from tests.virtual_loop import virtual
from tests.whole_call.harness import BYE, HOURS, Held, World, call_file, hold
from transports.http_tools.exchange import HttpAnswer, HttpRequest
from transports.simulated.caller_steps import Listen, Say, StaySilent, Step

TOOL = """\
tools:
  - type: http
    name: order_status
    description: Look up the status of an order.
    parameters: {number: {type: integer, description: The number of the order.}}
    url: https://api.example.com/orders/{number}
    result: {say: $.status}
    timeout: 20
    retries: 1
"""


@dataclass
class Orders:
    """The business's system."""

    takes: float = 0.0
    answers: int = 1
    asked: list[str] = field(default_factory=list)

    async def __call__(self, request: HttpRequest) -> HttpAnswer:
        self.asked.append(request.url)
        await asyncio.sleep(self.takes)
        if len(self.asked) > self.answers:
            raise ConnectionResetError("gone")
        return HttpAnswer(200, json.dumps({"status": "It is on its way."}).encode())


def desk(folder: Path) -> Catalog:
    return call_file(folder, tail=TOOL)


def asking(*then: Step) -> list[Step]:
    return [
        Listen(),
        Say("Could you tell me the status of order 7?"),
        *then,
        Listen(quiet=6.0),
        Say(BYE),
        Listen(),
    ]


def outputs(held: Held) -> list[str]:
    return [
        event["item"]["output"]
        for event in held.told_model("conversation.item.create")
        if event["item"]["type"] == "function_call_output"
    ]


@virtual
async def test_what_the_system_says_is_heard(tmp_path: Path) -> None:
    orders = Orders()

    held = await hold(desk(tmp_path), asking(), World(http_exchange=orders))

    assert held.broken == []
    assert orders.asked == ["https://api.example.com/orders/7"]
    assert "It is on its way." in " ".join(held.heard)


@virtual
async def test_late_result_is_told_after_another_turn(tmp_path: Path) -> None:
    script = asking(StaySilent(1.5), Say("And when are you open, please?"))

    held = await hold(desk(tmp_path), script, World(http_exchange=Orders(takes=5.0)))

    assert held.broken == []
    heard = " ".join(held.heard)
    assert heard.index(HOURS) < heard.index("It is on its way.")
    assert held.of("tool_ended")[0]["ok"] is True


@virtual
async def test_system_that_fails_is_told_in_one_sentence(tmp_path: Path) -> None:
    held = await hold(desk(tmp_path), asking(), World(http_exchange=Orders(answers=0)))

    assert held.broken == []
    assert held.of("tool_ended")[0]["ok"] is False
    assert outputs(held)[0] == "The function order_status got no answer from its service."
