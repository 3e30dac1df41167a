"""Where steps run: in this process, in processes here, on a Dask cluster, or wherever an `Executor` leads.

Example:
    with open_executor("process", workers=4) as (executor, call):
        outcome = executor.submit(call, job.to_json(), threads=2).result()

Except in this process, every step gets a process of its own; see `tpdl.run.processes`.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from tpdl.errors import UserError
from tpdl.run.job import Job, Outcome
from tpdl.run.memory import keep_freed
from tpdl.run.processes import empty_log, end_processes, run_in_process
from tpdl.run.worker import execute


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


def run_here(text: str, threads: int | None = None, on_error: Callable[[BaseException], None] | None = None) -> Outcome:
    """Carry out the job `text` in this process; what it prints goes to the terminal, what goes wrong to the log.

    Modules are imported from where they lie: a debugger shows the files that are there, and some are imported already.
    """
    job = replace(Job.from_json(text), snapshot="")
    keep_freed()  # the tool's own process ends with the run
    empty_log(job)
    return execute(job, on_error)


@contextlib.contextmanager
def open_executor(
    spec: str, workers: int, on_error: Callable[[BaseException], None] | None = None
) -> Iterator[tuple[Executor, Callable[..., Outcome]]]:
    """The executor that `spec` names, and the function to submit to it.

    Args:
        spec: "inline", "process", "dask" (a local cluster), "dask:ADDRESS" (a running scheduler), "slurm" (through
            dask-jobqueue, configured in its own file), or "module:function", called with the number of workers to give
            any `concurrent.futures.Executor` whose workers share this file system.
        workers: how many steps run at a time.
        on_error: called with what a step raises, where it runs in this process.

    Raises:
        UserError: no such executor, or its package is not installed.
    """
    check_executor(spec)
    if spec == "inline":
        yield Inline(), functools.partial(run_here, on_error=on_error)
        return
    try:
        with _elsewhere(spec, workers) as executor:
            yield executor, run_in_process
    finally:
        end_processes()


@contextlib.contextmanager
def _elsewhere(spec: str, workers: int) -> Iterator[Executor]:
    """An executor that only waits for processes of their own."""
    if spec == "process":
        with ThreadPoolExecutor(workers) as pool:
            yield pool
    elif spec == "slurm" or spec.partition(":")[0] == "dask":
        with _dask_client(spec, workers) as client:
            yield client.get_executor()
    else:
        module, _, function = spec.partition(":")
        try:
            factory = getattr(importlib.import_module(module), function)
        except (ImportError, AttributeError) as error:
            raise UserError(f"executor {spec!r} cannot be found: {error}") from error
        with factory(workers) as executor:
            yield executor


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
            # A worker that is ended may miss its scheduler, and would say so at length; steps say what fails.
            options = {"threads_per_worker": 1, "dashboard_address": None, "silence_logs": logging.CRITICAL}
            cluster = stack.enter_context(LocalCluster(n_workers=workers, **options))
        else:
            cluster = spec.partition(":")[2]
        yield stack.enter_context(Client(cluster, set_as_default=False))
