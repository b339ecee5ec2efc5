"""What a response costs in tokens, by the rules that the bill follows.

The caller's audio is one token for 100 ms, the assistant's one for 50 ms, and the whole
conversation is input again for each response; what begins as the last input began is cached
(OpenAI, Realtime managing costs guide). Text is taken at four characters a token.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from transports.simulated.conversation import Item

CALLER_MS_PER_TOKEN: Final = 100
ASSISTANT_MS_PER_TOKEN: Final = 50
_IMAGE_TOKENS: Final = 765


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a model's input that is cached whole or not at all.

    Attributes:
        key: What it is; a changed item has another one.
        text: Tokens of text.
        audio: Tokens of audio.
        image: Tokens of images.
    """

    key: tuple[object, ...]
    text: int = 0
    audio: int = 0
    image: int = 0


def text_tokens(text: str) -> int:
    """Tokens of a text: one for four characters, rounded up."""
    return math.ceil(len(text) / 4)


def segments(instructions: str, tools: list[Any], items: Iterable[Item]) -> list[Segment]:
    """A response's input: instructions and tools first, then the items in order."""
    head = instructions + (json.dumps(tools) if tools else "")
    return [Segment(("head", head), text=text_tokens(head)), *map(_segment, items)]


def _segment(item: Item) -> Segment:
    text = text_tokens(item.name + item.arguments + item.output)
    audio, image = 0.0, 0
    for part in item.content:
        if part.type in ("input_text", "output_text"):
            text += text_tokens(part.text)
        elif part.type == "input_image":
            image += _IMAGE_TOKENS
        elif part.type == "output_audio":
            text += text_tokens(part.transcript or "")
    per_token = ASSISTANT_MS_PER_TOKEN if item.role == "assistant" else CALLER_MS_PER_TOKEN
    audio = math.ceil(item.audio_ms / per_token)
    return Segment((item.id, audio, text), text, audio, image)


class UsageMeter:
    """Counts what responses take in and put out, and what of it was cached."""

    def __init__(self) -> None:
        self._previous: list[Segment] = []

    def read(self, context: list[Segment]) -> dict[str, Any]:
        """The input part of a response's usage; the next one is compared with it."""
        cached: list[Segment] = []
        for before, now in zip(self._previous, context, strict=False):
            if before.key != now.key:
                break
            cached.append(now)
        self._previous = context
        return {
            **_sums(context),
            "cached_tokens": sum(_sums(cached).values()),
            "cached_tokens_details": _sums(cached),
        }


def usage(
    input_details: dict[str, Any], output_text: int, output_audio_ms: float
) -> dict[str, Any]:
    """The ``usage`` of a finished response."""
    audio = math.ceil(output_audio_ms / ASSISTANT_MS_PER_TOKEN)
    taken = sum(input_details[kind] for kind in ("text_tokens", "audio_tokens", "image_tokens"))
    return {
        "total_tokens": taken + output_text + audio,
        "input_tokens": taken,
        "output_tokens": output_text + audio,
        "input_token_details": input_details,
        "output_token_details": {"text_tokens": output_text, "audio_tokens": audio},
    }


def _sums(parts: list[Segment]) -> dict[str, int]:
    return {
        "text_tokens": sum(part.text for part in parts),
        "audio_tokens": sum(part.audio for part in parts),
        "image_tokens": sum(part.image for part in parts),
    }
