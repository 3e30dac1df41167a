"""Carries out one step, here or in a process of its own: read inputs, call the function, write product, then record.

Example:
    outcome = execute(job)
    outcome.message     # None, or what went wrong in one line

Run as `python -m tpdl.run.worker JOB OUTCOME`, both paths or numbers of inherited files, it reads the job from the one
and writes to the other how it ended: a fresh interpreter, where steps are not forked.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import platform
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NoReturn

from tpdl.cells import Cells
from tpdl.data.declared import VARIABLE as DATA_SETS
from tpdl.errors import StepError, UserError
from tpdl.files import sha256_file, write_json
from tpdl.images import SUFFIX as IMAGES
from tpdl.images import files_of
from tpdl.nearest import hint_for
from tpdl.plan.facts import symbols
from tpdl.plan.hashes import HashCache
from tpdl.plan.imports import make_importable
from tpdl.plan.libraries import how_to_install, versions
from tpdl.plan.patterns import matching
from tpdl.plan.plan import read_plan
from tpdl.plan.project import FOLDER, Project
from tpdl.plan.record import COLUMNS, RECORD_SUFFIX, Record, read_record, timestamp, write_record
from tpdl.plan.step import COLLECTED, Fingerprint, Input, Step
from tpdl.run import context, imported, interpreter, products, refused, snapshot
from tpdl.run.audit import Event
from tpdl.run.job import Job, Outcome
from tpdl.run.memory import keep_freed
from tpdl.run.observed import Found, Observing, gather, is_as_it_was


def execute(job: Job, on_error: Callable[[BaseException], None] | None = None, *, alone: bool = False) -> Outcome:
    """Carry out `job` in this process. Never raises for what the step does wrong: the outcome says it.

    Args:
        job: what to do.
        on_error: called with what the step raises, before that is put into words.
        alone: the process is the step's, and Ctrl-C does not reach it: it is the step that raises KeyboardInterrupt.

    Raises:
        KeyboardInterrupt: Ctrl-C, where the process is not the step's.
    """
    start = time.monotonic()
    checkpoints = job.places.checkpoints(job.step.name) / job.fingerprint.digest()
    outcomes = [Outcome(cell.step.name, 0.0) for cell in job.cells]
    try:
        with _inside(job, checkpoints) as observing, _traced(job) as unseen:
            errors = _make(job, start, outcomes, observing)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and not alone:
            raise
        errors, unseen = dict.fromkeys([cell.step.name for cell in job.cells], error), []
    seconds = time.monotonic() - start
    told: set[int] = set()
    for cell, outcome in zip(job.cells, outcomes, strict=True):
        outcome.seconds, outcome.unseen = seconds, unseen
        if wrong := errors.get(cell.step.name):
            new = id(wrong) not in told
            told.add(id(wrong))
            _note_failure(cell, outcome, wrong, job if new and not isinstance(wrong, UserError) else None)
            if on_error and new:
                on_error(wrong)
        else:
            with contextlib.suppress(OSError):
                cell.places.failure(cell.step.name).unlink(missing_ok=True)
    if not errors:
        shutil.rmtree(checkpoints, ignore_errors=True)
    outcomes[0].others = outcomes[1:]
    return outcomes[0]


def _note_failure(job: Job, outcome: Outcome, error: BaseException, log_of: Job | None) -> None:
    """Say in the outcome, and for `tpdl status`, what went wrong.

    Args:
        job: of the cell that failed.
        outcome: how it ended.
        error: what was raised.
        log_of: the job whose log gets the traceback; None where there is nothing to be learned from it.
    """
    # What cannot be encoded, the name of a file for instance, is shown as Python's `repr` shows it.
    outcome.message = _one_line(error, job).encode(errors="backslashreplace").decode()
    outcome.out_of_memory = _what_ran_out(error)
    if log_of:
        _log_traceback(error, log_of)
    failed = {"digest": job.fingerprint.digest(), "message": outcome.message, "when": timestamp()}
    with contextlib.suppress(UserError):
        write_json(job.places.failure(job.step.name), failed)


def _what_ran_out(error: BaseException) -> str:
    """Which memory there was none left of, if that is what the error says; libraries have errors of their own."""
    if isinstance(error, MemoryError):
        return "memory"
    named = any(kind.__name__ == "OutOfMemoryError" for kind in type(error).__mro__)
    return "device memory" if named or (isinstance(error, RuntimeError) and "out of memory" in str(error)) else ""


def run_and_report(job: Job, results: int | str) -> NoReturn:
    """Carry out `job`, write how it ended to `results`, an open file or a path, and end this process."""
    code = 1
    keep_freed()
    try:
        outcome = execute(job, alone=True)
        sys.stdout.flush()
        with open(results, "w") as pipe:
            pipe.write(json.dumps(asdict(outcome)) + "\n")
        atexit._run_exitfuncs()  # temporary folders and shared memory are removed by what is registered there
        code = 0
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)  # threads that the step has left are not waited for


@contextlib.contextmanager
def _traced(job: Job) -> Iterator[list[str]]:
    """With TPDL_TRACE set: yield a list that holds, at the end, what was executed and is not in the fingerprint."""
    unseen: list[str] = []
    if not os.environ.get("TPDL_TRACE"):
        yield unseen
        return
    from tpdl.fingerprint import IGNORED
    from tpdl.run.trace import Trace, missing

    with Trace(Path(job.root), (*IGNORED, job.device.partition(":")[0])) as trace:
        yield unseen
    unseen += missing(trace.executed, job.fingerprint.symbols)


@contextlib.contextmanager
def _inside(job: Job, checkpoints: Path) -> Iterator[Observing]:
    """The environment of a running step: profile, data, importable project, checkpoints, progress.

    Yields:
        what watches the step, to be entered where its function is called.
    """
    os.environ |= {"TPDL_PROFILE": job.profile, "TPDL_DATA": job.data_root, **job.environment}
    os.environ[DATA_SETS] = json.dumps(job.data_sets)
    if job.snapshot:
        snapshot.install(Path(job.snapshot), Path(job.root))
    else:
        make_importable(Path(job.root), FOLDER)
    observing = Observing(job, _observed_before(job, checkpoints))
    context.checkpoint.begin(checkpoints, observing.events)
    file = job.places.progress(job.step.name)
    context.progress.begin(file)
    context.notes.clear()
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield observing
    finally:
        with contextlib.suppress(OSError):
            if context.progress.file:
                context.progress.file.unlink(missing_ok=True)
        context.checkpoint.end()
        context.progress.file = None


def _observed_before(job: Job, checkpoints: Path) -> list[Event]:
    """What was read up to a checkpoint that is to be taken up; the checkpoint is removed if some of it has changed."""
    events = context.observed_until(checkpoints)
    if not events:
        return []
    with contextlib.suppress(Exception):  # damaged in any way
        found = gather(job, events)
        if not found.moved and is_as_it_was(job, found.observed):
            return events
    shutil.rmtree(checkpoints, ignore_errors=True)
    return []


def _make(job: Job, start: float, outcomes: Sequence[Outcome], observing: Observing) -> dict[str, BaseException]:
    """Make the products and their records, and note in the outcomes of the cells what there is to say.

    Returns:
        cell -> what is wrong with its result, where it is one of several that are measured together; what is wrong with
        a step on its own, or with all of them, is raised.
    """
    kept = {cell.step.name: found for cell in job.cells if (found := _kept_result(cell))}
    if not job.together:
        result = None
        if job.step.kind == "table":
            result = _collected(job)
        elif job.step.kind in ("experiment", "summary") and not kept:
            with observing:
                result = _bound_function(job)()
            if job.step.group:
                result = _one_for_each(job, result)[job.step.name]
        _deliver(job, result, kept.get(job.step.name), start, outcomes[0], observing)
        return {}
    if not all(cell.step.name in kept for cell in job.cells if cell.needed):
        kept = {}
        with observing:
            results = _one_for_each(job, _bound_function(job)())
    else:
        results = {name: each.result for name, each in kept.items()}
    errors: dict[str, BaseException] = {}
    # The first cell stands for all: its record is written last.
    for cell, outcome in reversed(list(zip(job.cells, outcomes, strict=True))):
        name = cell.step.name
        if name not in results:
            outcome.changed = False
            continue
        try:
            _deliver(cell, results[name], kept.get(name), start, outcome, observing, len(job.cells))
        except Exception as error:
            errors[name] = error
    return errors


def _one_for_each(job: Job, results: Any) -> dict[str, Any]:
    """Cell -> its result, of those that the function has returned.

    Raises:
        StepError: they are not as many as there are cells.
    """
    names = [cell.step.name for cell in job.cells]
    if isinstance(results, list | tuple) and len(results) == len(names):
        return dict(zip(names, results, strict=True))
    what = f"{len(results)} results" if isinstance(results, list | tuple) else f"a {type(results).__name__}"
    cells, axes = f"{len(names)} cell{'s' * (len(names) > 1)}", ", ".join(job.step.group)
    raise StepError(
        f"{job.step.source}:{job.step.line}: {what} for {cells}; with together=[…] a function returns a list, one "
        f"result for each value in {axes}"
    )


def _kept_result(job: Job) -> refused.Kept | None:
    """What an earlier run has measured, and was refused, if it can be taken up."""
    kept = refused.kept_result(job) if job.step.kind == "experiment" and not job.again else None
    return kept if kept and is_as_it_was(job, kept.observed) else None


def _deliver(
    job: Job,
    result: Any,
    kept: refused.Kept | None,
    start: float,
    outcome: Outcome,
    observing: Observing,
    cells: int = 1,
) -> None:
    """Write the product of one step, and its record; a picture is drawn by this.

    Args:
        job: of the step.
        result: what it has returned.
        kept: the same as an earlier run has kept it.
        start: when the process began with it.
        outcome: what there is to say is noted here.
        observing: what has watched it.
        cells: how many were measured together, which share the time.
    """
    step = job.step
    before = _hashes(step)
    result = kept.result if kept else result
    happened = kept.happened if kept else None
    if not step.local:
        outcome.kept = keep_edited(job, before)
    columns: dict[str, Any] = {}
    if step.kind == "figure":
        from tpdl.run.pictures import save_pictures

        with observing:
            save_pictures(step, _bound_function(job))
    else:
        try:
            products.check(step, result, job.keep_nan)
            columns = products.save(step, result)
        except Exception as error:
            if step.kind != "experiment":
                raise
            raise _refusal(job, error, result, kept, observing, _happened(job, start, cells)) from error
    found = Found(kept.observed) if kept else observing.found
    fingerprint = replace(job.fingerprint, observed=found.observed)
    outcome.moved = list(dict.fromkeys([*_moved(job), *found.moved, *_edited_files(job)]))
    outcome.warnings = found.warnings
    after = {path.name: sha256_file(path) for path in step.products}
    outcome.changed = after != before
    if job.profile == "full":
        outcome.large = products.large(step)
    happened = happened or _happened(job, start, cells)
    if outcome.changed and not kept:
        outcome.surprise = _surprise(job, fingerprint, before, happened)
    if kept:
        outcome.taken_up = str(happened.get("made", ""))
        happened["taken_up"] = timestamp()
    if job.keep_nan:
        happened["nan"] = "kept, as --keep-nan asked"
    if found.warnings:
        happened["warnings"] = found.warnings
    record = Record(
        step.name,
        step.function,
        job.profile,
        fingerprint,
        products=after,
        columns=columns,
        moved=outcome.moved,
        happened=happened,
    )
    write_record(step.record_path, record)
    refused.forget(job)


def _refusal(
    job: Job,
    error: Exception,
    result: Any,
    kept: refused.Kept | None,
    observing: Observing,
    happened: dict[str, Any],
) -> StepError:
    """The error with a word about where the result is kept that was refused, and how it is taken up."""
    step = job.step
    if not isinstance(error, StepError):
        what = f"{type(error).__name__}: {error}"
        error = products.Unfit(f"{step.source}:{step.line}: {step.name} returned what cannot be kept: {what}")
    if kept:
        where: refused.Where | None = kept.where
        measured = f"what it returned on {kept.happened.get('made', 'an earlier day')} is kept in"
    else:
        found = observing.found
        moved = [*_moved(job), *found.moved, *_edited_files(job)]
        where = refused.keep(job, result, happened, found.observed, for_owner=bool(moved))
        measured = "what it returned is kept in"
    if where is None:
        return error
    text = f"{error}; {measured} {where.path.relative_to(job.root)}"
    if isinstance(error, products.NotFinite) and where.fits:
        text += f", and `tpdl run {step.name} --keep-nan`, or may_be_missing, takes it up without measuring again"
    if kept:
        text += "; --force measures again"
    return StepError(text)


def _collected(job: Job) -> Any:
    """The table of all cells that were measured."""
    cells = {
        label: (job.input_cells[name], _loaded(job, name, for_table=True))
        for source in job.step.inputs.values()
        for label, name in zip(source.labels or (), source.steps, strict=True)
        if name in job.input_products
    }
    return products.collect(job.step, cells, job.keep_nan)


def _bound_function(job: Job) -> Callable[..., Any]:
    """The step's function with its arguments; more can be given. Its module is imported now.

    Inputs are opened by each call: pictures are drawn in two processes, which must not share an open file.
    """
    module, _, name = job.step.function.partition(":")
    function = getattr(importlib.import_module(module), name)
    parameters = job.step.parameters | job.step.lists
    return lambda **more: function(
        **parameters,
        **more,
        **{argument: _result(job, source) for argument, source in job.step.inputs.items()},
    )


def _result(job: Job, source: Input) -> Any:
    """What is passed as one argument: the result of a step, or those of several cells by their label.

    Cells that run together get a list of these.
    """
    if source.of_cells:
        return [_result(job, each) for each in source.of_cells]
    if source.labels is None:
        return _loaded(job, source.steps[0])
    measured = {
        label: name for label, name in zip(source.labels, source.steps, strict=True) if name in job.input_products
    }
    parameters = {label: job.input_cells[name] for label, name in measured.items()}
    return Cells({label: _loaded(job, name) for label, name in measured.items()}, parameters)


def _loaded(job: Job, name: str, for_table: bool = False) -> Any:
    """The result of a step that this one needs; several as a tuple.

    Args:
        job: what is to be carried out.
        name: of the step whose result it is.
        for_table: of several results, the one that a table collects: the table, or else the mapping.
    """
    paths = [Path(path) for path in job.input_products[name]]
    columns = {}
    if COLUMNS in job.fingerprint.inputs.get(name, {}):
        record = read_record(job.places.figures / f"{name}{paths[0].suffix}{RECORD_SUFFIX}")
        columns = record.columns if isinstance(record, Record) else {}
    if for_table:
        paths = sorted(paths, key=lambda path: COLLECTED.index(path.suffix) if path.suffix in COLLECTED else 9)[:1]
    results = tuple(products.load(path, columns) for path in paths)
    return results[0] if len(results) == 1 else results


def _moved(job: Job) -> list[str]:
    """The symbols whose source is no longer what the fingerprint says: nobody knows which version ran.

    There are none where the step has run from a snapshot of the sources that the fingerprint was taken of.
    """
    if not job.step.function or job.snapshot:
        return []
    try:
        plan = read_plan(Project(Path(job.root)), job.profile)
        same = (
            step for step in plan.steps.values() if step.function == job.step.function
        )  # a scratch result has no step
        step = plan.steps.get(job.step.name) or next(same, None)
        now = symbols(plan, step) if step else {}
    except UserError:  # a declaration that is being edited just now
        return [job.step.function]
    planned = job.fingerprint.symbols
    return sorted(symbol for symbol in now.keys() | planned.keys() if now.get(symbol) != planned.get(symbol))


def _edited_files(job: Job) -> list[str]:
    """The files that the step declares and that are not what they were when it began."""
    root = Path(job.root)
    found = {path: sha for pattern in job.step.files for path, sha in _hashes_of(root, matching(root, pattern)).items()}
    planned = job.fingerprint.files
    return sorted(path for path in found.keys() | planned.keys() if found.get(path) != planned.get(path))


def _hashes_of(root: Path, paths: Iterable[str]) -> dict[str, str]:
    hashes = HashCache(root / ".tpdl" / "cache" / "hashes.json")
    return {path: sha for path in paths if (sha := hashes.of_file(root / path))}


def _surprise(job: Job, fingerprint: Fingerprint, before: Mapping[str, str], happened: Mapping[str, Any]) -> str:
    """What may be behind another result than the last, if nothing that decides the result has changed since."""
    old = read_record(job.step.record_path)
    if not isinstance(old, Record) or old.moved or old.accepted or old.products != before:
        return ""
    if (old.profile, old.function, old.fingerprint) != (job.profile, job.step.function, fingerprint):
        return ""
    others = [
        f"{name} {old.happened['libraries'][name]} -> {version}"
        for name, version in happened["libraries"].items()
        if old.happened.get("libraries", {}).get(name, version) != version
    ]
    others += [
        f"{key} {old.happened[key]} -> {happened[key]}"
        for key in ("python", "machine", "device")
        if old.happened.get(key, happened[key]) != happened[key]
    ]
    return ", ".join(others) or "something unseeded or undeclared is at work"


def keep_edited(job: Job, on_disk: Mapping[str, str]) -> list[str]:
    """Set a product aside that is not what the engine wrote, before it is replaced: somebody's work may be in it.

    Returns:
        where such products lie now.
    """
    kept_files = []
    record = read_record(job.step.record_path)
    written = record.products if isinstance(record, Record) else {}
    edited = [
        (path, on_disk[path.name])
        for path in job.step.products
        if path.name in on_disk and on_disk[path.name] != written.get(path.name)
    ]
    edited += [image for path in job.step.products if path.suffix == IMAGES for image in _edited_images(path)]
    for path, sha in edited:
        kept = Path(job.root, ".tpdl", "kept", f"{sha[:8]}-{path.name}")
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, kept)
        kept_files.append(os.fspath(kept))
    return kept_files


def _edited_images(index: Path) -> Iterator[tuple[Path, str]]:
    """The images of an index that are not what the engine wrote, each with its hash."""
    with contextlib.suppress(StepError, OSError):
        for path, written in files_of(index).items():
            if path.exists() and (sha := sha256_file(path)) != written:
                yield path, sha


def _hashes(step: Step) -> dict[str, str]:
    return {path.name: sha256_file(path) for path in step.products if path.is_file()}


def _happened(job: Job, start: float, cells: int = 1) -> dict[str, Any]:
    """What is noted in the record, apart from what decides; of the time a share where several cells were measured."""
    seconds = context.checkpoint.spent_before + time.monotonic() - start
    happened: dict[str, Any] = {"made": timestamp(), "seconds": round(seconds / cells, 2)}
    if cells > 1:
        happened["together"] = {"cells": cells, "seconds": round(seconds, 2)}
    with contextlib.suppress(ImportError):
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        happened["peak_memory_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    if peak := _device_memory(job):
        happened["device_peak_bytes"] = peak
    happened |= {"machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores", "device": _device(job)}
    happened |= {"commit": job.commit, "python": platform.python_version()}
    happened["libraries"] = versions(job.libraries, imported.names())
    if context.notes:
        happened["notes"] = dict(context.notes)
    return happened


def _device(job: Job) -> str:
    """What the project says that the step ran on. A mistake there must not lose what was measured."""
    module, _, function = job.device.partition(":")
    try:
        return str(getattr(importlib.import_module(module), function)()) if module else "CPU"
    except Exception as error:
        return f"unknown ({type(error).__name__}: {error})"


def _device_memory(job: Job) -> int:
    """Bytes of a GPU that the project says that the step has used; 0 where it used none, or nobody knows."""
    module, _, function = job.device_memory.partition(":")
    try:
        return int(getattr(importlib.import_module(module), function)()) if module else 0
    except Exception:  # it decides nothing, and must not lose what was measured
        return 0


def _one_line(error: BaseException, job: Job) -> str:
    """The error as one line with the place in the project where it happened."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, UserError):
        return text
    hint = hint_for(error, Path(job.root))
    if isinstance(error, SystemExit):
        text = f"the step called sys.exit({'' if error.code is None else repr(error.code)}) instead of returning"
    if (
        isinstance(error, ModuleNotFoundError)
        and error.name
        and not hint
        and (how := how_to_install(error.name, Path(job.root)))
    ):
        return f"{error.name} is not installed here; {how}"
    if isinstance(error, OSError) and error.errno is not None and not isinstance(error, StepError):
        text = f"{error.strerror}: {error.filename}" if error.filename else str(error.strerror)
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_relative_to(job.root):
        return f"{os.path.relpath(error.filename, job.root)}:{error.lineno}: {error.msg}"
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(job.root + os.sep) and not _is_tool(frame.filename):
            place = f"{os.path.relpath(frame.filename, job.root)}:{frame.lineno}: "
    return f"{place}{type(error).__name__}: {text}{hint}"


def _log_traceback(error: BaseException, job: Job) -> None:
    """Append the traceback to the log, from the step's function on: how the engine got there explains nothing."""
    frames = error.__traceback__
    while frames and frames.tb_next and _is_tool(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    sys.stderr.flush()
    with (
        contextlib.suppress(OSError),
        open(job.places.log(job.step.name), "a", encoding="utf-8", errors="backslashreplace") as log,
    ):
        traceback.print_exception(type(error), error, frames, file=log)


def _is_tool(filename: str) -> bool:
    return Path(filename).is_relative_to(Path(__file__).parents[1])


if __name__ == "__mp_main__":  # in a process that `multiprocessing` has started from the step's
    snapshot.install_from_environment()
elif __name__ == "__main__":
    request, results = (int(text) if text.isdigit() else text for text in sys.argv[1:])
    with open(request, encoding="utf-8") as file:
        job = Job.from_json(file.read())
    interpreter.end_with_parent()
    run_and_report(job, results)
