"""What ``run.py`` can be asked to do: a function each, which returns the exit status.

The rest of the pipeline is imported where it is needed: --help answers at once, and pipecat, which
greets in the log when it is imported, does so only where a call may follow.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loguru import logger

if TYPE_CHECKING:
    from transports.simulated.people import Doing

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
EXIT_UNUSABLE: Final = 2
"""The arguments or a call file can't be used; argparse ends with the same."""

EXIT_INTERRUPTED: Final = 130
"""128 and SIGINT's number, as shells have it."""

_EXAMPLE_CALLER: Final = "+15550100042"
_EXAMPLE_CALLED: Final = "+15550100001"


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
    from pipeline.record_file import read_record
    from pipeline.record_plot import record_svg
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
    from pipeline.record_keeping import check_folders
    from pipeline.report import catalog_report
    from pipeline.runtime import ENV_FILE, environment, run_async
    from pipeline.serve import serve as serve_calls
    from pipeline.settings import SettingsError, load_settings
    from pipeline.supervisor import supervise

    try:
        settings = load_settings(ENV_FILE)
        catalog = load_catalog(config, environment())
        check_folders(catalog)
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
    from pipeline.memory_runtime import check_in_memory
    from pipeline.problem import ConfigError
    from pipeline.runtime import environment, run_async
    from pipeline.simulated_call import place_call, place_fast_call
    from transports.simulated.virtual_loop import run_virtual

    try:
        catalog = load_catalog(config, environment())
        if fast:
            check_in_memory(catalog)
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
    from pipeline.memory_runtime import check_in_memory
    from pipeline.problem import ConfigError
    from pipeline.runtime import environment
    from pipeline.scenario_file import scenarios_of
    from pipeline.scenario_report import print_results, write_junit
    from pipeline.scenario_run import run_scenarios

    try:
        catalog = load_catalog(config, environment())
        check_in_memory(catalog)
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
    from pipeline.memory_runtime import check_in_memory
    from pipeline.problem import ConfigError
    from pipeline.runtime import environment, run_async
    from pipeline.scenario_file import scenarios_of
    from pipeline.scenario_run import watch_scenario
    from transports.simulated.virtual_loop import run_virtual

    try:
        catalog = load_catalog(config, environment())
        if fast:
            check_in_memory(catalog)
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
