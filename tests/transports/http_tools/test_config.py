"""HTTP tools: what is asked, how often, and what the model is told."""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import ValidationError

from processors.call_tool import ToolArgumentsError, ToolError
from tests.processors.tools.bench import Bench
from tests.virtual_loop import virtual
from transports.http_tools.config import HttpTool
from transports.http_tools.exchange import (
    HTTP_EXCHANGE,
    HttpAnswer,
    HttpRequest,
    PrivateAddressError,
)

SLOTS = {
    "type": "http",
    "name": "find_slots",
    "description": "Look up free times.",
    "parameters": {
        "day": {"description": "YYYY-MM-DD"},
        "count": {"type": "integer", "required": False},
    },
    "url": "https://api.example.com/v1/slots/{day}",
}
"""A tool that asks for the slots of a day."""

Given = HttpAnswer | OSError | float


@dataclass
class System:
    """A business's system: gives its answers in turn, and notes what it was asked."""

    answers: deque[Given] = field(default_factory=deque)
    asked: list[HttpRequest] = field(default_factory=list)

    async def __call__(self, request: HttpRequest) -> HttpAnswer:
        self.asked.append(request)
        answer = self.answers.popleft()
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return HttpAnswer(200)
        if isinstance(answer, OSError):
            raise answer
        return answer


def found(data: Any, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, json.dumps(data).encode())


def sent_to(location: str, status: int = 302) -> HttpAnswer:
    return HttpAnswer(status, location=location)


async def run(
    system: System, settings: dict[str, Any], answers: list[Given], **arguments: Any
) -> Any:
    """Call a tool of these settings once."""
    system.answers.extend(answers)
    bench = Bench()
    bench.context.resources[HTTP_EXCHANGE] = system
    (tool,) = HttpTool.model_validate({**SLOTS, **settings}).tools()
    return await bench.run(tool, **arguments)


def test_model_is_told_how_to_call_it() -> None:
    (tool,) = HttpTool.model_validate({**SLOTS, "filler": "I'm looking."}).tools()

    assert (tool.name, tool.description) == ("find_slots", "Look up free times.")
    assert tool.parameters == {
        "type": "object",
        "properties": {
            "day": {"type": "string", "description": "YYYY-MM-DD"},
            "count": {"type": "integer"},
        },
        "required": ["day"],
    }
    assert (tool.timeout, tool.filler) == (8.0, "I'm looking.")


@virtual
async def test_what_the_model_gives_stands_in_address_query_and_body_encoded() -> None:
    system = System()
    settings = {
        "method": "POST",
        "query": {"n": "{count}", "from": "{call.caller}", "who": "me & you"},
        "headers": {"Authorization": "Bearer s3cret"},
        "body": {"day": "{day}", "count": "{count}", "note": "for {day}, {count} people", "x": [1]},
    }

    await run(system, settings, [found({})], day="a/b?c", count=3)
    await run(system, settings, [found({})], day="2026-01-06")

    first, second = system.asked
    assert first.url == (
        "https://api.example.com/v1/slots/a%2Fb%3Fc?n=3&from=%2B12125550142&who=me+%26+you"
    )
    assert first.headers["Authorization"] == "Bearer s3cret"
    assert first.headers["Content-Type"] == "application/json"
    assert json.loads(first.body or b"") == {
        "day": "a/b?c",
        "count": 3,
        "note": "for a/b?c, 3 people",
        "x": [1],
    }
    assert "n=" not in second.url
    assert json.loads(second.body or b"")["note"] == "for 2026-01-06,  people"
    assert "count" not in json.loads(second.body or b"")
    assert "s3cret" not in repr(first) + repr(HttpTool.model_validate({**SLOTS, **settings}))


@virtual
async def test_form_is_sent_as_one() -> None:
    system = System()

    await run(system, {"method": "POST", "form": {"day": "{day}"}}, [HttpAnswer(204)], day="1 2")

    assert system.asked[0].body == b"day=1+2"
    assert system.asked[0].headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("result", "answer", "told"),
    [
        (None, found({"a": [1]}), '{"a": [1]}'),
        (None, HttpAnswer(200, b"plain words"), "plain words"),
        (None, HttpAnswer(204), '{"status": "done"}'),
        ("$.slots[*].time", found({"slots": [{"time": "9"}, {"time": "10"}]}), '["9", "10"]'),
        ("$.note", found({"note": "closed"}), "closed"),
        ("$.gone", found({}), "nothing"),
        ({"a": "$.x", "b": "$.y"}, found({"x": 1}), '{"a": 1, "b": "nothing"}'),
        (None, found({"why": "?"}, 404), '{"error": "not found", "status": 404}'),
        (None, found({"why": "?"}, 422), '{"error": "refused", "status": 422}'),
    ],
)
def test_model_is_told_what_the_file_wants_of_the_answer(
    result: Any, answer: HttpAnswer, told: str
) -> None:
    @virtual
    async def ask() -> None:
        assert await run(System(), {"result": result}, [answer], day="x") == told

    ask()


