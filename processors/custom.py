"""The call file's ``custom``: any pipecat processor, by import path."""

from __future__ import annotations

import copy
import inspect
from typing import Annotated, Any, Literal

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import ConfigDict, Field, PrivateAttr, ValidationInfo, field_validator

from processors.constructor import CONTEXT, fit, unnamed, wants_context
from processors.context import CallContext, ProcessorConfig
from processors.import_path import import_object
from processors.stock import check_fit

ProcessorClass = type[FrameProcessor]


class CustomConfig(ProcessorConfig):
    """Puts a processor of your own, or one of pipecat's, into the pipeline."""

    model_config = ConfigDict(validate_by_alias=True, validate_by_name=False)

    type: Literal["custom"]
    """Names this kind of entry."""

    use: Annotated[str, Field(examples=["pipecat.processors.logger:FrameLogger"])]
    """The class, as `package.module:Class`: a pipecat FrameProcessor that can be imported from
    where run.py runs."""

    with_: Annotated[dict[str, Any], Field(alias="with", title="With")] = Field(
        default_factory=dict
    )
    """What its constructor is called with. `{use: "package.module:name"}` stands for what it
    names. A parameter `context: CallContext` is filled in by itself."""

    audio: bool = True
    """Whether audio visits it. false: audio passes it by, 50 frames a second cheaper each way."""

    _class: ProcessorClass = PrivateAttr()
    _arguments: dict[str, Any] = PrivateAttr()
    _wants_context: bool = PrivateAttr()

    @field_validator("use")
    @classmethod
    def _is_a_processor(cls, use: str) -> str:
        found = import_object(use)
        if not (inspect.isclass(found) and issubclass(found, FrameProcessor)):
            raise ValueError("allowed: a subclass of pipecat's FrameProcessor")
        return use

    @field_validator("with_")
    @classmethod
    def _fits(cls, values: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if "use" in info.data:
            check_fit(info.data["use"], values)
        return values

    def model_post_init(self, context: Any, /) -> None:
        """Keep what the checks found, so that a call needs no second look."""
        self._class = import_object(self.use)
        self._arguments = fit(self._class, self.with_)
        self._wants_context = wants_context(self._class)

    def visited_by(self, audio: Literal["caller", "assistant"]) -> bool:
        """As the file says; one of our own kind also says it by itself."""
        return self.audio and bool(getattr(self._class, f"wants_{audio}_audio", True))

    def advice(self) -> list[tuple[str, str]]:
        """Settings that no parameter is named after: stock processors ignore them silently."""
        unknown = f"{self._class.__name__} names no such parameter; it may ignore it"
        return [(f"with.{name}", unknown) for name in unnamed(self._class, self.with_)]

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the processor."""
        # A call of its own each time: what one call does to a list must not reach the next.
        arguments = copy.deepcopy(self._arguments)
        if self._wants_context:
            arguments[CONTEXT] = context
        processor = self._class(**arguments)
        if not self.audio:
            processor.wants_caller_audio = False  # type: ignore[attr-defined]  # read by AudioHops
            processor.wants_assistant_audio = False  # type: ignore[attr-defined]  # likewise
        return processor
