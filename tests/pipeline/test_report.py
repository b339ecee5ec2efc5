"""What ``--check`` prints of a good call file."""

from __future__ import annotations

from pathlib import Path

from pipeline.catalog import load_catalog
from pipeline.report import catalog_report, report
from tests.pipeline.files import MINIMAL, loaded, write


def test_the_report_shows_the_pipeline_as_it_will_run(tmp_path: Path) -> None:
    custom = "{type: custom, use: 'pipecat.processors.logger:FrameLogger'}"
    text = f"""name: Front desk
numbers: ["+15550100001", "+15550100002"]
tools: [{{use: 'tests.pipeline.test_config:look_up'}}]
{MINIMAL}  - {custom}
"""

    found = report(loaded(tmp_path, text)).splitlines()

    assert found == [
        f"{tmp_path / 'call.yaml'}: OK",
        "  name      Front desk",
        "  answers   +15550100001, +15550100002",
        "  tools     end_call, look_up",
        "  pipeline  as frames meet it, from the phone on",
        "     1  twilio_serializer (in)                        caller audio",
        "     2  mulaw_passthrough (in)                        caller audio",
        "     3  openai_realtime                               caller audio",
        "     4  interruption                                  no audio",
        "     5  custom pipecat.processors.logger:FrameLogger  assistant audio",
        "     6  hangup (added by itself)                      no audio",
        "     7  mulaw_passthrough (out)                       no audio",
        "     8  twilio_serializer (out)                       assistant audio",
        f"  warning   {tmp_path / 'call.yaml'}: agent: has no role, voice_and_pacing, boundaries,"
        " information, escalation, tone; the model fills the gap as it likes",
    ]


def test_the_report_of_a_folder_shows_which_number_goes_where(tmp_path: Path) -> None:
    write(tmp_path, f'numbers: ["+15550100001"]\n{MINIMAL}', "a.yaml")
    write(tmp_path, f"default: true\nend_call: false\n{MINIMAL}", "b.yaml")
    write(tmp_path, MINIMAL, "c.yaml")

    found = catalog_report(load_catalog(str(tmp_path), {})).splitlines()

    assert "  answers   what no other does" in found
    assert "  tools     none" in found
    assert found[-4:] == [
        f"{tmp_path}: OK",
        "  +15550100001  a.yaml",
        "  any other number  b.yaml",
        f"  warning   {tmp_path / 'c.yaml'}:"
        " no call reaches it: it has no numbers and is not default",
    ]
