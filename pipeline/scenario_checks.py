"""What must be true when a scenario's call is over, held against what happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pipeline.expectation import Expectation, ExpectedTool
from pipeline.promises import check_promises
from processors.state.record_format import ToolRecord, TurnRecord
from transports.simulated.call_outcome import CallEnd

if TYPE_CHECKING:
    from pipeline.scenario_run import HeldScenario

_ENDS: Final = {
    "assistant": CallEnd.REST,
    "caller": CallEnd.CALLER,
    "person": CallEnd.TWIML,
    "twilio": CallEnd.TWIML,
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true.

    Attributes:
        text: What.
        ok: Whether it is.
        detail: What was found.
    """

    text: str
    ok: bool
    detail: str = ""


def check(held: HeldScenario) -> Iterator[Check]:
    """Everything that a scenario expects; that it could be played; and what is always promised."""
    yield Check("the caller could do all acts", held.script.done, "; ".join(held.script.failures))
    left = held.turns.left
    yield Check("the model's script came about", not left, f"{len(left)} left" if left else "")
    expect = held.scenario.expect
    for key in type(expect).model_fields:
        if key in expect.model_fields_set:
            yield from _CHECKS[key](held, expect)
    end = _ENDS.get(expect.ended or "", held.evidence.outcome.ended_by)
    for promise in check_promises(held.evidence, end):
        yield Check(promise.text, promise.kept, promise.detail)


# -- words


