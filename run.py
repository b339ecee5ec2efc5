"""Callwright's command line: check call files, print what they mean, answer the phone with them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

if TYPE_CHECKING:
    from pipecat.runner.types import RunnerArguments

    from transports.simulated.people import Doing

# The speech engines' runtime reports to its maker unless told not to (onnxruntime, Privacy.md).
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_UNUSABLE = 2
"""The arguments or a call file can't be used; argparse ends with the same."""

_EXAMPLE_CALLER, _EXAMPLE_CALLED = "+15550100042", "+15550100001"

_COST_MINUTES = 60
_MOST_MINUTES = 240
"""Twilio ends a call after four hours (Twilio, Voice limitations)."""

_MODEL_HOST, _MODEL_PORT = "127.0.0.1", 9000
_MOST_WORKERS = 256

PEOPLE = ("accepts", "declines", "rings_out", "machine", "hangs_up", "busy", "unreachable")
"""What a person may do to whom a simulated call is handed."""

_EXAMPLES = """\
examples:
  run.py --config realestate.yaml       answer the phone with configs/realestate.yaml
  run.py --config minimal --simulate    watch a simulated, spoken call of configs/minimal.yaml
  run.py --config minimal --simulate --play   and hear it
  run.py --config minimal --simulate --fast   the same within seconds, in virtual time
  run.py --config desk --simulate --person declines   the caller asks for a person, who declines
  run.py --config realestate --scenarios      hold the calls of configs/scenarios/realestate.yaml
  run.py --config calls/                answer several numbers: one file each, by `numbers:`
  run.py --config calls/ --workers 4    the same, with four processes on one port
  run.py --doctor --config realestate   what is missing before a phone can ring here
  run.py --check configs/*.yaml         validate, and print each pipeline as it will run
  run.py --prompt realestate            print what the model is told
  run.py --schema > schema.json         the JSON Schema of a call file, for editors
  run.py --serve-model --port 9000      the built-in model alone, for any Realtime client
  run.py --cost realestate              what each minute of a long call costs, as table and plot
  run.py --show recordings/             the newest call's record, to read; --plot call.svg draws it

exit status: 0 all is well, 1 a simulated call broke a promise or did not go as its scenario says,
2 the arguments, the environment or a call file can't be used
"""


def parser() -> argparse.ArgumentParser:
    """The arguments that ``run.py`` takes."""
    arguments = argparse.ArgumentParser(
        prog="run.py",
        description="Answers phone calls as a YAML file declares them.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    arguments.add_argument(
        "--config",
        metavar="FILE",
        help="a call file, its bare name in configs/, or a folder of call files",
    )
    task = arguments.add_mutually_exclusive_group()
    task.add_argument(
        "--check",
        nargs="*",
        metavar="FILE",
        help="validate these files (or --config) and print their pipelines; nothing is served",
    )
    task.add_argument(
        "--schema",
        nargs="?",
        const="call",
        choices=("call", "record", "scenarios"),
        help="print the JSON Schema of a call file, a call's record or a scenario file, and exit",
    )
    task.add_argument("--prompt", metavar="FILE", help="print the prompt of a call file and exit")
    task.add_argument(
        "--simulate",
        action="store_true",
        help="place a simulated call to --config, show it live, exit (1: it broke a promise)",
    )
    task.add_argument(
        "--scenarios",
        nargs="?",
        const="",
        metavar="NAME",
        help="hold the calls of scenarios/CONFIG.yaml in virtual time (NAME: only those whose name"
        " has it), print a table, exit (1: one did not go as expected)",
    )
    arguments.add_argument(
        "--junit", type=Path, metavar="FILE", help="with --scenarios: write JUnit XML, too"
    )
    arguments.add_argument(
        "--watch",
        action="store_true",
        help="with --scenarios: show each call live, in real time or with --fast at once",
    )
    task.add_argument(
        "--serve-model",
        action="store_true",
        help="serve the built-in model, which hears and speaks, to any client of the Realtime API",
    )
    where = "with --serve-model: where to listen"
    arguments.add_argument("--host", help=f"{where} ({_MODEL_HOST})")
    arguments.add_argument("--port", type=_port, metavar="N", help=f"{where} ({_MODEL_PORT})")
    task.add_argument(
        "--show",
        type=Path,
        metavar="RECORD",
        help="print a call's record (or the newest one in a folder) for a person to read",
    )
    arguments.add_argument(
        "--plot", type=Path, metavar="FILE.svg", help="with --show: draw the call's timeline"
    )
    task.add_argument(
        "--doctor",
        action="store_true",
        help="look at environment, address, signature, port, --config and clock; tell what is"
        " missing and what to enter in Twilio's console (1: a caller would not be served)",
    )
    arguments.add_argument(
        "--set-webhook",
        metavar="NUMBER",
        help="with --doctor: have calls to this number of the account answered here",
    )
    arguments.add_argument(
        "--runner",
        nargs=argparse.REMAINDER,
        metavar="ARG",
        help="answer under pipecat's development runner, with its arguments (-t twilio -x HOST)",
    )
    arguments.add_argument(
        "--workers",
        type=_workers,
        metavar="N",
        help="so many processes on one port, each of which takes any call (1)",
    )
    arguments.add_argument(
        "--play", action="store_true", help="with --simulate: play the call on this machine"
    )
    arguments.add_argument(
        "--person",
        choices=PEOPLE,
        metavar="DOES",
        help="with --simulate: the caller asks for a person, who " + ", ".join(PEOPLE),
    )
    arguments.add_argument(
        "--fast",
        action="store_true",
        help="with --simulate: in memory and in virtual time, the same to the byte each time",
    )
    task.add_argument(
        "--cost",
        metavar="FILE",
        help="what each minute of a long simulated call costs, with the summarizer and without",
    )
    arguments.add_argument(
        "--minutes",
        type=_minutes,
        metavar="N",
        help=f"with --cost: how long the call is ({_COST_MINUTES})",
    )
    arguments.add_argument(
        "--save",
        type=Path,
        metavar="DIR",
        help="with --simulate: write recordings, record and event log there;"
        " with --cost: the plot (here)",
    )
    return arguments


