"""Two trades that nobody wrote rules for, and a talk with either."""

from __future__ import annotations

from dataclasses import dataclass

from tests.transports.simulated.text_talk import TextTalk
from transports.simulated.brain_script import (
    BrainRequest,
    BrainScript,
    ChecklistItem,
    Output,
    Tool,
)
from transports.simulated.talk.talker import Talker

BIKES = BrainScript(
    business="Spoke and Chain",
    greeting="Spoke and Chain, what can I do for you?",
    goodbye="Ride safely. Goodbye.",
    checklist=(
        ChecklistItem("name", "Who am I speaking with?", confirm=True),
        ChecklistItem("phone", "What number can the workshop call?", confirm=True),
        ChecklistItem("kind", "Is it a road bike, a mountain bike or a tandem?"),
        ChecklistItem("problem", "What is wrong with it?"),
        ChecklistItem("drop_off", "When would you like to bring it in?", confirm=True),
        ChecklistItem("loan_bike", "Do you need a loan bike meanwhile?"),
        ChecklistItem("loan_size", "What size should the loan bike be?", required=False),
    ),
    facts=(
        "The workshop is open Tuesday to Saturday, eight to five.",
        "A tune-up costs sixty euros.",
        "The workshop calls back the same day.",
        "You do not have the mechanics' calendar.",
    ),
    boundaries=(
        "No advice on racing. Say that you can't advise on that, and that their club can.",
        "Never promise that a repair is ready on a day.",
    ),
    escalation=("If a battery is on fire, tell them to leave the room and dial one one two.",),
)
PIANOS = BrainScript(
    business="Harmony Pianos",
    greeting="Harmony Pianos, good day.",
    disclosure="This call is recorded.",
    goodbye="Good bye from Harmony.",
    checklist=(
        ChecklistItem("piano", "Is it a grand piano or an upright?"),
        ChecklistItem("rooms_up", "How many floors up is it?"),
        ChecklistItem("budget", "What would you like to spend?", confirm=True),
        ChecklistItem(
            "contact", "How can the tuner reach you, by phone or by e-mail?", confirm=True
        ),
    ),
    facts=("A tuner comes within a week.", "Pianos are tuned by ear."),
    boundaries=(
        "No valuations. Say that you can't value a piano.",
        'If you do not know something, say "I\'ll ask the tuner and someone will follow up".',
    ),
    escalation=("If they ask for a person, say that the owner will call them back.",),
)
END = Tool("end_call", "End the call.", {"properties": {"reason": {"type": "string"}}})


@dataclass
class Talk(TextTalk):
    """A call that a talker answers."""

    tools: tuple[Tool, ...] = (END,)
    briefing: str = "The caller's number is +15550100042."

    def reply(self, request: BrainRequest) -> list[Output]:
        return Talker(self.script).reply(request)


def bikes(*tools: Tool) -> Talk:
    talk = Talk(BIKES, (END, *tools))
    talk.respond()
    return talk


def pianos(*tools: Tool) -> Talk:
    talk = Talk(PIANOS, (END, *tools))
    talk.respond()
    return talk
