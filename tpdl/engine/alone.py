"""`python experiments/…/x.py`: run the steps of one module."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from tpdl.engine.context import profile
from tpdl.engine.errors import Exit, UserError
from tpdl.engine.project import Project
from tpdl.engine.run import print_report, run_steps


def run_module(file: Path) -> int:
    """Bring the steps of the module at `file` up to date, with what they need, in this process.

    Returns:
        the exit code.
    """
    console = Console()
    try:
        project = Project.find(file.parent)
        plan = project.plan(profile())
        source = str(file.resolve().relative_to(project.root))
        names = [step.name for step in plan.steps.values() if step.source == source]
        running = plan.stale_selection(names, plan.status())
        if not running:
            console.print(f"all {len(names)} steps of {source} are fresh")
        report = run_steps(plan, running, console, "inline")
    except UserError as error:
        print(f"tpdl: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    if running:
        print_report(report, console)
    return Exit.OK if report.ok else Exit.NOT_FRESH
