"""Which items of the server's conversation go, in which order, and when."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.state.compaction import ACK_WAIT, Compaction, Delete, Insert
from processors.state.server_items import ROOT, ServerItem

NOTES = "name: Jordan Lee"


def message(item_id: str, role: str) -> ServerItem:
    return ServerItem(item_id, "message", role)


def call(item_id: str, call_id: str) -> ServerItem:
    return ServerItem(item_id, "function_call", "", call_id)


def output(item_id: str, call_id: str) -> ServerItem:
    return ServerItem(item_id, "function_call_output", "", call_id)


def told(items: list[ServerItem]) -> Compaction:
    """A compaction to which the server has told these items, each after the last."""
    compaction = Compaction()
    previous: str | None = None
    for item in items:
        compaction.item_added(item, previous)
        previous = item.item_id
    return compaction


def turns(count: int) -> list[ServerItem]:
    return [
        message(f"{who}{number}", role)
        for number in range(1, count + 1)
        for who, role in (("u", "user"), ("a", "assistant"))
    ]


def inserted(compaction: Compaction, now: float = 0.0) -> Insert:
    """Let it insert its notes, and have the server say that it did."""
    (insert,) = compaction.edits(now, quiet=True)
    assert isinstance(insert, Insert)
    previous = None if insert.previous_item_id == ROOT else insert.previous_item_id
    compaction.item_added(message(insert.item_id, "system"), previous)
    return insert


def deleted(compaction: Compaction, now: float = 0.0) -> list[str]:
    """What it deletes; the server says that it did."""
    edits = compaction.edits(now, quiet=True)
    assert all(isinstance(edit, Delete) for edit in edits)
    for edit in edits:
        compaction.item_deleted(edit.item_id)
    return [edit.item_id for edit in edits]


def ids(compaction: Compaction) -> list[str]:
    return [item.item_id for item in compaction.items]


def test_notes_take_the_place_of_all_but_the_last_turns() -> None:
    compaction = told(turns(5))
    compaction.summarised(NOTES, "a5", 2)

    assert inserted(compaction) == Insert("notes_1", NOTES, ROOT)
    assert deleted(compaction) == ["u1", "a1", "u2", "a2", "u3", "a3"]
    assert ids(compaction) == ["notes_1", "u4", "a4", "u5", "a5"]
    (result,) = compaction.take_results()
    assert (result.deleted, result.refused, result.kept) == (6, 0, 5)
    assert compaction.take_results() == []


def test_nothing_is_touched_between_two_summaries() -> None:
    compaction = told(turns(5))
    compaction.summarised(NOTES, "a5", 2)
    inserted(compaction)
    deleted(compaction)
    for item in turns(9)[10:]:
        compaction.item_added(item, compaction.newest_item_id)

        assert compaction.edits(1.0, quiet=True) == []


def test_the_next_notes_take_the_place_of_the_ones_before() -> None:
    compaction = told(turns(5))
    compaction.summarised(NOTES, "a5", 2)
    inserted(compaction)
    deleted(compaction)
    for item in turns(7)[10:]:
        compaction.item_added(item, compaction.newest_item_id)
    compaction.summarised("more", "a7", 2)

    assert inserted(compaction) == Insert("notes_2", "more", ROOT)
    assert deleted(compaction) == ["notes_1", "u4", "a4", "u5", "a5"]
    assert ids(compaction) == ["notes_2", "u6", "a6", "u7", "a7"]


def test_what_the_writer_has_not_seen_stays() -> None:
    compaction = told(turns(6))
    compaction.summarised(NOTES, "a2", 1)

    inserted(compaction)

    assert deleted(compaction) == ["u1", "a1", "u2", "a2"]


def test_notes_on_a_conversation_that_is_short_enough_wait_for_a_fresh_session() -> None:
    compaction = told(turns(5))
    compaction.summarised(NOTES, "a5", 2, shorten=False)

    assert compaction.edits(0.0, quiet=True) == []
    assert compaction.opening() is None
    compaction.session_lost()
    assert compaction.opening() == Insert("notes_1", NOTES)
    assert [number for number in range(1, 6) if compaction.covers(f"u{number}")] == [1, 2, 3]


def test_notes_that_waited_give_way_to_those_that_shorten() -> None:
    compaction = told(turns(5))
    compaction.summarised("older", "a4", 2, shorten=False)
    compaction.summarised(NOTES, "a5", 2)
    inserted(compaction)
    deleted(compaction)
    compaction.session_lost()

    assert compaction.opening() == Insert("notes_2", NOTES)


def test_notes_that_come_during_an_edit_may_be_for_a_fresh_session_only() -> None:
    compaction = told(turns(5))
    compaction.summarised(NOTES, "a4", 2)
    inserted(compaction)
    compaction.summarised("newer", "a5", 1, shorten=False)
    deleted(compaction)

    assert compaction.edits(0.0, quiet=True) == []
    compaction.session_lost()
    assert compaction.opening() == Insert("notes_2", "newer")
    assert compaction.covers("u4")


@pytest.mark.parametrize(
    ("count", "seen", "keep"), [(3, "a3", 3), (3, "a3", 4), (4, "gone", 1), (4, "", 1), (0, "", 1)]
)
def test_without_anything_to_take_out_nothing_is_put_in(count: int, seen: str, keep: int) -> None:
    compaction = told(turns(count))
    compaction.summarised(NOTES, seen, keep)

    assert compaction.edits(0.0, quiet=True) == []
    assert compaction.deadline() is None


def test_notes_alone_are_not_replaced() -> None:
    compaction = told(turns(5))
    compaction.summarised(NOTES, "a5", 2)
    inserted(compaction)
    deleted(compaction)
    compaction.summarised("the same again", "a5", 2)

    assert compaction.edits(0.0, quiet=True) == []


def test_each_step_waits_for_a_quiet_moment_and_for_the_step_before() -> None:
    compaction = told(turns(3))
    compaction.summarised(NOTES, "a3", 1)

    assert compaction.edits(0.0, quiet=False) == []
    (insert,) = compaction.edits(0.0, quiet=True)
    assert compaction.edits(0.0, quiet=True) == []  # not before the server has said yes
    compaction.item_added(message(insert.item_id, "system"), None)
    assert compaction.edits(0.0, quiet=False) == []
    assert len(compaction.edits(0.0, quiet=True)) == 4
    assert compaction.edits(0.0, quiet=True) == []


def test_a_call_and_its_output_go_together_the_output_first() -> None:
    items = [*turns(1), call("c1", "x"), output("o1", "x"), *turns(3)[2:]]
    compaction = told(items)
    compaction.summarised(NOTES, "a3", 1)
    inserted(compaction)

    assert deleted(compaction) == ["u1", "a1", "o1", "c1", "u2", "a2"]


def test_a_call_whose_output_is_to_come_stays_and_the_notes_stand_after_it() -> None:
    compaction = told([*turns(1), call("c1", "x"), *turns(3)[2:]])
    compaction.summarised(NOTES, "a3", 1)

    assert inserted(compaction).previous_item_id == "c1"
    assert deleted(compaction) == ["u1", "a1", "u2", "a2"]
    assert ids(compaction) == ["c1", "notes_1", "u3", "a3"]


def test_a_call_whose_output_stays_stays_too() -> None:
    items = [*turns(2), call("c1", "x"), *turns(3)[4:], output("o1", "x")]
    compaction = told(items)
    compaction.summarised(NOTES, "o1", 1)
    inserted(compaction)

    assert deleted(compaction) == ["u1", "a1", "u2", "a2"]
    assert ids(compaction) == ["notes_1", "c1", "u3", "a3", "o1"]


def test_an_item_that_others_deleted_meanwhile_is_not_deleted_again() -> None:
    compaction = told(turns(3))
    compaction.summarised(NOTES, "a3", 1)
    inserted(compaction)
    compaction.item_deleted("a1")

    assert deleted(compaction) == ["u1", "u2", "a2"]


def test_notes_go_in_alone_if_all_that_they_cover_went_meanwhile() -> None:
    compaction = told(turns(2))
    compaction.summarised(NOTES, "a2", 1)
    inserted(compaction)
    compaction.item_deleted("u1")
    compaction.item_deleted("a1")

    assert compaction.edits(0.0, quiet=True) == []
    assert [result.deleted for result in compaction.take_results()] == [0]


def test_a_refused_deletion_is_survived_and_not_tried_again() -> None:
    compaction = told(turns(3))
    compaction.summarised(NOTES, "a3", 1)
    inserted(compaction)
    edits = compaction.edits(0.0, quiet=True)
    compaction.refused("u1")
    for edit in edits[1:]:
        compaction.item_deleted(edit.item_id)

    (result,) = compaction.take_results()
    assert (result.deleted, result.refused) == (3, 1)
    compaction.item_added(message("u4", "user"), "a3")
    compaction.summarised(NOTES, "u4", 1)
    assert inserted(compaction).previous_item_id == ROOT
    assert "u1" not in deleted(compaction)


def test_refused_notes_leave_everything_as_it_is_and_the_next_go_first_of_all() -> None:
    compaction = told([call("c1", "x"), *turns(3)])
    compaction.summarised(NOTES, "a3", 1)
    (insert,) = compaction.edits(0.0, quiet=True)
    assert isinstance(insert, Insert)
    assert insert.previous_item_id == "c1"
    compaction.refused(insert.item_id)

    assert compaction.edits(0.0, quiet=True) == []
    (result,) = compaction.take_results()
    assert (result.deleted, result.refused) == (0, 1)
    compaction.summarised(NOTES, "a3", 1)
    assert inserted(compaction).previous_item_id == ROOT


@pytest.mark.parametrize("answered", [0, 1])
def test_answers_that_do_not_come_are_not_waited_for(answered: int) -> None:
    compaction = told(turns(3))
    compaction.summarised(NOTES, "a3", 1)
    if answered:
        inserted(compaction, 1.0)
    compaction.edits(1.0, quiet=True)

    assert compaction.deadline() == 1.0 + ACK_WAIT
    compaction.timer_fired(ACK_WAIT)
    assert compaction.deadline() is not None
    compaction.timer_fired(1.0 + ACK_WAIT)
    assert compaction.deadline() is None
    assert compaction.take_results()[0].refused == (4 if answered else 1)
    compaction.summarised(NOTES, "a3", 1)
    assert inserted(compaction)


def test_notes_that_come_during_an_edit_follow_after_it() -> None:
    compaction = told(turns(4))
    compaction.summarised(NOTES, "a4", 2)
    inserted(compaction)
    compaction.item_added(message("u5", "user"), "a4")
    compaction.summarised("newer", "u5", 1)

    assert deleted(compaction) == ["u1", "a1", "u2", "a2"]
    assert inserted(compaction) == Insert("notes_2", "newer", ROOT)
    assert deleted(compaction) == ["notes_1", "u3", "a3", "u4", "a4"]


def test_newer_notes_take_over_from_those_that_still_wait() -> None:
    compaction = told(turns(4))
    compaction.summarised(NOTES, "a3", 1)
    compaction.summarised("newer", "a4", 1)

    assert inserted(compaction).notes == "newer"


def test_what_nobody_asked_to_delete_and_strange_refusals_change_nothing() -> None:
    compaction = told(turns(2))
    compaction.item_deleted("nobody")
    compaction.refused("nobody")
    compaction.refused("")
    compaction.item_added(message("u1", "user"), None)  # told a second time

    assert ids(compaction) == ["u1", "a1", "u2", "a2"]


def test_notes_that_were_given_up_and_come_after_all_go_with_what_newer_ones_cover() -> None:
    compaction = told(turns(4))
    compaction.summarised(NOTES, "a4", 2)
    (given_up,) = compaction.edits(0.0, quiet=True)
    compaction.timer_fired(ACK_WAIT)
    compaction.summarised("newer", "a4", 2)
    (insert,) = compaction.edits(ACK_WAIT, quiet=True)
    compaction.item_added(message(given_up.item_id, "system"), None)
    compaction.item_added(message(insert.item_id, "system"), None)
    assert ids(compaction)[:3] == ["notes_2", "notes_1", "u1"]

    assert deleted(compaction) == ["u1", "a1", "u2", "a2", "notes_1"]
    assert ids(compaction) == ["notes_2", "u3", "a3", "u4", "a4"]


# A fresh session.


def test_a_fresh_session_begins_with_the_notes_and_is_not_told_what_they_cover() -> None:
    compaction = told(turns(4))
    assert compaction.opening() is None
    compaction.summarised(NOTES, "a4", 2)
    inserted(compaction)
    deleted(compaction)
    compaction.session_lost()

    assert compaction.items == ()
    opening = compaction.opening()
    assert opening == Insert("notes_2", NOTES, ROOT)
    assert [one for one in ("u1", "a2", "u3", "a4") if compaction.covers(one)] == ["u1", "a2"]


def test_notes_that_waited_when_the_session_died_count_for_the_next_one() -> None:
    compaction = told(turns(4))
    compaction.summarised(NOTES, "a4", 2)
    compaction.session_lost()

    assert compaction.opening() == Insert("notes_1", NOTES, ROOT)
    assert compaction.covers("a2")
    assert not compaction.covers("u3")


def test_notes_behind_an_edit_that_the_session_did_not_survive_count_too() -> None:
    compaction = told(turns(4))
    compaction.summarised(NOTES, "a4", 2)
    inserted(compaction)
    compaction.summarised("newer", "a4", 1)
    compaction.session_lost()

    opening = compaction.opening()
    assert opening is not None
    assert opening.notes == "newer"
    assert compaction.covers("a3")
    assert not compaction.covers("u4")


def test_the_next_notes_of_a_fresh_session_replace_those_that_it_began_with() -> None:
    compaction = told(turns(4))
    compaction.summarised(NOTES, "a4", 2)
    compaction.session_lost()
    opening = compaction.opening()
    assert opening is not None
    compaction.item_added(message(opening.item_id, "system"), None)
    for item in turns(6)[4:]:
        compaction.item_added(item, compaction.newest_item_id)
    compaction.summarised("newer", "a6", 2)
    inserted(compaction)

    assert deleted(compaction) == ["notes_1", "u3", "a3", "u4", "a4"]


# Any conversation.


@dataclass
class Server:
    """The conversation as a server would keep it; may refuse, and answers when told to."""

    items: list[ServerItem] = field(default_factory=list)
    unanswered: list[Insert | Delete] = field(default_factory=list)

    def answer(self, compaction: Compaction, *, refuse: bool) -> None:
        edit = self.unanswered.pop(0)
        names = [item.item_id for item in self.items]
        if isinstance(edit, Insert):
            known = edit.previous_item_id == ROOT or edit.previous_item_id in names
            if refuse or not known:
                compaction.refused(edit.item_id)
                return
            at = 0 if edit.previous_item_id == ROOT else names.index(edit.previous_item_id) + 1
            notes = message(edit.item_id, "system")
            self.items.insert(at, notes)
            compaction.item_added(notes, names[at - 1] if at else None)
        elif refuse or edit.item_id not in names:
            compaction.refused(edit.item_id)
        else:
            del self.items[names.index(edit.item_id)]
            compaction.item_deleted(edit.item_id)


STEPS = st.lists(
    st.sampled_from(["user", "assistant", "call", "output", "sum", "quiet", "yes", "no", "late"]),
    max_size=80,
)


@settings(max_examples=300, deadline=None)
@given(STEPS, st.integers(1, 3), st.booleans())
def test_whatever_happens_the_last_turns_and_every_pair_stay_whole(
    steps: list[str], keep: int, may_refuse: bool
) -> None:
    server, compaction = Server(), Compaction()
    open_calls: list[str] = []
    now, refused = 0.0, False

    def add(item: ServerItem) -> None:
        previous = server.items[-1].item_id if server.items else None
        server.items.append(item)
        compaction.item_added(item, previous)

    for number, step in enumerate(steps):
        name = f"i{number}"
        kept = last_turns(server.items, keep)
        if step in ("user", "assistant"):
            add(message(name, step))
        elif step == "call":
            open_calls.append(name)
            add(call(name, name))
        elif step == "output" and open_calls:
            call_id = open_calls.pop(0)
            if any(item.item_id == call_id for item in server.items):
                add(output(name, call_id))
        elif step == "sum":
            compaction.summarised(f"notes of {number}", compaction.newest_item_id, keep)
        elif step == "quiet":
            server.unanswered += compaction.edits(now, quiet=True)
        elif step == "late":
            now += ACK_WAIT
            compaction.timer_fired(now)
        elif step in ("yes", "no") and server.unanswered:
            refuse = step == "no" and may_refuse
            refused = refused or refuse
            server.answer(compaction, refuse=refuse)
        assert compaction.edits(now, quiet=False) == []
        still = {item.item_id for item in server.items}
        assert {item.item_id for item in kept} <= still
        if not server.unanswered and not refused:
            assert [item.item_id for item in server.items] == ids(compaction)
            assert pairs_are_whole(server.items)


def last_turns(items: list[ServerItem], keep: int) -> list[ServerItem]:
    at = [index for index, item in enumerate(items) if item.role == "user"]
    return items[at[-keep] :] if len(at) >= keep else []


def pairs_are_whole(items: list[ServerItem]) -> bool:
    calls = {item.call_id for item in items if item.kind == "function_call"}
    return all(item.call_id in calls for item in items if item.kind == "function_call_output")
