"""Places one simulated call to a call file, shows it live, and holds it to its promises.

Both peers are played here: the phone company with its REST API, a caller who follows the call
file's questions, and a tap on the line to the model. The runtime between them is the real one; it
is handed in, so that the same call can be placed to any.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from loguru import logger
from rich.console import Console

from pipeline.call_evidence import CallEvidence
from pipeline.call_story import CallStory
from pipeline.config import Loaded
from pipeline.live_view import LiveView, Stage
from pipeline.order import as_run, type_of
from pipeline.promises import check_promises
from pipeline.summary_view import summary
from processors.context import CallContext
from processors.state.journal import Entry, Journal
from transports.simulated import caller as simulated_caller
from transports.simulated.call_outcome import CallOutcome
from transports.simulated.caller import Caller
from transports.simulated.caller_script import Question, caller_script_for
from transports.simulated.caller_steps import CallScript
from transports.simulated.gateway import Gateway
from transports.simulated.line import Line, Subscriber
from transports.simulated.model_tap import Connect, ModelTap
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.recording import EventLog, Recording
from transports.simulated.stream_facts import StreamFacts
from transports.simulated.stream_messages import StreamIds
from transports.simulated.switchboard import Switchboard
from transports.simulated.twilio_rest import TwilioRest

EXIT_KEPT: Final = 0
EXIT_BROKEN: Final = 1

_CALLER: Final = "+15550100042"
_CALLED: Final = "+15550100001"
_LONGEST_CALL: Final = 600.0
"""Seconds after which the caller gives up, should the assistant never let go."""
_LAST_WORDS: Final = 3.0
"""Seconds that the runtime has to end its side once the phone is down."""


class Voice(simulated_caller.Voice, Protocol):
    """Turns words into telephone audio and back, and knows how far in which word is."""

    def chars_audible(self, text: str, ms: float) -> int:
        """How many characters of ``text`` a listener gets from its first ``ms``."""
        ...


@dataclass(frozen=True, slots=True)
class Peers:
    """What the runtime is to use for one simulated call.

    Attributes:
        twilio_api_url: The simulated REST API.
        account_sid: Its account.
        auth_token: The account's token; signs webhooks too.
        listen_in: To be put around the function that opens the model's socket.
        on_call: To be told of the call before its first frame.
    """

    twilio_api_url: str
    account_sid: str
    auth_token: str
    listen_in: Callable[[Connect], Connect]
    on_call: Callable[[CallContext], None]


Answering = Callable[[Peers], AbstractAsyncContextManager[str]]
"""Runs a runtime, and a model for it, as long as the context is open; gives the server's URL."""


async def simulate(
    loaded: Loaded,
    answering: Answering,
    voice: Voice,
    *,
    save: Path | None = None,
    console: Console | None = None,
    options: PhoneOptions | None = None,
    script: CallScript | None = None,
) -> int:
    """Place one call and show it; returns the exit status: 0 if it kept every promise, else 1.

    Args:
        loaded: The call file.
        answering: The runtime.
        voice: How both ends speak and hear.
        save: A folder for recording and event log; none are kept without.
        console: Where to show it.
        options: How phone and line behave.
        script: What the caller does; by default they answer whatever the call file asks.
    """
    before = asyncio.all_tasks()
    screen = console or Console()
    with ExitStack() as opened:
        facts = loaded.call.agent.information.facts
        script = script or caller_script_for(questions_of(loaded), facts)
        call = _SimulatedCall(loaded, voice, script, screen, save, opened)
        outcome = await call.run(answering, options or PhoneOptions())
        await asyncio.sleep(0)  # what was cancelled last ends in this round
        left = [task.get_name() for task in asyncio.all_tasks() - before if not task.done()]
        evidence = CallEvidence(outcome, call.tap.record(), left)
        promises = check_promises(evidence)
        screen.print(summary(evidence, call.story, promises))
    if save is not None:
        screen.print(f"Recording and event log: {save}", soft_wrap=True)
    return EXIT_KEPT if all(promise.kept for promise in promises) else EXIT_BROKEN


