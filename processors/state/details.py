"""What a call has learned from its caller, field by field of the checklist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from processors.state.detail_values import BadDetailError, DetailField, Surroundings, read_detail
from processors.state.memory import Remembered


@dataclass(frozen=True, slots=True)
class SaveReport:
    """What became of some answers.

    Attributes:
        saved: Those that were kept, as they are written now.
        doubtful: What speaks against some of them.
        refused: Why others were not kept.
        to_confirm: Fields that the caller has not yet agreed to, and must.
        missing: Fields that every call is to learn, and this one has not.
    """

    saved: Mapping[str, str] = field(default_factory=dict)
    doubtful: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    to_confirm: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def for_model(self) -> dict[str, Any]:
        """What the model is told; what there is nothing to say of is left out."""
        told = {
            "saved": dict(self.saved),
            "doubtful, so ask again": dict(self.doubtful),
            "not saved, so ask again": dict(self.refused),
            "to be read back and confirmed": list(self.to_confirm),
            "still missing": list(self.missing),
        }
        kept = {what: value for what, value in told.items() if value}
        return kept or {"saved": {}, "still missing": "nothing"}


class Details:
    """Keeps one call's answers."""

    def __init__(self, fields: Sequence[DetailField] = ()) -> None:
        self._fields = {one.name: one for one in fields}
        self._known: dict[str, Remembered] = {}

    @property
    def known(self) -> dict[str, Remembered]:
        """The answers that were kept."""
        return dict(self._known)

    @property
    def missing(self) -> tuple[str, ...]:
        """What every call is to learn, and this one has not."""
        return tuple(
            name for name, one in self._fields.items() if one.required and name not in self._known
        )

    @property
    def to_confirm(self) -> tuple[str, ...]:
        """What the caller has not yet agreed to, and must."""
        return tuple(
            name
            for name, answer in self._known.items()
            if self._fields[name].confirm and not answer.confirmed
        )

    def save(
        self, given: Mapping[str, Any], confirmed: Sequence[str], around: Surroundings
    ) -> SaveReport:
        """Keep answers.

        Args:
            given: By field; None: nothing was said of it.
            confirmed: The fields whose answer was read back, and the caller agreed.
            around: What the answers are to be understood by.
        """
        saved: dict[str, str] = {}
        doubtful: dict[str, str] = {}
        refused: dict[str, str] = {}
        for name, value in given.items():
            wanted = self._fields.get(name)
            if wanted is None:
                refused[name] = f"is no field; the fields are {', '.join(self._fields)}"
            elif value is not None:
                try:
                    reading = read_detail(wanted, value, around)
                except BadDetailError as error:
                    refused[name] = str(error)
                    continue
                self._keep(name, reading.value)
                saved[name] = reading.value
                if reading.doubt and name not in confirmed:
                    doubtful[name] = reading.doubt
        for name in confirmed:
            if name in self._known and name not in refused:
                self._known[name] = Remembered(self._known[name].value, confirmed=True)
        return SaveReport(saved, doubtful, refused, self.to_confirm, self.missing)

    def _keep(self, name: str, value: str) -> None:
        before = self._known.get(name)
        if before is None or before.value != value:
            self._known[name] = Remembered(value)
