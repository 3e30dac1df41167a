"""The log folders of training scripts as tables: event files of TensorBoard, and runs of MLflow.

Example:
    scalars("runs")        # a DataFrame: run, tag, step, value, time

A script that trains already, and logs, need not be rewritten: an experiment reads its folder, and what it reads counts
like any file that a step opens.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.errors import StepError, UserError

if TYPE_CHECKING:
    import pandas as pd

EXTRA = "pip install 'tpdl[tensorboard]'"
COLUMNS = ["run", "tag", "step", "value", "time"]
Run = tuple[str, str]
"""The name of a run, and what tells it from others of that name."""
Row = tuple[Run, str, int, float, datetime]
"""A value of a curve, in the order of the columns."""


def scalars(folder: str | os.PathLike[str]) -> pd.DataFrame:
    """Every curve that a training script has logged to a folder: one row for each value.

    TensorBoard's event files are read, those of PyTorch, Keras, Lightning, JAX and others, and MLflow's folders
    (`mlruns`) and databases (`mlflow.db`), each at any depth.

    Examples:
        MLflow's folders are text, a file for each curve:

        >>> from pathlib import Path
        >>> from tpdl import logs
        >>> run = Path("mlruns/0/5f2c")
        >>> (run / "metrics").mkdir(parents=True)
        >>> _ = (run / "meta.yaml").write_text("run_id: 5f2c\\nrun_name: small\\n")
        >>> _ = (run / "metrics/loss").write_text("1760000000000 0.9 0\\n1760000060000 0.4 1\\n")
        >>> logs.scalars("mlruns")[["run", "tag", "step", "value"]]
             run   tag  step  value
        0  small  loss     0    0.9
        1  small  loss     1    0.4

        An experiment makes a result of it, which figures and summaries use like any other:

        >>> import pandas as pd
        >>> from tpdl import experiment
        >>> @experiment()
        ... def curves(folder: str = "mlruns") -> pd.DataFrame:
        ...     return logs.scalars(folder)
        >>> len(curves())
        2

    Args:
        folder: of the logs, relative to the folder that the step runs in, the project's; or a database of MLflow.

    Returns:
        `run`, the name of a run, for TensorBoard its folder; `tag`, what was logged; `step`; `value`; and `time`, when
        it was, in UTC. Sorted by run and tag, and of each as it was logged: a run that was resumed may have a step
        twice. NaN is kept, as a loss may be; an experiment that returns it says `may_be_missing=["value"]`.

    Raises:
        StepError: there is no such folder, nothing in it is a log, or a file cannot be read.
        UserError: what reads event files is not installed.
    """
    import pandas as pd

    place = Path(folder)
    if not place.exists():
        raise StepError(f"there is no folder {place}; run the training script first, or correct the path")
    rows = list(_rows(place))
    if not rows:
        raise StepError(f"{place} holds no event file of TensorBoard, and no run of MLflow, with a scalar in it")
    names = _names({row[0] for row in rows})
    table = pd.DataFrame([(names[run], *rest) for run, *rest in rows], columns=COLUMNS)
    return table.sort_values(["run", "tag"], kind="stable", ignore_index=True)


def _rows(place: Path) -> Iterator[Row]:
    """Every value of every log in a folder, or of a database."""
    if place.is_file():
        if not _is_database(place):
            raise StepError(f"{place} is no database of MLflow; name the folder of the logs")
        yield from _of_database(place)
        return
    for name, folders, files in os.walk(place):
        folders.sort()
        folder = Path(name)
        if "meta.yaml" in files and "metrics" in folders:
            yield from _of_mlflow_run(folder)
            folders.clear()
        for file in sorted(files):
            if "tfevents" in file:
                yield from _of_event_file(folder / file, _name_of(folder, place))
            elif file.endswith(".db") and _is_database(folder / file):
                yield from _of_database(folder / file)


def _names(runs: set[Run]) -> dict[Run, str]:
    """What each run is called in the table: by its name, and where several have that, by what tells them apart, too.

    >>> _names({("small", "5f2c"), ("large", "77aa"), ("large", "90b1")})[("large", "77aa")]
    'large (77aa)'
    """
    many = Counter(name for name, _ in runs)
    return {(name, own): name if many[name] == 1 else f"{name} ({own[:8]})" for name, own in runs}


def _name_of(folder: Path, root: Path) -> str:
    """What TensorBoard calls the run in a folder: its path in the folder of all; alone, that one's own name."""
    return folder.relative_to(root).as_posix() if folder != root else root.resolve().name


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


