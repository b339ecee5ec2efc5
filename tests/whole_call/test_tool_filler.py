"""Something short is said while a function takes long: a whole call."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.catalog import Catalog, load_catalog
from tests.virtual_loop import virtual
from tests.whole_call.harness import BYE, Held, call_file, hold
from transports.simulated.caller_steps import Listen, Say, StaySilent, Step

FILLER = '{type: tool_filler, filler_after: 1500, say: ["Still looking."]}'
WEATHER = "Could you tell me the weather report?"  # takes three seconds
MOMENT_MS = 1254  # "One moment, please.", which the simulated model says before it calls


def desk(folder: Path, name: str, more: str = "") -> Catalog:
    tool = f'tools: [{{use: "tests.whole_call.desk_tools:{name}"{more}}}]\n'
    call_file(folder, tail=tool)
    path = folder / "desk.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("agent:\n", f"  - {FILLER}\nagent:\n", 1), encoding="utf-8")
    return load_catalog(str(path))


def asking(words: str, *then: Step) -> list[Step]:
    return [Listen(), Say(words), *then, Listen(quiet=4.0), Say(BYE), Listen()]


def said(held: Held) -> list[str]:
    return [one["text"] for one in held.of("assistant_said")]


@virtual
async def test_after_a_while_one_short_thing_is_said(tmp_path: Path) -> None:
    held = await hold(desk(tmp_path, "weather_report"), asking(WEATHER))

    assert held.broken == []
    assert said(held).count("Still looking.") == 1
    spoken = held.at("response_started")[2] - held.at("assistant_heard")[1]
    assert spoken == pytest.approx(1.5, abs=0.1)  # since the model's own words were heard
    assert "The weather is fine." in " ".join(held.heard)


@virtual
async def test_quick_function_needs_none(tmp_path: Path) -> None:
    held = await hold(desk(tmp_path, "coffee_menu"), asking("Can I get the coffee menu?"))

    assert held.broken == []
    assert held.of("filler") == []


@virtual
async def test_it_is_said_once_however_long_it_takes_and_in_the_tools_own_words(
    tmp_path: Path,
) -> None:
    catalog = desk(tmp_path, "stuck_lift", ', timeout: 12, filler: "The lift is slow."')

    held = await hold(catalog, asking("Could you please call the lift?", Listen(), Listen(2.0, 20)))

    assert held.broken == []
    assert said(held).count("The lift is slow.") == 1
    assert len(held.of("filler")) == 1


@virtual
async def test_nothing_is_said_into_the_callers_words(tmp_path: Path) -> None:
    script = asking(WEATHER, StaySilent(1.6), Say("And when are you open, by the way, please?"))

    held = await hold(desk(tmp_path, "weather_report"), script)

    assert held.broken == []
    assert held.of("filler") == []
    assert "The weather is fine." in " ".join(held.heard)
