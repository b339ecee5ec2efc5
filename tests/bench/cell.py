"""One cell of the table: a program, started anew, with so many calls."""

from __future__ import annotations

import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench import usage
from tests.bench.programs import Program, start, start_python, wait_until_ready
from tests.bench.records import Call, Session, load_calls, load_sessions

WARM_UP: Final = (1, 0.0, 3.0)
"""Calls, settling, seconds of what goes before: it fills what is made once for a process."""

_ENDS_WITHIN: Final = 10.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How long everything takes, and where it runs.

    Attributes:
        settle: Seconds from the last call's beginning to the first that counts.
        seconds: Seconds that count.
        program_core: The core of the program.
        others_core: The core of the phones, of the model, and of this process.
    """

    settle: float
    seconds: float
    program_core: int
    others_core: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What was measured.

    Attributes:
        program: The program's name.
        calls: How many calls it had.
        started_in: Seconds from the process's start to its readiness.
        cpu: CPU seconds used in the seconds that count.
        others: Share of the program's core that others used.
        base_mb: Memory after a first call, before the others.
        full_mb: Memory with all calls up.
        begins_at: When what counts began.
        ends_at: When it ended.
        phones: What the phones noted.
        sessions: What the model noted.
    """

    program: str
    calls: int
    started_in: float
    cpu: float
    others: float
    base_mb: float
    full_mb: float
    begins_at: float
    ends_at: float
    phones: list[Call]
    sessions: list[Session]


def measure(program: Program, calls: int, plan: Plan) -> Cell:
    """Run one cell; every process that it starts has ended when it returns."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        model = start_python(
            ["-m", "tests.bench.model", str(folder / "model.json")],
            plan.others_core,
            folder / "model.log",
            talks=True,
        )
        stack.callback(_end, model)
        model_port = int(_line(model, folder / "model.log"))
        port = _free_port()
        began_at = time.monotonic()
        server = start(program, port, model_port, plan.program_core, folder)
        stack.callback(_end, server)
        wait_until_ready(server, port)
        started_in = time.monotonic() - began_at
        url = f"http://127.0.0.1:{port}"
        _phones(folder / "warm.json", url, WARM_UP, plan).wait()
        base_mb = usage.resident_mb(server.pid)
        phones = _phones(folder / "phones.json", url, (calls, plan.settle, plan.seconds), plan)
        stack.callback(_end, phones)
        cpu, others, (begins_at, ends_at), full_mb = _watch(phones, server, plan, folder)
        phones.wait()
        _end(model)
        return Cell(
            program.name,
            calls,
            started_in,
            cpu,
            others,
            base_mb,
            full_mb,
            begins_at,
            ends_at,
            load_calls(folder / "phones.json"),
            load_sessions(folder / "model.json"),
        )


def _watch(
    phones: subprocess.Popen[bytes], server: subprocess.Popen[bytes], plan: Plan, folder: Path
) -> tuple[float, float, tuple[float, float], float]:
    """Follow a program through the seconds that count."""
    assert _line(phones, folder / "phones.log") == "begin"
    core, began_at = plan.program_core, time.monotonic()
    busy, used = usage.busy_seconds(core), usage.cpu_seconds(server.pid)
    time.sleep(plan.seconds)
    used = usage.cpu_seconds(server.pid) - used
    busy = usage.busy_seconds(core) - busy
    ended_at = time.monotonic()
    full_mb = usage.resident_mb(server.pid)
    others = max(0.0, busy - used) / (ended_at - began_at)
    return used, others, (began_at, ended_at), full_mb


def _phones(
    path: Path, url: str, timing: tuple[int, float, float], plan: Plan
) -> subprocess.Popen[bytes]:
    arguments = ["-m", "tests.bench.phones", url, *map(str, timing), str(path)]
    return start_python(arguments, plan.others_core, path.with_suffix(".log"), talks=True)


def _line(process: subprocess.Popen[bytes], log: Path) -> str:
    assert process.stdout is not None, "it talks"
    line = process.stdout.readline().decode().strip()
    if not line:
        raise RuntimeError(f"a part of the benchmark failed:\n{log.read_text()[-2000:]}")
    return line


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
