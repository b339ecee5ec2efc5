"""What responses cost."""

from __future__ import annotations

import pytest
from openai.types.realtime import RealtimeResponseUsage

from processors.state.prices import KindTokens, ModelPrices, TokenPrices, Tokens

PRICES = ModelPrices(
    text=TokenPrices(input=4.0, cached=0.4, output=24.0),
    audio=TokenPrices(input=32.0, cached=0.4, output=64.0),
)

# The example of OpenAI's Realtime managing costs guide, with some cached audio.
USAGE = {
    "total_tokens": 253,
    "input_tokens": 132,
    "output_tokens": 121,
    "input_token_details": {
        "text_tokens": 119,
        "audio_tokens": 13,
        "image_tokens": 0,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 60, "audio_tokens": 4, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
}


def test_the_example_is_a_usage_of_the_api() -> None:
    assert RealtimeResponseUsage.model_validate(USAGE).model_dump(exclude_unset=True) == USAGE


def test_tokens_are_read_by_kind() -> None:
    tokens = Tokens.of(USAGE)

    assert tokens == Tokens(KindTokens(119, 60, 30), KindTokens(13, 4, 91))
    assert (tokens.input, tokens.cached, tokens.output) == (132, 64, 121)


def test_fresh_cached_and_put_out_tokens_each_have_their_price() -> None:
    usd = Tokens.of(USAGE).price(PRICES)

    text = 59 * 4.0 + 60 * 0.4 + 30 * 24.0
    audio = 9 * 32.0 + 4 * 0.4 + 91 * 64.0
    assert usd == pytest.approx((text + audio) / 1_000_000)


def test_a_minute_of_speech_costs_what_the_price_list_says() -> None:
    caller = Tokens(audio=KindTokens(input=600))
    assistant = Tokens(audio=KindTokens(output=1200))

    assert caller.price(PRICES) == pytest.approx(0.0192)
    assert assistant.price(PRICES) == pytest.approx(0.0768)


def test_tokens_add_up() -> None:
    tokens = Tokens.of(USAGE)

    assert tokens + Tokens() == tokens
    assert (tokens + tokens).price(PRICES) == pytest.approx(2 * tokens.price(PRICES))


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"input_tokens": 5},
        {"input_token_details": None, "output_token_details": {"text_tokens": "many"}},
    ],
)
def test_what_a_usage_does_not_tell_counts_as_none(usage: dict[str, object] | None) -> None:
    assert Tokens.of(usage) == Tokens()


def test_a_text_model_has_no_price_for_audio() -> None:
    prices = ModelPrices(TokenPrices(1.0, 0.1, 2.0))

    assert Tokens(text=KindTokens(1_000_000, 0, 0)).price(prices) == pytest.approx(1.0)
