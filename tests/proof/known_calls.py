"""Calls that once broke a promise, each by its name; hypothesis found them."""

from __future__ import annotations

from typing import Final

from tests.proof.scenario import CallFileSettings, Keys, Marks, Model, Scenario, Speech, Way

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
    # The caller cut in again while the first clear was still held up: the first cut was decided at
    # once, by what was known of it, and the phone played on.
    "a second cut before the first clear is back": Scenario(
        acts=(Keys(5.1, "0"), Keys(7.3, "#"), Keys(8.18, "8")),
        hangs_up_at=12.0,
        down=Way(0.191, stalls=((7.6, 0.8),)),
        up=Way(0.132),
    ),
    # No mark had ever come back, and the clear was held up for a second: the way to the phone was
    # taken to be as long as that.
    "the first clear of a call is held up before any mark is back": Scenario(
        acts=(Keys(1.5, "3"),),
        hangs_up_at=8.0,
        down=Way(0.124, stalls=((1.72, 1.24),)),
        up=Way(0.124),
        model=Model(ms_per_char=66.0, burst_ms=3000.0),
        settings=CallFileSettings(protect=("greeting",)),
    ),
    # The phone sent no media while marks came back, and the clear could not leave: the marks were
    # taken to be held up, and to have been there as early as could be.
    "the phone sends no media while a clear can not leave": Scenario(
        acts=(Keys(3.86, "7"),),
        hangs_up_at=8.0,
        down=Way(0.188),
        up=Way(0.15),
        blocked=((3.88, 2.0),),
        gaps=((4.18, 1.46),),
        model=Model(ms_per_char=120.0),
    ),
    # A mark came 33 ms before the clear's on a line that varies by 27 ms: it was taken for one of
    # them, and what was played since was not counted.
    "a mark shortly before the clear on an uneven line": Scenario(
        acts=(Keys(1.0, "0"),) * 4 + (Keys(1.0, "#0"),),
        hangs_up_at=16.94,
        sends_stop=False,
        down=Way(0.072, 0.007, ((6.4, 2.0),)),
        up=Way(0.039, 0.02),
        model=Model(speed=0.0, first_delta=0.0, ms_per_char=20.0, burst_ms=10.0, tool=0.0),
    ),
    # A mark came back while the clear could not leave, and was taken for one that it returned.
    "the last mark comes back before the clear has left": Scenario(
        acts=(Keys(5.56, "*"), Speech(5.34, 2.6, "")),
        hangs_up_at=12.0,
        down=Way(0.023, 0.013, ((4.24, 1.2), (6.9, 1.9), (7.68, 1.92))),
        up=Way(0.023, 0.013, ((4.24, 1.2), (6.9, 1.9), (7.68, 1.92))),
        blocked=((5.22, 0.88),),
        gaps=((4.24, 1.2), (7.68, 1.92)),
        model=Model(speed=1.0, first_delta=0.0, ms_per_char=5.0, burst_ms=10.0),
        settings=CallFileSettings(mark_every_ms=500),
        seed=3,
    ),
    # What was held up on the way back came at once, and nothing dated it, as the phone sent no
    # media just then: 8 ms after the clear had left it was taken for what that returned.
    "marks come at once before the clear can be back": Scenario(
        acts=(Speech(1.0, 2.32, ""), Keys(5.6, "6*01")),
        hangs_up_at=12.0,
        sends_stop=False,
        down=Way(0.176, 0.046, ((3.68, 0.02), (9.4, 0.58), (10.4, 1.2))),
        up=Way(0.026, 0.005, ((5.64, 1.92), (5.86, 0.6), (13.78, 0.62))),
        gaps=((7.34, 1.6), (8.32, 0.76)),
        model=Model(speed=0.0, ms_per_char=120.0, tool=0.0),
        settings=CallFileSettings(align_20ms=True),
    ),
    # The way varied: the marks of the clear were back sooner than anything before had shown to be
    # possible, and were taken to have been held up.
    "a clear is back sooner than any echo before": Scenario(
        acts=(Speech(4.34, 0.04), Keys(1.0, "0")),
        hangs_up_at=4.46,
        sends_stop=False,
        down=Way(0.0, 0.042),
        up=Way(0.0, 0.042),
        marks=Marks(doubled=0.3),
        model=Model(speed=0.0, first_delta=0.0, burst_ms=3000.0, tool=0.0),
    ),
    # The same, and marks that were played came a little later than planned.
    "a clear is back soon on a line that had stalled": Scenario(
        acts=(Keys(1.56, "4838"), Keys(3.2, "07")),
        hangs_up_at=3.7,
        sends_stop=False,
        down=Way(0.13, 0.08, ((1.0, 1.56),)),
        up=Way(0.0, 0.08),
        blocked=((1.0, 0.02),),
        model=Model(
            speed=0.0,
            first_delta=0.0,
            ms_per_char=5.0,
            burst_ms=10.0,
            commentary=True,
            odd=True,
            tool=0.0,
        ),
        seed=74,
    ),
}
