"""What a call file may say of escalations, and how it is told what it may not."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from pipeline.catalog import load_catalog
from pipeline.open_calls import open_calls
from pipeline.settings import Settings
from processors.escalation_config import EscalationDetectorConfig
from tests.pipeline.files import MINIMAL, call_file, loaded, problems
from transports.simulated.virtual_loop import run_virtual


def with_detector(settings: str = "") -> str:
    return MINIMAL + f"  - {{type: escalation_detector{settings}}}\n"


def detector(folder: Path, settings: str = "") -> EscalationDetectorConfig:
    entry = call_file(folder, with_detector(settings)).pipeline[-1]
    assert isinstance(entry, EscalationDetectorConfig)
    return entry


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (", signals: {anger: {weight: 2}}", "found 2; allowed: at least 0 and at most 1"),
        (", signals: {persn: {weight: 1}}", "did you mean 'person'?"),
        (", languages: [en, tlh]", "allowed: en, es"),
        (", rules: [{do: shout}]", "allowed: 'emergency', 'notify', 'offer'"),
        (", rules: [{when: burst_pipe, do: offer}]", "burst_pipe, which is no signal; allowed: "),
        (", rules: [{do: emergency}]", "needs `say`, the safety sentence"),
        (', transfer: {to: "911"}', "a number as E.164 writes it"),
        (", transfer: {to: []}", "to"),
        (", phrases: [{name: x, patterns: ['(']}]", "allowed: regular expressions"),
        (", notify: {webhooks: ['http://example.com']}", "begins with https://"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, settings: str, told: str) -> None:
    assert told in " ".join(problems(tmp_path, with_detector(settings)))


def test_it_stands_behind_the_model(tmp_path: Path) -> None:
    text = MINIMAL.replace("  - type: openai", "  - type: escalation_detector\n  - type: openai")

    assert "move it after the model" in " ".join(problems(tmp_path, text))


def test_without_rules_who_asks_is_connected_and_others_are_asked(tmp_path: Path) -> None:
    config = detector(tmp_path)

    assert config.rule_for(("emergency", "person")).do == ("emergency",)
    assert config.rule_for(("key",)).do == ("transfer_now",)
    assert config.rule_for(("anger",)).do == ("offer",)


def test_outside_hours_a_transfer_becomes_a_callback_unless_the_rule_says_otherwise(
    tmp_path: Path,
) -> None:
    config = detector(
        tmp_path, ", rules: [{do: [notify, transfer_now, offer]}, {do: offer, closed: notify}]"
    )

    assert config.rules[0].actions(is_open=True) == ("notify", "transfer_now", "offer")
    assert config.rules[0].actions(is_open=False) == ("notify", "callback")
    assert config.rules[1].actions(is_open=False) == ("notify",)


def test_phrases_of_the_trade_are_signals_or_add_to_one(tmp_path: Path) -> None:
    phrases = (
        ", phrases: [{name: burst_pipe, words: [Burst pipe], weight: 0.5},"
        "{name: leak, patterns: ['water ~ everywhere'], even_negated: true, weight: 0.5},"
        "{name: emergency, words: [no heat]}], learned: false"
    )
    watch = detector(tmp_path, phrases).detector()

    assert watch.caller_said("item_1", "We have a BURST pipe.", 1.0) is None
    found = watch.caller_said("item_2", "There isn't water really everywhere.", 2.0)
    assert found is not None
    assert found.reasons == ("burst_pipe", "leak")
    urgent = watch.caller_said("item_3", "There is no heat.", 3.0)
    assert urgent is not None
    assert urgent.reasons == ("emergency",)


def test_a_signal_of_weight_0_is_off(tmp_path: Path) -> None:
    watch = detector(tmp_path, ", signals: {person: {weight: 0}}").detector()

    assert watch.caller_said("item_1", "Let me talk to a person.", 1.0) is None


def test_what_comes_to_nothing_is_warned_of(tmp_path: Path) -> None:
    alone = loaded(tmp_path, MINIMAL + "tools: [transfer_to_human]\n")
    nobody = loaded(tmp_path, with_detector() + "tools: [transfer_to_human]\n")

    assert any("no escalation_detector to act on it" in str(one) for one in alone.warnings)
    assert not any("to act on it" in str(one) for one in nobody.warnings)
    assert any("are promised a callback" in str(one) for one in nobody.warnings)


def test_lists_of_words_alone_decide_if_the_file_says_so(tmp_path: Path) -> None:
    said = "I hear you have somebody called Margaret on the front desk, could she ring me?"

    assert detector(tmp_path, "").detector().caller_said("item_1", said, 1.0) is not None
    listed = detector(tmp_path, ", learned: false").detector()
    assert listed.caller_said("item_1", said, 1.0) is None
    assert listed.caller_said("item_2", "Let me talk to a person.", 2.0) is not None


def test_words_are_read_before_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(EscalationDetectorConfig, "get_ready", lambda self: read.append(self.type))

    async def opened() -> None:
        catalog = load_catalog("realestate", {})
        async with AsyncExitStack() as stack:
            await open_calls(catalog, Settings(), stack, announce=False)

    run_virtual(opened())

    assert read == ["escalation_detector"]
