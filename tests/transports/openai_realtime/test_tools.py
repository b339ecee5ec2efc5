"""Functions that the model calls."""

from __future__ import annotations

import asyncio
import json

import pytest

from processors.call_tool import Tool
from processors.context import Speech
from processors.frames import EndCallFrame
from processors.tool_frames import ToolEndedFrame, ToolFailedFrame
from processors.tools.python import PythonTool
from tests.transports.openai_realtime import sample_tools
from tests.transports.openai_realtime.harness import Call, running_call
from tests.transports.openai_realtime.test_service import pcmu
from transports.openai_realtime.tools import OUTPUT_LIMIT, as_output

HERE = "tests.transports.openai_realtime.sample_tools"


def sample(name: str, timeout: float = 20.0) -> Tool:
    return PythonTool(use=f"{HERE}:{name}", timeout=timeout).tools()[0]


SPEECH = Speech(
    prompt="p",
    greeting="Hello.",
    tools=(
        sample("look_up"),
        sample("slow", timeout=0.05),
        sample("broken"),
        sample("silent"),
    ),
)


async def greeted(call: Call) -> None:
    create = await call.model.expect("response.create")
    await call.model.response("resp_1", create)
    await call.model.done("resp_1")


async def call_function(
    call: Call, name: str, call_id: str, arguments: str = "{}", status: str = "completed"
) -> None:
    await call.model.emit(
        {
            "type": "response.output_item.done",
            "response_id": "resp_2",
            "item": {
                "id": f"fc_{call_id}",
                "type": "function_call",
                "status": status,
                "name": name,
                "call_id": call_id,
                "arguments": arguments,
            },
        }
    )


async def output(call: Call) -> tuple[str, str]:
    event = await call.model.expect("conversation.item.create")
    return event["item"]["call_id"], event["item"]["output"]


async def test_tools_of_the_file_and_end_call_are_in_the_session() -> None:
    async with running_call(speech=SPEECH) as call:
        await call.model.expect("response.create")

        tools = {tool["name"]: tool for tool in call.model.session["tools"]}
        assert set(tools) == {"look_up", "slow", "broken", "silent", "end_call"}
        assert tools["look_up"]["parameters"]["properties"]["street"]["type"] == "string"


async def test_two_calls_give_two_outputs_and_then_one_response() -> None:
    async with running_call(speech=SPEECH) as call:
        await greeted(call)
        await call.model.response("resp_2")
        await call_function(call, "look_up", "c1", '{"street": "Elm"}')
        await call_function(call, "look_up", "c2", '{"street": "Oak"}')
        outputs = dict([await output(call), await output(call)])
        assert json.loads(outputs["c1"])["street"] == "Elm"
        assert json.loads(outputs["c2"])["street"] == "Oak"
        await call.model.nothing_more()

        await call.model.done("resp_2")

        await call.model.expect("response.create")
        await call.model.nothing_more()


async def test_call_that_was_cut_short_is_not_run() -> None:
    async with running_call(speech=SPEECH) as call:
        await greeted(call)
        await call.model.response("resp_2")
        await call_function(call, "look_up", "c1", '{"street": "El', status="incomplete")
        await call.model.done("resp_2", "cancelled")

        await call.model.nothing_more()
        assert call.journal("tool_started") == []


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("slow", "{}", "took too long"),
        ("broken", "{}", "failed"),
        ("silent", "{}", "reported nothing"),
        ("no_such", "{}", "no function no_such"),
        ("look_up", "[1]", "not a JSON object"),
        ("look_up", "{oops", "not a JSON object"),
        ("look_up", "{}", "The function look_up was not run: it needs street; ask the caller"),
        ("look_up", '{"street": "Elm", "planet": "Mars"}', "was not run: it has no planet."),
    ],
)
async def test_whatever_goes_wrong_the_model_is_told(name: str, arguments: str, told: str) -> None:
    sample_tools.release = asyncio.Event()
    async with running_call(speech=SPEECH) as call:
        await greeted(call)
        await call.model.response("resp_2")
        await call_function(call, name, "c1", arguments)

        assert told in (await output(call))[1]
        await call.model.done("resp_2")
        await call.model.expect("response.create")


