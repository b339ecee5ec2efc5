"""A class of somebody else's that a call file names, and what its constructor is called with."""

from __future__ import annotations

import copy
import inspect
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from processors.block import Block
from processors.constructor import MisfitError, fit
from processors.import_path import import_object


def check_fit(use: str, values: dict[str, Any]) -> None:
    """See that a class can be called with what stands under `with:`.

    Raises:
        PydanticCustomError: It can't; with the places that are wrong.
    """
    try:
        fit(import_object(use), values)
    except MisfitError as error:
        parts = {"text": str(error), "parts": error.parts}
        raise PydanticCustomError("parts", "{text}", parts) from error


class Stock(Block):
    """`use:` and `with:`, checked before any call.

    Attributes:
        base: What the class must be a kind of.
    """

    model_config = ConfigDict(validate_by_alias=True, validate_by_name=False)

    base: ClassVar[type] = object

    use: str
    """The class, as `package.module:Class`, importable from where run.py runs."""

    with_: Annotated[dict[str, Any], Field(alias="with", title="With")] = Field(
        default_factory=dict
    )
    """What its constructor is called with. `{use: "package.module:name"}` stands for what it
    names."""

    @field_validator("use")
    @classmethod
    def _is_of_the_kind(cls, use: str) -> str:
        found = import_object(use)
        if not (inspect.isclass(found) and issubclass(found, cls.base)):
            raise ValueError(f"allowed: a subclass of pipecat's {cls.base.__name__}")
        return use

    @field_validator("with_")
    @classmethod
    def _fits(cls, values: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if "use" in info.data:
            check_fit(info.data["use"], values)
        return values

    def make(self) -> Any:
        """Make one for one call."""
        made = import_object(self.use)
        # A call of its own each time: what one call does to a list must not reach the next.
        return made(**copy.deepcopy(fit(made, self.with_)))
