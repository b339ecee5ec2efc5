"""A text model over HTTP: what is asked, and what of the answer is taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from openai.types.chat import ChatCompletion

from processors.state.prices import KindTokens, Tokens
from processors.text_model import TextModelError
from transports.openai_text.model import OpenAITextModel

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_790_000_000,
    "model": "some-model",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "logprobs": None,
            "message": {"role": "assistant", "content": '{"a": 1}', "refusal": None},
        }
    ],
    "usage": {
        "prompt_tokens": 90,
        "completion_tokens": 12,
        "total_tokens": 102,
        "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
    },
}


class Api:
    """A server that answers Chat Completions, and keeps what it was asked."""

    def __init__(self, answer: Any, status: int = 200) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._answer = answer
        self._status = status

    async def complete(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        self.headers.append(dict(request.headers))
        return web.json_response(self._answer, status=self._status)


@asynccontextmanager
async def model_at(api: Api) -> AsyncIterator[OpenAITextModel]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", api.complete)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    model = OpenAITextModel(base_url=f"http://127.0.0.1:{port}/v1", api_key="sk-test")
    try:
        yield model
    finally:
        await model.close()
        await runner.cleanup()


async def test_it_asks_for_json_with_key_instructions_and_text() -> None:
    ChatCompletion.model_validate(COMPLETION)
    api = Api(COMPLETION)
    async with model_at(api) as model:
        written = await model.write("some-model", "Sum up.", "Caller: Hello.")

    assert written.text == '{"a": 1}'
    (asked,) = api.asked
    assert asked["model"] == "some-model"
    assert asked["response_format"] == {"type": "json_object"}
    assert asked["messages"] == [
        {"role": "system", "content": "Sum up."},
        {"role": "user", "content": "Caller: Hello."},
    ]
    assert api.headers[0]["Authorization"] == "Bearer sk-test"


async def test_its_tokens_are_told_as_the_speaking_models_are() -> None:
    async with model_at(Api(COMPLETION)) as model:
        written = await model.write("some-model", "Sum up.", "Caller: Hello.")

    assert Tokens.of(written.usage) == Tokens(text=KindTokens(90, 64, 12))
    assert written.usage["total_tokens"] == 102


async def test_an_answer_without_usage_has_none() -> None:
    async with model_at(Api({**COMPLETION, "usage": None})) as model:
        assert (await model.write("some-model", "Sum up.", "x")).usage == {}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"error": {"message": "no such model", "type": "x", "code": "model_not_found"}}, 404),
        ({"error": {"message": "bad key", "type": "x", "code": "invalid_api_key"}}, 401),
        ({**COMPLETION, "choices": []}, 200),
        (
            {
                **COMPLETION,
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {"role": "assistant", "content": None},
                    }
                ],
            },
            200,
        ),
    ],
)
async def test_what_is_no_answer_is_an_error_without_the_callers_words(
    answer: Any, status: int
) -> None:
    async with model_at(Api(answer, status)) as model:
        with pytest.raises(TextModelError) as failed:
            await model.write("some-model", "Sum up.", "Caller: My name is Jordan.")

    assert "some-model" in str(failed.value)
    assert "Jordan" not in str(failed.value)
