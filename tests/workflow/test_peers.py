"""The benchmark beside other tools: its own column, and that what the README shows is what it has printed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_benchmark_judges_tpdl(tmp_path):
    """The others are not installed here. Right without needless work, and wrong where the documentation says so."""
    changes = ["comment in a helper", "helper edited", "file read by another program"]
    asked = [argument for change in changes for argument in ("--change", change)]
    command = [sys.executable, "benchmarks/peers", str(tmp_path), "--tool", "tpdl", "--rounds", "0", *asked]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    verdicts = [line.split("|")[2].strip() for line in done.stdout.splitlines() if line.startswith("| ")][2:]
    assert verdicts == ["right", "right", "**wrong**"]


@pytest.mark.parametrize("page", ["README.md", "docs/concepts/others.md"])
def test_what_is_shown_was_measured(page):
    measured = (ROOT / "benchmarks/peers/results.md").read_text(encoding="utf-8")
    assert measured.strip() in (ROOT / page).read_text(encoding="utf-8")
