"""What ``run.py --check`` prints about a call file that can be used."""

from __future__ import annotations

from pipeline.catalog import Catalog
from pipeline.config import Loaded
from pipeline.order import Standing, as_run, type_of
from processors.custom import CustomConfig


def report(loaded: Loaded) -> str:
    """Name, numbers, the pipeline as it will run, warnings; plain text."""
    call = loaded.call
    answers = ", ".join(call.numbers) or "every number, if it is served alone"
    if call.default:
        answers = f"{', '.join(call.numbers) + ', and ' if call.numbers else ''}what no other does"
    lines = [
        f"{loaded.path}: OK",
        f"  name      {call.name}",
        f"  answers   {answers}",
        f"  tools     {', '.join(_tools(loaded)) or 'none'}",
        "  pipeline  as frames meet it, from the phone on",
        *_table(as_run(call.pipeline)),
        *(f"  warning   {warning}" for warning in loaded.warnings),
    ]
    return "\n".join(lines)


def catalog_report(catalog: Catalog) -> str:
    """All files of a folder, and which number goes where."""
    lines = [report(loaded) for loaded in catalog.files]
    if catalog.is_folder:
        lines.append(f"{catalog.path}: OK")
        lines += [
            f"  {number}  {loaded.path.name}"
            for loaded in catalog.files
            for number in loaded.call.numbers
        ]
        rest = catalog.default
        lines.append(f"  any other number  {rest.path.name if rest else 'is refused'}")
    lines += [f"  warning   {warning}" for warning in catalog.warnings]
    return "\n".join(lines)


def _tools(loaded: Loaded) -> list[str]:
    built_in = ["end_call"] if loaded.call.end_call else []
    return [*built_in, *(tool.name or "those of an MCP server" for tool in loaded.call.tools)]


def _table(row: tuple[Standing, ...]) -> list[str]:
    names = [_name(standing) for standing in row]
    width = max(len(name) for name in names)
    return [
        f"  {number:>4}  {name:<{width}}  {_audio(standing)}".rstrip()
        for number, (name, standing) in enumerate(zip(names, row, strict=True), start=1)
    ]


def _name(standing: Standing) -> str:
    config = standing.config
    name = type_of(config)
    if isinstance(config, CustomConfig):
        name += f" {config.use}"
    if standing.end:
        name += f" ({standing.end})"
    return f"{name} (added by itself)" if standing.implied else name


def _audio(standing: Standing) -> str:
    heard = (("caller audio", standing.caller_audio), ("assistant audio", standing.assistant_audio))
    return ", ".join(kind for kind, visits in heard if visits) or "no audio"
