"""Holds the calls of a scenario file, one after the other, each in virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from pipeline.call_evidence import CallEvidence
from pipeline.catalog import Catalog
from pipeline.config import Loaded
from pipeline.memory_runtime import BEGINNING, in_memory
from pipeline.placed_call import CALLED, PlacedCall, Placing
from pipeline.scenario_act import ModelTurn
from pipeline.scenario_caller import ScenarioCaller
from pipeline.scenario_checks import Check, check
from pipeline.scenario_file import Scenario, Scenarios
from processors.call_record import call_facts
from processors.context import CallContext
from processors.state.call_record import CallRecord
from processors.state.record_format import CallDocument
from transports.simulated.brain_script import Call, Output, Say
from transports.simulated.caller import Caller
from transports.simulated.caller_senses import InstantSenses
from transports.simulated.faults import ModelOptions
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
        script: What the caller could do of it.
        turns: What of the model's side is left.
    """

    scenario: Scenario
    loaded: Loaded
    evidence: CallEvidence
    documents: tuple[CallDocument, ...]
    caller: Caller
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


async def _hold(catalog: Catalog, scenario: Scenario) -> HeldScenario:
    loaded = catalog.files[0]
    voice = ToneVoice()
    script = ScenarioCaller(scenario.caller, loaded.call.agent.information.checklist)
    turns = scripted_turns(scenario.model)
    records = CallRecords()
    placed = PlacedCall(
        script,
        InstantSenses(voice),
        Placing(
            next(iter(loaded.call.numbers), CALLED),
            PhoneOptions(hang_up_after=scenario.longest),
            SeededSids(),
            on_call=records.began,
        ),
    )
    with TemporaryDirectory(prefix="callwright-") as folder:
        evidence = await placed.hold(
            in_memory(
                catalog,
                voice,
                options=ModelOptions(turns=turns),
                records=Path(folder),
                beginning=beginning(scenario, loaded),
            )
        )
    return HeldScenario(
        scenario, loaded, evidence, records.documents(), placed.person, script, turns
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
