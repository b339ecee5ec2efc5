"""The model leg as a pipecat LLM service.

Caller audio goes in as the string that Twilio sent, the assistant's comes out as the string that
the model sent. Tools, metrics and function-call frames are pipecat's; the protocol is ours,
because stock pipecat's service decodes, resamples and truncates by the wall clock.
"""

from __future__ import annotations

import asyncio
import binascii
import dataclasses
from typing import Any, ClassVar

from loguru import logger
from pipecat.adapters.llm.services.open_ai_realtime_adapter import OpenAIRealtimeLLMAdapter
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    FunctionCallFromLLM,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterruptionFrame,
    LLMRunFrame,
    StartFrame,
    TTSSpeakFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import FunctionCallParams, LLMService
from pipecat.services.settings import LLMSettings

from processors.audio_frames import ModelAudioFrame, PcmuInputFrame
from processors.base import AudioHops
from processors.call_tool import Tool
from processors.context import CallContext
from processors.frames import (
    CallInterruptionFrame,
    ConversationTextFrame,
    CutSettledFrame,
    ModelLostFrame,
    ResponseRequestFrame,
    TurnControlFrame,
)
from processors.memory_frames import ConversationNotesFrame
from processors.side_frames import SideQuestionFrame
from processors.state.keypad import KeypadEntry
from processors.timer import DeadlineTimer
from processors.tool_frames import ToolStartedFrame
from transports.openai_realtime import client_events
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.openai_realtime.dialer import ModelDialer, with_turn_control
from transports.openai_realtime.dialogue import Dialogue
from transports.openai_realtime.events import Item, RealtimeProtocolError, ServerEvent
from transports.openai_realtime.link import ModelLink
from transports.openai_realtime.session import RealtimeSession
from transports.openai_realtime.tools import ended_frame, run_tool, schema_of, tools_of


