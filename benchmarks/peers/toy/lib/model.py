"""What is measured."""

import subprocess
from pathlib import Path

from lib.curves import decay, growth
from lib.trace import begin, end


def trajectory(rate: float) -> list[dict]:
    """Five steps of growth, in a unit and from an offset that stand in two files that no tool is told of."""
    begin("trajectory", rate)
    unit = subprocess.run(["cat", "settings/unit.txt"], check=True, capture_output=True, text=True).stdout
    value = float(unit) + float(Path("settings/offset.txt").read_text())
    rows = []
    for time in range(5):
        rows.append({"time": time, "value": round(value, 6)})
        value = growth(value, rate)
    end("trajectory", rate, rows)
    return rows


def reference() -> list[dict]:
    """Five steps of decay."""
    begin("reference")
    rows = [{"time": time, "value": round(decay(1, 0.1 * time), 6)} for time in range(5)]
    end("reference", rows)
    return rows
