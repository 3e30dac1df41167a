"""Results that are not what their step declares: kept, so that hours of measuring are not lost with them.

Example:
    keep(job, result, happened)     # .tpdl/full/refused/transfer/gram/5f2c…/result.csv, and about.json beside it
    kept = kept_result(job)         # the next run, if everything that decides is as it was; else None
    kept.result, kept.happened

A result that a product can hold is taken up from there as soon as it may be: with `--keep-nan`, with a column in
`may_be_missing`, with the right return annotation. Anything else is kept for its owner alone, who can unpickle it.
"""

from __future__ import annotations

import contextlib
import json
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tpdl.errors import StepError
from tpdl.files import atomic_path, write_json
from tpdl.plan.record import timestamp
from tpdl.run import products
from tpdl.run.job import Job

ABOUT = "about.json"
"""Beside a kept result: its file, what its columns hold, and what happened when it was measured. Written last."""


@dataclass
class Kept:
    """What an earlier run has measured, and was refused."""

    result: Any
    happened: dict[str, Any]
    path: Path


def keep(job: Job, result: Any, happened: dict[str, Any]) -> Path | None:
    """Keep a result that was refused.

    Args:
        job: whose result it is. Everything that decides it must be as the job says: it is found by that.
        result: what the step has returned.
        happened: for the record, should it be taken up.

    Returns:
        where it lies; None where it could not be written.
    """
    folder = _folder(job)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ABOUT).unlink(missing_ok=True)
        path, columns = _write(folder, result)
        write_json(
            folder / ABOUT, {"file": path.name, "columns": columns, "happened": happened, "refused": timestamp()}
        )
    except (StepError, OSError):
        return None
    return path


def kept_result(job: Job) -> Kept | None:
    """What was kept of an earlier run in which everything that decides was as it is now, if a product can hold it."""
    folder = _folder(job)
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        path = folder / about["file"]
        if path.suffix != job.step.product.suffix:
            return None
        result = products.load(path, about["columns"])
        if path.suffix == ".npz":
            with result:
                result = dict(result)  # read whole: the file goes when the step has delivered
        return Kept(result, dict(about["happened"]), path)
    except (StepError, OSError, ValueError, KeyError, TypeError):
        return None


def forget(job: Job) -> None:
    """Remove what was kept: the step has delivered."""
    folder = _folder(job)
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()


def _folder(job: Job) -> Path:
    return job.places.refused(job.step.name) / job.fingerprint.digest()


def _write(folder: Path, result: Any) -> tuple[Path, dict[str, Any]]:
    """Write a result in the first form that holds it.

    Returns:
        the file, and of a table what its columns hold.
    """
    columns: dict[str, Any] = {}

    def table(path: Path) -> None:
        columns.update(products.write_whole_table(path, result))

    def arrays(path: Path) -> None:
        products.write_arrays(path, result)

    def values(path: Path) -> None:
        products.write_values(path, result)

    def pickled(path: Path) -> None:
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            pickle.dump(result, file)

    def shown(path: Path) -> None:
        path.write_text(repr(result), encoding="utf-8", errors="backslashreplace")

    forms: dict[str, Callable[[Path], None]] = {
        "result.csv": table,
        "result.npz": arrays,
        "result.json": values,
        "result.pickle": pickled,
        "result.txt": shown,
    }
    for name, write in forms.items():
        path = folder / name
        path.unlink(missing_ok=True)
        try:
            write(path)
            return path, columns
        except products.Unfit:
            continue
        except (StepError, OSError):
            raise
        except Exception:  # whatever pickling, or somebody's own `__repr__`, may raise
            continue
    raise StepError("nothing can be kept of the result")
