"""The import rule: what may know of what. Read from the source, so nothing hides in a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("processors.state", "processors", "transports", "pipeline", "run")
"""From the innermost outwards; a module imports its own layer and those before it."""

FORBIDDEN_IN_STATE = {
    "asyncio", "loguru", "pipecat", "random", "socket", "threading", "time",
}  # fmt: skip
"""The call's logic has no clock, no I/O, no log and no pipecat. Dates are values there: that nobody
asks ``datetime`` for the present one is seen to by ``test_clocks``."""

FOLDERS = ("pipeline", "processors", "transports")
SOURCES = [
    ROOT / "run.py",
    *(path for name in FOLDERS for path in sorted((ROOT / name).rglob("*.py"))),
]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def package_of(module: str) -> str:
    """The package that a module of ours lies in; for a package, itself."""
    folder = ROOT.joinpath(*module.split("."))
    return module if folder.is_dir() else module.rpartition(".")[0] or module


def layer_of(module: str) -> int | None:
    """A module's layer; None for what is not ours."""
    for rank, layer in enumerate(LAYERS):
        if module == layer or module.startswith(f"{layer}."):
            return rank
    return None


def imports(source: str) -> Iterator[str]:
    """Every module that a source imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            yield node.module
            for alias in node.names:  # `from processors import base` imports a module, too
                name = f"{node.module}.{alias.name}"
                if layer_of(name) is not None and ROOT.joinpath(*name.split(".")).exists():
                    yield name


def broken_rules(module: str, source: str) -> list[str]:
    """What a module imports and may not."""
    rank = layer_of(module)
    assert rank is not None, f"{module} is in no layer"
    broken = []
    for imported in imports(source):
        other = layer_of(imported)
        if other is not None and other > rank:
            broken.append(f"{module} imports {imported}, which lies further out")
        if rank == 0 and imported.partition(".")[0] in FORBIDDEN_IN_STATE:
            broken.append(f"{module} imports {imported}")
    return broken


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_imports_point_inwards(path: Path) -> None:
    assert broken_rules(module_of(path), path.read_text()) == []


def test_packages_do_not_import_each_other_in_a_ring() -> None:
    needs: dict[str, set[str]] = {}
    for path in SOURCES:
        package = package_of(module_of(path))
        ours = {
            package_of(name) for name in imports(path.read_text()) if layer_of(name) is not None
        }
        needs.setdefault(package, set()).update(ours - {package})

    assert ring_in(needs) == []


def ring_in(needs: dict[str, set[str]]) -> list[str]:
    """A way from a package back to itself; empty if there is none."""

    def walk(package: str, way: list[str]) -> list[str]:
        if package in way:
            return [*way[way.index(package) :], package]
        for other in sorted(needs.get(package, ())):
            if found := walk(other, [*way, package]):
                return found
        return []

    return next((found for package in sorted(needs) if (found := walk(package, []))), [])


def test_the_rule_sees_what_breaks_it() -> None:
    inside_a_function = "def build():\n    from pipeline.config import load\n"

    assert broken_rules("processors.base", inside_a_function)
    assert broken_rules("processors.state.playback", "import time")
    assert broken_rules("processors.state.playback", "from pipecat.frames import frames")
    assert broken_rules("processors.state.playback", "from processors.frames import PcmuInputFrame")
    assert not broken_rules("pipeline.config", "import time\nfrom processors.state import g711")
    assert ring_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
