"""Callwright's command line: check call files, print what they mean, answer the phone with them."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import commands
from pipeline.arguments import COST_MINUTES, MODEL_HOST, MODEL_PORT, parser

if TYPE_CHECKING:
    from pipecat.runner.types import RunnerArguments

# The speech engines' runtime reports to its maker unless told not to (onnxruntime, Privacy.md).
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say; the exit status."""
    arguments = parser()
    try:
        return _do(arguments, arguments.parse_args(argv))
    except KeyboardInterrupt:  # whoever watches a call may stop it; who serves calls hears of it
        return commands.EXIT_INTERRUPTED


def _do(arguments: ArgumentParser, asked: Namespace) -> int:
    if asked.schema is not None:
        return commands.schema(asked.schema)
    if asked.plot is not None and (asked.show is None or asked.plot.suffix != ".svg"):
        arguments.error("--plot goes with --show, and draws a file whose name ends in .svg")
    if asked.show is not None:
        return commands.show(asked.show, asked.plot)
    if asked.prompt is not None:
        return commands.prompt(asked.prompt)
    if asked.check is not None:
        files = asked.check or ([asked.config] if asked.config else [])
        if not files:
            arguments.error("--check needs a FILE, or --config FILE")
        return commands.check(files)
    if asked.set_webhook is not None and not asked.doctor:
        arguments.error("--set-webhook goes with --doctor")
    if asked.doctor:
        return commands.doctor(asked.config, asked.set_webhook)
    if asked.minutes is not None and asked.cost is None:
        arguments.error("--minutes goes with --cost")
    if asked.cost is not None:
        return commands.cost(asked.cost, asked.minutes or COST_MINUTES, asked.save or Path())
    if asked.save is not None and not asked.simulate:
        arguments.error("--save goes with --simulate or --cost")
    if asked.junit is not None and asked.scenarios is None:
        arguments.error("--junit goes with --scenarios")
    if asked.watch and asked.scenarios is None:
        arguments.error("--watch goes with --scenarios")
    if asked.fast and not asked.simulate and not asked.watch:
        arguments.error("--fast goes with --simulate, or with --scenarios --watch")
    if asked.person is not None and not asked.simulate:
        arguments.error("--person goes with --simulate")
    if asked.play and (not asked.simulate or asked.fast):
        arguments.error("--play goes with --simulate, and not with --fast")
    if asked.serve_model:
        host = asked.host or MODEL_HOST
        return commands.serve_model(
            asked.config, host, MODEL_PORT if asked.port is None else asked.port
        )
    if asked.host is not None or asked.port is not None:
        arguments.error("--host and --port go with --serve-model; HOST and PORT say where calls go")
    if asked.config is None:
        arguments.error("--config FILE is needed; try --help")
    if asked.runner is not None:
        return commands.runner(asked.config, asked.runner)
    if asked.simulate and asked.workers is not None:
        arguments.error("--workers is for answering the phone, not for --simulate")
    if asked.scenarios is not None:
        if asked.watch:
            return commands.watch(asked.config, asked.scenarios, fast=asked.fast)
        return commands.scenarios(asked.config, asked.scenarios, asked.junit)
    if asked.simulate:
        return commands.simulate(
            asked.config, asked.save, fast=asked.fast, play=asked.play, person=asked.person
        )
    return commands.serve(asked.config, asked.workers or 1)


async def bot(runner_args: RunnerArguments) -> None:
    """Answer a call for pipecat's runner or Pipecat Cloud, which look for this name."""
    from pipeline.hosted_call import answer

    await answer(runner_args)


if __name__ == "__main__":
    sys.exit(main())
