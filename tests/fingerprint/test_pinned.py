"""Literal hashes: a new version of tpdl, or of Python, must not make everybody recompute.

If a hash here has to change, results all over the world become stale: raise `RULES` in `tpdl/plan/step.py` and
`SCHEMA` in `cache.py`, freeze the old rules in a file for `tpdl upgrade`, and say so in the notes of the release.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fingerprint.tree import PROJECTS, closure
from tpdl.plan.step import RULES

PINNED = {
    "app:<import>": "7de5bbc5b7f3c25d",
    "app:COUNT": "3e085564a99a59ee",
    "app:helper": "3506c262ca465447",
    "app:run": "436baf13fc75716e",
    "lib._impl:Base": "c40552ba06d0451d",
    "lib._impl:Net": "cef74a42ccebf7d6",
    "lib._impl:Net.__getitem__": "cde8963c9ae86fff",
    "lib._impl:Net.size": "319f1765d9521ff3",
    "lib._impl:TABLE": "1ff66cb37207bd38",
    "lib._impl:_register": "b84e82f48f97aa89",
    "lib:WIDTHS": "c621a070c5632890",
}

PROGRAM = """
import json, sys
from pathlib import Path
from tpdl.fingerprint import Sources
print(json.dumps(Sources(Path(sys.argv[1])).closure("app:run", ["lib:register"])))
"""


def test_pinned() -> None:
    assert RULES == 2, "pin anew"
    assert closure(PROJECTS / "pinned", uses=["lib:register"]) == PINNED


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14", "3.15"])
def test_other_versions_of_python_agree(version: str) -> None:
    here = Path(__file__).parents[2]
    candidates = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    working = [
        python
        for python in candidates
        if python and not subprocess.run([python, "-c", ""], capture_output=True).returncode
    ]
    if not working or sys.version_info[:2] == tuple(map(int, version.split("."))):
        pytest.skip(f"no other Python {version} here")
    result = subprocess.run(
        [working[0], "-c", PROGRAM, str(PROJECTS / "pinned")], cwd=here, capture_output=True, text=True, check=True
    )
    assert json.loads(result.stdout) == PINNED
