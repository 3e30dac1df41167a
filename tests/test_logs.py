"""Logs of training scripts as tables: MLflow's folders and databases, event files of TensorBoard."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from tpdl import StepError, logs

READS = """
import pandas as pd

from tpdl import experiment, logs


@experiment()
def curves() -> pd.DataFrame:
    return logs.scalars("runs")
"""


def mlflow_run(root: Path, own: str, name: str, metrics: dict[str, str], stage: str = "active") -> Path:
    """A run as MLflow's file store writes it."""
    run = root / "0" / own
    for tag, text in metrics.items():
        path = run / "metrics" / tag
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (run / "meta.yaml").write_text(f"run_id: {own}\nrun_name: {name}\nlifecycle_stage: {stage}\n")
    return run


def events(folder: Path, values: dict[str, list[float]]) -> None:
    """An event file as PyTorch's SummaryWriter writes it."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(str(folder))
    for tag, numbers in values.items():
        for step, number in enumerate(numbers):
            value = Summary.Value(tag=tag, simple_value=number)
            writer.add_event(Event(step=step, wall_time=1.76e9 + step, summary=Summary(value=[value])))
    writer.close()


def rows(table: pd.DataFrame) -> list[tuple]:
    return list(table[["run", "tag", "step", "value"]].itertuples(index=False, name=None))


def test_folders_of_mlflow(tmp_path):
    mlflow_run(
        tmp_path,
        "5f2c",
        "small",
        {"loss/train": "1760000000000 0.9 0\n1760000060000 nan 1\n", "best": "1760000060000 0.4\n"},
    )
    mlflow_run(tmp_path, "77aa", "large", {"best": "1760000060000 0.3 7 data 1a2b\n"})
    mlflow_run(tmp_path, "90b1", "large", {"best": "1760000060000 0.2 7\n"})
    mlflow_run(tmp_path, "dead", "gone", {"best": "1760000060000 0.1 7\n"}, stage="deleted")
    table = logs.scalars(tmp_path)
    assert rows(table.dropna()) == [
        ("large (77aa)", "best", 7, 0.3),
        ("large (90b1)", "best", 7, 0.2),
        ("small", "best", 0, 0.4),
        ("small", "loss/train", 0, 0.9),
    ]
    assert table["value"].isna().sum() == 1
    assert table["time"].iloc[0] == pd.Timestamp("2025-10-09 08:54:20", tz="UTC")


def test_a_database_of_mlflow(tmp_path):
    path = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE runs (run_uuid, name, lifecycle_stage, start_time)")
        database.execute("CREATE TABLE metrics (key, value, timestamp, run_uuid, step, is_nan)")
        database.executemany("INSERT INTO runs VALUES (?, ?, ?, 0)", [("a1", "", "active"), ("b2", "x", "deleted")])
        database.executemany(
            "INSERT INTO metrics VALUES ('loss', ?, 1760000000000, ?, ?, ?)",
            [(0.9, "a1", 0, 0), (0, "a1", 1, 1), (0.1, "b2", 0, 0)],
        )
    for place in (path, tmp_path):
        table = logs.scalars(place)
        assert rows(table)[:1] == [("a1", "loss", 0, 0.9)] and len(table) == 2 and table["value"].isna()[1]
    assert [each.name for each in tmp_path.iterdir()] == ["mlflow.db"]


def test_event_files_of_tensorboard(tmp_path):
    pytest.importorskip("tensorboard", reason="needs tpdl[tensorboard]")
    events(tmp_path / "lr=0.1" / "fold-0", {"loss": [0.5, 0.25]})
    events(tmp_path, {"score": [1.0]})
    table = logs.scalars(tmp_path)
    name = tmp_path.name
    expected = [("lr=0.1/fold-0", "loss", 0, 0.5), ("lr=0.1/fold-0", "loss", 1, 0.25), (name, "score", 0, 1.0)]
    assert sorted(rows(table)) == sorted(expected)
    assert table[table["tag"] == "loss"]["time"].iloc[1] == pd.Timestamp(1.76e9 + 1, unit="s", tz="UTC")
    # Of a script that was killed while it wrote, what it had written is there.
    (file,) = (tmp_path / "lr=0.1" / "fold-0").iterdir()
    file.write_bytes(file.read_bytes()[:-3])
    assert len(logs.scalars(tmp_path / "lr=0.1")) == 1


def test_what_is_refused(tmp_path):
    with pytest.raises(StepError, match=r"there is no folder .*nowhere; run the training script first"):
        logs.scalars(tmp_path / "nowhere")
    with pytest.raises(StepError, match="holds no event file of TensorBoard, and no run of MLflow"):
        logs.scalars(tmp_path)
    mlflow_run(tmp_path, "5f2c", "small", {"loss": "yesterday 0.9 0\n"})
    with pytest.raises(StepError, match=r"loss:1: 'yesterday 0.9 0' is no value of a metric"):
        logs.scalars(tmp_path)
    (tmp_path / "notes.txt").write_text("no log")
    with pytest.raises(StepError, match=r"notes.txt is no database of MLflow"):
        logs.scalars(tmp_path / "notes.txt")


def test_a_step_knows_what_it_has_read(lab):
    run = mlflow_run(lab.root / "runs", "5f2c", "small", {"loss": "1760000000000 0.9 0\n"})
    lab.write("experiments/logged.py", READS)
    lab.tpdl("run", "curves")
    assert lab.states("curves")["curves"] == "fresh"
    with (run / "metrics/loss").open("a") as log:
        log.write("1760000060000 0.4 1\n")
    assert lab.states("curves")["curves"] == "stale: file runs/0/5f2c/metrics/loss changed"
    lab.tpdl("run", "curves")
    mlflow_run(lab.root / "runs", "77aa", "large", {"loss": "1760000000000 0.8 0\n"})
    assert lab.states("curves")["curves"].startswith("stale: ")


def test_a_step_knows_the_event_files_it_has_read(lab):
    pytest.importorskip("tensorboard", reason="needs tpdl[tensorboard]")
    events(lab.root / "runs" / "a", {"loss": [0.5]})
    lab.write("experiments/logged.py", READS)
    lab.tpdl("run", "curves")
    assert lab.states("curves")["curves"] == "fresh"
    (file,) = (lab.root / "runs" / "a").iterdir()
    file.write_bytes(file.read_bytes()[:-3])
    assert lab.states("curves")["curves"] == f"stale: file runs/a/{file.name} changed"
