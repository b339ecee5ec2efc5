"""The cues of each language, read from the files beside this one."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
from ruamel.yaml import YAML

from processors.state.escalation.anger import AngerWords, Sentiment
from processors.state.escalation.clauses import Clauses
from processors.state.escalation.cues import CueList, Cues, Grammar
from processors.state.escalation.detector import EMERGENCY, HEARING, LEGAL, PERSON
from processors.state.escalation.language import Language
from processors.state.escalation.learned import Learned
from processors.state.escalation.repeats import QuestionWords

_FOLDER: Final = Path(__file__).parent

LEARNED: Final = _FOLDER / "learned.json"
"""The weights; ``tests/escalation/learn.py`` writes them."""

_SIGNALS: Final = (PERSON, EMERGENCY, LEGAL, HEARING)
"""Signals that are found by cues; each has its list in a language's file."""


def languages() -> list[str]:
    """The languages that there are cues of, by their codes."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


@lru_cache(maxsize=16)
def language(code: str) -> Language:
    """The cues of one language, for all calls of the process."""
    data: dict[str, Any] = YAML(typ="safe").load(_FOLDER / f"{code}.yaml")
    cues = Cues(data["classes"])
    grammar = Grammar(
        Clauses([(short, full) for short, full in data.get("contractions", ())]),
        **{
            name: _pattern(data, name)
            for name in (
                "breaks",
                "carries",
                "negators",
                "negative_questions",
                "reported",
                "past",
                "supposed",
                "supposed_if",
                "taken_back",
            )
        },
    )
    questions, anger = data["questions"], data["anger"]
    return Language(
        grammar,
        cues={signal: _list(cues, data[signal]) for signal in _SIGNALS},
        anger=AngerWords(
            grammar,
            {float(heat): _list(cues, {"cues": listed}) for heat, listed in anger["cues"].items()},
            _pattern(anger, "aimed"),
            _pattern(anger, "elsewhere"),
        ),
        questions=QuestionWords(
            grammar.clauses,
            frozenset(questions["small"].split("|")),
            begins=re.compile(rf"(?:{questions['begins']})\b"),
            asks=_pattern(questions, "asks"),
            joined=_pattern(questions, "joined"),
            alike={
                word: about
                for about, words in questions.get("alike", {}).items()
                for word in words.split("|")
            },
        ),
        offered=_list(cues, data["offered"]),
        agrees=_pattern(data, "agrees"),
        declines=_pattern(data, "declines"),
    )


@lru_cache(maxsize=1)
def learned() -> Learned:
    """What was learned from labelled lines, for all calls of the process."""
    return msgspec.json.decode(LEARNED.read_bytes(), type=Learned)


@lru_cache(maxsize=1)
def sentiment() -> Sentiment:
    """How a text sounds, by VADER's lexicon; it knows English only."""
    # Only a call waits for this import.
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return lambda text: float(analyzer.polarity_scores(text)["compound"])


def _list(cues: Cues, data: dict[str, Any]) -> CueList:
    return CueList(
        **{
            kind: tuple(cues.compile(cue) for cue in data.get(kind, ()))
            for kind in ("cues", "sure", "alone")
        },
        unless=_pattern(data, "unless"),
    )


def _pattern(data: dict[str, Any], name: str) -> re.Pattern[str] | None:
    text = data.get(name)
    return None if text is None else re.compile(text)
