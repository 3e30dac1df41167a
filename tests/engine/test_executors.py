"""The same run in this process, in processes, on Dask, and through an executor from outside."""

from __future__ import annotations

import pytest

from tests.conftest import Lab, one_line
from tpdl.plan.step import Fingerprint, Input, Step
from tpdl.run.worker import Job


def tables(lab: Lab) -> dict[str, bytes]:
    """The measured tables and drawn pictures, without records, whose times differ."""
    return {
        str(path.relative_to(lab.root)): path.read_bytes()
        for path in sorted((lab.root / "figures").rglob("*"))
        if path.is_file() and not path.name.endswith(".record.json")
    }


@pytest.mark.parametrize("executor", ["inline", "process", "process -j 3", "helpers.own:threads -j 2"])
def test_every_executor_gives_the_same_files(lab, fresh_template, executor):
    lab.write(
        "helpers/own.py",
        "from concurrent.futures import ThreadPoolExecutor\n\n\ndef threads(n):\n    return ThreadPoolExecutor(n)\n",
    )
    lab.tpdl("run", "--executor", *executor.split())
    assert tables(lab) == tables(fresh_template)
    assert lab.not_fresh() == {}


@pytest.mark.parametrize("executor", ["nowhere:threads", "helpers.own:nothing"])
def test_an_executor_that_is_not_there(lab, executor):
    lab.write("helpers/own.py", "")
    assert f"executor '{executor}' cannot be found: " in one_line(lab.tpdl("run", "--executor", executor, code=2))


@pytest.mark.slow
def test_dask(lab, fresh_template):
    pytest.importorskip("distributed", reason="needs the extra dask")
    lab.tpdl("run", "--executor", "dask", "-j", "2")
    assert tables(lab) == tables(fresh_template)


def test_a_job_is_text_and_comes_back_the_same(tmp_path):
    step = Step(
        name="a/b/n=1",
        kind="experiment",
        base="a/b",
        function="experiments.a.b:b",
        parameters={"n": 1, "list": [1, 2.5, None, "x"]},
        inputs={"x": Input(("a/c",)), "y": Input(("a/d/n=1", "a/d/n=2"), ("n=1", "n=2"))},
        data=("mnist",),
        products=(tmp_path / "b.csv",),
        record_path=tmp_path / "b.csv.record.json",
        source="experiments/a/b.py",
        line=3,
        uses=("lib:x",),
        cell={"n": 1},
    )
    fingerprint = Fingerprint({"n": 1}, {"m:f": "0" * 16}, {"a/c": {"c.csv": "1" * 64}}, {"mnist": "2" * 64})
    job = Job(str(tmp_path), "full", step, fingerprint, {"a/c": "c.csv"}, {"a/c": {}}, "data", None, "log")
    assert Job.from_json(job.to_json()) == job
    assert Job.from_json(job.to_json()).fingerprint.digest() == fingerprint.digest()
