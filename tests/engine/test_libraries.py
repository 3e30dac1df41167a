"""Which libraries a record names, and how a missing one is to be installed: by the project's own pyproject.toml."""

from __future__ import annotations

import json
from pathlib import Path

from tpdl.plan.libraries import how_to_install

PYPROJECT = """
[project]
name = "report"
version = "1"
dependencies = ["numpy"]
optional-dependencies = { fast = ["Some-Engine[gpu] >= 2; python_version > '3.8'"] }

[dependency-groups]
figures = ["simpleeval>=1"]
measuring = [{ include-group = "figures" }, "scikit-nothing"]
"""


def test_a_record_names_what_the_project_depends_on_and_the_step_has_loaded(lab):
    lab.write("pyproject.toml", PYPROJECT)
    lab.write(
        "experiments/one.py",
        """
        from tpdl import experiment

        @experiment()
        def one() -> dict:
            import simpleeval, filelock
            return {"value": simpleeval.simple_eval("1 + 1")}
        """,
    )
    lab.tpdl("run", "one")
    record = json.loads((lab.root / "figures/one.json.record.json").read_text())
    assert {"numpy", "simpleeval"} <= set(record["happened"]["libraries"])
    assert "torch" not in record["happened"]["libraries"]


def test_a_missing_library_is_answered_with_the_command_that_brings_it(lab):
    lab.write("pyproject.toml", PYPROJECT)
    lab.write(
        "experiments/one.py",
        """
        from tpdl import experiment

        @experiment()
        def one() -> dict:
            import sknothing.linear
            return {}
        """,
    )
    said = lab.tpdl("run", "one", code=1)
    assert "sknothing is not installed here; pip install --group measuring" in " ".join(said.split())


def test_how_to_install(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    assert how_to_install("some_engine.core", tmp_path) == "pip install '.[fast]'"
    assert how_to_install("numpy", tmp_path) == "pip install ."
    assert how_to_install("simpleeval", tmp_path) == "pip install --group figures"
    assert how_to_install("unheard_of", tmp_path) == "pyproject.toml lists what this project depends on"
    assert how_to_install("numpy", tmp_path / "nowhere") == ""
