"""The models' prices, from the one file that has them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.problem import ConfigError, Place, Problem
from processors.block import Block
from processors.state.prices import ModelPrices

PRICES: Final = Path(__file__).with_name("prices.yaml")


class PriceList(Block):
    """What models cost, and when somebody looked."""

    as_of: date
    """The day on which the prices were read."""

    models: dict[Annotated[str, Field(min_length=1)], ModelPrices]
    """The prices, by the model's name."""

    path: Annotated[Path, Field(exclude=True)] = PRICES
    """Where it was read."""


def load_prices(path: Path = PRICES) -> PriceList:
    """Read the price list.

    Raises:
        ConfigError: It can't be read, or says something else.
    """
    try:
        data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        return PriceList.model_validate({**data, "path": path})
    except (OSError, TypeError, YAMLError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise ConfigError([Problem(Place(str(path)), f"no price list: {first}")]) from error
