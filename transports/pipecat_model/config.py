"""The call file's ``pipecat_model``: pipecat's own services in place of ``openai_realtime``."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import Field

from processors.context import CallContext, ProcessorConfig
from processors.stock import Stock


class StockService(Stock):
    """One of pipecat's services: speech to speech, to text, from text, or a language model."""

    base: ClassVar[type] = FrameProcessor


class PipecatModelConfig(ProcessorConfig):
    """Pipecat's own services as the model: one that hears and speaks, or a chain of several.

    They want PCM, so mulaw_passthrough transcodes, and says so. Cuts are as exact as the services
    are: what Callwright knows of what was heard does not reach them.
    """

    wants_caller_audio: ClassVar[bool] = True

    type: Literal["pipecat_model"]
    """Names this processor."""

    services: Annotated[tuple[StockService, ...], Field(min_length=1)]
    """The services, in the order in which frames meet them. They must tell themselves when the
    caller's turn begins and ends, as speech-to-speech services do."""

    sample_rate: Literal[8000, 16000, 24000] = 24000
    """Hz of the PCM that the first service takes."""

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the services of one call, with what is around them."""
        # Only a call needs it; checking a file must not wait for its imports.
        from transports.pipecat_model.model import pipecat_model

        return pipecat_model(self, context)
