"""The price list that comes with Callwright, and lists that are none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pipeline.prices import PRICES, load_prices
from pipeline.problem import ConfigError
from processors.state.prices import ModelPrices, TokenPrices
from tests.pipeline.files import write
from transports.openai_realtime.models import REASONING_MODELS

GOOD = """\
as_of: 2026-11-22
models:
  a-model:
    text: {input: 1, cached: 0.1, output: 2}
"""


def test_the_list_has_every_model_that_call_files_are_told_to_use() -> None:
    prices = load_prices()

    assert set(prices.models) >= REASONING_MODELS
    assert prices.models["gpt-realtime-2.1"] == ModelPrices(
        TokenPrices(4.0, 0.4, 24.0), TokenPrices(32.0, 0.4, 64.0)
    )
    assert prices.as_of.year == 2026


def test_it_is_packaged_with_the_code() -> None:
    project = tomllib.loads((PRICES.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))

    packaged = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    assert PRICES.parent.name in packaged


def test_a_list_of_ones_own_is_read(tmp_path: Path) -> None:
    prices = load_prices(write(tmp_path, GOOD, "prices.yaml"))

    assert prices.models["a-model"].audio is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "a: [",
        "as_of: yesterday\nmodels: {}",
        GOOD.replace("0.1", "cheap"),
        GOOD.replace("output: 2", "outputs: 2"),
        GOOD + "currency: EUR\n",
    ],
)
def test_a_list_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text, "prices.yaml")

    with pytest.raises(ConfigError, match=r"prices\.yaml: no price list: "):
        load_prices(path)


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no price list"):
        load_prices(tmp_path / "prices.yaml")
