"""The labelled lines that the weights of ``processors/escalation_words/learned.json`` come from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

from processors.escalation_config import EscalationDetectorConfig
from processors.state.escalation.detector import EMERGENCY, LEGAL, PERSON
from processors.state.escalation.learned import Learned, features
from processors.state.escalation.reading import Before, Reader

FOLDER: Final = Path(__file__).parent
NOT_STRANGE: Final = frozenset({"answers", "cues", "plain", "talk_1", "talk_2"})
"""Files that say nothing of a stranger's lines: cues were written for them, or they are plain."""

SIGNALS: Final = (PERSON, EMERGENCY, LEGAL)
NONE: Final = "none"
_SHORT: Final = 8
"""Words of an answer that does no more than answer."""


@dataclass(frozen=True)
class Line:
    """One line of a caller's, with the assistant's line before it.

    Attributes:
        author: Whose it is.
        case: Which case of theirs.
        expect: What must be found at it; empty: nothing.
        kind: What the case is about.
        told: Its features if the assistant offered nobody.
        offered: Its features if the assistant offered a person.
        before: Features of the assistant's line, as of any text; empty: there was none.
        offers: Whether that line offers a person: 1, 0, or None where the case does not tell.
        cue_offers: Whether a cue says so.
    """

    author: str
    case: int
    expect: str
    kind: str
    told: frozenset[str]
    offered: frozenset[str]
    before: frozenset[str]
    offers: float | None
    cue_offers: bool


def sources() -> list[Path]:
    """The files that are learned from."""
    return [*sorted((FOLDER / "lines").glob("*.yaml")), FOLDER / "dev.yaml"]


def digest() -> str:
    """Tells whether the weights were learned from these lines."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources())).hexdigest()[:16]


def lines(path: Path) -> list[Line]:
    """The lines of one file."""
    language = EscalationDetectorConfig(type="escalation_detector").language()
    reader = Reader(language, learned=Learned(SIGNALS, [0.0] * len(SIGNALS)))
    found = []
    for number, case in enumerate(YAML(typ="safe").load(path)):
        before = ""
        for position, line in enumerate(case["said"]):
            who, _, text = line.partition(": ")
            if who == "A":
                before = text
                continue
            last = position == len(case["said"]) - 1
            expect = case["expect"] if last and case["expect"] in SIGNALS else ""
            found.append(_line(reader, text, before, path.stem, number, expect, case["expect"]))
            before = ""
    return found


def _line(
    reader: Reader, text: str, before: str, author: str, case: int, expect: str, kind: str
) -> Line:
    heard = reader.hear(before)
    cue_offers = heard.said == "offered"
    plain = reader.read(text, Before("told", heard.features) if cue_offers else heard)
    answers = reader.read(text, Before("offered", heard.features))
    offers: float | None = float(cue_offers)
    if expect == PERSON and not cue_offers:
        # A short answer that asks for nobody itself takes what was offered.
        short = PERSON not in plain.cues and len(text.split()) <= _SHORT
        offers = 1.0 if before and short else None
    return Line(
        author,
        case,
        expect,
        kind,
        plain.features,
        answers.features,
        features(reader.language.grammar.clauses.of(before)) if before else frozenset(),
        offers,
        cue_offers,
    )