class RealtimeService(AudioHops, LLMService[OpenAIRealtimeLLMAdapter]):
    """One call's model."""

    adapter_class = OpenAIRealtimeLLMAdapter
    wants_caller_audio: ClassVar[bool] = True

    def __init__(self, config: OpenAIRealtimeConfig, context: CallContext) -> None:
        super().__init__(
            name="openai_realtime", enable_direct_mode=True, settings=_settings(config.model)
        )
        self._config = config
        self._context = context
        self._tools: dict[str, Tool] = {tool.name: tool for tool in tools_of(context.speech)}
        self._by_server = False
        self._told_by_server: bool | None = None
        self._keypad = KeypadEntry()
        dialer: ModelDialer = context.resources["model_dialer"]
        self._link = ModelLink(
            self,
            lambda within: dialer.dial(
                context.info.call_sid, config, self._session_fields(), within
            ),
            clock=context.clock,
            connect_timeout=config.connect_timeout,
            reconnect=config.reconnect,
        )
        self._dialogue = Dialogue(
            self, context, self._link.send, answers_turns=config.answers_by_itself
        )
        self._timer = DeadlineTimer(self, self._deadline, self._deadline_passed, context.clock)
        self._run_task: asyncio.Task[None] | None = None
        self._down_since: float | None = None
        self._malformed = 0
        for tool in self._tools.values():
            self.register_function(tool.name, self._run_function, cancel_on_interruption=False)

    # Frames.

    async def caller_audio(self, frame: PcmuInputFrame) -> None:
        """Give the model a piece of the caller's audio, as it came."""
        await self._link.append(frame.payload)

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take what the call wants of the model; pass on what others need, too."""
        if await self._take(frame, direction):
            return
        await self.push_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._run_task = self.create_task(self._run_link(), "model_link")
        elif isinstance(frame, InterruptionFrame):
            by_speech = isinstance(frame, CallInterruptionFrame) and frame.reason == "caller_speech"
            await self._dialogue.interrupted(by_speech=by_speech)
        elif isinstance(frame, (EndFrame, CancelFrame)):
            await self._disconnect()
        self._timer.arm()

    async def cleanup(self) -> None:
        """Close the model's socket, whatever else happens: an open one costs money."""
        await self._disconnect()
        await self._timer.stop()
        await super().cleanup()

    async def _take(self, frame: Frame, direction: FrameDirection) -> bool:
        """Handle a frame that is meant for the model alone.

        Returns:
            Whether it was.
        """
        match frame:
            case InputAudioRawFrame():
                payload = binascii.b2a_base64(frame.audio, newline=False).decode("ascii")
                await self._link.append(payload)
            case InputDTMFFrame():
                entry = self._keypad.pressed(frame.button.value, self._context.clock())
                await self._keys_entered(entry)
                await self.push_frame(frame, direction)
            case ResponseRequestFrame():
                await self._dialogue.request(
                    frame.purpose, instructions=frame.instructions, exact_words=frame.exact_words
                )
            case TTSSpeakFrame():
                await self._dialogue.request(exact_words=frame.text)
            case LLMRunFrame():
                await self._dialogue.request()
            case ConversationTextFrame():
                await self._dialogue.say_to_model(frame.text, frame.role, respond=frame.respond)
            case SideQuestionFrame():
                await self._dialogue.ask_aside(frame)
            case ConversationNotesFrame():
                await self._dialogue.notes_made(frame)
            case TurnControlFrame():
                self._by_server = frame.by_server
                await self._tell_turn_control()
            case CutSettledFrame():
                await self._dialogue.tell_cuts()
                await self.push_frame(frame, direction)
            case _:
                return False
        self._timer.arm()
        return True

    # The link's owner.

    async def session_up(self, session: RealtimeSession, *, first: bool) -> None:
        """A session is configured: catch up, then let the caller's audio in."""
        now = self._context.clock()
        await self._dialogue.session_up(session)
        self._told_by_server = False  # every session begins so, see ModelDialer
        await self._tell_turn_control()
        await self._link.send_unsent()
        await self.broadcast_frame(
            ModelAudioFrame, input_format=session.input_format, output_format=session.output_format
        )
        if first:
            self._context.record("model_ready", model=self._config.model)
            await self._greet()
        else:
            took = now - self._down_since if self._down_since is not None else 0.0
            self._context.record("model_reconnected", ms=round(took * 1000))
            logger.warning("The model's socket died; a fresh session is up after {:.2f} s", took)
        await self._dialogue.pump()
        self._timer.arm()

    async def session_down(self) -> None:
        """The socket died: keep the caller's audio until another session is up."""
        self._down_since = self._context.clock()
        self._context.record("model_down")
        await self.broadcast_frame(ModelAudioFrame)
        await self._dialogue.session_down()

    async def model_event(self, event: ServerEvent) -> None:
        """The model sent something."""
        await self._dialogue.handle(event)
        self._timer.arm()

    async def model_lost(self, reason: str) -> None:
        """No model any more: somebody must tell the caller."""
        self._context.record("model_lost", reason=reason)
        logger.error("No model for this call any more: {}", reason)
        await self.push_frame(ModelLostFrame(reason=reason))

    def malformed(self, error: RealtimeProtocolError) -> None:
        """Count what can't be read; log the first."""
        self._malformed += 1
        if self._malformed == 1:
            logger.warning("The model sent a malformed event: {}", error)
        self._context.record("malformed", peer="model", count=self._malformed)

    # The dialogue's owner.

    async def call_function(self, item: Item, arguments: dict[str, Any]) -> bool:
        """Run a function beside everything else."""
        if item.name not in self._tools:
            return False
        tool = self._tools[item.name]
        self._context.record(
            "tool_started",
            name=item.name,
            call_id=item.call_id,
            private={"arguments": arguments},
        )
        await self.broadcast_frame(
            ToolStartedFrame, function_name=item.name, call_id=item.call_id, filler=tool.filler
        )
        await self.run_function_calls(
            [
                FunctionCallFromLLM(
                    function_name=item.name,
                    tool_call_id=item.call_id,
                    arguments=arguments,
                    context=self._context.llm_context,
                )
            ]
        )
        return True

    async def fail(self, reason: str) -> None:
        """Give the model up."""
        await self._link.drop(reason)

    # Inside.

    async def _run_link(self) -> None:
        try:
            await self._link.run()
        except Exception as error:  # noqa: BLE001  # the root of the model leg: a bug of ours
            logger.opt(exception=error).error("The model leg failed")
            await self.model_lost("internal_error")

    async def _greet(self) -> None:
        speech = self._context.speech
        if self._context.returned is not None:
            return  # they were greeted before they were transferred
        if speech.disclosure:
            await self._dialogue.request("disclosure", exact_words=speech.disclosure)
        await self._dialogue.request("greeting", exact_words=speech.greeting or None)

    async def _run_function(self, params: FunctionCallParams) -> None:
        tool, call_id = self._tools[params.function_name], params.tool_call_id
        started_at = self._context.clock()
        outcome = await run_tool(tool, dataclasses.replace(params, app_resources=self._context))
        took_ms = round((self._context.clock() - started_at) * 1000)
        self._context.record(
            "tool_ended", name=tool.name, call_id=call_id, ok=not outcome.failure, ms=took_ms
        )
        await self._dialogue.function_returned(call_id, outcome.output, outcome.go_on)
        frame, fields = ended_frame(tool, call_id, outcome)
        await self.broadcast_frame(frame, **fields)
        self._timer.arm()

    async def _keys_entered(self, entry: str | None) -> None:
        if entry is not None:
            keys = " ".join(entry)
            await self._dialogue.say_to_model(
                f"The caller pressed {keys} on the keypad.", "user", respond=True
            )

    async def _tell_turn_control(self) -> None:
        if self._link.session is None or self._told_by_server == self._by_server:
            return
        self._told_by_server = self._by_server
        session = with_turn_control(self._session_fields(), by_server=self._by_server)
        turn_detection = session["audio"]["input"]["turn_detection"]
        if turn_detection is not None:
            await self._link.send(client_events.turn_detection_update(turn_detection))

    def _session_fields(self) -> dict[str, Any]:
        return self._config.session(
            instructions=self._context.speech.prompt,
            tools=[schema_of(tool) for tool in self._tools.values()],
        )

    def _deadline(self) -> float | None:
        dialogue = self._dialogue
        due = [
            dialogue.responses.deadline(),
            dialogue.upkeep.deadline(),
            self._keypad.deadline(),
        ]
        return min((at for at in due if at is not None), default=None)

    async def _deadline_passed(self) -> None:
        now = self._context.clock()
        await self._keys_entered(self._keypad.timer_fired(now))
        self._dialogue.responses.timer_fired(now)
        self._dialogue.upkeep.timer_fired()
        await self._dialogue.pump()

    async def _disconnect(self) -> None:
        task, self._run_task = self._run_task, None
        if task is not None:
            await self.cancel_task(task)


def _settings(model: str) -> LLMSettings:
    """Pipecat's view of the settings; ours go out in ``session.update``."""
    return LLMSettings(
        model=model,
        system_instruction=None,
        temperature=None,
        max_tokens=None,
        top_p=None,
        top_k=None,
        frequency_penalty=None,
        presence_penalty=None,
        seed=None,
        filter_incomplete_user_turns=None,
        user_turn_completion_config=None,
        use_provider_thinking_default=False,
    )
