"""`python experiments/…/x.py`: run the steps of one module."""

from __future__ import annotations

import sys
from pathlib import Path


def main(file: str) -> None:
    """Bring the steps of the module at `file` up to date, in this process: the last lines of every experiment module.

    Examples:
        >>> import tpdl
        >>> if __name__ == "__main__":
        ...     tpdl.main(__file__)

        With them, `python experiments/transfer/layer_cut.py` does for this file what `tpdl run` does, and an editor can
        debug it.

    Raises:
        SystemExit: always, with the exit code of `tpdl run`.
    """
    raise SystemExit(run_module(Path(file)))


def run_module(file: Path) -> int:
    """Bring the steps of the module at `file` up to date, with what they need, in this process.

    Returns:
        the exit code.
    """
    from rich.console import Console

    from tpdl.cli.display import Display, print_report
    from tpdl.errors import Exit, UserError
    from tpdl.plan.facts import read_facts
    from tpdl.plan.plan import read_plan
    from tpdl.plan.project import Project
    from tpdl.plan.selection import stale
    from tpdl.plan.status import judge_all
    from tpdl.run.context import profile
    from tpdl.run.devices import as_run_here
    from tpdl.run.steps import run_steps

    screen = Console()
    try:
        plan = as_run_here(read_plan(Project.find(file.parent), profile()), "inline")
        source = str(file.resolve().relative_to(plan.project.root))
        if mine := [line for line in plan.broken if line.startswith(f"{source}:")]:
            raise UserError(mine[0])
        names = [step.name for step in plan.steps.values() if step.source == source]
        facts = read_facts(plan)
        running = stale(plan, names, facts, judge_all(plan, facts))
        if not running:
            screen.print(f"all {len(names)} steps of {source} are fresh")
            return Exit.OK
        with Display(plan, screen, running, facts) as display:
            report = run_steps(plan, running, display, "inline")
    except UserError as error:
        print(f"tpdl: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    print_report(report, screen)
    return Exit.OK if report.ok else Exit.NOT_FRESH
