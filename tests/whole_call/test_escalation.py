"""Escalations on whole calls: what is said, asked and promised, and what the caller hears."""

from __future__ import annotations

from pathlib import Path

from pipeline.catalog import Catalog, load_catalog
from tests.virtual_loop import virtual
from tests.whole_call.harness import BYE, GREETING, call_file, hold
from transports.simulated.caller_steps import Listen, Say, Step
from transports.simulated.person import PressDigits

OFFER = "Would you like me to connect you with a person?"
DANGER = "If anybody is in danger, please hang up now and call nine one one."
CALLBACK = "I'll make sure that somebody calls you back as soon as possible."


def desk(folder: Path, settings: str = "", head: str = "") -> Catalog:
    """The test desk with a detector; ``settings`` are its own, ``head`` is laid over the file."""
    path = next(iter(call_file(folder).files)).path
    entry = f"  - {{type: escalation_detector{', ' if settings else ''}{settings}}}\nagent:\n"
    path.write_text(head + path.read_text().replace("agent:\n", entry, 1), encoding="utf-8")
    return load_catalog(str(path))


def saying(*lines: str) -> list[Step]:
    spoken = [step for line in lines for step in (Say(line), Listen(quiet=2.5))]
    return [Listen(), *spoken, Say(BYE), Listen()]


@virtual
async def test_a_caller_who_says_no_to_an_offer_is_left_alone(tmp_path: Path) -> None:
    held = await hold(
        desk(tmp_path), saying("I want to make a complaint.", "No, it's fine.", "My lawyer agrees.")
    )

    assert held.broken == []
    assert held.heard[1].endswith(OFFER), "behind the model's own answer"
    assert [found["reasons"] for found in held.of("escalation")] == [["legal"]]
    assert [answer["taken"] for answer in held.of("offer_answered")] == [False]
    assert held.of("callback_promised") == []


@virtual
async def test_the_safety_sentence_is_heard_at_once_and_exactly(tmp_path: Path) -> None:
    held = await hold(desk(tmp_path), saying("I smell gas in my kitchen."))

    assert held.broken == []
    assert held.heard[1].endswith(DANGER)
    (found,) = held.of("escalation")
    assert (found["reasons"], found["actions"]) == (["emergency"], ["emergency"])
    assert found["cues"] == ["smell gas"]


@virtual
async def test_where_nobody_can_be_reached_a_callback_is_promised(tmp_path: Path) -> None:
    held = await hold(desk(tmp_path), saying("Can I talk to a person?"))

    assert held.broken == []
    assert held.heard[1].endswith(CALLBACK)
    assert [promise["reasons"] for promise in held.of("callback_promised")] == [["person"]]


@virtual
async def test_outside_business_hours_a_callback_is_promised_for_the_next_opening(
    tmp_path: Path,
) -> None:
    # Calls in memory begin on a Monday at ten in the morning, New York time.
    head = "timezone: America/New_York\nhours: {mon_fri: 12:00-17:30}\n"
    catalog = desk(tmp_path, 'transfer: {to: "+15550100099"}', head)

    held = await hold(catalog, saying("Can I talk to a person?"))

    assert held.heard[1].endswith("calls you back today after 12 pm.")
    assert [promise["due"] for promise in held.of("callback_promised")] == [
        "2026-01-05T12:00:00-05:00"
    ]


@virtual
async def test_the_key_for_a_person(tmp_path: Path) -> None:
    held = await hold(
        desk(tmp_path), [Listen(), PressDigits("0"), Listen(quiet=4.0), Say(BYE), Listen()]
    )

    assert held.broken == []
    assert held.heard[0].startswith(GREETING)
    assert CALLBACK in " ".join(held.heard)
    assert [found["reasons"] for found in held.of("escalation")] == [["key"]]


@virtual
async def test_rules_of_the_file_decide_by_reason(tmp_path: Path) -> None:
    rules = (
        "phrases: [{name: burst_pipe, words: [burst pipe]}],"
        "rules: [{when: burst_pipe, do: emergency, say: Turn off the main valve now.}]"
    )

    held = await hold(desk(tmp_path, rules), saying("We have a burst pipe in the bathroom."))

    assert held.heard[1].endswith("Turn off the main valve now.")


@virtual
async def test_the_models_own_tool_asks_for_a_person_once(tmp_path: Path) -> None:
    head = "tools: [transfer_to_human]\n"
    wish = "Can you see to a transfer to your human boss tomorrow?"
    quiet = "signals: {person: {weight: 0}}"

    held = await hold(desk(tmp_path, quiet, head), saying(wish, wish))

    assert held.broken == []
    assert [found["reasons"] for found in held.of("escalation")] == [["request"]]
    assert [tool["ok"] for tool in held.of("tool_ended")][:2] == [True, True]
    assert CALLBACK in " ".join(held.heard)
    (_, second, *_) = [
        event["item"]["output"]
        for event in held.told_model("conversation.item.create")
        if event["item"]["type"] == "function_call_output"
    ]
    assert second.startswith("A person was asked for already")