async def test_audio_flows_while_a_tool_runs_and_its_output_comes_late() -> None:
    speech = Speech(prompt="p", greeting="Hi.", tools=(sample("slow", timeout=2),))
    sample_tools.release = asyncio.Event()
    async with running_call(speech=speech) as call:
        await greeted(call)
        await call.model.response("resp_2")
        await call_function(call, "slow", "c1")
        await call.model.done("resp_2")
        await call.model.caller_speaks()
        await call.model.caller_turn()
        await call.model.response("resp_3")
        await call.model.item("resp_3", "item_3")
        await call.model.audio("resp_3", "item_3", pcmu(100))
        await call.settle()
        assert [frame.item_id for frame in call.bottom.audio] == ["item_3"]

        sample_tools.release.set()
        assert (await output(call))[1] == "done"
        await call.model.nothing_more()
        await call.model.done("resp_3")
        await call.model.expect("response.create")


async def test_end_call_asks_for_a_goodbye_and_says_so_to_the_pipeline() -> None:
    async with running_call() as call:
        await greeted(call)
        await call.model.response("resp_2")
        await call_function(call, "end_call", "c1", '{"reason": "caller is done"}')
        await call.model.done("resp_2")
        await output(call)

        create = await call.model.expect("response.create")
        assert create["response"]["metadata"]["purpose"] == "goodbye"
        (frame,) = call.bottom.of(EndCallFrame)
        assert frame.reason == "caller is done"


async def test_goodbye_without_audio_hangs_up_at_once() -> None:
    async with running_call() as call:
        await greeted(call)
        await call.model.response("resp_2")
        await call_function(call, "end_call", "c1", '{"reason": "done"}')
        await call.model.done("resp_2")
        await output(call)
        goodbye = await call.model.expect("response.create")
        await call.model.response("resp_3", goodbye)
        await call.model.done("resp_3", "completed")
        await call.settle()

        assert call.phone.hung_up.is_set()


def test_long_output_is_cut() -> None:
    assert len(as_output("x" * 2 * OUTPUT_LIMIT)) < OUTPUT_LIMIT + 10


async def test_output_that_comes_after_the_session_died_is_told_with_its_call() -> None:
    speech = Speech(prompt="p", greeting="Hi.", tools=(sample("slow", timeout=2),))
    sample_tools.release = asyncio.Event()
    async with running_call(speech=speech) as call:
        await greeted(call)
        await call.model.response("resp_2")
        await call_function(call, "slow", "c1")
        await call.model.done("resp_2")
        await call.settle()
        await call.model.sockets[-1].close()
        call.model.accepted.clear()
        async with asyncio.timeout(2):
            await call.model.accepted.wait()
        sample_tools.release.set()

        told = await call.model.expect("conversation.item.create")
        assert told["item"]["type"] == "function_call"
        assert told["item"]["call_id"] == "c1"
        assert await output(call) == ("c1", "done")
        await call.model.expect("response.create")


@pytest.mark.parametrize(
    ("name", "arguments", "reasons"),
    [
        ("broken", "{}", ["raised"]),
        ("no_such", "{}", ["refused"]),
        ("look_up", "[]", ["refused"]),
        # Called amiss, a tool did not fail: the model calls it again.
        ("look_up", "{}", []),
        ("look_up", '{"street": "Elm", "planet": "Mars"}', []),
    ],
)
async def test_processors_hear_of_functions_that_fail(
    name: str, arguments: str, reasons: list[str]
) -> None:
    async with running_call(speech=SPEECH) as call:
        await greeted(call)
        await call.model.response("resp_2")
        await call_function(call, name, "c1", arguments)
        await output(call)
        await call.settle()

        (ended,) = call.bottom.of(ToolEndedFrame)
        assert (ended.function_name, ended.call_id) == (name, "c1")
        assert [failed.reason for failed in call.bottom.of(ToolFailedFrame)] == reasons
        assert all(not entry.fields["ok"] for entry in call.journal("tool_ended"))
