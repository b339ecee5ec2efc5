"""The programs that the benchmark compares, and how each is started."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.bench.call_file import write_without_memory

ROOT: Final = Path(__file__).parent.parent.parent

_READY_WITHIN: Final = 60.0


@dataclass(frozen=True, slots=True)
class Program:
    """One of them.

    Attributes:
        name: In the table.
        arguments: Of the Python interpreter; port, model and folder are filled in.
        environment: The same of variables that are set for it.
        prepare: Writes what it needs into its folder, which is gone after the run.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Path], None] | None = None


_ENVIRONMENT: Final = {
    "PORT": "{port}",
    "OPENAI_BASE_URL": "http://127.0.0.1:{model}/v1",
    "OPENAI_API_KEY": "bench",
    "RECORDS_DIR": "{folder}/records",
}

CALLWRIGHT: Final = Program("Callwright", ("run.py", "--config", "realestate.yaml"), _ENVIRONMENT)
WITHOUT_MEMORY: Final = Program(
    "without memory",
    ("run.py", "--config", "{folder}/configs/realestate.yaml"),
    _ENVIRONMENT,
    write_without_memory,
)
LEAN: Final = Program(
    "lean bridge", ("-m", "tests.bench.lean_bridge", "{port}", "ws://127.0.0.1:{model}/v1")
)
PIPECAT: Final = Program(
    "stock pipecat", ("-m", "tests.bench.stock_pipecat", "{port}", "ws://127.0.0.1:{model}/v1")
)
PROGRAMS: Final = (CALLWRIGHT, LEAN, PIPECAT)

_OURS: Final = (
    *("PORT", "HOST", "PUBLIC_URL", "LOG_LEVEL", "OPENAI_", "TWILIO_", "TRUST_PROXY"),
    "RECORDS_DIR",
)


def start(
    program: Program, port: int, model_port: int, core: int, folder: Path
) -> subprocess.Popen[bytes]:
    """Start a program on one core, with nothing in its environment that is not said here."""
    if program.prepare is not None:
        program.prepare(folder)
    values = {"port": port, "model": model_port, "folder": folder}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    environment |= {name: value.format(**values) for name, value in program.environment.items()}
    arguments = [argument.format(**values) for argument in program.arguments]
    return start_python(arguments, core, folder / "program.log", environment)


def start_python(
    arguments: Sequence[str],
    core: int,
    log: Path,
    environment: Mapping[str, str] | None = None,
    *,
    talks: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a Python process on one core; ``talks``: its output is read here."""
    with log.open("wb") as errors:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if talks else errors,
            stderr=errors,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),  # one thread here
        )


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    """Return once ``/readyz`` answers 200.

    Raises:
        RuntimeError: The process ended, or it took a minute.
    """
    until = time.monotonic() + _READY_WITHIN
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1.0)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.005)
        finally:
            connection.close()
    raise RuntimeError("a program did not become ready")