class _SimulatedCall:
    """One call with everything around it."""

    def __init__(
        self,
        loaded: Loaded,
        voice: Voice,
        script: CallScript,
        console: Console,
        save: Path | None,
        opened: ExitStack,
    ) -> None:
        self._loaded = loaded
        self._clock = asyncio.get_running_loop().time
        self._called = next(iter(loaded.call.numbers), _CALLED)
        self._save = save
        self._opened = opened
        self._streams: list[StreamFacts] = []
        self._runtime_is_done = asyncio.Event()
        self._switchboard = Switchboard()
        self.tap = ModelTap()
        self.story = CallStory(self.tap, voice.chars_audible)
        self._view = LiveView(console, self.story, self._clock, self._stream)
        self._phone_journal = Journal(self._clock())
        self._person = Caller(script, voice, self._phone_journal)
        self._log = self._event_log()

    async def run(self, answering: Answering, options: PhoneOptions) -> CallOutcome:
        """Place the call; when this returns, everything is closed."""
        view = self._view
        view.header(
            f"{self._loaded.call.name or self._loaded.path.stem}: a simulated call",
            f"{self._loaded.path.name}, {_CALLER} calls {self._called}",
            stages_of(self._loaded),
        )
        self._listen("phone", self._phone_journal)
        warnings = logger.add(view.note, level="WARNING", format="{message}")
        showing = asyncio.create_task(view.run(), name="live view")
        try:
            return await self._placed(answering, options)
        finally:
            showing.cancel()
            await asyncio.wait({showing})
            view.end()
            logger.remove(warnings)

    async def _placed(self, answering: Answering, options: PhoneOptions) -> CallOutcome:
        account_sid, auth_token = f"AC{secrets.token_hex(16)}", secrets.token_hex(16)
        rest = TwilioRest(self._switchboard, {account_sid: auth_token})
        await rest.start()
        try:
            peers = Peers(rest.base_url, account_sid, auth_token, self.tap.on, self._on_call)
            async with answering(peers) as server_url:
                gateway = Gateway(server_url, account_sid=account_sid, auth_token=auth_token)
                outcome = await Line(gateway, self._switchboard).call(self._subscriber(options))
                if outcome.streams:
                    await self._runtime_ends()
                return outcome
        finally:
            await rest.stop()

    def _subscriber(self, options: PhoneOptions) -> Subscriber:
        return Subscriber(
            _CALLER,
            self._called,
            options=replace(
                options,
                keep_audio=True,
                hang_up_after=options.hang_up_after or _LONGEST_CALL,
            ),
            person=self._person,
            journal=self._phone_journal,
            recorder=self._recording if self._save is not None else None,
            on_stream=self._streams.append,
        )

    async def _runtime_ends(self) -> None:
        try:
            async with asyncio.timeout(_LAST_WORDS):
                await self._runtime_is_done.wait()
        except TimeoutError:
            self._view.note("the runtime did not end its side of the call")

    def _stream(self) -> StreamFacts | None:
        return self._streams[-1] if self._streams else None

    def _on_call(self, context: CallContext) -> None:
        self._listen("call", context.journal)
        context.journal.listen(self._note_end)

    def _note_end(self, entry: Entry) -> None:
        if entry.kind == "call_ended":
            self._runtime_is_done.set()

    def _listen(self, source: str, journal: Journal) -> None:
        self._view.listen(journal)
        log = self._log
        if log is not None:
            journal.listen(lambda entry: log.write(source, self._view.now, entry))

    # -- what is kept

    def _event_log(self) -> EventLog | None:
        if self._save is None:
            return None
        self._save.mkdir(parents=True, exist_ok=True)
        log = EventLog(self._save / f"{self._loaded.path.stem}.jsonl")
        self._opened.callback(log.close)
        return log

    def _recording(self, ids: StreamIds) -> Recording:
        assert self._save is not None
        number = f"-{len(self._streams) + 1}" if self._streams else ""
        return Recording(self._save / f"{self._loaded.path.stem}{number}.wav")


def questions_of(loaded: Loaded) -> list[Question]:
    """What the call file asks its callers."""
    return [Question(item.field, item.ask) for item in loaded.call.agent.information.checklist]


def stages_of(loaded: Loaded) -> list[Stage]:
    """The pipeline as it runs."""
    return [
        Stage(
            type_of(standing.config) + (f" {standing.end}" if standing.end else ""),
            standing.caller_audio or standing.assistant_audio,
        )
        for standing in as_run(loaded.call.pipeline)
    ]
