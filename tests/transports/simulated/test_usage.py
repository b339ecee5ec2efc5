"""What responses take in, and what of it is cached."""

from __future__ import annotations

from transports.simulated.conversation import Item, Part
from transports.simulated.usage import UsageMeter, segments

INSTRUCTIONS = "x" * 400  # 100 tokens


def caller(name: str, ms: int) -> Item:
    part = Part("input_audio", audio=bytearray(ms * 8))
    return Item(name, "message", "user", content=[part])


def assistant(name: str, ms: int, text: str = "") -> Item:
    part = Part("output_audio", audio=bytearray(ms * 8), transcript=text)
    return Item(name, "message", "assistant", content=[part])


def notes(text: str) -> Item:
    return Item("notes", "message", "system", content=[Part("input_text", text)])


def taken(meter: UsageMeter, *items: Item, instructions: str = INSTRUCTIONS) -> tuple[int, int]:
    """All that a response takes in, and what of it is cached."""
    read = meter.read(segments(instructions, [], items))
    details = read["cached_tokens_details"]
    assert read["cached_tokens"] == sum(details.values())
    return read["text_tokens"] + read["audio_tokens"], read["cached_tokens"]


def test_the_whole_conversation_is_taken_in_again_each_time() -> None:
    # The numbers of OpenAI's Realtime managing costs guide: 100 tokens of instructions, a turn of
    # 20 tokens, an answer of 20 and 10 of text, a second turn of 25.
    meter = UsageMeter()
    first = caller("u1", 2000)

    assert taken(meter, first) == (120, 0)
    assert taken(meter, first, assistant("a1", 1000, "y" * 40), caller("u2", 2500)) == (175, 120)


def test_deleted_items_are_gone_and_the_cache_holds_up_to_the_change() -> None:
    meter = UsageMeter()
    one, two, three = caller("u1", 1000), caller("u2", 2000), caller("u3", 3000)
    taken(meter, one, two, three)

    assert taken(meter, notes("z" * 40), three) == (140, 100)
    assert taken(meter, notes("z" * 40), three, caller("u4", 1000)) == (150, 140)


def test_a_truncated_item_is_another_one() -> None:
    meter = UsageMeter()
    taken(meter, caller("u1", 1000), assistant("a1", 5000))

    assert taken(meter, caller("u1", 1000), assistant("a1", 2000)) == (150, 110)


def test_an_aside_finds_nothing_cached_and_spoils_nothing() -> None:
    meter = UsageMeter()
    turn = caller("u1", 1000)
    taken(meter, turn)

    assert taken(meter, turn, instructions="Sum up.") == (12, 0)
    assert taken(meter, turn, caller("u2", 1000)) == (120, 110)
    assert taken(meter, turn, instructions="Sum up.") == (12, 12)


def test_what_was_long_ago_is_cached_no_more() -> None:
    meter = UsageMeter()
    taken(meter, caller("u1", 1000))
    for number in range(8):
        taken(meter, instructions=f"{number}")

    assert taken(meter, caller("u1", 1000)) == (110, 0)
