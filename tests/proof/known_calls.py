"""Calls that once broke a promise, each by its name; hypothesis found and shrank them."""

from __future__ import annotations

from typing import Final

from tests.proof.scenario import Scenario

KNOWN: Final[dict[str, Scenario]] = {
    "nothing happens": Scenario(),
}
