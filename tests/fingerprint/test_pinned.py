"""Literal hashes: a new version of tpdl, or of Python, must not make everybody recompute.

If a hash here has to change, results all over the world become stale: raise `SCHEMA`, say so in the notes of the release.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fingerprint.tree import closure, write

SAMPLE = {
    "app.py": '''
        """Sample."""
        import functools
        import numpy as np
        from tpdl import experiment
        from lib import Net, WIDTHS, register

        np.seterr(all="raise")

        @experiment(matrix={"n": [1]})
        def run(n: int, *rest, scale: float = 1.5e-3, **more) -> dict:
            """Doc."""
            total: complex = 2j + 0xFF - 10**30
            for i, (a, *b) in enumerate(WIDTHS):
                total += a @ Net(i)[1:-1, ..., ::2] if i else ~n
            with open("ä\\U0001F600\\x00", "rb") as file, file:
                data = file.read() or b"\\xff"
            try:
                assert n > 0, f"{n!r:>{WIDTHS[0]}} {total:.2f}" f"{{}}" "tail {" f"{n=}"
            except (ValueError, KeyError) as error:
                raise RuntimeError from error
            else:
                del data
            finally:
                n = lambda x, /, y=None, *, z: (yield x)
            match rest:
                case [1, *others] if others:
                    return {**more, "k": {x for x in others if x not in (None, True)}}
                case {"a": 1, **left} | Net(width=left):
                    return left
                case None | "text":
                    pass
            while (left := n()) is not None:
                continue
            return [x async for x in rest] if not n else helper(n)

        @functools.lru_cache(maxsize=None)
        def helper(n):
            global COUNT
            COUNT = COUNT + 1
            return print("", end="")

        COUNT: int = 0
        COUNT += 1
    ''',
    "lib/__init__.py": '''
        from ._impl import *
        from ._impl import _register as register
        WIDTHS = (64, 128)
    ''',
    "lib/_impl.py": '''
        class Base:
            """Doc."""
        class Net(Base, metaclass=type):
            width: int = 3
            depth: "float"
            def __getitem__(self, item: slice) -> object:
                """Doc."""
                return super().__getitem__(item)
            @property
            def size(self): return self.width
            @size.setter
            def size(self, value): self.width = value
        TABLE = {}
        def _register(name):
            def keep(function):
                TABLE[name] = function
                return function
            return keep
    ''',
}  # fmt: skip

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


def test_pinned(tmp_path: Path) -> None:
    write(tmp_path, SAMPLE)
    assert closure(tmp_path, uses=["lib:register"]) == PINNED


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14", "3.15"])
def test_other_versions_of_python_agree(version: str, tmp_path: Path) -> None:
    here = Path(__file__).parents[2]
    candidates = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    working = [
        python
        for python in candidates
        if python and not subprocess.run([python, "-c", ""], capture_output=True).returncode
    ]
    if not working or sys.version_info[:2] == tuple(map(int, version.split("."))):
        pytest.skip(f"no other Python {version} here")
    write(tmp_path, SAMPLE)
    result = subprocess.run(
        [working[0], "-c", PROGRAM, str(tmp_path)], cwd=here, capture_output=True, text=True, check=True
    )
    assert json.loads(result.stdout) == PINNED
