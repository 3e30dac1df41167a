"""Literal hashes: a new version of tpdl, or of Python, must not make everybody recompute.

If a hash here has to change, results all over the world become stale: raise `SCHEMA`, say so in the notes of the
release.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fingerprint.tree import PROJECTS, closure

PINNED = {
    "app:<import>": "72c10ee82dd3ea14",
    "app:COUNT": "1c7937ef2db8f7ca",
    "app:helper": "b8293fc85dcec896",
    "app:run": "07651d7bc91483ef",
    "lib._impl:Base": "c40552ba06d0451d",
    "lib._impl:Net": "971e17d377ae1cf2",
    "lib._impl:Net.__getitem__": "238f0ec1ac88d5a2",
    "lib._impl:Net.size": "b2ddc40ca1f892b2",
    "lib._impl:TABLE": "1ff66cb37207bd38",
    "lib._impl:_register": "19f78972b5a03b28",
    "lib:WIDTHS": "c621a070c5632890",
}

PROGRAM = """
import json, sys
from pathlib import Path
from tpdl.fingerprint import Sources
print(json.dumps(Sources(Path(sys.argv[1])).closure("app:run", ["lib:register"])))
"""


def test_pinned() -> None:
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
