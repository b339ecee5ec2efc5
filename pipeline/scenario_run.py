"""Holds the calls of a scenario file, one after the other, each in virtual time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from pipeline.call_evidence import CallEvidence
from pipeline.catalog import Catalog
from pipeline.config import Loaded
from pipeline.memory_runtime import BEGINNING, MemoryRuntime, in_memory
from pipeline.placed_call import CALLED, PlacedCall, Placing
from pipeline.promises import Promise
from pipeline.scenario_act import ModelTurn
from pipeline.scenario_caller import ScenarioCaller
from pipeline.scenario_checks import Check, check
from pipeline.scenario_file import Scenario, Scenarios
from pipeline.simulate import Simulation, in_tones, simulate
from processors.call_record import call_facts
from processors.context import CallContext
from processors.state.call_record import CallRecord
from processors.state.record_format import CallDocument
from transports.http_tools.exchange import HttpAnswer, HttpRequest
from transports.simulated.brain_script import Call, Output, Say
from transports.simulated.caller import Caller
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.faults import ModelOptions
from transports.simulated.people import PersonLeg, PersonPlan
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.scripted_turns import ScriptedTurn, ScriptedTurns
from transports.simulated.sids import SeededSids
from transports.simulated.virtual_loop import run_virtual
from transports.simulated.voice import ToneVoice


@dataclass(frozen=True, slots=True)
class HeldScenario:
    """One scenario's call, when it is over.

    Attributes:
        scenario: What was to happen.
        loaded: The call file.
        evidence: What both peers saw.
        documents: The record of each stream that there was: usually one.
        caller: What was said and heard.
        legs: The calls to people.
        texts: The text messages that were sent.
        script: What the caller could do of it.
        turns: What of the model's side is left.
    """

    scenario: Scenario
    loaded: Loaded
    evidence: CallEvidence
    documents: tuple[CallDocument, ...]
    caller: Caller
    legs: Sequence[PersonLeg]
    texts: Sequence[Mapping[str, str]]
    script: ScenarioCaller
    turns: ScriptedTurns


@dataclass(frozen=True, slots=True)
class Result:
    """How one scenario came out.

    Attributes:
        held: The call.
        checks: Everything that was to be true.
    """

    held: HeldScenario
    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        """What was not."""
        return tuple(one for one in self.checks if not one.ok)


class CallRecords:
    """Gathers the record of each stream of a call, whether or not the call file keeps one."""

    def __init__(self) -> None:
        self._begun: list[tuple[CallContext, CallRecord]] = []

    def began(self, context: CallContext) -> None:
        """A stream begins."""
        record = CallRecord()
        context.journal.listen(record.take)
        self._begun.append((context, record))

    def documents(self) -> tuple[CallDocument, ...]:
        """The records, once everything is over."""
        return tuple(
            record.document(
                call_facts(context), context.transcript.turns(), context.transcript.tools()
            )
            for context, record in self._begun
        )


def run_scenarios(catalog: Catalog, scenarios: Scenarios) -> Iterator[Result]:
    """Run them, each on a loop of its own; the results as they come."""
    for scenario in scenarios.all:
        yield run_scenario(catalog, scenario)


def run_scenario(catalog: Catalog, scenario: Scenario) -> Result:
    """Run one scenario of a catalog's first file."""
    held = run_virtual(_hold(catalog, scenario))
    return Result(held, tuple(check(held)))


async def watch_scenario(catalog: Catalog, scenario: Scenario, *, moving: bool) -> int:
    """Run one scenario where it can be watched: in real time, unless the loop's is virtual.

    Args:
        catalog: Its first file answers.
        scenario: What happens.
        moving: Show words as they are said, where the terminal can.

    Returns:
        The exit status: 0 if everything was as it should be, else 1.
    """
    cast = _Cast(catalog, scenario)

    def judge(evidence: CallEvidence, placed: PlacedCall) -> list[Promise]:
        """What the scenario expected of this call, and whether it was so."""
        return [Promise(one.text, one.ok, one.detail) for one in check(cast.held(evidence, placed))]

    how = Simulation(
        moving=moving,
        options=cast.options,
        script=cast.script,
        new_sid=SeededSids(),
        judge=judge,
        people=cast.people,
        on_call=cast.records.began,
    )
    with TemporaryDirectory(prefix="callwright-") as folder:
        return await simulate(cast.loaded, cast.runtime(Path(folder)), in_tones(cast.voice), how)


async def _hold(catalog: Catalog, scenario: Scenario) -> HeldScenario:
    cast = _Cast(catalog, scenario)
    placing = Placing(
        next(iter(cast.loaded.call.numbers), CALLED),
        cast.options,
        SeededSids(),
        people=cast.people,
        on_call=cast.records.began,
    )
    placed = PlacedCall(cast.script, InstantSenses(cast.voice), placing)
    with TemporaryDirectory(prefix="callwright-") as folder:
        evidence = await placed.hold(cast.runtime(Path(folder)))
    return cast.held(evidence, placed)


class _Cast:
    """Everybody who plays in one scenario."""

    def __init__(self, catalog: Catalog, scenario: Scenario) -> None:
        self.loaded = catalog.files[0]
        self.voice = ToneVoice()
        self.script = ScenarioCaller(scenario.caller, self.loaded.call.agent.information.checklist)
        self.records = CallRecords()
        self.options = PhoneOptions(hang_up_after=scenario.longest)
        self._catalog = catalog
        self._scenario = scenario
        self._turns = scripted_turns(scenario.model)
        self.people = {
            number: PersonPlan(one.does, one.answers_after, talks=one.talks)
            for number, one in scenario.people.items()
        }

    def runtime(self, records: Path) -> MemoryRuntime:
        """The runtime, which begins when the scenario does."""
        now = timedelta(seconds=asyncio.get_running_loop().time())
        runtime = in_memory(
            self._catalog,
            self.voice,
            options=ModelOptions(turns=self._turns),
            records=records,
            beginning=beginning(self._scenario, self.loaded) - now,
        )
        runtime.http_exchange = self._system_answers
        return runtime

    async def _system_answers(self, request: HttpRequest) -> HttpAnswer:
        for answer in self._scenario.systems:
            if answer.url in request.url:
                await asyncio.sleep(answer.takes)
                return HttpAnswer(answer.status, json.dumps(answer.body).encode())
        raise ConnectionRefusedError("the scenario has nobody answer there")

    def held(self, evidence: CallEvidence, placed: PlacedCall) -> HeldScenario:
        """The call, when it is over."""
        return HeldScenario(
            self._scenario,
            self.loaded,
            evidence,
            self.records.documents(),
            placed.person,
            placed.switchboard.legs,
            placed.rest.messages,
            self.script,
            self._turns,
        )


def beginning(scenario: Scenario, loaded: Loaded) -> datetime:
    """When a scenario's call begins."""
    if scenario.at is None:
        return BEGINNING
    return scenario.at.replace(tzinfo=ZoneInfo(loaded.call.timezone or "UTC"))


def scripted_turns(turns: tuple[ModelTurn, ...]) -> ScriptedTurns:
    """What a scenario file has the model say and call."""
    return ScriptedTurns(
        ScriptedTurn(_outputs(turn), on=turn.on, after=turn.after, takes=turn.takes)
        for turn in turns
    )


def _outputs(turn: ModelTurn) -> tuple[Output, ...]:
    outputs: list[Output] = [Say(turn.say)] if turn.say else []
    if turn.call is not None:
        outputs.append(Call(turn.call.name, turn.call.arguments))
    return tuple(outputs)
