"""Calls that once broke a promise, each by its name; hypothesis found them."""

from __future__ import annotations

from typing import Final

from tests.proof.scenario import CallFileSettings, Keys, Model, Scenario, Speech, Way

_LOOK_UP: Final = "Please look up the listing."

KNOWN: Final[dict[str, Scenario]] = {
    # The model cancelled its greeting while the disclosure was still played; what came of it after
    # its end was played, too, and the truncation was longer than what the model knew of.
    "late audio of a response that the model cancelled itself": Scenario(
        acts=(Speech(1.86, 0.16), Speech(3.76, 3.0, _LOOK_UP)),
        hangs_up_at=4.16,
        down=Way(0.145, 0.0, ((3.24, 0.34),)),
        up=Way(0.038, 0.019),
        model=Model(
            delay=0.001,
            speed=1.0,
            first_delta=0.0,
            ms_per_char=66.0,
            burst_ms=10.0,
            commentary=True,
            late_deltas=5,
            odd=True,
            tool=0.0,
        ),
        settings=CallFileSettings(mark_every_ms=500),
        seed=5984,
    ),
    # The last mark was on its way back when the clear went out, and a little early: it was taken
    # for one that the clear had returned.
    "a mark comes back at the moment of the cut": Scenario(
        acts=(
            Keys(3.56, "6"),
            Speech(3.9, 2.52, "Mhm."),
            Speech(5.1, 1.16, "Mhm."),
            Keys(5.62, "*4*8"),
            Keys(9.32, "9"),
        ),
        hangs_up_at=18.0,
        sends_stop=False,
        down=Way(0.08, 0.012, ((4.0, 1.72), (12.62, 1.38))),
        up=Way(0.17, 0.016, ((1.0, 0.02), (12.14, 2.0))),
        blocked=((12.62, 1.38),),
        model=Model(
            speed=1.0, first_delta=0.0, ms_per_char=20.0, burst_ms=10.0, drops=(1.0,), tool=0.0
        ),
        settings=CallFileSettings(align_20ms=True, mark_every_ms=500),
        seed=2,
    ),
}
