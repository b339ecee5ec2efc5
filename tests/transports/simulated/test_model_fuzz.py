"""Whatever a client sends, the session answers and goes on."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transports.simulated.realtime_client import realtime_client
from tests.virtual_loop import run_virtual

KINDS = (
    "session.update",
    "input_audio_buffer.append",
    "input_audio_buffer.commit",
    "input_audio_buffer.clear",
    "conversation.item.create",
    "conversation.item.retrieve",
    "conversation.item.delete",
    "conversation.item.truncate",
    "response.create",
    "response.cancel",
    "output_audio_buffer.clear",
    "nothing.known",
)
KEYS = st.sampled_from(
    [
        *("event_id", "session", "item", "item_id", "audio", "response", "type", "role"),
        *("content", "input", "output", "format", "id", "turn_detection", "tools", "metadata"),
        *("previous_item_id", "content_index", "audio_end_ms", "conversation", "instructions"),
    ]
)
WORDS = st.sampled_from(
    [
        *("realtime", "message", "user", "assistant", "input_text", "output_audio", "audio/pcmu"),
        *("function_call_output", "server_vad", "semantic_vad", "none", "auto", "root", "/w=="),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10_000) | st.floats(-2, 2) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)
EVENTS = st.tuples(st.sampled_from(KINDS), st.dictionaries(KEYS, VALUES, max_size=5))


@given(st.lists(EVENTS, max_size=12))
@settings(max_examples=150, deadline=None)
def test_no_event_breaks_a_session(events: list[tuple[str, dict[str, Any]]]) -> None:
    async def main() -> None:
        async with realtime_client() as client:
            for kind, fields in events:
                await client.send(kind, **{k: v for k, v in fields.items() if k != "type"})
            confirmed = await client.configure(instructions="Be brief.")

        assert confirmed["session"]["instructions"] == "Be brief."

    run_virtual(main())
