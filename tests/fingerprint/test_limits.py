"""The documented limits: edits that matter at run time and that the source does not show, each with its cure where there is one.

A test that fails here because the edit is noticed means that the documentation can promise more.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fingerprint.tree import changes, closure, edit, write

LIMITS = {
    "computed attribute of an object": (
        {"app.py": "def run(o, n): return getattr(o, n)()\n", "lib.py": "class C:\n    def m(self): return 1\n"},
        ("lib.py", "1", "2"),
        ("lib:C", "lib:C.m"),
    ),
    "computed module name": (
        {
            "app.py": "import importlib\ndef run(n): return importlib.import_module(n).f()\n",
            "lib.py": "def f(): return 1\n",
        },
        ("lib.py", "1", "2"),
        ("lib:f", "lib:f"),
    ),
    "method of an object that comes as an argument": (
        {"app.py": "def run(net): return net.forward()\n", "lib.py": "class Net:\n    def forward(self): return 1\n"},
        ("lib.py", "1", "2"),
        ("lib:Net", "lib:Net.forward"),
    ),
    "registration through a function that is handed the table": (
        {
            "app.py": "import nets\nfrom reg import TABLE\ndef run(n): return TABLE[n]()\n",
            "reg.py": "TABLE = {}\ndef put(table, f): table[f.__name__] = f\ndef register(f):\n    put(TABLE, f)\n    return f\n",
            "nets.py": "from reg import register\n@register\ndef vgg(): return 1\n",
        },
        ("nets.py", "1", "2"),
        ("nets:vgg", "nets:vgg"),
    ),
    "assignment that is made for its side effect only": (
        {"app.py": "import torch\n_ = torch.set_num_threads(1)\ndef run(): return 1\n"},
        ("app.py", "threads(1)", "threads(2)"),
        ("app:_", "app:_"),
    ),
    "annotations read at run time without a decorator": (
        {"app.py": "import typing\ndef g(x: int): pass\ndef run(): return typing.get_type_hints(g)\n"},
        ("app.py", "x: int", "x: str"),
        None,
    ),
    "docstring of a function read at run time": (
        {"app.py": 'def run():\n    "one"\n    return run.__doc__\n'},
        ("app.py", "one", "two"),
        None,
    ),
    "order of statements that belong to different names": (
        {"app.py": "A = [1]\nB = list(A)\nA.append(2)\ndef run(): return A, B\n"},
        ("app.py", "B = list(A)\nA.append(2)\n", "A.append(2)\nB = list(A)\n"),
        None,
    ),
    "files that are read": (
        {"app.py": "def run(): return open('table.txt').read()\n", "table.txt": "1"},
        ("table.txt", "1", "2"),
        None,
    ),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_limit(limit: str, tmp_path: Path) -> None:
    files, change, cure = LIMITS[limit]
    write(tmp_path, files)
    before = closure(tmp_path)
    cured = closure(tmp_path, uses=cure[:1]) if cure else {}
    edit(tmp_path, *change)
    assert not changes(before, closure(tmp_path))
    if cure:
        assert changes(cured, closure(tmp_path, uses=cure[:1])) == {cure[1]}
