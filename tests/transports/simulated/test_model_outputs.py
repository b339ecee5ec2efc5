"""What responses put out: calls, several items, limits, failures, and what they cost."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from tests.transports.simulated.realtime_client import (
    VOICE,
    realtime_client,
    said,
    user_says,
)
from tests.virtual_loop import virtual
from transports.simulated.brain_script import BrainScript
from transports.simulated.faults import Faults, ModelOptions

GREETING = "Good morning, this is Acme Realty. How can I help you today?"
SCRIPT = BrainScript(greeting=GREETING, facts=("We open at nine.",))
TOOLS = [
    {"type": "function", "name": "book_tour", "description": "Book a tour.", "parameters": {}},
    {"type": "function", "name": "send_brochure", "description": "Send it.", "parameters": {}},
]


@virtual
async def test_parallel_calls_are_items_of_one_response_and_answered_together() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.configure(tools=TOOLS)
        await user_says(client, "Please book a tour and send me the brochure")
        done = await client.respond()
        calls = [item for item in done["output"] if item["type"] == "function_call"]
        for call in calls:
            output = {"type": "function_call_output", "call_id": call["call_id"], "output": "{}"}
            await client.send("conversation.item.create", item=output)
        following = await client.respond()

        assert {call["name"] for call in calls} == {"book_tour", "send_brochure"}
        assert [item["type"] for item in done["output"]] == ["message", *["function_call"] * 2]
        for finished in client.of("response.function_call_arguments.done"):
            streamed = "".join(
                event["delta"]
                for event in client.of("response.function_call_arguments.delta")
                if event["call_id"] == finished["call_id"]
            )
            assert json.loads(finished["arguments"]) == json.loads(streamed) == {}
        assert said(following).startswith("That is done.")


@virtual
async def test_a_cancelled_call_is_done_but_incomplete() -> None:
    async with realtime_client(SCRIPT, ModelOptions(text_chars_per_delta=1)) as client:
        await client.configure(tools=TOOLS, output_modalities=["text"])
        await user_says(client, "Please book a tour")
        await client.send("response.create")
        await client.expect("response.function_call_arguments.delta")
        await client.send("response.cancel")
        done = (await client.expect("response.done"))["response"]

        assert client.of("response.function_call_arguments.done")
        assert [item["status"] for item in done["output"]] == ["completed", "incomplete"]


@virtual
async def test_a_limit_of_tokens_makes_it_incomplete() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone()
        done = await client.respond(max_output_tokens=40)

        assert done["status"] == "incomplete"
        assert done["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
        assert done["output"][0]["status"] == "incomplete"
        assert done["usage"]["output_tokens"] <= 45


@virtual
async def test_usage_follows_the_rules_of_the_bill() -> None:
    async with realtime_client(SCRIPT) as client:
        await client.phone(create_response=False)
        await client.configure(instructions="x" * 400)
        first = await client.respond()
        await client.say("When do you open?", silence_ms=600)
        second = await client.respond()

        heard_ms = client.session.listener.turns[0][1] - client.session.listener.turns[0][0]
        spoken_tokens = -(-VOICE.duration_ms(GREETING) // 50)
        assert first["usage"]["input_token_details"]["text_tokens"] == 100
        assert first["usage"]["input_token_details"]["cached_tokens"] == 0
        assert first["usage"]["output_token_details"] == {
            "text_tokens": len(GREETING) // 4,
            "audio_tokens": spoken_tokens,
        }
        details = second["usage"]["input_token_details"]
        assert details["audio_tokens"] == spoken_tokens + -(-heard_ms // 100)
        assert details["cached_tokens"] == 100
        assert second["usage"]["total_tokens"] == (
            second["usage"]["input_tokens"] + second["usage"]["output_tokens"]
        )


@virtual
async def test_commentary_and_answer_are_items_one_after_the_other() -> None:
    async with realtime_client(SCRIPT, ModelOptions(commentary=True)) as client:
        await client.phone()
        await user_says(client, "When do you open?")
        done = await client.respond()

        assert [item["phase"] for item in done["output"]] == ["commentary", "final_answer"]
        order = [e["output_index"] for e in client.of("response.output_audio.delta")]
        assert all(before <= after for before, after in pairwise(order))
        assert set(order) == {0, 1}


@pytest.mark.parametrize(
    ("code", "kind"),
    [("insufficient_quota", "insufficient_quota"), ("server_error", "server_error")],
)
@virtual
async def test_a_failed_response_says_so_in_response_done_alone(code: str, kind: str) -> None:
    options = ModelOptions(faults=Faults(failed_responses={2: code}))
    async with realtime_client(SCRIPT, options) as client:
        first = await client.respond()
        failed = await client.respond()
        client.session.fail_next_response(code)
        again = await client.respond()

        assert first["status"] == "completed"
        for response in (failed, again):
            assert response["status"] == "failed"
            error = response["status_details"]["error"]
            assert (error["code"], error["type"]) == (code, kind)
            assert response["usage"]["total_tokens"] == 0
        assert not client.of("error")


@virtual
async def test_a_filtered_response_is_incomplete_and_says_why() -> None:
    options = ModelOptions(faults=Faults(failed_responses={1: "content_filter"}))
    async with realtime_client(SCRIPT, options) as client:
        filtered = await client.respond()

        assert filtered["status"] == "incomplete"
        details = filtered["status_details"]
        assert details == {"type": "incomplete", "reason": "content_filter"}
        assert filtered["output"] == []
