"""What ``run.py --scenarios`` prints and writes: a table, what failed and how it went, JUnit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.scenario_checks import Check
from pipeline.scenario_run import Result


def print_results(results: Sequence[Result], console: Console) -> None:
    """One line a call, and below it what was not true and what was said."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("call")
    table.add_column("model's side", style="dim")
    table.add_column("length", justify="right")
    table.add_column("checks", justify="right")
    table.add_column("")
    for result in results:
        scenario = result.held.scenario
        ok = not result.failed
        table.add_row(
            Text(scenario.name),
            "scripted" if scenario.model else "its own",
            f"{length(result):.1f} s",
            f"{len(result.checks) - len(result.failed)}/{len(result.checks)}",
            Text("ok" if ok else "FAILED", style="green" if ok else "bold red"),
        )
    console.print(table)
    for result in results:
        if result.failed:
            console.print(Text(failure(result)), soft_wrap=True)
    failed = sum(1 for result in results if result.failed)
    held = f"{len(results)} call{'' if len(results) == 1 else 's'}"
    console.print(f"{failed} of {held} failed" if failed else f"{held}, all as expected")


def failure(result: Result) -> str:
    """What was not true in a call, and what was said in it."""
    lines = [result.held.scenario.name]
    lines += [f"  FAILED  {describe(one)}" for one in result.failed]
    lines += [f"  {line}" for line in dialogue(result)]
    return "\n".join(lines)


def describe(check: Check) -> str:
    """A check in a line."""
    return f"{check.text}: {check.detail}" if check.detail else check.text


def dialogue(result: Result) -> list[str]:
    """The call as its caller lived through it, in order of time."""
    caller = result.held.caller
    said = [(one.started_at, "caller", one.text) for one in caller.spoken]
    heard = [(one.started_at, "heard", one.text) for one in caller.all_heard()]
    return [f"{at:6.1f} s  {who:<6}  {text}" for at, who, text in sorted(said + heard)]


def length(result: Result) -> float:
    """How long the call took, s."""
    return sum(document.call.duration_ms for document in result.held.documents) / 1000


def write_junit(results: Sequence[Result], name: str, path: Path) -> None:
    """Write the results as JUnit XML, as continuous integration reads it."""
    suites = Xml.Element("testsuites")
    suite = Xml.SubElement(
        suites,
        "testsuite",
        name=name,
        tests=str(len(results)),
        failures=str(sum(1 for result in results if result.failed)),
        errors="0",
        skipped="0",
        time=f"{sum(map(length, results)):.3f}",
    )
    for result in results:
        case = Xml.SubElement(
            suite,
            "testcase",
            classname=name,
            name=result.held.scenario.name,
            time=f"{length(result):.3f}",
        )
        if result.failed:
            failed = Xml.SubElement(
                case, "failure", message="; ".join(map(describe, result.failed))
            )
            failed.text = failure(result)
    Xml.indent(suites)
    path.write_bytes(Xml.tostring(suites, encoding="utf-8", xml_declaration=True) + b"\n")
