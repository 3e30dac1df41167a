"""Where data lie: one folder for `status`, for `tpdl data` and for the step that reads them, however it is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Lab, one_line
from tpdl.data import absolute, data_root
from tpdl.errors import UserError

CATALOGUE = """
from tpdl.data import Catalogue, Entry

catalogue = Catalogue(
    [Entry("numbers", "a number", "none", "nowhere", 3, ("numbers.txt",), by_hand="write it to {root}")]
)
"""

READER = """
import os
from pathlib import Path

from tpdl import experiment


@experiment(data=["numbers"])
def reader() -> dict:
    os.chdir("/")
    return {"folder": os.environ["TPDL_DATA"], "text": Path(os.environ["TPDL_DATA"], "numbers.txt").read_text()}
"""


def in_folder(lab: Lab, folder: str) -> Lab:
    """The same project, entered by another folder."""
    other = Lab.__new__(Lab)
    other.root = lab.root / folder
    return other


@pytest.fixture
def reading(lab: Lab) -> Lab:
    lab.write("pyproject.toml", '[tool.tpdl]\ncatalogue = "my_data"\n')
    lab.write("my_data.py", CATALOGUE)
    lab.write("experiments/reader.py", READER)
    return lab


@pytest.mark.parametrize("executor", ["process", "inline"])
@pytest.mark.parametrize(
    ("written", "start", "meant"),
    [
        ("~/x", ".", "home/x"),
        ("~/x", "experiments", "home/x"),
        ("x/y", ".", "x/y"),
        ("x", "experiments", "experiments/x"),
        ("../x", "experiments", "x"),
        ("", ".", ".tpdl/data"),
    ],
)
def test_everybody_means_the_same_folder(reading: Lab, written: str, start: str, meant: str, executor: str) -> None:
    home, folder = reading.root / "home", reading.root / meant
    environment = {"TPDL_DATA": written, "HOME": str(home), "USERPROFILE": str(home), "COLUMNS": "500"}
    here = in_folder(reading, start)
    assert f"numbers is not at {folder}: a number" in here.tpdl("status", "reader", code=1, **environment)
    assert f"write it to {folder}" in here.tpdl("data", code=1, **environment)
    reading.write(f"{meant}/numbers.txt", "123")
    listed = here.tpdl("data", code=0, **environment)
    assert " numbers.txt\n" in listed and f"looked in {folder} (" in listed
    here.tpdl("run", "reader", "--executor", executor, code=0, **environment)
    result = json.loads((reading.root / "figures/reader.json").read_text())
    assert result == {"folder": str(folder), "text": "123"}
    here.tpdl("status", "reader", code=0, **environment)
    reading.write(f"{meant}/numbers.txt", "124")
    assert "data numbers changed" in here.tpdl("status", "reader", code=1, **environment)
    assert "not the data that" in here.tpdl("data", "verify", code=1, **environment)


def test_a_home_that_is_nobodys_is_one_line(reading: Lab) -> None:
    assert "~no_such_user/x" in one_line(reading.tpdl("status", "reader", code=2, TPDL_DATA="~no_such_user/x"))
    with pytest.raises(UserError, match="write the path in full"):
        absolute("~no_such_user/x")


def test_the_environment_comes_before_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_DATA", str(tmp_path / "a" / ".." / "b"))
    assert data_root(tmp_path / "c") == tmp_path / "b"
    monkeypatch.delenv("TPDL_DATA")
    assert data_root(tmp_path / "c") == tmp_path / "c"
