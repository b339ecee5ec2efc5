"""Lines weighed by their words."""

from __future__ import annotations

import re

import pytest

from processors.state.escalation.anger import AngerWords
from processors.state.escalation.clauses import Clauses
from processors.state.escalation.cues import CueList, Cues, Grammar
from processors.state.escalation.language import Language
from processors.state.escalation.learned import (
    DECLINED,
    TAKEN,
    Learned,
    cue_of,
    features,
    features_before,
)
from processors.state.escalation.reading import Before, Reader

AGENT = CueList(cues=(Cues().compile("agent"),))


def of(text: str, *, offered: bool = False) -> frozenset[str]:
    return features(Clauses().of(text), offered=offered)


def test_runs_of_up_to_three_words_know_where_a_clause_and_a_sentence_end() -> None:
    found = of("No, go. Now")

    assert {"^", "no", "^ no ;", "; go", "go | now", "now $"} <= found
    assert "no ; go |" not in found


def test_of_a_long_line_of_the_assistants_the_end_is_known() -> None:
    found = features_before(Clauses().of(" ".join(f"w{number}" for number in range(40))))

    assert {"A:w39 $", "A:w27"} <= found
    assert not {"A:w26", "A:^"} & found


def test_numbers_are_all_the_same() -> None:
    assert of("at 42") == of("at 7")


def test_words_are_known_by_their_pieces_too() -> None:
    pieces = {feature for feature in of("robots yes") if feature.startswith("~")}

    assert pieces == {
        "~#rob", "~robo", "~obot", "~bots", "~ots#",
        "~#robo", "~robot", "~obots", "~bots#",
    }  # fmt: skip


def test_what_answers_an_offer_is_weighed_as_an_answer() -> None:
    assert of("if you could", offered=True) - of("if you could") == {
        "@^", "@if", "@you", "@could", "@$", "@^ if", "@if you", "@you could", "@could $",
    }  # fmt: skip


def test_words_that_are_near_each_other_are_known_as_pairs() -> None:
    pairs = {feature for feature in of("put me on to Bo") if ".." in feature}

    assert {"put..on", "put..to", "put..bo", "^..me"} <= pairs
    assert not {"put..me", "^..bo", "put..$"} & pairs


def test_the_assistants_line_is_known_by_the_words_at_its_end() -> None:
    assert features_before(Clauses().of("Good. Your name?")) == {
        "A:^", "A:your", "A:name", "A:$", "A:^ your", "A:your name", "A:name $",
    }  # fmt: skip


def test_the_sum_decides_and_the_heaviest_words_say_why() -> None:
    learned = Learned(
        ("person", "legal"),
        (-0.5, -1.0),
        {
            "robot": (1.0, 0.9, -0.5),
            "no": (1.0, 0.1, 0.2),
            "~robo": (0.0, 0.3, 0.0),
            "please": (1.0, -0.2, 0.0),
        },
    )

    assert learned.signs(of("no robot"), {}) == {"person": "robot, no"}
    assert learned.signs(of("no robot please"), {}) == {"person": "robot, no"}
    assert learned.signs(of("please"), {}) == {}


def test_the_sum_is_divided_by_how_long_and_how_rare_a_line_is() -> None:
    learned = Learned(("person",), (-1.0,), {"robot": (3.0, 4.0), "rare": (4.0, 0.0)})

    assert learned.signs(of("robot"), {}) == {"person": "robot"}
    assert learned.signs(of("rare robot"), {}) == {}
    assert learned.signs(of("unknown"), {}) == {}


def test_a_cue_says_why() -> None:
    learned = Learned(("person",), (-1.0,), {cue_of("person"): (1.0, 1.5)})

    assert learned.signs({cue_of("person")}, {"person": "agent"}) == {"person": "agent"}


def reader(learned: Learned, phrases: dict[str, CueList] | None = None) -> Reader:
    language = Language(
        Grammar(),
        cues={"person": AGENT, "hearing": CueList(cues=(Cues().compile("what"),))},
        agrees=re.compile("yes"),
        declines=re.compile("no"),
    )
    return Reader(language, phrases or {}, learned, "person")


def signs(known: Reader, text: str, *, offered: bool = False) -> dict[str, str]:
    return known.signs(known.read(text, Before("offered" if offered else "told")))


def test_where_nothing_was_learned_cues_and_answers_decide() -> None:
    known = reader(Learned())

    assert signs(known, "an agent") == {"person": "agent"}
    assert signs(known, "yes", offered=True) == {"person": "yes"}
    assert signs(known, "no", offered=True) == {}
    assert signs(known, "yes") == {}


def test_what_was_learned_stands_above_a_cue_and_an_answer() -> None:
    known = reader(
        Learned(
            ("person",),
            (-1.0,),
            {
                cue_of("person"): (1.0, 1.5),
                TAKEN: (0.0, 2.0),
                DECLINED: (0.0, -9.0),
                "my": (0.0, -2.0),
            },
        )
    )

    assert signs(known, "an agent") == {"person": "agent"}
    assert signs(known, "my agent") == {}
    assert signs(known, "yes", offered=True) == {"person": ""}
    assert signs(known, "no agent", offered=True) == {}


def test_signals_that_nothing_was_learned_of_go_by_their_cues() -> None:
    known = reader(Learned(("person",), (-1.0,)))

    assert signs(known, "what, agent") == {"hearing": "what"}


def test_the_trades_phrases_count_whatever_was_learned() -> None:
    burst = {"person": CueList(cues=(Cues().compile("burst"),))}

    assert signs(reader(Learned(("person",), (-9.0,)), burst), "it burst") == {"person": "burst"}


def test_what_the_assistant_does_with_a_line() -> None:
    learned = Learned(offers={"somebody": 2.0, "Saturday": -2.0}, offers_bias=-1.0)
    known = reader(learned)

    assert known.hear("Shall I get somebody?").said == "offered"
    assert known.hear("Which day suits you? ").said == "asked"
    assert known.hear("One moment.").said == "told"
    assert "<asked>" in known.read("Saturday", Before("asked")).features
    assert "<asked>" not in known.read("Saturday").features


def test_anger_at_somebody_else_has_no_heat() -> None:
    words = AngerWords(
        Grammar(),
        {1.0: CueList(cues=(Cues().compile("useless"),))},
        elsewhere=re.compile("my landlord"),
    )

    assert words.heat("Useless.", lambda text: 0.0) == 1.0
    assert words.heat("My landlord is useless.", lambda text: 0.0) == 0.0


def test_words_within_hotter_words_add_no_heat() -> None:
    words = AngerWords(
        Grammar(),
        {
            2.0: CueList(cues=(Cues().compile("bloody useless"),)),
            1.0: CueList(cues=(Cues().compile("useless"), Cues().compile("rubbish"))),
        },
    )

    assert words.heat("Bloody useless.", lambda text: 0.0) == 2.0
    assert words.heat("Bloody useless. Rubbish.", lambda text: 0.0) == pytest.approx(2.7)
