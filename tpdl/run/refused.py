"""Results that are not what their step declares: kept, so that hours of measuring are not lost with them.

Example:
    keep(job, result, happened, observed)     # .tpdl/full/refused/transfer/gram/5f2c…/result.csv, about.json
    kept = kept_result(job)         # the next run, if everything that decides is as it was; else None
    kept.result, kept.happened

A result that a product can hold is taken up from there as soon as it may be: with `--keep-nan`, with a column in
`may_be_missing`, with the right return annotation. Anything else is kept for its owner alone, who can unpickle it.
"""

from __future__ import annotations

import contextlib
import pickle
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tpdl.errors import StepError
from tpdl.files import atomic_path, read_json, write_json
from tpdl.images import SUFFIX as IMAGES
from tpdl.images import problem_with, write_images
from tpdl.plan.record import timestamp
from tpdl.plan.step import Observed
from tpdl.run import products
from tpdl.run.job import Job

ABOUT = "about.json"
"""Beside a kept result: its file, what its columns hold, and what happened when it was measured. Written last."""


@dataclass
class Where:
    """Where a result is kept."""

    path: Path
    """The file; of several results the folder."""
    fits: bool
    """The step's products could hold it."""


@dataclass
class Kept:
    """What an earlier run has measured, and was refused."""

    result: Any
    happened: dict[str, Any]
    observed: Observed
    """What the step had read; see `tpdl.plan.observed`."""
    where: Where


def keep(job: Job, result: Any, happened: dict[str, Any], observed: Observed, for_owner: bool = False) -> Where | None:
    """Keep a result that was refused.

    Args:
        job: whose result it is. Everything that decides it must be as the job says: it is found by that.
        result: what the step has returned.
        happened: for the record, should it be taken up.
        observed: what the step has read, for the record, too.
        for_owner: it is never to be taken up, as nobody knows which version of the source has measured it.

    Returns:
        where it lies; None where it could not be written.
    """
    folder = _folder(job)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ABOUT).unlink(missing_ok=True)
        wanted = [path.suffix for path in job.step.products]
        several = len(wanted) > 1 and isinstance(result, tuple) and len(result) == len(wanted)
        files: list[Path] = []
        columns: dict[str, Any] = {}
        for number, (suffix, part) in enumerate(zip(wanted, result if several else [result], strict=False), 1):
            path, known = _write(folder, f"result-{number}" if several else "result", part, suffix)
            files.append(path)
            columns |= known
        names = [path.name for path in files]
        about = {"files": names, "columns": columns, "happened": happened, "refused": timestamp()}
        about |= {"observed": observed} if observed else {}
        if not for_owner:
            write_json(folder / ABOUT, about)
    except (StepError, OSError):
        return None
    return Where(folder if several else files[0], not for_owner and [path.suffix for path in files] == wanted)


def kept_result(job: Job) -> Kept | None:
    """What was kept of an earlier run in which everything that decides was as it is now, if products can hold it."""
    folder = _folder(job)
    try:
        about = read_json(folder / ABOUT)
        files = [folder / name for name in about["files"]]
        if [path.suffix for path in files] != [path.suffix for path in job.step.products]:
            return None
        parts = [_read_whole(path, about["columns"]) for path in files]
        where = Where(folder if len(files) > 1 else files[0], True)
        result = tuple(parts) if len(parts) > 1 else parts[0]
        return Kept(result, dict(about["happened"]), dict(about.get("observed", {})), where)
    except Exception:  # damaged in any way, which numpy and zip have many errors for; it is measured again
        return None


def _read_whole(path: Path, columns: dict[str, Any]) -> Any:
    """One result, with all of its arrays: the file goes when the step has delivered."""
    result = products.load(path, columns)
    if path.suffix != ".npz":
        return result
    with result:
        return dict(result)


def forget(job: Job) -> None:
    """Remove what was kept: the step has delivered."""
    folder = _folder(job)
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()


def _folder(job: Job) -> Path:
    return job.places.refused(job.step.name) / job.fingerprint.digest()


def _write(folder: Path, name: str, result: Any, suffix: str) -> tuple[Path, dict[str, Any]]:
    """Write a result in the first form that holds it, the declared one before the others.

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

    def images(path: Path) -> None:
        if problem := problem_with(result):
            raise products.Unfit(problem)
        write_images(path, result)

    def pickled(path: Path) -> None:
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            pickle.dump(result, file)

    def shown(path: Path) -> None:
        path.write_text(repr(result), encoding="utf-8", errors="backslashreplace")

    forms = {".csv": table, IMAGES: images, ".npz": arrays, ".json": values, ".pickle": pickled, ".txt": shown}
    for ending in dict.fromkeys([suffix, *forms]):
        path = folder / f"{name}{ending}"
        path.unlink(missing_ok=True)
        try:
            forms[ending](path)
            return path, columns
        except products.Unfit:
            continue
        except (StepError, OSError):
            raise
        except Exception:  # whatever pickling, or somebody's own `__repr__`, may raise
            continue
    raise StepError("nothing can be kept of the result")
