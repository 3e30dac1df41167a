"""Run steps: refuse to start beside another run, open the executor, and end what was started if it is interrupted.

Example:
    report = run_steps(plan, stale(plan, names, facts, states), Listener(), workers=4)
    report.ok     # True
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence

from filelock import FileLock, Timeout

from tpdl.errors import StepError, UserError
from tpdl.files import remove_all_unfinished
from tpdl.git import head
from tpdl.plan.plan import Plan
from tpdl.plan.record import Record, read_record
from tpdl.run.devices import Device, devices
from tpdl.run.executors import open_executor
from tpdl.run.memory import available, cores
from tpdl.run.processes import end_steps
from tpdl.run.room import Room, need_of
from tpdl.run.schedule import NO_LIMITS, Limits, Listener, Report, run


def run_steps(
    plan: Plan,
    names: Sequence[str],
    listener: Listener,
    executor: str | None = None,
    workers: int | None = 1,
    always: Sequence[str] = (),
    alone: bool = True,
    keep_nan: Sequence[str] = (),
    on_error: Callable[[BaseException], None] | None = None,
    limits: Limits = NO_LIMITS,
) -> Report:
    """Run steps, each after those that it needs.

    Args:
        plan: the steps.
        names: which ones, in the plan's order.
        listener: told of every step as it starts and ends.
        executor: see `tpdl.run.executors.open_executor`; None means a process each.
        workers: how many steps run at a time; None for as many as there are cores, as far as memory allows by what
            they declare, or used the last time.
        always: steps to run even where nothing is stale.
        alone: refuse to start while another run of the profile is at work. Drawing, which takes a second and writes
            whole files, need not wait for a training run.
        keep_nan: steps of which NaN and infinity are results, even where an earlier run has refused them.
        on_error: called with what a step raises, where it runs in this process: a debugger.
        limits: of time and memory, in place of those that the steps declare; not watched in this process.

    Raises:
        UserError: another run is at work in this project.
        KeyboardInterrupt: Ctrl-C or a termination signal; children have been stopped.
    """
    if not names:
        return Report()
    spec = executor or "process"
    if workers is None and spec != "process":
        raise UserError(f"how many steps run at a time cannot be chosen for executor {spec!r}; say so: -j 8")
    memory = available() if workers is None else None
    workers = workers or workers_for(plan, names)
    room = Room(workers, memory, devices_for(plan, names) if spec == "process" else ())
    lock = _alone(plan) if alone else contextlib.nullcontext()
    with lock, open_executor(spec, workers, on_error) as (pool, call):
        try:
            commit = head(plan.project.root)
            here = spec == "inline"
            return run(
                plan, names, pool, call, listener, workers, always, commit, keep_nan, limits, here=here, room=room
            )
        except BaseException:
            end_steps()  # before the executor waits for them
            raise


def workers_for(plan: Plan, names: Sequence[str]) -> int:
    """As many steps at a time as there are cores; fewer where there are not so many that measure something."""
    measured = {(step.together or (name,))[0] for name in names if (step := plan.steps[name]).kind == "experiment"}
    return max(1, min(cores(), len(measured) or len(names)))


def devices_for(plan: Plan, names: Sequence[str]) -> list[Device]:
    """The GPUs of this machine, if one of the steps uses any."""
    measured = [step for name in names if (step := plan.steps[name]).kind == "experiment"]
    found = devices() if measured else []
    records = ((step, read_record(step.record_path)) for step in measured)
    needs = (need_of(step, record if isinstance(record, Record) else None) for step, record in records)
    return found if found and any(need.device for need in needs) else []


@contextlib.contextmanager
def _alone(plan: Plan) -> Iterator[None]:
    """Hold the lock of the profile while the block runs. Two runs at once would write the same products."""
    path = plan.places.state / "run.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=0)
        lock.acquire()
    except Timeout:
        raise UserError(
            f"another run of the {plan.profile} profile is at work in {plan.project.root}; wait for it, or stop it"
        ) from None
    except OSError as error:
        raise StepError(f"cannot write {path}: {os.strerror(error.errno or 0)}") from error
    with lock:
        lock.release()  # `with` has taken it a second time
        remove_all_unfinished(plan.places.figures, plan.places.state)
        yield