def _minutes(text: str) -> int:
    """A number of minutes that a call can last."""
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: 1 to {_MOST_MINUTES}")
    return int(text)


def _port(text: str) -> int:
    """A port; 0 takes any free one."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: 0 to 65535")
    return int(text)


def _workers(text: str) -> int:
    """A number of processes."""
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: 1 to {_MOST_WORKERS}")
    return int(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say; the exit status."""
    arguments = parser()
    asked = arguments.parse_args(argv)
    if asked.schema is not None:
        return schema(asked.schema)
    if asked.plot is not None and (asked.show is None or asked.plot.suffix != ".svg"):
        arguments.error("--plot goes with --show, and draws a file whose name ends in .svg")
    if asked.show is not None:
        return show(asked.show, asked.plot)
    if asked.prompt is not None:
        return prompt(asked.prompt)
    if asked.check is not None:
        files = asked.check or ([asked.config] if asked.config else [])
        if not files:
            arguments.error("--check needs a FILE, or --config FILE")
        return check(files)
    if asked.set_webhook is not None and not asked.doctor:
        arguments.error("--set-webhook goes with --doctor")
    if asked.doctor:
        return doctor(asked.config, asked.set_webhook)
    if asked.minutes is not None and asked.cost is None:
        arguments.error("--minutes goes with --cost")
    if asked.cost is not None:
        return cost(asked.cost, asked.minutes or _COST_MINUTES, asked.save or Path())
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
        host = asked.host or _MODEL_HOST
        return serve_model(asked.config, host, _MODEL_PORT if asked.port is None else asked.port)
    if asked.host is not None or asked.port is not None:
        arguments.error("--host and --port go with --serve-model; HOST and PORT say where calls go")
    if asked.config is None:
        arguments.error("--config FILE is needed; try --help")
    if asked.runner is not None:
        return runner(asked.config, asked.runner)
    if asked.simulate and asked.workers is not None:
        arguments.error("--workers is for answering the phone, not for --simulate")
    if asked.scenarios is not None:
        if asked.watch:
            return watch(asked.config, asked.scenarios, fast=asked.fast)
        return scenarios(asked.config, asked.scenarios, asked.junit)
    if asked.simulate:
        return simulate(
            asked.config, asked.save, fast=asked.fast, play=asked.play, person=asked.person
        )
    return serve(asked.config, asked.workers or 1)


