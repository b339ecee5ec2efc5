"""A text model of the OpenAI API, or of any server that speaks its Chat Completions."""

from __future__ import annotations

from typing import Any, Final

from openai import AsyncOpenAI, OpenAIError
from openai.types import CompletionUsage

from processors.text_model import TextModelError, Written

REQUEST_TIMEOUT: Final = 60.0
"""Seconds after which a request is given up; whoever asks has a shorter limit of their own."""


class OpenAITextModel:
    """Answers through the ``openai`` client. One for a process; ``close`` it."""

    def __init__(self, *, base_url: str, api_key: str) -> None:
        """Know where it is.

        Args:
            base_url: The API's base, e.g. ``https://api.openai.com/v1``.
            api_key: Sent as bearer token; may be empty where the server needs none.
        """
        self._client = AsyncOpenAI(
            base_url=base_url, api_key=api_key or "none", timeout=REQUEST_TIMEOUT, max_retries=1
        )

    async def write(self, model: str, instructions: str, text: str) -> Written:
        """Have ``model`` do with ``text`` what the instructions say; they ask for JSON.

        Raises:
            TextModelError: It can't be reached, refuses, or says nothing.
        """
        try:
            completion = await self._client.chat.completions.create(
                model=model,
                messages=[
                    {"role": "system", "content": instructions},
                    {"role": "user", "content": text},
                ],
                # Any model that takes a format takes this one; the schema is in the instructions.
                response_format={"type": "json_object"},
            )
        except OpenAIError as error:
            raise TextModelError(f"{model}: {type(error).__name__}") from error
        answer = completion.choices[0].message.content if completion.choices else None
        if not answer:
            raise TextModelError(f"{model}: an empty answer")
        return Written(answer, _usage(completion.usage))

    async def close(self) -> None:
        """Close its connections."""
        await self._client.close()


def _usage(usage: CompletionUsage | None) -> dict[str, Any]:
    """The tokens, as ``response.done`` of the Realtime API names them."""
    if usage is None:
        return {}
    details = usage.prompt_tokens_details
    cached = (details.cached_tokens or 0) if details is not None else 0
    return {
        "total_tokens": usage.total_tokens,
        "input_tokens": usage.prompt_tokens,
        "output_tokens": usage.completion_tokens,
        "input_token_details": {
            "text_tokens": usage.prompt_tokens,
            "audio_tokens": 0,
            "cached_tokens": cached,
            "cached_tokens_details": {"text_tokens": cached, "audio_tokens": 0},
        },
        "output_token_details": {"text_tokens": usage.completion_tokens, "audio_tokens": 0},
    }
