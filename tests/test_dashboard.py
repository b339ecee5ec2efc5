"""The Grafana dashboard asks for metrics that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pipeline.metrics import CallMetrics

DASHBOARD = Path(__file__).parents[1] / "deploy" / "grafana" / "callwright.json"


def test_every_panel_asks_for_metrics_that_are_told() -> None:
    endings = {"counter": "_total", "histogram": "_bucket"}
    told = {
        family.name + endings.get(family.type, "") for family in CallMetrics().registry.collect()
    }
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]

    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"callwright_\w+", target["expr"])
    }

    assert len({panel["id"] for panel in panels}) == len(panels) >= 12
    assert asked <= told
