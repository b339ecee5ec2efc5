"""Callwright's command line: check call files, print what they mean, answer the phone with them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from loguru import logger

EXIT_OK = 0
EXIT_UNUSABLE = 2
"""The arguments or a call file can't be used; argparse ends with the same."""

_EXAMPLE_CALLER, _EXAMPLE_CALLED = "+15550100042", "+15550100001"

_EXAMPLES = """\
examples:
  run.py --config realestate.yaml       answer the phone with configs/realestate.yaml
  run.py --config minimal --simulate    watch a simulated call of configs/minimal.yaml
  run.py --config minimal --simulate --fast   the same within seconds, in virtual time
  run.py --config calls/                answer several numbers: one file each, by `numbers:`
  run.py --check configs/*.yaml         validate, and print each pipeline as it will run
  run.py --prompt realestate            print what the model is told
  run.py --schema > schema.json         the JSON Schema of a call file, for editors

exit status: 0 all is well, 1 a simulated call broke a promise, 2 the arguments, the environment
or a call file can't be used
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
    task.add_argument("--schema", action="store_true", help="print the JSON Schema and exit")
    task.add_argument("--prompt", metavar="FILE", help="print the prompt of a call file and exit")
    task.add_argument(
        "--simulate",
        action="store_true",
        help="place a simulated call to --config, show it live, exit (1: it broke a promise)",
    )
    arguments.add_argument(
        "--fast",
        action="store_true",
        help="with --simulate: in memory and in virtual time, the same to the byte each time",
    )
    arguments.add_argument(
        "--save",
        type=Path,
        metavar="DIR",
        help="with --simulate: write the stereo recording and the event log there",
    )
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say; the exit status."""
    arguments = parser()
    asked = arguments.parse_args(argv)
    if asked.schema:
        return schema()
    if asked.prompt is not None:
        return prompt(asked.prompt)
    if asked.check is not None:
        files = asked.check or ([asked.config] if asked.config else [])
        if not files:
            arguments.error("--check needs a FILE, or --config FILE")
        return check(files)
    if asked.save is not None and not asked.simulate:
        arguments.error("--save goes with --simulate")
    if asked.fast and not asked.simulate:
        arguments.error("--fast goes with --simulate")
    if asked.config is None:
        arguments.error("--config FILE is needed; try --help")
    if asked.simulate:
        return simulate(asked.config, asked.save, fast=asked.fast)
    return serve(asked.config)


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


def schema() -> int:
    """Print the JSON Schema of a call file."""
    logger.remove()
    from pipeline.schema import schema_text

    print(schema_text(), end="")
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


def serve(config: str) -> int:
    """Answer the phone until SIGINT or SIGTERM."""
    logger.remove()
    from pipeline.catalog import load_catalog
    from pipeline.problem import ConfigError
    from pipeline.report import catalog_report
    from pipeline.runtime import ENV_FILE, environment, log_to_stderr, run_async
    from pipeline.serve import serve as serve_calls
    from pipeline.settings import SettingsError, load_settings

    try:
        settings = load_settings(ENV_FILE)
        catalog = load_catalog(config, environment())
        log_to_stderr(settings.log_level)
        print(catalog_report(catalog), flush=True)
        run_async(serve_calls(catalog, settings))
    except (ConfigError, SettingsError) as error:
        print(error, file=sys.stderr)
        return EXIT_UNUSABLE
    return EXIT_OK


def simulate(config: str, save: Path | None, *, fast: bool = False) -> int:
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
        return run_virtual(place_fast_call(catalog, save))
    return run_async(place_call(catalog, save))


if __name__ == "__main__":
    sys.exit(main())
