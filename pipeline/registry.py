"""The processors that a call file can name: one union, told apart by ``type``.

To add a processor, add its config class to ``Entry``; the class is the registration.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from processors.configs import (
    CallRecordConfig,
    HangupConfig,
    InterruptionConfig,
    MulawPassthroughConfig,
    RecordingConfig,
    SilenceConfig,
    ToolFillerConfig,
    TranscriptConfig,
    TranscriptSummarizerConfig,
)
from processors.custom import CustomConfig
from processors.escalation_config import EscalationDetectorConfig
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.pipecat_model.config import PipecatModelConfig
from transports.twilio.config import TwilioSerializerConfig

Entry = Annotated[
    TwilioSerializerConfig
    | MulawPassthroughConfig
    | OpenAIRealtimeConfig
    | PipecatModelConfig
    | InterruptionConfig
    | SilenceConfig
    | ToolFillerConfig
    | TranscriptConfig
    | RecordingConfig
    | CallRecordConfig
    | TranscriptSummarizerConfig
    | EscalationDetectorConfig
    | HangupConfig
    | CustomConfig,
    Field(discriminator="type"),
]
"""One entry of a call file's ``pipeline``."""
