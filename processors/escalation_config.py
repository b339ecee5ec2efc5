"""The call file's settings of ``escalation_detector``: what it looks out for, and what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Final, Literal

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import Field, field_validator, model_validator

from processors.context import CallContext, ProcessorConfig
from processors.escalation_parts import Notify, Phrase, Rule, Signals, Transfer, Words
from processors.escalation_words import language, languages, learned, sentiment
from processors.fields import NUMERIC, Seconds
from processors.state.escalation.cues import CueList, Cues, Grammar
from processors.state.escalation.detector import (
    SIGNALS,
    DetectorRules,
    EscalationDetector,
    SignalRule,
)
from processors.state.escalation.language import Language, joined


class EscalationDetectorConfig(ProcessorConfig):
    """Hands the call to a person when it should be: looks out for signals, decides, and acts."""

    type: Literal["escalation_detector"]
    """Names this processor."""

    languages: Annotated[tuple[str, ...], Field(min_length=1)] = ("en", "es")
    """Languages whose words are looked out for, by their codes."""

    learned: bool = True
    """Weigh words by what was learned from labelled lines; false: go by lists of words alone."""

    signals: Signals = Signals()
    """What is looked out for, and how much it counts."""

    phrases: tuple[Phrase, ...] = ()
    """Key phrases of the trade."""

    rules: tuple[Rule, ...] = ()
    """What is done; the first rule counts that has one of the reasons. Emergencies that no rule
    names are told to call for help; otherwise who asked is connected, and others are asked."""

    within_turns: Annotated[int, Field(ge=1), NUMERIC] = 6
    """Turns of the caller for which a signal is remembered."""

    leave_alone: Seconds = 120.0
    """How long a caller who said no is not asked again, s. They may ask at any time."""

    offer: Words = "Would you like me to connect you with a person?"
    """What offer asks, exactly so."""

    collect: tuple[Words, ...] = ()
    """Fields of the checklist that collect_then_transfer waits for. Empty: all of them."""

    collect_turns: Annotated[int, Field(ge=1), NUMERIC] = 8
    """Turns of the caller after which it waits no longer."""

    callback: Words = "I'll make sure that somebody calls you back {when}."
    """What callback promises, exactly so; {when} becomes when that will be."""

    transfer: Transfer | None = None
    """Whom to transfer to. null: nobody; then a callback is promised instead."""

    notify: Notify = Notify()
    """Who is told."""

    @field_validator("languages")
    @classmethod
    def _are_there(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        known = languages()
        if set(codes) - set(known):
            raise ValueError(f"allowed: {', '.join(known)}")
        return codes

    @model_validator(mode="after")
    def _names_are_known(self) -> EscalationDetectorConfig:
        known = {*SIGNALS, *(phrase.name for phrase in self.phrases)}
        for position, rule in enumerate(self.rules):
            unknown = [name for name in rule.when if name not in known]
            if unknown:
                raise ValueError(
                    f"rules[{position}].when names {', '.join(unknown)}, which is no signal;"
                    f" allowed: {', '.join(sorted(known))}"
                )
        return self

    def language(self) -> Language:
        """The languages that are looked out for, as one."""
        return _spoken(self.languages)

    def detector(self) -> EscalationDetector:
        """What decides, for one call."""
        rules = {
            name: SignalRule(rule.weight, rule.times)
            for name in Signals.model_fields
            if (rule := getattr(self.signals, name)).weight > 0
        }
        rules["repeat"] = SignalRule(self.signals.repeat.weight)
        for phrase in self.phrases:
            if phrase.name not in SIGNALS and phrase.weight > 0:
                rules[phrase.name] = SignalRule(phrase.weight)
        signals = self.signals
        return EscalationDetector(
            DetectorRules(
                {name: rule for name, rule in rules.items() if rule.weight > 0},
                within_turns=self.within_turns,
                anger_level=signals.anger.level,
                repeats=signals.repeat.times,
                stalled_turns=signals.stalled.turns,
                leave_alone=self.leave_alone,
                key=signals.key.key,
            ),
            self.language(),
            sentiment(),
            phrases=_phrases(self.languages, self.phrases),
            learned=learned() if self.learned else None,
        )

    def get_ready(self) -> None:
        """Read words and weights: a fifth of a second, in which no call's audio would move."""
        self.detector()

    def rule_for(self, reasons: tuple[str, ...]) -> Rule:
        """What is to be done about these reasons."""
        for rule in (*self.rules, *DEFAULT_RULES):
            if not rule.when or set(rule.when) & set(reasons):
                return rule
        raise AssertionError("the last default rule takes whatever comes")

    def advice(self) -> list[tuple[str, str]]:
        """People who are asked for and can't be reached."""
        if self.transfer is not None:
            return []
        return [("transfer", "not given, so callers who want a person are promised a callback")]

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the processor."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.escalation import EscalationProcessor

        return EscalationProcessor(self, context)


DEFAULT_RULES: Final = (
    Rule(
        when=("emergency",),
        do=("emergency",),
        say="If anybody is in danger, please hang up now and call nine one one.",
    ),
    Rule(when=("person", "key", "request"), do=("transfer_now",)),
    Rule(do=("offer",)),
)
"""What is done where a call file's own rules don't say."""


@lru_cache(maxsize=64)
def _phrases(codes: tuple[str, ...], phrases: tuple[Phrase, ...]) -> dict[str, CueList]:
    """The trade's phrases, by their signals."""
    grammar = _spoken(codes).grammar
    cues: dict[str, CueList] = {}
    for phrase in phrases:
        known = cues.get(phrase.name, CueList())
        added = tuple(_compiled(phrase, grammar))
        cues[phrase.name] = (
            replace(known, sure=(*known.sure, *added))
            if phrase.even_negated
            else replace(known, cues=(*known.cues, *added))
        )
    return cues


@lru_cache(maxsize=64)
def _spoken(codes: tuple[str, ...]) -> Language:
    """The languages of these codes as one, for all calls of the process."""
    return joined([language(code) for code in codes])


def _compiled(phrase: Phrase, grammar: Grammar) -> Iterator[re.Pattern[str]]:
    for words in phrase.words:
        # Written as a caller would be heard: small letters, no accents, contractions in full.
        said = " ".join(clause for part in grammar.clauses.of(words) for clause in part)
        yield Cues().compile(re.escape(said).replace(r"\ ", " "))
    for pattern in phrase.patterns:
        yield Cues().compile(pattern)
