"""A name that moved to another module: the hashes that a function had before, put back from the sources as they are now."""

from __future__ import annotations

from pathlib import Path

from tests.fingerprint.tree import closure, write
from tpdl.fingerprint import Sources
from tpdl.fingerprint.renames import Renames

MOVED = Renames({"lab.constants:MEAN": "lab.nets:MEAN"})


def test_an_import_that_was_split_is_one_again(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app.py": """
            def run():
                from lab.nets import MEAN, build

                return build(MEAN)
            """,
            "lab/nets.py": """
            MEAN = 0.5


            def build(x):
                return x
            """,
        },
    )
    before = closure(tmp_path)
    _split(tmp_path, "build(MEAN)")
    assert Sources(tmp_path, renames=MOVED).closure("app:run") == before


def test_a_split_import_hides_no_edit(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app.py": """
            def run():
                from lab.nets import MEAN, build

                return build(MEAN)
            """,
            "lab/nets.py": "MEAN = 0.5\n\n\ndef build(x):\n    return x\n",
        },
    )
    before = closure(tmp_path)
    _split(tmp_path, "build(2 * MEAN)")
    old = Sources(tmp_path, renames=MOVED).closure("app:run")
    assert old.keys() == before.keys()
    assert [symbol for symbol in old if old[symbol] != before[symbol]] == ["app:run"]


def _split(root: Path, result: str) -> None:
    """MEAN moves to a module of its own, and the import of two names becomes two imports."""
    write(
        root,
        {
            "app.py": f"""
            def run():
                from lab.constants import MEAN
                from lab.nets import build

                return {result}
            """,
            "lab/constants.py": "MEAN = 0.5\n",
            "lab/nets.py": "def build(x):\n    return x\n",
        },
    )
