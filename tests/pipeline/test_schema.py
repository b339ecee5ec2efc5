"""The JSON Schema: it describes everything, and ``configs/schema.json`` is it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

from pipeline.catalog import CONFIGS
from pipeline.registry import Entry
from pipeline.schema import call_file_schema, schema_text


def keys_of(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, part in {"": schema, **schema["$defs"]}.items():
        for key, value in part.get("properties", {}).items():
            yield f"{name}.{key}", value


def test_the_schema_in_configs_is_the_one_that_run_py_prints() -> None:
    message = "write it anew: run.py --schema > configs/schema.json"

    assert (CONFIGS / "schema.json").read_text(encoding="utf-8") == schema_text(), message


def test_every_key_has_a_title_and_one_line_of_description() -> None:
    for name, value in keys_of(call_file_schema()):
        assert value.get("title"), name
        assert value.get("description"), name
        assert "\n" not in value["description"], name


def test_every_processor_is_told_apart_by_its_type() -> None:
    entries = call_file_schema()["properties"]["pipeline"]["items"]

    union, _ = get_args(Entry)
    types = [get_args(config.model_fields["type"].annotation)[0] for config in get_args(union)]
    assert set(entries["discriminator"]["mapping"]) == set(types)
    assert len(types) == len(set(types))
    assert all(
        part["additionalProperties"] is False for part in call_file_schema()["$defs"].values()
    )


def test_a_reference_to_the_environment_may_stand_for_a_number_or_a_word_of_a_list() -> None:
    keys = dict(keys_of(call_file_schema()))
    reference = {"type": "string", "pattern": r"\$\{"}

    for name in ("speed", "voice", "warm", "max_output_tokens", "tool_choice", "tracing"):
        value = keys[f"OpenAIRealtimeConfig.{name}"]
        assert reference in value.get("anyOf", value.get("oneOf", [])), name
    assert reference not in keys["OpenAIRealtimeConfig.turn_detection"]["anyOf"]
    assert keys["OpenAIRealtimeConfig.type"]["const"] == "openai_realtime"


def test_a_prompt_section_may_be_included_and_a_file_may_extend() -> None:
    schema = call_file_schema()
    role = json.dumps(schema["$defs"]["Agent"]["properties"]["role"])

    assert '"include"' in role
    assert schema["anyOf"] == [{"required": ["pipeline"]}, {"required": ["extends"]}]
