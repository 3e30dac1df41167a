"""What tpdl itself costs where steps are many and small, beside a pool of plain functions.

    python benchmarks/many_steps.py [STEPS] [--run 200] [--torch] [--dask]

Makes a project of STEPS trivial steps in a temporary folder, and prints a table: `tpdl status`, the scheduler alone,
and, for the first `--run` steps, processes and Dask. On two idle cores:

                                 before                    after
    scheduler, 10,000 steps      1160 ms a step            0.1 ms a step
    steps in two processes       210 ms a step             10 ms a step
    the same with torch          as above, and its import  22 ms a step
    on a local Dask cluster      470 ms a step             18 ms a step, 37 ms with torch
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tpdl.plan.plan import read_plan
from tpdl.plan.project import Project
from tpdl.run.executors import Inline, open_executor, run_here
from tpdl.run.job import Job, Outcome
from tpdl.run.schedule import Listener, run

MODULE = """
from tpdl import experiment

NUMBERS = {numbers}


@experiment(matrix={{"n": NUMBERS}})
def many(n: int) -> dict:
    {torch}
    return {{"square": n * n}}
"""


def project(root: Path, steps: int, torch: bool) -> None:
    """A project of that many steps."""
    (root / "experiments").mkdir()
    statement = "import torch\n    torch.ones(10, 10) @ torch.ones(10, 10)" if torch else "pass"
    (root / "experiments/many.py").write_text(MODULE.format(numbers=list(range(steps)), torch=statement))
    (root / "pyproject.toml").write_text('[tool.tpdl]\npreload = ["torch"]\n' if torch else "")


def status(root: Path) -> str:
    """Seconds and peak memory of `tpdl status`, the second time."""
    for _ in range(2):
        start = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-m", "tpdl", "status"],
            cwd=root,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        )
        _, _, usage = os.wait4(child.pid, 0)
        child.returncode = 0
        seconds = time.perf_counter() - start
    return f"{seconds:6.2f} s, {usage.ru_maxrss / 1000:.0f} MB"


def per_step(root: Path, steps: int, spec: str, workers: int) -> str:
    """Milliseconds for each of the first steps, after one has run: what it costs to start once is told apart."""
    plan = read_plan(Project(root))
    names = [name for name in plan.steps if name.startswith("many/")][: steps + 1]
    start = time.perf_counter()
    with open_executor(spec, workers) as (executor, call):
        first = [name for name in names[:1]]
        run(plan, first, executor, call, Listener(), workers, always=first)
        began = time.perf_counter()
        report = run(plan, names[1:], executor, call, Listener(), workers, always=names)
        ended = time.perf_counter()
    assert len(report.done) == steps, report.failed
    return f"{(ended - began) / steps * 1000:6.1f} ms a step; {began - start:.1f} s to begin with"


def scheduler(root: Path) -> str:
    """Milliseconds of the scheduler alone, for each step: what is submitted returns at once."""
    plan = read_plan(Project(root))
    names = [name for name in plan.steps if name.startswith("many/")]

    def at_once(text: str, threads: int | None) -> Outcome:
        return Outcome(Job.from_json(text).step.name, 0.0)

    start = time.perf_counter()
    run(plan, names, Inline(), at_once, Listener())
    seconds = time.perf_counter() - start
    return f"{seconds / len(names) * 1000:6.2f} ms a step; {seconds:.1f} s for {len(names)}"


def square(n: int) -> dict[str, int]:
    """The plain function."""
    return {"square": n * n}


def pool(steps: int, workers: int) -> str:
    """Milliseconds of the ideal: a pool of processes that stay, plain functions, nothing kept."""
    with ProcessPoolExecutor(workers) as executor:
        list(executor.map(square, range(workers)))
        start = time.perf_counter()
        list(executor.map(square, range(steps)))
        return f"{(time.perf_counter() - start) / steps * 1000:6.1f} ms a step"


def measured(root: Path) -> None:
    """Measure all steps in this process."""
    plan = read_plan(Project(root))
    run(plan, list(plan.steps), Inline(), run_here, Listener())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", type=int, nargs="?", default=10_000)
    parser.add_argument("--run", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--torch", action="store_true", help="steps that use torch")
    parser.add_argument("--dask", action="store_true", help="on a local Dask cluster, too")
    parser.add_argument("--measured", action="store_true", help="status with everything measured, too: takes minutes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        project(root, arguments.steps, arguments.torch)
        rows: list[tuple[str, Callable[[], str]]] = [
            (f"status of {arguments.steps} steps, none measured", lambda: status(root)),
            ("scheduler alone", lambda: scheduler(root)),
            ("processes", lambda: per_step(root, arguments.run, "process", arguments.workers)),
            ("pool of plain functions", lambda: pool(arguments.run, arguments.workers)),
        ]
        if arguments.dask:
            rows.append(("Dask", lambda: per_step(root, arguments.run, "dask", arguments.workers)))
        for name, measure in rows:
            print(f"{name:40} {measure()}", flush=True)
        if arguments.measured:
            measured(root)
            print(f"{'status, all measured':40} {status(root)}")
    print(f"{arguments.workers} at a time; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; ", end="")
    print(f"peak memory here {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB")


if __name__ == "__main__":
    main()
