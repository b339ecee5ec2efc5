"""Runs pipecat's eval harness on a scenario file: a process of its own, as pipecat has it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pipecat.evals.scenario import EvalScenarioFile
from pipecat.evals.script import EvalScriptScenario
from pipecat.evals.script_session import EvalScriptSession


async def evaluate(scenarios: Path, url: str) -> int:
    """Run each scenario against the bot at ``url``; how many failed."""
    failed = 0
    for scenario in EvalScenarioFile.load(scenarios):
        assert isinstance(scenario, EvalScriptScenario)
        result = await EvalScriptSession.from_scenario(scenario, url).run()
        failed += not result.passed
        for failure in result.failures:
            sys.stderr.write(f"{scenario.name}: {failure}\n")
    return failed


if __name__ == "__main__":
    sys.exit(asyncio.run(evaluate(Path(sys.argv[1]), sys.argv[2])))
