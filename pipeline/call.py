"""One call's life: from the stream that was let in to the record that it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from loguru import logger
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.workers.runner import WorkerRunner

from pipeline.builder import build_pipeline
from pipeline.catalog import Catalog
from pipeline.config import Loaded
from pipeline.journal_log import journal_log
from pipeline.live_call import LiveCall
from pipeline.prompt import speech_for
from pipeline.tool_services import SERVER_TOOLS, ServerTools, with_server_tools
from pipeline.tracing import trace_tools
from processors.audio_frames import PCMU_SAMPLE_RATE
from processors.context import CallContext, CallInfo, ReturnedCall, Speech
from processors.state.call_record import ENDINGS, TRANSFERRED
from processors.state.journal import Entry, Journal
from processors.state.playback import PlaybackLedger
from processors.state.transcript import Transcript
from processors.text_messages import MESSAGES
from processors.text_model import TEXT_MODEL, TextModel
from processors.transfer_desk import TRANSFERS, TransferDesk
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.openai_realtime.dialer import ModelDialer
from transports.openai_realtime.tools import schema_of, tools_of
from transports.socket import Socket
from transports.twilio.config import TwilioSerializerConfig
from transports.twilio.messages import PCMU_ENCODING, Start
from transports.twilio.phone import CallPhone
from transports.twilio.rest import TwilioRest
from transports.twilio.returned_call import returned_call
from transports.twilio.seal import SealError
from transports.twilio.token import StreamClaims
from transports.twilio.transfers import CallerLeg, TransferOffice
from transports.twilio.transport import PHONE_SOCKET
from transports.twilio.twiml import SERVER_PARAMETER


class CallRunner:
    """Makes calls of media streams. One for a process; each call has everything of its own."""

    def __init__(
        self,
        catalog: Catalog,
        dialer: ModelDialer,
        rest: TwilioRest | None,
        *,
        wall_clock: Callable[[], datetime],
        text_model: TextModel | None = None,
        transfers: TransferOffice | None = None,
        shared: Mapping[str, Any] | None = None,
        on_call: Callable[[CallContext], None] | None = None,
        timing_math: bool = False,
        traced: bool = False,
    ) -> None:
        """Set up.

        Args:
            catalog: The call files.
            dialer: Opens the model's sessions.
            rest: Twilio's REST API; None without credentials: nobody can hang up properly.
            wall_clock: The date and time, with zone, that the assistant is told.
            transfers: Hands calls to people; None: nobody can.
            text_model: Writes what is not spoken, where a call file names one for it.
            shared: What all calls' processors share, by the names that they know it by.
            on_call: Told of each call before its first frame, to listen to its journal.
            timing_math: Whether to log how each truncation was computed.
            traced: Whether each call is an OpenTelemetry trace.
        """
        self._catalog = catalog
        self._dialer = dialer
        self._rest = rest
        self._wall_clock = wall_clock
        self._text_model = text_model
        self._transfers = transfers
        self._shared = dict(shared or {})
        self._on_call = on_call
        self._timing_math = timing_math
        self._traced = traced
        self._live: list[LiveCall] = []

    @property
    def transfers(self) -> TransferOffice | None:
        """What hands calls to people; None without Twilio's REST API."""
        return self._transfers

    async def say_goodbye(self) -> None:
        """Have every live call end with words: the assistant's, or Twilio's if none come."""
        await asyncio.gather(*(call.say_goodbye() for call in self._live))

    async def say_to_model(self, text: str) -> None:
        """Put a line of the caller's into every live call, in writing; the assistant answers."""
        await asyncio.gather(*(call.say_to_model(text) for call in self._live))

    async def warm(self, claims: StreamClaims) -> None:
        """Dial the model while the phone still rings, if the call file wants that."""
        loaded = self._catalog.by_name(claims.file_name)
        for entry in loaded.call.entries(OpenAIRealtimeConfig):
            if entry.warm is not False:
                speech = self._speech(loaded, claims)
                session = entry.session(
                    instructions=speech.prompt,
                    tools=[schema_of(tool) for tool in tools_of(speech)],
                )
                self._dialer.warm(claims.call_sid, entry, session)

    async def __call__(self, socket: Socket, start: Start, claims: StreamClaims) -> None:
        """Run one call to its end. Whatever happens, everything it opened is closed."""
        with logger.contextualize(call_sid=claims.call_sid):
            loaded = self._catalog.by_name(claims.file_name)
            audio = start.media_format
            if (audio.encoding, audio.sample_rate) != (PCMU_ENCODING, PCMU_SAMPLE_RATE):
                logger.error(
                    "Stream refused: its audio is {} at {} Hz, not µ-law at 8000",
                    audio.encoding,
                    audio.sample_rate,
                )
                return
            await self._run(loaded, self._context(loaded, socket, start, claims))

    async def _run(self, loaded: Loaded, context: CallContext) -> None:
        started_at = context.clock()
        endings: list[Entry] = []
        context.journal.listen(journal_log(timing_math=self._timing_math))
        context.journal.listen(
            lambda entry: endings.append(entry) if entry.kind in ENDINGS else None
        )
        if self._on_call is not None:
            self._on_call(context)
        info = context.info
        context.record(
            "call_started",
            call_sid=info.call_sid,
            file=info.file_name,
            private={"caller": info.caller, "called": info.called},
        )
        runner = WorkerRunner(handle_sigint=False)
        worker = self._worker(loaded, context)
        live = LiveCall(loaded, context, worker)
        self._live.append(live)
        try:
            await runner.add_workers(worker)
            await runner.run()  # ends its worker and returns when it is cancelled
        finally:
            self._live.remove(live)
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                context.record("server_stopped")
            context.end_playback()
            context.record(
                "call_ended",
                reason=_why(endings),
                duration_ms=round((context.clock() - started_at) * 1000),
            )

    def _context(
        self, loaded: Loaded, socket: Socket, start: Start, claims: StreamClaims
    ) -> CallContext:
        clock = asyncio.get_running_loop().time
        account_sid = start.account_sid or claims.account_sid
        call = loaded.call
        serializer = call.entries(TwilioSerializerConfig)[0]  # a file has one: that was checked
        return CallContext(
            info=CallInfo(
                call_sid=claims.call_sid,
                stream_sid=start.stream_sid,
                account_sid=account_sid,
                caller=claims.caller,
                called=claims.called,
                file_name=loaded.path.name,
                began=self._wall_clock(),
                file_sha256=loaded.sha256,
            ),
            speech=self._speech(loaded, claims),
            clock=clock,
            journal=Journal(clock()),
            playback=PlaybackLedger(mark_every_ms=serializer.mark_every_ms),
            transcript=Transcript(clock()),
            hours=call.business_hours,
            returned=self._returned(start, claims),
            phone=CallPhone(
                self._rest,
                socket,
                claims.call_sid,
                account_sid,
                language=call.twiml_language,
                voice=call.twiml_voice,
            ),
            resources={
                PHONE_SOCKET: socket,
                "model_dialer": self._dialer,
                TEXT_MODEL: self._text_model,
                TRANSFERS: self._desk(loaded, start, claims, account_sid),
                MESSAGES: self._rest,
                **self._shared,
            },
        )

    def _worker(self, loaded: Loaded, context: CallContext) -> PipelineWorker:
        info = context.info
        worker = PipelineWorker(
            build_pipeline(loaded.call.pipeline, context),
            enable_rtvi=False,
            enable_turn_tracking=self._traced,
            enable_tracing=self._traced,
            conversation_id=info.call_sid,
            additional_span_attributes={"call.file": info.file_name},
            idle_timeout_secs=None,
            observers=[observer.make() for observer in loaded.call.observers],
            params=PipelineParams(
                audio_in_sample_rate=PCMU_SAMPLE_RATE, audio_out_sample_rate=PCMU_SAMPLE_RATE
            ),
        )
        if self._traced:
            trace_tools(worker, context)
        return worker

    def _desk(
        self, loaded: Loaded, start: Start, claims: StreamClaims, account_sid: str
    ) -> TransferDesk | None:
        """What hands this call to people; None without REST, or if Twilio can't find us again."""
        server_url = start.custom_parameters.get(SERVER_PARAMETER, "")
        if self._transfers is None or not server_url:
            return None
        call = loaded.call
        return self._transfers.desk(
            CallerLeg(
                claims.call_sid,
                account_sid,
                server_url,
                file_name=claims.file_name,
                caller=claims.caller,
                called=claims.called,
                language=call.twiml_language,
                voice=call.twiml_voice,
            )
        )

    def _returned(self, start: Start, claims: StreamClaims) -> ReturnedCall | None:
        """What a call brings along that comes back from a transfer; None: it is a new one."""
        if self._transfers is None:
            return None
        now = int(self._wall_clock().timestamp())
        try:
            return returned_call(
                self._transfers.seals, start.custom_parameters, claims.call_sid, now
            )
        except SealError as error:
            logger.warning("What a call brings along is not used: {}", error)
            return None

    def _speech(self, loaded: Loaded, claims: StreamClaims) -> Speech:
        speech = speech_for(
            loaded.call, now=self._wall_clock(), caller=claims.caller, called=claims.called
        )
        of_servers: ServerTools = self._shared.get(SERVER_TOOLS, {})
        return with_server_tools(speech, of_servers.get(loaded.path.name, ()))


def _why(endings: list[Entry]) -> str:
    if not endings:
        return "failed"
    first = next((entry for entry in endings if entry.kind == TRANSFERRED), endings[0])
    return str(first.fields.get("reason") or first.kind)
