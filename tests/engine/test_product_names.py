"""What a declaration says becomes names of files in figures/, and nowhere else."""

from __future__ import annotations

import os

import pytest

from tests.conftest import complaint

FIGURE = """
from tpdl import experiment, figure


@experiment()
def one() -> dict:
    return {"a": 1}


@figure(one, suffix=SUFFIX)
def picture(result):
    from matplotlib.figure import Figure

    return Figure()
"""


@pytest.mark.parametrize(
    "suffix",
    ["../../x", "/../x", "/etc/x", "a/b", "a\\b", "C:x", "x:stream", "a\0b", "a\nb", "a*", "a ", "<b>", '"', ["x"], 7],
)
def test_a_suffix_never_leaves_the_folder(lab, suffix):
    lab.write("experiments/part/names.py", FIGURE.replace("SUFFIX", repr(suffix)))
    before = set(lab.root.rglob("*"))
    for arguments in (["status"], ["run", "part"]):
        line = complaint(lab.tpdl(*arguments, code=2))
        assert "experiments/part/names.py:10: suffix " in line and "use letters, digits, and . _ , = + -" in line
    made = {path for path in lab.root.rglob("*") if ".tpdl" not in path.parts and path.is_file()} - before
    assert made == {lab.root / "figures/part/one.json", lab.root / "figures/part/one.json.record.json"}


@pytest.mark.parametrize("suffix", ["second", "2.5", "a_b", "größe", "x=1,y=2", ".."])
def test_an_ordinary_suffix_is_the_end_of_the_name(lab, suffix):
    lab.write("experiments/part/names.py", FIGURE.replace("SUFFIX", repr(suffix)))
    lab.tpdl("run", "part")
    assert (lab.root / f"figures/part/one-{suffix}.svg").exists()
    assert lab.states("part") == {"part/one": "fresh", f"part/one-{suffix}.svg": "fresh"}


@pytest.mark.parametrize("name", ["con", "AUX", "nul", "com1", "Lpt9"])
def test_a_name_that_windows_keeps_for_devices(lab, name):
    lab.write("experiments/names.py", FIGURE.replace("SUFFIX", "''").replace("one", name))
    line = complaint(lab.tpdl("status", code=2))
    assert f"experiments/names.py:5: no file can be called '{name}' on Windows; rename the function" in line


def test_a_folder_that_windows_keeps_for_devices(lab):
    lab.write("experiments/aux/names.py", FIGURE.replace("SUFFIX", "''"))
    assert "no file can be called 'aux' on Windows" in complaint(lab.tpdl("status", code=2))


def test_a_name_that_is_too_long(lab):
    lab.write("experiments/names.py", FIGURE.replace("SUFFIX", "'x' * 300"))
    assert "too long for a file's name" in complaint(lab.tpdl("status", code=2))


def test_values_of_a_matrix_are_made_names_of_files(lab):
    values = ["../../x", "/etc", "C:\\x", "a\0b", "con", "..", "", "木" * 110, None, True]
    lab.write(
        "experiments/sweep.py",
        f"""
        from tpdl import experiment

        @experiment(matrix={{"value": {values!r}}})
        def sweep(value) -> dict:
            return {{"shown": repr(value)}}
        """,
    )
    lab.tpdl("run", "sweep")
    cells = [name for name in lab.states("sweep") if name != "sweep"]
    assert len(cells) == len(values)
    made = {path.name for path in (lab.root / "figures/sweep").iterdir()}
    assert made == {os.path.basename(cell) + end for cell in cells for end in (".json", ".json.record.json")}
    assert "sweep/value=null" in cells and "sweep/value=true" in cells
    assert lab.states("sweep")["sweep"] == "fresh"
