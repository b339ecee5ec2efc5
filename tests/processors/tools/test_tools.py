"""The tools that are built in, and those of Python."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from processors.call_tool import direct_tool
from processors.context import Speech
from processors.frames import EndCallFrame
from processors.silence_frames import WaitForCallerFrame
from processors.state.detail_values import DetailField
from processors.state.hours import BusinessHours, Window
from processors.state.memory import Remembered
from processors.state.tool_calls import GoOn
from processors.state.turn import ToolUse
from processors.tools.business_hours import BusinessHoursTool
from processors.tools.end_call import CALL_ENDS, SAY_GOODBYE, end_call
from processors.tools.save_details import SaveDetailsTool
from processors.tools.wait_for_caller import STAY_SILENT, WaitForCallerTool
from tests.processors.tools.bench import Bench

FIELDS = (
    DetailField("name", confirm=True, ask="What is your name?"),
    DetailField("plan", "choice", choices=("buy", "rent"), ask="Buy or rent?"),
    DetailField("first_time", "yes_no", required=False),
)
NINE_TO_FIVE = (Window(time(9), time(17)),)
HOURS = BusinessHours(
    ZoneInfo("America/New_York"),
    week=[NINE_TO_FIVE] * 4 + [(Window(time(18), time(2)),)] + [()] * 2,
)


@pytest.mark.parametrize("said", [False, True])
async def test_end_call_says_goodbye_unless_it_was_said(said: bool) -> None:
    bench = Bench()
    if said:
        bench.context.transcript.assistant_said("item", "Thank you, goodbye!")
    bench.context.transcript.called(ToolUse("tool", "call", "end_call", "{}"))

    told = await bench.run(direct_tool(end_call, 5.0), reason="done")

    assert told == (CALL_ENDS if said else SAY_GOODBYE)
    assert bench.returned is (GoOn.SILENT if said else GoOn.GOODBYE)
    assert bench.silent is said
    (frame,) = bench.frames
    assert isinstance(frame, EndCallFrame)
    assert (frame.reason, frame.goodbye_said) == ("done", said)


async def test_wait_for_caller_keeps_the_model_silent() -> None:
    bench = Bench()
    tool = WaitForCallerTool(type="wait_for_caller").tools()[0]

    assert await bench.run(tool, reason="looks for a pen") == STAY_SILENT
    assert bench.returned is GoOn.SILENT
    assert bench.silent
    (frame,) = bench.frames
    assert isinstance(frame, WaitForCallerFrame)
    assert frame.reason == "looks for a pen"


def test_each_field_is_an_argument_of_save_details() -> None:
    tool = SaveDetailsTool(type="save_details").tools(FIELDS)[0]

    properties = tool.parameters["properties"]
    assert list(properties) == ["name", "plan", "first_time", "confirmed"]
    assert properties["name"]["description"].startswith("What is your name?")
    assert properties["plan"]["enum"] == ["buy", "rent"]
    assert properties["first_time"]["enum"] == ["yes", "no"]
    assert properties["confirmed"]["items"]["enum"] == ["name", "plan", "first_time"]


async def test_saved_details_reach_memory_and_record() -> None:
    bench = Bench(speech=Speech(details=FIELDS))
    tool = SaveDetailsTool(type="save_details").tools(FIELDS)[0]

    told = await bench.run(tool, name="Jo", plan="Buy", first_time="maybe", confirmed=["name"])

    assert told == {
        "saved": {"name": "Jo", "plan": "buy"},
        "not saved, so ask again": {"first_time": "is neither yes nor no"},
    }
    assert bench.context.memory.known == {
        "name": Remembered("Jo", confirmed=True),
        "plan": Remembered("buy"),
    }
    assert bench.call.journal("details_saved") == [
        {"saved": ["name", "plan"], "doubtful": [], "refused": ["first_time"], "missing": []}
    ]
    (remembered,) = [entry for entry in bench.call.entries if entry.kind == "memory"]
    assert remembered.private["memory"]["fields"]["plan"]["value"] == "buy"


async def test_what_is_no_list_confirms_nothing() -> None:
    bench = Bench(speech=Speech(details=FIELDS))
    tool = SaveDetailsTool(type="save_details").tools(FIELDS)[0]

    told = await bench.run(tool, name="Jo", confirmed="name")

    assert told["to be read back and confirmed"] == ["name"]


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (
            0.0,
            {"now": "Monday 2026-01-05 10:00", "open": True, "closes": "Monday 2026-01-05 17:00"},
        ),
        (
            8 * 3600.0,
            {"now": "Monday 2026-01-05 18:00", "open": False, "opens": "Tuesday 2026-01-06 09:00"},
        ),
    ],
)
async def test_business_hours_now(after: float, told: dict[str, object]) -> None:
    bench = Bench()
    bench.context.hours = HOURS
    bench.call.clock.now += after

    assert await bench.run(BusinessHoursTool(type="business_hours").tools()[0]) == told


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2026-01-06", {"day": "Tuesday 2026-01-06", "open": "09:00 to 17:00"}),
        ("2026-01-09", {"day": "Friday 2026-01-09", "open": "18:00 to 02:00 on the day after"}),
        ("2026-01-10", {"day": "Saturday 2026-01-10", "open": "closed all day"}),
        (
            "next week",
            {
                "error": "next week is no day as it is wanted here, YYYY-MM-DD;"
                " today is Monday 2026-01-05"
            },
        ),
    ],
)
async def test_business_hours_of_a_day(day: str, told: dict[str, str]) -> None:
    bench = Bench()
    bench.context.hours = HOURS

    assert await bench.run(BusinessHoursTool(type="business_hours").tools()[0], day=day) == told


async def test_business_that_never_opens_says_no_more() -> None:
    bench = Bench()
    bench.context.hours = BusinessHours(ZoneInfo("UTC"), week=[()] * 7)

    told = await bench.run(BusinessHoursTool(type="business_hours").tools()[0])

    assert told == {"now": "Monday 2026-01-05 10:00", "open": False}


async def test_business_without_hours_makes_none_up() -> None:
    bench = Bench()

    told = await bench.run(BusinessHoursTool(type="business_hours").tools()[0], day=str(date.max))

    assert told == {"hours": "nobody has said"}
