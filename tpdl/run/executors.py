"""Where steps run: in this process, in processes here, on a Dask cluster, or wherever an `Executor` leads.

Example:
    with open_executor("process", workers=4) as (executor, call):
        outcome = executor.submit(call, job.to_json(), threads=2).result()

Except in this process, every step gets a fresh interpreter: what it imports is what lies on disk when it starts, its
peak memory is its own, its output goes to its log, and when it is killed the others go on.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tpdl.errors import StepError, UserError
from tpdl.run.job import Job, Outcome
from tpdl.run.worker import execute

_children: set[subprocess.Popen[bytes]] = set()
"""The processes of steps that run here now, to be ended if the run is."""


def run_in_process(text: str, threads: int | None = None) -> Outcome:
    """Carry out the job `text` (see `Job.to_json`) in a fresh interpreter and wait for it.

    Args:
        threads: how many threads numerical libraries may use; None leaves it to them.
    """
    job = Job.from_json(text)
    environment = dict(os.environ)
    if threads:
        environment |= {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    with tempfile.TemporaryDirectory(prefix="tpdl-") as folder, open(_empty_log(job), "ab") as log:
        outcome_path = Path(folder, "outcome.json")
        child = subprocess.Popen(
            [sys.executable, "-m", "tpdl.run.worker", os.fspath(outcome_path)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=job.root,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends its children
        )
        _children.add(child)
        try:
            assert child.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(text.encode() + b"\n")
                child.stdin.flush()  # not closed: that would tell the child that this process is gone
            code = child.wait()
        finally:
            _children.discard(child)
            with contextlib.suppress(OSError):
                child.stdin.close() if child.stdin else None
        try:
            return Outcome(**json.loads(outcome_path.read_text()))
        except (OSError, ValueError):
            return Outcome(job.step.name, 0.0, _cause_of_death(code))


def end_children() -> None:
    """Stop every step that runs in a process of its own here."""
    for child in list(_children):
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGTERM)
            else:  # Windows has no groups of processes
                child.terminate()


def _cause_of_death(code: int) -> str:
    """Why a process ended without a result, in words; a negative code is that of a signal."""
    if code >= 0:
        return f"the process ended with exit code {code} and no result"
    name = signal.Signals(-code).name
    hint = ", which usually means that memory ran out" if name == "SIGKILL" else ""
    return f"the process was ended by {name}{hint}"


class Inline(Executor):
    """An executor that runs each job at once, in this process, so that a debugger works."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call `fn` now; the future is finished when this returns."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def run_here(text: str, threads: int | None = None) -> Outcome:
    """Carry out the job `text` in this process; what it prints goes to the terminal, what goes wrong to the log."""
    job = Job.from_json(text)
    _empty_log(job)
    return execute(job)


def _empty_log(job: Job) -> Path:
    """The log of the job's step, emptied for a new run."""
    log = job.places.log(job.step.name)
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and not (log.is_file() or log.is_dir()):  # a pipe that nobody reads would wait for ever
            log.unlink()
        log.write_bytes(b"")
    except OSError as error:
        raise StepError(f"cannot write {log}: {error.strerror}") from error
    return log


@contextlib.contextmanager
def open_executor(spec: str, workers: int) -> Iterator[tuple[Executor, Callable[..., Outcome]]]:
    """The executor that `spec` names, and the function to submit to it.

    Args:
        spec: "inline", "process", "dask" (a local cluster), "dask:ADDRESS" (a running scheduler), "slurm" (through
            dask-jobqueue, configured in its own file), or "module:function", called with the number of workers to give
            any `concurrent.futures.Executor` whose workers share this file system.
        workers: how many steps run at a time.

    Raises:
        UserError: no such executor, or its package is not installed.
    """
    check_executor(spec)
    if spec == "inline":
        yield Inline(), run_here
    elif spec == "process":
        # Threads, because each only waits for a process of its own.
        with ThreadPoolExecutor(workers) as pool:
            yield pool, run_in_process
    elif spec == "slurm" or spec.partition(":")[0] == "dask":
        with _dask_client(spec, workers) as client:
            yield client.get_executor(), run_in_process
    else:
        module, _, function = spec.partition(":")
        try:
            factory = getattr(importlib.import_module(module), function)
        except (ImportError, AttributeError) as error:
            raise UserError(f"executor {spec!r} cannot be found: {error}") from error
        with factory(workers) as executor:
            yield executor, run_in_process


def check_executor(spec: str | None) -> None:
    """Refuse what can name no executor, before anything else is done.

    Raises:
        UserError: it is none of the known ones and does not look like `module:function`.
    """
    if spec not in (None, "inline", "process", "dask", "slurm") and ":" not in str(spec).strip(":"):
        raise UserError(
            f"there is no executor {spec!r}; use inline, process, dask, dask:ADDRESS, slurm or module:function"
        )


@contextlib.contextmanager
def _dask_client(spec: str, workers: int) -> Iterator[Any]:
    """A client of the Dask scheduler that `spec` names, with a cluster of its own unless one is running."""
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise UserError("Dask is not installed here; pip install 'tpdl[dask]'") from error
    with contextlib.ExitStack() as stack:
        if spec == "slurm":
            try:
                from dask_jobqueue import SLURMCluster
            except ImportError as error:
                raise UserError("dask-jobqueue is not installed here; pip install 'tpdl[dask]'") from error
            cluster = stack.enter_context(SLURMCluster())
            cluster.scale(workers)
        elif spec == "dask":
            cluster = stack.enter_context(
                LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=40)
            )
        else:
            cluster = spec.partition(":")[2]
        yield stack.enter_context(Client(cluster, set_as_default=False))
