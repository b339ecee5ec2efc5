"""Nothing on a call's path reads another clock than the loop's, or draws without a seed.

Otherwise the same call would not be the same twice, and virtual time would be a lie.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        *(ROOT / "processors").rglob("*.py"),
        *(ROOT / "transports").rglob("*.py"),
        *(ROOT / "pipeline").rglob("*.py"),
        ROOT / "run.py",
    ]
)

OTHER_CLOCKS = {
    *(f"time.{clock}{unit}" for unit in ("", "_ns") for clock in ("time", "monotonic")),
    *(f"time.{clock}{unit}" for unit in ("", "_ns") for clock in ("perf_counter", "process_time")),
    *("time.sleep", "time.localtime", "time.gmtime", "time.ctime", "time.strftime"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
    "datetime.date.today",
    *("email.utils.formatdate", "email.utils.localtime", "pipecat.utils.time.time_now_iso8601"),
}
CHANCE = ("random.", "secrets.", "uuid.", "os.urandom", "numpy.random.")
SEEDED = "random.Random"
"""Chance with a seed is none; without an argument it has no seed."""

ALLOWED = {
    ("pipeline/outside.py", "datetime.datetime.now"): "the real world's date, handed in as a value",
    ("pipeline/outside.py", "random.SystemRandom"): "the real world's chance, handed in",
    (
        "pipeline/server.py",
        "time.time",
    ): "what tokens expire by, unless handed in",
    (
        "pipeline/supervisor.py",
        "secrets.token_urlsafe",
    ): "the workers' key, if there is no secret",
    ("transports/text_frames.py", "os.urandom"): "masks that nobody may foresee (RFC 6455, 5.3)",
    ("transports/twilio/rest.py", "random.SystemRandom"): "spreads retries, unless handed in",
    ("transports/twilio/seal.py", "secrets.token_bytes"): "a key where no secret is given",
    ("transports/twilio/token.py", "secrets.token_bytes"): "a key where no secret is given",
    ("transports/twilio/token.py", "secrets.token_urlsafe"): "a token's name, unless handed in",
    ("transports/simulated/model_server.py", "time.time"): "the port's shell: ``expires_at``",
    ("transports/simulated/sids.py", "secrets.token_hex"): "names of calls over real sockets",
    (
        "pipeline/commands.py",
        "datetime.datetime.now",
    ): "``--prompt`` shows what a caller of now would get",
}
"""Where the real world comes in, each with its reason."""


def clocks_and_chance(source: str) -> Iterator[tuple[int, str]]:
    """What a module takes from another clock or from chance: its line, and its full name."""
    tree = ast.parse(source)
    names = dict(_imported(tree))
    seeded = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args}
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if id(node) in inner:
            continue  # part of a longer name
        name = _full_name(node, names)
        if name is None or not isinstance(node, ast.Name | ast.Attribute):
            continue
        if name == SEEDED:
            if id(node) in called and id(node) not in seeded:
                yield node.lineno, name
        elif name in OTHER_CLOCKS or name.startswith(CHANCE):
            yield node.lineno, name


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                yield alias.asname or root, alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _full_name(node: ast.AST, names: dict[str, str]) -> str | None:
    """``datetime.now`` after ``from datetime import datetime`` is ``datetime.datetime.now``."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        of = _full_name(node.value, names)
        return None if of is None else f"{of}.{node.attr}"
    return None


@pytest.mark.parametrize("file", FILES)
def test_time_is_the_loops_and_chance_has_a_seed(file: str) -> None:
    source = (ROOT / file).read_text(encoding="utf-8")

    found = [
        f"{file}:{line}: {name}"
        for line, name in clocks_and_chance(source)
        if (file, name) not in ALLOWED
    ]

    assert found == []


def test_what_is_allowed_is_there() -> None:
    used = {
        (file, name)
        for file in FILES
        for _, name in clocks_and_chance((ROOT / file).read_text(encoding="utf-8"))
    }

    assert set(ALLOWED) <= used


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import time\nx = time.time()", ["time.time"]),
        ("import time as t\nx = t.monotonic_ns()", ["time.monotonic_ns"]),
        ("from time import perf_counter as now\nnow()", ["time.perf_counter"]),
        ("f(clock=time.time)\nimport time", ["time.time"]),
        ("from datetime import datetime\ndatetime.now(UTC)", ["datetime.datetime.now"]),
        ("import datetime\ndatetime.date.today()", ["datetime.date.today"]),
        ("import datetime\ndatetime.datetime(2026, 1, 1)", []),
        ("import random\nrandom.uniform(0, 1)", ["random.uniform"]),
        ("from random import choice\nchoice(x)", ["random.choice"]),
        ("import random\nrandom.Random()", ["random.Random"]),
        ("import random\nrandom.Random(seed)", []),
        ("from random import Random\ndef f(r: Random) -> None: ...", []),
        ("import uuid\nuuid.uuid4().hex", ["uuid.uuid4"]),
        ("import secrets\nsecrets.token_hex(8)", ["secrets.token_hex"]),
        ("import os\nos.urandom(8)", ["os.urandom"]),
        ("import numpy as np\nnp.random.default_rng()", ["numpy.random.default_rng"]),
        ("loop.time()\nself.time.time()", []),
    ],
)
def test_the_lint_itself(source: str, found: list[str]) -> None:
    assert [name for _, name in clocks_and_chance(source)] == found