# TensorBoard


def _of_event_file(path: Path, run: str) -> Iterator[Row]:
    """The scalars of an event file; where it ends in the middle of one, as a script was killed, those before it."""
    try:
        from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
        from tensorboard.util.tensor_util import make_ndarray
    except ImportError:
        raise UserError(f"{path} is an event file of TensorBoard, which is not installed here; {EXTRA}") from None
    # Where TensorFlow is installed, it opens the file in compiled code, and nobody would see that it was read.
    try:
        with path.open("rb"):
            pass
        kinds: dict[str, str] = {}
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                # What a tag is stands in its first entry. Old entries are made like new ones by the loader.
                kind = kinds.setdefault(value.tag, value.metadata.plugin_data.plugin_name)
                if kind == "scalars":
                    yield (run, ""), value.tag, event.step, make_ndarray(value.tensor).item(), _moment(event.wall_time)
    except (OSError, ValueError, RuntimeError) as error:
        raise StepError(f"{path} cannot be read: {' '.join(str(error).split())}") from None


# MLflow, whose library has more dependencies than there are lines to be read here


def _of_mlflow_run(folder: Path) -> Iterator[Row]:
    """The metrics of a run: a file each, of lines with milliseconds, value, and step; folders are parts of its name."""
    import yaml

    try:
        meta = yaml.safe_load((folder / "meta.yaml").read_text(encoding="utf-8"))
        # A model that was logged has a folder like a run, and its metrics are those of the run.
        if not isinstance(meta, dict) or "run_id" not in meta or meta.get("lifecycle_stage") == "deleted":
            return
        own = str(meta["run_id"])
        run = (str(meta.get("run_name") or own), own)
        metrics = folder / "metrics"
        for name, folders, files in os.walk(metrics):
            folders.sort()
            for file in sorted(files):
                path = Path(name) / file
                yield from _of_metric(path, run, path.relative_to(metrics).as_posix())
    except (OSError, yaml.YAMLError) as error:
        raise StepError(f"{folder} is no run of MLflow that can be read: {' '.join(str(error).split())}") from None


def _of_metric(path: Path, run: Run, tag: str) -> Iterator[Row]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            milliseconds, value, *step = line.split()[:3]
            yield run, tag, int(step[0]) if step else 0, float(value), _moment(int(milliseconds) / 1000)
        except ValueError:
            raise StepError(f"{path}:{number}: {line!r} is no value of a metric: milliseconds, value, step") from None


def _is_database(path: Path) -> bool:
    """Whether a file is a database of SQLite; to open it in Python is to be seen to read it."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _of_database(path: Path) -> Iterator[Row]:
    """The metrics of all runs in a database that MLflow keeps; of another database nothing."""
    import sqlite3

    query = """
        SELECT coalesce(nullif(runs.name, ''), runs.run_uuid), runs.run_uuid, key, step,
            CASE is_nan WHEN 1 THEN NULL ELSE value END, timestamp
        FROM metrics JOIN runs ON runs.run_uuid = metrics.run_uuid
        WHERE lifecycle_stage = 'active'
        ORDER BY runs.start_time, runs.run_uuid, key, timestamp, step
    """
    # immutable: without a lock, which would be a file beside it
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"runs", "metrics"} <= tables:
            return
        try:
            found = database.execute(query).fetchall()
        except sqlite3.Error as error:
            raise StepError(f"{path} is no database of MLflow that can be read: {error}") from None
    for name, own, tag, step, value, milliseconds in found:
        yield (name, own), tag, step, math.nan if value is None else value, _moment(milliseconds / 1000)
