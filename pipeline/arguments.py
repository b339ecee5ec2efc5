"""The arguments that ``run.py`` takes."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

COST_MINUTES: Final = 60
MODEL_HOST: Final = "127.0.0.1"
MODEL_PORT: Final = 9000
PEOPLE: Final = (
    "accepts",
    "declines",
    "rings_out",
    "machine",
    "hangs_up",
    "busy",
    "unreachable",
)
"""What a person may do to whom a simulated call is handed."""

_MOST_MINUTES: Final = 240
"""Twilio ends a call after four hours (Twilio, Voice limitations)."""

_MOST_WORKERS: Final = 256

_Add: TypeAlias = Callable[..., Any]
"""Adds an argument: one of the tasks, of which there is one at most, or an option."""

_EXAMPLES: Final = """\
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
    """The arguments that ``run.py`` takes: a task at most, and what goes with it."""
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
    option = arguments.add_argument
    _about_files(task.add_argument)
    _about_simulated_calls(option, task.add_argument)
    _about_answering(option, task.add_argument)
    _about_the_model(option, task.add_argument)
    _about_records(option, task.add_argument)
    _about_cost(option, task.add_argument)
    return arguments


def _about_files(task: _Add) -> None:
    task(
        "--check",
        nargs="*",
        metavar="FILE",
        help="validate these files (or --config) and print their pipelines; nothing is served",
    )
    task(
        "--schema",
        nargs="?",
        const="call",
        choices=("call", "record", "scenarios"),
        help="print the JSON Schema of a call file, a call's record or a scenario file, and exit",
    )
    task("--prompt", metavar="FILE", help="print the prompt of a call file and exit")


def _about_simulated_calls(option: _Add, task: _Add) -> None:
    task(
        "--simulate",
        action="store_true",
        help="place a simulated call to --config, show it live, exit (1: it broke a promise)",
    )
    option("--play", action="store_true", help="with --simulate: play the call on this machine")
    option(
        "--person",
        choices=PEOPLE,
        metavar="DOES",
        help="with --simulate: the caller asks for a person, who " + ", ".join(PEOPLE),
    )
    option(
        "--fast",
        action="store_true",
        help="with --simulate: in memory and in virtual time, the same to the byte each time",
    )
    option(
        "--save",
        type=_folder_to_fill,
        metavar="DIR",
        help="with --simulate: write recordings, record and event log there;"
        " with --cost: the plot (here)",
    )
    task(
        "--scenarios",
        nargs="?",
        const="",
        metavar="NAME",
        help="hold the calls of scenarios/CONFIG.yaml in virtual time (NAME: only those whose name"
        " has it), print a table, exit (1: one did not go as expected)",
    )
    option(
        "--junit",
        type=_file_to_write,
        metavar="FILE",
        help="with --scenarios: write JUnit XML, too",
    )
    option(
        "--watch",
        action="store_true",
        help="with --scenarios: show each call live, in real time or with --fast at once",
    )


def _about_answering(option: _Add, task: _Add) -> None:
    option(
        "--workers",
        type=_workers,
        metavar="N",
        help="so many processes on one port, each of which takes any call (1)",
    )
    option(
        "--runner",
        nargs=argparse.REMAINDER,
        metavar="ARG",
        help="answer under pipecat's development runner, with its arguments (-t twilio -x HOST)",
    )
    task(
        "--doctor",
        action="store_true",
        help="look at environment, address, signature, port, --config and clock; tell what is"
        " missing and what to enter in Twilio's console (1: a caller would not be served)",
    )
    option(
        "--set-webhook",
        metavar="NUMBER",
        help="with --doctor: have calls to this number of the account answered here",
    )


def _about_the_model(option: _Add, task: _Add) -> None:
    task(
        "--serve-model",
        action="store_true",
        help="serve the built-in model, which hears and speaks, to any client of the Realtime API",
    )
    where = "with --serve-model: where to listen"
    option("--host", help=f"{where} ({MODEL_HOST})")
    option("--port", type=_port, metavar="N", help=f"{where} ({MODEL_PORT})")


def _about_records(option: _Add, task: _Add) -> None:
    task(
        "--show",
        type=Path,
        metavar="RECORD",
        help="print a call's record (or the newest one in a folder) for a person to read",
    )
    option("--plot", type=Path, metavar="FILE.svg", help="with --show: draw the call's timeline")


def _about_cost(option: _Add, task: _Add) -> None:
    task(
        "--cost",
        metavar="FILE",
        help="what each minute of a long simulated call costs, with the summarizer and without",
    )
    option(
        "--minutes",
        type=_minutes,
        metavar="N",
        help=f"with --cost: how long the call is ({COST_MINUTES})",
    )


def _folder_to_fill(text: str) -> Path:
    """A folder that can be written to; made if it is not there, so no call is held in vain."""
    folder = Path(text)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"no folder can be at {text}: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise argparse.ArgumentTypeError(f"the folder {text} can't be written to")
    return folder


def _file_to_write(text: str) -> Path:
    """A file that can be written, in a folder that is there."""
    file = Path(text)
    if file.is_dir() or not file.parent.is_dir():
        raise argparse.ArgumentTypeError(f"found {text}; allowed: a file in a folder that is there")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise argparse.ArgumentTypeError(f"{text} can't be written")
    return file


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