@virtual
async def test_result_is_capped() -> None:
    told = await run(System(), {"max_chars": 100}, [found("x" * 5000)], day="d")

    assert told == "x" * 100 + " (cut: it goes on)"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "day is missing"),
        ({"day": ["x"]}, "day is no string"),
        ({"day": "d", "count": "3"}, "count is no integer"),
        ({"day": "d", "count": True}, "count is no integer"),
        ({"day": "..", "count": 1}, "day can't be part of an address"),
    ],
)
async def test_nobody_is_asked_with_wrong_arguments(arguments: dict[str, Any], told: str) -> None:
    system = System()

    with pytest.raises(ToolArgumentsError, match=f"^was not run: {re.escape(told)}$"):
        await run(system, {}, [], **arguments)
    assert system.asked == []


async def test_choice_and_switch_are_checked_too() -> None:
    settings = {
        "parameters": {"day": {"enum": ["mon", "tue"]}, "late": {"type": "boolean"}},
        "query": {"late": "{late}"},
    }
    system = System()

    with pytest.raises(ToolArgumentsError, match="day is not one of mon, tue"):
        await run(system, settings, [], day="wed", late=False)
    await run(system, settings, [found({})], day="tue", late=False)

    assert system.asked[0].url.endswith("/tue?late=false")


@virtual
async def test_safe_methods_are_tried_again_and_others_not() -> None:
    failing: list[Given] = [found({}, 503), ConnectionResetError("gone"), found({"ok": True})]
    patient, hasty = System(), System()

    assert await run(patient, {}, failing, day="d") == '{"ok": true}'
    with pytest.raises(ToolError, match="got no answer"):
        await run(hasty, {"method": "POST"}, failing, day="d")

    assert (len(patient.asked), len(hasty.asked)) == (3, 1)
    assert asyncio.get_running_loop().time() == pytest.approx(0.3 + 0.6)


@virtual
async def test_system_that_never_answers_is_given_up_in_time() -> None:
    system = System()

    with pytest.raises(ToolError, match="got no answer"):
        await run(system, {"timeout": 6, "retries": 1}, [60.0, 60.0], day="d")

    assert len(system.asked) == 2
    assert asyncio.get_running_loop().time() < 6.0


@virtual
async def test_redirects_are_followed_to_hosts_that_are_allowed() -> None:
    system = System()
    answers: list[Given] = [
        sent_to("/v2/slots"),
        sent_to("https://cdn.example.com/slots"),
        found({"ok": 1}),
    ]
    settings = {"hosts": ["CDN.example.com"], "headers": {"X-Key": "k"}}

    assert await run(system, settings, answers, day="d") == '{"ok": 1}'

    assert [one.url for one in system.asked[1:]] == [
        "https://api.example.com/v2/slots",
        "https://cdn.example.com/slots",
    ]
    assert [dict(one.headers) for one in system.asked[1:]] == [{"X-Key": "k"}, {}]


@pytest.mark.parametrize(
    ("status", "method", "body"), [(303, "GET", None), (302, "GET", None), (307, "POST", b"{}")]
)
def test_redirect_keeps_the_method_only_where_it_says_so(
    status: int, method: str, body: bytes | None
) -> None:
    @virtual
    async def ask() -> None:
        system = System()
        settings = {"method": "POST", "body": {}}

        await run(system, settings, [sent_to("/there", status), found({})], day="d")

        assert (system.asked[1].method, system.asked[1].body) == (method, body)

    ask()


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([sent_to("https://evil.example.net/")], "a host that is not allowed"),
        ([sent_to("http://api.example.com/")], "without encryption"),
        ([sent_to("file:///etc/passwd")], "a host that is not allowed"),
        ([sent_to("/again")] * 9, "without end"),
        ([PrivateAddressError("10.0.0.1")], "may not reach"),
        ([HttpAnswer(200, b"x", too_long=True)], "too long"),
        ([HttpAnswer(200, b"<html>")], "can't be read"),
    ],
)
async def test_what_is_not_allowed_or_not_readable_fails(answers: list[Given], why: str) -> None:
    with pytest.raises(ToolError, match=why):
        await run(System(), {"result": "$.x"}, answers, day="d")


async def test_call_without_a_way_out_says_so() -> None:
    (tool,) = HttpTool.model_validate(SLOTS).tools()

    with pytest.raises(ToolError, match="can't be used"):
        await Bench().run(tool, day="d")


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"url": "http://api.example.com/"}, "https:// and a host"),
        ({"url": "ftp://api.example.com/", "private": True}, "https:// or http://"),
        ({"url": "https://{day}.example.com/"}, "a host that is no parameter"),
        ({"url": "https://me:word@example.com/"}, "a host that is no parameter"),
        ({"url": "https://api.example.com/{week}"}, "one of day, count, call.caller"),
        ({"url": "https://api.example.com/{count}"}, "if it is `required`"),
        ({"query": {"a": "{call.secret}"}}, "only if it is one of"),
        ({"body": {"a": [{"b": "{nope}"}]}}, "only if it is one of"),
        ({"body": {}, "form": {}}, "not both"),
        ({"result": "$.["}, "a JSONPath"),
        ({"result": {"a": "$$"}}, "a JSONPath"),
        ({"retries": 9}, "less than or equal to 5"),
    ],
)
def test_file_that_cannot_work_is_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why.replace("$", r"\$")):
        HttpTool.model_validate({**SLOTS, **settings})