# pipeline is imported where it is needed: --help answers at once, and pipecat, which greets in the
# log when it is imported, does so only where a call may follow.


def check(files: Sequence[str]) -> int:
    """Validate call files; print each pipeline as it will run, and all that is wrong."""
    logger.remove()
    from pipeline.catalog import load_catalog
    from pipeline.problem import ConfigError
    from pipeline.report import catalog_report
    from pipeline.runtime import environment

    status = EXIT_OK
    for file in files:
        try:
            print(catalog_report(load_catalog(file, environment())))
        except ConfigError as error:
            print(error, file=sys.stderr)
            status = EXIT_UNUSABLE
    return status


def schema(of: str) -> int:
    """Print the JSON Schema of a call file, a record or a scenario file."""
    logger.remove()
    from pipeline.schema import record_schema_text, scenarios_schema_text, schema_text

    texts = {"call": schema_text, "record": record_schema_text, "scenarios": scenarios_schema_text}
    print(texts[of](), end="")
    return EXIT_OK


def show(path: Path, plot: Path | None) -> int:
    """Print a call's record, and draw it if asked."""
    logger.remove()
    from rich.console import Console

    from pipeline.problem import ConfigError
    from pipeline.record_plot import record_svg
    from pipeline.record_view import read_record
    from pipeline.record_view import show as show_record

    try:
        record = read_record(path)
        show_record(record, Console(width=None if sys.stdout.isatty() else 120))
        if plot is not None:
            plot.write_text(record_svg(record), encoding="utf-8")
            print(f"Timeline: {plot}")
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_UNUSABLE
    except OSError as error:
        print(f"{plot}: {error.strerror}", file=sys.stderr)
        return EXIT_UNUSABLE
    return EXIT_OK


def prompt(file: str) -> int:
    """Print what the model is told when somebody calls now."""
    logger.remove()
    from pipeline.catalog import load_catalog
    from pipeline.problem import ConfigError
    from pipeline.prompt import compose
    from pipeline.runtime import environment

    try:
        loaded = load_catalog(file, environment()).files[0]
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_UNUSABLE
    called = next(iter(loaded.call.numbers), _EXAMPLE_CALLED)
    print(compose(loaded.call, now=datetime.now(UTC), caller=_EXAMPLE_CALLER, called=called))
    return EXIT_OK


async def bot(runner_args: RunnerArguments) -> None:
    """Answer a call for pipecat's runner or Pipecat Cloud, which look for this name."""
    from pipeline.hosted_call import answer

    await answer(runner_args)


def runner(config: str, rest: Sequence[str]) -> int:
    """Hand over to pipecat's development runner; ``bot`` answers its calls."""
    status = check([config])
    if status != EXIT_OK:
        return status
    from pipecat.runner.run import main as run_pipecat

    os.environ["CALL_FILE"] = str(Path(config).resolve()) if Path(config).exists() else config
    sys.argv = [sys.argv[0], *rest]
    run_pipecat()
    return EXIT_OK


def serve(config: str, workers: int = 1) -> int:
    """Answer the phone until SIGINT or SIGTERM, with one process or several."""
    logger.remove()
    from pipeline.catalog import load_catalog
    from pipeline.logs import log_to_stderr
    from pipeline.problem import ConfigError
    from pipeline.report import catalog_report
    from pipeline.runtime import ENV_FILE, environment, run_async
    from pipeline.serve import serve as serve_calls
    from pipeline.settings import SettingsError, load_settings
    from pipeline.supervisor import supervise

    try:
        settings = load_settings(ENV_FILE)
        catalog = load_catalog(config, environment())
        log_to_stderr(settings.log_level, settings.log_format)
        print(catalog_report(catalog), flush=True)
        if workers > 1:
            return run_async(supervise(config, settings, workers))
        run_async(serve_calls(catalog, settings))
    except (ConfigError, SettingsError) as error:
        print(error, file=sys.stderr)
        return EXIT_UNUSABLE
    return EXIT_OK


