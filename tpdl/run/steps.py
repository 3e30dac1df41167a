"""`tpdl run` and `tpdl figure`: choose the steps, choose where they run, and say what became of them."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Sequence

from filelock import FileLock, Timeout
from rich.console import Console

from tpdl.errors import StepError, UserError
from tpdl.plan.plan import Plan
from tpdl.run.executors import end_children, open_executor
from tpdl.run.schedule import Report, run


def run_steps(
    plan: Plan,
    names: Sequence[str],
    console: Console,
    executor: str | None = None,
    workers: int = 1,
    always: Sequence[str] = (),
    alone: bool = True,
) -> Report:
    """Run `names`, in order, with a live display.

    Args:
        executor: see `tpdl.run.executors.open_executor`; None means in this process for a single step, so that a
            debugger works, and a process each for several.
        alone: refuse to start while another run of the profile is at work. Drawing, which takes a second and writes whole
            files, need not wait for a training.

    Raises:
        UserError: another run is at work in this project.
        KeyboardInterrupt: Ctrl-C or a termination signal; children have been stopped.
    """
    from tpdl.cli.display import Display

    if not names:
        return Report()
    spec = executor or ("inline" if len(names) == 1 else "process")
    expected = {name: record.happened.get("seconds", 0.0) for name in names if (record := plan.record(name))}
    display = Display(plan, console, len(names), expected, workers)
    with _alone(plan) if alone else contextlib.nullcontext(), open_executor(spec, workers) as (pool, call), display:
        try:
            return run(plan, names, pool, call, display, workers, always, head(plan))
        except BaseException:
            end_children()  # before the executor waits for them
            raise


def head(plan: Plan) -> str | None:
    """The commit that is checked out, with "+" where tracked files differ from it; None outside git."""
    git = ["git", "-C", str(plan.project.root)]
    try:
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        dirty = subprocess.run(
            [*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + ("+" if dirty.strip() else "")


@contextlib.contextmanager
def _alone(plan: Plan) -> Iterator[None]:
    """Two runs at once would write the same products; the second one is refused."""
    path = plan.folder / "run.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=0)
        lock.acquire()
    except Timeout:
        raise UserError(
            f"another run of the {plan.profile} profile is at work in {plan.project.root}; wait for it, or stop it"
        ) from None
    except OSError as error:
        raise StepError(f"cannot write to {path.parent}: {os.strerror(error.errno or 0)}") from error
    with lock:
        lock.release()  # `with` has taken it a second time
        yield
