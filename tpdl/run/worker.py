"""Carries out one step, here or in a process of its own: read inputs, call the function, write product, then record.

Example:
    outcome = execute(job)
    outcome.message     # None, or what went wrong in one line

Run as `python -m tpdl.run.worker OUTCOME`, it reads the job from standard input, writes to the file OUTCOME how it
ended, and dies with its parent: the pipe closes when the parent is gone, however that happened.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import platform
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tpdl.errors import StepError, UserError
from tpdl.files import sha256_file, write_json
from tpdl.nearest import hint_for
from tpdl.plan.facts import symbols
from tpdl.plan.imports import make_importable
from tpdl.plan.libraries import how_to_install, versions
from tpdl.plan.plan import read_plan
from tpdl.plan.project import FOLDER, Project
from tpdl.plan.record import Record, read_record, timestamp, write_record
from tpdl.plan.step import Input, Step
from tpdl.run import context, products
from tpdl.run.job import Job, Outcome


def execute(job: Job) -> Outcome:
    """Carry out `job` in this process. Never raises for what the step does wrong: the outcome says it."""
    start = time.monotonic()
    digest = job.fingerprint.digest()
    checkpoints = job.places.checkpoints(job.step.name) / digest
    failure = job.places.failure(job.step.name)
    outcome = Outcome(job.step.name, 0.0)
    try:
        with _inside(job, checkpoints), _traced(job) as unseen:
            _make(job, start, outcome)
    except Exception as error:
        message = _one_line(error, job)
        if not isinstance(error, UserError):
            _log_traceback(error, job)
        with contextlib.suppress(UserError):
            write_json(failure, {"digest": digest, "message": message, "when": timestamp()})
        return Outcome(job.step.name, time.monotonic() - start, message)
    with contextlib.suppress(OSError):
        failure.unlink(missing_ok=True)
    shutil.rmtree(checkpoints, ignore_errors=True)
    outcome.seconds, outcome.unseen = time.monotonic() - start, unseen
    return outcome


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
def _inside(job: Job, checkpoints: Path) -> Iterator[None]:
    """The environment of a running step: profile, data, importable project, checkpoints, progress."""
    os.environ["TPDL_PROFILE"], os.environ["TPDL_DATA"] = job.profile, job.data_root
    make_importable(Path(job.root), FOLDER)
    context.checkpoint.begin(checkpoints)
    context.progress.file = job.places.progress(job.step.name)
    context.notes.clear()
    with contextlib.suppress(OSError):
        context.progress.file.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if context.progress.file:
                context.progress.file.unlink(missing_ok=True)
        context.checkpoint.end()
        context.progress.file = None


def _make(job: Job, start: float, outcome: Outcome) -> None:
    """Make the product and its record, and note in `outcome` what there is to say."""
    step = job.step
    before = _hashes(step)
    call = functools.partial(_collected, job) if step.kind == "table" else _bound_function(job)
    result = call() if step.kind != "figure" else None
    if not step.local:
        outcome.kept = keep_edited(job, before)
    if step.kind == "figure":
        from tpdl.run.pictures import save_pictures

        save_pictures(step, call)
    else:
        products.check(step, result)
        products.save(step, result)
    outcome.moved = _moved(job)
    after = {path.name: sha256_file(path) for path in step.products}
    outcome.changed = after != before
    happened = _happened(job, start)
    record = Record(step.name, step.function, job.profile, job.fingerprint, after, outcome.moved, happened=happened)
    write_record(step.record_path, record)


def _collected(job: Job) -> Any:
    """The table of all cells that were measured."""
    cells = {
        label: (job.input_cells[name], Path(job.input_products[name]))
        for source in job.step.inputs.values()
        for label, name in zip(source.labels or (), source.steps, strict=True)
        if name in job.input_products
    }
    return products.collect(job.step, cells)


def _bound_function(job: Job) -> Callable[[], Any]:
    """The step's function with its arguments. Its module is imported now.

    Inputs are opened by each call: pictures are drawn in two processes, which must not share an open file.
    """
    module, _, name = job.step.function.partition(":")
    function = getattr(importlib.import_module(module), name)
    return lambda: function(
        **job.step.parameters,
        **{argument: _result(job, source) for argument, source in job.step.inputs.items()},
    )


def _result(job: Job, source: Input) -> Any:
    """What is passed as one argument: the result of a step, or those of several cells by their label."""
    if source.labels is None:
        return products.load(Path(job.input_products[source.steps[0]]))
    return {
        label: products.load(Path(job.input_products[name]))
        for label, name in zip(source.labels, source.steps, strict=True)
        if name in job.input_products
    }


def _moved(job: Job) -> list[str]:
    """The symbols whose source is no longer what the fingerprint says: nobody knows which version ran."""
    if not job.step.function:
        return []
    plan = read_plan(Project(Path(job.root)), job.profile)
    now = symbols(plan, plan.steps[job.step.name]) if job.step.name in plan.steps else {}
    planned = job.fingerprint.symbols
    return sorted(symbol for symbol in now.keys() | planned.keys() if now.get(symbol) != planned.get(symbol))


def keep_edited(job: Job, on_disk: Mapping[str, str]) -> list[str]:
    """Set a product aside that is not what the engine wrote, before it is replaced: somebody's work may be in it.

    Returns:
        where such products lie now.
    """
    kept_files = []
    record = read_record(job.step.record_path)
    written = record.products if isinstance(record, Record) else {}
    for path in job.step.products:
        if path.name in on_disk and on_disk[path.name] != written.get(path.name):
            kept = Path(job.root, ".tpdl", "kept", f"{on_disk[path.name][:8]}-{path.name}")
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, kept)
            kept_files.append(os.fspath(kept))
    return kept_files


def _hashes(step: Step) -> dict[str, str]:
    return {path.name: sha256_file(path) for path in step.products if path.is_file()}


def _happened(job: Job, start: float) -> dict[str, Any]:
    seconds = context.checkpoint.spent_before + time.monotonic() - start
    happened: dict[str, Any] = {"made": timestamp(), "seconds": round(seconds, 2)}
    with contextlib.suppress(ImportError):
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        happened["peak_memory_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    happened |= {"machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores", "device": _device(job)}
    happened |= {"commit": job.commit, "python": platform.python_version()}
    happened["libraries"] = versions(job.libraries, sys.modules)
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


def _one_line(error: Exception, job: Job) -> str:
    """The error as one line with the place in the project where it happened."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, UserError):
        return text
    hint = hint_for(error, Path(job.root))
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


def _log_traceback(error: Exception, job: Job) -> None:
    """Append the traceback to the log, from the step's function on: how the engine got there explains nothing."""
    frames = error.__traceback__
    while frames and frames.tb_next and _is_tool(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    sys.stderr.flush()
    with contextlib.suppress(OSError), open(job.places.log(job.step.name), "a", encoding="utf-8") as log:
        traceback.print_exception(type(error), error, frames, file=log)


def _is_tool(filename: str) -> bool:
    return Path(filename).is_relative_to(Path(__file__).parents[1])


def _die_with_parent() -> None:
    """End this process when its standard input closes, which the kernel does when the parent is gone."""

    def wait() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    job = Job.from_json(sys.stdin.readline())
    _die_with_parent()
    outcome = execute(job)
    write_json(Path(sys.argv[1]), asdict(outcome))
    sys.stdout.flush()
    # Not sys.exit: the watching thread still blocks on standard input, and Python's shutdown would wait for its lock.
    sys.stderr.flush()
    os._exit(0)