def serve_model(config: str | None, host: str, port: int) -> int:
    """Serve the built-in model until SIGINT or SIGTERM."""
    logger.remove()
    from pipeline.catalog import load_catalog
    from pipeline.logs import log_to_stderr
    from pipeline.problem import ConfigError
    from pipeline.runtime import environment, run_async
    from pipeline.serve_model import serve_model as serve_to_clients
    from pipeline.settings import SettingsError

    log_to_stderr("INFO")
    try:
        catalog = load_catalog(config, environment()) if config is not None else None
        run_async(serve_to_clients(host, port, catalog, _say))
    except (ConfigError, SettingsError) as error:
        print(error, file=sys.stderr)
        return EXIT_UNUSABLE
    return EXIT_OK


def _say(line: str) -> None:
    print(line, flush=True)


def doctor(config: str | None, number: str | None) -> int:
    """Tell what is missing before a phone can ring here; set a number's webhook if asked."""
    logger.remove()
    import asyncio

    from rich.console import Console

    from pipeline.doctor import diagnose
    from pipeline.doctor_view import print_findings, set_webhook
    from pipeline.runtime import ENV_FILE, environment
    from pipeline.settings import SettingsError, load_settings

    try:
        settings = load_settings(ENV_FILE)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return EXIT_UNUSABLE
    console = Console(width=None if sys.stdout.isatty() else 120)
    served = print_findings(
        asyncio.run(
            diagnose(config, settings, environment(), wall_clock=lambda: datetime.now(UTC))
        ),
        settings,
        console,
    )
    if number is not None:
        served &= asyncio.run(set_webhook(number, settings, console))
    return EXIT_OK if served else EXIT_FAILED


def simulate(
    config: str,
    save: Path | None,
    *,
    fast: bool = False,
    play: bool = False,
    person: Doing | None = None,
) -> int:
    """Place one simulated call and show it; 1 if it broke a promise."""
    logger.remove()
    from pipeline.catalog import load_catalog
    from pipeline.problem import ConfigError
    from pipeline.runtime import environment, run_async
    from pipeline.simulated_call import place_call, place_fast_call
    from transports.simulated.virtual_loop import run_virtual

    try:
        catalog = load_catalog(config, environment())
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_UNUSABLE
    if fast:
        return run_virtual(place_fast_call(catalog, save, person=person))
    return run_async(place_call(catalog, _say, save, play=play, person=person))


def scenarios(config: str, name: str, junit: Path | None) -> int:
    """Hold a call file's scenarios and tell how they went; 1 if one did not go as expected."""
    logger.remove()
    from rich.console import Console

    from pipeline.catalog import load_catalog
    from pipeline.problem import ConfigError
    from pipeline.runtime import environment
    from pipeline.scenario_file import scenarios_of
    from pipeline.scenario_report import print_results, write_junit
    from pipeline.scenario_run import run_scenarios

    try:
        catalog = load_catalog(config, environment())
        wanted = scenarios_of(catalog.files[0]).named(name)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_UNUSABLE
    results = list(run_scenarios(catalog, wanted))
    print_results(results, Console(width=None if sys.stdout.isatty() else 120))
    if junit is not None:
        write_junit(results, catalog.files[0].path.stem, junit)
    return EXIT_FAILED if any(result.failed for result in results) else EXIT_OK


def watch(config: str, name: str, *, fast: bool) -> int:
    """Show a call file's scenarios live, one after the other; 1 if one did not go as expected."""
    logger.remove()
    from pipeline.catalog import load_catalog
    from pipeline.problem import ConfigError
    from pipeline.runtime import environment, run_async
    from pipeline.scenario_file import scenarios_of
    from pipeline.scenario_run import watch_scenario
    from transports.simulated.virtual_loop import run_virtual

    try:
        catalog = load_catalog(config, environment())
        wanted = scenarios_of(catalog.files[0]).named(name).all
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_UNUSABLE
    run = run_virtual if fast else run_async
    status = EXIT_OK
    for scenario in wanted:
        print(f"{scenario.name}: {scenario.about}" if scenario.about else scenario.name)
        status = max(status, run(watch_scenario(catalog, scenario, moving=not fast)))
    return status


def cost(file: str, minutes: int, folder: Path) -> int:
    """Print what each minute of a long call costs, and draw it."""
    logger.remove()
    from pipeline.catalog import load_catalog
    from pipeline.cost_report import report_cost
    from pipeline.problem import ConfigError
    from pipeline.runtime import environment

    try:
        report_cost(load_catalog(file, environment()), minutes, folder)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_UNUSABLE
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