def _heard(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    yield from _in_order("heard", expect.heard, _all_heard(held))


def _not_heard(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    heard = _plain(_all_heard(held))
    for phrase in expect.not_heard:
        yield Check(f"not heard: {phrase!r}", _plain(phrase) not in heard, "it was heard")


def _understood(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    said = " ".join(turn.text for turn in _turns(held) if turn.role == "caller")
    yield from _in_order("understood", expect.understood, said)


def _in_order(what: str, phrases: Sequence[str], words: str) -> Iterator[Check]:
    words, at = _plain(words), 0
    for phrase in phrases:
        found = words.find(_plain(phrase), at)
        if found >= 0:
            at = found + len(_plain(phrase))
        detail = "before the one above only" if _plain(phrase) in words else "not at all"
        yield Check(f"{what}: {phrase!r}", found >= 0, "" if found >= 0 else detail)


def _all_heard(held: HeldScenario) -> str:
    words = (line.text for line in held.caller.all_heard())
    return " ".join([*words, *held.evidence.outcome.spoken])


# -- memory


def _captured(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    fields = _fields(held)
    for name, words in expect.captured.items():
        found = fields.get(name)
        value = str(found["value"]) if found else ""
        yield Check(
            f"captured: {name} is {words!r}",
            _plain(words) in _plain(value),
            f"it is {value!r}" if found else "nobody remembers it",
        )


def _confirmed(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    fields = _fields(held)
    for name in expect.confirmed:
        found = fields.get(name)
        yield Check(f"confirmed: {name}", bool(found and found["confirmed"]), f"it is {found}")


def _not_captured(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    fields = _fields(held)
    for name in expect.not_captured:
        found = fields.get(name)
        yield Check(f"not captured: {name}", found is None, f"it is {found}")


def _fields(held: HeldScenario) -> dict[str, Any]:
    """The checklist as the call's memory has it, at the end."""
    memories = [document.memory for document in held.documents if document.memory is not None]
    fields: dict[str, Any] = memories[-1]["fields"] if memories else {}
    return fields


# -- people


def _escalated(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    found = [one for document in held.documents for one in document.escalations]
    told = "; ".join(f"{', '.join(one.reasons)}: {', '.join(one.actions)}" for one in found)
    wanted = expect.escalated or ()
    same = len(found) == len(wanted)
    yield Check(f"escalated {_times(len(wanted))}", same, told or "not at all")
    for one, escalation in zip(wanted, found, strict=False):
        why = ", ".join(one.reasons)
        ok = set(one.reasons) <= set(escalation.reasons)
        yield Check(f"escalated for {why}", ok, "" if ok else told)
        if one.actions is not None:
            ok = one.actions == escalation.actions
            yield Check(f"what is done: {', '.join(one.actions)}", ok, "" if ok else told)


def _transferred(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    found = [one for document in held.documents for one in document.transfers]
    told = "; ".join(f"{', '.join(one.to)}: {one.outcome or 'unknown'}" for one in found)
    wanted = expect.transferred or ()
    yield Check(f"transferred {_times(len(wanted))}", len(found) == len(wanted), told or "never")
    for one, transfer in zip(wanted, found, strict=False):
        ok = one.outcome == transfer.outcome and one.to in (None, transfer.to)
        yield Check(f"transfer: {', '.join(one.to or ())} {one.outcome}", ok, "" if ok else told)


def _person_told(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    told = " ".join(words for leg in held.legs for words in leg.heard)
    yield from _in_order("a person was told", expect.person_told, told)


def _callback(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    promised = [one for document in held.documents for one in document.callbacks]
    found = "none" if not promised else "soon" if promised[-1].due is None else "next opening"
    yield Check(f"callback: {expect.callback}", found == expect.callback, f"found {found}")


def _texts(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    found = len(held.texts)
    yield Check(f"text messages: {expect.texts}", found == expect.texts, f"found {found}")


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


# -- tools and keys


def _tools(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    called = [tool for document in held.documents for tool in document.tools]
    wanted = expect.tools or ()
    names = [tool.name for tool in called]
    text = f"tools: {', '.join(one.name for one in wanted) or 'none'}"
    same = names == [one.name for one in wanted]
    yield Check(text, same, f"called: {', '.join(names) or 'none'}")
    if same:
        for one, tool in zip(wanted, called, strict=True):
            yield from _tool(one, tool)


def _tool(one: ExpectedTool, tool: ToolRecord) -> Iterator[Check]:
    how = "did what it should" if one.ok else "failed"
    ok = tool.ok is one.ok
    yield Check(f"{one.name} {how}", ok, "" if ok else f"it gave {tool.output}")
    given = json.loads(tool.arguments or "{}")
    for name, value in one.arguments.items():
        yield Check(
            f"{one.name}: {name} is {value!r}", given.get(name) == value, f"{given.get(name)!r}"
        )


def _keys(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    taken = "".join(key.key for document in held.documents for key in document.keys)
    yield Check(f"keys: {expect.keys}", taken == expect.keys, f"found {taken or 'none'}")


# -- timing


def _cuts(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    cuts = held.evidence.cuts()
    heard = ", ".join(f"{cut.heard_ms:,.0f} of {cut.said_ms:,.0f} ms heard" for cut in cuts)
    yield Check(f"cuts: {expect.cuts}", len(cuts) == expect.cuts, f"found {len(cuts)} {heard}")


def _silent_within(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    times = [
        one.stop_ms
        for document in held.documents
        for one in document.interruptions
        if one.stop_ms is not None
    ]
    yield _within("silent", times, expect.silent_within)


def _answered_within(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    times = [one.to_first_sent_ms for document in held.documents for one in document.answers]
    yield _within("answered", times, expect.answered_within)


def _within(what: str, times_ms: Sequence[int], limit: float | None) -> Check:
    longest = max(times_ms, default=None)
    found = "it never came to that" if longest is None else f"the longest took {longest:,} ms"
    ok = longest is not None and limit is not None and longest <= limit * 1000
    return Check(f"{what} within {limit:g} s", ok, found)


def _lasts(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    lasted = sum(document.call.duration_ms for document in held.documents) / 1000
    limit = expect.lasts or 0.0
    yield Check(f"over within {limit:g} s", lasted <= limit, f"it took {lasted:,.1f} s")


# -- turns and the end


def _words_per_turn(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    yield _most("words", held, expect.words_per_turn or 0, lambda text: len(text.split()))


def _questions_per_turn(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    yield _most("questions", held, expect.questions_per_turn or 0, lambda text: text.count("?"))


def _most(what: str, held: HeldScenario, limit: int, count: Callable[[str], int]) -> Check:
    agent = held.loaded.call.agent
    fixed = {_plain(text) for text in (agent.disclosure, agent.greeting, agent.goodbye)}
    fixed.add(_plain(f"{agent.disclosure} {agent.greeting}"))
    said = [f"{turn.text} {turn.unheard}" for turn in _turns(held) if turn.role == "assistant"]
    own = [text for text in said if _plain(text) not in fixed]
    longest = max(own, key=count, default="")
    text = f"no turn has more than {limit} {what}"
    return Check(text, count(longest) <= limit, f"{count(longest)}: {longest!r}")


def _ended(held: HeldScenario, expect: Expectation) -> Iterator[Check]:
    outcome = held.evidence.outcome
    who = next(name for name, end in reversed(_ENDS.items()) if end is outcome.ended_by)
    who = "person" if outcome.handed_over else who
    why = "; ".join(document.call.ended.why for document in held.documents)
    yield Check(f"ended by {expect.ended}", who == expect.ended, f"by {who}: {why}")


def _turns(held: HeldScenario) -> list[TurnRecord]:
    return [turn for document in held.documents for turn in document.turns]


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


_CHECKS: Final[dict[str, Callable[[HeldScenario, Expectation], Iterator[Check]]]] = {
    "heard": _heard,
    "not_heard": _not_heard,
    "understood": _understood,
    "captured": _captured,
    "confirmed": _confirmed,
    "not_captured": _not_captured,
    "escalated": _escalated,
    "transferred": _transferred,
    "person_told": _person_told,
    "callback": _callback,
    "texts": _texts,
    "tools": _tools,
    "keys": _keys,
    "cuts": _cuts,
    "silent_within": _silent_within,
    "answered_within": _answered_within,
    "words_per_turn": _words_per_turn,
    "questions_per_turn": _questions_per_turn,
    "ended": _ended,
    "lasts": _lasts,
}
