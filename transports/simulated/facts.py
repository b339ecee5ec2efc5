"""What the simulated model knows of a business, found by a caller's question."""

from __future__ import annotations

from collections import Counter

from transports.simulated.brain_script import BrainScript
from transports.simulated.words import stems


def fact_for(question: str, script: BrainScript) -> str | None:
    """The fact that shares most with the question; rare words count more."""
    asked = stems(question) - stems(script.business)
    known = [stems(fact) for fact in script.facts]
    frequency = Counter(word for fact in known for word in fact)
    scores = [sum(1 / frequency[word] for word in asked & fact) for fact in known]
    best = max(scores, default=0.0)
    return script.facts[scores.index(best)] if best > 0 else None
