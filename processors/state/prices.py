"""What responses cost: tokens by kind, and prices by model.

Audio and text have prices of their own, input that is cached a third one; the tokens stand in the
``usage`` of each ``response.done`` (OpenAI, Realtime managing costs guide).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PER = 1_000_000
"""Prices are for so many tokens."""


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """Prices of one kind of token, USD a million.

    Attributes:
        input: Taken in anew.
        cached: Taken in, and known from before.
        output: Put out.
    """

    input: float
    cached: float
    output: float


@dataclass(frozen=True, slots=True)
class ModelPrices:
    """Prices of one model.

    Attributes:
        text: Of text.
        audio: Of audio; None for a model that takes none.
    """

    text: TokenPrices
    audio: TokenPrices | None = None


@dataclass(frozen=True, slots=True)
class KindTokens:
    """Tokens of one kind.

    Attributes:
        input: Taken in, cached ones too.
        cached: Those of them that were.
        output: Put out.
    """

    input: int = 0
    cached: int = 0
    output: int = 0

    def __add__(self, other: KindTokens) -> KindTokens:
        """Both together."""
        return KindTokens(
            self.input + other.input, self.cached + other.cached, self.output + other.output
        )

    def price(self, prices: TokenPrices) -> float:
        """What they cost, USD."""
        fresh = self.input - self.cached
        paid = fresh * prices.input + self.cached * prices.cached + self.output * prices.output
        return paid / PER


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of responses.

    Attributes:
        text: Of text.
        audio: Of audio.
    """

    text: KindTokens = KindTokens()
    audio: KindTokens = KindTokens()

    @classmethod
    def of(cls, usage: Mapping[str, Any] | None) -> Tokens:
        """The tokens of a ``usage``; what it does not tell counts as none."""
        usage = usage or {}
        taken = _part(usage, "input_token_details")
        cached = _part(taken, "cached_tokens_details")
        given = _part(usage, "output_token_details")
        return cls(*(_kind(taken, cached, given, kind) for kind in ("text_tokens", "audio_tokens")))

    def __add__(self, other: Tokens) -> Tokens:
        """Both together."""
        return Tokens(self.text + other.text, self.audio + other.audio)

    @property
    def input(self) -> int:
        """All that were taken in, cached ones too."""
        return self.text.input + self.audio.input

    @property
    def cached(self) -> int:
        """Those that were taken in and known from before."""
        return self.text.cached + self.audio.cached

    @property
    def output(self) -> int:
        """All that were put out."""
        return self.text.output + self.audio.output

    def price(self, prices: ModelPrices) -> float:
        """What they cost, USD."""
        audio = 0.0 if prices.audio is None else self.audio.price(prices.audio)
        return self.text.price(prices.text) + audio


def _kind(
    taken: Mapping[str, Any], cached: Mapping[str, Any], given: Mapping[str, Any], kind: str
) -> KindTokens:
    return KindTokens(_count(taken, kind), _count(cached, kind), _count(given, kind))


def _part(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = usage.get(name)
    return part if isinstance(part, Mapping) else {}


def _count(part: Mapping[str, Any], name: str) -> int:
    count = part.get(name)
    return count if isinstance(count, int) else 0
